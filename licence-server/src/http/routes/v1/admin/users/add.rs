//! `POST /v1/admin/users`: register a person. A password comes with it from the server's own machine
//! alone: nobody sets another's password over the network. `invite` makes a one-time code at once.

use axum::Json;
use axum::extract::{DefaultBodyLimit, RawQuery, State};
use axum::http::StatusCode;
use licence_core::{Text, UserId};
use serde::{Deserialize, Serialize};
use utoipa::ToSchema;
use utoipa_axum::routes;

use super::code::{FreshCode, WithPicture};
use super::{CodeShown, UserRow, roles};
use crate::domain::{Actor, AddUser, CodeKind, Command, Outcome};
use crate::http::extract::{Administrator, Fields, LocalAdmin, email};
use crate::http::openapi::{Routes, problems};
use crate::http::problem::{Problem, not};
use crate::http::routes::v1::admin::person;
use crate::http::routes::v1::new_password;
use crate::state::AppState;

const BODY_BYTES_MAX: usize = 64 * 1024;

pub(super) fn router() -> Routes {
    Routes::new().routes(routes!(add)).layer(DefaultBodyLimit::max(BODY_BYTES_MAX))
}

problems!(Refused: Conflict, RegisteredFull);

/// A person to register.
#[derive(ToSchema)]
#[expect(dead_code, reason = "for readers of the API: the handler takes each field by its name")]
struct AddUserRequest {
    /// The name to sign in with.
    #[schema(min_length = 1, max_length = 200, example = "m.curie")]
    username: String,
    /// An e-mail address, to sign in with as well.
    #[schema(max_length = 200, example = "m.curie@institute.example")]
    email: Option<String>,
    /// What the person may do on this server: `admin` or nothing. Only JSON can say it.
    #[schema(max_items = 1)]
    roles: Option<Vec<String>>,
    /// What the person may do in the application. Only JSON can say it.
    #[schema(max_items = 32)]
    app_roles: Option<Vec<String>>,
    /// The id in an older system.
    #[schema(max_length = 200)]
    ext_id: Option<String>,
    /// Whether somebody vouches for the person.
    is_verified: Option<bool>,
    /// Whether to make a one-time code with which the person sets a password.
    invite: Option<bool>,
    /// Only from the server's own machine.
    #[schema(format = Password)]
    password: Option<String>,
}

/// A person who was registered.
#[derive(Clone, Debug, Deserialize, Serialize, ToSchema)]
pub struct NewUser {
    /// The account.
    #[serde(flatten)]
    pub user: UserRow,
    /// The code with which the person sets a password, where one was asked for.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub new_code: Option<CodeShown>,
}

#[utoipa::path(
    post,
    path = "/users",
    tag = "people",
    operation_id = "add_user",
    summary = "Register a person",
    params(
        ("picture" = Option<bool>, Query, description = "Whether to draw the address of the code as a QR code"),
    ),
    request_body(content(
        (AddUserRequest = "application/x-www-form-urlencoded"),
        (AddUserRequest = "application/json"),
    )),
    security(("bearer" = ["admin"])),
    responses((status = 201, description = "The account.", body = NewUser), Refused),
)]
async fn add(
    Administrator(by): Administrator,
    State(state): State<AppState>,
    RawQuery(query): RawQuery,
    fields: Fields,
) -> Result<(StatusCode, Json<NewUser>), Problem> {
    let picture = WithPicture::of_query(query.as_deref())?;
    if by != Actor::Local && fields.has("password") {
        return Err(LocalAdmin::missing());
    }
    let invitation = match fields.switch("invite")? {
        Some(true) if fields.has("password") => {
            return Err(Problem::invalid_request("`invite` and `password` came together"));
        }
        Some(true) => Some(FreshCode::draw(&state)?),
        Some(false) | None => None,
    };
    let add = read(&fields, invitation.as_ref(), by, &state).await?;
    let outcome = state.submit(Command::AddUser(add)).await?;
    let Outcome::Added { user } = outcome else { return Err(not(outcome)) };
    let row = person::find(&user.to_string(), &state)?;
    let shown = |code: &FreshCode| {
        let until = row.created.plus(CodeKind::Invitation.life_secs());
        code.shown(CodeKind::Invitation, until, &state).drawn(picture)
    };
    let new_code = invitation.as_ref().map(shown).transpose()?;
    Ok((StatusCode::CREATED, Json(NewUser { user: UserRow::new(&row), new_code })))
}

async fn read(
    fields: &Fields,
    invitation: Option<&FreshCode>,
    by: Actor,
    state: &AppState,
) -> Result<AddUser, Problem> {
    let username = fields.written("username")?;
    let username = username.ok_or_else(|| Problem::invalid_request("`username` is missing"))?;
    let email = fields.parsed("email", "an e-mail address", email)?;
    let hash = match fields.text("password")? {
        Some(chosen) => {
            let names = [Some(&username), email.as_ref()].into_iter().flatten();
            Some(new_password::hash(chosen, names, state.now(), state).await?)
        }
        None => None,
    };
    Ok(AddUser {
        roles: roles::read(fields, &[])?,
        ext_id: fields.parsed("ext_id", "1 to 200 characters", Text::parse)?,
        // Whoever sets a password at the server's own machine vouches for whom they give it to.
        is_verified: fields.switch("is_verified")?.unwrap_or(hash.is_some()),
        email,
        hash,
        invitation: invitation.map(FreshCode::hash),
        by: Some(by),
        ..AddUser::named(UserId(state.rng().uuid(state.now())?), username)
    })
}

