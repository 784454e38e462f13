//! A folder as the root of a system.

use std::fs;
use std::io::{BufRead as _, BufReader, Lines};
use std::path::{Path, PathBuf};
use std::process::{Child, ChildStdout, Command, Stdio};

use tempfile::TempDir;

use crate::packed::{as_root, run};

/// A system of its own; everything that runs in it ends with it.
pub(crate) struct Root {
    place: TempDir,
    servers: Vec<Server>,
}

/// What runs in a folder, and what it prints: that ends when the last process does.
struct Server {
    unshare: Child,
    printed: Lines<BufReader<ChildStdout>>,
}

/// Runs a command and stays as root: whoever changes user is no longer ended with `unshare`.
const STAY: &str = "status=0; \"$@\" || status=$?; exit $status";

impl Root {
    pub(crate) fn empty() -> Self {
        Self { place: tempfile::tempdir().unwrap(), servers: Vec::new() }
    }

    /// With all that another folder holds, whoever owns it.
    pub(crate) fn copy_of(folder: &Path) -> Self {
        let root = Self::empty();
        run(as_root("cp").arg("-a").arg(folder.join(".")).arg(root.path()));
        root
    }

    pub(crate) fn path(&self) -> &Path {
        self.place.path()
    }

    pub(crate) fn join(&self, inside: &str) -> PathBuf {
        self.path().join(inside.trim_start_matches('/'))
    }

    /// A command in it; processes outside are not seen from there.
    pub(crate) fn command(&self, words: &[&str]) -> Command {
        self.command_under(&[], words)
    }

    /// The same, started by a program that watches it from outside.
    pub(crate) fn command_under(&self, watcher: &[&str], words: &[&str]) -> Command {
        let mut command = as_root("unshare");
        command.args(["--mount", "--pid", "--fork", "--kill-child", "sh", "-c", STAY, "sh"]);
        command.args(watcher).arg("chroot").arg(self.path()).args(words);
        command
    }

    #[track_caller]
    pub(crate) fn run(&self, words: &[&str]) -> String {
        run(&mut self.command(words))
    }

    #[track_caller]
    pub(crate) fn shell(&self, script: &str) -> String {
        self.run(&["/bin/sh", "-euc", script])
    }

    /// Starts a server and waits until it says where it listens.
    #[track_caller]
    pub(crate) fn serve(&mut self, command: &mut Command) -> String {
        let log = fs::File::create(self.join("log")).unwrap();
        let command = command.stdin(Stdio::null()).stdout(Stdio::piped()).stderr(log);
        let mut child = command.spawn().unwrap();
        let mut printed = BufReader::new(child.stdout.take().unwrap()).lines();
        let mut lines = printed.by_ref().map_while(Result::ok);
        let url = lines.find_map(|line| line.strip_prefix("listening on ").map(str::to_owned));
        self.servers.push(Server { unshare: child, printed });
        url.unwrap_or_else(|| {
            panic!("no server: {}", fs::read_to_string(self.join("log")).unwrap())
        })
    }

    /// Ends what serves.
    pub(crate) fn stop(&mut self) {
        for mut server in self.servers.drain(..) {
            // It may have ended by itself. `unshare` heeds no milder signal, and takes all with it.
            let _ = as_root("kill").args(["-KILL", &server.unshare.id().to_string()]).status();
            let _ = server.unshare.wait();
            server.printed.by_ref().map_while(Result::ok).for_each(drop);
        }
    }
}

impl Drop for Root {
    fn drop(&mut self) {
        self.stop();
        // What was made inside may be of users whom only root may clean up after.
        let _ = as_root("rm").args(["-rf", "--"]).arg(self.path()).status();
    }
}
