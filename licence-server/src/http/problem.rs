//! Refusals as they are answered: RFC 9457 problems, one code each.

use std::borrow::Cow;
use std::fmt;

use axum::body::Body;
use axum::http::{HeaderMap, HeaderName, HeaderValue, StatusCode, header};
use axum::response::{IntoResponse, Response};
use licence_core::{Code, Refusal};
use serde_json::{Map, Value};

use crate::domain::{self, TooSoon};
use crate::password;
use crate::rng::NoRandomBytes;
use crate::store::StoreError;
use crate::token::MintFailed;
use crate::writer;

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
            oauth_error: oauth_error(code),
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

/// The word for a code among those of RFC 6749 and RFC 6750; the code itself where there is none,
/// which clients must expect (RFC 6749 section 8.5).
fn oauth_error(code: Code) -> &'static str {
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
        // For the layers around the routes.
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

/// Gives the problems of token routes the members that OAuth2 clients read.
pub(super) fn with_oauth_members(response: Response, wanted: OauthForm) -> Response {
    let (mut parts, body) = response.into_parts();
    let Some(problem) = parts.extensions.get::<Problem>() else {
        return Response::from_parts(parts, body);
    };
    let body = Body::from(Value::Object(problem.oauth_members()).to_string());
    if wanted == OauthForm::Json {
        parts.headers.insert(header::CONTENT_TYPE, HeaderValue::from_static("application/json"));
    }
    Response::from_parts(parts, body)
}

/// As what a token route's refusal is labelled.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum OauthForm {
    /// `application/problem+json`.
    Problem,
    /// `application/json`, which RFC 6749 section 5.2 names, for a client that takes that and nothing else.
    Json,
}

impl OauthForm {
    pub(super) fn wanted(headers: &HeaderMap) -> Self {
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

/// What the verifier refused, in its own words.
impl From<Refusal> for Problem {
    fn from(refusal: Refusal) -> Self {
        Self::new(refusal.code()).detail(refusal.to_string()).with("at", refusal.at.name())
    }
}

impl From<writer::Unavailable> for Problem {
    fn from(unavailable: writer::Unavailable) -> Self {
        match unavailable {
            writer::Unavailable::Busy => Self::new(Code::Busy),
            writer::Unavailable::Failed => Self::internal(unavailable),
        }
    }
}

impl From<password::Unavailable> for Problem {
    fn from(unavailable: password::Unavailable) -> Self {
        match unavailable {
            password::Unavailable::Busy => Self::new(Code::Busy),
            password::Unavailable::Failed(cause) => Self::internal(cause),
        }
    }
}

impl From<StoreError> for Problem {
    fn from(error: StoreError) -> Self {
        Self::internal(error)
    }
}

impl From<NoRandomBytes> for Problem {
    fn from(error: NoRandomBytes) -> Self {
        Self::internal(error)
    }
}

impl From<MintFailed> for Problem {
    fn from(error: MintFailed) -> Self {
        Self::internal(error)
    }
}

impl From<domain::LicenceRefusal> for Problem {
    fn from(refusal: domain::LicenceRefusal) -> Self {
        let problem = Self::new(domain::Refusal::Licence(refusal).code());
        match refusal {
            domain::LicenceRefusal::None => problem,
            domain::LicenceRefusal::NotYet { from } => problem
                .detail(format!("the institute's licence begins at {from}"))
                .with("from", from.secs()),
            domain::LicenceRefusal::Expired { until } => problem
                .detail(format!("the institute's licence ended at {until}"))
                .with("until", until.secs()),
            domain::LicenceRefusal::Revoked => {
                problem.detail("the vendor took the institute's licence back")
            }
        }
    }
}

/// What the rules refused. Routes that show evidence add their own.
impl From<&domain::Refusal> for Problem {
    fn from(refusal: &domain::Refusal) -> Self {
        if let domain::Refusal::Licence(why) = refusal {
            return (*why).into();
        }
        let problem = Self::new(refusal.code());
        if let domain::Refusal::Taken(what) = refusal { taken(problem, *what) } else { problem }
    }
}

/// Which of the things that are one person's alone somebody else has.
fn taken(problem: Problem, what: domain::Taken) -> Problem {
    let detail = match what {
        domain::Taken::Username => "someone else signs in with that `username` already",
        domain::Taken::Email => "someone else signs in with that `email` already",
        domain::Taken::ExtId => "someone else has that `ext_id` already",
    };
    let problem = problem.detail(detail).with("taken", what.name());
    problem.mend("choose another, or look up who has it")
}

#[cfg(test)]
mod tests {
    use axum::body::to_bytes;

    use super::*;

    async fn body(response: Response) -> Value {
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
