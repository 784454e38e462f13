//! The server's doors and its settings, with the real programs.

use std::fs;
use std::io::{BufRead as _, BufReader, Read as _, Write as _};
use std::net::TcpStream;
use std::process::{Child, Command, Output, Stdio};
use std::sync::mpsc;
use std::thread;
use std::time::Duration;

use rustix::process::{Pid, Signal, kill_process};

use crate::programs::{ANY_PORT, Institute, binary};

/// A server that is told to stop, and not killed.
struct Server {
    process: Child,
    /// Where it listens, as it says so.
    address: String,
    log: mpsc::Receiver<String>,
}

impl Server {
    #[track_caller]
    fn start(institute: &Institute, options: &[&str]) -> Self {
        let mut command = Command::new(binary("licence-server"));
        command.current_dir(institute.path("")).args(["serve", "--data", "site"]).args(options);
        if !options.contains(&"--listen") {
            command.args(["--listen", ANY_PORT]);
        }
        let command = command.stdin(Stdio::null()).stdout(Stdio::piped()).stderr(Stdio::piped());
        let mut process = command.spawn().unwrap();
        let mut lines = BufReader::new(process.stdout.take().unwrap()).lines();
        let log = follow(process.stderr.take().unwrap());
        let line = lines.next().and_then(Result::ok).unwrap_or_else(|| {
            panic!("it ended before it listened: {:?}", log.iter().collect::<Vec<_>>())
        });
        let address = line.strip_prefix("listening on ").unwrap().to_owned();
        Self { process, address, log }
    }

    /// Host and port.
    fn socket(&self) -> String {
        self.address.split_once("://").unwrap().1.to_owned()
    }

    #[track_caller]
    fn connect(&self) -> TcpStream {
        let stream = TcpStream::connect(self.socket()).unwrap();
        stream.set_read_timeout(Some(Duration::from_secs(60))).unwrap();
        stream
    }

    fn signal(&self, signal: Signal) {
        kill_process(Pid::from_child(&self.process), signal).unwrap();
    }

    /// Reads the log up to a line with that in it.
    #[track_caller]
    fn logged(&self, part: &str) -> String {
        let mut read = Vec::new();
        while let Ok(line) = self.log.recv_timeout(Duration::from_secs(60)) {
            if line.contains(part) {
                return line;
            }
            read.push(line);
        }
        panic!("no `{part}` among {read:#?}")
    }

    /// Tells it to stop, and gives it what it may take for that.
    #[track_caller]
    fn stop_within(self, time: Duration) {
        self.signal(Signal::TERM);
        let (ended, end) = mpsc::channel();
        let mut process = self.process;
        let waiter = thread::spawn(move || ended.send(process.wait().unwrap()));
        let status = end.recv_timeout(time).expect("it still runs");
        assert!(status.success(), "{status}");
        waiter.join().unwrap().unwrap();
    }
}

/// A pipe that nobody reads would stop the server.
fn follow(log: impl std::io::Read + Send + 'static) -> mpsc::Receiver<String> {
    let (send, lines) = mpsc::channel();
    thread::spawn(move || {
        for line in BufReader::new(log).lines().map_while(Result::ok) {
            // Nobody listens any more: the test has ended.
            let _ = send.send(line);
        }
    });
    lines
}

#[track_caller]
fn text(output: &Output) -> (String, String) {
    let text = |bytes: &[u8]| String::from_utf8(bytes.to_vec()).unwrap();
    (text(&output.stdout), text(&output.stderr))
}

fn exchange(mut stream: TcpStream, request: &str) -> String {
    stream.write_all(request.as_bytes()).unwrap();
    let mut answer = String::new();
    stream.read_to_string(&mut answer).unwrap();
    answer
}

