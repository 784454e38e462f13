//! Licences by the thousand.

use std::fmt::Write as _;
use std::fs;

use licence_core::armour::{self, Label};
use licence_core::claims::{Claims as _, IssuerClaims};
use licence_core::{PrivateKey, TokenId, UnixTime, Uuid, Vendor, keyfile};

use crate::fixtures;
use crate::run::Desk;

const SIGNER: &str = "the key that signed it is not one that may sign it here";
const IMPORT: &str = "--vendor-dir vendor import orders.csv --out-dir out";

fn orders(count: usize) -> String {
    let mut csv = "reference,institute,seats,days,unbound,features\n".to_owned();
    for number in 1..=count {
        writeln!(csv, "order-{number},Institute {number},3,30,yes,export=true; tier=gold").unwrap();
    }
    csv
}

fn count(desk: &Desk, folder: &str) -> usize {
    fs::read_dir(desk.path().join(folder)).unwrap().count()
}

/// Ten thousand in under a minute on two cores is measured in release; here, that a larger import
/// than one batch is complete, and stays so.
#[test]
fn a_thousand_orders_are_answered_once() {
    let desk = Desk::with_vendor();
    desk.write("orders.csv", orders(1_001));
    assert_eq!(desk.json(IMPORT)["issued"], 1_001);
    assert_eq!(count(&desk, "out"), 1_001);
    let again = desk.json(IMPORT);
    assert_eq!((&again["issued"], &again["issued_before"]), (&0.into(), &1_001.into()));
    assert_eq!(count(&desk, "out"), 1_001);
    let audit = desk.json("--vendor-dir vendor ledger verify");
    assert_eq!((&audit["licences"], &audit["owners"]), (&1_001.into(), &1_001.into()));
}

#[test]
fn an_import_that_was_cut_short_is_finished_by_running_it_again() {
    let desk = Desk::with_vendor();
    desk.write("orders.csv", orders(3));
    desk.ok(IMPORT);
    let lost = format!("out/{}.licence", desk.serial("order-2"));
    let before = desk.read(&lost);
    fs::remove_file(desk.path().join(&lost)).unwrap();
    desk.write("orders.csv", orders(5));
    let again = desk.json(IMPORT);
    assert_eq!((&again["issued"], &again["issued_before"]), (&2.into(), &3.into()));
    assert_eq!(desk.read(&lost), before, "the same file, not another licence");
    assert_eq!(count(&desk, "out"), 5);
}

#[test]
fn one_wrong_row_holds_all_others_back() {
    let desk = Desk::with_vendor();
    desk.write("orders.csv", format!("{}order-3,X,0,30,yes,\n", orders(2)));
    let refused = desk.run(IMPORT);
    assert_eq!(refused.status, 1, "{refused:?}");
    assert_eq!(count(&desk, "out"), 0);
    assert_eq!(desk.json("--vendor-dir vendor list"), serde_json::json!([]));
}

#[test]
fn a_row_that_the_certificate_forbids_is_refused_with_its_line() {
    let desk = Desk::with_vendor();
    desk.ok("keygen --out k --no-passphrase");
    let delegate = "--vendor-dir vendor delegate --root vendor/root.key --key k.pub --days 9";
    desk.ok(&format!("{delegate} --seats-max 2 --out k.crt"));
    desk.write("orders.csv", orders(1));
    let refused = desk.run(&format!("{IMPORT} --key k --issuer k.crt"));
    assert_eq!(refused.status, 1, "{refused:?}");
    assert!(refused.stdout.contains("   2  refused  order-1  nothing was issued"), "{refused:?}");
}

/// The refused rows of an import, in full, with and without `--dry-run`: they must be the same.
#[track_caller]
fn refused_either_way(desk: &Desk, flags: &str) -> String {
    let [dry, real] = [" --dry-run", ""].map(|dry| {
        let answer = desk.run(&format!("{IMPORT}{flags}{dry} --json"));
        assert_eq!(answer.status, 1, "{answer:?}");
        let report: serde_json::Value = serde_json::from_str(&answer.stdout).unwrap();
        let mut lines = report.get("lines").unwrap().as_array().unwrap().clone();
        lines.retain(|line| line.get("outcome").unwrap() == "refused");
        lines
    });
    assert_eq!(dry, real);
    let details = dry.iter().map(|line| line.get("detail").unwrap().as_str().unwrap());
    details.collect::<Vec<_>>().join("\n")
}

/// A dry run that promised what the certificate forbids was found out by the run itself.
#[test]
fn a_dry_run_refuses_what_signing_would_in_the_same_words() {
    let desk = Desk::with_vendor();
    desk.ok("keygen --out k --no-passphrase");
    desk.write("orders.csv", orders(2));
    let delegate = "--vendor-dir vendor delegate --root vendor/root.key --key k.pub --days 9";
    desk.ok(&format!("{delegate} --seats-max 2 --out seats.crt"));
    desk.ok(&format!("{delegate} --product editor --out product.crt"));
    desk.write("over.crt", certificate(&desk, "vendor/root.key", -9, -8));
    desk.write("early.crt", certificate(&desk, "vendor/root.key", 8, 9));
    desk.write("stranger.crt", certificate(&desk, "k", -1, 9));
    for (flags, words) in [
        ("--issuer seats.crt", "it claims more than what it rests on grants (`seats`)"),
        ("--issuer product.crt", "it is for another product"),
        ("--issuer over.crt", "its time is over"),
        ("--issuer early.crt", "its time has not come"),
        ("--issuer stranger.crt", SIGNER),
        ("--issuer vendor/issuing.crt", SIGNER),
    ] {
        let refused = refused_either_way(&desk, &format!(" --key k {flags}"));
        assert!(refused.contains(words), "{flags}: {refused}");
    }
    assert!(desk.json("--vendor-dir vendor list").as_array().unwrap().is_empty());
}

