//! `POST /v1/admin/users/{who}/invite` and `/reset`: a one-time code with which the person sets a password.
//! It is shown once; the one before is good no more.

use std::fmt;

use axum::Json;
use axum::extract::{RawQuery, State};
use licence_core::{Code, UnixTime};
use serde::{Deserialize, Serialize};
use utoipa::ToSchema;
use utoipa_axum::routes;

use super::UserRow;
use crate::domain::{ChangeUser, CodeHash, CodeKind, Command, Outcome, Refusal, UserChange};
use crate::http::extract::{Administrator, Fields};
use crate::http::openapi::{Routes, problems};
use crate::http::problem::{Problem, not};
use crate::http::routes::v1::admin::person::{self, Who};
use crate::password::{CODE_BYTES, OneTimeCode, Picture};
use crate::state::AppState;

pub(super) fn router() -> Routes {
    Routes::new().routes(routes!(invite)).routes(routes!(reset))
}

problems!(Refused: Conflict);

/// A one-time code, in the only answer that ever shows it.
#[derive(Clone, Deserialize, Serialize, ToSchema)]
pub struct CodeShown {
    /// What it is for: `invitation` or `reset`.
    pub kind: String,
    /// The code as it is printed and read aloud.
    pub code: String,
    /// The page where it is redeemed, with the code in the part of the address that no server is sent.
    pub link: String,
    /// When it is good no more, in Unix seconds.
    #[schema(format = "unixtime")]
    pub until: i64,
    /// The address as a QR code, where one was asked for.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub picture: Option<PictureShown>,
}

/// A QR code, to be drawn as an SVG path in a square that is light, and whose margin belongs to it.
#[derive(Clone, Debug, Deserialize, Serialize, ToSchema)]
pub struct PictureShown {
    /// The sides of the square, in units of the path.
    pub size: usize,
    /// What is dark: the `d` of an SVG path.
    pub path: String,
}

/// Whether a picture was asked for beside a code.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum WithPicture {
    Yes,
    No,
}

impl WithPicture {
    /// What a query asks for.
    pub(super) fn of_query(query: Option<&str>) -> Result<Self, Problem> {
        let asked = Fields::of_query(query, &["picture"])?.switch("picture")?;
        Ok(if asked == Some(true) { Self::Yes } else { Self::No })
    }
}

/// Without the code: what is printed by mistake may end up in a log.
impl fmt::Debug for CodeShown {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let Self { kind, until, .. } = self;
        write!(f, "CodeShown({kind}, …, {until})")
    }
}

impl CodeShown {
    /// The same with a picture, where one was asked for.
    pub(super) fn drawn(self, picture: WithPicture) -> Result<Self, Problem> {
        if picture == WithPicture::No {
            return Ok(self);
        }
        let Picture { size, path } = Picture::of(&self.link).map_err(Problem::internal)?;
        Ok(Self { picture: Some(PictureShown { size, path }), ..self })
    }
}

/// A person's account, and a code for them.
#[derive(Clone, Debug, Deserialize, Serialize, ToSchema)]
pub struct UserWithCode {
    /// The account.
    #[serde(flatten)]
    pub user: UserRow,
    /// The code.
    pub new_code: CodeShown,
}

#[utoipa::path(
    post,
    path = "/users/{who}/invite",
    tag = "people",
    operation_id = "invite_user",
    summary = "Make an invitation",
    params(
        ("who" = String, Path, description = "The person's id, or a name with which they sign in", example = "m.curie"),
        ("picture" = Option<bool>, Query, description = "Whether to draw the address as a QR code"),
    ),
    security(("bearer" = ["admin"])),
    responses((status = 200, description = "The account, and the code: it is never shown again.", body = UserWithCode), Refused),
)]
async fn invite(
    by: Administrator,
    State(state): State<AppState>,
    Who(who): Who,
    RawQuery(query): RawQuery,
) -> Result<Json<UserWithCode>, Problem> {
    let picture = WithPicture::of_query(query.as_deref())?;
    offer(&who, CodeKind::Invitation, picture, by, &state).await
}

#[utoipa::path(
    post,
    path = "/users/{who}/reset",
    tag = "people",
    operation_id = "reset_user",
    summary = "Make a code for a new password",
    params(
        ("who" = String, Path, description = "The person's id, or a name with which they sign in", example = "m.curie"),
        ("picture" = Option<bool>, Query, description = "Whether to draw the address as a QR code"),
    ),
    security(("bearer" = ["admin"])),
    responses((status = 200, description = "The account, and the code: it is never shown again.", body = UserWithCode)),
)]
async fn reset(
    by: Administrator,
    State(state): State<AppState>,
    Who(who): Who,
    RawQuery(query): RawQuery,
) -> Result<Json<UserWithCode>, Problem> {
    let picture = WithPicture::of_query(query.as_deref())?;
    offer(&who, CodeKind::Reset, picture, by, &state).await
}

async fn offer(
    who: &str,
    kind: CodeKind,
    picture: WithPicture,
    Administrator(by): Administrator,
    state: &AppState,
) -> Result<Json<UserWithCode>, Problem> {
    let user = person::find(who, state)?.id;
    let code = FreshCode::draw(state)?;
    let change = UserChange::Offer { code: code.hash(), kind };
    let command = Command::ChangeUser(ChangeUser { user, change, by: Some(by) });
    let outcome = state.submit(command).await?;
    let Outcome::Offered { until } = outcome else { return Err(not_offered(outcome)) };
    let row = person::find(&user.to_string(), state)?;
    let new_code = code.shown(kind, until, state).drawn(picture)?;
    Ok(Json(UserWithCode { user: UserRow::new(&row), new_code }))
}

fn not_offered(outcome: Outcome) -> Problem {
    if outcome != Outcome::Refused(Refusal::Conflict) {
        return not(outcome);
    }
    Problem::new(Code::Conflict)
        .detail("this person has a password already, and needs no invitation")
        .mend("where the password was forgotten, make a reset")
}

/// A code that was just drawn, and that nobody has seen.
pub(super) struct FreshCode(OneTimeCode);

impl FreshCode {
    pub(super) fn draw(state: &AppState) -> Result<Self, Problem> {
        Ok(Self(OneTimeCode::new(state.rng().secret::<CODE_BYTES>()?)))
    }

    pub(super) fn hash(&self) -> CodeHash {
        self.0.hash()
    }

    /// For whoever hands it over, when the store knows its hash.
    pub(super) fn shown(&self, kind: CodeKind, until: UnixTime, state: &AppState) -> CodeShown {
        let code = self.0.spoken();
        CodeShown {
            kind: kind.name().to_owned(),
            link: format!("{}/set-password#{}", state.config().public, *code),
            code: code.to_string(),
            until: until.secs(),
            picture: None,
        }
    }
}
