//! Connections: as many as there is room for, and none that keeps its place by saying nothing.

use std::io;
use std::sync::Arc;
use std::time::Duration;

use axum::Router;
use axum::body::Body;
use hyper::body::Incoming;
use hyper::server::conn::http1;
use hyper_util::rt::{TokioIo, TokioTimer};
use hyper_util::server::graceful::{GracefulShutdown, Watcher};
use hyper_util::service::TowerToHyperService;
use tokio::io::{AsyncRead, AsyncWrite};
use tokio::net::{TcpListener, TcpStream};
use tokio::sync::{OwnedSemaphorePermit, Semaphore};
use tower::ServiceExt as _;

/// How long to wait after the system gave no connection: for the lack of a descriptor, most likely,
/// and one comes free when a connection ends.
const PAUSE: Duration = Duration::from_secs(1);

/// Where connections come in.
pub(super) trait Door: Send + 'static {
    /// What is read from and written to.
    type Stream: AsyncRead + AsyncWrite + Unpin + Send + 'static;

    /// The next one.
    fn accept(&self) -> impl Future<Output = io::Result<Self::Stream>> + Send;
}

impl Door for TcpListener {
    type Stream = TcpStream;

    async fn accept(&self) -> io::Result<TcpStream> {
        Self::accept(self).await.map(|(stream, _)| stream)
    }
}

/// What connections may take.
#[derive(Clone, Copy, Debug)]
pub(super) struct Limits {
    /// Those that are open at a time. The system keeps further ones waiting.
    pub(super) connections_max: usize,
    /// How long the head of a request may take; from the end of the one before, so that a connection
    /// without a request ends by it too.
    pub(super) head_time: Duration,
}

/// Answers whoever comes in by the door until `stopped`, and then those who are in.
pub(super) async fn serve(
    door: impl Door,
    app: Router,
    limits: Limits,
    stopped: impl Future<Output = ()>,
) {
    let open = GracefulShutdown::new();
    tokio::select! {
        () = stopped => {}
        () = let_in(&door, &app, limits, &open) => {}
    }
    drop(door);
    open.shutdown().await;
}

async fn let_in(door: &impl Door, app: &Router, limits: Limits, open: &GracefulShutdown) {
    let places = Arc::new(Semaphore::new(limits.connections_max));
    let mut crowd = Crowd { connections_max: limits.connections_max, is_told: false };
    loop {
        crowd.look(places.available_permits());
        let Ok(place) = Arc::clone(&places).acquire_owned().await else { return };
        let stream = next(door).await;
        tokio::spawn(answer(stream, app.clone(), limits.head_time, open.watcher(), place));
    }
}

/// Whether there is room left, told once for as long as it is missing.
struct Crowd {
    connections_max: usize,
    is_told: bool,
}

impl Crowd {
    fn look(&mut self, free: usize) {
        if free == 0 && !self.is_told {
            tracing::warn!(
                max = self.connections_max,
                "no room for further connections: they wait"
            );
            self.is_told = true;
        } else if free > self.connections_max / 2 {
            // Half, because where one comes and one goes it would be told with each of them.
            self.is_told = false;
        }
    }
}

async fn next<D: Door>(door: &D) -> D::Stream {
    loop {
        match door.accept().await {
            Ok(stream) => return stream,
            Err(error) if is_peers(&error) => {}
            Err(error) => {
                tracing::warn!(%error, "no connection can be accepted: check the limit of open files");
                tokio::time::sleep(PAUSE).await;
            }
        }
    }
}

/// Whoever knocked has gone: nothing of ours, and the next one may be there already.
fn is_peers(error: &io::Error) -> bool {
    use io::ErrorKind::{ConnectionAborted, ConnectionRefused, ConnectionReset};
    matches!(error.kind(), ConnectionAborted | ConnectionRefused | ConnectionReset)
}

async fn answer(
    stream: impl AsyncRead + AsyncWrite + Unpin + Send + 'static,
    app: Router,
    head_time: Duration,
    watcher: Watcher,
    place: OwnedSemaphorePermit,
) {
    let app = app.map_request(|request: hyper::Request<Incoming>| request.map(Body::new));
    let mut http = http1::Builder::new();
    http.timer(TokioTimer::new()).header_read_timeout(head_time);
    let connection = http.serve_connection(TokioIo::new(stream), TowerToHyperService::new(app));
    if let Err(error) = watcher.watch(connection).await {
        tracing::debug!(%error, "a connection broke off");
    }
    drop(place);
}

#[cfg(test)]
mod tests {
    use std::io::{Read as _, Write as _};
    use std::net;

    use axum::routing;
    use tokio::sync::oneshot;

    use super::*;

    const REQUEST: &[u8] = b"GET / HTTP/1.1\r\nhost: localhost\r\nconnection: close\r\n\r\n";

    /// Serves one connection at a time while a test talks to it.
    fn with_room_for_one(test: impl FnOnce(net::SocketAddr) + Send + 'static) {
        let runtime = tokio::runtime::Builder::new_multi_thread().enable_all().build().unwrap();
        runtime.block_on(async {
            let door = TcpListener::bind("127.0.0.1:0").await.unwrap();
            let address = door.local_addr().unwrap();
            let app = Router::new().route("/", routing::get(|| async { "here" }));
            let limits = Limits { connections_max: 1, head_time: Duration::from_millis(20) };
            let (stop, stopped) = oneshot::channel::<()>();
            let stopped = async { stopped.await.unwrap_or_default() };
            let server = tokio::spawn(serve(door, app, limits, stopped));
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

    #[test]
    fn a_lack_of_room_is_told_once_until_there_is_room_again() {
        let mut crowd = Crowd { connections_max: 4, is_told: false };
        let told = [4, 0, 1, 0, 3, 0].map(|free| {
            crowd.look(free);
            crowd.is_told
        });
        assert_eq!(told, [false, true, true, true, false, true]);
    }
}
