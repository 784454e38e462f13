//! One frame too few, too many, too long or in the wrong place.

use std::io::{Read as _, Write as _};

use super::super::tls::TlsTarget;
use super::*;

/// A frame of settings with one of them.
fn setting(name: u16, value: u32) -> Vec<u8> {
    frame(SETTINGS, 0, 0, &[&name.to_be_bytes()[..], &value.to_be_bytes()].concat())
}

fn request(stream: u32, flags: u8) -> Vec<u8> {
    frame(HEADERS, flags, stream, GET)
}

/// What ends the whole connection (RFC 9113, the sections named beside each); where a section speaks of the
/// stream alone, it allows that too.
fn fatal() -> Vec<(&'static str, Vec<u8>)> {
    let whole = END_STREAM | END_HEADERS;
    vec![
        ("4.2: a frame longer than was agreed", frame_of_length(0xff_ffff, (DATA, 0), 1, &[0; 9])),
        ("4.3: a header block that HPACK cannot read", frame(HEADERS, whole, 1, &[0xff; 40])),
        ("4.3: an index that no table has", frame(HEADERS, whole, 1, &[0xff, 0xff, 0x7f])),
        (
            "4.3: a table larger than was agreed",
            frame(HEADERS, whole, 1, &[0x3f, 0xff, 0xff, 0x7f]),
        ),
        ("5.1: data on a stream that was never opened", frame(DATA, 0, 1, b"data")),
        ("5.1: a reset of a stream that was never opened", frame(RST_STREAM, 0, 1, &[0; 4])),
        (
            "5.1: a window on a stream that was never opened",
            frame(WINDOW_UPDATE, 0, 1, &[0, 0, 0, 1]),
        ),
        ("5.1.1: a stream with a server's number", request(2, whole)),
        ("5.1.1: a number that falls", [request(5, whole), request(3, whole)].concat()),
        ("6.1: data on no stream", frame(DATA, 0, 0, b"data")),
        (
            "6.1: more padding than there is",
            [request(1, END_HEADERS), frame(DATA, PADDED, 1, &[9, 0])].concat(),
        ),
        ("6.2: headers on no stream", request(0, whole)),
        ("6.2: more padding than there is", frame(HEADERS, whole | PADDED, 1, &[0xff, 0x82])),
        ("6.3: a priority on no stream", frame(PRIORITY, 0, 0, &[0; 5])),
        ("6.4: a reset of no stream", frame(RST_STREAM, 0, 0, &[0; 4])),
        (
            "6.4: a reset of three bytes",
            [request(1, END_HEADERS), frame(RST_STREAM, 0, 1, &[0; 3])].concat(),
        ),
        ("6.5: settings on a stream", frame(SETTINGS, 0, 1, &[])),
        ("6.5: settings of five bytes", frame(SETTINGS, 0, 0, &[0; 5])),
        ("6.5: an answer to settings that brings some", frame(SETTINGS, ACK, 0, &[0; 6])),
        ("6.5.2: a push that is neither on nor off", setting(2, 2)),
        ("6.5.2: a window that is too large", setting(4, 1 << 31)),
        ("6.5.2: frames that are too small", setting(5, 1)),
        ("6.6: a promise by a client", frame(PUSH_PROMISE, END_HEADERS, 1, &[0, 0, 0, 2, 0x82])),
        ("6.7: a ping of seven bytes", frame(PING, 0, 0, &[0; 7])),
        ("6.7: a ping on a stream", frame(PING, 0, 1, &[0; 8])),
        ("6.8: a farewell on a stream", frame(GOAWAY, 0, 1, &[0; 8])),
        ("6.9: a window on no stream that grows by nothing", frame(WINDOW_UPDATE, 0, 0, &[0; 4])),
        ("6.9: a window of three bytes", frame(WINDOW_UPDATE, 0, 0, &[0; 3])),
        (
            "6.9.1: a window that grows too large",
            frame(WINDOW_UPDATE, 0, 0, &[0x7f, 0xff, 0xff, 0xff]),
        ),
        ("6.10: the rest of no headers", frame(CONTINUATION, END_HEADERS, 1, GET)),
        (
            "6.10: something else among headers",
            [request(1, 0), frame(PING, 0, 0, &[0; 8])].concat(),
        ),
        (
            "6.10: another stream's rest",
            [request(1, 0), frame(CONTINUATION, END_HEADERS, 3, GET)].concat(),
        ),
        (
            "8.3: a pseudo-header that there is not",
            frame(HEADERS, whole, 1, b"\x82\x87\x84\x40\x05:what\x01b"),
        ),
        ("8.2.1: a name in capitals", frame(HEADERS, whole, 1, b"\x82\x87\x84\x40\x01A\x01b")),
        (
            "6.9: a window on a stream that grows by nothing",
            [
                frame(HEADERS, END_HEADERS, 1, b"\x83\x87\x84\x41\x09localhost\x5c\x019"),
                frame(WINDOW_UPDATE, 0, 1, &[0; 4]),
            ]
            .concat(),
        ),
    ]
}

