//! `POST /v1/auth/token`: sign in with a name and a password, or go on with a refresh token.
//!
//! It has the shape of OAuth2's password grant, because every HTTP client can send it; it is the
//! application's own sign-in and not an authorisation of third parties.

use axum::extract::{Extension, State};
use axum::http::HeaderMap;
use axum::response::{IntoResponse as _, Response};
use axum::{Router, routing};
use licence_core::{Code, SessionId, Text, TokenId};

use super::answer;
use super::delivery::Delivery;
use super::refresh::{Wish, rotate};
use super::secure_cookie;
use super::shown::genuine;
use super::waiting::Patience;
use crate::config::SessionLife;
use crate::domain::{
    Command, Credential, DeviceMark, LoginName, Outcome, Resume, Scope, SignIn, Stay, User,
};
use crate::http::extract::{Device, Fields};
use crate::http::problem::Problem;
use crate::http::request_time::RequestTime;
use crate::password::Password;
use crate::state::AppState;
use crate::token::{RefreshSecret, RefreshToken};

pub(super) fn router() -> Router<AppState> {
    Router::new().route("/token", routing::post(token))
}

async fn token(
    State(state): State<AppState>,
    Extension(time): Extension<RequestTime>,
    Device(mark): Device,
    headers: HeaderMap,
    fields: Fields,
) -> Result<Response, Problem> {
    let cookie = secure_cookie(&state)?;
    let delivery = Delivery::wanted(&fields, &headers, cookie, &state)?;
    let patience = Patience::asked(&fields, time, &state)?;
    match fields.needed("grant_type")? {
        "password" => {
            let request = SignInRequest::read(&fields, mark, patience)?;
            sign_in(request, &delivery, &state).await
        }
        "refresh_token" => {
            let shown = genuine(fields.needed("refresh_token")?, &state)?;
            rotate(&shown, &Wish::read(&fields, mark, patience)?, &delivery, &state).await
        }
        _ => Err(Problem::invalid_request("`grant_type` must be `password` or `refresh_token`")
            .oauth_error("unsupported_grant_type")),
    }
}

/// A request to sign in.
struct SignInRequest {
    username: String,
    password: Option<Password>,
    scope: Scope,
    device: Option<Text>,
    mark: DeviceMark,
    is_remembered: bool,
    end_session: Option<SessionId>,
    patience: Patience,
}

impl SignInRequest {
    fn read(fields: &Fields, mark: DeviceMark, patience: Patience) -> Result<Self, Problem> {
        Ok(Self {
            username: fields.needed("username")?.to_owned(),
            password: Password::typed(fields.needed("password")?),
            scope: scope(fields)?,
            device: fields.written("device")?,
            mark,
            is_remembered: fields.switch("remember")?.unwrap_or(true),
            end_session: end_session(fields)?,
            patience,
        })
    }
}

fn scope(fields: &Fields) -> Result<Scope, Problem> {
    let asked = fields.text("scope")?.unwrap_or(Scope::Seat.name());
    Scope::parse(asked).ok_or_else(|| {
        Problem::invalid_request("`scope` must be `seat` or `admin`, or be left out")
            .oauth_error("invalid_scope")
    })
}

pub(super) fn end_session(fields: &Fields) -> Result<Option<SessionId>, Problem> {
    fields.parsed("end_session", "the id of a session", SessionId::parse)
}

async fn sign_in(
    request: SignInRequest,
    delivery: &Delivery,
    state: &AppState,
) -> Result<Response, Problem> {
    let now = state.now();
    let (user, credential) = authenticate(&request.username, request.password, state).await?;
    let session = SessionId(state.rng().uuid(now)?);
    let refresh_token = RefreshToken::first(session, RefreshSecret::new(state.rng().secret()?));
    let patience = request.patience;
    let first = Command::SignIn(SignIn {
        user: user.id,
        credential: credential.version,
        session,
        secret: refresh_token.secret_hash(),
        jti: TokenId(state.rng().uuid(now)?),
        device: request.device,
        mark: request.mark,
        scope: request.scope,
        stay: stay(request.is_remembered, state),
        end_session: request.end_session,
        wait_secs: patience.secs(),
    });
    // The session is there from the first try on, and goes on asking for its seat.
    let again = || {
        let jti = TokenId(state.rng().uuid(now)?);
        Ok(Command::Resume(Resume { session, jti }))
    };
    let outcome = patience.seat(first, again, state).await?;
    if let Outcome::Refused(refusal) = outcome {
        return Err(answer::refused(&refusal, now, state));
    }
    if let Outcome::NoSeat(full) = outcome {
        let waiting = answer::waiting(&full, &refresh_token, delivery, now, state)?;
        return Ok(waiting.into_response());
    }
    let Outcome::Granted(grant) = outcome else { return Err(Problem::unexpected(&outcome)) };
    answer::granted(&grant, &refresh_token, delivery, state)
}

/// The person with that name, if the password is theirs.
///
/// A name that nobody has costs a hash like any other and gets the same answer, so that names cannot
/// be found out.
async fn authenticate(
    username: &str,
    password: Option<Password>,
    state: &AppState,
) -> Result<(User, Credential), Problem> {
    let refused = || Problem::new(Code::InvalidGrant);
    // Longer than any password that was ever taken, so there is nothing to compare.
    let password = password.ok_or_else(refused)?;
    let user = match Text::parse(username.trim()) {
        Some(name) => state.reader().user_by_name(&LoginName::of(&name))?,
        None => None,
    };
    let credential = user.as_ref().and_then(|user| user.credential.clone());
    let hash = credential.as_ref().map(|credential| credential.hash.clone());
    let is_right = state.passwords().verify(password, hash).await?;
    user.zip(credential).filter(|_| is_right).ok_or_else(refused)
}

fn stay(is_remembered: bool, state: &AppState) -> Stay {
    let config = state.config();
    let SessionLife { life_secs, idle_secs } =
        if is_remembered { config.session } else { config.short_session };
    Stay { life_secs, idle_secs }
}
