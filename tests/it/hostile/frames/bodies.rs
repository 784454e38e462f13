//! More bodies than there is memory for.
//!
//! Frames of one byte, faster than they are read, are not tried: the library of HTTP/2 ends the connection over them.

use std::io::Write as _;

use super::super::tls::TlsTarget;
use super::super::{peak_bytes, read_to_the_end};
use super::sender::{Sender, literal};

/// Bytes of a body that is begun and not ended.
const BEGUN_BYTES: usize = 60_000;

/// Streams on a connection, as many as are allowed.
const STREAMS: u32 = 100;

/// Connections with so many streams: they begin twice as much as the server has room for.
const CONNECTIONS: usize = 48;

/// What the server may take for all that: less than was sent.
const BEGUN_BYTES_MAX: u64 = 240 * 1024 * 1024;

/// 503 as the server's first answer on a connection: RFC 7541 sections 6.2.1 and 5.2.
const BUSY: &[u8] = b"\x48\x83\x6c\x0c\xff";

/// `POST https://localhost/v1/auth/token` with a form, by the static table of HPACK.
fn post() -> Vec<u8> {
    let form = literal(&[0x5f], "application/x-www-form-urlencoded");
    [&[0x83, 0x87][..], &literal(&[0x44], "/v1/auth/token"), &literal(&[0x41], "localhost"), &form]
        .concat()
}

#[test]
fn who_begins_more_bodies_than_there_is_room_for_is_told_to_come_again() {
    let target = TlsTarget::begin_under_load("request_secs = 600\n");
    target.assert_serves();
    let before = peak_bytes(&target.0);
    let mut senders: Vec<_> = (0..CONNECTIONS).map(|_| Sender::new(&target)).collect();
    for sender in &mut senders {
        for stream in (0..STREAMS).map(|each| 2 * each + 1) {
            sender.open(stream, 0, &post());
            sender.send(stream, &[b'x'; BEGUN_BYTES / 4], BEGUN_BYTES);
        }
    }
    let cost = peak_bytes(&target.0) - before;
    assert!(cost < BEGUN_BYTES_MAX, "it took {} MiB more", cost >> 20);
    let last = senders.last_mut().unwrap();
    while last.answers.is_empty() {
        last.listen();
    }
    assert!(last.answers.first().is_some_and(|answer| answer.starts_with(BUSY)));
    // Whoever sends a body at once is not waited for.
    let mut honest = target.connect(b"http/1.1");
    let request = b"POST /v1/auth/token HTTP/1.1\r\nhost: localhost\r\nconnection: close\r\n\
                    content-type: application/x-www-form-urlencoded\r\ncontent-length: 11\r\n\r\ngrant_type=";
    honest.write_all(request).unwrap();
    let answer = read_to_the_end(honest);
    assert!(answer.starts_with(b"HTTP/1.1 400 "), "{}", String::from_utf8_lossy(&answer));
    target.assert_serves();
}
