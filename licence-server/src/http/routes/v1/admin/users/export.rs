//! `GET /v1/admin/users/{who}/export`: all that is kept of one person, for whoever asks what that is.

use std::collections::BTreeSet;

use axum::Json;
use axum::extract::State;
use licence_core::{Code, UserId};
use serde::{Deserialize, Serialize};
use serde_json::{Value, json};
use utoipa::ToSchema;
use utoipa_axum::routes;

use super::UserRow;
use crate::domain::{Data, DataOwner, Session};
use crate::http::extract::{Administrator, Now};
use crate::http::openapi::{Routes, problems};
use crate::http::problem::Problem;
use crate::http::routes::v1::admin::SessionRow;
use crate::http::routes::v1::admin::person::{self, Who};
use crate::state::AppState;
use crate::store::StoreError;

/// Entries of the log that are read at once, before others have their turn.
const STEP: usize = 500;

/// Entries of one person at most: some 20 MB. Whoever has more exports the log itself.
const ENTRIES_MAX: usize = 100_000;

pub(super) fn router() -> Routes {
    Routes::new().routes(routes!(export))
}

problems!(Refused: TooLarge);

/// All that is kept of one person, but for the hash of the password. Times are Unix seconds.
#[derive(Debug, Deserialize, Serialize, ToSchema)]
pub struct ExportedUser {
    /// The account.
    pub user: UserRow,
    /// What the application keeps for the person.
    #[schema(value_type = Option<Object>)]
    pub data: Option<Value>,
    /// Where the person is signed in.
    pub sessions: Vec<ExportedSession>,
    /// What the audit log says of the person and of the sessions that the person ever had.
    #[schema(value_type = Vec<Object>)]
    pub audit: Vec<Value>,
}

/// A sign-in, and what the application keeps for it.
#[derive(Debug, Deserialize, Serialize, ToSchema)]
pub struct ExportedSession {
    /// The sign-in.
    #[serde(flatten)]
    pub session: SessionRow,
    /// What is kept for it.
    #[schema(value_type = Option<Object>)]
    pub data: Option<Value>,
}

#[utoipa::path(
    get,
    path = "/users/{who}/export",
    tag = "people",
    operation_id = "export_user",
    summary = "All that is kept of one person",
    params(
        ("who" = String, Path, description = "The person's id, or a name with which they sign in", example = "m.curie"),
    ),
    security(("bearer" = ["admin"])),
    responses((status = 200, description = "The account, data, sessions and what the audit log says.", body = ExportedUser), Refused),
)]
async fn export(
    _: Administrator,
    State(state): State<AppState>,
    Now(now): Now,
    Who(who): Who,
) -> Result<Json<ExportedUser>, Problem> {
    let user = person::find(&who, &state)?;
    let session = |session: Session| -> Result<ExportedSession, Problem> {
        Ok(ExportedSession {
            data: kept(DataOwner::Session(session.id), &state)?,
            session: SessionRow::new(session, now, &state)?,
        })
    };
    let sessions = state.reader().sessions_of(user.id)?.into_iter().map(session);
    Ok(Json(ExportedUser {
        user: UserRow::new(&user),
        data: kept(DataOwner::Person(user.id), &state)?,
        sessions: sessions.collect::<Result<_, _>>()?,
        audit: entries(user.id, &state).await?,
    }))
}

fn kept(owner: DataOwner, state: &AppState) -> Result<Option<Value>, StoreError> {
    let data = state.reader().data(owner)?;
    // An application writes JSON and nothing else.
    Ok(data.map(|Data { json, .. }| serde_json::from_str(&json).unwrap_or_default()))
}

/// The entries that name the person, or a session that began with the person's sign-in. The log holds ids and
/// no names, and says nowhere else whose a session was.
async fn entries(user: UserId, state: &AppState) -> Result<Vec<Value>, Problem> {
    let (user, last) = (user.to_string(), state.mirror().site().position.seq);
    let (mut own, mut sessions, mut from) = (Vec::new(), BTreeSet::new(), 1);
    loop {
        let entries = state.reader().entries(from, STEP)?;
        let Some(read) = entries.last().map(|entry| entry.seq) else { return Ok(own) };
        for entry in entries.into_iter().take_while(|entry| entry.seq <= last) {
            let mut value: Value = serde_json::from_str(&entry.json).unwrap_or_default();
            let is = |name: &str| value.get(name).and_then(Value::as_str);
            let is_own = is("user") == Some(&user) || is("by") == Some(&user);
            if is("act") == Some("signed_in") && is("user") == Some(&user) {
                sessions.extend(is("session").map(str::to_owned));
            }
            let is_of_session = is("session").is_some_and(|id| sessions.contains(id));
            if (is_own || is_of_session)
                && let Some(members) = value.as_object_mut()
            {
                members.insert("seq".to_owned(), json!(entry.seq));
                own.push(value);
            }
        }
        if own.len() > ENTRIES_MAX {
            return Err(Problem::new(Code::TooLarge)
                .detail("the log says more of this person than one answer takes")
                .mend("export the log itself: `licence-server audit list --json`"));
        }
        if read >= last {
            return Ok(own);
        }
        from = read.saturating_add(1);
        tokio::task::yield_now().await;
    }
}

#[cfg(test)]
mod tests {
    use serde_json::{Value, json};

    use crate::http::testing::World;

    #[tokio::test]
    async fn an_export_has_all_of_one_person_and_no_hash_and_nobody_else() {
        let world = World::licensed(2, 2).await;
        let signed_in = world.sign_in("user1").await;
        let token = signed_in.string("access_token");
        assert_eq!(world.sign_in("user2").await.status, 200);
        let put = world.call(axum::http::Method::PUT, "/v1/me/data").bearer(&token);
        let put = put.header("content-type", "application/json").body(r#"{"theme":"dark"}"#);
        assert!(put.send().await.status.is_success());
        let gone = world.sign_in("user1").await;
        world.sign_out(&gone.string("refresh_token")).await;
        let export = world.get("/v1/admin/users/user1/export").send_locally().await;
        assert_eq!(export.status, 200, "{}", export.text);
        let all = export.json();
        assert_eq!(all["user"]["username"], "user1");
        assert_eq!(all["data"], json!({ "theme": "dark" }));
        assert_eq!(all["sessions"].as_array().unwrap().len(), 1);
        let acts = all["audit"].as_array().unwrap().iter().map(|entry| entry["act"].clone());
        let acts: Vec<Value> = acts.collect();
        for act in ["user_added", "signed_in", "seat_taken", "signed_out"] {
            assert!(acts.contains(&json!(act)), "{act} in {acts:?}");
        }
        assert_eq!(acts.iter().filter(|act| **act == "signed_in").count(), 2, "{acts:?}");
        assert!(!export.text.contains("argon2") && !export.text.contains("user2"));
    }
}
