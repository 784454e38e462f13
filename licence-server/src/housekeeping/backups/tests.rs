use std::future::ready;
use std::path::PathBuf;
use std::sync::Mutex;

use licence_core::{KeyId, Product};
use serde_json::json;
use tempfile::TempDir;

use super::*;
use crate::config::{Config, Settings};
use crate::http::paths;
use crate::http::testing::World;

const NOW: UnixTime = UnixTime::MIN.plus(200_000_000);
const DAY_SECS: i64 = 86_400;

#[test]
fn a_backup_is_due_when_the_newest_is_old_and_the_last_failure_is_a_while_ago() {
    let plan =
        BackupPlan { dir: "b".into(), passphrase_file: "p".into(), every_secs: 3600, keep: 2 };
    let due = |newest_secs: Option<i64>, tried_secs: Option<i64>| {
        let ago = |secs: i64| NOW.plus(-secs);
        is_due(newest_secs.map(ago), tried_secs.map(ago), RETRY_SECS, &plan, NOW)
    };
    assert!(due(None, None));
    assert!(!due(Some(3599), None) && due(Some(3600), None));
    assert!(!due(None, Some(RETRY_SECS - 1)) && due(None, Some(RETRY_SECS)));
    assert!(due(Some(-60), None), "the clock was set back");
}

#[test]
fn the_oldest_of_its_own_go_and_what_is_somebodys_stays() {
    let dir = tempfile::tempdir().unwrap();
    let key = KeyId::parse("NQoFZA0vBnMzFZoNtGzmEbkxb0sxVHHvQW1PvS9m2VM").unwrap();
    let names = Names::of(&Product::parse("app").unwrap(), key);
    let own: Vec<String> = (0..4).map(|day| names.automatic(NOW.plus(day * DAY_SECS))).collect();
    let by_hand = names.by_hand(NOW);
    for name in own.iter().map(String::as_str).chain(["notes.txt", &by_hand]) {
        fs::write(dir.path().join(name), "").unwrap();
    }
    delete_old(dir.path(), &names, NOW.plus(3 * DAY_SECS), 2).unwrap();
    let is_there = |name: &str| dir.path().join(name).exists();
    assert_eq!(
        own.iter().map(|name| is_there(name)).collect::<Vec<_>>(),
        [false, false, true, true]
    );
    assert!(is_there("notes.txt") && is_there(&by_hand));
}

/// A server that makes a backup a day and keeps one, with the folder for them.
fn planned() -> (World, TempDir) {
    let dir = tempfile::tempdir().unwrap();
    fs::write(dir.path().join("passphrase"), "seven words\n").unwrap();
    fs::create_dir(dir.path().join("backups")).unwrap();
    let settings = format!(
        "backup_dir = '{0}/backups'\nbackup_passphrase_file = '{0}/passphrase'\nbackup_keep = 1",
        dir.path().display()
    );
    let settings = Settings::parse(&settings).unwrap();
    (World::by(Config::new(settings, "http://localhost:8080".parse().unwrap())), dir)
}

/// Looks whether a backup is due, and waits until it is there.
async fn look(schedule: &mut Schedule, world: &World) {
    schedule.look(&world.state);
    drop(world.state.backups().lock_owned().await);
}

/// The names of the backups, without what tells the site.
fn names_in(dir: &TempDir) -> Vec<String> {
    let entries = fs::read_dir(dir.path().join("backups")).unwrap();
    let mut names: Vec<PathBuf> = entries.map(|entry| entry.unwrap().path()).collect();
    names.sort_unstable();
    let told = |path: &PathBuf| {
        let name = path.file_name().unwrap().to_str().unwrap();
        name.rsplit_once("-2").map_or_else(|| name.to_owned(), |(_, time)| format!("2{time}"))
    };
    names.iter().map(told).collect()
}

#[tokio::test]
async fn one_a_day_is_made_and_none_while_somebody_else_makes_one() {
    let (world, dir) = planned();
    let mut schedule = Schedule::default();
    {
        let _turn = world.state.backups().lock_owned().await;
        schedule.look(&world.state);
    }
    assert_eq!(names_in(&dir), [""; 0]);
    look(&mut schedule, &world).await;
    assert_eq!(names_in(&dir), ["20261122T000000Z-auto.backup"], "it comes with the next look");
    world.clock.advance(DAY_SECS - 1);
    look(&mut schedule, &world).await;
    world.clock.advance(1);
    look(&mut schedule, &world).await;
    assert_eq!(names_in(&dir), ["20261123T000000Z-auto.backup"]);
}

