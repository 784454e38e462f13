//! `GET /v1/sessions`: where am I signed in. `DELETE /v1/sessions/{id}` ends one of them, as signing
//! out there would.

use axum::Json;
use axum::extract::State;
use axum::http::StatusCode;
use licence_core::{SessionId, UnixTime};
use serde::Serialize;
use utoipa::ToSchema;
use utoipa_axum::routes;

use crate::domain::{Command, EndSession, Session};
use crate::http::extract::{Bearer, Now, PathId};
use crate::http::openapi::Routes;
use crate::http::problem::{Problem, done};
use crate::state::AppState;

/// Seconds to which it is told when a session was last heard of: enough to find a forgotten device,
/// and no record of someone's working day.
const SEEN_STEP_SECS: i64 = 300;

pub(super) fn router() -> Routes {
    Routes::new().routes(routes!(list)).routes(routes!(end))
}

/// Times are Unix seconds.
#[derive(Serialize, ToSchema)]
struct OwnSessions {
    /// Newest first.
    sessions: Vec<OwnSession>,
    #[schema(format = "unixtime")]
    server_time: i64,
}

#[derive(Serialize, ToSchema)]
struct OwnSession {
    #[schema(format = "uuid")]
    id: String,
    /// What the person called the device.
    device: Option<String>,
    #[schema(format = "unixtime")]
    auth_time: i64,
    #[schema(format = "unixtime")]
    expires_at: i64,
    #[schema(format = "unixtime")]
    last_seen: i64,
    /// Until when it holds a seat, if it holds one.
    #[schema(format = "unixtime")]
    lease_end: Option<i64>,
    /// Whether it is the one that asks.
    current: bool,
    scope: &'static str,
}

#[utoipa::path(
    get,
    path = "/sessions",
    tag = "me",
    operation_id = "list_my_sessions",
    summary = "Where am I signed in?",
    security(("bearer" = [])),
    responses((status = 200, description = "Every session of mine, the newest first.", body = OwnSessions)),
)]
async fn list(
    State(state): State<AppState>,
    Now(now): Now,
    Bearer(token): Bearer,
) -> Result<Json<OwnSessions>, Problem> {
    let (own, site) = (token.claims.sign_in(), state.mirror().site());
    let rows = state.reader().sessions_of(own.sub)?;
    let rows = rows.into_iter().rev().map(|row| row.by_clock_of(&site));
    // One whose time is over may not be swept yet.
    let lives = rows.filter(|row| !now.is_expired(row.idle_end(&site)));
    let sessions = lives.map(|row| OwnSession::new(&row, own.sid, now)).collect();
    Ok(Json(OwnSessions { sessions, server_time: now.secs() }))
}

impl OwnSession {
    fn new(row: &Session, current: SessionId, now: UnixTime) -> Self {
        let seen = row.seen_at.secs();
        Self {
            id: row.id.to_string(),
            device: row.device.as_ref().map(ToString::to_string),
            auth_time: row.auth_time.secs(),
            expires_at: row.end.secs(),
            last_seen: seen - seen.rem_euclid(SEEN_STEP_SECS),
            lease_end: row.lease_end.filter(|end| !now.is_expired(*end)).map(UnixTime::secs),
            current: row.id == current,
            scope: row.scope.name(),
        }
    }
}

/// Another person's session is as if there were none.
#[utoipa::path(
    delete,
    path = "/sessions/{id}",
    tag = "me",
    operation_id = "end_my_session",
    summary = "Sign out on one of my devices",
    security(("bearer" = [])),
    params(
        ("id" = String, Path, format = "uuid", description = "The session"),
    ),
    responses((status = 204, description = "It has ended, and its seat is free.")),
)]
async fn end(
    State(state): State<AppState>,
    Bearer(token): Bearer,
    PathId(id): PathId,
) -> Result<StatusCode, Problem> {
    let of = Some(token.claims.sign_in().sub);
    let end = EndSession { session: SessionId(id), of, by: None };
    done(state.submit(Command::EndSession(end)).await?)?;
    Ok(StatusCode::NO_CONTENT)
}

#[cfg(test)]
mod tests {
    use axum::http::Method;
    use serde_json::{Value, json};

    use crate::http::testing::{Answer, PASSWORD, World};

    const SESSIONS: &str = "/v1/sessions";

    async fn sessions(world: &World, token: &str) -> Vec<Value> {
        let answer = world.get(SESSIONS).bearer(token).send().await;
        assert_eq!(answer.status, 200, "{}", answer.text);
        answer.json()["sessions"].as_array().unwrap().clone()
    }