#[test]
fn a_dry_run_refuses_what_no_licence_can_hold() {
    let desk = Desk::with_vendor();
    let list = ["x".repeat(200).as_str(); 60].join(",");
    let features = (0..8).map(|n| format!("f{n}=[{list}]")).collect::<Vec<_>>().join("; ");
    desk.write(
        "orders.csv",
        format!("reference,institute,seats,days,unbound,features\nA-1,X,3,30,yes,\"{features}\"\n"),
    );
    let refused = refused_either_way(&desk, "");
    assert!(refused.contains("is larger than"), "{refused}");
}

/// No key has two roles: an institute that has the vendor's own key could sign licences.
#[test]
fn a_dry_run_refuses_a_site_that_holds_the_vendors_key() {
    let desk = Desk::with_vendor();
    for key in ["vendor/issuing.key", "vendor/spare.key"] {
        desk.write("request.txt", fixtures::request_of(&private_key(&desk, key)));
        desk.write(
            "orders.csv",
            "reference,institute,seats,days,request\nA-1,X,3,30,request.txt\n",
        );
        let refused = refused_either_way(&desk, "");
        assert!(refused.contains(SIGNER), "{key}: {refused}");
    }
}

#[test]
fn a_dry_run_needs_neither_passphrase_nor_signer_and_touches_nothing() {
    let desk = Desk::new();
    desk.write("p", "correct horse\n");
    desk.ok("init vendor --vendor Acme --product viewer --passphrase-file p");
    desk.write("orders.csv", orders(2));
    for flags in ["", " --signer false"] {
        let report = desk.json(&format!("{IMPORT} --dry-run{flags}"));
        let outcomes: Vec<_> =
            report["lines"].as_array().unwrap().iter().map(|line| &line["outcome"]).collect();
        assert_eq!(outcomes, ["would_issue", "would_issue"], "{flags}");
    }
    assert!(!desk.path().join("out").exists());
    assert_eq!(desk.json("--vendor-dir vendor ledger verify")["entries"], 1);
}

#[test]
fn a_dry_run_tells_a_key_that_was_taken_back() {
    let desk = Desk::with_vendor();
    desk.write("orders.csv", orders(1));
    desk.ok("--vendor-dir vendor import orders.csv --out-dir out");
    let kid = private_key(&desk, "vendor/issuing.key").public().id();
    desk.ok(&format!("--vendor-dir vendor revoke --key {kid}"));
    let [dry, real] = [" --dry-run", ""].map(|dry| desk.run(&format!("{IMPORT}{dry}")));
    assert_eq!((dry.status, &dry.stderr), (real.status, &real.stderr));
    assert!(dry.stderr.contains("was taken back"), "{dry:?}");
}

fn private_key(desk: &Desk, file: &str) -> PrivateKey {
    keyfile::parse(desk.read(file).as_bytes(), None).unwrap()
}

/// A certificate of the key `k`, for the days from and to, by any key.
fn certificate(desk: &Desk, signer: &str, from: i64, to: i64) -> String {
    let now = fs::metadata(desk.path().join("orders.csv")).unwrap().modified().unwrap();
    let now = now.duration_since(std::time::UNIX_EPOCH).unwrap().as_secs();
    let day = |day: i64| UnixTime::from_secs(i64::try_from(now).unwrap() + day * 86_400).unwrap();
    let claims = IssuerClaims {
        iss: Vendor::parse("Acme").unwrap(),
        jti: TokenId(Uuid::from_bytes([1; 16])),
        iat: day(from),
        nbf: day(from),
        exp: day(to),
        key: private_key(desk, "k").public().clone(),
        products: None,
        seats_max: None,
    };
    let signer = private_key(desk, signer);
    let text = signer.sign(claims.signing_input(signer.public().id()));
    armour::write(&[(Label::IssuerKey, text.as_bytes())])
}

#[test]
fn a_file_that_is_something_else_by_now_is_left_alone() {
    let desk = Desk::with_vendor();
    desk.write("orders.csv", orders(1));
    desk.ok(IMPORT);
    let taken = format!("out/{}.licence", desk.serial("order-1"));
    desk.write(&taken, "mine");
    let refused = desk.run(IMPORT);
    assert_eq!(refused.status, 1, "{refused:?}");
    assert_eq!(desk.read(&taken), "mine");
}

#[test]
fn no_bar_is_drawn_where_there_is_no_terminal() {
    let desk = Desk::with_vendor();
    desk.write("orders.csv", orders(2));
    assert_eq!(desk.run(IMPORT).stderr, "");
}

/// `script` gives the tool a terminal.
#[cfg(target_os = "linux")]
#[test]
fn a_bar_is_drawn_on_a_terminal_and_wiped() {
    let desk = Desk::with_vendor();
    desk.write("orders.csv", orders(2));
    let answer = desk.shell(&format!("script -qec 'licence-issuer {IMPORT}' /dev/null"));
    let full = format!("[{}] 2 of 2", "#".repeat(40));
    assert!(answer.stdout.contains(&full), "{answer:?}");
    assert!(answer.stdout.contains("\r\u{1b}[K"), "{answer:?}");
}
