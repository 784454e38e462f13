//! `POST /v1/auth/register`: ask to be registered, where the setting `registration` lets people. An
//! administrator says yes by enabling the account.

use axum::Json;
use axum::extract::State;
use axum::http::StatusCode;
use licence_core::{Code, UserId};
use serde::Serialize;
use utoipa::ToSchema;
use utoipa_axum::routes;

use super::attempt::{Attempt, Whence};
use super::secure_cookie;
use crate::config::Registration;
use crate::domain::{AddUser, Command, Outcome, Standing};
use crate::http::Client;
use crate::http::extract::{Fields, Now, email};
use crate::http::openapi::{Routes, problems};
use crate::http::problem::{Problem, not};
use crate::http::routes::v1::new_password;
use crate::state::AppState;

pub(super) fn router() -> Routes {
    Routes::new().routes(routes!(register))
}

problems!(Refused: InsecureTransport, Forbidden, Conflict, RegisteredFull, Throttled);

/// Whoever asks to be registered.
#[derive(ToSchema)]
#[expect(dead_code, reason = "for readers of the API: the handler takes each field by its name")]
struct RegisterRequest {
    /// The name to sign in with.
    #[schema(min_length = 1, max_length = 200, example = "m.curie")]
    username: String,
    /// An e-mail address, to sign in with as well.
    #[schema(max_length = 200)]
    email: Option<String>,
    /// The password.
    #[schema(format = Password)]
    password: String,
}

/// Who asked.
#[derive(Serialize, ToSchema)]
struct Applicant {
    id: String,
    username: String,
}

#[utoipa::path(
    post,
    path = "/register",
    tag = "sign-in",
    operation_id = "register",
    summary = "Ask to be registered",
    request_body(content(
        (RegisterRequest = "application/x-www-form-urlencoded"),
        (RegisterRequest = "application/json"),
    )),
    security(()),
    responses((status = 202, description = "An administrator has to say yes.", body = Applicant), Refused),
)]
async fn register(
    State(state): State<AppState>,
    Now(now): Now,
    client: Client,
    fields: Fields,
) -> Result<(StatusCode, Json<Applicant>), Problem> {
    if state.config().registration == Registration::Closed {
        return Err(Problem::new(Code::Forbidden)
            .detail("nobody registers by themselves here")
            .mend("ask the administrator for an invitation"));
    }
    secure_cookie(&state)?;
    let username = fields.written("username")?;
    let username = username.ok_or_else(|| Problem::invalid_request("`username` is missing"))?;
    let email = fields.parsed("email", "an e-mail address", email)?;
    let chosen = fields.needed("password")?;
    let prefix = client.prefix();
    // Each counts as a failure, also one that comes to a good end: nobody registers ten people in a row.
    let _counted =
        Attempt::begin(Whence { name: None, prefix, is_known_device: false }, now, &state)?;
    let names = [Some(&username), email.as_ref()].into_iter().flatten();
    let hash = Some(new_password::hash(chosen, names, now, &state).await?);
    let add = AddUser {
        email,
        hash,
        standing: Standing::Applied,
        ..AddUser::named(UserId(state.rng().uuid(now)?), username.clone())
    };
    let outcome = state.submit(Command::AddUser(add)).await?;
    let Outcome::Added { user } = outcome else { return Err(not(outcome)) };
    let (id, username) = (user.to_string(), username.to_string());
    Ok((StatusCode::ACCEPTED, Json(Applicant { id, username })))
}

#[cfg(test)]
mod tests {
    use axum::http::Method;
    use serde_json::json;

    use crate::http::testing::{Answer, PASSWORD, World};

    async fn open() -> World {
        let world = World::with("http://localhost:8080", "registration = 'approval'");
        world.furnish(1, 0).await;
        world
    }

    async fn apply(world: &World, name: &str) -> Answer {
        let body = json!({ "username": name, "password": PASSWORD }).to_string();
        let call = world.call(Method::POST, "/v1/auth/register");
        call.header("content-type", "application/json").body(body).send().await
    }

    #[tokio::test]
    async fn nobody_registers_by_themselves_unless_a_setting_says_so() {
        let refused = apply(&World::licensed(1, 0).await, "ann").await;
        refused.assert_problem(403, "forbidden");
        assert!(refused.string("mend").contains("invitation"));
    }

    #[tokio::test]
    async fn who_applied_signs_in_when_an_administrator_has_said_yes() {
        let world = open().await;
        let applied = apply(&world, "ann").await;
        assert_eq!(applied.status, 202, "{}", applied.text);
        world.sign_in("ann").await.assert_problem(401, "invalid_grant");
        let waiting = world.get("/v1/admin/users?applicants=true").send_locally().await.json();
        let ann = &waiting["items"][0];
        assert_eq!((&ann["username"], &ann["is_enabled"]), (&json!("ann"), &json!(false)));
        let enabled = world.admin("/v1/admin/users/ann/enable", &json!({})).await.json();
        assert_eq!(
            (&enabled["is_applicant"], &enabled["is_verified"]),
            (&json!(false), &json!(true))
        );
        assert_eq!(world.sign_in("ann").await.status, 200);
    }

    #[tokio::test]
    async fn a_name_is_given_once_and_a_row_of_applications_is_slowed_down() {
        let world = open().await;
        assert_eq!(apply(&world, "ann").await.status, 202);
        apply(&world, "Ann").await.assert_problem(409, "conflict");
        apply(&world, "ben").await.assert_problem(429, "throttled");
        world.clock.advance(1);
        assert_eq!(apply(&world, "ben").await.status, 202);
    }
}
