//! `POST /v1/admin/usage/statements`: signs a statement of how the seats were used, for the vendor.

use axum::Json;
use axum::extract::State;
use licence_core::claims::{LogPosition, UsageClaims, UsageDay};
use licence_core::limits::{OBJECT_BYTES_MAX, USAGE_DAYS_MAX};
use licence_core::{Code, SignedDigest, UnixTime};
use serde::{Deserialize, Serialize};
use utoipa::ToSchema;
use utoipa_axum::routes;

use super::tally::Tally;
use crate::domain::{Command, DAY_SECS, StateUsage, Usage, UsageStated, day_of};
use crate::http::extract::{Administrator, Fields};
use crate::http::openapi::{Routes, problems};
use crate::http::problem::{Problem, done};
use crate::http::request_time::RequestTime;
use crate::http::routes::v1::admin::audit::{Read, walked};
use crate::log_chain::{Broken, Walked};
use crate::state::AppState;

#[cfg(test)]
mod tests;

pub(super) fn router() -> Routes {
    Routes::new().routes(routes!(state_usage))
}

problems!(Refused: Conflict);

/// Which days are stated.
#[derive(ToSchema)]
#[expect(dead_code, reason = "for readers of the API: the handler takes each field by its name")]
struct StatementRequest {
    /// From the day of this time on; where nothing is said, from where the statement before ended, and
    /// where there is none, from where the audit log begins.
    #[schema(format = "unixtime")]
    from: Option<i64>,
    /// Days that began before this time; up to today, what there is of it included, where nothing is said.
    #[schema(format = "unixtime")]
    to: Option<i64>,
}

/// A usage statement.
#[derive(Clone, Debug, Deserialize, Serialize, ToSchema)]
pub struct SignedStatement {
    /// The `usage+jwt`.
    pub statement: String,
    /// What the next one names it by.
    pub digest: String,
    /// What it names the one before by; absent for the first.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub previous: Option<String>,
    /// When its first day began.
    #[schema(format = "unixtime")]
    pub from: i64,
    /// When its last day ends.
    #[schema(format = "unixtime")]
    pub until: i64,
    /// The place in the audit log up to which it speaks.
    pub seq: u64,
}

#[utoipa::path(
    post,
    path = "/usage/statements",
    tag = "house",
    operation_id = "state_usage",
    summary = "Sign a statement of how the seats were used",
    request_body(content((Option<StatementRequest> = "application/json"))),
    security(("bearer" = ["admin"])),
    responses((status = 200, description = "The statement, which is on record.", body = SignedStatement), Refused),
)]
async fn state_usage(
    Administrator(by): Administrator,
    State(state): State<AppState>,
    time: RequestTime,
    fields: Fields,
) -> Result<Json<SignedStatement>, Problem> {
    let day = |name| Ok::<_, Problem>(fields.integer(name)?.map(UnixTime::clamp_secs));
    let (from, to) = (day("from")?, day("to")?);
    // The log is walked from its first entry, which takes as long as it takes.
    let _wait = time.wait();
    // Each names the one before, so they are made one after another.
    let _turn = state.statements().lock().await;
    let (log, Seen { now, tally }) = seen(&state).await?;
    let today = day_of(now);
    let until = to.map_or(today, |to| day_of(to.plus(-1)).min(today)).plus(DAY_SECS);
    let period = Period { from: begin(from, today, &tally, &log)?, until };
    let claims = period.checked()?.claims(now, &tally, &log, &state)?;
    let statement = state.minter().finish(&claims)?;
    if statement.len() > OBJECT_BYTES_MAX {
        return Err(Problem::invalid_request("so many days do not fit: state fewer of them"));
    }
    let digest = SignedDigest::of_compact(statement.as_bytes());
    let stated = UsageStated { statement: digest, until: claims.whole_until(), end: claims.end };
    done(state.submit(Command::StateUsage(StateUsage { stated, by })).await?)?;
    Ok(Json(SignedStatement {
        statement,
        digest: digest.to_string(),
        previous: claims.previous.map(|previous| previous.to_string()),
        from: claims.from.secs(),
        until: claims.until().secs(),
        seq: claims.end.seq,
    }))
}

