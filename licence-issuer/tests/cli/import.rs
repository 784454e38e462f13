//! Licences by the thousand.

use std::fmt::Write as _;
use std::fs;

use crate::run::Desk;

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
