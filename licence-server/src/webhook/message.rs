//! A message to a webhook, as standardwebhooks.com has it: an id that stays the same at each try, a time, and a
//! mac over both and the body.

use std::path::Path;

use axum::http::{HeaderMap, HeaderName, HeaderValue, Method, Request, Uri, header};
use base64::Engine as _;
use base64::engine::general_purpose::STANDARD;
use hmac::{Hmac, KeyInit as _, Mac as _};
use licence_cli::Failure;
use licence_cli::files::{self, ByteLimit, Source};
use licence_core::{UnixTime, Uuid};
use serde::Serialize;
use sha2::Sha256;
use thiserror::Error;
use zeroize::Zeroizing;

use crate::domain::{Notice, Warning};
use crate::rng::NoRandomBytes;
use crate::state::AppState;

const ID: HeaderName = HeaderName::from_static("webhook-id");
const TIMESTAMP: HeaderName = HeaderName::from_static("webhook-timestamp");
const SIGNATURE: HeaderName = HeaderName::from_static("webhook-signature");

/// What a secret may begin with, so that a leaked one is known for what it is.
const SECRET_PREFIX: &str = "whsec_";

/// Bytes of a secret: as the specification has it.
const SECRET_BYTES: std::ops::RangeInclusive<usize> = 24..=64;

/// Bytes of its file at most.
const SECRET_FILE_BYTES_MAX: usize = 1024;

/// What messages are signed with.
pub(super) struct Secret(Zeroizing<Vec<u8>>);

impl Secret {
    pub(super) fn read(path: &Path) -> Result<Self, Failure> {
        let source = Source::File(path.to_owned());
        let text =
            files::read_text(&source, ByteLimit(SECRET_FILE_BYTES_MAX)).map(Zeroizing::new)?;
        Self::parse(text.trim()).ok_or_else(|| {
            Failure::malformed(format!("{source} holds no secret of a webhook"))
                .mend("make one: `openssl rand -base64 32`")
        })
    }

    fn parse(text: &str) -> Option<Self> {
        let text = text.strip_prefix(SECRET_PREFIX).unwrap_or(text);
        let secret = STANDARD.decode(text).map(Zeroizing::new).ok()?;
        SECRET_BYTES.contains(&secret.len()).then_some(Self(secret))
    }

    /// `v1,` and the mac of id, time and body, parted by full stops.
    fn sign(&self, id: &str, timestamp: &str, body: &[u8]) -> Option<String> {
        let mac = Hmac::<Sha256>::new_from_slice(&self.0).ok()?;
        let mac = [id.as_bytes(), b".", timestamp.as_bytes(), b".", body]
            .into_iter()
            .fold(mac, Hmac::chain_update);
        Some(format!("v1,{}", STANDARD.encode(mac.finalize().into_bytes())))
    }
}

/// Why there is no message.
#[derive(Debug, Error)]
pub(super) enum Unwritten {
    #[error(transparent)]
    NoId(#[from] NoRandomBytes),
    #[error("it cannot be written: {0}")]
    NoText(#[from] serde_json::Error),
}

#[derive(Serialize)]
struct Body<'a> {
    #[serde(rename = "type")]
    kind: String,
    /// When it was reached.
    timestamp: String,
    data: Data<'a>,
}

/// What was reached.
#[derive(Serialize)]
struct Data<'a> {
    /// The server, as its tokens name it.
    site: &'a str,
    about: &'static str,
    threshold: u32,
    sentence: String,
    seats_in_use: u32,
    seats_total: u32,
    #[serde(skip_serializing_if = "Option::is_none")]
    licence_end: Option<String>,
}

/// A message, the same at each try.
pub(super) struct Message {
    id: String,
    body: Vec<u8>,
}

impl Message {
    pub(super) fn of(notice: &Notice, state: &AppState) -> Result<Self, Unwritten> {
        let id = state.rng().uuid(notice.at)?;
        Ok(Self::new(notice, state.site().issuer.as_str(), id)?)
    }

    /// It says what was reached and when, and names nobody.
    fn new(notice: &Notice, site: &str, id: Uuid) -> Result<Self, serde_json::Error> {
        let Notice { warning, at, seats_in_use, seats_total } = notice;
        let licence_end = match warning {
            Warning::Seats { .. } => None,
            Warning::LicenceEnd { end, .. } => Some(end.to_string()),
        };
        let body = serde_json::to_vec(&Body {
            kind: format!("warning.{}", warning.about()),
            timestamp: at.to_string(),
            data: Data {
                site,
                about: warning.about(),
                threshold: warning.threshold(),
                sentence: warning.to_string(),
                seats_in_use: *seats_in_use,
                seats_total: *seats_total,
                licence_end,
            },
        })?;
        Ok(Self { id: id.to_string(), body })
    }

