//! A vendor and an institute played with the real programs, in a folder of their own.

use std::fs;
use std::io::{BufRead as _, BufReader, Lines, Write as _};
use std::path::{Path, PathBuf};
use std::process::{Child, ChildStdout, Command, ExitStatus, Output, Stdio};

use licence_core::base64url;
use rustix::process::{Pid, Signal, kill_process};
use serde_json::Value;
use tempfile::TempDir;

use crate::printed::{LOG, Printed};

pub(crate) const PRODUCT: &str = "lab";

/// Lets the system choose a free port, which nobody else can take in between.
pub(crate) const ANY_PORT: &str = "127.0.0.1:0";

/// What a server is to log, where a test gives no level of its own: everything.
const LEVEL: &str = "LICENCE_LOG";

/// Everything of one vendor with one institute. It ends in this order: what was printed is searched for secrets
/// when the server has ended and before the folder goes.
pub(crate) struct Institute {
    server: Option<Serving>,
    printed: Printed,
    dir: TempDir,
}

/// A server that runs; it is killed when this is dropped.
pub(crate) struct Serving {
    process: Child,
    /// Kept open, because a program that prints into a closed pipe fails.
    printed: Lines<BufReader<ChildStdout>>,
    log: fs::File,
    url: String,
}

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
        self.server.take().unwrap().process.wait().unwrap()
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

    #[track_caller]
    pub(crate) fn post(&self, path: &str, form: &[(&str, &str)]) -> Answer {
        self.post_by(&agent(), path, form)
    }

    /// Posts a form over connections that are kept.
    #[track_caller]
    fn post_by(&self, agent: &ureq::Agent, path: &str, form: &[(&str, &str)]) -> Answer {
        self.printed.note_form(form);
        let request = agent.post(self.url(path)).header("X-Licence-Client", "1");
        self.answer(request.send_form(form.iter().copied()))
    }

    #[track_caller]
    pub(crate) fn get(&self, path: &str, token: Option<&str>) -> Answer {
        let mut request = agent().get(self.url(path));
        if let Some(token) = token {
            self.printed.note(token);
            request = request.header("Authorization", format!("Bearer {token}"));
        }
        self.answer(request.call())
    }

    #[track_caller]
    pub(crate) fn sign_in(&self, name: &str) -> Answer {
        self.sign_in_by(&agent(), name)
    }

    /// Signs in over connections that are kept.
    #[track_caller]
    pub(crate) fn sign_in_by(&self, agent: &ureq::Agent, name: &str) -> Answer {
        let password = password(name);
        let form =
            [("grant_type", "password"), ("username", name), ("password", password.as_str())];
        self.post_by(agent, "/v1/auth/token", &form)
    }

    /// Signs in to administer, which takes no seat.
    #[track_caller]
    pub(crate) fn sign_in_to_administer(&self, name: &str) -> Answer {
        let password = password(name);
        let form = [("grant_type", "password"), ("scope", "admin"), ("username", name)];
        self.post("/v1/auth/token", &[&form[..], &[("password", password.as_str())]].concat())
    }

    #[track_caller]
    pub(crate) fn refresh(&self, token: &str) -> Answer {
        let form = [("grant_type", "refresh_token"), ("refresh_token", token)];
        self.post("/v1/auth/token", &form)
    }

    /// Refreshes over connections that are kept.
    #[track_caller]
    pub(crate) fn refresh_by(&self, agent: &ureq::Agent, token: &str) -> Answer {
        self.post_by(agent, "/v1/auth/refresh", &[("refresh_token", token)])
    }

    /// The same of a server that may end over it; `None` where no answer came.
    pub(crate) fn try_refresh(&self, token: &str) -> Option<Answer> {
        self.try_post(&agent(), "/v1/auth/refresh", &[("refresh_token", token)])
    }

    /// Signs in to a server that may end over it.
    pub(crate) fn try_sign_in(&self, agent: &ureq::Agent, name: &str) -> Option<Answer> {
        let password = password(name);
        let form =
            [("grant_type", "password"), ("username", name), ("password", password.as_str())];
        self.try_post(agent, "/v1/auth/token", &form)
    }

    /// Posts a form to a server that may end over it; `None` where no answer came.
    pub(crate) fn try_post(
        &self,
        agent: &ureq::Agent,
        path: &str,
        form: &[(&str, &str)],
    ) -> Option<Answer> {
        self.printed.note_form(form);
        let request = agent.post(self.url(path)).header("X-Licence-Client", "1");
        let mut response = request.send_form(form.iter().copied()).ok()?;
        let body = response.body_mut().read_to_string().ok()?;
        let body = if body.is_empty() { Value::Null } else { serde_json::from_str(&body).ok()? };
        Some(self.heard(&response, body))
    }

    /// Writes a session's data.
    pub(crate) fn put_data(&self, access_token: &str, json: &str) -> Option<u16> {
        let request = agent().put(self.url("/v1/session/data"));
        let request = request.header("Authorization", format!("Bearer {access_token}"));
        let request = request.header("Content-Type", "application/json");
        request.send(json).ok().map(|response| response.status().as_u16())
    }

    /// Gives a seat back over connections that are kept.
    #[track_caller]
    pub(crate) fn park_by(&self, agent: &ureq::Agent, access_token: &str) -> Answer {
        let request = agent.post(self.url("/v1/seats/release"));
        let request = request.header("Authorization", format!("Bearer {access_token}"));
        self.answer(request.send_empty())
    }

    #[track_caller]
    pub(crate) fn sign_out(&self, refresh_token: &str) {
        let answer = self.post("/v1/auth/logout", &[("refresh_token", refresh_token)]);
        assert_eq!(answer.status, 204, "{answer:?}");
    }

    #[track_caller]
    fn answer(&self, response: Result<ureq::http::Response<ureq::Body>, ureq::Error>) -> Answer {
        let mut response = response.unwrap();
        let body = response.body_mut().read_to_string().unwrap();
        let body = serde_json::from_str(&body).unwrap_or(Value::String(body));
        self.heard(&response, body)
    }

    /// Whatever was granted is a secret from then on.
    fn heard(&self, response: &ureq::http::Response<ureq::Body>, body: Value) -> Answer {
        if response.status().is_success() {
            self.printed.note_answer(response.headers(), &body);
        }
        Answer { status: response.status().as_u16(), body }
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

impl Answer {
    #[track_caller]
    pub(crate) fn text(&self, name: &str) -> &str {
        let value = self.body.get(name).and_then(Value::as_str);
        value.unwrap_or_else(|| panic!("no text `{name}` in {self:?}"))
    }

    /// A claim of its access token.
    #[track_caller]
    pub(crate) fn claim(&self, name: &str) -> Value {
        let claims = self.text("access_token").split('.').nth(1).and_then(base64url::decode);
        let claims: Value = serde_json::from_slice(&claims.unwrap()).unwrap();
        claims.get(name).unwrap_or_else(|| panic!("no claim `{name}` in {claims}")).clone()
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

pub(crate) fn agent() -> ureq::Agent {
    ureq::Agent::config_builder().http_status_as_error(false).build().into()
}

/// Reads what the server prints until it names its address.
#[track_caller]
fn address_in(lines: &mut impl Iterator<Item = std::io::Result<String>>) -> String {
    let mut lines = lines.map_while(Result::ok);
    let found = lines.find_map(|line| line.strip_prefix("listening on ").map(str::to_owned));
    found.expect("the server ended before it listened")
}
