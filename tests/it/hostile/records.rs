//! TLS records that are none.

use std::io::Write as _;
use std::net::Shutdown;

use super::tls::TlsTarget;
use super::{connect, read_to_the_end};

/// Types of records: RFC 8446 section 5.1, and RFC 6520 for the one that bled.
const ALERT: u8 = 21;
const HANDSHAKE: u8 = 22;
const DATA: u8 = 23;
const HEARTBEAT: u8 = 24;

fn record(kind: u8, length: u16, bytes: &[u8]) -> Vec<u8> {
    [&[kind, 3, 3][..], &length.to_be_bytes(), bytes].concat()
}

/// What is written instead of a handshake, and what it is.
fn malformed(hello: &[u8]) -> Vec<(&'static str, Vec<u8>)> {
    let half = hello.len() / 2;
    let (start, rest) = hello.split_at(half);
    let tiny: Vec<u8> =
        hello.iter().skip(5).flat_map(|byte| record(HANDSHAKE, 1, &[*byte])).collect();
    vec![
        ("nothing", Vec::new()),
        ("another protocol", b"SSH-2.0-OpenSSH_9.9\r\n".to_vec()),
        ("SSL 2", vec![0x80, 0x2e, 1, 0, 2, 0, 0x15, 0, 0, 0, 0x10]),
        ("zeros", vec![0; 64 * 1024]),
        ("a record that is too long", record(HANDSHAKE, u16::MAX, &[1; 1024])),
        ("a record of nothing, again and again", record(HANDSHAKE, 0, &[]).repeat(10_000)),
        ("data before the handshake", record(DATA, 16, &[7; 16])),
        ("a heartbeat that asks for more than it brings", record(HEARTBEAT, 3, &[1, 0xff, 0xff])),
        ("an alert that is none", record(ALERT, 2, &[9, 9])),
        ("warnings without end", record(ALERT, 2, &[1, 90]).repeat(10_000)),
        ("a handshake message of 16 MiB", record(HANDSHAKE, 4, &[1, 0xff, 0xff, 0xff])),
        ("half a hello", start.to_vec()),
        ("a hello with a hole", [start, &[0; 64], rest].concat()),
        ("a hello, twice", hello.repeat(2)),
        ("a hello in records of a byte", tiny),
        ("a hello, and then nonsense", [hello, &[0xff; 4096]].concat()),
    ]
}

#[test]
fn a_record_that_is_none_ends_its_connection_and_nothing_else() {
    let target = TlsTarget::begin("handshake_secs = 2\n");
    let mut hello = Vec::new();
    target.client(b"h2").write_tls(&mut hello).unwrap();
    for (what, bytes) in malformed(&hello) {
        let mut stream = connect(&target.0);
        // It may be closed before all of it was written.
        let _ = stream.write_all(&bytes);
        let answer = read_to_the_end(stream);
        assert!(answer.len() < 16 * 1024, "{what}: {} bytes came", answer.len());
        target.assert_serves();
    }
}

#[test]
fn no_byte_of_a_hello_can_be_changed_to_bring_the_server_down() {
    let target = TlsTarget::begin("");
    let mut hello = Vec::new();
    target.client(b"h2").write_tls(&mut hello).unwrap();
    for position in 0..hello.len() {
        let mut changed = hello.clone();
        changed.iter_mut().skip(position).take(1).for_each(|byte| *byte ^= 0xff);
        let mut stream = connect(&target.0);
        let _ = stream.write_all(&changed);
        // Whoever hangs up gets no further, whatever was in the hello.
        let _ = stream.shutdown(Shutdown::Write);
        read_to_the_end(stream);
    }
    target.assert_serves();
}
