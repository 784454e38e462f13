use std::collections::BTreeMap;

use redb::backends::InMemoryBackend;
use redb::{Database, ReadableDatabase as _, ReadableTableMetadata as _};

use super::*;
use crate::store::redb::schema::{Id, SESSIONS, USERS};

/// Bytes at which the journals of these tests are folded.
const SHORT: u64 = 600;
const ROW_BYTES: usize = 40;

/// A store of two tables, and what it ought to hold.
struct World {
    database: Database,
    journal: Journal,
    newer: Newer,
    expected: BTreeMap<RowKey, Vec<u8>>,
    number: u32,
    /// Whether the next batch is the first of its day.
    is_first_of_day: bool,
}

impl World {
    fn new() -> Self {
        let database = Database::builder().create_with_backend(InMemoryBackend::new()).unwrap();
        let transaction = database.begin_write().unwrap();
        transaction.open_table(SESSIONS).unwrap();
        transaction.open_table(USERS).unwrap();
        transaction.open_table(JOURNAL).unwrap();
        transaction.commit().unwrap();
        let mut journal = Journal::empty();
        journal.fold_at(SHORT);
        let (newer, expected) = (Newer::default(), BTreeMap::new());
        Self { database, journal, newer, expected, number: 0, is_first_of_day: false }
    }

    fn restart(&mut self) {
        (self.journal, self.newer) = Journal::open(&self.database.begin_read().unwrap()).unwrap();
        self.journal.fold_at(SHORT);
    }

    /// A batch that writes rows and removes one, as the engine does it.
    fn batch(&mut self, written: &[RowKey], removed: Option<RowKey>, is_committed: bool) {
        let mut expected = self.expected.clone();
        let (mut piece, transaction) = (Piece::default(), self.database.begin_write().unwrap());
        for key @ (rows, id) in written.iter().copied() {
            self.number += 1;
            let row = self.number.to_be_bytes().repeat(ROW_BYTES / 4);
            if expected.insert(key, row.clone()).is_some() {
                piece.replace(rows, id, row);
            } else {
                table(&transaction, rows).insert(id, row.as_slice()).unwrap();
            }
        }
        if let Some(key @ (rows, id)) = removed
            && expected.remove(&key).is_some()
        {
            table(&transaction, rows).remove(id).unwrap();
            piece.remove(rows, id);
        }
        let is_first_of_day = std::mem::take(&mut self.is_first_of_day);
        let step = self.journal.write(&transaction, &self.newer, piece, is_first_of_day).unwrap();
        if is_committed {
            transaction.commit().unwrap();
            self.journal.apply(step, &mut self.newer);
            self.expected = expected;
        }
    }

    /// The newest rows, by what is in memory or by what is on disk.
    fn rows(&self, newer: &Newer) -> BTreeMap<RowKey, Vec<u8>> {
        let snapshot = self.database.begin_read().unwrap();
        let mut rows = BTreeMap::new();
        for (of, table) in [(RowsOf::Sessions, SESSIONS), (RowsOf::Users, USERS)] {
            let mut along = newer.along(of);
            for row in snapshot.open_table(table).unwrap().iter().unwrap() {
                let (id, row) = row.unwrap();
                let newest = newer.newest(of, id.value(), row.value());
                assert_eq!(along.newest(id.value(), row.value()), newest);
                rows.insert((of, id.value()), newest.to_vec());
            }
        }
        assert!(
            newer.rows().all(|(key, _)| rows.contains_key(&key)),
            "no row is the journal's alone"
        );
        rows
    }

    fn assert_as_expected(&self) {
        assert_eq!(self.rows(&self.newer), self.expected);
        let on_disk = Newer::of(&self.database.begin_read().unwrap()).unwrap();
        assert_eq!(self.rows(&on_disk), self.expected);
    }

    /// Bytes of all pieces, and how many there are.
    fn journal(&self) -> (u64, u64) {
        let pieces = self.database.begin_read().unwrap().open_table(JOURNAL).unwrap();
        let bytes = pieces.iter().unwrap().map(|piece| piece.unwrap().1.value().len() as u64).sum();
        (bytes, pieces.len().unwrap())
    }
}

fn table(of: &WriteTransaction, rows: RowsOf) -> redb::Table<'_, Id, &'static [u8]> {
    of.open_table(if rows == RowsOf::Sessions { SESSIONS } else { USERS }).unwrap()
}

/// Numbers without an order, the same in each run.
struct Dice(u64);

impl Dice {
    fn below(&mut self, limit: u64) -> u64 {
        self.0 =
            self.0.wrapping_mul(6_364_136_223_846_793_005).wrapping_add(1_442_695_040_888_963_407);
        (self.0 >> 33) % limit
    }

