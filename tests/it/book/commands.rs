//! The commands on a page run, from the first to the last, as they stand there.

use std::collections::BTreeSet;
use std::path::Path;

use super::{page, pages};
use crate::newcomer::{Newcomer, blocks};
use crate::programs::Institute;

/// What is there before the first command of a page.
#[derive(Clone, Copy, Debug)]
enum Scene {
    /// An empty folder.
    Nothing,
    /// A vendor's folder, and the request of an institute that knows another vendor.
    Vendor,
    /// An institute with one seat, where one person sits and another waits, and its vendor.
    FullHouse,
    /// The page has a drill of its own.
    Elsewhere,
}

/// Every page with commands, and where they start.
const PAGES: &[(&str, Scene)] = &[
    ("forgotten-password.md", Scene::FullHouse),
    ("full-house.md", Scene::FullHouse),
    ("institute.md", Scene::Vendor),
    // `tests/dist` runs them on what was packed.
    ("install.md", Scene::Elsewhere),
    // `licence-issuer/tests/cli/drill.rs` looks at what comes of each step, too.
    ("keys.md", Scene::Elsewhere),
    ("migrate.md", Scene::FullHouse),
    ("move.md", Scene::FullHouse),
    ("renew.md", Scene::FullHouse),
    ("restore.md", Scene::FullHouse),
    ("start.md", Scene::Nothing),
    ("stuck-seat.md", Scene::FullHouse),
    ("usage.md", Scene::FullHouse),
    ("vendor.md", Scene::Vendor),
];

/// What the vendor of an institute does in its own place, while the institute's page goes on.
const SIGN: &str = "licence-issuer issue --vendor-dir vendor --institute 'University of Example' \
                    --seats 25 --days 365 --request request.txt --out example.licence";

#[test]
fn every_page_with_commands_is_run() {
    let with_commands = pages().into_iter().filter(|name| !blocks(&page(name)).is_empty());
    let run: BTreeSet<String> = PAGES.iter().map(|(name, _)| (*name).to_owned()).collect();
    assert_eq!(with_commands.collect::<BTreeSet<_>>(), run);
}

#[test]
fn the_commands_of_each_page_run_in_their_order() {
    for (name, scene) in PAGES {
        match scene {
            Scene::Nothing => follow(name, tempfile::tempdir().unwrap().path()),
            Scene::Vendor => with_a_vendor(name),
            Scene::FullHouse => in_a_full_house(name),
            Scene::Elsewhere => {}
        }
    }
}

#[track_caller]
fn follow(name: &str, dir: &Path) {
    let mut newcomer = Newcomer::at(dir);
    for block in blocks(&page(name)) {
        if block.contains("licence install example.licence") {
            sign_once(&newcomer, dir);
        }
        newcomer.follow(&block);
    }
}

/// A licence that came by mail while nobody looked.
fn sign_once(newcomer: &Newcomer, dir: &Path) {
    let is_to_come = !dir.join("example.licence").exists();
    if is_to_come && dir.join("vendor/issuing.key").exists() {
        newcomer.run(SIGN);
    }
}

#[track_caller]
fn with_a_vendor(name: &str) {
    let dir = tempfile::tempdir().unwrap();
    let found = |vendor: &str| {
        format!("licence-issuer init {vendor} --vendor Acme --product lab --no-passphrase")
    };
    let newcomer = Newcomer::at(dir.path());
    if name == "vendor.md" {
        // The page makes the vendor; somebody asks for a licence.
        newcomer.run(&found("elsewhere"));
        newcomer.run("licence-server init --data far --kit elsewhere/site-kit.json");
        let ask = "licence-server request --data far --institute 'University of Example'";
        newcomer.run(&format!("{ask} --out request.txt"));
    } else {
        newcomer.run(&found("vendor"));
    }
    follow(name, dir.path());
}

#[track_caller]
fn in_a_full_house(name: &str) {
    let mut institute = Institute::with_seats(1);
    for person in ["ben", "cleo"] {
        institute.register(person);
    }
    institute.serve();
    institute.sign_in("ben").expect(200);
    institute.sign_in("cleo").expect(409);
    follow(name, &institute.path(""));
}
