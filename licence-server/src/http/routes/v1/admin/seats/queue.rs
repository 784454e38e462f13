//! `GET /v1/admin/seats/queue`: who waits for a seat, in the order in which they are served.

use axum::Json;
use axum::extract::State;
use licence_core::UnixTime;
use serde::{Deserialize, Serialize};
use utoipa::ToSchema;
use utoipa_axum::routes;

use crate::domain::{Holder, Place, TicketRank};
use crate::http::extract::{Administrator, Now};
use crate::http::openapi::Routes;
use crate::http::problem::Problem;
use crate::http::routes::v1::admin::page::Page;
use crate::http::routes::v1::admin::person::Named;
use crate::state::AppState;

pub(super) fn router() -> Routes {
    Routes::new().routes(routes!(list))
}

/// A place in the queue. Times are Unix seconds.
#[derive(Clone, Debug, Deserialize, Serialize, ToSchema)]
pub struct PlaceRow {
    /// Which, from 1.
    pub place: usize,
    /// Whose; absent where it is a session's that has ended.
    #[serde(flatten)]
    pub person: Option<Named>,
    /// By which session, where the licence counts sessions.
    #[serde(skip_serializing_if = "Option::is_none")]
    #[schema(format = "uuid")]
    pub session: Option<String>,
    /// `reserved`: an administrator keeps a seat free. `waiting`: a request waits there. `kept`: none
    /// does at present, and it is skipped.
    pub state: String,
    /// Until when it is kept for whoever asks again.
    #[schema(format = "unixtime")]
    pub kept_until: i64,
}

#[utoipa::path(
    get,
    path = "/seats/queue",
    tag = "house",
    operation_id = "list_queue",
    summary = "Who waits for a seat?",
    security(("bearer" = ["admin"])),
    responses((status = 200, description = "Places, in the order in which they are served.", body = Page<PlaceRow>)),
)]
async fn list(
    _: Administrator,
    State(state): State<AppState>,
    Now(now): Now,
) -> Result<Json<Page<PlaceRow>>, Problem> {
    let mut places = state.reader().queue()?;
    places.retain(|place| !now.is_expired(place.kept_until));
    let rows = (1..).zip(places).map(|(number, place)| PlaceRow::new(number, place, now, &state));
    Ok(Json(Page::whole(rows.collect::<Result<_, _>>()?)))
}

impl PlaceRow {
    fn new(number: usize, place: Place, now: UnixTime, state: &AppState) -> Result<Self, Problem> {
        let (user, session) = match place.holder {
            Holder::Person(user) => (Some(user), None),
            Holder::Session(id) => {
                (state.reader().session(id)?.map(|session| session.user), Some(id))
            }
        };
        let is_live = !now.is_expired(place.live_until);
        let standing = match place.ticket.rank {
            TicketRank::Reserved => "reserved",
            TicketRank::Queued if is_live => "waiting",
            TicketRank::Queued => "kept",
        };
        Ok(Self {
            place: number,
            person: user.map(|user| Named::of(user, state)).transpose()?,
            session: session.map(|session| session.to_string()),
            state: standing.to_owned(),
            kept_until: place.kept_until.secs(),
        })
    }
}
