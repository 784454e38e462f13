//! The server with TLS, and a client for it that writes what it is told to.

use std::io::Write as _;
use std::net::TcpStream;
use std::process::Command;
use std::sync::Arc;

use licence_server::listen::tls::connector;
use tokio_rustls::rustls::pki_types::ServerName;
use tokio_rustls::rustls::{ClientConfig, ClientConnection, StreamOwned};

use super::{assert_within_memory, connect, read_to_the_end};
use crate::programs::{Institute, binary, server_under_load};

/// A server that speaks TLS.
pub(super) struct TlsTarget(pub(super) Institute);

pub(super) type Stream = StreamOwned<ClientConnection, TcpStream>;

impl TlsTarget {
    #[track_caller]
    pub(super) fn begin(config: &str) -> Self {
        Self::begin_by(Command::new(binary("licence-server")), config)
    }

    /// The same for whoever pours out what they have.
    #[track_caller]
    pub(super) fn begin_under_load(config: &str) -> Self {
        Self::begin_by(server_under_load(), config)
    }

    #[track_caller]
    fn begin_by(command: Command, config: &str) -> Self {
        let mut institute = Institute::with_seats(1);
        std::fs::write(institute.path("site/config.toml"), config).unwrap();
        institute.serve_by(command, &["--tls-self"]);
        Self(institute)
    }

    fn config(&self, protocol: &[u8]) -> Arc<ClientConfig> {
        let connector = connector(&self.0.path("site/tls-ca.crt")).unwrap();
        let mut config = ClientConfig::clone(connector.config());
        config.alpn_protocols = vec![protocol.to_vec()];
        Arc::new(config)
    }

    /// A client that has not said anything yet.
    pub(super) fn client(&self, protocol: &[u8]) -> ClientConnection {
        let name = ServerName::try_from("localhost").unwrap();
        ClientConnection::new(self.config(protocol), name).unwrap()
    }

    /// A connection over which that protocol is spoken; the handshake comes with the first byte.
    #[track_caller]
    pub(super) fn connect(&self, protocol: &[u8]) -> Stream {
        StreamOwned::new(self.client(protocol), connect(&self.0))
    }

    /// Whoever is honest is served, and all of it fits into memory.
    #[track_caller]
    pub(super) fn assert_serves(&self) {
        self.get("/readyz");
        assert_within_memory(&self.0);
    }

    /// The version of what is there at a path, as its answer names it.
    #[track_caller]
    pub(super) fn etag(&self, path: &str) -> String {
        let answer = self.get(path);
        let etag = answer.lines().find_map(|line| line.strip_prefix("etag: "));
        etag.expect("an ETag").to_owned()
    }

    #[track_caller]
    fn get(&self, path: &str) -> String {
        let mut stream = self.connect(b"http/1.1");
        let head = format!("GET {path} HTTP/1.1\r\nhost: localhost\r\nconnection: close\r\n\r\n");
        stream.write_all(head.as_bytes()).unwrap();
        let answer = String::from_utf8(read_to_the_end(stream)).unwrap();
        assert!(answer.starts_with("HTTP/1.1 200 "), "{answer}");
        answer
    }
}
