use std::path::PathBuf;
use std::sync::Arc;
use std::time::Duration;

use base64::Engine as _;
use tempfile::TempDir;
use tokio::io::{AsyncRead, AsyncReadExt as _, AsyncWrite, AsyncWriteExt as _};
use tokio::net::TcpListener;
use tokio::task::JoinHandle;
use tokio_rustls::TlsAcceptor;
use tokio_rustls::rustls::ServerConfig;
use tokio_rustls::rustls::pki_types::{CertificateDer, PrivatePkcs8KeyDer};

use super::*;
use crate::config::{Config, Settings};
use crate::data_dir::LocalCa;
use crate::http::paths;
use crate::http::testing::World;

const SECRET: [u8; 32] = [7; 32];

/// As short as a test may wait, and as many tries as a test may count.
const QUICK: Patience =
    Patience { answer: Duration::from_secs(20), pauses: &[Duration::from_millis(5); 2] };

/// Somebody who listens, a server that is to tell them of warnings, and what it sends with.
struct Scene {
    door: TcpListener,
    folder: TempDir,
    world: World,
    courier: Courier,
}

async fn scene(scheme: &str, ca: Option<PathBuf>) -> Scene {
    let door = TcpListener::bind("127.0.0.1:0").await.unwrap();
    let folder = tempfile::tempdir().unwrap();
    let secret = folder.path().join("webhook.secret");
    let text = base64::engine::general_purpose::STANDARD.encode(SECRET);
    std::fs::write(&secret, text).unwrap();
    let url = format!("{scheme}://localhost:{}/hooks/T0K3N", door.local_addr().unwrap().port());
    let text = format!("webhook_url = '{url}'\nwebhook_secret_file = '{}'", secret.display());
    let config =
        Config::new(Settings::parse(&text).unwrap(), "http://localhost:8080".parse().unwrap());
    let hook = Hook { ca, ..config.hook.clone().unwrap() };
    let courier = Courier { patience: QUICK, ..Courier::open(&hook).unwrap() };
    let world = World::by(config);
    world.furnish(1, 1).await;
    Scene { door, folder, world, courier }
}

impl Scene {
    /// Takes the one seat, so that there is something to warn of.
    async fn fill(&self) {
        self.world.sign_in("user1").await;
        assert_eq!(self.world.state.warnings().seats_percent, Some(100));
    }

    fn start(self) -> (TcpListener, World, JoinHandle<()>, TempDir) {
        let running = tokio::spawn(self.courier.run(self.world.state.clone()));
        (self.door, self.world, running, self.folder)
    }
}

/// Reads one request, and answers it with a status; 0 hangs up without a word.
async fn receive(mut stream: impl AsyncRead + AsyncWrite + Unpin, status: u16) -> String {
    let mut text = Vec::new();
    let whole = |text: &[u8]| {
        let text = String::from_utf8_lossy(text).to_ascii_lowercase();
        let (head, body) = text.split_once("\r\n\r\n")?;
        let length = head.lines().find_map(|line| line.strip_prefix("content-length: "))?;
        (body.len() >= length.trim().parse().ok()?).then_some(())
    };
    while whole(&text).is_none() {
        assert!(stream.read_buf(&mut text).await.unwrap() > 0, "a request that breaks off");
    }
    if status > 0 {
        let answer = format!("HTTP/1.1 {status} x\r\ncontent-length: 0\r\n\r\n");
        stream.write_all(answer.as_bytes()).await.unwrap();
        stream.flush().await.unwrap();
    }
    String::from_utf8(text).unwrap()
}

async fn next(door: &TcpListener, status: u16) -> String {
    let (stream, _) = door.accept().await.unwrap();
    receive(stream, status).await
}

fn header<'r>(request: &'r str, name: &str) -> &'r str {
    request.lines().find_map(|line| line.strip_prefix(&format!("{name}: "))).unwrap()
}

/// Waits until a metric has its value, as someone does who reads them again and again.
async fn counts(world: &World, fate: &str, number: u64) {
    let line = format!("webhook_messages_total{{fate=\"{fate}\"}} {number}\n");
    let reading = async {
        while !world.get("/metrics").send().await.text.contains(&line) {
            tokio::task::yield_now().await;
        }
    };
    let counted = tokio::time::timeout(Duration::from_secs(60), reading).await;
    assert!(counted.is_ok(), "never {line}");
}

#[tokio::test]
async fn a_warning_is_delivered_once_and_names_nobody() {
    let scene = scene("http", None).await;
    scene.fill().await;
    let (door, world, _running, _folder) = scene.start();
    let request = next(&door, 204).await;
    counts(&world, "delivered", 1).await;
    assert!(request.starts_with("POST /hooks/T0K3N HTTP/1.1\r\n"), "{request}");
    let (_, body) = request.split_once("\r\n\r\n").unwrap();
    let body: serde_json::Value = serde_json::from_str(body).unwrap();
    assert_eq!(
        (&body["data"]["about"], &body["data"]["threshold"]),
        (&"seats".into(), &100.into())
    );
    assert!(!request.contains("user1"), "{request}");
    assert!(header(&request, "webhook-signature").starts_with("v1,"));
    // Looking again is no further warning, and so the next one is another.
    for _ in 0..10 {
        let _ = world.state.warnings();
    }
    world.clock.advance(310 * 86_400);
    let _ = world.state.warnings();
    assert!(next(&door, 200).await.contains("licence_end"));
}

