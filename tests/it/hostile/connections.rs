//! Connections, by the thousand.

use std::io::{ErrorKind, Write as _};
use std::net::{Shutdown, TcpStream};

use rustix::process::{Resource, Rlimit, getrlimit, setrlimit};

use super::{Target, read_to_the_end};

/// Connections on which nothing happens.
const SILENT: usize = 10_000;

/// Connections that come and go.
const CHURN: usize = 5_000;

/// Descriptors that this process and the server need for everything else.
const OTHERS: u64 = 500;

/// Raises the limit of open files, for this process and for the server that it starts.
#[track_caller]
fn raise_the_limit_of_open_files() {
    let wanted = u64::try_from(SILENT).unwrap() + OTHERS;
    let Rlimit { current, maximum } = getrlimit(Resource::Nofile);
    if current.is_none_or(|current| current >= wanted) {
        return;
    }
    let raised = setrlimit(Resource::Nofile, Rlimit { current: Some(wanted), maximum });
    assert!(
        raised.is_ok(),
        "a process may open {maximum:?} files: let it open {wanted}, by `ulimit -Hn {wanted}` as root"
    );
}

#[test]
fn ten_thousand_silent_connections_keep_nobody_out() {
    raise_the_limit_of_open_files();
    let target = Target::begin("");
    let silent: Vec<_> = (0..SILENT)
        .map(|number| {
            let mut stream = target.connect();
            // Some say half a request.
            if number % 4 == 0 {
                stream.write_all(b"GET /healthz HTTP/1.1\r\nhost: loc").unwrap();
            }
            stream
        })
        .collect();
    target.assert_serves();
    target.institute.sign_in("ben").expect(200);
    target.assert_serves();
    // All the while they were there: nobody was served because others were thrown out.
    let is_open = |stream: &&TcpStream| {
        stream.set_nonblocking(true).unwrap();
        stream.peek(&mut [0]).is_err_and(|error| error.kind() == ErrorKind::WouldBlock)
    };
    assert_eq!(silent.iter().filter(is_open).count(), SILENT);
    drop(silent);
    target.assert_serves();
}

#[test]
fn connections_that_come_and_go_cost_nothing() {
    let target = Target::begin("");
    for number in 0..CHURN {
        let mut stream = target.connect();
        // It may be closed before all of it was written.
        let _ = match number % 4 {
            0 => Ok(()),
            1 => stream.write_all(b"G"),
            2 => stream.write_all(b"GET /healthz HTTP/1.1\r\nhost: localhost\r\n\r\n"),
            _ => stream.shutdown(Shutdown::Write),
        };
        if number % (CHURN / 10) == 0 {
            target.assert_serves();
        }
    }
    target.assert_serves();
    let last = target.connect();
    last.shutdown(Shutdown::Write).unwrap();
    assert!(read_to_the_end(last).is_empty());
}
