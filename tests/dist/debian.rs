//! The package, in a Debian of its own: installed, used as the page tells, removed, purged.

use std::collections::BTreeSet;
use std::fs;
use std::os::unix::fs::{MetadataExt as _, PermissionsExt as _};
use std::path::Path;
use std::process::Command;

use crate::packed::{as_root, file, run, told};
use crate::root::Root;
use crate::{chain, document, unit};

const DATA: &str = "/var/lib/licence-server";

#[track_caller]
fn installed() -> Root {
    let root = Root::copy_of(&told("LICENCE_DEBIAN_ROOT"));
    let package = file("licence-server_", ".deb");
    run(as_root("cp").arg(&package).arg(root.join("/root")));
    let blocks = document::blocks("docs/install.md", "Debian package");
    root.shell(&format!("cd /root\n{}", blocks[0]));
    root
}

/// The vendor's files go to root's home and back.
#[track_caller]
fn exchange(root: &Root, place: &Path, name: &str) {
    let (here, there) = (place.join(name), root.join("/root").join(name));
    let (from, to) = if here.exists() { (here, there) } else { (there, here) };
    run(as_root("cp").arg(from).arg(&to));
    run(as_root("chmod").arg("0644").arg(to));
}

/// A site, set up as the page tells.
#[track_caller]
fn with_a_site() -> Root {
    let root = installed();
    let place = tempfile::tempdir().unwrap();
    chain::vendor(place.path());
    exchange(&root, place.path(), "site-kit.json");
    exchange(&root, place.path(), "password.txt");
    let blocks = document::blocks("docs/install.md", "Debian package");
    let (ask, install) = (&blocks[1], &blocks[2]);
    root.shell(&format!("cd /root\n{ask}"));
    exchange(&root, place.path(), "request.txt");
    chain::answer(place.path());
    exchange(&root, place.path(), "example.licence");
    // The functions of the block before are still known to whoever types this one.
    let functions: String = ask.lines().filter(|line| line.contains("() {")).collect();
    let (install, start) = install.split_once("systemctl start licence-server").expect("the start");
    assert_eq!(start.trim(), "");
    root.shell(&format!("cd /root\n{functions}\n{install}"));
    root
}

/// The unit's command as its user, on a port of the system's choice.
fn service(root: &Root, watcher: &[&str]) -> Command {
    let user = unit::setting("User");
    let command = unit::setting("ExecStart");
    let variable = unit::setting("Environment");
    let words =
        ["runuser", "-u", &user, "--", "env", &variable, "LICENCE_SERVER_LISTEN=127.0.0.1:0"];
    root.command_under(watcher, &words.into_iter().chain(command.split(' ')).collect::<Vec<_>>())
}

#[test]
fn the_package_installs_and_its_program_runs() {
    let root = installed();
    assert!(root.run(&["licence-server", "--version"]).starts_with("licence-server 0"));
    let folder = fs::metadata(root.join(DATA)).unwrap();
    assert_eq!(folder.permissions().mode() & 0o777, 0o700);
    assert_ne!(folder.uid(), 0, "it is the service's own");
    assert_eq!(root.run(&["dpkg", "--verify", "licence-server"]), "", "nothing was changed");
    let wanted = "/etc/systemd/system/multi-user.target.wants/licence-server.service";
    assert!(root.join(wanted).symlink_metadata().is_ok(), "it starts with the machine");
}

#[test]
fn a_site_is_set_up_as_the_page_tells_and_answers() {
    let mut root = with_a_site();
    let mut service = service(&root, &[]);
    root.serve(&mut service);
    let script = "runuser -u licence-server -- licence-server healthcheck --data /var/lib/licence-server/site";
    root.shell(script);
    let people = root.shell("licence-server user list --data /var/lib/licence-server/site");
    assert!(people.contains("ann"), "{people}");
}

#[test]
fn an_upgrade_restarts_the_service_and_keeps_the_site_and_the_settings() {
    let root = with_a_site();
    root.shell("echo 'LICENCE_LOG=debug' >>/etc/default/licence-server");
    // As on a machine that systemd runs: what it is asked for is written down.
    root.shell(
        "mkdir -p /run/systemd/system
         printf '#!/bin/sh\\necho \"$@\" >>/root/asked\\n' >/usr/bin/deb-systemd-invoke",
    );
    root.shell(
        "cd /root
         dpkg-deb --raw-extract licence-server_*.deb next
         sed -i 's/^Version: .*/&+next/' next/DEBIAN/control
         dpkg-deb --build next next.deb
         dpkg --install next.deb",
    );
    assert!(root.run(&["dpkg-query", "--show", "licence-server"]).trim().ends_with("+next"));
    assert_eq!(root.shell("cat /root/asked"), "restart licence-server.service\n");
    assert!(root.shell("cat /etc/default/licence-server").contains("LICENCE_LOG=debug"));
    let people = root.shell("licence-server user list --data /var/lib/licence-server/site");
    assert!(people.contains("ann"), "{people}");
}

