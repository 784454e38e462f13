//! `POST /v1/admin/seats/borrowed/{id}/write-off`: gives a seat that was taken along offline to
//! others, though its copy lives.

use axum::Json;
use axum::extract::State;
use licence_core::TokenId;
use serde::{Deserialize, Serialize};
use utoipa::ToSchema;
use utoipa_axum::routes;

use crate::domain::{Command, WriteOff};
use crate::http::extract::{Administrator, PathId};
use crate::http::openapi::Routes;
use crate::http::problem::{Problem, done};
use crate::http::routes::v1::admin::page::not_found;
use crate::http::routes::v1::admin::person::Named;
use crate::state::AppState;

pub(super) fn router() -> Routes {
    Routes::new().routes(routes!(write_off))
}

/// A borrowed seat that was written off.
#[derive(Clone, Debug, Deserialize, Serialize, ToSchema)]
pub struct WrittenOff {
    /// The id of its lease.
    #[schema(format = "uuid")]
    pub id: String,
    /// Who has it.
    #[serde(flatten)]
    pub person: Named,
    /// Until when its copy works and counts against those that may be taken along, in Unix seconds.
    #[schema(format = "unixtime")]
    pub counts_until: i64,
}

#[utoipa::path(
    post,
    path = "/seats/borrowed/{id}/write-off",
    tag = "house",
    operation_id = "write_off_seat",
    summary = "Give a seat that is out to others, though its copy lives",
    params(
        ("id" = String, Path, format = "uuid", description = "The lease"),
    ),
    security(("bearer" = ["admin"])),
    responses((status = 200, description = "What was written off.", body = WrittenOff)),
)]
async fn write_off(
    Administrator(by): Administrator,
    State(state): State<AppState>,
    PathId(id): PathId,
) -> Result<Json<WrittenOff>, Problem> {
    let gone = || {
        not_found(
            "there is no borrowed seat with that id, or its time is over".to_owned(),
            "see which there are with `licence-server seat list`",
        )
    };
    let id = TokenId(id);
    let borrowing = state.reader().borrowing(id)?.ok_or_else(gone)?;
    done(state.submit(Command::WriteOff(WriteOff { id, by })).await?)?;
    Ok(Json(WrittenOff {
        id: id.to_string(),
        person: Named::of(borrowing.user, &state)?,
        counts_until: borrowing.end.secs(),
    }))
}
