use std::fs;
use std::net::SocketAddr;
use std::path::Path;

use axum::{Router, routing};
use hyper::client::conn as client;
use hyper_util::rt::{TokioExecutor, TokioIo};
use licence_core::base64url;
use tempfile::TempDir;
use tokio::net::{TcpListener, TcpStream};
use tokio::sync::watch;
use tokio_rustls::TlsConnector;
use tokio_rustls::client::TlsStream;
use tokio_rustls::rustls::pki_types::ServerName;

use super::*;
use crate::config::{Certificate, Config, ConnectionLimits, Origin, Settings};
use crate::doctor::{self, Finding};
use crate::http::Stopping;
use crate::http::testing::World;
use crate::listen::connections::{Hall, serve};
use crate::listen::http::Host as App;
use crate::listen::places::Places;

fn now() -> UnixTime {
    licence_cli::clock::now().unwrap()
}

fn hosts(names: &[&str]) -> Vec<Host> {
    names.iter().map(|name| name.parse().unwrap()).collect()
}

/// An authority of its own in a folder.
fn authority(names: &[&str]) -> (TempDir, LocalCa) {
    let folder = tempfile::tempdir().unwrap();
    let path = |name: &str| folder.path().join(name);
    let ca = LocalCa::create(&path("ca.key"), &path("ca.crt"), &hosts(names), now()).unwrap();
    (folder, ca)
}

/// The authority of a folder once more, as after a restart.
fn read_again(folder: &TempDir) -> LocalCa {
    LocalCa::read(&folder.path().join("ca.key"), &folder.path().join("ca.crt")).unwrap()
}

/// Writes a certificate with its key as an administrator would bring them.
fn write(folder: &Path, ca: &LocalCa, names: &[&str]) {
    let issued = ca.issue(&hosts(names), now()).unwrap();
    fs::write(folder.join("cert.pem"), pem("CERTIFICATE", &issued.certificate)).unwrap();
    fs::write(folder.join("key.pem"), pem("PRIVATE KEY", &issued.key)).unwrap();
}

/// RFC 7468.
fn pem(label: &str, der: &[u8]) -> String {
    let text = base64url::encode(der).replace('-', "+").replace('_', "/");
    let padded = format!("{text}{}", "=".repeat((4 - text.len() % 4) % 4));
    let lines = padded.as_bytes().chunks(64).map(String::from_utf8_lossy).collect::<Vec<_>>();
    format!("-----BEGIN {label}-----\n{}\n-----END {label}-----\n", lines.join("\n"))
}

/// Serves until the sender is dropped.
async fn start(tls: Tls) -> (SocketAddr, watch::Sender<()>) {
    start_with(tls, |_| {}).await
}

async fn start_with(
    tls: Tls,
    change: impl FnOnce(&mut ConnectionLimits),
) -> (SocketAddr, watch::Sender<()>) {
    let door = TcpListener::bind("127.0.0.1:0").await.unwrap();
    let address = door.local_addr().unwrap();
    let (stop, stopped) = watch::channel(());
    let stopping = Stopping::new(stopped);
    let app = Router::new().route("/", routing::get(|| async { "here" })).into();
    let mut limits = Config::new(Settings::default(), Origin::localhost(8080)).connections;
    change(&mut limits);
    let host = App { app, limits, stopping: stopping.clone() };
    let hall = Hall { host, places: Places::new(9, 9, Vec::new()), places_max: 9, tls: Some(tls) };
    tokio::spawn(serve(door, hall, stopping.told()));
    (address, stop)
}

async fn shake(
    connector: &TlsConnector,
    address: SocketAddr,
    name: &str,
) -> io::Result<TlsStream<TcpStream>> {
    let stream = TcpStream::connect(address).await.unwrap();
    connector.connect(ServerName::try_from(name.to_owned()).unwrap(), stream).await
}

fn served(stream: &TlsStream<TcpStream>) -> Vec<u8> {
    stream.get_ref().1.peer_certificates().unwrap()[0].to_vec()
}

/// The same trust, and the protocols that it offers.
fn offering(authorities: &Path, protocols: &[&[u8]]) -> TlsConnector {
    let mut config = (**connector(authorities).unwrap().config()).clone();
    config.alpn_protocols = protocols.iter().map(|name| name.to_vec()).collect();
    TlsConnector::from(Arc::new(config))
}