/// Once the newest backup seemed to lie ahead after it, so that one was made every 15 minutes until that time came,
/// and each took the place of an older one.
#[tokio::test]
async fn after_a_clock_was_reset_one_a_day_is_made_and_none_is_deleted_for_its_name() {
    let (world, dir) = planned();
    let mut schedule = Schedule::default();
    world.clock.set_wall_by(40 * DAY_SECS);
    assert_eq!(world.admin("/v1/admin/clock/accept", &json!({})).await.status, 200);
    look(&mut schedule, &world).await;
    world.clock.set_wall_by(-40 * DAY_SECS);
    let reset = json!({ "reason": "a typing error" });
    assert_eq!(world.admin("/v1/admin/clock/reset", &reset).await.status, 200);
    for _ in 0..4 {
        world.clock.advance(RETRY_SECS);
        look(&mut schedule, &world).await;
    }
    assert_eq!(names_in(&dir), ["20270101T000000Z-auto.backup"]);
    world.clock.advance(DAY_SECS);
    look(&mut schedule, &world).await;
    assert_eq!(names_in(&dir), ["20261123T010000Z-auto.backup", "20270101T000000Z-auto.backup"]);
}

#[tokio::test]
async fn no_good_backup_makes_room_for_one_that_a_restore_would_refuse() {
    let (world, dir) = planned();
    let mut schedule = Schedule::default();
    look(&mut schedule, &world).await;
    let world = world.edited(cut_log).await;
    for _ in 0..2 {
        world.clock.advance(DAY_SECS);
        look(&mut schedule, &world).await;
    }
    let [good, unsound] = &names_in(&dir)[..] else { panic!("{:?}", names_in(&dir)) };
    assert_eq!(good, "20261122T000000Z-auto.backup");
    assert!(unsound.ends_with("-broken-log.backup"), "{unsound}");
    let shown = world.get(paths::ADMIN_BACKUP).send_locally().await.json();
    assert_eq!(shown["newest"], crate::http::testing::start().secs(), "it is not the newest");
    assert!(world.get("/metrics").send().await.text.contains("backup_failures_total 2"));
}

/// Once both had one name, and the first that nobody could restore took the place of the last that somebody could.
#[tokio::test]
async fn no_backup_that_can_be_restored_without_its_log_makes_room_for_one_that_cannot() {
    let (mut world, dir) = planned();
    look(&mut Schedule::default(), &world).await;
    for damage in [cut_log, mislead] {
        world = world.edited(damage).await;
        world.clock.advance(DAY_SECS);
        look(&mut Schedule::default(), &world).await;
    }
    let [_, broken_log, unsound] = &names_in(&dir)[..] else { panic!("{:?}", names_in(&dir)) };
    assert!(broken_log.ends_with("-broken-log.backup"), "{broken_log}");
    assert!(unsound.ends_with("-unsound.backup"), "{unsound}");
}

/// All of it is looked at, written and read back for that: once it was every 15 minutes.
#[tokio::test]
async fn a_store_that_is_not_what_was_written_is_backed_up_no_oftener_than_a_sound_one() {
    let (world, _dir) = planned();
    let mut schedule = Schedule::default();
    look(&mut schedule, &world).await;
    let world = world.edited(cut_log).await;
    world.clock.advance(DAY_SECS);
    let failures = async |number: u32| {
        let told = world.get("/metrics").send().await.text;
        assert!(told.contains(&format!("backup_failures_total {number}\n")), "{told}");
    };
    look(&mut schedule, &world).await;
    failures(1).await;
    world.clock.advance(DAY_SECS - 1);
    look(&mut schedule, &world).await;
    failures(1).await;
    world.clock.advance(1);
    look(&mut schedule, &world).await;
    failures(2).await;
}

