//! The unit: that systemd takes it, and how little it leaves a program that was broken into.

use std::fs;
use std::path::PathBuf;
use std::process::Command;

use crate::packed::{project, run};

pub(crate) const UNIT: &str = "licence-server/package/licence-server.service";

/// What `systemd-analyze security` may call exposed, of 10. It counts that there is a network, which
/// a server needs.
const EXPOSURE_MAX: f64 = 1.5;

/// A setting of the unit.
#[track_caller]
pub(crate) fn setting(name: &str) -> String {
    let text = fs::read_to_string(project(UNIT)).unwrap();
    let value = text.lines().find_map(|line| line.strip_prefix(&format!("{name}=")));
    value.unwrap_or_else(|| panic!("{name} is not set")).to_owned()
}

/// The unit with a program that is on this machine, because systemd looks for it.
fn unit() -> (tempfile::TempDir, PathBuf) {
    let place = tempfile::tempdir().unwrap();
    let path = place.path().join("licence-server.service");
    let text = fs::read_to_string(project(UNIT)).unwrap();
    fs::write(&path, text.replace("/usr/bin/licence-server", "/bin/true")).unwrap();
    (place, path)
}

#[test]
fn systemd_finds_no_fault_in_the_unit() {
    let (_place, path) = unit();
    // Without manuals, because none is installed here.
    let output = Command::new("systemd-analyze").args(["verify", "--man=no"]).arg(&path).output();
    let output = output.unwrap();
    let told = String::from_utf8_lossy(&output.stderr);
    let faults: Vec<_> = told.lines().filter(|line| line.contains("licence-server")).collect();
    assert!(output.status.success() && faults.is_empty(), "{told}");
}

#[test]
fn the_unit_leaves_little_to_a_program_that_was_broken_into() {
    let (_place, path) = unit();
    let mut security = Command::new("systemd-analyze");
    security.args(["security", "--offline=true", "--no-pager"]).arg(path);
    let told = run(&mut security);
    let level =
        told.lines().last().unwrap().split_whitespace().find_map(|word| word.parse::<f64>().ok());
    assert!(level.unwrap() <= EXPOSURE_MAX, "{told}");
}
