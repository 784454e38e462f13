//! Every write of every use case: the power fails there, or the disk does.
//!
//! The use cases are turns of simulated lives, each with whatever was asked beside it, and by hand what
//! nobody asks for in those lives. Each is done once on a good disk, and then once for each operation of
//! that disk at which something can go wrong.

mod harvest;
mod use_case;

use std::pin::pin;
use std::sync::Arc;
use std::task::{Context, Wake, Waker};
use std::thread::{self, Thread};

use licence_server::domain::{Actor, Anchor, Command, NoteBackup, Outcome, Reading};
use licence_server::metrics::Metrics;
use licence_server::mirror::Mirror;
use licence_server::store::{Reader as _, RedbStore};
use licence_server::writer::{self, Unavailable, Writer};

use self::harvest::HARVEST;
use super::clocks::START;
use super::contents::Contents;
use super::dice::Dice;
use super::disk::{Disk, Trouble};
use super::server::ready;
use super::vendor::Vendor;

/// Parts of what was not synced that may have reached the disk, drawn so often for each operation.
const DRAWS: u64 = 3;

/// One turn of the writer, and the store that it finds.
struct Case {
    /// What it does that no earlier case did.
    names: Vec<&'static str>,
    bytes: Vec<u8>,
    commands: Vec<Command>,
    reading: Reading,
    gap_secs: i64,
}

/// What came of a turn on a disk that may fail.
struct Attempt {
    /// What everybody was answered; `None` where nobody was.
    outcomes: Option<Vec<Outcome>>,
    /// Operations of the disk from the turn's beginning to its end.
    operations: u32,
    disk: Disk,
}

impl Case {
    fn open(&self, disk: &Disk, vendor: &Vendor) -> (RedbStore, Mirror) {
        // Every turn folds what is in the journal as well.
        let store = RedbStore::open_on(disk.plug_in(), disk.clone()).unwrap().folding_at(1);
        let reader = store.reader();
        let site = reader.site().unwrap();
        let anchor = Anchor::at_start(&site, self.reading, self.gap_secs);
        let files = reader.licence_files().unwrap();
        let licences = vendor.licences(&files, reader.revocation_list().unwrap());
        let mirror = Mirror::new(site, anchor, licences, reader.revocations().unwrap());
        (store, mirror)
    }

    /// Takes the turn; then the process ends, as it does when its store fails.
    fn attempt(&self, vendor: &Vendor, trouble: Option<(u32, Trouble)>) -> Attempt {
        let disk = Disk::with(self.bytes.clone());
        let (mut store, mirror) = self.open(&disk, vendor);
        let before = disk.operations();
        if let Some((operations, trouble)) = trouble {
            disk.fail_after(operations, trouble);
        }
        let turned = ready(writer::turn(&mut store, &mirror, self.reading, &self.commands, |_| ()));
        let operations = disk.operations() - before;
        drop(store);
        Attempt { outcomes: turned.ok().map(|turned| turned.outcomes), operations, disk }
    }

    /// What there is before the turn and after it.
    fn both(&self, vendor: &Vendor) -> (Contents, Contents) {
        let whole = self.attempt(vendor, None);
        (contents(&Disk::with(self.bytes.clone())), contents(&whole.disk))
    }

    /// The process is started again on the disk that failed it, while the machine runs on: what it finds is
    /// all or nothing of the turn, and what it then builds on that is there after a loss of power.
    #[track_caller]
    fn go_on(&self, failed: Attempt, vendor: &Vendor, (before, after): (&Contents, &Contents)) {
        let Attempt { outcomes, disk, operations } = failed;
        let what = || format!("{:?}, of which {operations} operations were done", self.names);
        let (mut store, mirror) = self.open(&disk, vendor);
        let found = Contents::read(&store.reader()).unwrap();
        assert!(found == *before || found == *after, "half is done: {}", what());
        assert!(outcomes.is_none() || found == *after, "an acknowledged turn is lost: {}", what());
        let next = Command::NoteBackup(NoteBackup { taken: START, by: Some(Actor::Local) });
        ready(writer::turn(&mut store, &mirror, self.reading, &[next], |_| ())).unwrap();
        let built = Contents::read(&store.reader()).unwrap();
        disk.lose_power(&mut Dice::new(u64::from(operations)));
        drop(store);
        assert!(contents(&disk) == built, "what was built on it is lost: {}", what());
    }

    /// Has everything go wrong that can, one after the other.
    #[track_caller]
    fn try_everything(&self, vendor: &Vendor) -> u32 {
        let before = contents(&Disk::with(self.bytes.clone()));
        let whole = self.attempt(vendor, None);
        let after = contents(&whole.disk);
        assert_ne!(before, after, "{:?} is to do something", self.names);
        let mut tried = 0;
        for operation in 0..whole.operations {
            for trouble in [Trouble::PowerCut, Trouble::OneError, Trouble::Full] {
                for draw in 0..DRAWS {
                    let what = || format!("{:?}: {trouble:?} at {operation} ({draw})", self.names);
                    let attempt = self.attempt(vendor, Some((operation, trouble)));
                    attempt.disk.lose_power(&mut Dice::new(draw));
                    let found = contents(&attempt.disk);
                    assert!(found == before || found == after, "half is done: {}", what());
                    if attempt.outcomes.is_some() {
                        assert!(found == after, "what was acknowledged is lost: {}", what());
                    }
                    tried += 1;
                }
            }
        }
        tried
    }
}

