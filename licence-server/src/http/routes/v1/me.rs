//! `GET /v1/me`: who am I.

use axum::extract::State;
use axum::response::Response;
use licence_core::{Code, UnixTime, json};
use utoipa::ToSchema;
use utoipa_axum::routes;

use crate::domain::{Session, User};
use crate::http::extract::{Bearer, Now};
use crate::http::openapi::Routes;
use crate::http::problem::Problem;
use crate::http::written::written;
use crate::state::AppState;

pub(super) fn router() -> Routes {
    Routes::new().routes(routes!(me))
}

/// Times are Unix seconds.
#[derive(ToSchema)]
#[cfg_attr(not(test), expect(dead_code, reason = "for readers of the API: `told` writes each"))]
#[cfg_attr(test, derive(serde::Deserialize, serde::Serialize))]
struct Me {
    #[schema(format = "uuid")]
    sub: String,
    username: String,
    email: Option<String>,
    roles: Vec<String>,
    ext_id: Option<String>,
    session: MySession,
    #[schema(format = "unixtime")]
    server_time: i64,
}

#[derive(ToSchema)]
#[cfg_attr(not(test), expect(dead_code, reason = "for readers of the API: `told` writes each"))]
#[cfg_attr(test, derive(serde::Deserialize, serde::Serialize))]
struct MySession {
    #[schema(format = "uuid")]
    id: String,
    #[schema(format = "unixtime")]
    auth_time: i64,
    #[schema(format = "unixtime")]
    expires_at: i64,
    device: Option<String>,
    /// Until when it holds a seat, if it holds one.
    #[schema(format = "unixtime")]
    lease_end: Option<i64>,
}

#[utoipa::path(
    get,
    path = "/me",
    tag = "me",
    operation_id = "me",
    summary = "Who am I?",
    security(("bearer" = [])),
    responses((status = 200, description = "The person and the session of the token.", body = Me)),
)]
async fn me(
    State(state): State<AppState>,
    Now(now): Now,
    Bearer(token): Bearer,
) -> Result<Response, Problem> {
    let gone = || Problem::new(Code::InvalidToken).detail("the account or the sign-in is gone");
    let user = state.user(token.claims.sign_in().sub)?.ok_or_else(gone)?;
    let session = state.session(token.claims.sign_in().sid)?.ok_or_else(gone)?;
    Ok(written(told(&user, &session, now)))
}

/// [`Me`] in JSON.
fn told(user: &User, session: &Session, now: UnixTime) -> String {
    json::object(|me| {
        me.id("sub", user.id);
        me.text("username", user.username.as_str());
        if let Some(email) = &user.email {
            me.text("email", email.as_str());
        }
        me.strings("roles", &user.roles);
        if let Some(ext_id) = &user.ext_id {
            me.text("ext_id", ext_id.as_str());
        }
        me.object("session", |own| {
            own.id("id", session.id);
            own.integer("auth_time", session.auth_time.secs());
            own.integer("expires_at", session.end.secs());
            if let Some(device) = &session.device {
                own.text("device", device.as_str());
            }
            if let Some(lease_end) = session.lease_end {
                own.integer("lease_end", lease_end.secs());
            }
        });
        me.integer("server_time", now.secs());
    })
}

#[cfg(test)]
mod tests {
    use std::sync::Arc;
    use std::sync::atomic::{AtomicBool, Ordering};

    use licence_core::claims::Claims as _;
    use licence_core::{PrivateKey, Role, Text, UserId};

    use super::Me;
    use crate::domain::{ChangeUser, Command, Edit, Expected, Outcome, UserChange};
    use crate::http::testing::{PASSWORD, World};
    use crate::token::testing::claims;

    /// The answer is written in one place and declared in another.
    #[tokio::test]
    async fn what_is_answered_is_what_is_declared() {
        let world = World::licensed(1, 1).await;
        let token = world.sign_in("user1").await.string("access_token");
        let user = UserId::parse(&world.me(&token).await.string("sub")).unwrap();
        for one in [
            Edit::Email(Text::parse("\"user1\"@example.org")),
            Edit::ExtId(Text::parse("7")),
            Edit::Roles(vec![Role::parse("editor").unwrap(), Role::parse("reader").unwrap()]),
        ] {
            assert_eq!(world.state.submit(edit(user, one)).await.unwrap(), Outcome::Done);
        }
        let form = format!("grant_type=password&username=user1&password={PASSWORD}&device=Lab+3");
        let token = world.post("/v1/auth/token", &form).send().await.string("access_token");
        let answer = world.me(&token).await;
        let me: Me = serde_json::from_str(&answer.text).unwrap();
        assert!(me.email.is_some() && me.ext_id.is_some() && me.roles.len() == 2);
        assert!(me.session.device.is_some() && me.session.lease_end.is_some());
        assert_eq!(serde_json::to_string(&me).unwrap(), answer.text);
    }