#[tokio::test]
async fn a_webhook_that_fails_is_found_with_its_cause_until_it_takes_a_warning() {
    let scene = scene("http", None).await;
    let address = format!("http://localhost:{}", scene.door.local_addr().unwrap().port());
    scene.fill().await;
    let (door, world, _running, _folder) = scene.start();
    let found = async || {
        let answer = world.get(paths::ADMIN_DOCTOR).send_locally().await;
        assert!(!answer.text.contains("T0K3N"), "{}", answer.text);
        let checks = answer.json()["items"].as_array().unwrap().clone();
        checks.into_iter().find(|check| check["check"] == "webhook").unwrap()
    };
    assert_eq!(found().await["is_well"], true);
    let since = world.state.now();
    next(&door, 500).await;
    counts(&world, "failed", 1).await;
    world.clock.advance(3600);
    next(&door, 503).await;
    counts(&world, "failed", 2).await;
    let failing = found().await;
    let sentence = format!(
        "the webhook at {address} has taken nothing since {since}: it answered with status 503 Service Unavailable"
    );
    assert_eq!((&failing["is_well"], &failing["sentence"]), (&false.into(), &sentence.into()));
    assert!(failing["remedy"].as_str().unwrap().contains("webhook_url"), "{failing}");
    next(&door, 200).await;
    counts(&world, "delivered", 1).await;
    assert_eq!(found().await["is_well"], true);
}

#[tokio::test]
async fn a_failure_and_a_connection_that_is_closed_are_tried_again_with_the_same_id() {
    let scene = scene("http", None).await;
    scene.fill().await;
    let (door, world, _running, _folder) = scene.start();
    let tries = [next(&door, 500).await, next(&door, 0).await, next(&door, 200).await];
    counts(&world, "delivered", 1).await;
    counts(&world, "failed", 2).await;
    let ids = tries.each_ref().map(|request| header(request, "webhook-id").to_owned());
    assert!(ids.iter().all(|id| *id == ids[0]), "{ids:?}");
}

#[tokio::test]
async fn a_redirection_is_not_followed_and_in_the_end_it_is_given_up() {
    let scene = scene("http", None).await;
    scene.fill().await;
    let (door, world, running, _folder) = scene.start();
    for _ in 0..3 {
        next(&door, 302).await;
    }
    counts(&world, "given_up", 1).await;
    assert!(!running.is_finished(), "it waits for the next warning");
}

#[tokio::test]
async fn who_does_not_answer_is_not_waited_for() {
    let mut scene = scene("http", None).await;
    scene.courier.patience.answer = Duration::from_millis(5);
    scene.fill().await;
    let (door, world, _running, _folder) = scene.start();
    counts(&world, "given_up", 1).await;
    drop(door);
}

#[tokio::test]
async fn over_tls_only_a_server_is_told_that_an_authority_vouches_for() {
    let folder = tempfile::tempdir().unwrap();
    let path = |name: &str| folder.path().join(name);
    let (now, hosts) = (licence_cli::clock::now().unwrap(), ["localhost".parse().unwrap()]);
    let ca = LocalCa::create(&path("ca.key"), &path("ca.crt"), &hosts, now).unwrap();
    LocalCa::create(&path("other.key"), &path("other.crt"), &hosts, now).unwrap();
    let issued = ca.issue(&hosts, now).unwrap();
    let key = PrivatePkcs8KeyDer::from(issued.key.to_vec()).into();
    let provider = Arc::new(tokio_rustls::rustls::crypto::aws_lc_rs::default_provider());
    let config = ServerConfig::builder_with_provider(provider)
        .with_safe_default_protocol_versions()
        .unwrap()
        .with_no_client_auth()
        .with_single_cert(vec![CertificateDer::from(issued.certificate)], key)
        .unwrap();
    let acceptor = TlsAcceptor::from(Arc::new(config));
    for (authority, is_trusted) in [("ca.crt", true), ("other.crt", false)] {
        let scene = scene("https", Some(path(authority))).await;
        scene.fill().await;
        let (door, world, _running, _folder) = scene.start();
        let (stream, _) = door.accept().await.unwrap();
        match acceptor.accept(stream).await {
            Ok(stream) if is_trusted => {
                receive(stream, 200).await;
                counts(&world, "delivered", 1).await;
            }
            Ok(mut stream) => {
                // Who is distrusted learns it when reading, and nothing of the message.
                let mut text = Vec::new();
                assert!(stream.read_to_end(&mut text).await.is_err() || text.is_empty());
            }
            Err(_) => assert!(!is_trusted),
        }
    }
}