#[test]
fn a_server_of_its_own_making_is_reached_by_whoever_trusts_its_authority() {
    let institute = Institute::with_seats(1);
    let server = Server::start(&institute, &["--tls-self", "--tls-name", "seats.example.org"]);
    assert!(server.address.starts_with("https://localhost:"), "{}", server.address);
    assert!(server.logged("SHA-256 fingerprint").contains(':'));

    let check = |words: &[&str]| {
        let words = [&["healthcheck", "--url", server.address.as_str()], words].concat();
        institute.try_run("licence-server", &words)
    };
    assert!(check(&["--ca", "site/tls-ca.crt"]).status.success());
    assert!(check(&["--data", "site"]).status.success(), "the data directory knows it");
    let blind = check(&[]);
    assert_eq!(blind.status.code(), Some(1));
    assert!(text(&blind).1.contains("which certificate authority to trust"));

    let other = Institute::with_seats(1);
    Server::start(&other, &["--tls-self"]).stop_within(Duration::from_secs(2));
    let stranger = other.path("site/tls-ca.crt");
    let distrusted = check(&["--ca", stranger.to_str().unwrap()]);
    assert!(text(&distrusted).1.contains("certificate"), "{distrusted:?}");
    server.stop_within(Duration::from_secs(2));

    // The authority stays, so that nobody has to be asked to trust another one.
    let before = fs::read(institute.path("site/tls-ca.crt")).unwrap();
    let server = Server::start(&institute, &["--tls-self", "--tls-name", "seats.example.org"]);
    server.logged("of the server's own making");
    assert_eq!(fs::read(institute.path("site/tls-ca.crt")).unwrap(), before);
    server.stop_within(Duration::from_secs(2));

    let words =
        ["serve", "--data", "site", "--listen", ANY_PORT, "--tls-self", "--tls-name", "b.org"];
    let other_name = institute.try_run("licence-server", &words);
    let told = text(&other_name).1;
    assert!(told.contains("does not vouch for") && told.contains("`b.org`"), "{told}");
}

#[test]
fn a_site_that_was_made_with_an_authority_speaks_tls_from_then_on() {
    let institute = Institute::with_seats(1);
    fs::rename(institute.path("site"), institute.path("plain")).unwrap();
    let init = ["init", "--data", "site", "--kit", "vendor/site-kit.json", "--tls-self", "--json"];
    let made = institute.run("licence-server", &[&init[..], &["--tls-name", "a.org"]].concat());
    let made: serde_json::Value = serde_json::from_str(&made).unwrap();
    let server = Server::start(&institute, &["--public-url", "https://a.org"]);
    let told = server.logged("of the server's own making");
    assert!(told.contains(made["tls_ca"].as_str().unwrap()), "{told}");
    server.stop_within(Duration::from_secs(2));
}

#[test]
fn a_signal_has_the_certificate_read_again_and_a_wrong_one_is_told_of() {
    let institute = Institute::with_seats(1);
    let ca = ["init", "--data", "other", "--kit", "vendor/site-kit.json", "--tls-self"];
    institute.run("licence-server", &ca);
    // A certificate authority's own certificate serves as a pair of files that belong together.
    for (from, to) in [("other/tls-ca.crt", "cert.pem"), ("other/tls-ca.key", "key.pem")] {
        fs::copy(institute.path(from), institute.path(to)).unwrap();
    }
    let server = Server::start(&institute, &["--tls-cert", "cert.pem", "--tls-key", "key.pem"]);
    fs::write(institute.path("cert.pem"), "nothing").unwrap();
    server.signal(Signal::HUP);
    let told = server.logged("the old one stays");
    assert!(told.contains("`cert.pem` holds no certificate"), "{told}");
    assert!(found(&institute).contains("`cert.pem` holds no certificate"));
    let pem = fs::read_to_string(institute.path("other/tls-ca.crt")).unwrap();
    fs::write(institute.path("cert.pem"), format!("replaced\n{pem}")).unwrap();
    server.signal(Signal::HUP);
    server.logged("the certificate was replaced");
    assert!(found(&institute).starts_with("the certificate has "), "{}", found(&institute));
    server.stop_within(Duration::from_secs(2));
}

