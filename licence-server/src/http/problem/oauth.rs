//! What OAuth2 clients read of a refusal (RFC 6749 section 5.2), for token routes alone.

use axum::body::Body;
use axum::http::{HeaderMap, HeaderValue, header};
use axum::response::Response;
use licence_core::Code;
use serde_json::{Map, Value};

use super::Problem;

/// Gives the problems of token routes the members that OAuth2 clients read.
pub(in crate::http) fn with_oauth_members(response: Response, wanted: OauthForm) -> Response {
    let (mut parts, body) = response.into_parts();
    let Some(problem) = parts.extensions.get::<Problem>() else {
        return Response::from_parts(parts, body);
    };
    let body = Body::from(Value::Object(problem.oauth_members()).to_string());
    // It was that of the body which goes.
    parts.headers.remove(header::CONTENT_LENGTH);
    if wanted == OauthForm::Json {
        parts.headers.insert(header::CONTENT_TYPE, HeaderValue::from_static("application/json"));
    }
    Response::from_parts(parts, body)
}

/// As what a token route's refusal is labelled.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(in crate::http) enum OauthForm {
    /// `application/problem+json`.
    Problem,
    /// `application/json`, which RFC 6749 section 5.2 names, for a client that takes that and nothing else.
    Json,
}

impl OauthForm {
    pub(in crate::http) fn wanted(headers: &HeaderMap) -> Self {
        let accepted =
            headers.get_all(header::ACCEPT).iter().filter_map(|accept| accept.to_str().ok());
        let mut kinds = accepted
            .flat_map(|accept| accept.split(','))
            .map(|range| range.split(';').next().unwrap_or_default().trim());
        let is_json = |kind: &str| kind.eq_ignore_ascii_case("application/json");
        match kinds.next() {
            Some(first) if is_json(first) && kinds.all(is_json) => Self::Json,
            Some(_) | None => Self::Problem,
        }
    }
}

impl Problem {
    /// The body with the members that RFC 6749 section 5.2 gives an error.
    fn oauth_members(&self) -> Map<String, Value> {
        let mut members = self.members();
        if !self.status.is_server_error() {
            let description = self.detail.as_deref().unwrap_or_else(|| self.code.title());
            members.insert("error".to_owned(), self.oauth_error.into());
            members.insert("error_description".to_owned(), description.into());
        }
        members
    }
}

/// The word for a code among those of RFC 6749 and RFC 6750; the code itself where there is none,
/// which clients must expect (RFC 6749 section 8.5).
pub(super) fn word_for(code: Code) -> &'static str {
    const GRANTS: [Code; 4] =
        [Code::InvalidGrant, Code::RefreshReused, Code::StoreBehind, Code::Malformed];
    if matches!(code, Code::InvalidRequest | Code::TooLarge) {
        "invalid_request"
    } else if GRANTS.contains(&code) {
        "invalid_grant"
    } else {
        code.name()
    }
}

#[cfg(test)]
mod tests {
    use axum::response::IntoResponse;

    use super::*;
    use crate::http::problem::tests::body;

    #[tokio::test]
    async fn an_oauth_client_finds_its_own_members() {
        let problem = Problem::new(Code::StoreBehind).into_response();
        let response = with_oauth_members(problem, OauthForm::Problem);
        assert_eq!(response.headers()["content-type"], "application/problem+json");
        let body = body(response).await;
        assert_eq!(body["error"], "invalid_grant");
        assert_eq!(body["error_description"], Code::StoreBehind.title());
        assert_eq!(body["code"], "store_behind");
    }

    #[test]
    fn a_client_that_takes_plain_json_alone_is_given_it() {
        let labelled = |accept: &[&str]| {
            let accept = accept.iter().map(|value| (header::ACCEPT, value.parse().unwrap()));
            let wanted = OauthForm::wanted(&accept.collect());
            let response = with_oauth_members(Problem::new(Code::Busy).into_response(), wanted);
            response.headers()["content-type"].to_str().unwrap().to_owned()
        };
        for plain in [&["application/json"][..], &["Application/JSON;q=0.9", "application/json"]] {
            assert_eq!(labelled(plain), "application/json", "{plain:?}");
        }
        for other in [&[][..], &["*/*"], &["application/json, */*"], &["application/problem+json"]]
        {
            assert_eq!(labelled(other), "application/problem+json", "{other:?}");
        }
    }
}
