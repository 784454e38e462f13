//! `GET /metrics`: what the server counts and measures of itself, as Prometheus reads it. It names
//! nobody; where it is not for everyone's eyes, the setting `metrics_listen` gives it a listener of its own.

use axum::extract::State;
use axum::http::header;
use axum::response::{IntoResponse as _, Response};
use licence_core::UnixTime;
use utoipa_axum::routes;

use crate::domain::ClockDoubt;
use crate::http::openapi::Routes;
use crate::http::problem::Problem;
use crate::metrics::Moment;
use crate::state::AppState;

/// The OpenMetrics text format, which Prometheus asks for first.
const FORMAT: &str = "application/openmetrics-text; version=1.0.0; charset=utf-8";

pub(super) fn router() -> Routes {
    Routes::new().routes(routes!(metrics))
}

#[utoipa::path(
    get,
    path = "/metrics",
    tag = "operation",
    operation_id = "metrics",
    summary = "What the server counts and measures of itself",
    security(()),
    responses((status = 200, description = "OpenMetrics text, as Prometheus reads it.", body = String, content_type = "application/openmetrics-text")),
)]
async fn metrics(State(state): State<AppState>) -> Result<Response, Problem> {
    let text = state.board().look().text(&moment(&state)?).map_err(Problem::internal)?;
    Ok(([(header::CONTENT_TYPE, FORMAT)], text).into_response())
}

fn moment(state: &AppState) -> Result<Moment, Problem> {
    let (judged, mirror) = (state.judge(), state.mirror());
    let (site, terms) = (mirror.site(), mirror.in_force(judged.now));
    let end = terms.and_then(|terms| terms.end());
    let warnings = state.warnings();
    let sizes = state.reader().sizes()?;
    let [revoked_sessions, revoked_places, revoked_tokens] =
        mirror.revocation_counts().map(|count| i64::try_from(count).unwrap_or(i64::MAX));
    Ok(Moment {
        seats_in_use: mirror.seats_in_use(judged.now).into(),
        seats_total: terms.map_or(0, |terms| terms.seats_total().into()),
        waiting: site.waiting.into(),
        borrowed: site.borrowed.into(),
        users: site.users.into(),
        revoked_sessions,
        revoked_places,
        revoked_tokens,
        sessions: i64::try_from(sizes.sessions).unwrap_or(i64::MAX),
        log_entries: i64::try_from(sizes.log_entries).unwrap_or(i64::MAX),
        log_seq: i64::try_from(site.position.seq).unwrap_or(i64::MAX),
        licence_end: end.map_or(0, UnixTime::secs),
        seats_warning: warnings.seats_percent.unwrap_or(0).into(),
        licence_end_warning: warnings.licence_end.map_or(0, |(days, _)| days.into()),
        clock_doubt: match judged.doubt {
            None => 0,
            Some(ClockDoubt::Behind) => 1,
            Some(ClockDoubt::Ahead { .. }) => 2,
        },
        backup: site.backed_up.map_or(0, UnixTime::secs),
        ready: mirror.is_ready().into(),
    })
}

#[cfg(test)]
mod tests {
    use crate::http::testing::World;

    #[tokio::test]
    async fn seats_and_requests_are_shown_and_nobody_is_named() {
        let world = World::licensed(2, 1).await;
        world.sign_in("user1").await;
        let shown = world.get("/metrics").send().await;
        assert_eq!(shown.status, 200);
        for line in [
            "licence_server_seats_in_use 1",
            "licence_server_seats 2",
            "licence_server_sessions 1",
            "licence_server_revoked_tokens 0",
            "licence_server_audit_log_entries ",
            "clock_doubt 0",
        ] {
            assert!(shown.text.contains(line), "{line} in\n{}", shown.text);
        }
        assert!(shown.text.contains("route=\"/v1/auth/token\",status=\"200\""), "{}", shown.text);
        assert!(!shown.text.contains("user1"));
    }
}
