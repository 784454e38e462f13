//! `GET /v1/admin/usage[?from=&to=]`: how many seats were in use, and who was refused one.

use axum::Json;
use axum::extract::{RawQuery, State};
use licence_core::UnixTime;
use serde::{Deserialize, Serialize};
use utoipa::ToSchema;
use utoipa_axum::routes;

use crate::domain::{Day, Hour, Usage, Warning, Warnings};
use crate::http::extract::{Administrator, Fields, Now};
use crate::http::openapi::Routes;
use crate::http::problem::Problem;
use crate::state::AppState;

mod statement;
mod tally;
#[cfg(test)]
mod tests;
mod unused;

pub use statement::SignedStatement;
pub use unused::UnusedRow;

pub(super) fn router() -> Routes {
    Routes::new().routes(routes!(show)).merge(unused::router()).merge(statement::router())
}

/// Days that are shown where nobody says how many.
const DAYS: i64 = 30;

/// Days that are shown at most: as many as are kept where something happens in every hour.
const DAYS_MAX: i64 = 400;

const DAY_SECS: i64 = 86_400;

/// How many seats were in use, and who was refused one. Times are Unix seconds, hours and days are those of
/// UTC. Hours and days in which nothing happened are not listed.
#[derive(Clone, Debug, Deserialize, Serialize, ToSchema)]
pub struct UsageShown {
    /// The beginning of the first hour that was asked for.
    #[schema(format = "unixtime")]
    pub from: i64,
    /// The time before which the last hour began that was asked for.
    #[schema(format = "unixtime")]
    pub to: i64,
    /// Seats in use now.
    pub in_use: u32,
    /// Seats there are now; 0 where no licence is valid.
    pub total: u32,
    /// Seat holders who have a place in the queue now.
    pub waiting: u32,
    /// What an administrator should know of now; empty where all is well.
    pub warnings: Vec<WarningRow>,
    /// People who are registered.
    pub registered: u32,
    /// How many of them took a seat since `from`; absent where `to` lies before now, because of everybody the last
    /// time alone is on record.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub people: Option<usize>,
    /// How many of them never took one.
    pub never_used: usize,
    /// Hours in which somebody had a seat.
    pub working_hours: usize,
    /// The seats with which nobody would have been refused in 99 of 100 working hours; absent where there
    /// was no such hour.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub seats_needed: Option<u32>,
    /// Day by day, oldest first.
    pub days: Vec<DayRow>,
    /// Hour by hour, oldest first; the last may still run.
    pub hours: Vec<HourRow>,
}

/// Something that an administrator should know of.
#[derive(Clone, Debug, Deserialize, Serialize, ToSchema)]
pub struct WarningRow {
    /// `seats`: nearly all are in use. `licence_end`: the licence ends soon.
    pub about: String,
    /// For `seats` the share that was reached, in hundredths: 80, 90 or 100. For `licence_end` the days that
    /// are not left any more: 60, 30 or 7.
    pub threshold: u32,
    /// The same in a sentence.
    pub sentence: String,
}

/// What happened on one day.
#[derive(Clone, Debug, Deserialize, Serialize, ToSchema)]
pub struct DayRow {
    /// When it began.
    #[schema(format = "unixtime")]
    pub at: i64,
    /// The most seats that were in use at once.
    pub peak: u32,
    /// As many seats as were enough for 95 of 100 hours of the day, idle ones included.
    pub p95: u32,
    /// The most seats that there were.
    pub total: u32,
    /// How many times somebody was refused a seat; asking again within a minute does not count again.
    pub refused: u32,
    /// For how many seconds those waited, together.
    pub refused_secs: u32,
    /// How many people took a seat; who sits through midnight took theirs on the day before.
    pub people: u32,
}

/// What happened in one hour.
#[derive(Clone, Debug, Deserialize, Serialize, ToSchema)]
pub struct HourRow {
    /// When it began.
    #[schema(format = "unixtime")]
    pub at: i64,
    /// The most seats that were in use at once.
    pub peak: u32,
    /// The most seats that were in use or waited for at once.
    pub wanted: u32,
    /// The most seats that there were.
    pub total: u32,
    /// How many times somebody was refused a seat; asking again within a minute does not count again.
    pub refused: u32,
    /// Seconds of waiting that ended in this hour, with a seat or without.
    pub refused_secs: u32,
    /// People who took their first seat of the day.
    pub people: u32,
}

