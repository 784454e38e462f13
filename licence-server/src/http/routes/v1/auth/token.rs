//! `POST /v1/auth/token`: sign in with a name and a password, or go on with a refresh token.
//!
//! It has the shape of OAuth2's password grant, because every HTTP client can send it; it is the
//! application's own sign-in and not an authorisation of third parties.

use std::mem;

use axum::extract::State;
use axum::http::HeaderMap;
use axum::response::{IntoResponse as _, Response};
use licence_core::{SessionId, Text, TokenId};
use utoipa::ToSchema;
use utoipa_axum::routes;

use super::answer;
use super::delivery::Delivery;
use super::proof::{From, prove};
use super::refresh::{Wish, rotate};
use super::secure_cookie;
use super::shown::{CookieTokens, genuine};
use super::waiting::Patience;
use crate::config::SessionLife;
use crate::domain::{
    Command, Credential, DeviceMark, LoginName, Outcome, PaceKey, Resume, Scope, SignIn, SignOut,
    Stay, User,
};
use crate::http::Client;
use crate::http::extract::{Device, Fields};
use crate::http::known_device;
use crate::http::long_poll::LongPoll;
use crate::http::openapi::{Routes, problems};
use crate::http::problem::Problem;
use crate::password::Password;
use crate::state::AppState;
use crate::token::{RefreshSecret, RefreshToken};

pub(super) fn router() -> Routes {
    Routes::new().routes(routes!(token))
}

problems!(Refused:
    InsecureTransport, Malformed = 401, InvalidGrant, RefreshReused, StoreBehind, Forbidden, NoLicence,
    NotYetValid, LicenceExpired, Revoked, NoSeat, TooManySessions, Throttled);

/// A sign-in with a name and a password, or a refresh token to go on with.
#[derive(ToSchema)]
#[expect(dead_code, reason = "for readers of the API: the handler takes each field by its name")]
struct TokenRequest {
    /// `password` or `refresh_token`.
    #[schema(pattern = "^(password|refresh_token)$", example = "password")]
    grant_type: String,
    /// With `password`: the name or the e-mail address.
    #[schema(max_length = 200, example = "m.curie")]
    username: Option<String>,
    /// With `password`: the password.
    #[schema(format = Password)]
    password: Option<String>,
    /// With `refresh_token`: the token.
    refresh_token: Option<String>,
    /// With `password`: `seat` (the default) to use the application, `admin` to administer the server.
    #[schema(pattern = "^(seat|admin)$")]
    scope: Option<String>,
    /// How the refresh token comes: `body` (the default), or `cookie`, out of the reach of scripts.
    #[schema(pattern = "^(body|cookie)$")]
    delivery: Option<String>,
    /// What the person calls the device.
    #[schema(max_length = 200, example = "laptop")]
    device: Option<String>,
    /// Whether the session outlives the working day; the default is that it does.
    remember: Option<bool>,
    /// Seconds to wait in a full house; the server's setting bounds it.
    #[schema(minimum = 0, maximum = 30)]
    wait: Option<u32>,
    /// A session of the same person to end in the same step, where they are active on too many devices.
    #[schema(format = "uuid")]
    end_session: Option<String>,
}

#[utoipa::path(
    post,
    path = "/token",
    tag = "sign-in",
    operation_id = "token",
    summary = "Sign in, or go on with a refresh token",
    request_body(content(
        (TokenRequest = "application/x-www-form-urlencoded"),
        (TokenRequest = "application/json"),
    )),
    security(()),
    responses(
        (status = 200, description = "A seat is held, or none was asked for.", body = answer::Granted),
        Refused,
    ),
)]
async fn token(
    State(state): State<AppState>,
    poll: LongPoll,
    Device(mark): Device,
    client: Client,
    headers: HeaderMap,
    fields: Fields,
) -> Result<Response, Problem> {
    let cookie = secure_cookie(&state)?;
    let delivery = Delivery::wanted(&fields, &headers, cookie.clone(), &state)?;
    let patience = Patience::asked(&fields, poll, &state)?;
    match fields.needed("grant_type")? {
        "password" => {
            let mut request = SignInRequest::read(&fields, mark, patience)?;
            refuse_shared(request.scope, &delivery)?;
            let from = From { headers: &headers, prefix: client.prefix(), rule: &cookie };
            let proved = authenticate(&mut request, &from, &state).await?;
            let replaced = replaced(&delivery, &from, &state);
            drop((headers, fields));
            let response = sign_in(request, &proved, &delivery, &state).await?;
            end_each(replaced, &state).await;
            let known = || known_device::remember(proved.0.id, &cookie, state.refresh_key());
            Ok(delivery.remembering(response, known))
        }
        "refresh_token" => {
            let shown = genuine(fields.needed("refresh_token")?, &state)?;
            let wish = Wish::read(&fields, mark, patience)?;
            drop((headers, fields));
            rotate(&shown, &wish, &delivery, &state).await
        }
        _ => Err(Problem::invalid_request("`grant_type` must be `password` or `refresh_token`")
            .oauth_error("unsupported_grant_type")),
    }
}

/// Every page that may use the cookie could go on with an administrator's sign-in that is kept in it: the
/// application's, and whatever found its way into that.
fn refuse_shared(scope: Scope, delivery: &Delivery) -> Result<(), Problem> {
    match (scope, delivery) {
        (Scope::Admin, Delivery::Cookie(_)) => Err(Problem::invalid_request(
            "an administrator's sign-in is kept in no cookie: ask for `delivery=body`",
        )),
        _ => Ok(()),
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

/// Signs a person in whose password was proved.
async fn sign_in(
    request: SignInRequest,
    (user, credential): &(User, Credential),
    delivery: &Delivery,
    state: &AppState,
) -> Result<Response, Problem> {
    let now = state.now();
    state.pace(PaceKey::SignIn(user.id), now).map_err(Problem::too_many_changes)?;
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
        return Ok(answer::waiting(&full, &refresh_token, delivery, now, state)?.into_response());
    }
    let Outcome::Granted(grant) = outcome else { return Err(Problem::unexpected(&outcome)) };
    answer::granted(&grant, &refresh_token, delivery, state)
}

/// The sign-ins whose cookie the new one takes the place of: nobody could end them from that browser any
/// more, and their seats would be held until they lapse.
fn replaced(delivery: &Delivery, from: &From<'_>, state: &AppState) -> Vec<SessionId> {
    let Delivery::Cookie(rule) = delivery else { return Vec::new() };
    let tokens = CookieTokens::find(from.headers, rule, state);
    tokens.genuine().iter().map(RefreshToken::session).collect()
}

async fn end_each(sessions: Vec<SessionId>, state: &AppState) {
    for session in sessions {
        // Where that fails, the old one lapses: the new one was made, and its token must arrive.
        let _ = state.submit(Command::SignOut(SignOut { session })).await;
    }
}

/// The person with that name, if the password is theirs.
async fn authenticate(
    request: &mut SignInRequest,
    from: &From<'_>,
    state: &AppState,
) -> Result<(User, Credential), Problem> {
    let username = mem::take(&mut request.username);
    let name = Text::parse(username.trim()).map(|name| LoginName::of(&name));
    let user = match &name {
        Some(name) => state.reader().user_by_name(name)?,
        None => None,
    };
    prove(user, name.as_ref(), request.password.take(), from, state).await
}

fn stay(is_remembered: bool, state: &AppState) -> Stay {
    let config = state.config();
    let SessionLife { life_secs, idle_secs } =
        if is_remembered { config.session } else { config.short_session };
    Stay { life_secs, idle_secs }
}