#[tokio::test]
async fn whoever_trusts_the_authority_trusts_its_server_under_each_of_its_names() {
    let names = ["localhost", "127.0.0.1", "::1", "seats.example.org"];
    let (folder, ca) = authority(&names);
    let (address, _stop) = start(Tls::own(ca, hosts(&names), now()).unwrap()).await;
    let trusting = connector(&folder.path().join("ca.crt")).unwrap();
    for name in names {
        shake(&trusting, address, name).await.unwrap();
    }
    shake(&trusting, address, "other.example.org").await.unwrap_err();
    let (stranger, _) = authority(&names);
    let distrusting = connector(&stranger.path().join("ca.crt")).unwrap();
    shake(&distrusting, address, "localhost").await.unwrap_err();
}

#[test]
fn the_authority_vouches_for_no_host_but_its_own() {
    let (folder, ca) = authority(&["localhost", "127.0.0.1"]);
    for other in ["example.org", "192.0.2.7"] {
        let failure = Tls::own(read_again(&folder), hosts(&[other]), now()).err().unwrap();
        let message = &failure.report().unwrap().message;
        assert!(message.contains(&format!("does not vouch for `{other}`")), "{message}");
    }
    Tls::own(ca, hosts(&["localhost"]), now()).unwrap();
}

#[tokio::test]
async fn http_2_is_spoken_where_both_can_and_http_1_1_where_not() {
    let (folder, ca) = authority(&["localhost"]);
    let (address, _stop) = start(Tls::own(ca, hosts(&["localhost"]), now()).unwrap()).await;
    let authorities = folder.path().join("ca.crt");

    let stream = shake(&offering(&authorities, &[b"h2", b"http/1.1"]), address, "localhost").await;
    let stream = stream.unwrap();
    assert_eq!(stream.get_ref().1.alpn_protocol(), Some(&b"h2"[..]));
    let shaken = client::http2::handshake(TokioExecutor::new(), TokioIo::new(stream)).await;
    let (mut sender, connection) = shaken.unwrap();
    tokio::spawn(connection);
    let request = hyper::Request::get("https://localhost/").body(String::new()).unwrap();
    let answer = sender.send_request(request).await.unwrap();
    assert_eq!((answer.status().as_u16(), answer.version()), (200, hyper::Version::HTTP_2));

    for protocols in [&[&b"http/1.1"[..]][..], &[]] {
        let stream = shake(&offering(&authorities, protocols), address, "localhost").await.unwrap();
        let (mut sender, connection) =
            client::http1::handshake(TokioIo::new(stream)).await.unwrap();
        tokio::spawn(connection);
        let request = hyper::Request::get("/").header("host", "localhost").body(String::new());
        assert_eq!(sender.send_request(request.unwrap()).await.unwrap().status(), 200);
    }
    let other = shake(&offering(&authorities, &[b"smtp"]), address, "localhost").await;
    other.unwrap_err();
}

#[tokio::test]
async fn whoever_does_not_finish_the_handshake_or_speaks_no_tls_is_closed() {
    let (_folder, ca) = authority(&["localhost"]);
    let tls = Tls::own(ca, hosts(&["localhost"]), now()).unwrap();
    let brief = |limits: &mut ConnectionLimits| limits.handshake = Duration::from_millis(20);
    let (address, _stop) = start_with(tls, brief).await;
    for said in ["", "GET / HTTP/1.1\r\nhost: localhost\r\n\r\n"] {
        let stream = TcpStream::connect(address).await.unwrap();
        stream.writable().await.unwrap();
        stream.try_write(said.as_bytes()).unwrap();
        // At most an alert, and then the end.
        let mut alert = [0; 64];
        loop {
            stream.readable().await.unwrap();
            match stream.try_read(&mut alert) {
                Ok(1..) => {}
                Err(error) if error.kind() == io::ErrorKind::WouldBlock => {}
                Ok(0) | Err(_) => break,
            }
        }
    }
}

