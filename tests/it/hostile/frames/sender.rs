//! A client that sends many requests at once, and little or much of each.

use std::io::{Read as _, Write as _};

use super::super::tls::{Stream, TlsTarget};
use super::*;

/// A field of a head whose name is written as HPACK (RFC 7541 section 6.2) has it, and its value out.
pub(super) fn literal(name: &[u8], value: &str) -> Vec<u8> {
    let mut field = name.to_vec();
    // Section 5.1: what has no room in seven bits goes on, seven bits at a time.
    match value.len() {
        short @ ..127 => field.push(u8::try_from(short).unwrap()),
        long => {
            let rest = long - 127;
            let low = u8::try_from(rest % 128).unwrap() | 0x80;
            field.extend_from_slice(&[0x7f, low, u8::try_from(rest / 128).unwrap()]);
        }
    }
    field.extend_from_slice(value.as_bytes());
    field
}

/// A connection on which streams send as fast as they may.
pub(super) struct Sender {
    stream: Stream,
    /// Bytes that may be sent.
    window: usize,
    /// What came and is not read yet.
    come: Vec<u8>,
    /// Heads of answers that came.
    pub(super) answers: Vec<Vec<u8>>,
    /// Answers to pings that came.
    echoes: usize,
}

impl Sender {
    #[track_caller]
    pub(super) fn new(target: &TlsTarget) -> Self {
        let mut stream = target.connect(b"h2");
        stream.write_all(PREFACE).unwrap();
        Self { stream, window: 65_535, come: Vec::new(), answers: Vec::new(), echoes: 0 }
    }

    /// Sends a head, in as many frames as it takes.
    #[track_caller]
    pub(super) fn open(&mut self, stream: u32, flags: u8, head: &[u8]) {
        let mut pieces = head.chunks(16 * 1024).peekable();
        let mut kind = (HEADERS, flags);
        while let Some(piece) = pieces.next() {
            let end = if pieces.peek().is_none() { END_HEADERS } else { 0 };
            self.stream.write_all(&frame(kind.0, kind.1 | end, stream, piece)).unwrap();
            kind = (CONTINUATION, 0);
        }
    }

    /// Waits until the server has read everything that was sent.
    #[track_caller]
    pub(super) fn assert_read(&mut self) {
        self.stream.write_all(&frame(PING, 0, 0, &[0; 8])).unwrap();
        let before = self.echoes;
        while self.echoes == before {
            self.listen();
        }
    }

    /// Sends so many bytes in frames that have this payload.
    #[track_caller]
    pub(super) fn send(&mut self, stream: u32, payload: &[u8], mut bytes: usize) {
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
    pub(super) fn listen(&mut self) {
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
            (PING, _) => self.echoes += 1,
            _ => {}
        }
    }
}