/// What is there when the machine runs again.
#[track_caller]
fn contents(disk: &Disk) -> Contents {
    let store = RedbStore::open_on(disk.plug_in(), disk.clone()).expect("the store opens again");
    Contents::read(&store.reader()).expect("and can be read")
}

#[test]
fn no_use_case_is_ever_half_done_wherever_the_power_or_the_disk_fails() {
    let (cases, vendor) = &*HARVEST;
    let tried: u32 = thread::scope(|scope| {
        let (even, odd): (Vec<_>, Vec<_>) =
            cases.iter().enumerate().partition(|(number, _)| number % 2 == 0);
        let halves = [even, odd].map(|half| {
            scope.spawn(move || {
                half.iter().map(|(_, case)| case.try_everything(vendor)).sum::<u32>()
            })
        });
        halves.into_iter().map(|half| half.join().unwrap()).sum()
    });
    assert!(tried > 1000, "only {tried} failures were tried");
    println!("{} use cases, {tried} failures", use_case::ALL.len());
}

/// A store that is mended after a power cut may lose its power once more.
#[test]
fn a_power_cut_while_a_store_is_mended_loses_nothing() {
    let (cases, vendor) = &*HARVEST;
    let case = cases.iter().find(|case| case.names.contains(&"sign in")).unwrap();
    let (before, whole) = (contents(&Disk::with(case.bytes.clone())), case.attempt(vendor, None));
    let after = contents(&whole.disk);
    for operation in 0..whole.operations {
        for again in 0.. {
            let attempt = case.attempt(vendor, Some((operation, Trouble::PowerCut)));
            let dice = &mut Dice::new(u64::from(operation));
            attempt.disk.lose_power(dice);
            let plug = attempt.disk.plug_in();
            attempt.disk.fail_after(again, Trouble::PowerCut);
            let is_mended = RedbStore::open_on(plug, attempt.disk.clone()).is_ok();
            attempt.disk.lose_power(dice);
            let found = contents(&attempt.disk);
            assert!(found == before || found == after, "cut at {operation}, again at {again}");
            if is_mended {
                break;
            }
        }
    }
}

/// A sync of a turn fails, or one of the store's closing, and a supervisor starts the server again. The system
/// shows what the disk never had, and a server that believed it once lost its store with the next power cut.
#[test]
fn what_is_built_after_a_sync_that_failed_stays_though_the_machine_ran_on() {
    let (cases, vendor) = &*HARVEST;
    for case in cases {
        let (before, after) = case.both(vendor);
        for operation in 0.. {
            let failed = case.attempt(vendor, Some((operation, Trouble::OneError)));
            if failed.disk.has_trouble_ahead() {
                break;
            }
            case.go_on(failed, vendor, (&before, &after));
        }
    }
}

/// The same where the server is killed, and only then the disk fails what the system still had to write.
#[test]
fn what_is_built_after_a_write_that_failed_behind_a_killed_server_stays() {
    let (cases, vendor) = &*HARVEST;
    let mut refused = 0;
    for case in cases {
        let (before, after) = case.both(vendor);
        for operation in 0..case.attempt(vendor, None).operations {
            let killed = case.attempt(vendor, Some((operation, Trouble::PowerCut)));
            killed.disk.lose_behind();
            // The next start is told of it; the one after that finds what the disk has.
            let told = RedbStore::open_on(killed.disk.plug_in(), killed.disk.clone());
            refused += u32::from(told.is_err());
            drop(told);
            case.go_on(killed, vendor, (&before, &after));
        }
    }
    assert!(refused > 0, "no start was told of what was lost");
}

/// After a sync that failed, Linux says of the next one that all is well, and what the first should have
/// made durable is lost.
#[test]
fn after_a_sync_that_failed_nothing_is_acknowledged_though_the_next_would_succeed() {
    let (cases, vendor) = &*HARVEST;
    let case = cases.iter().find(|case| case.names.contains(&"sign in")).unwrap();
    let last = case.attempt(vendor, None).operations - 1;
    let disk = Disk::with(case.bytes.clone());
    let (store, mirror) = case.open(&disk, vendor);
    let (mirror, reading) = (Arc::new(mirror), case.reading);
    let writer =
        Writer::start(store, Arc::clone(&mirror), Metrics::default(), move || reading, |_| ())
            .unwrap();
    disk.fail_after(last, Trouble::OneError);
    let outcomes = wait_for(writer.submit_all(case.commands.clone()));
    assert!(outcomes.iter().all(|outcome| *outcome == Err(Unavailable::Failed)), "{outcomes:?}");
    assert!(!mirror.is_ready());
    let later = wait_for(writer.submit(Command::WrongPassword));
    assert_eq!(later, Err(Unavailable::Failed), "though the disk works again");
}

/// Waits on this thread for what another one does.
fn wait_for<F: Future>(future: F) -> F::Output {
    struct Unpark(Thread);
    impl Wake for Unpark {
        fn wake(self: Arc<Self>) {
            self.0.unpark();
        }
    }
    let waker = Waker::from(Arc::new(Unpark(thread::current())));
    let mut future = pin!(future);
    loop {
        match future.as_mut().poll(&mut Context::from_waker(&waker)) {
            std::task::Poll::Ready(output) => return output,
            std::task::Poll::Pending => thread::park(),
        }
    }
}
