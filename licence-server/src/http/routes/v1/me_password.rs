//! `POST /v1/me/password`: change one's own password, knowing the old one.

use axum::extract::{DefaultBodyLimit, State};
use axum::http::{HeaderMap, StatusCode};
use licence_core::{Code, UnixTime};
use utoipa::ToSchema;
use utoipa_axum::routes;

use super::auth::{From, prove, secure_cookie};
use super::new_password;
use crate::domain::{
    ChangeUser, Command, Keep, LoginName, Outcome, PasswordHash, Refusal, User, UserChange,
};
use crate::http::Client;
use crate::http::extract::{Bearer, Fields, Now};
use crate::http::openapi::{Routes, problems};
use crate::http::problem::{Problem, done};
use crate::password::Password;
use crate::state::AppState;

/// Bytes of a body: two passwords.
const BODY_BYTES_MAX: usize = 16 * 1024;

pub(super) fn router() -> Routes {
    Routes::new().routes(routes!(change)).layer(DefaultBodyLimit::max(BODY_BYTES_MAX))
}

problems!(Refused: InsecureTransport, InvalidGrant = 403, Throttled);

/// A new password, and the old one as the proof of who asks.
#[derive(ToSchema)]
#[expect(dead_code, reason = "for readers of the API: the handler takes each field by its name")]
struct PasswordRequest {
    /// The password that is to be changed.
    #[schema(format = Password)]
    current: String,
    /// The new one.
    #[schema(format = Password)]
    password: String,
    /// Whether the person's other sessions end with it; the default is that they go on.
    end_other_sessions: Option<bool>,
}

/// A wrong `current` counts as a failed sign-in does: whoever found a page open may not guess. The session
/// that asks goes on, and with `end_other_sessions` it alone does.
#[utoipa::path(
    post,
    path = "/me/password",
    tag = "me",
    operation_id = "change_my_password",
    summary = "Change my password",
    request_body(content(
        (PasswordRequest = "application/x-www-form-urlencoded"),
        (PasswordRequest = "application/json"),
    )),
    security(("bearer" = [])),
    responses((status = 204, description = "It is changed."), Refused),
)]
async fn change(
    State(state): State<AppState>,
    Now(now): Now,
    Bearer(token): Bearer,
    client: Client,
    headers: HeaderMap,
    fields: Fields,
) -> Result<StatusCode, Problem> {
    let rule = secure_cookie(&state)?;
    let current = Password::typed(fields.needed("current")?);
    let new = fields.needed("password")?;
    let asking = token.claims.sign_in();
    let ends_others = fields.switch("end_other_sessions")?.unwrap_or(false);
    let keep = if ends_others { Keep::Own(asking.sid) } else { Keep::All };

    let gone = || Problem::new(Code::InvalidToken).detail("the account is gone");
    let user = state.reader().user(asking.sub)?.ok_or_else(gone)?;
    let name = LoginName::of(&user.username);
    let prefix = client.prefix();
    let from = From { headers: &headers, prefix, rule: &rule };
    let proved = prove(Some(user), Some(&name), current, &from, &state).await;
    let (user, credential) = proved.map_err(not_known)?;

    let hash = hash(new, &user, now, &state).await?;
    let change = UserChange::Password { hash, checked: credential.version, keep };
    let command = ChangeUser { user: user.id, change, by: None };
    let outcome = state.submit(Command::ChangeUser(command)).await?;
    if outcome == Outcome::Refused(Refusal::InvalidGrant) {
        return Err(not_known(Problem::new(Code::InvalidGrant)));
    }
    done(outcome)?;
    Ok(StatusCode::NO_CONTENT)
}

/// Who asks is known by the token, so this is no 401: an application would renew a good token over it,
/// and send the guess a second time.
fn not_known(problem: Problem) -> Problem {
    if problem.code() != Code::InvalidGrant {
        return problem;
    }
    problem
        .status(StatusCode::FORBIDDEN)
        .detail("`current` is not the password of this account")
        .mend("type the password that you sign in with, or ask for a reset")
}

async fn hash(
    new: &str,
    user: &User,
    now: UnixTime,
    state: &AppState,
) -> Result<PasswordHash, Problem> {
    let own = [Some(&user.username), user.email.as_ref()];
    new_password::hash(new, own.into_iter().flatten(), now, state).await
}

#[cfg(test)]
mod tests {
    use serde_json::json;

    use crate::http::testing::{Answer, PASSWORD, World};

    const CHANGE: &str = "/v1/me/password";
    const NEW: &str = "seven wet umbrellas";

    async fn change(world: &World, token: &str, body: &serde_json::Value) -> Answer {
        let call = world.call(axum::http::Method::POST, CHANGE).bearer(token);
        call.header("content-type", "application/json").body(body.to_string()).send().await
    }

    async fn sign_in_with(world: &World, password: &str) -> Answer {
        let form = format!("grant_type=password&username=user1&password={password}");
        world.post("/v1/auth/token", &form).send().await
    }