/// What ends one stream: the request is wrong, and the others are not.
fn wrong_requests() -> Vec<(&'static str, Vec<u8>)> {
    let whole = END_STREAM | END_HEADERS;
    let head = |block: &[u8]| frame(HEADERS, whole, 1, block);
    vec![
        ("8.3.1: no method", head(b"\x87\x84\x41\x09localhost")),
        ("8.3.1: no path", head(b"\x82\x87\x41\x09localhost")),
        ("8.3.1: two methods", head(b"\x82\x83\x87\x84")),
        (
            "8.3: a pseudo-header behind the others",
            head(b"\x82\x87\x84\x40\x01a\x01b\x41\x09localhost"),
        ),
        ("8.2.2: a header of another protocol", head(b"\x82\x87\x84\x40\x0aconnection\x05close")),
        (
            "8.1.1: another length than it says",
            [
                frame(HEADERS, END_HEADERS, 1, b"\x83\x87\x84\x41\x09localhost\x5c\x019"),
                frame(DATA, END_STREAM, 1, b"four"),
            ]
            .concat(),
        ),
    ]
}

/// Says it, and reads for as long as the server goes on and not everything has come that is awaited.
#[track_caller]
fn answer(target: &TlsTarget, bytes: &[u8], is_all: impl Fn(&[Frame]) -> bool) -> Vec<Frame> {
    let mut stream = target.connect(b"h2");
    // It may be closed before all of it was written.
    let _ = stream.write_all(&[PREFACE, bytes].concat());
    let (mut heard, mut some) = (Vec::new(), [0; 1024]);
    loop {
        let count = stream.read(&mut some).unwrap_or(0);
        heard.extend_from_slice(some.get(..count).unwrap());
        let frames = frames(&heard);
        if count == 0 || is_all(&frames) {
            return frames;
        }
    }
}

#[test]
fn a_frame_that_is_none_ends_its_connection_and_nothing_else() {
    let target = TlsTarget::begin("");
    for (what, bytes) in fatal() {
        let said = answer(&target, &bytes, |_| false);
        assert!(said.iter().any(Frame::ends_connection), "{what}: {said:?}");
    }
    target.assert_serves();
}

#[test]
fn a_request_that_is_none_ends_its_stream_and_no_other() {
    let target = TlsTarget::begin("");
    for (what, bytes) in wrong_requests() {
        let both = [bytes, request(3, END_STREAM | END_HEADERS)].concat();
        let said = answer(&target, &both, |said| {
            let is_refused = said.iter().any(|frame| frame.refuses(1));
            is_refused && said.iter().any(|frame| frame.accepts(3))
        });
        assert!(said.iter().any(|frame| frame.refuses(1)), "{what}: {said:?}");
        assert!(said.iter().any(|frame| frame.accepts(3)), "{what}: {said:?}");
    }
    target.assert_serves();
}

#[test]
fn what_is_unknown_is_passed_over() {
    let target = TlsTarget::begin("");
    let unknown: Vec<u8> = (10..=255).flat_map(|kind| frame(kind, 0xff, 0, b"whatever")).collect();
    let all = [unknown, setting(0xfff, 7), request(1, END_STREAM | END_HEADERS)].concat();
    let said = answer(&target, &all, |said| said.iter().any(|frame| frame.accepts(1)));
    assert!(said.iter().any(|frame| frame.accepts(1)), "{said:?}");
    assert!(!said.iter().any(Frame::ends_connection), "{said:?}");
}
