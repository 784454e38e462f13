//! The archives: what is in them, and that it runs anywhere.

use std::collections::BTreeSet;
use std::env;
use std::fs;
use std::process::Command;

use crate::packed::{self, Unpacked, as_root, run};
use crate::{chain, document};

#[test]
fn an_archive_holds_a_program_with_all_that_belongs_to_it() {
    let common = ["CHANGELOG.md", "LICENSE-APACHE", "LICENSE-MIT", "README.md", "SECURITY.md"];
    let common = common.into_iter().chain(["THIRD-PARTY", "share"]);
    let server = ["Dockerfile", "config.toml", "data", "licence-server", "licence-server.service"];
    for (program, own) in [("licence-issuer", &["licence-issuer"][..]), ("licence-server", &server)]
    {
        let unpacked = Unpacked::of(program);
        let entries = fs::read_dir(&unpacked.folder).unwrap();
        let found: BTreeSet<_> =
            entries.map(|entry| entry.unwrap().file_name().into_string().unwrap()).collect();
        let promised = common.clone().chain(own.iter().copied()).map(str::to_owned);
        assert_eq!(found, promised.collect(), "{program}");
        for page in [format!("{program}.1"), format!("{program}-man.1")] {
            assert!(unpacked.folder.join("share/man/man1").join(&page).exists(), "{page}");
        }
        let completions = unpacked.folder.join("share/bash-completion/completions").join(program);
        run(Command::new("bash").arg("-n").arg(completions));
    }
}

#[test]
fn everything_is_roots_and_of_the_commits_time() {
    for archive in
        [packed::file("licence-issuer-", ".tar.gz"), packed::file("licence-server-", ".tar.gz")]
    {
        let listed = run(Command::new("tar").args(["--full-time", "--utc", "-tvzf"]).arg(archive));
        let fields = |line: &str| {
            let words: Vec<_> = line.split_whitespace().map(str::to_owned).collect();
            (words[1].clone(), words[3].clone(), words[4].clone())
        };
        let told: BTreeSet<_> = listed.lines().map(fields).collect();
        assert_eq!(told.len(), 1, "{told:?}");
        assert!(told.iter().all(|(owner, ..)| owner == "root/root"), "{told:?}");
    }
}

#[test]
fn a_program_needs_no_file_beside_itself() {
    for program in ["licence-issuer", "licence-server"] {
        let unpacked = Unpacked::of(program);
        // A root folder with nothing else in it.
        let empty = tempfile::tempdir().unwrap();
        fs::copy(unpacked.folder.join(program), empty.path().join("program")).unwrap();
        let printed = run(as_root("chroot").arg(empty.path()).args(["/program", "--version"]));
        assert!(printed.starts_with(program), "{printed}");
    }
}

#[test]
fn a_program_tells_nothing_of_the_machine_that_built_it() {
    let home = env::var("HOME").unwrap();
    let places = [packed::project("").to_str().unwrap().to_owned(), format!("{home}/.cargo")];
    for program in ["licence-issuer", "licence-server"] {
        let bytes = fs::read(Unpacked::of(program).folder.join(program)).unwrap();
        let text = String::from_utf8_lossy(&bytes);
        for place in &places {
            assert!(!text.contains(place.trim_end_matches('/')), "{program} names {place}");
        }
    }
}

#[test]
fn third_parties_are_named_with_the_texts_of_their_licences() {
    for program in ["licence-issuer", "licence-server"] {
        let text = fs::read_to_string(Unpacked::of(program).folder.join("THIRD-PARTY")).unwrap();
        for part in
            ["redb 4", "clap 4", "curve25519-dalek 5", "musl", "Permission is hereby granted"]
        {
            assert!(text.contains(part), "{program} does not mention `{part}`");
        }
    }
}

#[test]
fn the_sample_configuration_sets_nothing() {
    let text =
        fs::read_to_string(Unpacked::of("licence-server").folder.join("config.toml")).unwrap();
    assert!(text.lines().all(|line| line.is_empty() || line.starts_with('#')), "{text}");
    assert!(text.contains("\n#listen = \"127.0.0.1:8080\"\n"), "{text}");
}

#[test]
fn the_readme_leads_from_the_archives_to_programs_that_run() {
    let place = tempfile::tempdir().unwrap();
    for program in ["licence-issuer", "licence-server"] {
        let archive = packed::file(&format!("{program}-"), ".tar.gz");
        fs::copy(&archive, place.path().join(archive.file_name().unwrap())).unwrap();
    }
    let blocks = document::blocks("README.md", "Five minutes by hand");
    let script = format!("{}\nlicence-issuer --version\nlicence-server --version\n", blocks[0]);
    let printed = run(Command::new("sh").current_dir(place.path()).args(["-euc", &script]));
    assert!(
        printed.contains("licence-issuer 0") && printed.contains("licence-server 0"),
        "{printed}"
    );
}

#[test]
fn the_page_leads_from_the_servers_archive_to_a_request() {
    let place = tempfile::tempdir().unwrap();
    chain::vendor(place.path());
    let archive = packed::file("licence-server-", ".tar.gz");
    fs::copy(&archive, place.path().join(archive.file_name().unwrap())).unwrap();
    let blocks = document::blocks("docs/install.md", "Archive");
    run(Command::new("sh").current_dir(place.path()).args(["-euc", &blocks[0]]));
    chain::answer(place.path());
    assert!(place.path().join("example.licence").exists());
}
