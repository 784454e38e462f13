//! More long polls than anybody needs, each with as large a head as is taken.

use super::super::peak_bytes;
use super::super::tls::TlsTarget;
use super::sender::{Sender, literal};
use super::*;

/// Bytes of a field that means nothing, and how many of them a head has.
const FIELD_BYTES: usize = 4000;
const FIELDS: usize = 7;

/// Streams on a connection, as many as are allowed.
const STREAMS: u32 = 100;

const CONNECTIONS: usize = 64;

/// What the server may take for all that: less than half of what was sent.
const POLLS_BYTES_MAX: u64 = 80 * 1024 * 1024;

/// `GET https://localhost/v1/revoked?wait=30` of somebody who has the list, by the static table of HPACK.
fn poll(etag: &str) -> Vec<u8> {
    let fields = [
        literal(&[0x04], "/v1/revoked?wait=30"),
        literal(&[0x01], "localhost"),
        literal(&[0x0f, 0x1a], etag),
        literal(b"\0\x01x", &"v".repeat(FIELD_BYTES)).repeat(FIELDS),
    ];
    [&[0x82, 0x87][..], &fields.concat()].concat()
}

#[test]
fn what_a_long_poll_was_asked_with_is_not_kept_while_it_waits() {
    let target = TlsTarget::begin_under_load("");
    target.assert_serves();
    let etag = target.etag("/v1/revoked");
    let before = peak_bytes(&target.0);
    let mut senders: Vec<_> = (0..CONNECTIONS).map(|_| Sender::new(&target)).collect();
    for sender in &mut senders {
        for stream in (0..STREAMS).map(|each| 2 * each + 1) {
            sender.open(stream, END_STREAM, &poll(&etag));
        }
        sender.assert_read();
    }
    target.assert_serves();
    let cost = peak_bytes(&target.0) - before;
    assert!(cost < POLLS_BYTES_MAX, "it took {} MiB more", cost >> 20);
    for sender in &senders {
        assert!(sender.answers.is_empty(), "each of them waits");
    }
}
