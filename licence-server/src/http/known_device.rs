//! A cookie that says: this person has signed in with this browser before.
//!
//! It opens nothing. It only gives the browser a count of its own where failed sign-ins are counted, so
//! that whoever guesses from the same network does not delay the person.

use axum::http::{HeaderMap, HeaderValue};
use licence_core::{UserId, base64url};
use subtle::ConstantTimeEq as _;

use super::cookie::CookieRule;
use crate::token::RefreshKey;

/// Seconds for which a browser keeps it.
const LIFE_SECS: i64 = 365 * 86_400;

/// Whether a request comes from a browser on which that person signed in before.
pub(super) fn is_known(
    user: UserId,
    headers: &HeaderMap,
    rule: &CookieRule,
    key: &RefreshKey,
) -> bool {
    let expected = key.device_mac(user);
    rule.for_device().values(headers).any(|value| {
        let mac: Option<[u8; 16]> = base64url::decode_array(value);
        mac.is_some_and(|mac| bool::from(mac.ct_eq(&expected)))
    })
}

/// The cookie for a browser with which the person signs in.
pub(super) fn remember(user: UserId, rule: &CookieRule, key: &RefreshKey) -> Option<HeaderValue> {
    rule.for_device().set(&base64url::encode(&key.device_mac(user)), LIFE_SECS)
}
