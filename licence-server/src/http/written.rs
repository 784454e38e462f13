//! JSON for the answers that are asked for most.

use axum::body::Body;
use axum::http::{HeaderMap, HeaderValue, header};
use axum::response::Response;
use serde::Serialize;

use super::problem::Problem;

/// Bytes of most answers at most: with an access token in it, one has some 1,300.
const ANSWER_BYTES: usize = 2048;

/// Header fields of most answers at most, with those that the layer around the routes adds.
const FIELDS: usize = 12;

/// An answer in JSON, written into one piece of memory that need not grow. `axum::Json` begins with 128
/// bytes, and looks for room at every comma.
pub(super) fn written(body: &impl Serialize) -> Result<Response, Problem> {
    let mut bytes = Vec::with_capacity(ANSWER_BYTES);
    serde_json::to_writer(&mut bytes, body).map_err(Problem::internal)?;
    let mut response = Response::new(Body::from(bytes));
    let mut headers = HeaderMap::with_capacity(FIELDS);
    headers.insert(header::CONTENT_TYPE, HeaderValue::from_static("application/json"));
    *response.headers_mut() = headers;
    Ok(response)
}
