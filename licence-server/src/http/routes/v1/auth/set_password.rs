//! `POST /v1/auth/set-password`: redeem a one-time code. It sets the password of the person to whom the code
//! was handed, ends every sign-in of theirs, and is used up.

use axum::Json;
use axum::extract::State;
use licence_core::{Code, UnixTime};
use serde::Serialize;
use utoipa::ToSchema;
use utoipa_axum::routes;

use super::attempt::{Attempt, Whence};
use super::secure_cookie;
use crate::domain::{CodeHash, Command, Outcome, Redeem, Refusal, User, UserKey};
use crate::http::Client;
use crate::http::extract::{Fields, Now};
use crate::http::openapi::{Routes, problems};
use crate::http::problem::{Problem, not};
use crate::http::routes::v1::new_password;
use crate::password::OneTimeCode;
use crate::state::AppState;
use crate::store::StoreError;

pub(super) fn router() -> Routes {
    Routes::new().routes(routes!(set_password))
}

problems!(Refused: InsecureTransport, InvalidGrant, Throttled);

/// A one-time code, and the password that is set with it.
#[derive(ToSchema)]
#[expect(dead_code, reason = "for readers of the API: the handler takes each field by its name")]
struct SetPasswordRequest {
    /// The code, as it is printed or as people type it.
    code: String,
    /// The password.
    #[schema(format = Password)]
    password: String,
}

/// Whose password was set, so that the page can ask for it next.
#[derive(Serialize, ToSchema)]
struct PasswordSet {
    username: String,
}

#[utoipa::path(
    post,
    path = "/set-password",
    tag = "sign-in",
    operation_id = "set_password",
    summary = "Set a password with a code",
    request_body(content(
        (SetPasswordRequest = "application/x-www-form-urlencoded"),
        (SetPasswordRequest = "application/json"),
    )),
    security(()),
    responses((status = 200, description = "It is set, and every sign-in of the person has ended.", body = PasswordSet), Refused),
)]
async fn set_password(
    State(state): State<AppState>,
    Now(now): Now,
    client: Client,
    fields: Fields,
) -> Result<Json<PasswordSet>, Problem> {
    secure_cookie(&state)?;
    let (code, chosen) = (fields.needed("code")?, fields.needed("password")?);
    let code = OneTimeCode::parse(code).map(|code| code.hash());
    // Before a password is hashed, so that whoever has no code costs a lookup and no more.
    let user = match &code {
        Some(code) => redeemer(code, now, &state)?,
        None => None,
    };
    let Some((user, code)) = user.zip(code) else {
        return Err(wrong_code(&client, now, &state));
    };
    let names = [Some(&user.username), user.email.as_ref()].into_iter().flatten();
    let hash = new_password::hash(chosen, names, now, &state).await?;
    let outcome = state.submit(Command::Redeem(Redeem { code, hash })).await?;
    if let Outcome::Redeemed { .. } = outcome {
        return Ok(Json(PasswordSet { username: user.username.to_string() }));
    }
    // Somebody was faster, by a moment.
    let is_late = outcome == Outcome::Refused(Refusal::InvalidGrant);
    Err(if is_late { not_good() } else { not(outcome) })
}

/// The person who may redeem a code now.
fn redeemer(code: &CodeHash, now: UnixTime, state: &AppState) -> Result<Option<User>, StoreError> {
    let user = state.reader().user_by(&UserKey::Code(code.handle()))?;
    let site = state.mirror().site();
    let is_good = |user: &User| user.code.is_some_and(|open| open.is_redeemed_by(code, &site, now));
    Ok(user.filter(|user| user.is_enabled() && is_good(user)))
}

/// Counts a wrong code, and refuses it. Whoever has a right one does not wait for the mistakes of their
/// neighbours: nobody has one of 120 random bits by guessing.
fn wrong_code(client: &Client, now: UnixTime, state: &AppState) -> Problem {
    let prefix = client.prefix();
    let whence = Whence { name: None, prefix, is_known_device: false };
    match Attempt::begin(whence, now, state) {
        Ok(failed) => {
            drop(failed);
            not_good()
        }
        Err(throttled) => throttled,
    }
}

fn not_good() -> Problem {
    Problem::new(Code::InvalidGrant)
        .detail("this code is not good: it was used, a newer one was made, or its time is over")
        .mend("check how it is written, or ask the administrator for a new one")
}

#[cfg(test)]
mod tests {
    use serde_json::json;

    use crate::http::paths;
    use crate::http::testing::{Answer, PASSWORD, World};

    async fn invited(world: &World) -> String {
        let ann = json!({ "username": "ann", "email": "ann@example.org", "invite": true });
        let added = world.admin(paths::ADMIN_USERS, &ann).await;
        assert_eq!(added.status, 201, "{}", added.text);
        assert_eq!(added.json()["is_verified"], false);
        added.json()["new_code"]["code"].as_str().unwrap().to_owned()
    }

    async fn reset(world: &World, who: &str) -> String {
        let path = format!("{}/{who}/reset", paths::ADMIN_USERS);
        let made = world.admin(&path, &json!({})).await;
        assert_eq!(made.status, 200, "{}", made.text);
        made.json()["new_code"]["code"].as_str().unwrap().to_owned()
    }

