//! A server that is measured.

use std::io::{self, BufRead as _, BufReader, Write as _};
use std::net::TcpStream;
use std::path::PathBuf;
use std::process::{Child, ChildStdout, Command, Stdio};

use super::process::Process;
use crate::command;
use crate::failure::Failure;

/// What every server here prints before its address, once it listens.
const LISTENING: &str = "listening on http://";

/// A server's process. It is told to stop when this value goes, and waited for.
pub(super) struct Running {
    child: Child,
    /// Kept open, because a program that prints into a closed pipe fails.
    _printed: BufReader<ChildStdout>,
    address: String,
}

impl Running {
    /// Starts it and returns once it listens.
    pub(super) fn start(mut command: Command) -> Result<Self, Failure> {
        let program = PathBuf::from(command.get_program());
        let lost = |source| Failure::Start { program: program.display().to_string(), source };
        command.stdin(Stdio::null()).stdout(Stdio::piped());
        let mut child = command.spawn().map_err(lost)?;
        let printed = child.stdout.take().ok_or_else(|| lost(io::ErrorKind::BrokenPipe.into()))?;
        let mut printed = BufReader::new(printed);
        let mut line = String::new();
        printed.read_line(&mut line).map_err(lost)?;
        match line.trim_end().strip_prefix(LISTENING) {
            Some(address) => {
                let address = address.replace("localhost", "127.0.0.1");
                Ok(Self { child, _printed: printed, address })
            }
            None => Err(Failure::ServerEnded(child.wait().map_err(lost)?)),
        }
    }

    /// `127.0.0.1:40123`
    pub(super) fn address(&self) -> &str {
        &self.address
    }

    /// What it counts of itself, as text.
    pub(super) fn metrics(&self) -> Result<String, Failure> {
        let ask = || {
            let mut stream = TcpStream::connect(&self.address)?;
            let host = &self.address;
            write!(stream, "GET /metrics HTTP/1.1\r\nhost: {host}\r\nconnection: close\r\n\r\n")?;
            io::read_to_string(stream)
        };
        ask().map_err(|source| Failure::Ask { address: self.address.clone(), source })
    }

    pub(super) fn process(&self) -> Process {
        Process::of(self.child.id())
    }

    /// Ends it without a word.
    pub(super) fn kill(&self) {
        // Where it has ended by itself there is nobody to kill.
        command::succeeds(Command::new("kill").args(["-KILL", &self.child.id().to_string()]));
    }
}

impl Drop for Running {
    fn drop(&mut self) {
        if matches!(self.child.try_wait(), Ok(Some(_))) {
            return;
        }
        // A server that does not hear of its end is not waited for.
        if !command::succeeds(Command::new("kill").arg(self.child.id().to_string())) {
            let _ = self.child.kill();
        }
        let _ = self.child.wait();
    }
}
