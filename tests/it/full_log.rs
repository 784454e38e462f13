//! The program, where what it says cannot be written.

use std::fs::File;
use std::io::{BufRead as _, BufReader};
use std::process::{Command, Stdio};

use rustix::process::{Pid, Signal, kill_process};

use crate::programs::binary;

/// The log's own complaint about a full disk was once a panic: of the writer, were it the one to log.
#[test]
fn a_log_on_a_full_disk_stops_nobody() {
    let mut dev = Command::new(binary("licence-server"));
    let full = File::options().write(true).open("/dev/full").unwrap();
    dev.args(["dev", "--listen", "127.0.0.1:0"]).env("LICENCE_LOG", "trace");
    let mut dev = dev.stdin(Stdio::null()).stdout(Stdio::piped()).stderr(full).spawn().unwrap();
    let mut lines = BufReader::new(dev.stdout.take().unwrap()).lines().map_while(Result::ok);
    let is_up = lines.any(|line| line.starts_with("listening on http://localhost:"));
    assert!(is_up, "it ended before it listened");
    kill_process(Pid::from_child(&dev), Signal::TERM).unwrap();
    assert!(dev.wait().unwrap().success());
}
