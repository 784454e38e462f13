//! JSON for the answers that are asked for most.

use axum::body::Body;
use axum::http::{HeaderMap, HeaderValue, header};
use axum::response::Response;

/// Header fields of most answers at most, with those that are added around the routes.
const FIELDS: usize = 12;

/// An answer of the JSON that the project's own writer wrote: it looks for what must be escaped many bytes
/// at a time, and into memory that need not grow. `axum::Json` looks at each byte alone, of which an access
/// token has a thousand.
pub(super) fn written(json: String) -> Response {
    let mut response = Response::new(Body::from(json));
    let mut headers = HeaderMap::with_capacity(FIELDS);
    headers.insert(header::CONTENT_TYPE, HeaderValue::from_static("application/json"));
    *response.headers_mut() = headers;
    response
}
