//! The store at size: what a million of everything costs against ten thousand.

mod erasure;
mod file;
mod growth;
mod morning;
mod restart;

use std::time::Duration;

use super::effort::Effort;
use super::report::{Section, Table};
use super::site::{Site, Size};
use super::{folder, load, lock_file, site};
use crate::failure::Failure;
use crate::workspace::Workspace;

pub(super) const TITLE: &str = "The store";

/// How much is measured, and how long.
pub(super) struct Extent {
    pub(super) effort: Effort,
    /// Sessions; as many people, and as many revoked sessions.
    sizes: &'static [u32],
    /// Turns of refreshes in which a journal is filled and its rows go into their tables, all of it once.
    cycle: u32,
    /// Refresh tokens rotated while the file is watched.
    rotations: u64,
    /// People who sign on in one morning.
    people: u32,
}

pub(super) const FULL: Extent = Extent {
    effort: Effort { repetitions: 5, rounds: 5, slice: Duration::from_millis(200) },
    sizes: &[10_000, 100_000, 1_000_000],
    cycle: 5_000,
    rotations: 10_000_000,
    people: 20_000,
};

pub(super) const QUICK: Extent = Extent {
    effort: Effort { repetitions: 2, rounds: 3, slice: Duration::from_millis(100) },
    sizes: &[10_000, 100_000],
    cycle: 500,
    rotations: 200_000,
    people: 2_000,
};

const INTRODUCTION: &str = "\
Turns of the writer over the real store on disk, without HTTP, signatures and the hashes of passwords, on one core. A turn of refreshes
rotates the tokens of 64 random sessions, and each value is of 320,000 of them, in which a journal is filled and its rows go into their tables
once; a turn of claims signs 16 people in who have no seat and signs out the 16 who came before
them; a check is what every token that comes back is asked, whether it is revoked; person and session are the two rows that those
read besides who tell whose it is, where nobody has read them of late. There are as many people as sessions, 10,000 more who take seats, and
8,000 revoked sessions at every size, the most that are listed one by one. Ready means that the server listens, counted from its
start; the system kept what was written, as it does where a program crashes.

Rows that replace others go to the end of a journal of 64 to 128 MiB, and their newest forms are kept in memory until they go
into their tables in the order of keys. A batch of 64 refreshes writes to 14 places of the file among ten thousand sessions, and to 20 among a million;
while rows go it is 33 and 160, because among a million two of them share a page and redb writes some pages twice: in the mean 15 and 63. That,
and memory that is in no cache of the processor, is what a refresh costs more there. The pages that are kept are 8 MiB; the others are the
system's, and not in these numbers. A check is one look into a table in memory. A person and a session are two random rows of a million: pages
that are in no cache of the processor, and in the system's alone. Memory
holds every lease, whose each session is and when it ends, beside the journal's rows and those pages; for as long as a backup is checked it holds
most of that a second time. A start after a kill is
redb's repair for nearly half of its time: it verifies the sums of all pages, and goes through them again to find those that are free. Its quick repair would spare
that, for a second sync and as many pages again with every batch. What is left reads every row of
sessions and people to find what memory holds. The log is part of what is verified: with two million entries more a start took 1.5 seconds
longer. The file grows by the audit log, some 100 bytes for each rotation, until the log is pruned; what is left then beside the rows is the journal.
Whoever is erased leaves the journal at once, and everyone waits until all its rows have gone.";

/// People without a session, who take the seats that are free.
const GUESTS: u32 = 10_000;

/// Revoked sessions: as many as are listed one by one. One more, and a place in the log takes the place of the
/// list.
const REVOKED: u32 = 8_000;

/// Seats that are free for them at a time: as many as a turn of claims takes.
const FREE: u32 = 16;

pub(super) fn build(workspace: &Workspace) -> Result<(), Failure> {
    site::build(workspace)?;
    load::LOAD.build(workspace)
}

pub(super) fn measure(workspace: &Workspace, extent: &Extent) -> Result<Section, Failure> {
    let found = |size: &u32| found(workspace, *size, 1_000_000);
    let sites = extent.sizes.iter().map(found).collect::<Result<Vec<_>, _>>()?;
    let mut tables = Vec::new();
    if let Some((site, size)) = sites.last().zip(extent.sizes.last()) {
        tables.push(restart::measure(workspace, site, *size, &extent.effort)?);
    }
    tables.insert(0, growth::measure(extent, &sites)?);
    tables.push(growth::by_seats(workspace, &extent.effort)?);
    if let Some(site) = sites.first() {
        tables.push(file::measure(site, extent.rotations)?);
    }
    // Last of what these are used for: who is erased is in no list of accounts any more.
    tables.push(erasure::measure(&sites, extent)?);
    tables.push(morning::measure(workspace, extent.people)?);
    let versions = vec![("redb", lock_file::version(workspace.root(), "redb")?)];
    Ok(Section { title: TITLE, introduction: INTRODUCTION, tables, versions })
}

/// An institute of which nearly everyone is signed in.
fn found(workspace: &Workspace, sessions: u32, seats: u32) -> Result<Site<'_>, Failure> {
    let held = sessions.min(seats) - FREE;
    let size =
        Size { seats, people: held + GUESTS, sessions: held, revoked: sessions.min(REVOKED) };
    Site::found(workspace, folder(workspace).join(format!("store-{sessions}-{seats}")), size)
}

/// A table of two columns: what, and how much of it with the aim.
fn table(title: &str, rows: Vec<[String; 3]>) -> Table {
    let rows = rows.into_iter().map(Vec::from).collect();
    Table { title: title.to_owned(), heading: vec!["", "", "aim"], rows }
}