    /// One try, at that time.
    pub(super) fn request(
        &self,
        url: &Uri,
        now: UnixTime,
        secret: &Secret,
    ) -> Request<axum::body::Body> {
        let mut request = Request::new(self.body.clone().into());
        *request.method_mut() = Method::POST;
        // Of an address only the path and what follows it is sent.
        *request.uri_mut() = url.path_and_query().cloned().map(Uri::from).unwrap_or_default();
        self.head(request.headers_mut(), now, secret);
        request
    }

    fn head(&self, headers: &mut HeaderMap, now: UnixTime, secret: &Secret) {
        let timestamp = now.secs().to_string();
        let signature = secret.sign(&self.id, &timestamp, &self.body).unwrap_or_default();
        headers.insert(header::CONTENT_TYPE, HeaderValue::from_static("application/json"));
        headers.insert(header::USER_AGENT, HeaderValue::from_static("licence-server"));
        for (name, value) in [(ID, self.id.clone()), (TIMESTAMP, timestamp), (SIGNATURE, signature)]
        {
            // Digits, letters and signs of base64 are what a header may hold.
            if let Ok(value) = HeaderValue::try_from(value) {
                headers.insert(name, value);
            }
        }
    }
}

#[cfg(test)]
mod tests {
    use serde_json::json;

    use super::*;

    /// Of the specification's own example, so that receivers' libraries agree.
    #[test]
    fn the_signature_is_the_one_of_the_specification() {
        let secret = Secret::parse("whsec_MfKQ9r8GKYqrTwjUPD8ILPZIo2LaLaSw").unwrap();
        let body = br#"{"test": 2432232314}"#;
        let signature = secret.sign("msg_p5jXN8AQM9LWM0D4loKWxJek", "1614265330", body).unwrap();
        assert_eq!(signature, "v1,g0hM9SsE+OTPJTGt/tmIKtSyZlE3uFJELVlNIOLJ1OE=");
    }

    #[test]
    fn a_secret_is_long_enough_and_is_read_with_its_prefix_or_without() {
        let text = STANDARD.encode([7; 32]);
        assert!(
            Secret::parse(&text).is_some() && Secret::parse(&format!("whsec_{text}")).is_some()
        );
        for wrong in ["", "secret", &STANDARD.encode([7; 23]), &STANDARD.encode([7; 65])] {
            assert!(Secret::parse(wrong).is_none(), "{wrong}");
        }
        let folder = tempfile::tempdir().unwrap();
        let path = folder.path().join("secret");
        std::fs::write(&path, "correct horse\n").unwrap();
        let failure = Secret::read(&path).err().unwrap();
        assert!(!format!("{failure:?}").contains("correct horse"));
        std::fs::write(&path, format!("{text}\n")).unwrap();
        Secret::read(&path).unwrap();
    }

    #[test]
    fn a_message_says_what_was_reached_and_goes_to_the_path() {
        let end = UnixTime::from_date("2027-01-21").unwrap();
        let notice = Notice {
            warning: Warning::LicenceEnd { days: 60, end },
            at: UnixTime::from_date("2026-11-22").unwrap(),
            seats_in_use: 3,
            seats_total: 25,
        };
        let message = Message::new(&notice, "urn:licence-site:x", Uuid::v7(1, [0; 10])).unwrap();
        let body: serde_json::Value = serde_json::from_slice(&message.body).unwrap();
        assert_eq!(body["type"], "warning.licence_end");
        assert_eq!(body["timestamp"], "2026-11-22T00:00:00Z");
        assert_eq!(body["data"]["licence_end"], "2027-01-21T00:00:00Z");
        assert_eq!(
            (&body["data"]["seats_in_use"], &body["data"]["seats_total"]),
            (&json!(3), &json!(25))
        );
        let url = "https://example.org/hooks/x?key=1".parse().unwrap();
        let secret = Secret::parse(&STANDARD.encode([7; 32])).unwrap();
        let request = message.request(&url, notice.at, &secret);
        assert_eq!(request.uri().to_string(), "/hooks/x?key=1");
        assert_eq!(request.headers()["webhook-id"], message.id.as_str());
    }
}
