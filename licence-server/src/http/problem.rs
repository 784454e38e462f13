//! Refusals as they are answered: RFC 9457 problems, one code each.

use std::borrow::Cow;
use std::fmt;

use axum::body::Body;
use axum::http::{HeaderName, HeaderValue, StatusCode, header};
use axum::response::{IntoResponse, Response};
use licence_core::Code;
use serde_json::{Map, Value};

use crate::domain::{self, TooSoon};

mod oauth;
mod translated;

pub(super) use oauth::{OauthForm, with_oauth_members};

/// What a client reads of a refusal: `type`, `title`, `status`, `detail`, `code`, `mend`, and the
/// evidence under names of its own.
///
/// A 5xx says what its code says and nothing else: the cause is logged here, once.
#[derive(Clone)]
pub struct Problem {
    code: Code,
    status: StatusCode,
    detail: Option<Cow<'static, str>>,
    mend: &'static str,
    evidence: Map<String, Value>,
    headers: Vec<(HeaderName, HeaderValue)>,
    challenge: Challenge,
    oauth_error: &'static str,
}

/// How to say who one is; sent with a 401 and with nothing else.
#[derive(Clone, Copy)]
enum Challenge {
    /// No access token was shown, or none was asked for.
    Unasked,
    /// The one that was shown is not good (RFC 6750 section 3.1).
    WrongToken,
    /// The name and key that were shown are not good (RFC 6749 section 5.2).
    WrongClient,
}

/// Seconds after which whoever was sent away may come back.
const RETRY_AFTER_SECS: &str = "1";

impl Problem {
    /// A problem with the status of its code.
    #[must_use]
    pub fn new(code: Code) -> Self {
        let status = StatusCode::from_u16(code.http_status());
        let problem = Self {
            code,
            status: status.unwrap_or(StatusCode::INTERNAL_SERVER_ERROR),
            detail: None,
            mend: code.mend(),
            evidence: Map::new(),
            headers: Vec::new(),
            challenge: Challenge::of(code),
            oauth_error: oauth::word_for(code),
        };
        if code != Code::Busy {
            return problem;
        }
        problem.header(header::RETRY_AFTER, HeaderValue::from_static(RETRY_AFTER_SECS))
    }

    /// A request that is not written as it should be.
    #[must_use]
    pub fn invalid_request(detail: impl Into<Cow<'static, str>>) -> Self {
        Self::new(Code::InvalidRequest).detail(detail).mend("send it again as `detail` says")
    }

    /// A failure of ours. The cause goes to the log and nowhere else.
    #[must_use]
    pub fn internal(cause: impl fmt::Display) -> Self {
        tracing::error!(%cause, "a request failed");
        Self::new(Code::Internal)
    }

    /// Who asks again too soon is told when.
    pub fn throttled(TooSoon { left_secs }: TooSoon, why: &str) -> Self {
        Self::new(Code::Throttled)
            .detail(format!("{why}: the next may be tried in {left_secs} s"))
            .header(header::RETRY_AFTER, HeaderValue::from(left_secs))
            .with("retry_after", left_secs)
    }

    /// A session, or the sign-ins of a person, asked for more changes than may be.
    pub fn too_many_changes(too_soon: TooSoon) -> Self {
        Self::throttled(too_soon, "too many changes were asked for")
    }

    /// A failure of ours: the rules gave an answer that belongs to another question.
    #[must_use]
    pub fn unexpected(outcome: &domain::Outcome) -> Self {
        Self::internal(format!("the rules answered {outcome:?}"))
    }

    /// Says what happened this time.
    #[must_use]
    pub fn detail(mut self, detail: impl Into<Cow<'static, str>>) -> Self {
        self.detail = Some(detail.into());
        self
    }

    /// Says how to mend it where that is not how its code is usually mended.
    #[must_use]
    pub const fn mend(mut self, mend: &'static str) -> Self {
        self.mend = mend;
        self
    }

    /// Answers with another status than the code's usual one.
    #[must_use]
    pub const fn status(mut self, status: StatusCode) -> Self {
        self.status = status;
        self
    }

    /// Adds evidence.
    #[must_use]
    pub fn with(mut self, name: &str, value: impl Into<Value>) -> Self {
        self.evidence.insert(name.to_owned(), value.into());
        self
    }

    /// Adds a header.
    #[must_use]
    pub fn header(mut self, name: HeaderName, value: HeaderValue) -> Self {
        self.headers.push((name, value));
        self
    }

    /// Names it in RFC 6749's words where those say more than the code does.
    #[must_use]
    pub const fn oauth_error(mut self, name: &'static str) -> Self {
        self.oauth_error = name;
        self
    }

    /// Asks who it is without calling a token wrong: none was shown (RFC 6750 section 3.1).
    #[must_use]
    pub const fn unasked(mut self) -> Self {
        self.challenge = Challenge::Unasked;
        self
    }

    /// Asks for a name and a key again, in the way in which wrong ones came.
    #[must_use]
    pub const fn unknown_client(mut self) -> Self {
        self.challenge = Challenge::WrongClient;
        self.oauth_error("invalid_client")
    }

    /// The stable code.
    #[must_use]
    pub const fn code(&self) -> Code {
        self.code
    }

    /// What its body says.
    pub(crate) fn to_json(&self) -> Value {
        Value::Object(self.members())
    }

