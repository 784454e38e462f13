//! A contender in a process of its own.

use std::cell::RefCell;
use std::fmt::Display;
use std::io::{self, BufRead as _, BufReader, Write as _};
use std::path::{Path, PathBuf};
use std::process::{Child, ChildStdin, ChildStdout, Command, Stdio};
use std::rc::Rc;
use std::str::FromStr;

use peer_protocol::{Request, Slice};

use super::interleave::Contender;
use super::process::Process;
use crate::command::{self, cargo};
use crate::failure::Failure;
use crate::workspace::Workspace;

/// Where a contender is built from, and how its program is called.
#[derive(Clone, Copy)]
pub(super) struct Package {
    /// Its folder in `tests/peers`.
    pub(super) folder: &'static str,
    pub(super) program: &'static str,
}

impl Package {
    /// Builds it as it is measured.
    pub(super) fn build(self, workspace: &Workspace) -> Result<(), Failure> {
        let mut build = cargo(workspace);
        // Without `--locked`: a contender that uses the project's own crates follows what these need.
        build.args(["build", "--release", "--manifest-path"]);
        build.arg(self.source(workspace).join("Cargo.toml"));
        command::run(build.arg("--target-dir").arg(self.target(workspace)))
    }

    pub(super) fn source(self, workspace: &Workspace) -> PathBuf {
        workspace.root().join("tests/peers").join(self.folder)
    }

    pub(super) fn binary(self, workspace: &Workspace) -> PathBuf {
        let name = format!("{}{}", self.program, std::env::consts::EXE_SUFFIX);
        self.target(workspace).join("release").join(name)
    }

    /// Not the workspace's, because the same crates are built here with other features. Those that
    /// are measured together share one.
    fn target(self, workspace: &Workspace) -> PathBuf {
        let kind = Path::new(self.folder).components().next();
        kind.into_iter().fold(workspace.target().join("peers"), |folder, kind| folder.join(kind))
    }
}

/// A process that answers each line with a line, until its input ends.
pub(super) struct Answering {
    program: PathBuf,
    child: Child,
    /// `None` once the process has been told that nothing more is asked.
    requests: Option<ChildStdin>,
    answers: BufReader<ChildStdout>,
}

impl Answering {
    pub(super) fn start(mut command: Command) -> Result<Self, Failure> {
        let program = PathBuf::from(command.get_program());
        command.stdin(Stdio::piped()).stdout(Stdio::piped());
        let not_started =
            |source| Failure::Start { program: program.display().to_string(), source };
        let mut child = command.spawn().map_err(not_started)?;
        let (requests, answers) = (child.stdin.take(), child.stdout.take());
        let answers = answers.ok_or_else(|| not_started(io::ErrorKind::BrokenPipe.into()))?;
        Ok(Self { child, requests, answers: BufReader::new(answers), program })
    }

    /// Asks, and does not wait for the answer.
    pub(super) fn tell(&mut self, line: &dyn Display) -> Result<(), Failure> {
        let requests = self.requests.as_ref().ok_or_else(|| io::ErrorKind::BrokenPipe.into());
        requests
            .and_then(|mut requests| writeln!(requests, "{line}"))
            .map_err(Failure::file("ask", &self.program))
    }

    /// Asks, and waits for the answer.
    pub(super) fn ask<T: FromStr>(&mut self, line: &dyn Display) -> Result<T, Failure> {
        self.tell(line)?;
        self.hear()
    }

    /// Waits for the answer to what was asked first.
    pub(super) fn hear<T: FromStr>(&mut self) -> Result<T, Failure> {
        let mut answer = String::new();
        self.answers.read_line(&mut answer).map_err(Failure::file("ask", &self.program))?;
        let unexpected = |_| Failure::UnexpectedOutput { tool: "a peer", output: answer.clone() };
        answer.trim_end().parse().map_err(unexpected)
    }
}

impl Drop for Answering {
    fn drop(&mut self) {
        // It ends by itself once its input has ended.
        drop(self.requests.take());
        let _status = self.child.wait();
    }
}

/// A contender's process, with one of its works.
pub(super) struct Peer {
    process: Rc<RefCell<Answering>>,
    work: &'static str,
}

impl Peer {
    /// Starts the process for texts that lie in a folder.
    pub(super) fn start(
        program: PathBuf,
        work: &'static str,
        texts: &Path,
    ) -> Result<Self, Failure> {
        let mut command = Command::new(program);
        command.arg(texts);
        Self::run(command, work)
    }

    pub(super) fn run(command: Command, work: &'static str) -> Result<Self, Failure> {
        Ok(Self { process: Rc::new(RefCell::new(Answering::start(command)?)), work })
    }

    pub(super) fn process(&self) -> Process {
        Process::of(self.process.borrow().child.id())
    }

    /// Another work of the same process.
    pub(super) fn with(&self, work: &'static str) -> Self {
        Self { process: Rc::clone(&self.process), work }
    }
}

impl Contender for Peer {
    fn run(&mut self, operations: u32) -> Result<Slice, Failure> {
        self.process.borrow_mut().ask(&Request { work: self.work.to_owned(), operations })
    }
}
