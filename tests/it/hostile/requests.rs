//! Requests that never end, and requests that two readers would understand in two ways.

use std::io::Write as _;
use std::net::TcpStream;

use super::{Target, peak_bytes, read_to_the_end};

/// Clients that send a byte now and then.
const SLOW: usize = 200;

/// Bytes that a slow one gets rid of at most: of a head and of a body there may be several times as many, so it is
/// the time that ends them.
const SLOW_BYTES_MAX: usize = 16 * 1024;

/// Bytes that the server takes of what has no end, with what its buffers and the system's hold.
const TAKEN_BYTES_MAX: usize = 16 * 1024 * 1024;

/// Pieces of one byte that a body is sent in: nearly as many as a form may have bytes.
const PIECES: usize = 65_000;

/// Bodies that are sent in such pieces at a time.
const PIECEMEAL: usize = 16;

/// What the server may take for them. Their bytes are one megabyte; a handle for each would be 32 more, without what each
/// was read into.
const PIECEMEAL_BYTES_MAX: u64 = 24 * 1024 * 1024;

const TOKEN_HEAD: &str = "POST /v1/auth/token HTTP/1.1\r\nhost: localhost\r\n\
                          x-licence-client: 1\r\ncontent-type: application/x-www-form-urlencoded\r\n";

#[test]
fn whoever_sends_a_byte_now_and_then_is_closed_and_nobody_waits_for_them() {
    let target = Target::begin("head_secs = 1\nrequest_secs = 2\n");
    let body = format!("{TOKEN_HEAD}content-length: 60000\r\n\r\n");
    let starts = ["GET /healthz HTTP/1.1\r\nhost: localhost\r\nx-slow: ", &body];
    let mut slow: Vec<TcpStream> = (0..SLOW).map(|_| target.connect()).collect();
    for (stream, start) in slow.iter_mut().zip(starts.iter().cycle()) {
        stream.write_all(start.as_bytes()).unwrap();
    }
    let mut taken = 0;
    while !slow.is_empty() {
        // The pace is that of somebody who asks and is answered.
        target.assert_serves();
        slow.retain_mut(|stream| stream.write_all(b"s").is_ok());
        taken += 1;
        assert!(taken < SLOW_BYTES_MAX, "{} are given all the time they want", slow.len());
    }
}

/// Sends the same again and again until the server has had enough; its status, and how much it took.
#[track_caller]
fn pour(target: &Target, start: &str, piece: &str) -> (String, usize) {
    let mut stream = target.connect();
    stream.write_all(start.as_bytes()).unwrap();
    let mut taken = 0;
    while taken < 2 * TAKEN_BYTES_MAX && stream.write_all(piece.as_bytes()).is_ok() {
        taken += piece.len();
    }
    let answer = read_to_the_end(stream);
    let answer = String::from_utf8_lossy(&answer).into_owned();
    (answer.split(' ').nth(1).unwrap_or_default().to_owned(), taken)
}

#[test]
fn what_has_no_end_is_cut_off() {
    let target = Target::begin("");
    let chunk = format!("4000\r\n{}\r\n", "x".repeat(0x4000));
    let field = format!("x-field: {}\r\n", "v".repeat(1000));
    let cases = [
        ("a head", "GET /healthz HTTP/1.1\r\nhost: localhost\r\n".to_owned(), field.as_str()),
        ("a path", "GET /".to_owned(), "path/"),
        ("a body in chunks", format!("{TOKEN_HEAD}transfer-encoding: chunked\r\n\r\n"), &chunk),
        ("a body", format!("{TOKEN_HEAD}content-length: 99999999999\r\n\r\n"), &chunk),
        ("no request", String::new(), "\r\n\r\n\r\n\r\n"),
    ];
    for (what, start, piece) in cases {
        let (status, taken) = pour(&target, &start, piece);
        assert!(taken < TAKEN_BYTES_MAX, "{what}: it took {taken} bytes");
        assert!(["", "400", "413", "414", "431"].contains(&status.as_str()), "{what}: {status}");
        target.assert_serves();
    }
}