#[cfg(test)]
mod tests {
    use axum::http::Method;
    use serde_json::{Value, json};

    use crate::http::paths;
    use crate::http::testing::{PASSWORD, World};

    #[tokio::test]
    async fn a_person_signs_in_by_name_or_address() {
        let world = World::licensed(1, 0).await;
        let user = json!({
            "username": "Ann Müller",
            "email": "ann@example.org",
            "password": PASSWORD,
            "roles": ["admin"],
            "app_roles": ["editor", "editor"],
        });
        let added = world.admin(paths::ADMIN_USERS, &user).await;
        assert_eq!(added.status, 201);
        assert_eq!(added.json()["roles"], json!(["admin"]));
        assert_eq!(added.json()["app_roles"], json!(["editor"]));
        assert!(!added.text.contains(PASSWORD));
        for name in ["ann+m%C3%BCller", "ANN@example.org"] {
            let signed_in = world.sign_in(name).await;
            assert_eq!(signed_in.status, 200, "{}", signed_in.text);
        }
    }

    #[tokio::test]
    async fn a_person_without_a_password_cannot_sign_in() {
        let world = World::licensed(1, 0).await;
        let added = world.admin(paths::ADMIN_USERS, &json!({ "username": "ann" })).await;
        assert_eq!(added.json()["has_password"], false);
        world.sign_in("ann").await.assert_problem(401, "invalid_grant");
    }

    #[tokio::test]
    async fn a_name_and_an_address_are_one_persons_however_they_are_typed() {
        let world = World::new();
        let add = async |user: Value| world.admin(paths::ADMIN_USERS, &user).await;
        let jose = json!({ "username": "José", "email": "strauß@example.org" });
        assert_eq!(add(jose).await.status, 201);
        for (user, taken) in [
            (json!({ "username": "JOSE\u{301}" }), "username"),
            (json!({ "username": "ｊｏｓé" }), "username"),
            (json!({ "username": "STRAUSS@EXAMPLE.ORG" }), "username"),
            (json!({ "username": "kim", "email": "STRAUSS@example.org" }), "email"),
        ] {
            let again = add(user).await;
            again.assert_problem(409, "conflict");
            assert_eq!(again.string("taken"), taken, "{}", again.text);
        }
        assert_eq!(world.state.mirror().site().users, 1);
    }

    #[tokio::test]
    async fn what_is_not_right_is_named() {
        let world = World::new();
        for (user, word) in [
            (json!({}), "`username`"),
            (json!({ "username": " ann" }), "`username`"),
            (json!({ "username": "ann", "email": "ann" }), "`email`"),
            (json!({ "username": "ann", "password": "short" }), "fewer than 8"),
            (json!({ "username": "ann", "roles": ["editor"] }), "`app_roles`"),
            (json!({ "username": "ann", "roles": "admin" }), "`roles`"),
            (json!({ "username": "ann", "app_roles": ["a b"] }), "`app_roles`"),
            (json!({ "username": "ann", "app_roles": ["admin"] }), "`roles`"),
            (json!({ "username": "ann", "password": PASSWORD, "invite": true }), "came together"),
        ] {
            let refused = world.admin(paths::ADMIN_USERS, &user).await;
            refused.assert_problem(400, "invalid_request");
            assert!(refused.string("detail").contains(word), "{}", refused.text);
        }
    }

    #[tokio::test]
    async fn a_password_of_names_that_everybody_here_knows_is_refused() {
        let world = World::licensed(1, 0).await;
        for password in ["Ann-Mueller-77", "weatherlab-26", "demo-app-2026", "institute demo-app"] {
            let user = json!({
                "username": "Ann Müller", "email": "am@weatherlab.org", "password": password,
            });
            let refused = world.admin(paths::ADMIN_USERS, &user).await;
            refused.assert_problem(400, "invalid_request");
            assert!(refused.string("detail").contains("made of names"), "{}", refused.text);
            assert!(!refused.text.contains(password), "{}", refused.text);
        }
    }

    #[tokio::test]
    async fn nobody_sets_a_password_over_the_network() {
        let world = World::licensed(1, 0).await;
        let token = world.admin_token().await;
        let add = async |user| {
            let call = world.call(Method::POST, paths::ADMIN_USERS).bearer(&token);
            let call = call.header("content-type", "application/json");
            call.body(Value::to_string(&user)).send().await
        };
        let refused = add(json!({ "username": "ann", "password": PASSWORD })).await;
        refused.assert_problem(403, "forbidden");
        assert!(refused.string("mend").contains("run the command on that machine"));
        assert_eq!(add(json!({ "username": "ann" })).await.status, 201);
    }
}
