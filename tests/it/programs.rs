//! A vendor and an institute played with the real programs, in a folder of their own.

use std::fs;
use std::io::{BufRead as _, BufReader};
use std::net::TcpListener;
use std::path::{Path, PathBuf};
use std::process::{Child, Command, Output, Stdio};

use serde_json::Value;
use tempfile::TempDir;

pub(crate) const PRODUCT: &str = "lab";

/// Everything of one vendor with one institute.
pub(crate) struct Institute {
    dir: TempDir,
    server: Option<Serving>,
    port: u16,
}

/// A server that runs; it is killed when this is dropped.
pub(crate) struct Serving(Child);

/// An answer of the server.
#[derive(Debug)]
pub(crate) struct Answer {
    pub(crate) status: u16,
    pub(crate) body: Value,
}

impl Institute {
    /// Keys, a licence for so many seats bound to the site's key, and a store; not yet serving.
    #[track_caller]
    pub(crate) fn with_seats(seats: u32) -> Self {
        let port = free_port();
        let institute = Self { dir: tempfile::tempdir().unwrap(), server: None, port };
        institute.found(seats);
        institute
    }

    #[track_caller]
    fn found(&self, seats: u32) {
        let seats = seats.to_string();
        let vendor = ["--vendor", "Acme", "--product", PRODUCT, "--no-passphrase"];
        self.run("licence-issuer", &[&["init", "vendor"], &vendor[..]].concat());
        self.run("licence-server", &["init", "--data", "site", "--kit", "vendor/site-kit.json"]);
        let ask = ["--institute", "University of Example", "--out", "request.txt"];
        self.run("licence-server", &[&["request", "--data", "site"], &ask[..]].concat());
        let term = ["--seats", &seats, "--days", "30", "--request", "request.txt"];
        let to = ["--institute", "University of Example", "--out", "example.licence"];
        let issue = ["issue", "--vendor-dir", "vendor"];
        self.run("licence-issuer", &[&issue[..], &term, &to].concat());
        let install = ["licence", "install", "example.licence", "--data", "site"];
        self.run("licence-server", &install);
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
        command.output().unwrap()
    }

    /// Registers a person whose password is the name and some more.
    #[track_caller]
    pub(crate) fn register(&self, name: &str) {
        fs::write(self.path("password.txt"), password(name)).unwrap();
        let words = ["user", "add", name, "--password-file", "password.txt", "--data", "site"];
        self.run("licence-server", &words);
    }

    /// Starts the server and waits until it answers.
    #[track_caller]
    pub(crate) fn serve(&mut self) {
        let listen = format!("127.0.0.1:{}", self.port);
        let mut command = Command::new(binary("licence-server"));
        command.current_dir(self.dir.path());
        command.args(["serve", "--data", "site", "--listen", &listen]).stdin(Stdio::null());
        self.server = Some(Serving::start(command, &self.path("log"), self.port));
    }

    /// Ends the server as a power cut would.
    #[track_caller]
    pub(crate) fn kill(&mut self) {
        drop(self.server.take().unwrap());
    }

    #[track_caller]
    pub(crate) fn post(&self, path: &str, form: &[(&str, &str)]) -> Answer {
        let request = agent().post(self.url(path)).header("X-Licence-Client", "1");
        answer(request.send_form(form.iter().copied()))
    }

    #[track_caller]
    pub(crate) fn get(&self, path: &str, token: Option<&str>) -> Answer {
        let mut request = agent().get(self.url(path));
        if let Some(token) = token {
            request = request.header("Authorization", format!("Bearer {token}"));
        }
        answer(request.call())
    }

    #[track_caller]
    pub(crate) fn sign_in(&self, name: &str) -> Answer {
        let password = password(name);
        let form =
            [("grant_type", "password"), ("username", name), ("password", password.as_str())];
        self.post("/v1/auth/token", &form)
    }

    #[track_caller]
    pub(crate) fn refresh(&self, token: &str) -> Answer {
        let form = [("grant_type", "refresh_token"), ("refresh_token", token)];
        self.post("/v1/auth/token", &form)
    }

    #[track_caller]
    pub(crate) fn sign_out(&self, refresh_token: &str) {
        let answer = self.post("/v1/auth/logout", &[("refresh_token", refresh_token)]);
        assert_eq!(answer.status, 204, "{answer:?}");
    }

    pub(crate) fn url(&self, path: &str) -> String {
        format!("http://localhost:{}{path}", self.port)
    }
}

impl Serving {
    /// Starts a server and waits until it says that it listens; what it logs goes to a file.
    #[track_caller]
    pub(crate) fn start(mut command: Command, log: &Path, port: u16) -> Self {
        let log = fs::File::options().create(true).append(true).open(log).unwrap();
        let mut child = command.stdout(Stdio::piped()).stderr(log).spawn().unwrap();
        let lines = BufReader::new(child.stdout.take().unwrap()).lines();
        let serving = Self(child);
        wait_until_listening(lines, port);
        serving
    }
}

impl Drop for Serving {
    fn drop(&mut self) {
        // It may have ended by itself, which the test has seen in its answers.
        let _ = self.0.kill();
        let _ = self.0.wait();
    }
}

impl Answer {
    #[track_caller]
    pub(crate) fn text(&self, name: &str) -> &str {
        let value = self.body.get(name).and_then(Value::as_str);
        value.unwrap_or_else(|| panic!("no text `{name}` in {self:?}"))
    }

    #[track_caller]
    pub(crate) fn expect(self, status: u16) -> Self {
        assert_eq!(self.status, status, "{self:?}");
        self
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

pub(crate) fn free_port() -> u16 {
    TcpListener::bind("127.0.0.1:0").unwrap().local_addr().unwrap().port()
}

fn agent() -> ureq::Agent {
    ureq::Agent::config_builder().http_status_as_error(false).build().into()
}

#[track_caller]
fn answer(response: Result<ureq::http::Response<ureq::Body>, ureq::Error>) -> Answer {
    let mut response = response.unwrap();
    let status = response.status().as_u16();
    let body = response.body_mut().read_to_string().unwrap();
    Answer { status, body: serde_json::from_str(&body).unwrap_or(Value::String(body)) }
}

/// Reads what the server prints until it names its port.
#[track_caller]
fn wait_until_listening(lines: impl Iterator<Item = std::io::Result<String>>, port: u16) {
    let port = port.to_string();
    let mut lines = lines.map_while(Result::ok);
    assert!(lines.any(|line| line.contains(&port)), "the server ended before it listened");
}
