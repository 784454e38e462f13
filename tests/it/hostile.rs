//! Clients that mean harm, against the real program: it stays up and within its memory, and whoever is
//! honest is served beside them.

mod connections;
mod frames;
mod pages;
mod proxy;
mod records;
mod requests;
mod tls;

use std::fs;
use std::io::{self, Read};
use std::net::TcpStream;
use std::time::Duration;

use crate::programs::Institute;

/// Memory that the server may take, whatever is done to it: a small machine has four times as much.
const MEMORY_BYTES_MAX: u64 = 512 * 1024 * 1024;

/// How long anything may take: far more than a right server does on a machine with much else to do.
const PATIENCE: Duration = Duration::from_secs(60);

/// A server under attack, and somebody honest who is signed in.
struct Target {
    institute: Institute,
    access: String,
}

impl Target {
    #[track_caller]
    fn begin(config: &str) -> Self {
        let mut institute = Institute::with_seats(3);
        ["ann", "ben"].iter().for_each(|name| institute.register(name));
        fs::write(institute.path("site/config.toml"), config).unwrap();
        institute.serve();
        let access = institute.sign_in("ann").expect(200).text("access_token").to_owned();
        Self { institute, access }
    }

    /// A raw connection.
    #[track_caller]
    fn connect(&self) -> TcpStream {
        connect(&self.institute)
    }

    /// Whoever is honest is served, and all of it fits into memory.
    #[track_caller]
    fn assert_serves(&self) {
        self.institute.get("/v1/me", Some(&self.access)).expect(200);
        assert_within_memory(&self.institute);
    }
}

#[track_caller]
fn connect(institute: &Institute) -> TcpStream {
    let stream = TcpStream::connect(institute.socket()).unwrap();
    stream.set_read_timeout(Some(PATIENCE)).unwrap();
    stream.set_write_timeout(Some(PATIENCE)).unwrap();
    stream
}

#[track_caller]
fn assert_within_memory(institute: &Institute) {
    let bytes = peak_bytes(institute);
    assert!(bytes < MEMORY_BYTES_MAX, "it took {} MiB", bytes >> 20);
}

/// The most memory that the server ever took, by the system's own count.
#[track_caller]
fn peak_bytes(institute: &Institute) -> u64 {
    let path = format!("/proc/{}/status", institute.server().id());
    let status = fs::read_to_string(path).expect("the server lives");
    let peak = status.lines().find_map(|line| line.strip_prefix("VmHWM:"));
    let kilobytes = peak.and_then(|line| line.trim().strip_suffix(" kB")).unwrap();
    1024 * kilobytes.parse::<u64>().unwrap()
}

/// Reads until the server closes, which it does: what came.
#[track_caller]
fn read_to_the_end(mut stream: impl Read) -> Vec<u8> {
    let (mut all, mut some) = (Vec::new(), [0; 16 * 1024]);
    loop {
        match stream.read(&mut some) {
            Ok(0) => return all,
            Ok(count) => all.extend_from_slice(some.get(..count).unwrap()),
            Err(error) if error.kind() == io::ErrorKind::Interrupted => {}
            Err(error) => {
                let is_open = [io::ErrorKind::WouldBlock, io::ErrorKind::TimedOut];
                assert!(!is_open.contains(&error.kind()), "it was not closed");
                // It was, with something of ours unread.
                return all;
            }
        }
    }
}
