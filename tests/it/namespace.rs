//! An empty network: the loopback interface, and nobody else in the world.
//!
//! These tests run once more in a network namespace, where the kernel counts whatever is sent to
//! where no way leads. So it is seen that the server needs nobody, and that it never tries to reach anyone.

use std::process::{Command, Output, Stdio};

use crate::programs::tool;

/// The tests that run there: a server's life with sign-ins, seats, restarts, TLS, commands, backups and moves, wrong
/// clocks, usage statements, guessed passwords, and no licence.
const TESTS: [&str; 8] = [
    "backup::",
    "clock::",
    "guessing::",
    "institute::",
    "secrets::",
    "statement::",
    "transport::",
    "unlicensed::",
];

/// What is run there: the interface is set up, the tests run, and the kernel tells what it counted.
const SCRIPT: &str = r#"
    "$1" link set lo up || exit 1
    shift
    "$@" || exit 1
    cat /proc/net/snmp /proc/net/snmp6
"#;

/// Runs a command in a namespace of its own.
#[track_caller]
fn alone(command: &[&str]) -> Output {
    let mut unshare = Command::new("unshare");
    // As root of a user namespace of its own, which most systems let everyone be.
    unshare.args(["--user", "--map-root-user", "--net", "sh", "-c", SCRIPT, "sh"]);
    let output = unshare.arg(tool("LICENCE_IP")).args(command).stdin(Stdio::null()).output();
    output.expect("`unshare` of util-linux runs")
}

/// Packets that no way led for, by what the kernel counted: whatever was to leave the machine.
#[track_caller]
fn lost_packets(counted: &str) -> u64 {
    // Of IPv4, a line of names and one of numbers; of IPv6, a line for each.
    let lines: Vec<Vec<&str>> =
        counted.lines().map(|line| line.split_whitespace().collect()).collect();
    let mut ip = lines.iter().filter(|line| line.first() == Some(&"Ip:"));
    let (names, numbers) = (ip.next().unwrap(), ip.next().unwrap());
    let fourth =
        names.iter().position(|name| *name == "OutNoRoutes").and_then(|at| numbers.get(at));
    let sixth = lines.iter().find(|line| line.first() == Some(&"Ip6OutNoRoutes"));
    let sixth = sixth.and_then(|line| line.get(1));
    [fourth, sixth].into_iter().flatten().map(|number| number.parse::<u64>().unwrap()).sum()
}

#[track_caller]
fn succeeded(output: &Output) -> String {
    let errors = String::from_utf8_lossy(&output.stderr);
    assert!(
        output.status.success(),
        "{errors}\nWhere `unshare` may make no network namespace, this test is run as root, or after \
         `sysctl kernel.unprivileged_userns_clone=1`"
    );
    String::from_utf8(output.stdout.clone()).unwrap()
}

#[test]
fn in_an_empty_network_everything_works_and_nothing_is_sent_anywhere() {
    let this = std::env::current_exe().unwrap();
    let mut words = vec![this.to_str().unwrap()];
    words.extend(TESTS);
    let printed = succeeded(&alone(&words));
    let passed = printed.lines().find_map(|line| line.strip_prefix("test result: ok. "));
    let passed = passed.and_then(|line| line.split(' ').next()).unwrap();
    assert!(passed.parse::<u32>().unwrap() > 20, "{printed}");
    assert_eq!(lost_packets(&printed), 0, "somebody was called: {printed}");
}

/// Or the test above could not fail.
#[test]
fn a_call_to_the_world_is_counted() {
    for address in ["192.0.2.1", "2001:db8::1"] {
        let call = format!("exec 3<>/dev/tcp/{address}/443 || true");
        let counted = succeeded(&alone(&["bash", "-c", &call]));
        assert!(lost_packets(&counted) > 0, "{address}: {counted}");
    }
}
