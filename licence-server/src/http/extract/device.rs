use std::convert::Infallible;

use axum::extract::FromRequestParts;
use axum::http::request::Parts;
use axum::http::{HeaderMap, header};
use sha2::{Digest as _, Sha256};

use crate::domain::DeviceMark;

/// Which device a request comes from, as far as its headers tell devices apart.
///
/// It is no secret and proves nothing: it only keeps a lost answer from being given to a device that
/// never asked.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) struct Device(pub(crate) DeviceMark);

impl Device {
    /// Digits are left out, so that a browser which updates itself overnight stays the same device.
    fn of(headers: &HeaderMap) -> Self {
        let mut hash = Sha256::new();
        let agent = headers.get(header::USER_AGENT).map_or(&[][..], |agent| agent.as_bytes());
        for text in agent.split(u8::is_ascii_digit) {
            hash.update(text);
        }
        let mut mark = [0; 8];
        mark.iter_mut().zip(hash.finalize()).for_each(|(to, from)| *to = from);
        Self(DeviceMark(mark))
    }
}

impl<S: Sync> FromRequestParts<S> for Device {
    type Rejection = Infallible;

    async fn from_request_parts(parts: &mut Parts, _: &S) -> Result<Self, Infallible> {
        Ok(Self::of(&parts.headers))
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn device(agent: &str) -> Device {
        Device::of(&HeaderMap::from_iter([(header::USER_AGENT, agent.parse().unwrap())]))
    }

    #[test]
    fn an_update_of_a_browser_is_the_same_device_and_another_browser_is_not() {
        assert_eq!(device("Chrome/141.0 (X11)"), device("Chrome/142.1 (X11)"));
        assert_ne!(device("Chrome/141.0 (X11)"), device("Chrome/141.0 (Android)"));
        assert_ne!(device("Chrome"), Device::of(&HeaderMap::new()));
    }
}
