//! `POST /v1/admin/audit/prune`: takes entries before a time away. A signed checkpoint stays for them,
//! so that the rest can still be proved, and the newest entry stays in any case.

use std::collections::BTreeMap;

use axum::Json;
use axum::extract::State;
use licence_core::claims::{CheckpointClaims, LogPosition};
use licence_core::{ChainHead, Code, UnixTime};
use serde::{Deserialize, Serialize};
use utoipa::ToSchema;
use utoipa_axum::routes;

use super::filter::Read;
use super::verify::walked;
use crate::domain::{Actor, Command, PruneLog, day_of};
use crate::http::extract::{Administrator, Fields, Now};
use crate::http::openapi::{Routes, problems};
use crate::http::problem::{Problem, done};
use crate::http::request_time::RequestTime;
use crate::log_chain::Broken;
use crate::state::AppState;

/// Entries that one commit takes away, so that nobody who signs in waits for long.
const STEP: u64 = 20_000;

pub(super) fn router() -> Routes {
    Routes::new().routes(routes!(prune))
}

problems!(Refused: Conflict);

/// How much of the log is taken away.
#[derive(ToSchema)]
#[expect(dead_code, reason = "for readers of the API: the handler takes each field by its name")]
struct PruneRequest {
    /// Entries before this time.
    #[schema(format = "unixtime")]
    before: i64,
}

/// What of the log was taken away.
#[derive(Clone, Copy, Debug, Deserialize, Serialize, ToSchema)]
pub struct PrunedLog {
    /// How many entries.
    pub entries: u64,
    /// The place of the first that is left.
    pub first: u64,
}

/// Places before which the log is cut, in rising order, each with the head before it.
type Cuts = Vec<(u64, ChainHead)>;

#[utoipa::path(
    post,
    path = "/audit/prune",
    tag = "audit",
    operation_id = "prune_audit",
    summary = "Take the beginning of the log away",
    request_body(content(
        (PruneRequest = "application/x-www-form-urlencoded"),
        (PruneRequest = "application/json"),
    )),
    security(("bearer" = ["admin"])),
    responses((status = 200, description = "What was taken away.", body = PrunedLog), Refused),
)]
async fn prune(
    Administrator(by): Administrator,
    State(state): State<AppState>,
    Now(now): Now,
    time: RequestTime,
    fields: Fields,
) -> Result<Json<PrunedLog>, Problem> {
    let before = fields.integer("before")?.and_then(UnixTime::from_secs);
    let before = before
        .ok_or_else(|| Problem::invalid_request("`before` must be a time in seconds since 1970"))?;
    // The log is walked to its end first, and then cut in steps: of one of years that takes as long as it takes.
    let _wait = time.wait();
    let last = state.mirror().site().position.seq;
    let begin = move || Search::new(before, last);
    let walked = walked(state.clone(), begin, Search::see).await?;
    let (log, search) = walked.map_err(|broken| refused(&broken))?;
    if let Some(kept) = search.needed(now).filter(|kept| before > *kept) {
        return Err(still_needed(kept));
    }
    let cuts = search.cuts;
    let first = cuts.last().map_or(log.beginning.first, |(below, _)| *below);
    for (below, head) in cuts {
        cut(below, head, now, by, &state).await?;
    }
    Ok(Json(PrunedLog { entries: first - log.beginning.first, first }))
}

/// A log that was changed is evidence, and a checkpoint would cover it up.
fn refused(broken: &Broken) -> Problem {
    Problem::new(Code::Conflict)
        .detail(format!("the log is not what was written, so nothing was taken away: {broken}"))
        .mend("keep a copy of the store, and find out who changed it")
        .with("broken_at", broken.place())
}

/// A statement that does not go on from the one before is one that hides something, to the vendor.
fn still_needed(kept: UnixTime) -> Problem {
    Problem::new(Code::Conflict)
        .detail(format!("the next statement of use goes on from what the log says at {kept}"))
        .mend("take away only what was before that, or make another statement first")
        .with("before", kept.secs())
}

/// Looks for the entries to take away, while the log is walked.
struct Search {
    before: UnixTime,
    last: u64,
    is_over: bool,
    cuts: Cuts,
    /// When the last entry of each day was written.
    days: BTreeMap<UnixTime, UnixTime>,
    stated: Option<Statement>,
}

/// The last statement of use on record.
struct Statement {
    /// The end of the days that it told of as a whole.
    until: UnixTime,
    recorded: UnixTime,
}

impl Search {
    const fn new(before: UnixTime, last: u64) -> Self {
        Self {
            before,
            last,
            is_over: false,
            cuts: Cuts::new(),
            days: BTreeMap::new(),
            stated: None,
        }
    }

    /// The time from which entries are needed for the next statement: the last one before its first day, which shows
    /// that nothing is missing of that day, and the record of the statement before.
    fn needed(&self, now: UnixTime) -> Option<UnixTime> {
        let Statement { until, recorded } = self.stated.as_ref()?;
        let next = (*until).min(day_of(now));
        Some(self.days.range(..next).next_back().map_or(*recorded, |(_, last)| *last))
    }

    fn see(&mut self, read: &Read, head: ChainHead) {
        if let Some(at) = read.at().and_then(UnixTime::from_secs) {
            self.days.insert(day_of(at), at);
            let stated =
                read.stated().map(|stated| Statement { until: stated.until, recorded: at });
            self.stated = stated.or(self.stated.take());
        }
        let is_old = read.at().is_some_and(|at| at < self.before.secs());
        // The newest entry stays, so that what is left is a log.
        if self.is_over || !is_old || read.entry.seq == self.last {
            self.is_over = true;
            return;
        }
        let below = read.entry.seq + 1;
        match self.cuts.last_mut() {
            // The last cut of a step moves on until the step is full.
            Some(cut) if below % STEP != 1 => *cut = (below, head),
            Some(_) | None => self.cuts.push((below, head)),
        }
    }
}

async fn cut(
    below: u64,
    head: ChainHead,
    now: UnixTime,
    by: Actor,
    state: &AppState,
) -> Result<(), Problem> {
    let position = LogPosition { seq: below - 1, head, ..state.mirror().site().position };
    let claims = CheckpointClaims { product: state.site().product.clone(), iat: now, position };
    let checkpoint = state.minter().finish(&claims)?;
    done(state.submit(Command::PruneLog(PruneLog { below, checkpoint, by })).await?)
}
