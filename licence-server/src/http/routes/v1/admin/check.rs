//! `GET /v1/admin/check`: whether the store is what was written, row by row.

use axum::extract::State;
use axum::{Extension, Json};
use serde::{Deserialize, Serialize};
use utoipa::ToSchema;
use utoipa_axum::routes;

use crate::http::extract::Administrator;
use crate::http::openapi::Routes;
use crate::http::problem::Problem;
use crate::http::request_time::RequestTime;
use crate::soundness::{Signers, Soundness};
use crate::state::AppState;
use crate::store::{Reader, StoreError};

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
    /// What is not as it was written: a sentence each, the first few of them.
    pub flaws: Vec<String>,
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
    Extension(time): Extension<RequestTime>,
) -> Result<Json<CheckShown>, Problem> {
    // It takes as long as it takes: a log of years is walked from its first entry to its last.
    let _wait = time.wait();
    let look = move || CheckShown::of(state.reader(), &state.signers());
    // It may be long: whoever else is on this thread is not held up.
    let shown = tokio::task::spawn_blocking(look).await.map_err(Problem::internal)?;
    Ok(Json(shown?))
}

impl CheckShown {
    /// Reads every row, verifies what the vendor signed, and recomputes the counters and the log's hash chain.
    ///
    /// # Errors
    /// Where the store cannot be read at all.
    pub(crate) fn of(reader: &dyn Reader, by: &Signers<'_>) -> Result<Self, StoreError> {
        let found = Soundness::of(reader, by)?;
        let flaws = found.flaws().collect();
        let rows = found.rows.into_iter().map(|(table, rows)| TableRows { table, rows });
        Ok(Self {
            rows: rows.collect(),
            epoch: found.position.epoch.to_string(),
            log_entries: found.position.seq,
            flaws,
        })
    }
}

#[cfg(test)]
mod tests {
    use std::path::Path;

    use licence_core::Vendor;
    use licence_core::claims::RevocationsClaims;
    use redb::{Database, ReadableTable as _, TableDefinition};

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
        let flaws = async |world: &World| {
            let shown = world.get(paths::ADMIN_CHECK).send_locally().await;
            shown.json()["flaws"].as_array().unwrap().clone()
        };
        assert_eq!(flaws(&world).await, [""; 0]);
        let world = world.edited(damage_licence).await;
        let licence = "row 1 of the table `licences` is not what was signed";
        assert_eq!(flaws(&world).await, [licence]);
        let world = world.edited(damage_list).await;
        assert_eq!(flaws(&world).await, [licence, "the revocation list is not what was signed"]);
    }
}
