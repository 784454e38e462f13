//! `GET /v1/admin/check`: whether the store is what was written, row by row.

use std::sync::Arc;

use axum::Json;
use axum::extract::State;
use serde::{Deserialize, Serialize};
use utoipa::ToSchema;
use utoipa_axum::routes;

use crate::http::extract::Administrator;
use crate::http::openapi::Routes;
use crate::http::problem::Problem;
use crate::http::request_time::RequestTime;
use crate::soundness::Soundness;
use crate::state::AppState;

pub(super) fn router() -> Routes {
    Routes::new().routes(routes!(check))
}

/// What was found by looking at the whole store.
#[derive(Clone, Debug, Deserialize, Serialize, ToSchema)]
pub struct CheckShown {
    /// How many rows each table has.
    pub rows: Vec<TableRows>,
    /// Which life of the store it is.
    pub epoch: String,
    /// The place of the log's last entry.
    pub log_entries: u64,
    /// What is not as it was written, so that a restore refuses it: a sentence each, the first few of them.
    pub flaws: Vec<String>,
    /// What the vendor signed and is not what it was: a sentence each, the first few of them.
    pub damaged: Vec<String>,
}

/// A table of the store.
#[derive(Clone, Debug, Deserialize, Serialize, ToSchema)]
pub struct TableRows {
    /// Its name.
    pub table: String,
    /// How many rows it has.
    pub rows: u64,
}

#[utoipa::path(
    get,
    path = "/check",
    tag = "house",
    operation_id = "check_store",
    summary = "Is the store what was written?",
    security(("bearer" = ["admin"])),
    responses((status = 200, description = "What was found.", body = CheckShown)),
)]
async fn check(
    _: Administrator,
    State(state): State<AppState>,
    time: RequestTime,
) -> Result<Json<CheckShown>, Problem> {
    // It takes as long as it takes: a log of years is walked from its first entry to its last.
    let _wait = time.wait();
    // And it takes memory for what follows from the rows: all who ask while somebody looks share the next look. One
    // that goes on may have begun before what they ask about: a backup that was just made.
    let looking = state.clone();
    let found = state.checks().join_next(move || Arc::new(looking.soundness())).await;
    match &*found.map_err(Problem::internal)? {
        Ok(found) => Ok(Json(CheckShown::new(found))),
        Err(error) => Err(Problem::internal(error)),
    }
}

impl CheckShown {
    pub(crate) fn new(found: &Soundness) -> Self {
        let row = |(table, rows): &(String, u64)| TableRows { table: table.clone(), rows: *rows };
        Self {
            rows: found.rows.iter().map(row).collect(),
            epoch: found.position.epoch.to_string(),
            log_entries: found.position.seq,
            flaws: found.flaws().collect(),
            damaged: found.damaged().to_vec(),
        }
    }
}

#[cfg(test)]
mod tests {
    use std::path::Path;
    use std::sync::mpsc;

    use licence_core::Vendor;
    use licence_core::claims::RevocationsClaims;
    use redb::{Database, ReadableTable as _, TableDefinition};

    use super::*;
    use crate::http::paths;
    use crate::http::testing::{World, sign_as_root, start};

    const LICENCES: TableDefinition<'_, [u8; 16], &[u8]> = TableDefinition::new("licences");
    const META: TableDefinition<'_, &str, &[u8]> = TableDefinition::new("meta");

    /// Changes a byte at the end of a file that was signed.
    fn changed(file: &[u8]) -> Vec<u8> {
        let mut file = file.to_vec();
        let place = file.len() - 9;
        file[place] = if file[place] == b'A' { b'B' } else { b'A' };
        file
    }

    fn damage_licence(store: &Path) {
        let transaction = Database::open(store).unwrap().begin_write().unwrap();
        {
            let mut licences = transaction.open_table(LICENCES).unwrap();
            let (id, file) = licences
                .first()
                .unwrap()
                .map(|(id, file)| (id.value(), changed(file.value())))
                .unwrap();
            licences.insert(id, file.as_slice()).unwrap();
        }
        transaction.commit().unwrap();
    }

    fn damage_list(store: &Path) {
        let transaction = Database::open(store).unwrap().begin_write().unwrap();
        {
            let mut meta = transaction.open_table(META).unwrap();
            let list = changed(meta.get("list").unwrap().unwrap().value());
            meta.insert("list", list.as_slice()).unwrap();
        }
        transaction.commit().unwrap();
    }

    /// It grants nothing, and stops no start: once nobody was told.
    #[tokio::test]
    async fn what_the_vendor_signed_is_verified() {
        let world = World::licensed(1, 0).await;
        let list = RevocationsClaims {
            iss: Vendor::parse("Acme").unwrap(),
            iat: start(),
            seq: 1,
            licences: Vec::new(),
            keys: Vec::new(),
        };
        assert_eq!(world.install(&sign_as_root(&list)).await.status, 201);
        let damaged = async |world: &World| {
            let shown = world.get(paths::ADMIN_CHECK).send_locally().await.json();
            assert_eq!(shown["flaws"], serde_json::json!([]), "it stands in the way of no backup");
            shown["damaged"].as_array().unwrap().clone()
        };
        assert_eq!(damaged(&world).await, [""; 0]);
        let world = world.edited(damage_licence).await;
        let licence = "row 1 of the table `licences` is not what was signed";
        assert_eq!(damaged(&world).await, [licence]);
        let world = world.edited(damage_list).await;
        assert_eq!(damaged(&world).await, [licence, "the revocation list is not what was signed"]);
    }

    #[tokio::test]
    async fn whoever_asks_while_every_row_is_looked_at_waits_for_the_next_look() {
        let world = World::new();
        let (go, gate) = mpsc::channel();
        let (checks, looking) = (world.state.checks(), world.state.clone());
        let first = checks.join(move || {
            gate.recv().unwrap();
            Arc::new(looking.soundness())
        });
        let ask = || world.get(paths::ADMIN_CHECK).send_locally();
        let let_go = async move {
            checks.has_waiting(3).await;
            go.send(()).unwrap();
        };
        let (_, one, other, ()) = tokio::join!(first, ask(), ask(), let_go);
        for answer in [one, other] {
            assert_eq!(answer.status, 200, "{}", answer.text);
            assert_eq!(answer.json()["flaws"], serde_json::json!([]));
        }
    }
}
