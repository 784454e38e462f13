//! Answers that come line by line (NDJSON), for whoever asks for them.

use axum::body::Body;
use axum::http::{HeaderMap, HeaderValue, header};
use axum::response::Response;

pub(super) const MEDIA_TYPE: &str = "application/x-ndjson";

/// Whether whoever asks takes lines.
pub(super) fn is_wanted(headers: &HeaderMap) -> bool {
    let accepted = headers.get(header::ACCEPT).and_then(|value| value.to_str().ok());
    let mut accepted = accepted.unwrap_or_default().split([',', ';']).map(str::trim);
    accepted.any(|accepted| accepted.eq_ignore_ascii_case(MEDIA_TYPE))
}

/// An answer of lines.
pub(super) fn response(lines: Body) -> Response {
    let mut response = Response::new(lines);
    let media_type = HeaderValue::from_static(MEDIA_TYPE);
    response.headers_mut().insert(header::CONTENT_TYPE, media_type);
    response
}
