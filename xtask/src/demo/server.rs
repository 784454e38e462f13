//! The running server.

use std::io::{self, BufRead, BufReader, Read, Write};
use std::net::{SocketAddr, TcpStream};
use std::process::{Child, ExitStatus};
use std::thread;
use std::time::Duration;

use super::{Site, app, institute};
use crate::clock::Stopwatch;
use crate::command;
use crate::failure::Failure;

/// A server opens its store and verifies one licence before it listens: a second at most.
const START: Duration = Duration::from_secs(30);

/// Between two tries; nobody notices a twentieth of a second.
const PAUSE: Duration = Duration::from_millis(50);

/// A status line is a few dozen bytes; whatever listens there may not be our server.
const LINE_BYTES_MAX: u64 = 1024;

/// `licence-server serve`, ended when this value goes.
pub(super) struct Server(Child);

impl Server {
    /// Starts it and returns once it has answered for itself and for the page.
    pub(super) fn start(site: &Site<'_>) -> Result<Self, Failure> {
        let mut serve = site
            .server()
            .words(&["serve"])
            .option("--data", institute::data(site))
            .option("--listen", site.address.to_string())
            .option("--public-url", site.url())
            .option("--app", app::folder(site));
        let mut server = Self(command::start(&mut serve.0)?);
        for path in ["/healthz", "/"] {
            server.await_answer(site.address, path)?;
        }
        Ok(server)
    }

    /// Returns when it has ended by itself or by Ctrl-C, which the terminal sends to it as well.
    pub(super) fn wait(&mut self) -> Result<(), Failure> {
        let status = self.0.wait().map_err(lost)?;
        if status.success() { Ok(()) } else { Err(Failure::ServerEnded(status)) }
    }

    fn await_answer(&mut self, address: SocketAddr, path: &'static str) -> Result<(), Failure> {
        let waiting = Stopwatch::start();
        while waiting.elapsed() < START {
            if is_ok(address, path).unwrap_or(false) {
                return Ok(());
            }
            if let Some(status) = self.ended()? {
                return Err(Failure::ServerEnded(status));
            }
            thread::sleep(PAUSE);
        }
        Err(Failure::ServerSilent { path, secs: START.as_secs() })
    }

    fn ended(&mut self) -> Result<Option<ExitStatus>, Failure> {
        self.0.try_wait().map_err(lost)
    }
}

impl Drop for Server {
    fn drop(&mut self) {
        // It may have ended already; there is nobody left to tell.
        let _ = self.0.kill();
        let _ = self.0.wait();
    }
}

fn lost(source: io::Error) -> Failure {
    Failure::Start { program: "licence-server serve".to_owned(), source }
}

/// Whether a request is answered with 200. By hand, because one status line is all there is to
/// read.
fn is_ok(address: SocketAddr, path: &str) -> io::Result<bool> {
    let mut stream = TcpStream::connect(address)?;
    stream.set_read_timeout(Some(START))?;
    write!(stream, "GET {path} HTTP/1.1\r\nHost: localhost\r\nConnection: close\r\n\r\n")?;
    let mut status_line = String::new();
    BufReader::new(stream).take(LINE_BYTES_MAX).read_line(&mut status_line)?;
    Ok(status_line.split_whitespace().nth(1) == Some("200"))
}