    fn acts(world: &World) -> usize {
        let log = world.state.reader().entries(1, 1000).unwrap();
        log.iter().filter(|entry| entry.json.contains("user_password_changed")).count()
    }

    #[tokio::test]
    async fn the_old_password_opens_nothing_any_more_and_every_session_goes_on() {
        let world = World::licensed(2, 1).await;
        let (phone, laptop) = (world.sign_in("user1").await, world.sign_in("user1").await);
        let body = json!({ "current": PASSWORD, "password": NEW });
        let changed = change(&world, &phone.string("access_token"), &body).await;
        assert_eq!((changed.status.as_u16(), changed.text.as_str()), (204, ""));
        assert_eq!(acts(&world), 1);
        for device in [&phone, &laptop] {
            assert_eq!(world.me(&device.string("access_token")).await.status, 200);
            assert_eq!(world.refresh(&device.string("refresh_token")).await.status, 200);
        }
        world.sign_in("user1").await.assert_problem(401, "invalid_grant");
        world.clock.advance(10);
        assert_eq!(sign_in_with(&world, NEW).await.status, 200);
    }

    #[tokio::test]
    async fn where_asked_the_session_that_asks_is_the_only_one_to_go_on() {
        let world = World::licensed(2, 1).await;
        let (phone, laptop) = (world.sign_in("user1").await, world.sign_in("user1").await);
        let body = json!({ "current": PASSWORD, "password": NEW, "end_other_sessions": true });
        let changed = change(&world, &phone.string("access_token"), &body).await;
        assert_eq!(changed.status, 204);
        assert_eq!(world.me(&phone.string("access_token")).await.status, 200);
        assert_eq!(world.refresh(&phone.string("refresh_token")).await.status, 200);
        world.me(&laptop.string("access_token")).await.assert_problem(401, "invalid_token");
        let ended = world.refresh(&laptop.string("refresh_token")).await;
        ended.assert_problem(401, "invalid_grant");
    }

    #[tokio::test]
    async fn whoever_found_a_page_open_may_not_guess_here_either() {
        let world = World::licensed(1, 1).await;
        let token = world.sign_in("user1").await.string("access_token");
        let guess = json!({ "current": "not the right one", "password": NEW });
        for _ in 0..2 {
            let refused = change(&world, &token, &guess).await;
            refused.assert_problem(403, "invalid_grant");
            assert!(!refused.headers.contains_key("www-authenticate"));
        }
        change(&world, &token, &guess).await.assert_problem(429, "throttled");
        world.sign_in("user1").await.assert_problem(429, "throttled");
        world.clock.advance(1);
        let body = json!({ "current": PASSWORD, "password": NEW });
        assert_eq!(change(&world, &token, &body).await.status, 204);
    }

    #[tokio::test]
    async fn a_new_password_is_as_hard_to_guess_as_a_first_one() {
        let world = World::licensed(1, 1).await;
        let token = world.sign_in("user1").await.string("access_token");
        for (password, word) in [
            ("short", "fewer than 8"),
            ("Sonnenschein1", "guessed first"),
            ("user1-institute", "made of names"),
        ] {
            let body = json!({ "current": PASSWORD, "password": password });
            let refused = change(&world, &token, &body).await;
            refused.assert_problem(400, "invalid_request");
            assert!(refused.string("detail").contains(word), "{}", refused.text);
            assert!(!refused.text.contains(password));
        }
        assert_eq!((world.me(&token).await.status.as_u16(), acts(&world)), (200, 0));
        assert_eq!(world.sign_in("user1").await.status, 200, "the old one is still good");
    }

    #[tokio::test]
    async fn what_is_not_right_is_named() {
        let world = World::licensed(1, 1).await;
        let token = world.sign_in("user1").await.string("access_token");
        for (body, word) in [
            (json!({}), "`current`"),
            (json!({ "current": PASSWORD }), "`password`"),
            (json!({ "current": 1, "password": NEW }), "`current`"),
            (json!({ "current": PASSWORD, "password": [NEW] }), "`password`"),
            (
                json!({ "current": PASSWORD, "password": NEW, "end_other_sessions": "yes" }),
                "`end_other_sessions`",
            ),
        ] {
            let refused = change(&world, &token, &body).await;
            refused.assert_problem(400, "invalid_request");
            assert!(refused.string("detail").contains(word), "{}", refused.text);
        }
        world.post(CHANGE, "").send().await.assert_problem(401, "invalid_token");
        let body = json!({ "current": PASSWORD, "password": "x".repeat(20_000) });
        change(&world, &token, &body).await.assert_problem(413, "too_large");
    }

    #[tokio::test]
    async fn an_administrator_changes_their_own_without_a_seat() {
        let world = World::new();
        let token = world.admin_token().await;
        let body = json!({ "current": PASSWORD, "password": NEW });
        assert_eq!(change(&world, &token, &body).await.status, 204);
        assert_eq!(world.me(&token).await.status, 200);
    }
}