/// What a walk through the log saw, and when it began.
struct Seen {
    now: UnixTime,
    tally: Tally,
}

async fn seen(state: &AppState) -> Result<(Walked, Seen), Problem> {
    let see = |seen: &mut Seen, read: &Read, _| seen.tally.see(read);
    walked(state.clone(), seeing(state), see).await?.map_err(|broken| refused(&broken))
}

/// Begins a walk. It may have waited for its turn, and begins again where the log is pruned meanwhile; so the time is read
/// whenever one begins, right before the place at which it ends. By another time the log would seem to have stood
/// there before or after what was signed in between.
fn seeing(state: &AppState) -> impl Fn() -> Seen + Send + 'static {
    let state = state.clone();
    move || Seen { now: state.now(), tally: Tally::default() }
}

/// A log that was changed proves nothing, and a signature would cover it up.
fn refused(broken: &Broken) -> Problem {
    Problem::new(Code::Conflict)
        .detail(format!("the log is not what was written, so nothing is signed: {broken}"))
        .mend("keep a copy of the store, and find out who changed it")
        .with("broken_at", broken.place())
}

/// The first day, as it was asked for, or as it follows from what is on record.
fn begin(
    asked: Option<UnixTime>,
    today: UnixTime,
    tally: &Tally,
    log: &Walked,
) -> Result<UnixTime, Problem> {
    // Where the log's beginning was taken away, so may part of its first day have been.
    let is_pruned = log.beginning.first > 1;
    let first = tally.first().map_or(today, |at| day_of(at).plus(i64::from(is_pruned) * DAY_SECS));
    // A statement that was made by a clock which ran ahead ended in days that have not come.
    let next = tally.stated().map(|stated| stated.until.min(today));
    let from = asked.map(day_of).or(next).unwrap_or(first);
    // What the one before goes on to is kept, though the first entry that is left may be of a time that was wrong.
    if is_pruned && from < first && next != Some(from) {
        return Err(Problem::new(Code::Conflict)
            .detail(format!("what the audit log said of the time before {first} was taken away"))
            .mend("state the days from then on, and tell the vendor"));
    }
    Ok(from)
}

/// Days to state.
struct Period {
    from: UnixTime,
    until: UnixTime,
}

impl Period {
    fn checked(self) -> Result<Self, Problem> {
        let days = self.until.since(self.from) / DAY_SECS;
        let days_max = i64::try_from(USAGE_DAYS_MAX).unwrap_or(i64::MAX);
        if days < 1 {
            return Err(Problem::invalid_request("there is no day between `from` and `to`"));
        }
        if days > days_max {
            return Err(Problem::invalid_request(format!(
                "a statement tells of {days_max} days at most: state those before {} first",
                self.from.plus(days_max * DAY_SECS)
            )));
        }
        Ok(self)
    }

    fn claims(
        &self,
        now: UnixTime,
        tally: &Tally,
        log: &Walked,
        state: &AppState,
    ) -> Result<UsageClaims, Problem> {
        let previous = tally.stated();
        // What was before the log's beginning belongs to the epoch of today as far as anybody knows.
        let (seq, head) = (log.beginning.first.saturating_sub(1), log.beginning.head);
        let beginning = LogPosition { seq, head, ..log.end };
        Ok(UsageClaims {
            product: state.site().product.clone(),
            iat: now,
            from: self.from,
            days: self.days(now, tally, state)?,
            start: previous.map_or(beginning, |previous| previous.end),
            end: log.end,
            previous: previous.map(|previous| previous.statement),
        })
    }

    fn days(
        &self,
        now: UnixTime,
        tally: &Tally,
        state: &AppState,
    ) -> Result<Vec<UsageDay>, Problem> {
        let used = Usage::of(state.reader().usage(self.from, self.until)?, now).days;
        let starts = std::iter::successors(Some(self.from), |day| Some(day.plus(DAY_SECS)));
        let day = |start: UnixTime| {
            let mut day = tally.day(start);
            if let Some(used) = used.iter().find(|used| used.start == start) {
                (day.seats, day.peak, day.p95) = (used.total, used.peak, used.p95);
                (day.people, day.refused) = (used.people, used.refused);
            }
            day
        };
        Ok(starts.take_while(|start| *start < self.until).map(day).collect())
    }
}
