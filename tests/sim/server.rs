//! The server as far as it decides: the real rules, the real store, the real mirror; and the machine
//! under it, which dies when it is told to.

use std::pin::pin;
use std::task::{Context, Poll, Waker};

use licence_core::UnixTime;
use licence_core::claims::Epoch;
use licence_server::domain::{Anchor, Command, Entry, Holder, Licences, Outcome, Reading, Site};
use licence_server::mirror::Mirror;
use licence_server::store::{NewSite, Reader as _, RedbStore};
use licence_server::writer::{self, Turned};

use super::broken::{Broken, Promise, check};
use super::clocks::{Clocks, START};
use super::dice::Dice;
use super::disk::Disk;
use super::engine::{Crash, Rows, Witness};
use super::faults::Fault;
use super::vendor::Vendor;

/// A server with its machine.
pub(crate) struct Server {
    pub(crate) clocks: Clocks,
    pub(crate) mirror: Mirror,
    disk: Disk,
    witness: Option<Witness>,
    fault: Option<Fault>,
    /// How far ahead the wall clock may be at a start and be believed.
    pub(crate) gap_secs: i64,
}

/// Bytes at which the store's journal is folded: a few turns.
const FOLD_AT: u64 = 4096;

/// What came of one turn.
pub(crate) struct Report {
    /// The time by which it was judged.
    pub(crate) now: UnixTime,
    pub(crate) outcomes: Vec<Outcome>,
    pub(crate) woken: Vec<Holder>,
    /// Whether it is on disk. Without a crash it always is.
    pub(crate) is_durable: bool,
    /// Whether it came to a commit.
    pub(crate) is_committed: bool,
}

impl Server {
    pub(crate) fn new(fault: Option<Fault>, gap_secs: i64) -> Self {
        let (disk, clocks) = (Disk::default(), Clocks::new());
        let new = NewSite { epoch: Epoch { counter: 1, tag: 7 }, mark: START };
        let store =
            RedbStore::create_on(disk.plug_in(), disk.clone(), new).unwrap().folding_at(FOLD_AT);
        let site = store.reader().site().unwrap();
        let anchor = Anchor::at_start(&site, clocks.read(), gap_secs);
        let mirror = Mirror::new(site, anchor, Licences::default(), vec![]);
        let witness = Some(witness(store, Rows::default(), &disk, fault));
        Self { clocks, mirror, disk, witness, fault, gap_secs }
    }

    pub(crate) fn reading(&self) -> Reading {
        self.fault.map_or_else(|| self.clocks.read(), |fault| fault.read(&self.clocks))
    }

    /// The time by which a request would be judged now.
    pub(crate) fn now(&self) -> UnixTime {
        self.mirror.judge(self.reading()).now
    }

    pub(crate) fn rows(&self) -> &Rows {
        &self.witness().rows
    }

    fn witness(&self) -> &Witness {
        self.witness.as_ref().unwrap()
    }

    /// One turn of the writer, in which the process may die.
    pub(crate) fn turn(
        &mut self,
        commands: &[Command],
        crash: Option<Crash>,
    ) -> Result<Report, Broken> {
        let (reading, now) = (self.reading(), self.now());
        let witness = self.witness.as_mut().unwrap();
        witness.crash = crash;
        let turned = ready(writer::turn(witness, &self.mirror, reading, commands, |_| ()));
        let is_committed = witness.committed.is_some();
        // To set the time right, and in a new life, every lease is let go at once.
        let is_at_once =
            |command: &Command| matches!(command, Command::ResetClock(_) | Command::Restore(_));
        if !commands.iter().any(is_at_once) {
            self.check_work(commands.len())?;
        }
        match turned {
            Ok(Turned { outcomes, woken }) => {
                Ok(Report { now, outcomes, woken, is_durable: true, is_committed })
            }
            Err(error) => {
                let how = || format!("the turn failed: {error}");
                check(crash == Some(Crash::Before), Promise::Durable, how)?;
                let (outcomes, woken) = (Vec::new(), Vec::new());
                Ok(Report { now, outcomes, woken, is_durable: false, is_committed })
            }
        }
    }

    /// A batch loads so often, and so much, whatever there is in the store.
    fn check_work(&self, commands: usize) -> Result<(), Broken> {
        let Witness { loads, rows_loaded, .. } = *self.witness();
        let (loads_max, rows_max) = (16 + 4 * commands, 512 * (1 + commands));
        check(loads <= loads_max && rows_loaded <= rows_max, Promise::BoundedWork, || {
            format!("{commands} commands loaded {loads} times, {rows_loaded} rows")
        })
    }

