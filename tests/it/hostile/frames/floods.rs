//! Frames of which each is right, and all together are not.

use std::io::{ErrorKind, Write as _};
use std::time::Duration;

use super::super::read_to_the_end;
use super::super::tls::TlsTarget;
use super::*;
use crate::soak::rounds;

/// Megabytes that a server which is flooded is given to take, before it has had enough or no longer listens.
const POURED_MEGABYTES: u32 = 6;

/// A server that does not take a byte for so long is not listening.
const DEAF: Duration = Duration::from_secs(2);

/// For floods that a server has to answer by closing, however slow the machine is.
const PATIENT: Duration = Duration::from_secs(60);

/// `POST https://localhost/`, without its end.
const POST: &[u8] = b"\x83\x87\x84\x41\x09localhost";

/// What became of a flood.
#[derive(Debug, PartialEq, Eq)]
enum End {
    /// The server closed the connection.
    Closed,
    /// It takes no more, as long as nobody takes its answers.
    Deaf,
    /// It took everything.
    Dry,
}

/// Pours, and reads nothing meanwhile, until the server closes, no longer listens, or has taken everything.
#[track_caller]
fn pour(target: &TlsTarget, start: &[u8], piece: impl Fn(u32) -> Vec<u8>) -> End {
    pour_for(DEAF, target, start, piece)
}

/// The same, with a patience of its own.
#[track_caller]
fn pour_for(
    deaf: Duration,
    target: &TlsTarget,
    start: &[u8],
    piece: impl Fn(u32) -> Vec<u8>,
) -> End {
    let mut stream = target.connect(b"h2");
    stream.write_all(&[PREFACE, start].concat()).unwrap();
    stream.sock.set_write_timeout(Some(deaf)).unwrap();
    let all = usize::try_from(rounds(POURED_MEGABYTES, 64)).unwrap() << 20;
    let mut poured = 0;
    for number in 0.. {
        if number % 500 == 0 {
            target.assert_serves();
        }
        let bytes = piece(number);
        poured += bytes.len();
        if let Err(error) = stream.write_all(&bytes) {
            target.assert_serves();
            let is_deaf = matches!(error.kind(), ErrorKind::WouldBlock | ErrorKind::TimedOut);
            return if is_deaf { End::Deaf } else { End::Closed };
        }
        if poured > all {
            break;
        }
    }
    target.assert_serves();
    End::Dry
}

/// So many of a frame, which are written at once.
fn many(frame: &[u8]) -> Vec<u8> {
    frame.repeat(16 * 1024 / frame.len())
}

#[test]
fn whoever_opens_streams_to_take_them_back_is_closed() {
    let target = TlsTarget::begin_under_load("");
    let end = pour_for(PATIENT, &target, &[], |number| {
        let open_and_reset = |stream| {
            let cancel = frame(RST_STREAM, 0, stream, &[0, 0, 0, 8]);
            [frame(HEADERS, END_STREAM | END_HEADERS, stream, GET), cancel].concat()
        };
        (0..100).flat_map(|each| open_and_reset(200 * number + 2 * each + 1)).collect()
    });
    assert_eq!(end, End::Closed, "CVE-2023-44487");
}

#[test]
fn headers_without_end_are_cut_off() {
    let target = TlsTarget::begin_under_load("");
    // Each field is a name and a value of 100 bytes.
    let field = [&[0, 100][..], &[b'n'; 100], &[100], &[b'v'; 100]].concat();
    let start = frame(HEADERS, 0, 1, GET);
    let more = frame(CONTINUATION, 0, 1, &field.repeat(80));
    let end = pour_for(PATIENT, &target, &start, |_| more.clone());
    assert_eq!(end, End::Closed, "CVE-2024-27316 and its like");
}

/// One field of 4,000 bytes goes into the table of HPACK, and each byte behind it means that field once more.
#[test]
fn small_heads_that_unfold_into_large_ones_hold_nobody_up() {
    let target = TlsTarget::begin_under_load("");
    let field = [&[0x40, 1][..], b"x", &[0x7f, 0xa1, 0x1e], &[b'v'; 4000]].concat();
    let bomb = [GET, &field, &[0xbe; 8000]].concat();
    pour(&target, &[], |number| frame(HEADERS, END_STREAM | END_HEADERS, 2 * number + 1, &bomb));
    target.assert_serves();
}

#[test]
fn floods_of_what_is_answered_or_passed_over_hold_nobody_up() {
    let target = TlsTarget::begin_under_load("");
    let open = frame(HEADERS, END_HEADERS, 1, POST);
    for (start, piece) in [
        (&[][..], frame(SETTINGS, 0, 0, &[])),
        (&[], frame(SETTINGS, 0, 0, &[0, 4, 0, 0, 0, 1].repeat(100))),
        (&[], frame(PING, 0, 0, &[7; 8])),
        (&[], frame(PRIORITY, 0, 1, &[0, 0, 0, 0, 9])),
        (&[], frame(99, 0, 0, &[0; 100])),
        (&open, frame(DATA, 0, 1, &[])),
        (&open, frame(DATA, PADDED, 1, &[0xff; 256])),
        (&open, frame(WINDOW_UPDATE, 0, 1, &[0, 0, 0, 1])),
    ] {
        pour(&target, start, |_| many(&piece));
    }
    target.assert_serves();
}

/// It asks a hundred times for the largest file there is, and lets no byte of it come.
#[test]
fn whoever_opens_no_window_is_given_up() {
    let target = TlsTarget::begin_under_load("stall_secs = 1\n");
    let no_window = frame(SETTINGS, 0, 0, &[0, 4, 0, 0, 0, 0]);
    let path = "/docs/swagger-ui-bundle.js";
    let length = u8::try_from(path.len()).unwrap();
    let ask = [b"\x82\x87\x44", &[length][..], path.as_bytes(), b"\x41\x09localhost"].concat();
    let asks =
        (0..50).flat_map(|each| frame(HEADERS, END_STREAM | END_HEADERS, 2 * each + 1, &ask));
    let mut stream = target.connect(b"h2");
    stream.write_all(&[PREFACE, &no_window].concat()).unwrap();
    stream.write_all(&asks.collect::<Vec<_>>()).unwrap();
    target.assert_serves();
    read_to_the_end(stream);
    target.assert_serves();
}
