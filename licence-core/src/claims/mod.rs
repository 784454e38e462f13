//! What the signed objects say: one file a kind, each with its reader and its writer.
//!
//! A reader takes what a verified payload holds and makes typed values of it; unknown claims are
//! ignored, so that a format can grow, and an unknown `ver` is refused, so that it can change.

mod access;
mod admin;
mod checkpoint;
mod features;
mod issuer;
mod lease;
mod licence;
mod period;
mod position;
mod request;
mod revocations;
mod revoked;
mod seats;
mod session_data;
mod sign_in;
mod usage;

pub use access::AccessClaims;
pub use admin::AdminClaims;
pub use checkpoint::CheckpointClaims;
pub use features::{Feature, Features};
pub use issuer::IssuerClaims;
pub use lease::LeaseClaims;
pub use licence::{Affiliated, LicenceClaims};
pub use period::{LicenceState, Period};
pub use position::{Epoch, LogPosition, LogStep};
pub use request::{Nonce, RequestClaims};
pub use revocations::{BannedKey, RevocationsClaims, RevokedLicence};
pub use revoked::{RevokedClaims, RevokedTokens, TokensOf};
pub use seats::{Borrow, SeatCount, SeatHolder, Seats};
pub use session_data::SessionData;
pub use sign_in::SignInClaims;
pub use usage::{UsageClaims, UsageDay};

use crate::id::KeyId;
use crate::json::{self, Object, ObjectWriter, Value};
use crate::jws::{Kind, SigningInput};
use crate::key::PublicKey;
use crate::refusal::{Flaw, Reason};
use crate::text::Product;
use crate::time::UnixTime;

/// The version of every format here.
const VERSION: i64 = 1;

/// The claims of one kind of signed object.
pub trait Claims: Sized {
    /// The kind.
    const KIND: Kind;

