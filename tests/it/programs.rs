//! A vendor and an institute played with the real programs, in a folder of their own.

mod calls;
mod serving;

use std::fs;
use std::path::{Path, PathBuf};
use std::process::{Command, ExitStatus, Output, Stdio};

use tempfile::TempDir;

pub(crate) use self::calls::{Answer, agent};
use self::serving::LEVEL;
pub(crate) use self::serving::Serving;
use crate::printed::{LOG, Printed};

pub(crate) const PRODUCT: &str = "lab";

/// Lets the system choose a free port, which nobody else can take in between.
pub(crate) const ANY_PORT: &str = "127.0.0.1:0";

/// Everything of one vendor with one institute. It ends in this order: what was printed is searched for secrets
/// when the server has ended and before the folder goes.
pub(crate) struct Institute {
    server: Option<Serving>,
    printed: Printed,
    dir: TempDir,
}

impl Institute {
    /// Keys, a licence for so many seats bound to the site's key, and a store; not yet serving.
    #[track_caller]
    pub(crate) fn with_seats(seats: u32) -> Self {
        Self::with_terms(&["--seats", &seats.to_string()])
    }

    /// The same with other words for `issue`.
    #[track_caller]
    pub(crate) fn with_terms(terms: &[&str]) -> Self {
        let institute = Self::unlicensed();
        institute.license(terms);
        institute
    }

    /// The same without a licence.
    #[track_caller]
    pub(crate) fn unlicensed() -> Self {
        let dir = tempfile::tempdir().unwrap();
        let institute = Self { server: None, printed: Printed::at(dir.path()), dir };
        institute.found();
        institute
    }

    #[track_caller]
    fn found(&self) {
        let vendor = ["--vendor", "Acme", "--product", PRODUCT, "--no-passphrase"];
        self.run("licence-issuer", &[&["init", "vendor"], &vendor[..]].concat());
        self.run("licence-server", &["init", "--data", "site", "--kit", "vendor/site-kit.json"]);
        let ask = ["--institute", "University of Example", "--out", "request.txt"];
        self.run("licence-server", &[&["request", "--data", "site"], &ask[..]].concat());
    }

    #[track_caller]
    fn license(&self, terms: &[&str]) {
        let term = ["--days", "30", "--request", "request.txt"];
        let to = ["--institute", "University of Example", "--out", "example.licence"];
        let issue = ["issue", "--vendor-dir", "vendor"];
        self.run("licence-issuer", &[&issue[..], terms, &term, &to].concat());
        self.install("example.licence");
    }

    /// Installs a licence or a revocation list.
    #[track_caller]
    pub(crate) fn install(&self, file: &str) {
        self.run("licence-server", &["licence", "install", file, "--data", "site"]);
    }

    pub(crate) fn path(&self, name: &str) -> PathBuf {
        self.dir.path().join(name)
    }

    /// Runs a program to its end and expects it to succeed.
    #[track_caller]
    pub(crate) fn run(&self, program: &str, words: &[&str]) -> String {
        let output = self.try_run(program, words);
        let errors = String::from_utf8_lossy(&output.stderr);
        assert!(output.status.success(), "{program} {words:?}: {}\n{errors}", output.status);
        String::from_utf8(output.stdout).unwrap()
    }

    pub(crate) fn try_run(&self, program: &str, words: &[&str]) -> Output {
        let mut command = Command::new(binary(program));
        command.current_dir(self.dir.path()).args(words).stdin(Stdio::null());
        let output = command.output().unwrap();
        self.printed.keep(&output);
        output
    }

    /// Registers a person whose password is the name and some more.
    #[track_caller]
    pub(crate) fn register(&self, name: &str) {
        self.register_as(name, &[]);
    }

    /// The same with other words for `user add`.
    #[track_caller]
    pub(crate) fn register_as(&self, name: &str, words: &[&str]) {
        let password = password(name);
        self.printed.note(&password);
        fs::write(self.path("password.txt"), password).unwrap();
        let add = ["user", "add", name, "--password-file", "password.txt", "--data", "site"];
        self.run("licence-server", &[&add[..], words].concat());
    }

    /// Starts the server, on a port of its own choice each time, and waits until it listens.
    #[track_caller]
    pub(crate) fn serve(&mut self) {
        self.serve_by(Command::new(binary("licence-server")), &[]);
    }

    /// The same where no file may grow beyond so many bytes, as on a disk that is nearly full.
    #[track_caller]
    pub(crate) fn serve_within(&mut self, bytes_max: u64) {
        // Of a limit that is reached, a process which ignores the signal is told by the write that failed.
        let script = format!("trap '' XFSZ; ulimit -f {}; exec \"$0\" \"$@\"", bytes_max / 512);
        let mut command = Command::new("sh");
        // The log is one of the files.
        command.env(LEVEL, "info");
        command.args(["-c", &script]).arg(binary("licence-server"));
        self.serve_by(command, &[]);
    }

    /// The same by a command that becomes the server, with other words behind `serve`.
    #[track_caller]
    pub(crate) fn serve_by(&mut self, mut command: Command, words: &[&str]) {
        command.current_dir(self.dir.path()).stdin(Stdio::null());
        command.args(["serve", "--data", "site", "--listen", ANY_PORT]).args(words);
        self.server = Some(Serving::start(command, &self.path(LOG)));
    }

    /// Asks another server from now on; gives back the one that was asked.
    #[track_caller]
    pub(crate) fn instead(&mut self, server: Serving) -> Serving {
        self.server.replace(server).unwrap()
    }

    /// Waits for the end of a server that ends by itself.
    #[track_caller]
    pub(crate) fn ended(&mut self) -> ExitStatus {
        self.server.take().unwrap().ended()
    }

    /// What the servers have logged so far.
    #[track_caller]
    pub(crate) fn log(&self) -> String {
        fs::read_to_string(self.path(LOG)).unwrap()
    }

    /// Ends the server as a power cut would.
    #[track_caller]
    pub(crate) fn kill(&mut self) {
        drop(self.server.take().unwrap());
    }

    /// Notes a secret that does not pass through the methods here.
    pub(crate) fn note_secret(&self, secret: &str) {
        self.printed.note(secret);
    }

    /// The server that runs.
    #[track_caller]
    pub(crate) fn server(&self) -> &Serving {
        self.server.as_ref().unwrap()
    }

    /// Host and port.
    #[track_caller]
    pub(crate) fn socket(&self) -> String {
        self.url("").split_once("://").unwrap().1.to_owned()
    }

    #[track_caller]
    pub(crate) fn url(&self, path: &str) -> String {
        format!("{}{path}", self.server.as_ref().unwrap().url())
    }
}

pub(crate) fn password(name: &str) -> String {
    format!("{name} and a long sentence")
}

/// A program of the workspace, built beside these tests.
#[track_caller]
pub(crate) fn binary(name: &str) -> PathBuf {
    let tests = std::env::current_exe().unwrap();
    let folder = tests.parent().and_then(Path::parent).unwrap();
    let binary = folder.join(name);
    assert!(binary.exists(), "`{name}` is not built: run `cargo xtask test`");
    binary
}

/// A server under so much load that to log everything would be the greatest part of it, and fill the disk.
pub(crate) fn server_under_load() -> Command {
    let mut command = Command::new(binary("licence-server"));
    command.env(LEVEL, "info");
    command
}

/// A program or a library that these tests are told the path of.
#[track_caller]
pub(crate) fn tool(variable: &str) -> PathBuf {
    std::env::var_os(variable)
        .unwrap_or_else(|| {
            panic!("`{variable}` is not set: run `cargo xtask test`, which sets it up")
        })
        .into()
}
