//! `GET /v1/admin/audit/verify`: whether the log is what was written, recomputed entry by entry.

use std::sync::Arc;

use axum::Json;
use axum::extract::State;
use licence_core::ChainHead;
use licence_core::claims::LogPosition;
use serde::{Deserialize, Serialize};
use utoipa::ToSchema;
use utoipa_axum::routes;

use super::filter::Read;
use crate::http::extract::Administrator;
use crate::http::openapi::Routes;
use crate::http::problem::Problem;
use crate::http::request_time::RequestTime;
use crate::log_chain::{Broken, WalkError, Walked, walk};
use crate::state::AppState;

pub(super) fn router() -> Routes {
    Routes::new().routes(routes!(verify))
}

/// What was found out about the log.
#[derive(Clone, Debug, Deserialize, Serialize, ToSchema)]
pub struct VerifiedLog {
    /// Whether it is what was written.
    pub is_whole: bool,
    /// The place of its first entry: 1, or the one behind the last that was pruned.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub first: Option<u64>,
    /// The place of its last entry.
    pub last: u64,
    /// The head after it, as access tokens carry it.
    pub head: String,
    /// The life of the store.
    pub epoch: String,
    /// The first place at which it is not what was written.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub broken_at: Option<u64>,
    /// What is wrong there.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub flaw: Option<String>,
}

#[utoipa::path(
    get,
    path = "/audit/verify",
    tag = "audit",
    operation_id = "verify_audit",
    summary = "Is the log what was written?",
    security(("bearer" = ["admin"])),
    responses((status = 200, description = "What was found out.", body = VerifiedLog)),
)]
async fn verify(
    _: Administrator,
    State(state): State<AppState>,
    time: RequestTime,
) -> Result<Json<VerifiedLog>, Problem> {
    // A log of years takes as long as it takes.
    let _wait = time.wait();
    // And it takes a core: all who ask while somebody walks share the next walk, which sees what they ask about.
    let walking = state.clone();
    let found = state.log_walks().join_next(move || Arc::new(walk_alone(&walking))).await;
    match &*found.map_err(Problem::internal)? {
        Ok(log) => Ok(Json(VerifiedLog::whole(log))),
        Err(WalkError::Broken(broken)) => {
            Ok(Json(VerifiedLog::broken(broken, &state.mirror().site().position)))
        }
        Err(WalkError::Store(error)) => Err(Problem::internal(error)),
    }
}

/// Walks the log, and shows its entries to nobody.
pub(super) fn walk_alone(state: &AppState) -> Result<Walked, WalkError> {
    let (key, product) = (state.site_key(), &state.site().product);
    walk(state.reader(), key, product, || (), |(), _, _| {}).map(|(log, ())| log)
}

/// Walks the log on a thread of its own: it may be long, and hashing it holds up whoever else is on
/// this one. Each entry is shown to what `begin` makes.
pub(in crate::http::routes::v1::admin) async fn walked<S: Send + 'static>(
    state: AppState,
    begin: impl Fn() -> S + Send + 'static,
    mut see: impl FnMut(&mut S, &Read, ChainHead) + Send + 'static,
) -> Result<Result<(Walked, S), Broken>, Problem> {
    let walk = tokio::task::spawn_blocking(move || {
        let (key, product) = (state.site_key(), &state.site().product);
        let see = |seen: &mut S, entry, head| see(seen, &Read::new(entry), head);
        walk(state.reader(), key, product, begin, see)
    });
    match walk.await.map_err(Problem::internal)? {
        Ok(log) => Ok(Ok(log)),
        Err(WalkError::Broken(broken)) => Ok(Err(broken)),
        Err(WalkError::Store(error)) => Err(error.into()),
    }
}

impl VerifiedLog {
    fn whole(log: &Walked) -> Self {
        Self { is_whole: true, first: Some(log.beginning.first), ..Self::at(&log.end) }
    }

    fn broken(broken: &Broken, position: &LogPosition) -> Self {
        let flaw = Some(broken.to_string());
        Self { broken_at: Some(broken.place()), flaw, ..Self::at(position) }
    }

    fn at(position: &LogPosition) -> Self {
        Self {
            is_whole: false,
            first: None,
            last: position.seq,
            head: position.head.to_string(),
            epoch: position.epoch.to_string(),
            broken_at: None,
            flaw: None,
        }
    }
}