    async fn redeem(world: &World, code: &str, password: &str) -> Answer {
        let body = json!({ "code": code, "password": password }).to_string();
        let call = world.call(axum::http::Method::POST, "/v1/auth/set-password");
        call.header("content-type", "application/json").body(body).send().await
    }

    async fn row(world: &World, who: &str) -> serde_json::Value {
        world.get(&format!("{}/{who}", paths::ADMIN_USERS)).send_locally().await.json()
    }

    #[tokio::test]
    async fn a_newcomer_sets_a_password_with_a_slip_and_signs_in() {
        let world = World::licensed(1, 0).await;
        let code = invited(&world).await;
        assert_eq!(row(&world, "ann").await["code"]["kind"], "invitation");
        world.sign_in("ann").await.assert_problem(401, "invalid_grant");
        let set = redeem(&world, &code.to_lowercase().replace('-', " "), PASSWORD).await;
        assert_eq!((set.status.as_u16(), set.string("username").as_str()), (200, "ann"));
        let ann = row(&world, "ann").await;
        assert_eq!((&ann["is_verified"], ann.get("code")), (&json!(true), None));
        assert_eq!(world.sign_in("ann").await.status, 200);
    }

    #[tokio::test]
    async fn a_code_that_was_used_replaced_or_is_over_is_refused_in_clear_words() {
        let world = World::licensed(1, 0).await;
        let first = invited(&world).await;
        let second = world.admin(&format!("{}/ann/invite", paths::ADMIN_USERS), &json!({})).await;
        let second = second.json()["new_code"]["code"].as_str().unwrap().to_owned();
        let replaced = redeem(&world, &first, PASSWORD).await;
        replaced.assert_problem(401, "invalid_grant");
        assert!(replaced.string("detail").contains("a newer one was made"));
        assert!(replaced.string("mend").contains("ask the administrator"));
        assert_eq!(redeem(&world, &second, PASSWORD).await.status, 200);
        redeem(&world, &second, PASSWORD).await.assert_problem(401, "invalid_grant");
        let late = reset(&world, "ann").await;
        world.clock.advance(3600);
        redeem(&world, &late, PASSWORD).await.assert_problem(401, "invalid_grant");
    }

    #[tokio::test]
    async fn a_password_that_is_not_taken_leaves_the_code_good() {
        let world = World::licensed(1, 0).await;
        let code = invited(&world).await;
        for (password, words) in [
            ("short", "fewer than 8"),
            ("password1234", "guessed first"),
            ("ann@example.org", "everybody here knows"),
            ("demo-app-2026", "everybody here knows"),
            ("institute demo-app", "everybody here knows"),
        ] {
            let refused = redeem(&world, &code, password).await;
            refused.assert_problem(400, "invalid_request");
            assert!(refused.string("detail").contains(words), "{password}: {}", refused.text);
        }
        assert_eq!(redeem(&world, &code, PASSWORD).await.status, 200);
    }

    #[tokio::test]
    async fn a_reset_ends_every_sign_in_when_it_is_redeemed_and_not_before() {
        let world = World::licensed(1, 1).await;
        let token = world.sign_in("user1").await.string("access_token");
        let code = reset(&world, "user1").await;
        assert_eq!(world.me(&token).await.status, 200);
        assert_eq!(redeem(&world, &code, "four other words here").await.status, 200);
        world.me(&token).await.assert_problem(401, "invalid_token");
        world.sign_in("user1").await.assert_problem(401, "invalid_grant");
    }

    #[tokio::test]
    async fn who_tries_codes_is_slowed_down_and_the_neighbour_with_a_right_one_is_not() {
        let world = World::licensed(1, 0).await;
        let code = invited(&world).await;
        let wrong = "0000-0000-0000-0000-0000-0000";
        for _ in 0..2 {
            redeem(&world, wrong, PASSWORD).await.assert_problem(401, "invalid_grant");
        }
        let slowed = redeem(&world, "no code at all", PASSWORD).await;
        slowed.assert_problem(429, "throttled");
        assert_eq!(slowed.header("retry-after"), "1");
        assert_eq!(redeem(&world, &code, PASSWORD).await.status, 200);
    }

    #[tokio::test]
    async fn who_has_a_password_gets_a_reset_and_no_invitation() {
        let world = World::licensed(1, 1).await;
        let path = format!("{}/user1/invite", paths::ADMIN_USERS);
        let refused = world.admin(&path, &json!({})).await;
        refused.assert_problem(409, "conflict");
        assert!(refused.string("mend").contains("make a reset"));
        let made = world.admin(&format!("{}/user1/reset", paths::ADMIN_USERS), &json!({})).await;
        let link = made.json()["new_code"]["link"].as_str().unwrap().to_owned();
        assert!(link.starts_with("http://localhost:8080/set-password#"), "{link}");
        assert_eq!(
            world.get("/v1/admin/users/user1").send_locally().await.json().get("new_code"),
            None
        );
    }

    #[tokio::test]
    async fn a_password_is_not_set_over_an_open_network() {
        let world = World::with("http://seats.lan", "");
        redeem(&world, "x", PASSWORD).await.assert_problem(400, "insecure_transport");
    }
}
