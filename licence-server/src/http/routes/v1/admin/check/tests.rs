use std::path::Path;
use std::sync::mpsc;

use licence_core::armour::{self, Label};
use licence_core::claims::{Claims as _, LicenceClaims, RevocationsClaims, RevokedLicence};
use licence_core::{PrivateKey, Serial, Vendor};
use redb::{Database, ReadableTable as _, TableDefinition};
use serde_json::json;

use super::*;
use crate::http::paths;
use crate::http::testing::{World, claims, sign, sign_as_root, start};

const LICENCES: TableDefinition<'_, [u8; 16], &[u8]> = TableDefinition::new("licences");
const USER_KEYS: TableDefinition<'_, (u8, &[u8]), [u8; 16]> = TableDefinition::new("user_keys");
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
        let (id, file) =
            licences.first().unwrap().map(|(id, file)| (id.value(), damage(file.value()))).unwrap();
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

fn forget_name(store: &Path) {
    let transaction = Database::open(store).unwrap().begin_write().unwrap();
    drop(transaction.open_table(USER_KEYS).unwrap().pop_first().unwrap());
    transaction.commit().unwrap();
}

fn add_name(store: &Path) {
    let transaction = Database::open(store).unwrap().begin_write().unwrap();
    {
        let mut keys = transaction.open_table(USER_KEYS).unwrap();
        let id = keys.first().unwrap().unwrap().1.value();
        keys.insert((0, b"eve".as_slice()), id).unwrap();
    }
    transaction.commit().unwrap();
}

fn list() -> String {
    numbered(1, Vec::new())
}

fn numbered(seq: u32, licences: Vec<RevokedLicence>) -> String {
    let iss = Vendor::parse("Acme").unwrap();
    let keys = Vec::new();
    sign_as_root(&RevocationsClaims { iss, iat: start(), seq, licences, keys })
}

async fn damaged(world: &World) -> Vec<String> {
    let shown = world.get(paths::ADMIN_CHECK).send_locally().await.json();
    assert_eq!(shown["flaws"], json!([]), "it stands in the way of no backup");
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
    let seats = async |world: &World| world.state.mirror().in_force(start()).unwrap().seats_total();
    assert_eq!(seats(&world).await, 2);

    let replace = format!("{}?replace=true", paths::ADMIN_LICENCES);
    assert_eq!(world.admin_body(&replace, &other).await.status, 201);
    world.install(&first).await.assert_problem(409, "conflict");
    let world = world.edited(|store| damage_licence(store, changed)).await;
    world.clock.advance(400 * 86_400);
    assert_eq!(world.install(&first).await.string("state"), "expired");
    assert_eq!(damaged(&world.restarted().await).await, [""; 0]);
}

/// It was once said to be in force.
#[tokio::test]
async fn a_licence_that_is_put_back_is_said_to_be_over_or_revoked_where_it_is() {
    let world = World::licensed(1, 0).await;
    let first = world.licence(1, 1);
    let revoked = vec![RevokedLicence::One(claims(1, 1, None).jti)];
    assert_eq!(world.install(&numbered(1, revoked)).await.status, 201);
    let world = world.edited(|store| damage_licence(store, changed)).await;
    assert_eq!(world.install(&first).await.string("state"), "revoked");
    let world = World::licensed(1, 0).await.edited(|store| damage_licence(store, changed)).await;
    world.clock.advance(400 * 86_400);
    assert_eq!(world.install(&first).await.string("state"), "expired");
}

/// It was once listed last until the next start.
#[tokio::test]
async fn a_licence_that_is_put_back_is_listed_where_it_was() {
    let world = World::licensed(1, 0).await;
    assert_eq!(world.install(&world.licence(2, 2)).await.status, 201);
    let listed = async |world: &World| world.get(paths::ADMIN_LICENCES).send_locally().await.json();
    let before = listed(&world).await;
    let world = world.edited(|store| damage_licence(store, changed)).await;
    assert_eq!(world.install(&world.licence(1, 1)).await.string("state"), "superseded");
    assert_eq!(listed(&world).await, before);
    assert_eq!(listed(&world.restarted().await).await, before);
}

/// Once it was refused as too old, and `check` told of it for as long as no newer list came by itself.
#[tokio::test]
async fn a_damaged_list_that_a_newer_one_has_superseded_is_put_back_behind_that() {
    let world = World::licensed(1, 0).await;
    assert_eq!(world.install(&list()).await.status, 201);
    let newer = numbered(2, vec![RevokedLicence::One(claims(1, 1, None).jti)]);
    let renewal = armour::write(&[
        (Label::Licence, world.licence(2, 2).as_bytes()),
        (Label::Revocations, newer.as_bytes()),
    ]);
    assert_eq!(world.install(&renewal).await.status, 201);
    let goes_by_the_newer = async |world: &World| {
        let listed = world.get(paths::ADMIN_LICENCES).send_locally().await.json();
        let states = [0, 1].map(|row| listed["items"][row]["state"].clone());
        assert_eq!(states, ["revoked", "in_force"]);
        assert_eq!(world.state.shelf().newest_list().unwrap().seq, 2);
        assert_eq!(world.state.mirror().site().list_seq, 2);
    };
    let world = world.edited(damage_list).await;
    assert_eq!(damaged(&world).await.len(), 1);
    assert_eq!(world.install(&list()).await.status, 201);
    assert_eq!(damaged(&world).await, [""; 0]);
    goes_by_the_newer(&world).await;
    goes_by_the_newer(&world.restarted().await).await;
}

#[tokio::test]
async fn no_older_list_is_put_where_the_damaged_one_counts() {
    let world = World::licensed(1, 0).await;
    assert_eq!(world.install(&numbered(3, Vec::new())).await.status, 201);
    let world = world.edited(damage_list).await;
    world.install(&numbered(2, Vec::new())).await.assert_problem(409, "conflict");
    assert_eq!(damaged(&world).await.len(), 1);
    assert_eq!(world.install(&numbered(3, Vec::new())).await.status, 201);
    assert_eq!(damaged(&world).await, [""; 0]);
}

/// Nobody can sign in by a name that leads nowhere, and whoever takes it over would sign in as somebody else.
#[tokio::test]
async fn names_that_are_not_those_of_the_people_are_found() {
    let flaws = async |world: &World| {
        world.get(paths::ADMIN_CHECK).send_locally().await.json()["flaws"].clone()
    };
    let world = World::licensed(1, 2).await;
    assert_eq!(flaws(&world).await, json!([]));
    let world = world.edited(forget_name).await;
    assert_eq!(flaws(&world).await, json!(["a person is not found by a name of theirs"]));
    let world = World::licensed(1, 2).await.edited(add_name).await;
    assert_eq!(
        flaws(&world).await,
        json!(["a name in the table `user_keys` leads to a person who does not have it"])
    );
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
        assert_eq!(answer.json()["flaws"], json!([]));
    }
}
