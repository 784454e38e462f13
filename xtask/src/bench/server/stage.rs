//! What the measurements of the server share.

use std::fs;
use std::path::{Path, PathBuf};
use std::rc::Rc;

use peer_protocol::work;

use super::{BARE, HELLO};
use crate::bench::folder;
use crate::bench::home_made::HomeMade;
use crate::bench::interleave::Contender as _;
use crate::bench::load::Loaded;
use crate::bench::peer::Peer;
use crate::bench::pinned;
use crate::bench::running::Running;
use crate::bench::site::{Site, Size};
use crate::failure::Failure;
use crate::files;
use crate::workspace::Workspace;

/// Connections to each server.
pub(super) const CONNECTIONS: usize = 64;

/// Connections of those who all sign in at once, and their accounts.
pub(super) const STORM: usize = 200;

/// A file system in memory, on Linux.
const MEMORY: &str = "/dev/shm";

const SIZE: Size = Size { seats: 100_000, people: 20_000, sessions: 20_000, revoked: 1_000 };

pub(super) struct Stage<'w> {
    workspace: &'w Workspace,
    site: Site<'w>,
    in_memory: Site<'w>,
    home_made: HomeMade,
    /// Pages that a batch of as many refreshes as there are connections changes.
    pub(super) pages: u64,
}

impl<'w> Stage<'w> {
    pub(super) fn set_up(workspace: &'w Workspace) -> Result<Self, Failure> {
        let home_made = HomeMade::provide(workspace)?;
        let site = Site::found(workspace, folder(workspace).join("site"), SIZE)?;
        let in_memory = Path::new(MEMORY).join("licence-bench");
        let in_memory = site.copy(in_memory)?;
        let pages = pages(&site, folder(workspace).join("pages"), CONNECTIONS as u64)?;
        let stage = Self { workspace, site, in_memory, home_made, pages };
        files::fresh_folder(&stage.bare_folder())?;
        Ok(stage)
    }

    pub(super) fn hello(&self) -> Result<Loaded, Failure> {
        let hello = Running::start(pinned::SERVER.command(HELLO.binary(self.workspace)))?;
        self.connect(hello, CONNECTIONS, None)
    }

    pub(super) fn home_made(&self) -> Result<Loaded, Failure> {
        let server = self.home_made.serve(&folder(self.workspace).join("home-made"))?;
        // It has people of the same names, and sessions of none.
        let accounts = folder(self.workspace).join("home-made/accounts.txt");
        let source = self.site.accounts();
        fs::copy(&source, &accounts).map_err(Failure::file("copy", &source))?;
        self.connect(server, CONNECTIONS, Some(&accounts))
    }

    pub(super) fn ours(&self) -> Result<Loaded, Failure> {
        self.connect(self.site.serve()?, CONNECTIONS, Some(&self.site.accounts()))
    }

    pub(super) fn ours_in_memory(&self) -> Result<Loaded, Failure> {
        let site = &self.in_memory;
        self.connect(site.serve()?, CONNECTIONS, Some(&site.accounts()))
    }

    /// Ours over an institute that nobody has used, and the accounts of a storm.
    ///
    /// Each sign-in of a storm ends one before it. A few storms on one store would fill the list of what is
    /// revoked, and then every client has to refresh; and leases that lapse meanwhile would be swept.
    pub(super) fn ours_anew(&self) -> Result<(Loaded, PathBuf), Failure> {
        let site = Site::found(self.workspace, folder(self.workspace).join("anew"), SIZE)?;
        // Each by a connection of its own, of whose accounts one in four is for signing in.
        let storm = site.set_apart(4 * STORM, "storm.txt")?;
        Ok((self.connect(site.serve()?, CONNECTIONS, Some(&site.accounts()))?, storm))
    }

    /// Those who are about to sign in all at once, to a server that others use already.
    pub(super) fn crowd(&self, server: &Loaded, accounts: &Path) -> Result<Loaded, Failure> {
        server.beside(self.workspace, STORM, accounts)
    }

    /// Pages that a batch of so many refreshes changes.
    pub(super) fn pages_of(&self, refreshes: u64) -> Result<u64, Failure> {
        pages(&self.site, folder(self.workspace).join("pages"), refreshes)
    }

    /// The disk with so many pages, or the hash, alone.
    pub(super) fn bare(&self, work: &'static str, pages: u64) -> Result<Peer, Failure> {
        let mut bare = pinned::SERVER.command(BARE.binary(self.workspace));
        bare.arg(self.bare_folder()).arg(pages.to_string());
        Peer::run(bare, work)
    }

    fn bare_folder(&self) -> PathBuf {
        folder(self.workspace).join("bare")
    }

    fn connect(
        &self,
        server: Running,
        connections: usize,
        accounts: Option<&Path>,
    ) -> Result<Loaded, Failure> {
        Loaded::connect(self.workspace, Rc::new(server), connections, accounts)
    }
}

impl Drop for Stage<'_> {
    fn drop(&mut self) {
        // Memory that nobody would give back otherwise.
        let _ = fs::remove_dir_all(Path::new(MEMORY).join("licence-bench"));
    }
}

/// How many scattered pages a batch of refreshes brings to the disk: as many as the writer writes, because what lies
/// together is written in one go.
fn pages(site: &Site<'_>, copy: PathBuf, refreshes: u64) -> Result<u64, Failure> {
    const TURNS: u32 = 200;
    let copy = site.copy(copy)?;
    let mut turns = copy.turns(work::TURN_REFRESH, refreshes)?;
    let mut take = |operations| {
        turns.run(operations)?;
        turns.process().writes()
    };
    // Once beforehand, so that the store is open.
    let before = take(1)?;
    let written = take(TURNS)?.saturating_sub(before);
    Ok(written / u64::from(TURNS))
}
