//! `GET /v1/admin/seats[?after=&limit=]`: who holds a seat, with which device and until when.

use axum::Json;
use axum::extract::{RawQuery, State};
use licence_core::{SessionId, UnixTime};
use serde::{Deserialize, Serialize};
use utoipa::ToSchema;
use utoipa_axum::routes;

use crate::domain::{Borrowing, Session};
use crate::http::extract::{Administrator, Fields, Now};
use crate::http::openapi::Routes;
use crate::http::problem::Problem;
use crate::http::routes::v1::admin::page::{Page, PageSize, Start, limit, page};
use crate::http::routes::v1::admin::person::Named;
use crate::http::routes::v1::admin::usage::WarningRow;
use crate::state::AppState;

pub(super) fn router() -> Routes {
    Routes::new().routes(routes!(list))
}

/// The seats that are held. A person may hold one with several devices: each is an entry.
#[derive(Clone, Debug, Deserialize, Serialize, ToSchema)]
pub struct SeatList {
    /// Seats there are; none without a licence.
    pub total: u32,
    /// Seats taken, those included whose lease has ended and that nobody has needed since.
    pub in_use: u32,
    /// What an administrator should know of now; empty where all is well.
    pub warnings: Vec<WarningRow>,
    /// The holders. Those of seats that were taken along offline come last, with the last page.
    #[serde(flatten)]
    pub page: Page<SeatRow>,
}

/// A seat's hold by one device. Times are Unix seconds.
#[derive(Clone, Debug, Deserialize, Serialize, ToSchema)]
pub struct SeatRow {
    /// Who holds it.
    #[serde(flatten)]
    pub person: Named,
    /// With which session.
    #[schema(format = "uuid")]
    pub session: String,
    /// What the person called the device.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub device: Option<String>,
    /// When that session began, or when the seat was taken along.
    #[schema(format = "unixtime")]
    pub since: i64,
    /// Until when, if it is not renewed.
    #[schema(format = "unixtime")]
    pub lease_end: i64,
    /// The id of the lease with which it was taken along offline, where it was.
    #[serde(skip_serializing_if = "Option::is_none")]
    #[schema(format = "uuid")]
    pub borrowed: Option<String>,
}

#[utoipa::path(
    get,
    path = "/seats",
    tag = "house",
    operation_id = "list_seats",
    summary = "Who holds a seat?",
    params(
        ("after" = Option<String>, Query, format = "uuid", description = "`next` of the page before"),
        PageSize,
    ),
    security(("bearer" = ["admin"])),
    responses((status = 200, description = "A page of those who hold one.", body = SeatList)),
)]
async fn list(
    _: Administrator,
    State(state): State<AppState>,
    Now(now): Now,
    RawQuery(query): RawQuery,
) -> Result<Json<SeatList>, Problem> {
    let query = Fields::of_query(query.as_deref(), &["after", "limit"])?;
    let after = query.parsed("after", "the id of a session", SessionId::parse)?;
    let start = Start { after, limit: limit(&query)? };
    let read = |after, count| state.reader().sessions_after(after, count);
    let seated = |session: Session| SeatRow::seated(&session, now, &state);
    let mut page = page(start, read, |session| session.id, seated)?;
    if page.next.is_none() {
        for borrowing in state.reader().borrowings()? {
            page.items.extend(SeatRow::taken_along(&borrowing, now, &state)?);
        }
    }
    Ok(Json(SeatList {
        total: state.mirror().in_force(now).map_or(0, |terms| terms.seats_total()),
        in_use: state.mirror().seats_in_use(now),
        warnings: WarningRow::all(state.warnings()),
        page,
    }))
}

impl SeatRow {
    fn seated(session: &Session, now: UnixTime, state: &AppState) -> Result<Option<Self>, Problem> {
        let Some(end) = session.lease_end.filter(|end| !now.is_expired(*end)) else {
            return Ok(None);
        };
        Ok(Some(Self {
            person: Named::of(session.user, state)?,
            session: session.id.to_string(),
            device: session.device.as_ref().map(ToString::to_string),
            since: session.auth_time.secs(),
            lease_end: end.secs(),
            borrowed: None,
        }))
    }

    fn taken_along(
        borrowing: &Borrowing,
        now: UnixTime,
        state: &AppState,
    ) -> Result<Option<Self>, Problem> {
        if !borrowing.is_out || now.is_expired(borrowing.end) {
            return Ok(None);
        }
        let session = state.reader().session(borrowing.session)?;
        Ok(Some(Self {
            person: Named::of(borrowing.user, state)?,
            session: borrowing.session.to_string(),
            device: session.and_then(|session| session.device).map(|device| device.to_string()),
            since: borrowing.start.secs(),
            lease_end: borrowing.end.secs(),
            borrowed: Some(borrowing.id.to_string()),
        }))
    }
}
