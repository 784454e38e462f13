//! Stores that are in another's hands, too new, or on a disk that is full or failing.

use std::fs;
use std::io::{Read as _, Write as _};
use std::net::TcpStream;
use std::process::Command;

use redb::{Database, TableDefinition};

use crate::programs::{ANY_PORT, Institute, binary, tool};

/// A row of `meta`, where the store keeps the number of its format.
const META: TableDefinition<'_, &str, &[u8]> = TableDefinition::new("meta");

/// Bytes by which the store may still grow.
const ROOM_BYTES: u64 = 1 << 20;

/// Bytes of data that each of a person's devices keeps: far more in all than there is room for.
const DATA_BYTES: [usize; 5] = [100, 1_000_000, 1_000_000, 1_000_000, 1_000_000];

/// Tries to serve, and returns what is said of why that cannot be.
#[track_caller]
fn refused(institute: &Institute) -> String {
    let words = ["serve", "--data", "site", "--listen", ANY_PORT];
    let output = institute.try_run("licence-server", &words);
    assert_eq!(output.status.code(), Some(1), "{output:?}");
    String::from_utf8(output.stderr).unwrap()
}

#[test]
fn one_data_directory_has_one_server() {
    let mut institute = Institute::with_seats(1);
    institute.serve();
    let told = refused(&institute);
    assert!(told.contains("stop the other one"), "{told}");
    institute.get("/readyz", None).expect(200);
    institute.register("ann");
    institute.sign_in("ann").expect(200);
}

#[test]
fn a_store_of_a_newer_version_is_left_as_it_is() {
    let mut institute = Institute::with_seats(1);
    institute.register("ann");
    let path = institute.path("site/store.redb");
    let write = |format: u32| {
        let database = Database::open(&path).unwrap();
        let transaction = database.begin_write().unwrap();
        let format = format.to_be_bytes();
        transaction.open_table(META).unwrap().insert("format", format.as_slice()).unwrap();
        transaction.commit().unwrap();
    };
    write(1000);
    let told = refused(&institute);
    assert!(told.contains("1000") && told.contains("the version of this program"), "{told}");
    write(1);
    institute.serve();
    institute.sign_in("ann").expect(200);
}

/// The first write that finds no room ends the server, which says so; with more room it starts, and all
/// that was acknowledged is there.
#[test]
fn a_disk_that_fills_up_in_a_commit_loses_nothing_that_was_acknowledged() {
    let mut institute = Institute::with_seats(1);
    institute.register("ann");
    fs::write(institute.path("site/config.toml"), "session_data_bytes_max = 1048576\n").unwrap();
    let size = fs::metadata(institute.path("site/store.redb")).unwrap().len();
    institute.serve_within(size + ROOM_BYTES);
    let devices = DATA_BYTES.map(|_| institute.sign_in("ann").expect(200));
    let mut kept = Vec::new();
    for (device, bytes) in devices.iter().zip(DATA_BYTES) {
        let json = format!("{{\"text\":\"{}\"}}", "x".repeat(bytes));
        match institute.put_data(device.text("access_token"), &json) {
            Some(204) => kept.push((device, json)),
            other => assert!(other.is_none_or(|status| status >= 500), "{other:?}"),
        }
    }
    assert!((1..devices.len()).contains(&kept.len()), "there was room for {}", kept.len());
    assert_eq!(institute.ended().code(), Some(1));
    assert!(institute.log().contains("make room on the disk"), "{}", institute.log());

    institute.serve();
    institute.get("/readyz", None).expect(200);
    for (device, json) in kept {
        let data = institute.get("/v1/session/data", Some(device.text("access_token"))).expect(200);
        assert_eq!(data.body, serde_json::from_str::<serde_json::Value>(&json).unwrap());
    }
    for device in &devices {
        institute.refresh(device.text("refresh_token")).expect(200);
    }
}

/// One sync of the writer's fails, and every later one would succeed: what the failed one should have made
/// durable may never be, so the server ends, and what the system shows of it is dropped before the next start.
#[test]
fn after_a_sync_that_failed_the_server_acknowledges_nothing_more_and_says_so() {
    let mut institute = Institute::with_seats(1);
    institute.register("ann");
    let mut strace = Command::new(tool("LICENCE_STRACE"));
    // Beside the server, not above it: its end is the server's own.
    strace.args(["-D", "-f", "-qq", "-o", "calls", "-e", "trace=fdatasync,fadvise64"]);
    strace.args(["-e", "inject=fdatasync:error=EIO:when=12", "--"]).arg(binary("licence-server"));
    institute.serve_by(strace, &[]);
    // Begun while all is well: the server waits for its end, and opens its door to nobody else.
    let mut probe = TcpStream::connect(institute.socket()).unwrap();
    probe.write_all(b"GET /readyz HTTP/1.1\r\nHost: localhost\r\n").unwrap();
    let ann = institute.sign_in("ann").expect(200);
    let mut token = ann.text("refresh_token").to_owned();
    let refused = loop {
        match institute.try_refresh(&token) {
            Some(answer) if answer.status == 200 => {
                answer.text("refresh_token").clone_into(&mut token);
            }
            other => break other,
        }
    };
    assert!(refused.is_none_or(|answer| answer.status >= 500), "nothing else refuses a refresh");
    probe.write_all(b"\r\n").unwrap();
    let mut ready = String::new();
    probe.read_to_string(&mut ready).unwrap();
    assert!(ready.starts_with("HTTP/1.1 503 "), "{ready}");
    assert_eq!(institute.ended().code(), Some(1));
    let log = institute.log();
    assert!(log.contains("the store failed and nothing is acknowledged any more"), "{log}");
    let calls = fs::read_to_string(institute.path("calls")).unwrap();
    let (_, later) = calls.split_once("EIO").unwrap();
    assert!(later.contains("POSIX_FADV_DONTNEED"), "{calls}");

    institute.serve();
    institute.get("/readyz", None).expect(200);
    institute.refresh(&token).expect(200);
}
