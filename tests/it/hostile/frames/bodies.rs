//! More bodies than there is memory for.
//!
//! Frames of one byte, faster than they are read, are not tried: the library of HTTP/2 ends the connection over them.

use std::io::{Read as _, Write as _};

use super::super::tls::{Stream, TlsTarget};
use super::super::{peak_bytes, read_to_the_end};
use super::*;

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
    let fields: [(&[u8], &str); 3] = [
        (&[0x44], "/v1/auth/token"),
        (&[0x41], "localhost"),
        (&[0x5f], "application/x-www-form-urlencoded"),
    ];
    let mut head = vec![0x83, 0x87];
    for (name, value) in fields {
        head.extend_from_slice(name);
        head.push(u8::try_from(value.len()).unwrap());
        head.extend_from_slice(value.as_bytes());
    }
    head
}

/// A connection on which streams send bodies as fast as they may.
struct Sender {
    stream: Stream,
    /// Bytes that may be sent.
    window: usize,
    /// What came and is not read yet.
    come: Vec<u8>,
    /// Heads of answers that came.
    answers: Vec<Vec<u8>>,
}

impl Sender {
    #[track_caller]
    fn new(target: &TlsTarget) -> Self {
        let mut stream = target.connect(b"h2");
        stream.write_all(PREFACE).unwrap();
        Self { stream, window: 65_535, come: Vec::new(), answers: Vec::new() }
    }

    #[track_caller]
    fn open(&mut self, stream: u32) {
        self.stream.write_all(&frame(HEADERS, END_HEADERS, stream, &post())).unwrap();
    }

    /// Sends so many bytes in frames that have this payload.
    #[track_caller]
    fn send(&mut self, stream: u32, payload: &[u8], mut bytes: usize) {
        let piece = frame(DATA, 0, stream, payload);
        while bytes > 0 {
            while self.window < payload.len() {
                self.listen();
            }
            let count = bytes.min(self.window).min(16 * 1024) / payload.len();
            self.stream.write_all(&piece.repeat(count)).unwrap();
            self.window -= count * payload.len();
            bytes -= count * payload.len();
        }
    }

    /// Reads something.
    #[track_caller]
    fn listen(&mut self) {
        let mut some = [0; 16 * 1024];
        let count = self.stream.read(&mut some).unwrap();
        assert!(count > 0, "the server closed the connection");
        self.come.extend_from_slice(some.get(..count).unwrap());
        let frames = frames(&self.come);
        let whole: usize = frames.iter().map(|frame| 9 + frame.payload.len()).sum();
        self.come.drain(..whole);
        frames.into_iter().for_each(|frame| self.heed(frame));
    }

    fn heed(&mut self, frame: Frame) {
        match (frame.kind, frame.stream) {
            (WINDOW_UPDATE, 0) => {
                let more = u32::from_be_bytes(frame.payload.try_into().unwrap());
                self.window += usize::try_from(more).unwrap();
            }
            (HEADERS, _) => self.answers.push(frame.payload),
            _ => {}
        }
    }
}

#[test]
fn who_begins_more_bodies_than_there_is_room_for_is_told_to_come_again() {
    let target = TlsTarget::begin_under_load("request_secs = 600\n");
    target.assert_serves();
    let before = peak_bytes(&target.0);
    let mut senders: Vec<_> = (0..CONNECTIONS).map(|_| Sender::new(&target)).collect();
    for sender in &mut senders {
        for stream in (0..STREAMS).map(|each| 2 * each + 1) {
            sender.open(stream);
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
