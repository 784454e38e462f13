//! One server that runs, from its start to its end.

use std::fs;
use std::io::{BufRead as _, BufReader, Lines, Write as _};
use std::path::Path;
use std::process::{Child, ChildStdout, Command, ExitStatus, Stdio};

use rustix::process::{Pid, Signal, kill_process};

/// What a server is to log, where a test gives no level of its own: everything.
pub(super) const LEVEL: &str = "LICENCE_LOG";

/// A server that runs; it is killed when this is dropped.
pub(crate) struct Serving {
    process: Child,
    /// Kept open, because a program that prints into a closed pipe fails.
    printed: Lines<BufReader<ChildStdout>>,
    log: fs::File,
    url: String,
}

impl Serving {
    /// Starts a server and waits until it says that it listens; what it prints goes to a file.
    #[track_caller]
    pub(crate) fn start(mut command: Command, log: &Path) -> Self {
        if !command.get_envs().any(|(name, _)| name == LEVEL) {
            command.env(LEVEL, "trace");
        }
        let log = fs::File::options().create(true).append(true).open(log).unwrap();
        let stderr = log.try_clone().unwrap();
        let mut process = command.stdout(Stdio::piped()).stderr(stderr).spawn().unwrap();
        let mut printed = BufReader::new(process.stdout.take().unwrap()).lines();
        let url = address_in(&mut printed);
        Self { process, printed, log, url }
    }

    /// Ends the server at once, while others may be asking it.
    pub(crate) fn kill(&self) {
        kill_process(Pid::from_child(&self.process), Signal::KILL).unwrap();
    }

    /// Waits for the end of one that ends by itself.
    pub(super) fn ended(mut self) -> ExitStatus {
        self.process.wait().unwrap()
    }

    /// The number of its process.
    pub(crate) fn id(&self) -> u32 {
        self.process.id()
    }

    /// The address as a browser calls it.
    pub(crate) fn url(&self) -> &str {
        &self.url
    }
}

impl Drop for Serving {
    fn drop(&mut self) {
        // It may have ended by itself, which the test has seen in its answers.
        let _ = self.process.kill();
        let _ = self.process.wait();
        for line in self.printed.by_ref().map_while(Result::ok) {
            writeln!(self.log, "{line}").unwrap();
        }
    }
}

/// Reads what the server prints until it names its address.
#[track_caller]
fn address_in(lines: &mut impl Iterator<Item = std::io::Result<String>>) -> String {
    let mut lines = lines.map_while(Result::ok);
    let found = lines.find_map(|line| line.strip_prefix("listening on ").map(str::to_owned));
    found.expect("the server ended before it listened")
}