    #[tokio::test]
    async fn nobody_is_asked_who_they_are() {
        let answer = World::new().get("/v1/me").send().await;
        answer.assert_problem(401, "invalid_token");
        assert_eq!(answer.header("www-authenticate"), "Bearer");
        assert_eq!(answer.json().get("error"), None, "RFC 6749's members are for token routes");
    }

    #[tokio::test]
    async fn a_token_is_good_until_its_end_and_not_beyond() {
        let world = World::licensed(1, 1).await;
        let token = world.sign_in("user1").await.string("access_token");
        world.clock.advance(899);
        assert_eq!(world.me(&token).await.status, 200);
        world.clock.advance(1);
        let answer = world.me(&token).await;
        answer.assert_problem(401, "invalid_token");
        assert_eq!(answer.header("www-authenticate"), "Bearer error=\"invalid_token\"");
    }

    #[tokio::test]
    async fn a_token_that_another_key_signed_is_refused() {
        let world = World::licensed(1, 1).await;
        let other = PrivateKey::from_seed(&[8; 32]).unwrap();
        let answer = world.me(&other.sign(claims().signing_input(other.public().id()))).await;
        answer.assert_problem(401, "invalid_token");
        assert_eq!(answer.string("reason"), "unknown_key");
        assert_eq!(answer.string("at"), "access");
    }

    #[tokio::test]
    async fn a_token_that_was_changed_is_refused() {
        let world = World::licensed(1, 1).await;
        let token = world.sign_in("user1").await.string("access_token");
        assert_eq!(world.me(&token).await.status, 200);
        for (changed, reason) in [
            (token.replacen("eyJ", "eyI", 1), "malformed"),
            (format!("{token}A"), "malformed"),
            (format!("{token}.x"), "malformed"),
            (with_another_signature(&token), "bad_signature"),
        ] {
            assert_eq!(world.me(&changed).await.string("reason"), reason, "{changed}");
        }
    }

    fn with_another_signature(token: &str) -> String {
        let (input, signature) = token.rsplit_once('.').unwrap();
        let mut bytes = licence_core::base64url::decode(signature).unwrap();
        bytes[10] ^= 1;
        format!("{input}.{}", licence_core::base64url::encode(&bytes))
    }

    #[tokio::test]
    async fn a_token_is_read_from_its_header_alone() {
        let world = World::licensed(1, 1).await;
        let token = world.sign_in("user1").await.string("access_token");
        let answer = world.get(&format!("/v1/me?access_token={token}")).send().await;
        answer.assert_problem(401, "invalid_token");
    }

    fn edit(user: UserId, edit: Edit) -> Command {
        let edits = vec![edit];
        let change = UserChange::Edit { edits, expected: Expected::Anything };
        Command::ChangeUser(ChangeUser { user, change, by: None })
    }

    /// Rows are kept in memory: what was acknowledged is seen by whoever asks after it, also while others
    /// ask all the time and read the row before and after its commit.
    #[tokio::test(flavor = "multi_thread", worker_threads = 4)]
    async fn an_acknowledged_change_is_seen_by_whoever_asks_next() {
        let world = Arc::new(World::licensed(1, 1).await);
        let token = world.sign_in("user1").await.string("access_token");
        let user = UserId::parse(&world.me(&token).await.string("sub")).unwrap();
        let is_over = Arc::new(AtomicBool::new(false));
        let others: Vec<_> = (0..3)
            .map(|_| {
                let (world, token, is_over) = (world.clone(), token.clone(), is_over.clone());
                tokio::spawn(async move {
                    while !is_over.load(Ordering::Relaxed) {
                        assert_eq!(world.me(&token).await.status, 200);
                    }
                })
            })
            .collect();
        for number in 0..60 {
            let email = format!("user{number}@example.org");
            let edit = edit(user, Edit::Email(Text::parse(&email)));
            assert_eq!(world.state.submit(edit).await.unwrap(), Outcome::Done);
            assert_eq!(world.me(&token).await.string("email"), email);
        }
        is_over.store(true, Ordering::Relaxed);
        for other in others {
            other.await.unwrap();
        }
    }

    #[tokio::test]
    async fn a_renewed_seat_and_a_lost_account_are_seen_at_once() {
        let world = World::licensed(1, 1).await;
        let signed_in = world.sign_in("user1").await;
        let before = world.me(&signed_in.string("access_token")).await.json();
        world.clock.advance(60);
        let refreshed = world.refresh(&signed_in.string("refresh_token")).await;
        let token = refreshed.string("access_token");
        let after = world.me(&token).await.json();
        let lease_end = |me: &serde_json::Value| me["session"]["lease_end"].as_i64().unwrap();
        assert_eq!(lease_end(&after), lease_end(&before) + 60);
        let user = UserId::parse(after["sub"].as_str().unwrap()).unwrap();
        let erase = ChangeUser { user, change: UserChange::Erase, by: None };
        assert_eq!(world.state.submit(Command::ChangeUser(erase)).await.unwrap(), Outcome::Done);
        world.me(&token).await.assert_problem(401, "invalid_token");
    }
}
