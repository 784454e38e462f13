//! A server's life from `init` to SIGTERM, in which nearly everything goes wrong once.

use std::fs;
use std::io::{BufRead as _, BufReader, Read as _};
use std::process::{Child, ChildStdout, Command, Stdio};

use base64::Engine as _;
use licence_core::Text;
use licence_server::domain::LoginName;
use licence_server::store::{Reader as _, RedbStore};
use rustix::process::{Pid, Signal, kill_process};

use super::tls_client::{Answer, exchange};
use crate::printed::Secrets;
use crate::programs::{ANY_PORT, Institute, binary};

const ANN: &str = "seven wet umbrellas";
const ANN_LATER: &str = "nine dry umbrellas";
const ROOT: &str = "a lighthouse keeps bees";
const WRONG: &str = "not-the-right-one-at-all";
const TOO_SIMPLE: &str = "Sonnenschein1";
const PASSPHRASE: &str = "seven words that stand in no book";

/// What lets a message in at the address of a webhook, and what it is signed with.
const HOOK: &str = "T01ABCDEF-B02GHIJKL-m3n4o5p6q7r8";
const HOOK_SECRET: &[u8; 32] = b"a webhook's own secret of 32 by.";

/// The folder of the site, beside the one that every institute of these tests has.
const SITE: &str = "quiet";

pub(super) struct Life {
    institute: Institute,
    server: Option<Server>,
    secrets: Secrets,
    printed: Vec<(String, String)>,
    /// Of the last sign-in.
    access: String,
    refresh: String,
    /// What opens Ann's account at present, and what will.
    passwords: [&'static str; 2],
}

struct Server {
    process: Child,
    stdout: BufReader<ChildStdout>,
    socket: String,
    log: String,
}

impl Life {
    pub(super) fn begin() -> Self {
        let institute = Institute::with_seats(3);
        let (access, refresh) = (String::new(), String::new());
        let mut life = Self {
            institute,
            server: None,
            secrets: Secrets::default(),
            printed: Vec::new(),
            access,
            refresh,
            passwords: [ANN, ANN_LATER],
        };
        for password in [ANN, ANN_LATER, ROOT, WRONG, TOO_SIMPLE] {
            life.secrets.words("a password", password);
        }
        life.secrets.words("a backup's passphrase", PASSPHRASE);
        life.found();
        life
    }

    fn found(&mut self) {
        self.write("root.txt", ROOT);
        let secret = base64::engine::general_purpose::STANDARD.encode(HOOK_SECRET);
        self.write("webhook.secret", &secret);
        self.secrets.text("a webhook's secret", &secret);
        self.secrets.bytes("a webhook's secret", HOOK_SECRET);
        self.secrets.text("a webhook's address", HOOK);
        let init = ["init", "--kit", "vendor/site-kit.json", "--tls-self"];
        self.command(
            &[&init[..], &["--admin", "root", "--admin-password-file", "root.txt"]].concat(),
        );
        let institute = ["--institute", "University of Example"];
        self.command(&[&["request", "--out", "quiet.txt"][..], &institute].concat());
        let issue = ["issue", "--vendor-dir", "vendor", "--seats", "3", "--days", "30"];
        let files = ["--request", "quiet.txt", "--out", "quiet.licence"];
        self.institute.run("licence-issuer", &[&issue[..], &institute, &files].concat());
        self.command(&["licence", "install", "quiet.licence"]);
        self.secrets.keys_of_site(&self.institute.path(SITE));
    }

    fn write(&self, name: &str, text: &str) {
        fs::write(self.institute.path(name), text).unwrap();
    }

    fn program(&self, words: &[&str]) -> Command {
        let mut program = Command::new(binary("licence-server"));
        program.current_dir(self.institute.path("")).args(words).args(["--data", SITE]);
        program.env("LICENCE_LOG", "trace").env("RUST_BACKTRACE", "full");
        program.env("LICENCE_SERVER_ACCESS_COOKIE", "true").stdin(Stdio::null());
        program
    }

    /// Runs a command, whatever comes of it, and keeps all that it prints.
    fn command(&mut self, words: &[&str]) {
        let output = self.program(words).output().unwrap();
        for (stream, bytes) in [("stdout", output.stdout), ("stderr", output.stderr)] {
            let text = String::from_utf8(bytes).unwrap();
            self.printed.push((format!("{stream} of {words:?}"), text));
        }
    }

    pub(super) fn administer_while_stopped(&mut self) {
        self.write("ann.txt", ANN);
        self.write("simple.txt", TOO_SIMPLE);
        self.write("passphrase.txt", PASSPHRASE);
        self.command(&["user", "add", "ann", "--password-file", "ann.txt"]);
        self.command(&["user", "add", "ann", "--password-file", "ann.txt"]);
        self.command(&["user", "add", "bob", "--password-file", "simple.txt"]);
        self.command(&["config", "check"]);
        self.command(&["config", "show"]);
        self.command(&["licence", "show"]);
    }

