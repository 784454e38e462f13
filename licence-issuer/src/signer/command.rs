//! A command that signs: it may hang, talk too much, or sign with another key, and is believed nothing.

use std::io::{self, Read, Write};
use std::process::{Child, Stdio};
use std::sync::mpsc;
use std::thread;
use std::time::Duration;

use licence_cli::Failure;
use licence_core::{PublicKey, base64url};

use crate::value::{CommandArg, SignerSecs};

/// Bytes of its output at most: a signature in base64 has 88, with line breaks some more.
const OUTPUT_BYTES_MAX: usize = 256;

/// How often a command that has closed its output is asked whether it has ended.
const TICK: Duration = Duration::from_millis(1);

/// A command, and the key that it signs with.
pub(crate) struct SignerCommand {
    pub(super) command: CommandArg,
    pub(super) secs: SignerSecs,
    pub(super) public: PublicKey,
}

impl SignerCommand {
    /// Has the bytes signed. What comes back is verified before it is used.
    pub(super) fn sign(&self, message: &[u8]) -> Result<[u8; 64], Failure> {
        let output = self.ask(message)?;
        let signature = signature(&output).ok_or_else(|| {
            self.failed(format_args!("wrote {} bytes that are no signature", output.len()))
                .mend("let it write 64 bytes, raw or in base64, and nothing else")
        })?;
        if self.public.verifies(message, &signature) {
            return Ok(signature);
        }
        Err(self
            .failed(format_args!("gave a signature that is not of key `{}`", self.public.id()))
            .mend(
                "name the public half of the key that it signs with, and let it sign the bytes \
                 themselves: Ed25519 without a hash before",
            ))
    }

    fn ask(&self, message: &[u8]) -> Result<Vec<u8>, Failure> {
        let mut child = self.start()?;
        let output = self.talk(&mut child, message);
        let status = output.is_ok().then(|| wait(&mut child, self.secs.duration())).flatten();
        if status.is_none() {
            // It may have ended meanwhile, which is what is wanted.
            let _ = child.kill().and_then(|()| child.wait());
        }
        let output = output?;
        match status {
            Some(status) if status.success() => Ok(output),
            Some(status) => Err(self
                .failed(format_args!("failed ({status})"))
                .mend("see what it told above, and run it by hand")),
            None => Err(self.too_slow()),
        }
    }

    /// What it tells goes to the terminal, where it may ask for a PIN.
    fn start(&self) -> Result<Child, Failure> {
        let mut command = self.command.command();
        command.stdin(Stdio::piped()).stdout(Stdio::piped()).stderr(Stdio::inherit());
        command.spawn().map_err(|error| {
            self.failed(format_args!("cannot be run: {error}"))
                .mend("check the name of the program; no shell looks for it")
        })
    }

    /// Writes and reads at once, each on a thread of its own: a command that does one without the other
    /// holds up neither, and a grandchild that keeps the pipe open is not waited for.
    fn talk(&self, child: &mut Child, message: &[u8]) -> Result<Vec<u8>, Failure> {
        let (Some(mut stdin), Some(stdout)) = (child.stdin.take(), child.stdout.take()) else {
            return Err(self.failed("has no standard streams"));
        };
        let message = message.to_owned();
        // A command that knows enough may close its input early.
        thread::spawn(move || drop(stdin.write_all(&message)));
        let (sender, receiver) = mpsc::channel();
        thread::spawn(move || drop(sender.send(read_at_most(stdout))));
        let output = receiver.recv_timeout(self.secs.duration()).map_err(|_| self.too_slow())?;
        let output =
            output.map_err(|error| self.failed(format_args!("cannot be read: {error}")))?;
        if output.len() > OUTPUT_BYTES_MAX {
            return Err(self
                .failed(format_args!("wrote more than {OUTPUT_BYTES_MAX} bytes"))
                .mend("let it write 64 bytes, raw or in base64, and nothing else"));
        }
        Ok(output)
    }

    fn too_slow(&self) -> Failure {
        self.failed(format_args!("took longer than {} seconds", self.secs.duration().as_secs()))
            .mend("give it longer with --signer-secs N")
    }

    fn failed(&self, what: impl std::fmt::Display) -> Failure {
        Failure::usage(format!("the signer `{}` {what}", self.command.program()))
    }
}

fn read_at_most(stream: impl Read) -> io::Result<Vec<u8>> {
    let mut bytes = Vec::new();
    let limit = u64::try_from(OUTPUT_BYTES_MAX).unwrap_or(u64::MAX).saturating_add(1);
    stream.take(limit).read_to_end(&mut bytes)?;
    Ok(bytes)
}

/// The status with which it ends in that time.
fn wait(child: &mut Child, limit: Duration) -> Option<std::process::ExitStatus> {
    let ticks = limit.as_millis().checked_div(TICK.as_millis()).unwrap_or_default();
    for _ in 0..ticks {
        if let Some(status) = child.try_wait().ok()? {
            return Some(status);
        }
        thread::sleep(TICK);
    }
    None
}

/// 64 bytes, or their base64 in either alphabet, with or without padding and line breaks.
fn signature(output: &[u8]) -> Option<[u8; 64]> {
    if let Ok(raw) = output.try_into() {
        return Some(raw);
    }
    let text: String = std::str::from_utf8(output).ok()?.split_ascii_whitespace().collect();
    let text = text.trim_end_matches('=').replace('+', "-").replace('/', "_");
    base64url::decode_array(&text)
}

#[cfg(test)]
mod tests {
    use super::signature;

    #[test]
    fn a_signature_is_raw_or_base64() {
        let raw: [u8; 64] = std::array::from_fn(|at| u8::try_from(at * 4).unwrap() | 3);
        assert_eq!(signature(&raw), Some(raw));
        let text = licence_core::base64url::encode(&raw);
        let standard = text.replace('-', "+").replace('_', "/") + "==";
        let (first, rest) = standard.split_at(64);
        for written in [text, standard.clone(), format!("{first}\n{rest}\n")] {
            assert_eq!(signature(written.as_bytes()), Some(raw), "{written}");
        }
        for other in [b"".as_slice(), b"x", &raw[1..], &[0; 65], &[0xff; 88]] {
            assert_eq!(signature(other), None);
        }
    }
}
