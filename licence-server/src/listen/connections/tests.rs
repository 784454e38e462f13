use std::io::{Read as _, Write as _};
use std::net;

use axum::{Router, routing};
use tokio::net::UnixStream;
use tokio::sync::{Mutex, mpsc, watch};

use super::*;
use crate::config::{Config, ConnectionLimits, Origin, Settings};
use crate::http::Stopping;

const REQUEST: &[u8] = b"GET / HTTP/1.1\r\nhost: localhost\r\nconnection: close\r\n\r\n";

fn limits() -> ConnectionLimits {
    let moment = Duration::from_millis(20);
    let defaults = Config::new(Settings::default(), Origin::localhost(8080)).connections;
    ConnectionLimits { head: moment, idle: moment, ..defaults }
}

/// Serves one connection at a time while a test talks to it.
fn with_room_for_one(test: impl FnOnce(net::SocketAddr) + Send + 'static) {
    let runtime = tokio::runtime::Builder::new_multi_thread().enable_all().build().unwrap();
    runtime.block_on(async {
        let door = TcpListener::bind("127.0.0.1:0").await.unwrap();
        let address = door.local_addr().unwrap();
        let app = Router::new().route("/", routing::get(|| async { "here" })).into();
        let (stop, stopped) = watch::channel(());
        let stopping = Stopping::new(stopped);
        let host = Host { app, limits: limits(), stopping: stopping.clone() };
        let places = Places::new(1, 1, Vec::new());
        let hall = Hall { host, places, places_max: 1, tls: None };
        let server = tokio::spawn(serve(door, hall, stopping.told()));
        tokio::task::spawn_blocking(move || test(address)).await.unwrap();
        drop(stop);
        server.await.unwrap();
    });
}

/// A socket of which a test waits for a minute at most, far more than a right server takes.
fn connect(address: net::SocketAddr) -> net::TcpStream {
    let stream = net::TcpStream::connect(address).unwrap();
    stream.set_read_timeout(Some(Duration::from_secs(60))).unwrap();
    stream
}

#[test]
fn who_never_finishes_a_request_keeps_nobody_out() {
    with_room_for_one(|address| {
        let mut silent = connect(address);
        silent.write_all(b"GET / HTTP/1.1\r\nhost: loc").unwrap();
        let mut next = connect(address);
        next.write_all(REQUEST).unwrap();
        let mut text = String::new();
        next.read_to_string(&mut text).unwrap();
        assert!(text.starts_with("HTTP/1.1 200 OK") && text.ends_with("here"), "{text}");
        silent.read_to_string(&mut String::new()).unwrap();
    });
}

#[test]
fn a_connection_without_a_request_is_closed() {
    with_room_for_one(|address| {
        assert_eq!(connect(address).read_to_string(&mut String::new()).unwrap(), 0);
    });
}

/// It was once cut off after two seconds, with a warning about requests under way.
#[tokio::test]
async fn an_open_connection_without_a_request_holds_no_stop_up() {
    let door = TcpListener::bind("127.0.0.1:0").await.unwrap();
    let address = door.local_addr().unwrap();
    let (stop, stopped) = watch::channel(());
    let stopping = Stopping::new(stopped);
    let app = Router::new().route("/", routing::get(|| async { "here" })).into();
    let forever = Duration::from_secs(3600);
    let limits = ConnectionLimits { head: forever, idle: forever, ..limits() };
    let host = Host { app, limits, stopping: stopping.clone() };
    let hall = Hall { host, places: Places::new(9, 9, Vec::new()), places_max: 9, tls: None };
    let server = tokio::spawn(serve(door, hall, stopping.told()));
    let open = tokio::task::spawn_blocking(move || {
        let (silent, mut used) = (connect(address), connect(address));
        used.write_all(b"GET / HTTP/1.1\r\nhost: localhost\r\n\r\n").unwrap();
        let mut text = [0; 15];
        used.read_exact(&mut text).unwrap();
        assert_eq!(&text, b"HTTP/1.1 200 OK");
        (silent, used)
    });
    let open = open.await.unwrap();
    drop(stop);
    server.await.unwrap();
    drop(open);
}

/// Streams that come from wherever a test says.
struct Said(Mutex<mpsc::Receiver<(UnixStream, Peer)>>);

impl Door for Said {
    type Stream = UnixStream;

    async fn accept(&self) -> io::Result<(UnixStream, Peer)> {
        match self.0.lock().await.recv().await {
            Some(next) => Ok(next),
            None => std::future::pending().await,
        }
    }
}

#[tokio::test]
async fn one_address_leaves_room_for_the_others() {
    let (come, coming) = mpsc::channel(9);
    let (stop, stopped) = watch::channel(());
    let stopping = Stopping::new(stopped);
    let app = Router::new().route("/", routing::get(|| async { "here" })).into();
    let host = Host { app, limits: limits(), stopping: stopping.clone() };
    let hall = Hall { host, places: Places::new(9, 1, Vec::new()), places_max: 9, tls: None };
    let server = tokio::spawn(serve(Said(Mutex::new(coming)), hall, stopping.told()));
    let mut answers = Vec::new();
    for address in ["203.0.113.1", "203.0.113.1", "203.0.113.2", "2001:db8::1", "2001:db8::2"] {
        let (ours, theirs) = UnixStream::pair().unwrap();
        ours.writable().await.unwrap();
        ours.try_write(REQUEST).unwrap();
        come.send((theirs, Peer::Network(address.parse().unwrap()))).await.unwrap();
        answers.push(ours);
    }
    let mut served = Vec::new();
    for answer in &answers {
        let mut text = [0; 15];
        answer.readable().await.unwrap();
        // One that was turned away may have its request unread, which is an error here.
        served.push(answer.try_read(&mut text).is_ok_and(|count| count > 0));
    }
    assert_eq!(served, [true, false, true, true, false]);
    drop(stop);
    server.await.unwrap();
}

#[test]
fn a_lack_of_room_is_told_once_until_there_is_room_again() {
    let mut crowd = Crowd { connections_max: 4, is_told: false };
    let told = [4, 0, 1, 0, 3, 0].map(|free| {
        crowd.look(free);
        crowd.is_told
    });
    assert_eq!(told, [false, true, true, true, false, true]);
}
