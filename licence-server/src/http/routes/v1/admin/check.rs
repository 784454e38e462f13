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
    /// What the vendor signed and does not verify any more: a sentence each, the first few of them.
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

    use licence_core::claims::{Claims as _, LicenceClaims, RevocationsClaims};
    use licence_core::{PrivateKey, Serial, Vendor};
    use redb::{Database, ReadableTable as _, TableDefinition};

    use super::*;
    use crate::http::paths;
    use crate::http::testing::{World, claims, sign, sign_as_root, start};

    const LICENCES: TableDefinition<'_, [u8; 16], &[u8]> = TableDefinition::new("licences");
    const META: TableDefinition<'_, &str, &[u8]> = TableDefinition::new("meta");

    const LICENCE: &str = "row 1 of the table `licences` does not verify: the licence is refused: ";
    const LIST: &str = "the revocation list does not verify: the revocation list is refused: ";

    /// Changes a byte at the end of a file that was signed.
    fn changed(file: &[u8]) -> Vec<u8> {
        let mut file = file.to_vec();
        let place = file.len() - 9;
        file[place] = if file[place] == b'A' { b'B' } else { b'A' };
        file
    }

    /// The same file under the name of another key.
    fn renamed(file: &[u8]) -> Vec<u8> {
        let other = PrivateKey::from_seed(&[8; 32]).unwrap();
        let header = other.sign(claims(1, 1, None).signing_input(other.public().id()));
        let header = header.split('.').next().unwrap();
        let rest = file.iter().position(|byte| *byte == b'.').unwrap();
        [header.as_bytes(), &file[rest..]].concat()
    }

    fn damage_licence(store: &Path, damage: fn(&[u8]) -> Vec<u8>) {
        let transaction = Database::open(store).unwrap().begin_write().unwrap();
        {
            let mut licences = transaction.open_table(LICENCES).unwrap();
            let (id, file) = licences
                .first()
                .unwrap()
                .map(|(id, file)| (id.value(), damage(file.value())))
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

    fn list() -> String {
        sign_as_root(&RevocationsClaims {
            iss: Vendor::parse("Acme").unwrap(),
            iat: start(),
            seq: 1,
            licences: Vec::new(),
            keys: Vec::new(),
        })
    }

    async fn damaged(world: &World) -> Vec<String> {
        let shown = world.get(paths::ADMIN_CHECK).send_locally().await.json();
        assert_eq!(shown["flaws"], serde_json::json!([]), "it stands in the way of no backup");
        serde_json::from_value(shown["damaged"].clone()).unwrap()
    }

    /// It grants nothing, and stops no start: once nobody was told. And what says that it was signed with a key which
    /// nobody knows was taken for one whose root was taken away.
    #[tokio::test]
    async fn what_the_vendor_signed_is_verified() {
        let world = World::licensed(1, 0).await;
        assert_eq!(world.install(&list()).await.status, 201);
        assert_eq!(damaged(&world).await, [""; 0]);
        for (damage, why) in [
            (changed as fn(&[u8]) -> Vec<u8>, "its signature does not hold"),
            (renamed, "the key that signed it is not one that may sign it here"),
        ] {
            let world = World::licensed(1, 0).await;
            let world = world.edited(|store| damage_licence(store, damage)).await;
            let told = damaged(&world).await;
            assert_eq!(told.len(), 1);
            assert!(told[0].starts_with(LICENCE) && told[0].contains(why), "{told:?}");
        }
        let world = world.edited(damage_list).await;
        let told = damaged(&world).await;
        assert!(told.len() == 1 && told[0].starts_with(LIST), "{told:?}");
    }

    /// A newer one that was installed since was once in the way.
    #[tokio::test]
    async fn what_is_damaged_is_well_once_it_is_installed_again_and_takes_over_from_nothing() {
        let world = World::licensed(1, 0).await;
        let site = || Some(world.state.site_key().clone());
        let (first, second) = (world.licence(1, 1), world.licence(2, 2));
        let other =
            sign(&LicenceClaims { serial: Serial::from_random([9; 15]), ..claims(3, 3, site()) });
        assert_eq!(world.install(&list()).await.status, 201);
        assert_eq!(world.install(&second).await.status, 201);
        let world =
            world.edited(|store| damage_licence(store, changed)).await.edited(damage_list).await;
        assert_eq!(damaged(&world).await.len(), 2);
        assert_eq!(world.install(&first).await.string("state"), "superseded");
        assert_eq!(world.install(&list()).await.status, 201);
        assert_eq!(damaged(&world).await, [""; 0]);
        let seats =
            async |world: &World| world.state.mirror().in_force(start()).unwrap().seats_total();
        assert_eq!(seats(&world).await, 2);

        let replace = format!("{}?replace=true", paths::ADMIN_LICENCES);
        assert_eq!(world.admin_body(&replace, &other).await.status, 201);
        world.install(&first).await.assert_problem(409, "conflict");
        let world = world.edited(|store| damage_licence(store, changed)).await;
        world.clock.advance(400 * 86_400);
        assert_eq!(world.install(&first).await.string("state"), "superseded", "and over");
        assert_eq!(damaged(&world.restarted().await).await, [""; 0]);
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