    async fn end(world: &World, token: &str, id: &str) -> Answer {
        world.call(Method::DELETE, &format!("{SESSIONS}/{id}")).bearer(token).send().await
    }

    fn id(answer: &Answer) -> String {
        answer.json()["session"]["id"].as_str().unwrap().to_owned()
    }

    async fn sign_in_on(world: &World, device: &str) -> Answer {
        let form = format!("grant_type=password&username=user1&password={PASSWORD}");
        world.post("/v1/auth/token", &format!("{form}&device={device}")).send().await
    }

    #[tokio::test]
    async fn a_person_sees_every_own_device_and_nobody_elses() {
        let world = World::licensed(2, 2).await;
        let laptop = sign_in_on(&world, "laptop").await;
        world.clock.advance(400);
        let phone = sign_in_on(&world, "phone").await;
        let other = world.sign_in("user2").await;
        let own = sessions(&world, &phone.string("access_token")).await;
        let now = world.state.now().secs();
        assert_eq!(
            own[0],
            json!({
                "id": id(&phone),
                "device": "phone",
                "auth_time": now,
                "expires_at": now + 180 * 86_400,
                "last_seen": now - now % 300,
                "lease_end": now + 930,
                "current": true,
                "scope": "seat",
            })
        );
        assert_eq!((&own[1]["device"], &own[1]["current"]), (&json!("laptop"), &json!(false)));
        assert_eq!(own[1]["last_seen"], (now - 400) - (now - 400) % 300);
        assert_eq!(own.len(), 2);
        assert_eq!(sessions(&world, &other.string("access_token")).await.len(), 1);
        world.clock.advance(530);
        let token = world.refresh(&laptop.string("refresh_token")).await.string("access_token");
        world.clock.advance(400);
        let own = sessions(&world, &token).await;
        assert_eq!(own[0]["lease_end"], Value::Null, "its lease has ended");
    }

    #[tokio::test]
    async fn a_lost_device_is_signed_out_from_another() {
        let world = World::licensed(1, 1).await;
        let (lost, own) = (sign_in_on(&world, "lost").await, sign_in_on(&world, "own").await);
        let own = own.string("access_token");
        assert_eq!(end(&world, &own, &id(&lost)).await.status, 204);
        world.me(&lost.string("access_token")).await.assert_problem(401, "invalid_token");
        let refreshed = world.refresh(&lost.string("refresh_token")).await;
        refreshed.assert_problem(401, "invalid_grant");
        end(&world, &own, &id(&lost)).await.assert_problem(404, "not_found");
        assert_eq!(sessions(&world, &own).await.len(), 1);
    }

    #[tokio::test]
    async fn whoever_ends_their_own_session_is_signed_out() {
        let world = World::licensed(1, 1).await;
        let signed_in = world.sign_in("user1").await;
        let token = signed_in.string("access_token");
        assert_eq!(end(&world, &token, &id(&signed_in)).await.status, 204);
        assert_eq!(world.state.mirror().seats_in_use(world.state.now()), 0);
        end(&world, &token, &id(&signed_in)).await.assert_problem(401, "invalid_token");
    }

    #[tokio::test]
    async fn nobody_ends_anothers_session() {
        let world = World::licensed(2, 2).await;
        let (ann, bob) = (world.sign_in("user1").await, world.sign_in("user2").await);
        let token = ann.string("access_token");
        end(&world, &token, &id(&bob)).await.assert_problem(404, "not_found");
        assert_eq!(world.me(&bob.string("access_token")).await.status, 200);
        for nothing in ["x", "%ff", "00000000-0000-7000-8000-000000000000"] {
            end(&world, &token, nothing).await.assert_problem(404, "not_found");
        }
    }

    #[tokio::test]
    async fn an_administrator_without_a_seat_sees_the_own_sessions_too() {
        let world = World::new();
        let token = world.admin_token().await;
        let own = sessions(&world, &token).await;
        assert_eq!((&own[0]["scope"], &own[0]["lease_end"]), (&json!("admin"), &Value::Null));
    }

    #[tokio::test]
    async fn only_a_good_token_shows_or_ends_anything() {
        let world = World::new();
        world.get(SESSIONS).send().await.assert_problem(401, "invalid_token");
        end(&world, "x", "x").await.assert_problem(401, "invalid_token");
        world.call(Method::POST, SESSIONS).send().await.assert_problem(405, "invalid_request");
    }
}