#[tokio::test]
async fn a_replaced_file_is_shown_to_whoever_comes_next_and_a_wrong_one_is_not() {
    let (folder, ca) = authority(&["localhost"]);
    write(folder.path(), &ca, &["localhost"]);
    let (cert, key) = (folder.path().join("cert.pem"), folder.path().join("key.pem"));
    let tls = Tls::of_files(cert.clone(), key).unwrap();
    let (address, _stop) = start(tls.clone()).await;
    let trusting = connector(&folder.path().join("ca.crt")).unwrap();
    let first = shake(&trusting, address, "localhost").await.unwrap();
    let shown = async || served(&shake(&trusting, address, "localhost").await.unwrap());

    tls.look_again(now());
    assert_eq!(shown().await, served(&first), "nothing was replaced");

    let old_cert = fs::read(&cert).unwrap();
    for wrong in
        ["", "no certificate", "-----BEGIN CERTIFICATE-----\nAAAA\n-----END CERTIFICATE-----\n"]
    {
        fs::write(&cert, wrong).unwrap();
        tls.look_again(now());
        assert_eq!(shown().await, served(&first), "{wrong}");
    }
    write(folder.path(), &ca, &["localhost"]);
    let new_cert = fs::read(&cert).unwrap();
    fs::write(&cert, old_cert).unwrap();
    tls.look_again(now());
    assert_eq!(shown().await, served(&first), "a certificate with the key of another");
    fs::remove_file(&cert).unwrap();
    tls.look_again(now());
    assert_eq!(shown().await, served(&first), "no file at all");

    fs::write(&cert, new_cert).unwrap();
    tls.look_again(now());
    assert_ne!(shown().await, served(&first), "the new one, as soon as both files belong together");
}

/// Once the doctor read the file alone, and called a certificate well that nobody was shown.
#[tokio::test]
async fn another_certificate_than_the_one_that_is_served_is_found_and_why() {
    let (folder, ca) = authority(&["localhost"]);
    let write = |names: &[&str]| write(folder.path(), &ca, names);
    write(&["localhost"]);
    let (cert, key) = (folder.path().join("cert.pem"), folder.path().join("key.pem"));
    let tls = Tls::of_files(cert.clone(), key).unwrap();
    let mut config = Config::new(Settings::default(), "https://localhost:8443".parse().unwrap());
    config.certificate = Certificate::File(cert.clone());
    let world = World::by(config);
    let found = || {
        world.state.present(tls.presented());
        let mut checks = doctor::examine(&world.state).into_iter();
        match checks.find(|check| check.name == "certificate").unwrap().finding {
            Finding::Well(sentence) => format!("well: {sentence}"),
            Finding::Mend { sentence, .. } => sentence,
        }
    };
    assert!(found().starts_with("well: "), "{}", found());
    let first = fs::read(&cert).unwrap();
    write(&["localhost"]);
    assert!(found().ends_with("another certificate than the one that is served"), "{}", found());
    fs::write(&cert, &first).unwrap();
    tls.look_again(now());
    // The key is the next one's already.
    assert!(found().starts_with("an old certificate, which ends on 20"), "{}", found());
    assert!(found().contains("cannot be used together"), "{}", found());
    fs::write(&cert, "no certificate").unwrap();
    tls.look_again(now());
    tls.look_again(now());
    assert!(found().contains("holds no certificate"), "a second look at the same: {}", found());
    assert!(tls.look_again(now()).is_none(), "it is told once");
    fs::remove_file(&cert).unwrap();
    tls.look_again(now());
    assert!(found().contains("cert.pem"), "{}", found());
    write(&["localhost"]);
    tls.look_again(now());
    assert!(found().starts_with("well: "), "{}", found());
}

#[tokio::test]
async fn an_own_certificate_is_replaced_before_its_end() {
    let (folder, ca) = authority(&["localhost"]);
    let tls = Tls::own(ca, hosts(&["localhost"]), now()).unwrap();
    let (address, _stop) = start(tls.clone()).await;
    let trusting = connector(&folder.path().join("ca.crt")).unwrap();
    let shown = async || served(&shake(&trusting, address, "localhost").await.unwrap());
    let first = shown().await;
    tls.look_again(now().plus(59 * DAY_SECS));
    assert_eq!(shown().await, first);
    // The next one is good from a day before it was made, which is still to come here.
    let made = tls.source.next(now().plus(60 * DAY_SECS)).unwrap().unwrap();
    assert_ne!(made.cert[0].to_vec(), first);
}

#[test]
fn files_that_cannot_be_used_are_refused_at_the_start() {
    let (folder, ca) = authority(&["localhost"]);
    write(folder.path(), &ca, &["localhost"]);
    let path = |name: &str| folder.path().join(name);
    for (cert, key, told) in [
        ("missing.pem", "key.pem", "missing.pem"),
        ("key.pem", "key.pem", "holds no certificate"),
        ("cert.pem", "cert.pem", "holds no private key in the clear"),
        ("cert.pem", "ca.key", "cannot be used together"),
    ] {
        let failure = Tls::of_files(path(cert), path(key)).err().unwrap();
        assert!(failure.report().unwrap().message.contains(told), "{failure:?}");
    }
}
