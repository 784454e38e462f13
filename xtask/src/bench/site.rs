//! An institute for the measurement: made by the real commands, filled by the server's own rules.

use std::ffi::OsStr;
use std::fs;
use std::path::{Path, PathBuf};
use std::process::Command;

use super::peer::{Package, Peer};
use super::pinned;
use super::running::Running;
use crate::command::{self, cargo};
use crate::failure::Failure;
use crate::files;
use crate::workspace::Workspace;

pub(super) const STORE: Package = Package { folder: "server/store", program: "peer-store" };

/// Everybody's.
pub(super) const PASSWORD: &str = "correct-horse-battery";

/// How much there is in a store.
#[derive(Clone, Copy, Debug)]
pub(super) struct Size {
    pub(super) seats: u32,
    pub(super) people: u32,
    /// How many of the people have a session.
    pub(super) sessions: u32,
    /// Sessions that ended so lately that their tokens have to be refused.
    pub(super) revoked: u32,
}

/// Builds the two tools as they are shipped, and what fills a store.
pub(super) fn build(workspace: &Workspace) -> Result<(), Failure> {
    let mut build = cargo(workspace);
    build.args(["build", "--release", "--locked", "--package", "licence-issuer"]);
    command::run(build.args(["--package", "licence-server"]))?;
    STORE.build(workspace)
}

/// An institute's data directory and the accounts of its people.
pub(super) struct Site<'w> {
    workspace: &'w Workspace,
    folder: PathBuf,
}

impl<'w> Site<'w> {
    /// Makes vendor, licence and institute in a new folder, and fills the store.
    pub(super) fn found(
        workspace: &'w Workspace,
        folder: PathBuf,
        size: Size,
    ) -> Result<Self, Failure> {
        files::fresh_folder(&folder)?;
        let site = Self { workspace, folder };
        site.licensed(size)?;
        site.fill(size)?;
        Ok(site)
    }

    fn licensed(&self, size: Size) -> Result<(), Failure> {
        let (vendor, data, request, licence) =
            (self.path("vendor"), self.data(), self.path("request.jwt"), self.path("a.licence"));
        let seats = size.seats.to_string();
        self.run("licence-issuer", |issuer| {
            issuer.arg("init").arg(&vendor);
            issuer.args(["--vendor", "Vendor", "--product", "app", "--no-passphrase"])
        })?;
        self.run("licence-server", |server| {
            server.arg("init").arg("--data").arg(&data);
            server.arg("--kit").arg(vendor.join("site-kit.json"))
        })?;
        self.run("licence-server", |server| {
            server.arg("request").arg("--data").arg(&data);
            server.args(["--institute", "Institute", "--out"]).arg(&request)
        })?;
        self.run("licence-issuer", |issuer| {
            issuer.arg("issue").arg("--vendor-dir").arg(&vendor);
            issuer.args(["--institute", "Institute", "--days", "365", "--seats", &seats]);
            issuer.arg("--request").arg(&request).arg("--out").arg(&licence)
        })?;
        self.run("licence-server", |server| {
            server.args(["licence", "install"]).arg(&licence).arg("--data").arg(&data)
        })
    }

    fn fill(&self, size: Size) -> Result<(), Failure> {
        let Size { people, sessions, revoked, .. } = size;
        let mut fill = Command::new(STORE.binary(self.workspace));
        fill.current_dir(self.workspace.root()).arg("fill").arg(self.data());
        fill.args([people, sessions, revoked].map(|number| number.to_string()));
        command::run(fill.arg(self.accounts()).arg(PASSWORD))
    }

    /// A copy of the whole institute, as it is on disk now.
    pub(super) fn copy(&self, folder: PathBuf) -> Result<Self, Failure> {
        files::fresh_folder(&folder)?;
        // With the rights of each file: the server refuses a data directory that others may enter.
        let mut copy = Command::new("cp");
        command::run(copy.arg("--archive").arg(self.path(".")).arg(&folder))?;
        Ok(Self { workspace: self.workspace, folder })
    }

    /// Takes some accounts into a file of their own, so that two can use theirs at once.
    pub(super) fn set_apart(&self, count: usize, name: &str) -> Result<PathBuf, Failure> {
        let path = self.accounts();
        let text = fs::read_to_string(&path).map_err(Failure::file("read", &path))?;
        let mut lines: Vec<_> = text.lines().collect();
        let apart = lines.split_off(lines.len().saturating_sub(count));
        let write = |path: &Path, lines: &[&str]| {
            let text: String = lines.iter().flat_map(|line| [line, "\n"]).collect();
            fs::write(path, text).map_err(Failure::file("write", path))
        };
        write(&path, &lines)?;
        write(&self.path(name), &apart)?;
        Ok(self.path(name))
    }

    /// The writer's turns over its store, with so many refreshes in each of those.
    pub(super) fn turns(&self, work: &'static str, refreshes: u64) -> Result<Peer, Failure> {
        let mut turns = pinned::SERVER.command(STORE.binary(self.workspace));
        turns.arg("turns").arg(self.data()).arg(self.accounts()).arg(refreshes.to_string());
        Peer::run(turns, work)
    }

    /// Another of the programs over its store, to its end; what it printed.
    pub(super) fn over_store(&self, verb: &str, words: &[String]) -> Result<String, Failure> {
        let mut program = pinned::SERVER.command(STORE.binary(self.workspace));
        program.arg(verb).arg(self.data()).arg(self.accounts()).args(words);
        command::output(&mut program)
    }

    /// Serves it.
    pub(super) fn serve(&self) -> Result<Running, Failure> {
        let mut serve = pinned::SERVER.command(tool(self.workspace, "licence-server"));
        serve.env("LICENCE_LOG", "warn");
        // A few sessions here do the work of thousands.
        for bound in ["LICENCE_SERVER_CHANGES_BURST", "LICENCE_SERVER_CHANGES_PER_MINUTE"] {
            serve.env(bound, "1000000");
        }
        serve.arg("serve").arg("--data").arg(self.data()).args(["--listen", "127.0.0.1:0"]);
        Running::start(serve)
    }

    pub(super) fn data(&self) -> PathBuf {
        self.path("institute")
    }

    pub(super) fn accounts(&self) -> PathBuf {
        self.path("accounts.txt")
    }

    fn path(&self, name: impl AsRef<OsStr>) -> PathBuf {
        self.folder.join(name.as_ref())
    }

    fn run(
        &self,
        name: &str,
        words: impl FnOnce(&mut Command) -> &mut Command,
    ) -> Result<(), Failure> {
        let mut command = Command::new(tool(self.workspace, name));
        command::run(words(command.current_dir(self.workspace.root())))
    }
}

fn tool(workspace: &Workspace, name: &str) -> PathBuf {
    let name = format!("{name}{}", std::env::consts::EXE_SUFFIX);
    workspace.target().join("release").join(name)
}
