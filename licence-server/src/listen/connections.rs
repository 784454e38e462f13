//! Connections: as many as there is room for, and none that keeps its place by saying nothing.

use std::io;
use std::time::Duration;

use hyper_util::server::graceful::{GracefulShutdown, Watcher};
use tokio::io::{AsyncRead, AsyncWrite};
use tokio::net::{TcpListener, TcpStream};
use tokio_rustls::server::TlsStream;

use super::http::{Host, Version};
use super::places::{Place, Places};
use super::tls::Tls;
use crate::http::Peer;

/// How long to wait after the system gave no connection: for the lack of a descriptor, most likely,
/// and one comes free when a connection ends.
const PAUSE: Duration = Duration::from_secs(1);

/// Where connections come in.
pub(super) trait Door: Send + 'static {
    /// What is read from and written to.
    type Stream: AsyncRead + AsyncWrite + Unpin + Send + 'static;

    /// The next one, and where it comes from.
    fn accept(&self) -> impl Future<Output = io::Result<(Self::Stream, Peer)>> + Send;
}

impl Door for TcpListener {
    type Stream = TcpStream;

    async fn accept(&self) -> io::Result<(TcpStream, Peer)> {
        let (stream, address) = Self::accept(self).await?;
        // An answer is written in one piece: to wait for more of it only makes it late.
        let _ = stream.set_nodelay(true);
        Ok((stream, Peer::Network(address.ip())))
    }
}

/// What stands behind a door.
#[derive(Clone)]
pub(super) struct Hall {
    pub(super) host: Host,
    pub(super) places: Places,
    /// How many there are.
    pub(super) places_max: usize,
    /// Where TLS is spoken.
    pub(super) tls: Option<Tls>,
}

/// Answers whoever comes in by the door until `stopped`, and then those who are in.
pub(super) async fn serve(door: impl Door, hall: Hall, stopped: impl Future<Output = ()>) {
    let open = GracefulShutdown::new();
    tokio::select! {
        () = stopped => {}
        () = hall.let_in(&door, &open) => {}
    }
    drop(door);
    open.shutdown().await;
}

impl Hall {
    async fn let_in(&self, door: &impl Door, open: &GracefulShutdown) {
        let mut crowd = Crowd { connections_max: self.places_max, is_told: false };
        loop {
            crowd.look(self.places.free());
            let Some(place) = self.places.next().await else { return };
            let (stream, peer) = next(door).await;
            let place = match peer {
                Peer::Network(address) => self.places.give(place, address),
                Peer::Local => Ok(place),
            };
            // Whoever is one too many is closed without a word: a word would cost more than it tells.
            if let Ok(place) = place {
                tokio::spawn(self.clone().answer(stream, peer, open.watcher(), place));
            }
        }
    }

    async fn answer<S>(self, stream: S, peer: Peer, watcher: Watcher, place: Place)
    where
        S: AsyncRead + AsyncWrite + Unpin + Send + 'static,
    {
        match self.tls {
            None => self.host.answer(stream, Version::Http1, peer, watcher).await,
            Some(ref tls) => match self.shake_hands(tls, stream).await {
                Ok((stream, version)) => self.host.answer(stream, version, peer, watcher).await,
                Err(error) => tracing::debug!(%error, "a TLS handshake came to nothing"),
            },
        }
        drop(place);
    }

    /// Nobody waits for this when the server stops: no request has come yet.
    async fn shake_hands<S>(&self, tls: &Tls, stream: S) -> io::Result<(TlsStream<S>, Version)>
    where
        S: AsyncRead + AsyncWrite + Unpin + Send + 'static,
    {
        tokio::select! {
            shaken = tls.accept(stream, self.host.limits.handshake) => shaken,
            () = self.host.stopping.clone().told() => Err(io::ErrorKind::ConnectionAborted.into()),
        }
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

async fn next<D: Door>(door: &D) -> (D::Stream, Peer) {
    loop {
        match door.accept().await {
            Ok(next) => return next,
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

#[cfg(test)]
mod tests;