/// What `doctor` finds of the certificate.
fn found(institute: &Institute) -> String {
    let doctor = institute.try_run("licence-server", &["doctor", "--data", "site", "--json"]);
    let found: serde_json::Value = serde_json::from_slice(&doctor.stdout).unwrap();
    let mut checks = found.get("items").and_then(|items| items.as_array()).unwrap().iter();
    let check = checks.find(|check| check["check"] == "certificate").unwrap();
    check.get("sentence").and_then(|sentence| sentence.as_str()).unwrap().to_owned()
}

#[test]
fn a_server_stops_within_two_seconds_whatever_its_connections_do() {
    let institute = Institute::with_seats(1);
    let server = Server::start(&institute, &[]);
    let silent = server.connect();
    let mut begun = server.connect();
    begun.write_all(b"POST /v1/auth/token HTTP/1.1\r\nhost: localhost\r\ncontent-le").unwrap();
    let mut kept = server.connect();
    kept.write_all(b"GET /healthz HTTP/1.1\r\nhost: localhost\r\n\r\n").unwrap();
    let mut head = [0; 15];
    kept.read_exact(&mut head).unwrap();
    assert_eq!(&head, b"HTTP/1.1 200 OK");
    server.stop_within(Duration::from_secs(2));
    drop((silent, begun, kept));
}

#[test]
fn a_body_that_never_ends_is_answered_and_the_next_request_served() {
    let institute = Institute::with_seats(1);
    fs::write(institute.path("site/config.toml"), "request_secs = 1\n").unwrap();
    let server = Server::start(&institute, &[]);
    let endless = "POST /v1/auth/token HTTP/1.1\r\nhost: localhost\r\nx-licence-client: 1\r\n\
                   content-type: application/x-www-form-urlencoded\r\ncontent-length: 100\r\n\r\n\
                   grant_type=pass";
    let answer = exchange(server.connect(), endless);
    assert!(answer.starts_with("HTTP/1.1 408 "), "{answer}");
    assert!(answer.contains("\"code\":\"invalid_request\""), "{answer}");
    let request = "GET /healthz HTTP/1.1\r\nhost: localhost\r\nconnection: close\r\n\r\n";
    assert!(exchange(server.connect(), request).starts_with("HTTP/1.1 200 "));
    server.stop_within(Duration::from_secs(2));
}

#[test]
fn a_head_that_is_too_large_is_refused() {
    let institute = Institute::with_seats(1);
    let server = Server::start(&institute, &[]);
    let close = "host: localhost\r\nconnection: close\r\n\r\n";
    let name = "n".repeat(40_000);
    let request = format!("GET /healthz HTTP/1.1\r\nx-name: {name}\r\n{close}");
    let mut stream = server.connect();
    // It may have answered and closed before all of it was written.
    let _ = stream.write_all(request.as_bytes());
    let mut answer = [0; 13];
    stream.read_exact(&mut answer).unwrap();
    assert_eq!(&answer, b"HTTP/1.1 431 ");
    server.stop_within(Duration::from_secs(2));
}

#[test]
fn the_log_tells_of_each_request_by_its_route_and_its_id() {
    let institute = Institute::with_seats(1);
    fs::write(institute.path("site/config.toml"), "log_format = \"json\"\n").unwrap();
    let server = Server::start(&institute, &[]);
    let request = "GET /v1/me?token=secret HTTP/1.1\r\nhost: localhost\r\nconnection: close\r\n\
                   x-request-id: from-a-test\r\n\r\n";
    let answer = exchange(server.connect(), request);
    assert!(answer.contains("\r\nx-request-id: from-a-test\r\n"), "{answer}");
    let line = server.logged("answered");
    let line: serde_json::Value = serde_json::from_str(&line).unwrap();
    assert_eq!(line["fields"]["route"], "/v1/me");
    assert_eq!(line["fields"]["method"], "GET");
    assert_eq!(line["fields"]["status"], 401);
    assert_eq!(line["span"]["id"], "from-a-test");
    assert!(!line.to_string().contains("secret"), "{line}");
    server.stop_within(Duration::from_secs(2));
}