    fn key(&mut self) -> RowKey {
        let rows = if self.below(3) == 0 { RowsOf::Users } else { RowsOf::Sessions };
        (rows, [u8::try_from(self.below(40)).unwrap(); 16])
    }
}

#[test]
fn the_newest_rows_are_there_whatever_is_written_removed_given_up_or_started_again() {
    let (mut world, mut dice) = (World::new(), Dice(1));
    let mut longest = 0;
    for _ in 0..3_000 {
        let written: Vec<RowKey> = (0..dice.below(5)).map(|_| dice.key()).collect();
        let removed = (dice.below(4) == 0).then(|| dice.key());
        let is_committed = dice.below(10) > 0;
        world.is_first_of_day = dice.below(30) == 0;
        world.batch(&written, removed, is_committed);
        if dice.below(20) == 0 {
            world.restart();
        }
        world.assert_as_expected();
        longest = longest.max(world.journal().0);
    }
    assert!(longest < 4 * SHORT, "{longest} bytes");
}

#[test]
fn a_store_that_is_started_again_all_the_time_folds_its_journal_all_the_same() {
    let (mut world, mut dice) = (World::new(), Dice(2));
    (0..40).for_each(|id| world.batch(&[(RowsOf::Sessions, [id; 16])], None, true));
    for _ in 0..1_000 {
        world.batch(&[dice.key()], None, true);
        world.restart();
        assert!(world.journal().0 < 4 * SHORT);
    }
    world.assert_as_expected();
}

#[test]
fn rows_that_come_ahead_of_a_pass_do_not_keep_it_from_its_end() {
    let mut world = World::new();
    for id in 0..200_u8 {
        // Made, and replaced at once: the newest row is always the last in order.
        world.batch(&[(RowsOf::Sessions, [id; 16])], None, true);
        world.batch(&[(RowsOf::Sessions, [id; 16])], None, true);
        assert!(world.journal().0 < 4 * SHORT);
    }
    world.assert_as_expected();
}

#[test]
fn of_somebody_who_is_erased_nothing_is_left_in_the_journal() {
    let (mut world, mut dice) = (World::new(), Dice(3));
    world.journal.fold_at(u64::MAX);
    let ann = (RowsOf::Users, [99; 16]);
    for _ in 0..200 {
        world.batch(&[ann, dice.key(), dice.key()], None, true);
    }
    world.batch(&[dice.key()], Some(ann), true);
    let (_, pieces) = world.journal();
    assert_eq!(pieces, 1, "the one that says that the person is gone");
    world.restart();
    world.assert_as_expected();
}

#[test]
fn of_rows_that_were_replaced_nothing_is_left_a_day_later_where_little_happens() {
    let (mut world, mut dice) = (World::new(), Dice(4));
    world.journal.fold_at(u64::MAX);
    for _ in 0..1_000 {
        world.batch(&[dice.key()], None, true);
    }
    let replaced = world.journal().1;
    assert!(replaced > 900, "{replaced}");
    world.is_first_of_day = true;
    // The time is written down now and then, whatever else happens.
    for _ in 0..30 {
        world.batch(&[], None, true);
        world.assert_as_expected();
    }
    assert_eq!(world.journal().1, 1, "the one that says how far the pass has come");
    assert_eq!(world.newer.rows().count(), 0);
    world.restart();
    world.assert_as_expected();
    world.batch(&[], None, true);
    assert_eq!(world.journal().1, 1, "and nothing more is written for it");
}

#[test]
fn a_piece_that_was_taken_away_is_missed() {
    for number in [0, 2] {
        let mut world = World::new();
        (0..5).for_each(|_| world.batch(&[(RowsOf::Sessions, [1; 16])], None, true));
        let transaction = world.database.begin_write().unwrap();
        transaction.open_table(JOURNAL).unwrap().remove(number).unwrap();
        transaction.commit().unwrap();
        let opened = Journal::open(&world.database.begin_read().unwrap());
        let is_missed = matches!(opened, Err(StoreError::Corrupt { table: "journal" }));
        assert!(is_missed, "{number}");
    }
}

#[test]
fn a_piece_that_says_it_is_not_needed_itself_is_not_believed() {
    let world = World::new();
    let transaction = world.database.begin_write().unwrap();
    let (below, over) = (u64::MAX.to_be_bytes(), [0]);
    let piece = [below.as_slice(), &over].concat();
    transaction.open_table(JOURNAL).unwrap().insert(0, piece.as_slice()).unwrap();
    transaction.commit().unwrap();
    let opened = Journal::open(&world.database.begin_read().unwrap());
    assert!(matches!(opened, Err(StoreError::Corrupt { table: "journal" })));
}