#[test]
fn a_purge_takes_the_settings_away_and_leaves_a_site() {
    let root = with_a_site();
    root.shell("dpkg --remove licence-server");
    assert!(!root.join("/usr/bin/licence-server").exists());
    assert!(root.join("/etc/default/licence-server").exists());
    root.shell("dpkg --purge licence-server 2>&1");
    assert!(!root.join("/etc/default/licence-server").exists());
    let left: BTreeSet<_> =
        run(as_root("ls").arg(root.join(DATA).join("site"))).lines().map(str::to_owned).collect();
    assert!(left.contains("site.key"), "{left:?}");
    root.shell("getent passwd licence-server");

    // Installed again, the site is there as it was.
    let blocks = document::blocks("docs/install.md", "Debian package");
    root.shell(&format!("cd /root\n{}", blocks[0]));
    root.shell("runuser -u licence-server -- licence-server licence list --data /var/lib/licence-server/site");
}

#[test]
fn a_purge_without_a_site_leaves_nothing() {
    let root = installed();
    root.shell("dpkg --purge licence-server");
    assert!(!root.join(DATA).exists());
    let found = root.shell("find / -xdev -path /proc -prune -o -name '*licence-server*' -print | grep -v '^/root/' || true");
    assert_eq!(found.replace("/var/lib/systemd/deb-systemd-helper-enabled", ""), "", "{found}");
}

#[test]
fn the_service_asks_the_system_for_nothing_that_its_unit_forbids() {
    let mut root = with_a_site();
    let trace = tempfile::tempdir().unwrap();
    let path = trace.path().join("calls");
    let mut traced = service(&root, &["strace", "-f", "-qq", "-o", path.to_str().unwrap()]);
    root.serve(&mut traced);
    root.shell("runuser -u licence-server -- licence-server healthcheck --data /var/lib/licence-server/site");
    root.stop();
    let allowed = allowed();
    let calls = fs::read_to_string(path).unwrap();
    // What is before the program is the way into the folder and to its user.
    let (_, own) = calls.split_once("execve(\"/usr/bin/licence-server\"").expect("the program ran");
    let called: BTreeSet<_> = own.lines().filter_map(call).collect();
    assert!(called.contains("epoll_wait") || called.contains("epoll_pwait"), "{called:?}");
    let forbidden: Vec<_> = called.iter().filter(|name| !allowed.contains(**name)).collect();
    assert!(forbidden.is_empty(), "{forbidden:?}");
}

/// The name in a line of strace's: `123 name(...`.
fn call(line: &str) -> Option<&str> {
    let (_, line) = line.split_once(' ')?;
    let (name, _) = line.trim_start().split_once('(')?;
    name.chars().all(|c| c.is_ascii_alphanumeric() || c == '_').then_some(name)
}

/// What the unit's filter lets through, by systemd's own lists.
fn allowed() -> BTreeSet<String> {
    let text = fs::read_to_string(crate::packed::project(unit::UNIT)).unwrap();
    let filters: Vec<_> =
        text.lines().filter_map(|line| line.strip_prefix("SystemCallFilter=")).collect();
    let mut allowed = BTreeSet::new();
    for filter in filters {
        let names: Vec<_> = filter.trim_start_matches('~').split(' ').flat_map(calls_of).collect();
        if filter.starts_with('~') {
            allowed.retain(|name| !names.contains(name));
        } else {
            allowed.extend(names);
        }
    }
    // These the kernel lets every filtered process do.
    allowed.extend(calls_of("@default"));
    allowed
}

/// The calls in a group, and in the groups within it.
fn calls_of(group: &str) -> Vec<String> {
    if !group.starts_with('@') {
        return vec![group.to_owned()];
    }
    let listed = run(Command::new("systemd-analyze").args(["syscall-filter", "--no-pager", group]));
    let lines = listed.lines().skip(1).map(str::trim);
    let lines = lines.filter(|line| !line.is_empty() && !line.starts_with('#'));
    lines.flat_map(calls_of).collect()
}
