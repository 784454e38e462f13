//! `GET /v1/admin/licences`: every licence that was installed, the newest last.

use axum::Json;
use axum::extract::State;
use licence_core::UnixTime;
use serde::{Deserialize, Serialize};
use utoipa::ToSchema;
use utoipa_axum::routes;

use super::standing::LicenceStanding;
use crate::domain::{Licences, Terms};
use crate::http::extract::{Administrator, Now};
use crate::http::openapi::Routes;
use crate::http::routes::v1::admin::page::Page;
use crate::state::AppState;

pub(super) fn router() -> Routes {
    Routes::new().routes(routes!(list))
}

/// A licence that was installed. Times are Unix seconds.
#[derive(Clone, Debug, Deserialize, Serialize, ToSchema)]
pub struct LicenceRow {
    /// Its id.
    #[schema(format = "uuid")]
    pub id: String,
    /// Its series.
    pub serial: String,
    /// Its place in the series.
    pub revision: u32,
    /// Seats there are by it.
    pub seats: u32,
    /// When it begins.
    #[schema(format = "unixtime")]
    pub starts_at: i64,
    /// When it ends, its grace included, if it does.
    #[serde(skip_serializing_if = "Option::is_none")]
    #[schema(format = "unixtime")]
    pub ends_at: Option<i64>,
    /// Whether it is used, and why not.
    pub state: LicenceStanding,
}

#[utoipa::path(
    get,
    path = "/licences",
    tag = "house",
    operation_id = "list_licences",
    summary = "Which licences were installed?",
    security(("bearer" = ["admin"])),
    responses((status = 200, description = "All of them, the newest last.", body = Page<LicenceRow>)),
)]
async fn list(
    _: Administrator,
    State(state): State<AppState>,
    Now(now): Now,
) -> Json<Page<LicenceRow>> {
    let licences = state.mirror().licences();
    let in_force = state.mirror().in_force(now);
    let row = |terms: &Terms| LicenceRow::new(terms, in_force.as_ref(), &licences, now);
    Json(Page::whole(licences.iter().map(row).collect()))
}

impl LicenceRow {
    fn new(terms: &Terms, in_force: Option<&Terms>, licences: &Licences, now: UnixTime) -> Self {
        Self {
            id: terms.id.to_string(),
            serial: terms.serial.to_string(),
            revision: terms.revision,
            seats: terms.seats_total(),
            starts_at: terms.period.nbf().secs(),
            ends_at: terms.period.last_end().map(UnixTime::secs),
            state: LicenceStanding::of(terms, in_force, licences, now),
        }
    }
}