    /// Reads the claims of this kind.
    ///
    /// # Errors
    /// `malformed`: which claim is missing or has the wrong type or value. `wrong_product`, for a kind
    /// of which there are several audiences: it is for another one.
    fn read(claims: &Object<'_>) -> Result<Self, Reason>;

    /// Writes them.
    fn write(&self, claims: &mut ObjectWriter<'_>);

    /// The claims as the JSON that is signed.
    #[must_use]
    fn to_json(&self) -> String {
        json::object(|claims| {
            // Access tokens are shaped like RFC 9068's, which have no version of their own.
            if Self::KIND != Kind::Access {
                claims.integer("ver", VERSION);
            }
            self.write(claims);
        })
    }

    /// What the key named `kid` has to sign.
    #[must_use]
    fn signing_input(&self, kid: KeyId) -> SigningInput {
        SigningInput::new(Self::KIND, kid, &self.to_json())
    }
}

/// Reads a payload: JSON first, then the version, then the claims of that version.
pub(crate) fn read<C: Claims>(payload: &[u8]) -> Result<C, Reason> {
    C::read(&versioned(C::KIND, payload)?)
}

/// The same for a licence, by someone who may know its site's key already.
pub(crate) fn read_licence(
    payload: &[u8],
    site: Option<&PublicKey>,
) -> Result<LicenceClaims, Reason> {
    LicenceClaims::read_knowing(&versioned(Kind::Licence, payload)?, site)
}

/// What the claims of a kind are read from.
fn versioned(kind: Kind, payload: &[u8]) -> Result<Object<'_>, Reason> {
    let Value::Object(claims) = json::parse(payload).map_err(Flaw::Json)? else {
        return Err(Flaw::Json(json::JsonFlaw::Syntax).into());
    };
    match may(&claims, "ver", integer)? {
        Some(VERSION) => Ok(claims),
        None if kind == Kind::Access => Ok(claims),
        None => Err(Flaw::Missing("ver").into()),
        Some(ver) => Err(Reason::UnsupportedVersion { ver }),
    }
}

/// A claim that must be there.
fn need<T>(
    claims: &Object<'_>,
    name: &'static str,
    read: impl FnOnce(&Value<'_>) -> Option<T>,
) -> Result<T, Flaw> {
    read(claims.value(name).ok_or(Flaw::Missing(name))?).ok_or(Flaw::Claim(name))
}

/// A claim that may be there. `null` is not the same as absent.
fn may<T>(
    claims: &Object<'_>,
    name: &'static str,
    read: impl FnOnce(&Value<'_>) -> Option<T>,
) -> Result<Option<T>, Flaw> {
    let value = claims.value(name).map(|value| read(value).ok_or(Flaw::Claim(name)));
    value.transpose()
}

fn integer(value: &Value<'_>) -> Option<i64> {
    value.as_integer()
}

fn time(value: &Value<'_>) -> Option<UnixTime> {
    UnixTime::from_secs(integer(value)?)
}

/// `iat` and `exp` of what a server signs: it ends after it was made.
fn life(claims: &Object<'_>) -> Result<(UnixTime, UnixTime), Flaw> {
    let iat = need(claims, "iat", time)?;
    Ok((iat, need(claims, "exp", |exp| time(exp).filter(|exp| *exp > iat))?))
}

/// A string that a newtype's `parse` takes.
fn parsed<T>(parse: impl Fn(&str) -> Option<T>) -> impl Fn(&Value<'_>) -> Option<T> {
    move |value| parse(value.as_str()?)
}

/// A member of an inner object that may be there: `Some(None)` where it is absent, `None` where it is
/// not what it should be.
#[expect(clippy::option_option, reason = "absent and wrong are different answers")]
fn optional<T>(
    object: &Object<'_>,
    name: &str,
    read: impl FnOnce(&Value<'_>) -> Option<T>,
) -> Option<Option<T>> {
    object.value(name).map_or(Some(None), |value| read(value).map(Some))
}

/// An integer that fits in `u32`.
fn count(value: &Value<'_>) -> Option<u32> {
    u32::try_from(integer(value)?).ok()
}

/// A list of at most `max` values that `read` takes.
fn list<T>(
    max: usize,
    read: impl Fn(&Value<'_>) -> Option<T>,
) -> impl Fn(&Value<'_>) -> Option<Vec<T>> {
    move |value| {
        let values = value.as_array().filter(|values| values.len() <= max)?;
        // A loop: what `collect` makes of it is larger, once for each kind of list.
        let mut read_values = Vec::with_capacity(values.len());
        for value in values {
            read_values.push(read(value)?);
        }
        Some(read_values)
    }
}

/// `cnf` with a `jwk` (RFC 7800): the key that is vouched for.
fn confirmation_key(value: &Value<'_>) -> Option<PublicKey> {
    confirmation_key_knowing(value, None)
}

fn confirmation_key_knowing(value: &Value<'_>, known: Option<&PublicKey>) -> Option<PublicKey> {
    PublicKey::from_jwk_knowing(value.as_object()?.value("jwk")?.as_object()?, known)
}

fn write_confirmation_key(claims: &mut ObjectWriter<'_>, key: &PublicKey) {
    claims.object("cnf", |cnf| cnf.object("jwk", |jwk| key.write_jwk(jwk)));
}

/// The `aud` of what is not for an application, so that a library which ignores `typ` refuses it.
fn audience(kind: &str, of: impl core::fmt::Display) -> String {
    format!("{kind}:{of}")
}

/// The product in such an `aud`, whatever it is.
fn product_of(kind: &str, claims: &Object<'_>) -> Result<Product, Flaw> {
    let product = |aud: &str| Product::parse(aud.strip_prefix(kind)?.strip_prefix(':')?);
    need(claims, "aud", parsed(product))
}

/// Checks that `aud` is exactly that.
fn need_audience(claims: &Object<'_>, expected: &str) -> Result<(), Flaw> {
    need(claims, "aud", |aud| (aud.as_str()? == expected).then_some(()))
}
