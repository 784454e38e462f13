//! `GET /v1/admin/audit/verify`: whether the log is what was written, recomputed entry by entry.

use axum::Json;
use axum::extract::State;
use licence_core::ChainHead;
use serde::{Deserialize, Serialize};
use utoipa::ToSchema;
use utoipa_axum::routes;

use super::filter::Read;
use crate::domain::Site;
use crate::http::extract::Administrator;
use crate::http::openapi::Routes;
use crate::http::problem::Problem;
use crate::http::request_time::RequestTime;
use crate::log_chain::{Beginning, Broken, WalkError, Walked, walk};
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
    let site = state.mirror().site();
    match walked(state, || (), |(), _, _| {}).await? {
        Ok((log, ())) => Ok(Json(VerifiedLog::whole(log.beginning, &site))),
        Err(broken) => Ok(Json(VerifiedLog::broken(&broken, &site))),
    }
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
    fn whole(beginning: Beginning, site: &Site) -> Self {
        Self { is_whole: true, first: Some(beginning.first), ..Self::of(site) }
    }

    fn broken(broken: &Broken, site: &Site) -> Self {
        let flaw = Some(broken.to_string());
        Self { broken_at: Some(broken.place()), flaw, ..Self::of(site) }
    }

    fn of(site: &Site) -> Self {
        Self {
            is_whole: false,
            first: None,
            last: site.position.seq,
            head: site.position.head.to_string(),
            epoch: site.position.epoch.to_string(),
            broken_at: None,
            flaw: None,
        }
    }
}