    pub(super) fn serve(&mut self, format: &str) {
        let log = format!("{format}.log");
        let file = fs::File::create(self.institute.path(&log)).unwrap();
        let mut program = self.program(&["serve", "--tls-self", "--listen", ANY_PORT]);
        program.env("LICENCE_SERVER_LOG_FORMAT", format).stdout(Stdio::piped()).stderr(file);
        // Nobody listens there, so each warning is told to fail; and there is one: the licence ends in a month.
        program.env("LICENCE_SERVER_WEBHOOK_URL", format!("http://127.0.0.1:9/hooks/{HOOK}"));
        program.env("LICENCE_SERVER_WEBHOOK_SECRET_FILE", "webhook.secret");
        let mut process = program.spawn().unwrap();
        let mut stdout = BufReader::new(process.stdout.take().unwrap());
        let mut line = String::new();
        stdout.read_line(&mut line).unwrap();
        let address = line.trim().strip_prefix("listening on https://").unwrap();
        self.server = Some(Server { process, stdout, socket: address.to_owned(), log });
    }

    /// Sends a request; what the server says to whoever is refused is kept as printed.
    #[track_caller]
    fn send(&mut self, request: &str, headers: &[&str], body: &str) -> Answer {
        let socket = &self.server.as_ref().unwrap().socket;
        let headers: String = headers.iter().map(|header| format!("{header}\r\n")).collect();
        let text = format!(
            "{request} HTTP/1.1\r\nhost: localhost\r\nconnection: close\r\n{headers}\
             content-length: {}\r\n\r\n{body}",
            body.len()
        );
        let authority = self.institute.path(SITE).join("tls-ca.crt");
        let answer = exchange(socket, &authority, &text);
        if answer.status >= 400 {
            let told = format!("{}\n{}", answer.head, answer.body);
            self.printed.push((format!("the answer to {request}"), told));
        }
        answer
    }

    #[track_caller]
    fn form(&mut self, path: &str, headers: &[&str], form: &str) -> Answer {
        let kind = "content-type: application/x-www-form-urlencoded";
        self.send(&format!("POST {path}"), &[&[kind], headers].concat(), form)
    }

    #[track_caller]
    fn sign_in(&mut self, password: &str, more: &str) -> Answer {
        let password = password.replace(' ', "+");
        let form = format!("grant_type=password&username=ann&password={password}{more}");
        self.form("/v1/auth/token", &["sec-fetch-site: same-origin"], &form)
    }

    /// Whatever was handed out is a secret from then on.
    fn note(&mut self, answer: &Answer) {
        assert_eq!(answer.status, 200, "{answer:?}");
        self.access = answer.text("access_token");
        self.secrets.access_token(&self.access);
        if answer.body.contains("refresh_token") {
            self.refresh = answer.text("refresh_token");
            self.secrets.refresh_token(&self.refresh);
        }
        for (name, value) in answer.cookies() {
            self.secrets.text("a cookie", value);
            if name.starts_with("__Host-refresh-") {
                self.secrets.refresh_token(value);
            }
        }
    }

    pub(super) fn sign_in_rightly_and_wrongly(&mut self) {
        let [password, _] = self.passwords;
        assert_eq!(self.sign_in(WRONG, "").status, 401);
        let by_cookie = self.sign_in(password, "&delivery=cookie");
        self.note(&by_cookie);
        let pairs = by_cookie.cookies().map(|(name, value)| format!("{name}={value}"));
        let jar = format!("cookie: {}", pairs.collect::<Vec<_>>().join("; "));
        let own = "sec-fetch-site: same-origin";
        assert_eq!(self.send("GET /v1/me", &[&jar], "").status, 200);
        let forged = self.form("/v1/auth/refresh", &[&jar, "origin: https://evil.example"], "");
        assert_eq!(forged.status, 403);
        let refreshed = self.form("/v1/auth/refresh", &[&jar, own], "");
        self.note(&refreshed);
        let admin = ROOT.replace(' ', "+");
        let form = format!("grant_type=password&scope=admin&username=root&password={admin}");
        let admin = self.form("/v1/auth/token", &[], &form);
        self.note(&admin);
        let body_delivered = self.sign_in(password, "");
        self.note(&body_delivered);
    }

