//! A contender in a process of its own.

use std::io::{self, BufRead as _, BufReader, Write as _};
use std::path::{Path, PathBuf};
use std::process::{Child, ChildStdin, ChildStdout, Command, Stdio};

use peer_protocol::{Request, Slice};

use super::interleave::Contender;
use crate::command::{self, cargo};
use crate::failure::Failure;
use crate::workspace::Workspace;

/// Where a contender is built from, and how its program is called.
#[derive(Clone, Copy)]
pub(super) struct Package {
    /// Its folder in `tests/peers`: a workspace with a lock file of its own.
    pub(super) folder: &'static str,
    pub(super) program: &'static str,
}

impl Package {
    /// Builds it as it is measured.
    pub(super) fn build(self, workspace: &Workspace) -> Result<(), Failure> {
        let mut build = cargo(workspace);
        build.args(["build", "--release", "--locked", "--manifest-path"]);
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

    /// A folder of its own, because the same crates are built here with other features.
    fn target(self, workspace: &Workspace) -> PathBuf {
        workspace.target().join("peers").join(self.folder)
    }
}

/// A contender's process, with one of its works.
pub(super) struct Peer {
    program: PathBuf,
    work: &'static str,
    child: Child,
    /// `None` once the process has been told that nothing more is asked.
    requests: Option<ChildStdin>,
    answers: BufReader<ChildStdout>,
}

impl Peer {
    /// Starts the process for texts that lie in a folder.
    pub(super) fn start(
        program: PathBuf,
        work: &'static str,
        texts: &Path,
    ) -> Result<Self, Failure> {
        let mut command = Command::new(&program);
        command.arg(texts).stdin(Stdio::piped()).stdout(Stdio::piped());
        let not_started =
            |source| Failure::Start { program: program.display().to_string(), source };
        let mut child = command.spawn().map_err(not_started)?;
        let (requests, answers) = (child.stdin.take(), child.stdout.take());
        let answers = answers.ok_or_else(|| not_started(io::ErrorKind::BrokenPipe.into()))?;
        Ok(Self { work, child, requests, answers: BufReader::new(answers), program })
    }

    fn ask(&mut self, request: &Request) -> io::Result<String> {
        let mut answer = String::new();
        let mut requests = self.requests.as_ref().ok_or(io::ErrorKind::BrokenPipe)?;
        writeln!(requests, "{request}")?;
        self.answers.read_line(&mut answer)?;
        Ok(answer)
    }
}

impl Contender for Peer {
    fn run(&mut self, operations: u32) -> Result<Slice, Failure> {
        let request = Request { work: self.work.to_owned(), operations };
        let answer = self.ask(&request).map_err(Failure::file("ask", &self.program))?;
        let unexpected = |_| Failure::UnexpectedOutput { tool: "a peer", output: answer.clone() };
        answer.trim_end().parse().map_err(unexpected)
    }
}

impl Drop for Peer {
    fn drop(&mut self) {
        // It ends by itself once its input has ended.
        drop(self.requests.take());
        let _status = self.child.wait();
    }
}