    /// Starts the server again after its end. `before` are the rows before the last turn, where the
    /// process died in it: what is on disk must be that turn, or nothing of it.
    ///
    /// Says whether the last turn is on disk.
    pub(crate) fn restart(
        &mut self,
        end: End,
        before: Option<(Rows, Site)>,
        dice: &mut Dice,
    ) -> Result<bool, Broken> {
        match end {
            End::Killed => self.disk.unplug(),
            End::PowerLost => self.disk.lose_power(dice),
            End::Stopped => {}
        }
        let Witness { rows: after, committed, .. } = self.witness.take().unwrap();
        if end == End::Stopped {
            self.disk.unplug();
        }
        let store = RedbStore::open_on(self.disk.plug_in(), self.disk.clone());
        let store = store.map(|store| store.folding_at(FOLD_AT)).map_err(|error| Broken {
            promise: Promise::Durable,
            how: format!("the store does not open again: {error}"),
        })?;
        let site = store.reader().site().unwrap();
        let shown = before.as_ref().map_or_else(|| self.mirror.site(), |(_, site)| *site);
        let is_durable = committed.unwrap_or(shown) == site && are_on_disk(&after, &store);
        let rows = match before {
            Some((before, _)) if !is_durable && shown == site => before,
            Some(_) | None => after,
        };
        check(is_durable || shown == site, Promise::Durable, || {
            format!("the log stands at {:?}, and {:?} was shown", site.position, shown.position)
        })?;
        check(are_on_disk(&rows, &store), Promise::Durable, || {
            "other rows are on disk than were committed".to_owned()
        })?;
        self.witness = Some(witness(store, rows, &self.disk, self.fault));
        Ok(is_durable)
    }

    /// A copy of the disk, on which everything is that was committed.
    pub(crate) fn copy_disk(&self) -> Vec<u8> {
        self.disk.copy()
    }

    /// Stops, and has a copy of the disk in its place.
    pub(crate) fn put_back(&mut self, bytes: Vec<u8>, rows: Rows) {
        self.witness = None;
        self.disk.put_back(bytes);
        let store =
            RedbStore::open_on(self.disk.plug_in(), self.disk.clone()).unwrap().folding_at(FOLD_AT);
        self.witness = Some(witness(store, rows, &self.disk, self.fault));
    }

    /// What the server reads when it starts.
    pub(crate) fn load_mirror(&mut self, vendor: &Vendor) {
        let reader = self.witness().store.reader();
        let site = reader.site().unwrap();
        let anchor = Anchor::at_start(&site, self.reading(), self.gap_secs);
        let files = reader.licence_files().unwrap();
        let licences = vendor.licences(&files, reader.revocation_list().unwrap());
        let mut revocations = reader.revocations().unwrap();
        if let Some(fault) = self.fault {
            fault.restore(&mut revocations);
        }
        self.mirror = Mirror::new(site, anchor, licences, revocations);
    }

    /// The audit log from a place on.
    pub(crate) fn entries(&self, from: u64) -> Vec<Entry> {
        self.witness().store.reader().entries(from, usize::MAX).unwrap()
    }

    /// What is on disk of the site's row.
    pub(crate) fn durable_site(&self) -> Site {
        self.witness().store.reader().site().unwrap()
    }
}

/// How a process ends.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum End {
    /// As it was told to.
    Stopped,
    /// By `kill -9`.
    Killed,
    /// With its machine.
    PowerLost,
}

fn are_on_disk(rows: &Rows, store: &RedbStore) -> bool {
    let sessions = store.reader().sessions_after(None, usize::MAX).unwrap();
    let borrowings = store.reader().borrowings().unwrap();
    let queue = store.reader().queue().unwrap();
    // All of them: a turn may have changed a place in the queue and nothing else.
    sessions.iter().eq(rows.sessions.values())
        && borrowings.iter().eq(rows.borrowings.values())
        && queue.iter().eq(rows.queue.values())
}

fn witness(store: RedbStore, rows: Rows, disk: &Disk, fault: Option<Fault>) -> Witness {
    let (loads, rows_loaded, committed, crash) = (0, 0, None, None);
    Witness { store, rows, loads, rows_loaded, committed, crash, disk: disk.clone(), fault }
}

/// An embedded engine's futures are ready at once.
pub(crate) fn ready<F: Future>(future: F) -> F::Output {
    match pin!(future).poll(&mut Context::from_waker(Waker::noop())) {
        Poll::Ready(output) => output,
        Poll::Pending => panic!("an embedded engine does not wait"),
    }
}