    fn members(&self) -> Map<String, Value> {
        let mut members = Map::new();
        let mut add = |name: &str, value: Value| members.insert(name.to_owned(), value);
        add("type", format!("urn:problem-type:licence:{}", self.code).into());
        add("title", self.code.title().into());
        add("status", self.status.as_u16().into());
        add("code", self.code.name().into());
        add("mend", self.mend.into());
        if !self.status.is_server_error() {
            if let Some(detail) = &self.detail {
                add("detail", detail.as_ref().into());
            }
            members.extend(self.evidence.clone());
        }
        members
    }
}

impl Challenge {
    fn of(code: Code) -> Self {
        if code == Code::InvalidToken { Self::WrongToken } else { Self::Unasked }
    }

    const fn text(self) -> &'static str {
        match self {
            Self::Unasked => "Bearer",
            Self::WrongToken => r#"Bearer error="invalid_token""#,
            Self::WrongClient => r#"Basic realm="licence-server""#,
        }
    }
}

/// Without the evidence: a refresh token may be among it.
impl fmt::Debug for Problem {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let Self { code, status, detail, .. } = self;
        write!(f, "Problem({code}, {status}, {detail:?})")
    }
}

impl IntoResponse for Problem {
    fn into_response(self) -> Response {
        let mut response = Response::new(Body::from(Value::Object(self.members()).to_string()));
        *response.status_mut() = self.status;
        let headers = response.headers_mut();
        headers.insert(header::CONTENT_TYPE, HeaderValue::from_static("application/problem+json"));
        if self.status == StatusCode::UNAUTHORIZED {
            let challenge = HeaderValue::from_static(self.challenge.text());
            headers.insert(header::WWW_AUTHENTICATE, challenge);
        }
        for (name, value) in &self.headers {
            headers.append(name, value.clone());
        }
        // For what is around the routes.
        response.extensions_mut().insert(self);
        response
    }
}

/// What came of a command that has nothing to say.
pub(super) fn done(outcome: domain::Outcome) -> Result<(), Problem> {
    if outcome == domain::Outcome::Done { Ok(()) } else { Err(not(outcome)) }
}

/// What came of a command, where it is not what its handler hoped for.
pub(super) fn not(outcome: domain::Outcome) -> Problem {
    if let domain::Outcome::Refused(refusal) = outcome {
        Problem::from(&refusal)
    } else {
        Problem::unexpected(&outcome)
    }
}

#[cfg(test)]
mod tests {
    use axum::body::to_bytes;

    use super::*;

    pub(super) async fn body(response: Response) -> Value {
        let bytes = to_bytes(response.into_body(), 1 << 16).await.unwrap();
        serde_json::from_slice(&bytes).unwrap()
    }

    #[tokio::test]
    async fn a_problem_says_what_happened_and_how_to_mend_it() {
        let problem = Problem::new(Code::NoSeat).detail("3 of 3").with("earliest", 7);
        let response = problem.into_response();
        assert_eq!(response.status(), 409);
        assert_eq!(response.headers()["content-type"], "application/problem+json");
        let body = body(response).await;
        assert_eq!(body["type"], "urn:problem-type:licence:no_seat");
        assert_eq!(body["title"], Code::NoSeat.title());
        assert_eq!(body["status"], 409);
        assert_eq!(body["detail"], "3 of 3");
        assert_eq!(body["code"], "no_seat");
        assert_eq!(body["mend"], Code::NoSeat.mend());
        assert_eq!(body["earliest"], 7);
        assert_eq!(body.get("error"), None);
    }

    #[tokio::test]
    async fn a_sentence_of_its_own_takes_the_place_of_the_usual_mend() {
        let problem = Problem::new(Code::Malformed).mend("sign in again");
        assert_eq!(body(problem.into_response()).await["mend"], "sign in again");
        let problem = Problem::invalid_request("`a` is missing");
        assert!(!body(problem.into_response()).await["mend"].to_string().contains("documentation"));
    }

    #[tokio::test]
    async fn a_failure_of_ours_says_nothing_but_its_code() {
        let problem = Problem::internal("the disk is on fire").detail("secret").with("path", "/x");
        let response = with_oauth_members(problem.into_response(), OauthForm::Problem);
        assert_eq!(
            body(response).await,
            serde_json::json!({
                "type": "urn:problem-type:licence:internal",
                "title": Code::Internal.title(),
                "status": 500,
                "code": "internal",
                "mend": Code::Internal.mend(),
            })
        );
    }

    #[test]
    fn who_is_asked_who_they_are_is_told_how_to_say_it() {
        let challenge = |problem: Problem| {
            let response = problem.into_response();
            response
                .headers()
                .get("www-authenticate")
                .map(|value| value.to_str().unwrap().to_owned())
        };
        assert_eq!(challenge(Problem::new(Code::InvalidGrant)).as_deref(), Some("Bearer"));
        assert_eq!(
            challenge(Problem::new(Code::InvalidToken)).as_deref(),
            Some("Bearer error=\"invalid_token\"")
        );
        assert_eq!(challenge(Problem::new(Code::Forbidden)), None);
    }

    #[test]
    fn whoever_is_sent_away_is_told_when_to_come_back() {
        assert_eq!(Problem::new(Code::Busy).into_response().headers()["retry-after"], "1");
    }
}
