//! HTTP/2 frames that are none, and floods of frames that are.

mod bodies;
mod floods;
mod malformed;
mod polls;
mod sender;

/// Types of frames: RFC 9113 section 6.
const DATA: u8 = 0;
const HEADERS: u8 = 1;
const PRIORITY: u8 = 2;
const RST_STREAM: u8 = 3;
const SETTINGS: u8 = 4;
const PUSH_PROMISE: u8 = 5;
const PING: u8 = 6;
const GOAWAY: u8 = 7;
const WINDOW_UPDATE: u8 = 8;
const CONTINUATION: u8 = 9;

const ACK: u8 = 1;
const END_STREAM: u8 = 1;
const END_HEADERS: u8 = 4;
const PADDED: u8 = 8;

/// What a client says first, with settings that change nothing.
const PREFACE: &[u8] = b"PRI * HTTP/2.0\r\n\r\nSM\r\n\r\n\0\0\0\x04\0\0\0\0\0";

/// `GET https://localhost/healthz` by the static table of HPACK (RFC 7541 appendix A).
const GET: &[u8] = b"\x82\x87\x44\x08/healthz\x41\x09localhost";

fn frame(kind: u8, flags: u8, stream: u32, payload: &[u8]) -> Vec<u8> {
    let length = u32::try_from(payload.len()).unwrap();
    frame_of_length(length, (kind, flags), stream, payload)
}

/// A frame that may bring another length than it says.
fn frame_of_length(length: u32, (kind, flags): (u8, u8), stream: u32, payload: &[u8]) -> Vec<u8> {
    let [_, length @ ..] = length.to_be_bytes();
    [&length[..], &[kind, flags], &stream.to_be_bytes(), payload].concat()
}

/// A frame that came.
#[derive(Debug)]
struct Frame {
    kind: u8,
    stream: u32,
    payload: Vec<u8>,
}

/// The frames that came, but for one that is not whole.
fn frames(mut bytes: &[u8]) -> Vec<Frame> {
    let mut found = Vec::new();
    while let Some(([a, b, c, kind, _, stream @ ..], rest)) = bytes.split_first_chunk::<9>() {
        let length = usize::try_from(u32::from_be_bytes([0, *a, *b, *c])).unwrap();
        let Some((payload, rest)) = rest.split_at_checked(length) else { break };
        let stream = u32::from_be_bytes(*stream);
        found.push(Frame { kind: *kind, stream, payload: payload.to_vec() });
        bytes = rest;
    }
    found
}

impl Frame {
    /// Whether it ends the connection, and says that something was wrong.
    fn ends_connection(&self) -> bool {
        self.kind == GOAWAY && self.payload.get(4..8).is_some_and(|code| code != [0; 4])
    }

    /// Whether it ends the stream, or answers on it that the request was wrong: 400 is the twelfth entry
    /// of HPACK's static table.
    fn refuses(&self, stream: u32) -> bool {
        let is_bad_request = self.kind == HEADERS && self.payload.first() == Some(&0x8c);
        self.stream == stream && (self.kind == RST_STREAM || is_bad_request)
    }

    /// Whether it answers on the stream with 200, the eighth entry.
    fn accepts(&self, stream: u32) -> bool {
        self.stream == stream && self.kind == HEADERS && self.payload.first() == Some(&0x88)
    }
}
