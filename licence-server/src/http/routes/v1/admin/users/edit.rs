//! `PATCH /v1/admin/users/{who}`: change names, roles and marks. With `If-Match`, only what the
//! administrator has seen is changed.

use axum::Json;
use axum::extract::State;
use axum::http::{HeaderMap, header};
use axum::response::{IntoResponse as _, Response};
use licence_core::Text;
use utoipa::ToSchema;
use utoipa_axum::routes;

use super::change::{Before, ChangedUser};
use super::roles;
use crate::domain::{ChangeUser, Command, Edit, Expected, User, UserChange};
use crate::http::extract::{Administrator, Fields, email};
use crate::http::openapi::{Routes, problems};
use crate::http::problem::{Problem, done};
use crate::http::routes::v1::admin::person::{self, Who};
use crate::http::routes::v1::condition::{etag, expected};
use crate::state::AppState;

pub(super) fn router() -> Routes {
    Routes::new().routes(routes!(edit))
}

problems!(Refused: Conflict, PreconditionFailed);

/// What is to change of an account; what is not named stays.
#[derive(ToSchema)]
#[expect(dead_code, reason = "for readers of the API: the handler takes each field by its name")]
struct EditUserRequest {
    /// Another name to sign in with.
    #[schema(max_length = 200)]
    username: Option<String>,
    /// Another e-mail address; an empty text takes it away.
    #[schema(max_length = 200)]
    email: Option<String>,
    /// What the person may do on this server: `admin` or nothing. Other roles than before end the person's
    /// sessions.
    #[schema(max_items = 1)]
    roles: Option<Vec<String>>,
    /// What the person may do in the application, likewise.
    #[schema(max_items = 32)]
    app_roles: Option<Vec<String>>,
    /// The id in an older system; an empty text takes it away.
    #[schema(max_length = 200)]
    ext_id: Option<String>,
    /// Whether somebody vouches for the person.
    is_verified: Option<bool>,
}

#[utoipa::path(
    patch,
    path = "/users/{who}",
    tag = "people",
    operation_id = "edit_user",
    summary = "Change names, roles and marks",
    params(
        ("who" = String, Path, description = "The person's id, or a name with which they sign in", example = "m.curie"),
        ("If-Match" = Option<String>, Header, description = "The `ETag` of what was read; 412 where it was changed since"),
    ),
    request_body(content(
        (EditUserRequest = "application/x-www-form-urlencoded"),
        (EditUserRequest = "application/json"),
    )),
    security(("bearer" = ["admin"])),
    responses((status = 200, description = "The account.", body = ChangedUser, headers(("ETag" = String, description = "The version, to give as `If-Match`"))), Refused),
)]
async fn edit(
    Administrator(by): Administrator,
    State(state): State<AppState>,
    Who(who): Who,
    headers: HeaderMap,
    fields: Fields,
) -> Result<Response, Problem> {
    let user = person::find(&who, &state)?;
    let edits = edits(&fields, &user)?;
    let asked = expected(&headers, || Ok(Some(user.version)))?;
    // The roles that are not named are those that were read just now.
    let expected = match asked {
        Expected::Anything | Expected::Something => Expected::Version(user.version),
        Expected::Nothing | Expected::Version(_) => asked,
    };
    let before = Before::of(user, &state)?;
    let change = UserChange::Edit { edits, expected };
    let command = ChangeUser { user: before.user.id, change, by: Some(by) };
    done(state.submit(Command::ChangeUser(command)).await?)?;
    let changed = ChangedUser::since(&before, &state)?;
    Ok(([(header::ETAG, etag(changed.user.version))], Json(changed)).into_response())
}

/// What a body asks to change. What may be absent is taken away by `""`.
fn edits(fields: &Fields, user: &User) -> Result<Vec<Edit>, Problem> {
    let mut edits = Vec::new();
    if let Some(username) = fields.written("username")? {
        edits.push(Edit::Username(username));
    }
    if fields.has("email") {
        edits.push(Edit::Email(fields.parsed("email", "an e-mail address", email)?));
    }
    if fields.has("roles") || fields.has("app_roles") {
        edits.push(Edit::Roles(roles::read(fields, &user.roles)?));
    }
    if fields.has("ext_id") {
        let ext_id = fields.parsed("ext_id", "1 to 200 characters", Text::parse)?;
        edits.push(Edit::ExtId(ext_id));
    }
    if let Some(is_verified) = fields.switch("is_verified")? {
        edits.push(Edit::Verified(is_verified));
    }
    if edits.is_empty() {
        return Err(Problem::invalid_request(
            "say what to change: `username`, `email`, `roles`, `app_roles`, `ext_id` or `is_verified`",
        ));
    }
    Ok(edits)
}