    pub(super) fn go_on_and_fail_to(&mut self) {
        let first = self.refresh.clone();
        let shown = format!("refresh_token={first}");
        let renewed = self.form("/v1/auth/refresh", &[], &shown);
        self.note(&renewed);
        let again = self.form("/v1/auth/refresh", &[], &shown);
        self.note(&again);
        let broken = format!("{}AAAA", first.get(..first.len() - 4).unwrap());
        self.secrets.text("a broken refresh token", &broken);
        let refused = self.form("/v1/auth/refresh", &[], &format!("refresh_token={broken}"));
        assert_eq!(refused.status, 401);
        let bearer = format!("authorization: Bearer {}", self.access);
        let [password, next] = self.passwords;
        for (current, new, status) in
            [(WRONG, next, 403), (password, TOO_SIMPLE, 400), (password, next, 204)]
        {
            let body = format!(r#"{{"current":"{current}","password":"{new}"}}"#);
            let json = "content-type: application/json";
            let changed = self.send("POST /v1/me/password", &[&bearer, json], &body);
            assert_eq!(changed.status, status, "{changed:?}");
        }
        self.passwords.reverse();
        let access = self.access.clone();
        for (path, token) in [("revoke", &access), ("introspect", &access)] {
            self.form(&format!("/v1/auth/{path}"), &[], &format!("token={token}"));
        }
        assert_eq!(self.send("GET /v1/me", &[&bearer], "").status, 401);
    }

    /// What people and programs do by mistake.
    pub(super) fn say_secrets_in_wrong_places(&mut self) {
        let (access, refresh) = (self.access.clone(), self.refresh.clone());
        let [password, _] = self.passwords;
        let typed = password.replace(' ', "+");
        self.send(&format!("GET /v1/me?access_token={access}"), &[], "");
        self.send(&format!("GET /v1/nothing/{refresh}"), &[], "");
        self.send(
            &format!("DELETE /v1/sessions/{refresh}"),
            &[&format!("authorization: {access}")],
            "",
        );
        self.send(
            &format!("GET /v1/me?password={typed}"),
            &[&format!("referer: https://a/?{refresh}")],
            "",
        );
        self.send("GET /v1/me", &[&format!("x-request-id: {refresh}")], "");
        self.send("GET /v1/me", &[&format!("cookie: token={access}")], "");
        let json = "content-type: application/json";
        for body in [
            format!(r#"{{"grant_type":"password","username":"ann","password":"{password}""#),
            format!(
                r#"{{"grant_type":"{password}","username":"{password}","password":["{password}"]}}"#
            ),
            format!(r#"{{"grant_type":"password","username":"{password}","password":"{WRONG}"}}"#),
            format!(r#"{{"grant_type":"refresh_token","refresh_token":{{"a":"{refresh}"}}}}"#),
            format!(r#"{{"{password}":1,"{password}":2}}"#),
        ] {
            let refused = self.send("POST /v1/auth/token", &[json], &body);
            assert!((400..500).contains(&refused.status), "{refused:?}");
        }
        let long = format!("grant_type=password&password={typed}&username={}", "x".repeat(60_000));
        assert_eq!(self.form("/v1/auth/token", &[], &long).status, 401);
    }

    pub(super) fn administer(&mut self) {
        for words in [
            &["user", "list"][..],
            &["user", "show", "ann"],
            &["session", "list"],
            &["seat", "list"],
            &["audit", "list", "--json"],
            &["audit", "verify"],
            &["licence", "list"],
            &["config", "show"],
            &["healthcheck"],
            &["check"],
            // The second time it is there already.
            &["backup", "site.backup", "--passphrase-file", "passphrase.txt"],
            &["restore", "site.backup", "--passphrase-file", "passphrase.txt"],
            &["user", "add", "bob", "--password-file", "simple.txt"],
        ] {
            self.command(words);
        }
        for path in ["/metrics", "/v1/licence", "/v1/log?from=1&to=100", "/readyz"] {
            let answer = self.send(&format!("GET {path}"), &[], "");
            self.printed.push((path.to_owned(), answer.body));
        }
        let refresh = self.refresh.clone();
        self.form("/v1/auth/logout", &[], &format!("refresh_token={refresh}"));
    }

    pub(super) fn stop(&mut self) {
        let Server { mut process, mut stdout, log, .. } = self.server.take().unwrap();
        kill_process(Pid::from_child(&process), Signal::TERM).unwrap();
        let mut rest = String::new();
        stdout.read_to_string(&mut rest).unwrap();
        assert!(process.wait().unwrap().success());
        self.printed.push((format!("stdout before {log}"), rest));
        let text = fs::read_to_string(self.institute.path(&log)).unwrap();
        self.printed.push((log, text));
    }

    pub(super) fn change_by_command(&mut self) {
        self.command(&["backup", "stopped.backup", "--passphrase-file", "passphrase.txt"]);
        self.command(&["seat", "release", "ann"]);
        self.command(&["user", "disable", "ann"]);
        self.command(&["audit", "list", "--json"]);
    }

    /// What is in the store is a secret, too.
    pub(super) fn end(mut self) -> (Secrets, Vec<(String, String)>) {
        let store = RedbStore::open(&self.institute.path(SITE).join("store.redb")).unwrap();
        for name in ["ann", "root"] {
            let name = LoginName::of(&Text::parse(name).unwrap());
            let user = store.reader().user_by_name(&name).unwrap().unwrap();
            self.secrets.password_hash(user.credential.unwrap().hash.expose());
        }
        (self.secrets, self.printed)
    }
}