#[test]
fn a_body_in_chunks_of_one_byte_costs_no_more_than_its_bytes() {
    let target = Target::begin("request_secs = 600\n");
    target.assert_serves();
    let before = peak_bytes(&target.institute);
    let start = format!("{TOKEN_HEAD}connection: close\r\ntransfer-encoding: chunked\r\n\r\n");
    let mut senders: Vec<TcpStream> = (0..PIECEMEAL).map(|_| target.connect()).collect();
    for stream in &mut senders {
        stream.write_all(start.as_bytes()).unwrap();
        stream.write_all("1\r\nx\r\n".repeat(PIECES).as_bytes()).unwrap();
    }
    // Once it is answered, all of it was read and kept.
    for mut stream in senders {
        stream.write_all(b"0\r\n\r\n").unwrap();
        let answer = read_to_the_end(stream);
        assert!(answer.starts_with(b"HTTP/1.1 400 "), "{}", String::from_utf8_lossy(&answer));
    }
    let cost = peak_bytes(&target.institute) - before;
    assert!(cost < PIECEMEAL_BYTES_MAX, "it took {} KiB more", cost >> 10);
    target.assert_serves();
}

/// The zeros before a number mean nothing, so nothing is kept of them; but they take time.
#[test]
fn a_number_that_never_ends_is_given_up_when_its_time_is_over() {
    let target = Target::begin("request_secs = 1\n");
    let mut stream = target.connect();
    let zeros = "0".repeat(1024 * 1024);
    let request = format!("{TOKEN_HEAD}transfer-encoding: chunked\r\n\r\n{zeros}");
    stream.write_all(request.as_bytes()).unwrap();
    let answer = read_to_the_end(stream);
    assert!(answer.starts_with(b"HTTP/1.1 408 "), "{}", String::from_utf8_lossy(&answer));
    target.assert_serves();
}

/// Where a proxy and the server read one request in two ways, whoever sends it speaks in another's name.
#[test]
fn a_request_that_can_be_read_in_two_ways_is_refused() {
    let target = Target::begin("");
    let smuggled = "GET /v1/smuggled HTTP/1.1\r\nhost: localhost\r\n\r\n";
    let length = smuggled.len();
    let cases = [
        format!("{TOKEN_HEAD}content-length: 5\r\ncontent-length: {length}\r\n\r\n{smuggled}"),
        format!("{TOKEN_HEAD}content-length: 5, {length}\r\n\r\n{smuggled}"),
        format!("{TOKEN_HEAD}content-length: +{length}\r\n\r\n{smuggled}"),
        format!("{TOKEN_HEAD}content-length: 18446744073709551616\r\n\r\n{smuggled}"),
        format!("{TOKEN_HEAD}transfer-encoding: identity, chunked, x\r\n\r\n0\r\n\r\n{smuggled}"),
        format!("{TOKEN_HEAD}transfer-encoding : chunked\r\n\r\n0\r\n\r\n{smuggled}"),
        format!("GET /healthz HTTP/1.1\r\nhost: localhost\r\nx: a\0b\r\n\r\n{smuggled}"),
        format!("GET /healthz HTTP/1.1\r\nhost: localhost\r\n folded: x\r\n\r\n{smuggled}"),
        format!("GET /healthz HTTP/9.9\r\nhost: localhost\r\n\r\n{smuggled}"),
        format!("G\u{20ac}T /healthz HTTP/1.1\r\nhost: localhost\r\n\r\n{smuggled}"),
    ];
    for request in cases {
        let mut stream = target.connect();
        stream.write_all(request.as_bytes()).unwrap();
        let answer = read_to_the_end(stream);
        let answer = String::from_utf8_lossy(&answer);
        assert!(answer.starts_with("HTTP/1.1 400 ") || answer.is_empty(), "{request}: {answer}");
        assert_eq!(
            answer.matches("HTTP/1.1 ").count(),
            usize::from(!answer.is_empty()),
            "{request}"
        );
        target.assert_serves();
    }
}