#[test]
fn everything_that_is_wrong_with_the_configuration_is_told_at_once() {
    let institute = Institute::with_seats(1);
    let config = "session_days = 0\norgins = []\ntrusted_proxies = ['10.0.0.1/8']\ntls_self = 1\n";
    fs::write(institute.path("site/config.toml"), config).unwrap();
    let check = ["config", "check", "--data", "site"];
    let wrong = institute.try_run("licence-server", &check);
    assert_eq!(wrong.status.code(), Some(1));
    let (found, end) = text(&wrong);
    assert_eq!(
        found,
        "line 1: `session_days` cannot be `0`: give a whole number from 1 to 3650\n\
         line 2: `orgins` is no setting: did you mean `origins`?\n\
         line 3: `trusted_proxies` cannot be `['10.0.0.1/8']`: give a list of at most 64, each \
         `10.0.0.0/8`, `2001:db8::/32` or one address; no bit may be set behind the prefix\n\
         line 4: `tls_self` cannot be `1`: give `true` or `false`\n"
    );
    assert!(end.starts_with("error: 4 settings are not right\n"), "{end}");
    let served = institute.try_run("licence-server", &["serve", "--data", "site"]);
    assert_eq!(served.status.code(), Some(1), "{served:?}");

    let named = "tls_cert = 'cert.pem'\ntls_key = 'key.pem'\n";
    fs::write(institute.path("site/config.toml"), named).unwrap();
    let missing = institute.try_run("licence-server", &check);
    assert!(text(&missing).1.contains("cert.pem"), "{missing:?}");

    fs::write(institute.path("other.toml"), "session_days = 90\n").unwrap();
    let other = ["--config", "other.toml"];
    let right = institute.run("licence-server", &[&check[..], &other].concat());
    assert_eq!(right.split(':').next(), Some("the configuration is right"));
    let show = ["config", "show", "--data", "site", "--json"];
    let shown = institute.run("licence-server", &[&show[..], &other].concat());
    let shown: serde_json::Value = serde_json::from_str(&shown).unwrap();
    assert_eq!(shown["session_days"]["value"], "90");
    assert_eq!(shown["session_days"]["from"], "line 1");
    assert_eq!(shown["session_idle_days"]["from"], "default");
}

#[test]
fn a_server_is_known_to_live_or_not() {
    let mut institute = Institute::with_seats(1);
    let check = ["healthcheck", "--data", "site"];
    let stopped = institute.try_run("licence-server", &check);
    assert_eq!(stopped.status.code(), Some(1), "{stopped:?}");
    institute.serve();
    institute.run("licence-server", &check);
    let url = institute.url("");
    institute.run("licence-server", &["healthcheck", "--url", &url]);
    let nothing = format!("{url}/v1/nothing");
    let lost = institute.try_run("licence-server", &["healthcheck", "--url", &nothing]);
    assert!(text(&lost).1.contains("status 404"), "{lost:?}");
    // What a killed server leaves behind is no server.
    institute.kill();
    assert!(institute.path("site/admin.sock").exists());
    assert_eq!(institute.try_run("licence-server", &check).status.code(), Some(1));
    institute.serve();
    institute.run("licence-server", &check);
}

#[test]
fn an_interrupted_init_leaves_nothing_that_is_in_the_way() {
    let institute = Institute::with_seats(1);
    let words = ["init", "--data", "late", "--kit", "vendor/site-kit.json"];
    let mut command = Command::new(binary("licence-server"));
    command.current_dir(institute.path("")).args(words);
    // It waits for a password that never comes.
    command.args(["--admin", "ann", "--admin-password-file", "-"]).stdin(Stdio::piped());
    let mut interrupted = command.stdout(Stdio::null()).spawn().unwrap();
    interrupted.kill().unwrap();
    interrupted.wait().unwrap();
    assert!(!institute.path("late").exists());
    // What a power cut leaves of the folder in the making.
    fs::create_dir(institute.path(".licence-new-c0t0ff")).unwrap();
    fs::write(institute.path(".licence-new-c0t0ff/site.key"), "half").unwrap();
    institute.run("licence-server", &words);
    assert!(!institute.path(".licence-new-c0t0ff").exists(), "a key was left behind");
    assert!(institute.path("late/site.json").exists());
}
