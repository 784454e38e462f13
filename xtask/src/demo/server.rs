//! The running server.

use std::io::{self, BufRead, BufReader};
use std::process::{Child, ChildStdout, Stdio};

use super::{Site, app, institute};
use crate::command;
use crate::failure::Failure;

/// What the server prints before its address, once it listens.
const LISTENING: &str = "listening on ";

/// `licence-server serve`, ended when this value goes.
pub(crate) struct Server {
    process: Child,
    /// Kept open, because a program that prints into a closed pipe fails.
    printed: BufReader<ChildStdout>,
    url: String,
}

impl Server {
    /// Starts it and returns once it listens.
    pub(super) fn start(site: &Site<'_>) -> Result<Self, Failure> {
        let mut serve = site
            .server()
            .words(&["serve"])
            .option("--data", institute::data(site))
            .option("--listen", site.listen.to_string())
            .option("--app", app::folder(site));
        let mut process = command::start(serve.0.stdout(Stdio::piped()))?;
        let printed =
            process.stdout.take().ok_or_else(|| lost(io::ErrorKind::BrokenPipe.into()))?;
        let mut server = Self { process, printed: BufReader::new(printed), url: String::new() };
        match address_in(&mut server.printed).map_err(lost)? {
            Some(url) => server.url = url,
            // It prints nothing more only when it has ended.
            None => return Err(Failure::ServerEnded(server.process.wait().map_err(lost)?)),
        }
        Ok(server)
    }

    /// The address as a browser calls it.
    pub(crate) fn url(&self) -> &str {
        &self.url
    }

    /// Returns when it has ended by itself or by Ctrl-C, which the terminal sends to it as well.
    pub(super) fn wait(&mut self) -> Result<(), Failure> {
        io::copy(&mut self.printed, &mut io::stdout()).map_err(lost)?;
        let status = self.process.wait().map_err(lost)?;
        if status.success() { Ok(()) } else { Err(Failure::ServerEnded(status)) }
    }
}

impl Drop for Server {
    fn drop(&mut self) {
        // It may have ended already; there is nobody left to tell.
        let _ = self.process.kill();
        let _ = self.process.wait();
    }
}

/// Reads what the server prints until it names its address; `None` where it ends before.
fn address_in(printed: &mut impl BufRead) -> io::Result<Option<String>> {
    for line in printed.lines() {
        if let Some(address) = line?.strip_prefix(LISTENING) {
            return Ok(Some(address.to_owned()));
        }
    }
    Ok(None)
}

fn lost(source: io::Error) -> Failure {
    Failure::Start { program: "licence-server serve".to_owned(), source }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_address_is_found_among_what_else_is_printed() {
        let mut printed = "hello\nlistening on http://localhost:8080\n".as_bytes();
        let found = address_in(&mut printed).unwrap();
        assert_eq!(found.as_deref(), Some("http://localhost:8080"));
        assert_eq!(address_in(&mut "hello\n".as_bytes()).unwrap(), None);
    }
}
