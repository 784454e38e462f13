//! How many instructions an operation takes: the same on a busy machine as on a quiet one.

use std::io::Write as _;
use std::path::Path;
use std::process::{Command, Stdio};

use peer_protocol::Request;

use crate::command;
use crate::failure::Failure;

/// Two runs, of which the difference is free of what starting and ending take.
const OPERATIONS: [u32; 2] = [20, 120];

/// Whether the counter is there. It is no need: without it the tables lack a column's numbers.
pub(super) fn is_available() -> bool {
    command::find("valgrind").is_some()
}

/// Instructions in user mode of one operation of a peer, counted by valgrind's callgrind.
pub(super) fn count(program: &Path, work: &str, texts: &Path) -> Result<u64, Failure> {
    let [few, many] = OPERATIONS
        .map(|operations| collect(program, &Request { work: work.to_owned(), operations }, texts));
    Ok((many?.saturating_sub(few?)) / u64::from(OPERATIONS[1] - OPERATIONS[0]))
}

fn collect(program: &Path, request: &Request, texts: &Path) -> Result<u64, Failure> {
    let mut valgrind = Command::new("valgrind");
    valgrind.args(["--tool=callgrind", "--callgrind-out-file=/dev/null"]).arg(program).arg(texts);
    valgrind.stdin(Stdio::piped()).stdout(Stdio::null()).stderr(Stdio::piped());
    let run = || {
        let mut child = valgrind.spawn()?;
        // Dropped at once: the peer ends when its input does.
        child.stdin.take().map(|mut input| writeln!(input, "{request}")).transpose()?;
        child.wait_with_output()
    };
    let output = { run }().map_err(Failure::file("run", Path::new("valgrind")))?;
    let said = String::from_utf8_lossy(&output.stderr).into_owned();
    let collected = collected(&said).filter(|_| output.status.success());
    collected.ok_or(Failure::UnexpectedOutput { tool: "valgrind", output: said })
}

/// `==123== Collected : 45480121`
fn collected(said: &str) -> Option<u64> {
    let (_, number) = said.split_once("Collected :")?;
    number.lines().next()?.trim().parse().ok()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_count_is_found_in_what_valgrind_says() {
        let said = "==1== Events    : Ir\n==1== Collected : 45480121\n==1== \n";
        assert_eq!(collected(said), Some(45_480_121));
        assert_eq!(collected("valgrind: no such program"), None);
    }
}