/// Once it was lost where many signed in at the same moment, and a good backup counted for none.
#[tokio::test]
async fn a_backup_is_noted_though_the_queue_is_full_for_a_while() {
    let answers =
        Mutex::new(vec![Ok(Outcome::Done), Err(Unavailable::Busy), Err(Unavailable::Busy)]);
    note(NOW, |_| ready(answers.lock().unwrap().pop().unwrap())).await;
    assert_eq!(*answers.lock().unwrap(), []);
    let gone = Mutex::new(vec![Ok(Outcome::Done), Err(Unavailable::Failed)]);
    note(NOW, |_| ready(gone.lock().unwrap().pop().unwrap())).await;
    assert_eq!(gone.lock().unwrap().len(), 1, "a store that failed is not asked again");
}

/// Where the log in it is broken, what is left now may be whole.
#[tokio::test]
async fn no_backup_counts_during_which_the_log_was_pruned() {
    let (world, dir) = planned();
    world.add_users(2).await;
    world.clock.advance(DAY_SECS);
    let (plan, taken) = (world.state.config().backups.clone().unwrap(), world.state.now());
    let staged = stage(&world.state, &plan, taken).unwrap();
    let pruned = world.admin(paths::ADMIN_AUDIT_PRUNE, &json!({ "before": taken.secs() })).await;
    assert_eq!(pruned.status, 200, "{}", pruned.text);
    let unmade = publish(staged, &world.state, &plan, taken).unwrap_err();
    assert!(matches!(unmade, Unmade::Failed(_)), "it is tried again soon: {unmade:?}");
    assert_eq!(names_in(&dir), [""; 0]);
    write(&world.state, &plan, taken).unwrap();
}

/// Once the backup held what was damaged, and nobody was told: what was there at its end was well.
#[tokio::test]
async fn no_backup_counts_during_which_a_damaged_licence_was_put_back() {
    let (world, dir) = planned();
    world.furnish(1, 0).await;
    let world = world.edited(damage_licence).await;
    let (plan, taken) = (world.state.config().backups.clone().unwrap(), world.state.now());
    let staged = stage(&world.state, &plan, taken).unwrap();
    assert_eq!(world.install(&world.licence(1, 1)).await.status, 201);
    let unmade = publish(staged, &world.state, &plan, taken).unwrap_err();
    assert!(matches!(unmade, Unmade::Failed(_)), "it is tried again soon: {unmade:?}");
    assert_eq!(names_in(&dir), [""; 0]);
    write(&world.state, &plan, taken).unwrap();
}

fn damage_licence(store: &Path) {
    const LICENCES: redb::TableDefinition<'_, [u8; 16], &[u8]> =
        redb::TableDefinition::new("licences");
    let store = redb::Database::open(store).unwrap();
    let transaction = store.begin_write().unwrap();
    {
        let mut licences = transaction.open_table(LICENCES).unwrap();
        let id = licences.pop_first().unwrap().unwrap().0.value();
        licences.insert(id, b"damaged".as_slice()).unwrap();
    }
    transaction.commit().unwrap();
}

/// Has a name lead to nobody.
fn mislead(store: &Path) {
    const USER_KEYS: redb::TableDefinition<'_, (u8, &[u8]), [u8; 16]> =
        redb::TableDefinition::new("user_keys");
    let store = redb::Database::open(store).unwrap();
    let transaction = store.begin_write().unwrap();
    let key = (0, b"ann".as_slice());
    transaction.open_table(USER_KEYS).unwrap().insert(key, [1; 16]).unwrap();
    transaction.commit().unwrap();
}

/// Takes the first entry of the audit log away.
fn cut_log(store: &Path) {
    const AUDIT: redb::TableDefinition<'_, u64, &str> = redb::TableDefinition::new("audit");
    let store = redb::Database::open(store).unwrap();
    let transaction = store.begin_write().unwrap();
    transaction.open_table(AUDIT).unwrap().remove(1).unwrap();
    transaction.commit().unwrap();
}

#[tokio::test]
async fn a_server_that_stops_leaves_nothing_half_written() {
    let (world, dir) = planned();
    let mut schedule = Schedule::default();
    schedule.look(&world.state);
    world.state.end_backups().await;
    let left = fs::read_dir(dir.path().join("backups")).unwrap().count();
    assert!(left == 0 || names_in(&dir) == ["20261122T000000Z-auto.backup"]);
    assert!(world.state.may_back_up().is_err());
}