#[utoipa::path(
    get,
    path = "/usage",
    tag = "house",
    operation_id = "show_usage",
    summary = "How many seats were in use, and who was refused one?",
    params(
        ("from" = Option<i64>, Query, format = "unixtime", description = "From the hour of this time on; 30 days before `to` where nothing is said"),
        ("to" = Option<i64>, Query, format = "unixtime", description = "Hours that began before this time; now where nothing is said"),
    ),
    security(("bearer" = ["admin"])),
    responses((status = 200, description = "Figures about the whole, days and hours.", body = UsageShown)),
)]
async fn show(
    _: Administrator,
    State(state): State<AppState>,
    Now(now): Now,
    RawQuery(query): RawQuery,
) -> Result<Json<UsageShown>, Problem> {
    let query = Fields::of_query(query.as_deref(), &["from", "to"])?;
    let (from, to) = span(&query, now)?;
    let usage = Usage::of(state.reader().usage(from, to)?, now);
    let people = People::count(from, &state).await?;
    let site = state.mirror().site();
    let terms = state.mirror().in_force(now).filter(|terms| terms.check(now).is_ok());
    Ok(Json(UsageShown {
        from: from.secs(),
        to: to.secs(),
        in_use: state.mirror().seats_in_use(now),
        total: terms.map_or(0, |terms| terms.seats_total()),
        waiting: site.waiting,
        registered: site.users,
        people: (to > now).then_some(people.seated),
        never_used: people.never_seated,
        warnings: WarningRow::all(state.warnings()),
        working_hours: usage.working_hours,
        seats_needed: usage.seats_needed,
        days: usage.days.into_iter().map(DayRow::of).collect(),
        hours: usage.hours.into_iter().map(HourRow::of).collect(),
    }))
}

/// The span that was asked for. What lies ahead of now was written while the clock was wrong.
fn span(query: &Fields, now: UnixTime) -> Result<(UnixTime, UnixTime), Problem> {
    let time = |name| Ok::<_, Problem>(query.integer(name)?.map(UnixTime::clamp_secs));
    let end = now.plus(1);
    let to = time("to")?.map_or(end, |to| to.min(end));
    let from = Hour::of(time("from")?.unwrap_or_else(|| to.plus(-DAYS * DAY_SECS))).start;
    if from >= to {
        return Err(Problem::invalid_request("`from` must be before `to`, and not ahead of now"));
    }
    if to.since(from) > (DAYS_MAX + 1) * DAY_SECS {
        return Err(Problem::invalid_request(format!(
            "`from` and `to` may be {DAYS_MAX} days apart"
        )));
    }
    Ok((from, to))
}

/// How many of the people who are registered use the seats.
#[derive(Clone, Copy, Debug, Default)]
struct People {
    /// Between a time and now.
    seated: usize,
    never_seated: usize,
}

impl People {
    /// Looks at everybody once: somebody wants a report, and nobody waits behind it.
    async fn count(since: UnixTime, state: &AppState) -> Result<Self, Problem> {
        const STEP: usize = 1000;
        let (mut people, mut after) = (Self::default(), None);
        loop {
            let users = state.reader().users_after(after, STEP)?;
            for user in &users {
                people.seated += usize::from(user.last_seat.is_some_and(|last| last >= since));
                people.never_seated += usize::from(user.last_seat.is_none());
            }
            after = users.last().map(|user| user.id);
            if users.len() < STEP {
                return Ok(people);
            }
            tokio::task::yield_now().await;
        }
    }
}

impl WarningRow {
    pub(super) fn all(warnings: Warnings) -> Vec<Self> {
        let row = |warning: Warning| Self {
            about: warning.about().to_owned(),
            threshold: warning.threshold(),
            sentence: warning.to_string(),
        };
        warnings.iter().map(row).collect()
    }
}

impl DayRow {
    const fn of(day: Day) -> Self {
        let Day { start, peak, p95, total, refused, refused_secs, people } = day;
        Self { at: start.secs(), peak, p95, total, refused, refused_secs, people }
    }
}

impl HourRow {
    const fn of(hour: Hour) -> Self {
        let Hour { start, peak, wanted, total, refused, refused_secs, people } = hour;
        Self { at: start.secs(), peak, wanted, total, refused, refused_secs, people }
    }
}
