//! The load generator, and the servers it sends to.

use std::cell::{RefCell, RefMut};
use std::path::Path;
use std::rc::Rc;

use peer_protocol::{Latencies, Paced, Request, Slice};

use super::interleave::Contender;
use super::peer::{Answering, Package};
use super::pinned;
use super::running::Running;
use crate::failure::Failure;
use crate::workspace::Workspace;

pub(super) const LOAD: Package = Package { folder: "server/load", program: "peer-load" };

/// A server with connections to it. Clones are the same.
#[derive(Clone)]
pub(super) struct Loaded {
    // Goes first: it writes back what it knows of the accounts.
    load: Rc<RefCell<Answering>>,
    server: Rc<Running>,
}

impl Loaded {
    /// Connects to a server, for accounts that lie in a file. The generator has its core to itself, and keeps it
    /// while it waits: no server is to pay for waking it.
    pub(super) fn connect(
        workspace: &Workspace,
        server: Rc<Running>,
        connections: usize,
        accounts: Option<&Path>,
    ) -> Result<Self, Failure> {
        Self::start(workspace, server, connections, "awake", accounts)
    }

    /// Further connections to the same server, for accounts of their own. They share the core with the first,
    /// so that they sleep while they wait.
    pub(super) fn beside(
        &self,
        workspace: &Workspace,
        connections: usize,
        accounts: &Path,
    ) -> Result<Self, Failure> {
        let server = Rc::clone(&self.server);
        Self::start(workspace, server, connections, "asleep", Some(accounts))
    }

    fn start(
        workspace: &Workspace,
        server: Rc<Running>,
        connections: usize,
        waiting: &str,
        accounts: Option<&Path>,
    ) -> Result<Self, Failure> {
        let mut command = pinned::LOAD.command(LOAD.binary(workspace));
        command.arg(server.address()).arg(server.process().pid().to_string());
        command.arg(connections.to_string()).arg(waiting).args(accounts);
        Ok(Self { load: Rc::new(RefCell::new(Answering::start(command)?)), server })
    }

    /// One of the works as a contender.
    pub(super) fn contender(&self, work: &'static str) -> Box<dyn Contender> {
        Box::new(Sending { loaded: self.clone(), work })
    }

    pub(super) fn server(&self) -> &Running {
        &self.server
    }

    /// As fast as the answers come.
    pub(super) fn send(&self, work: &str, operations: u32) -> Result<Slice, Failure> {
        self.tell(work, operations)?;
        self.load().hear()
    }

    /// The same, and the answer is [heard](Self::heard) later.
    pub(super) fn tell(&self, work: &str, operations: u32) -> Result<(), Failure> {
        self.load().tell(&Request { work: work.to_owned(), operations })
    }

    pub(super) fn heard(&self) -> Result<Slice, Failure> {
        self.load().hear()
    }

    /// How long answers take at a steady rate.
    pub(super) fn pace(&self, work: &str, per_sec: u32, millis: u32) -> Result<Latencies, Failure> {
        self.load().ask(&Paced { work: work.to_owned(), per_sec, millis })
    }

    fn load(&self) -> RefMut<'_, Answering> {
        self.load.borrow_mut()
    }
}

struct Sending {
    loaded: Loaded,
    work: &'static str,
}

impl Contender for Sending {
    fn run(&mut self, operations: u32) -> Result<Slice, Failure> {
        self.loaded.send(self.work, operations)
    }
}
