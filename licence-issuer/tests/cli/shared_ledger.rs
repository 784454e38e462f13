//! One ledger, several processes: any number read it while one writes.

use std::fs;
use std::process::{Child, Stdio};

use crate::run::{Answer, Desk};

const ISSUE: &str = "--vendor-dir vendor issue --institute X --seats 3 --days 30 --unbound";

/// Another licence-issuer, in the middle of writing: it waits for its signer, and its signer for us.
struct Writer<'d> {
    desk: &'d Desk,
    process: Child,
}

impl<'d> Writer<'d> {
    /// Returns when the ledger is open.
    fn start(desk: &'d Desk) -> Self {
        desk.shell("mkfifo holding go");
        desk.write(
            "sign.sh",
            "cat >input\necho yes >holding\ncat go\n\
             openssl pkeyutl -sign -inkey vendor/issuing.key -rawin -in input\nrm input\n",
        );
        // Where it fails before it asks its signer, we are told as well, and do not wait for ever.
        let script = format!(
            "licence-issuer {ISSUE} --reference B-1 --out b --signer 'sh sign.sh' || \
             {{ echo no >holding; exit 1; }}"
        );
        let process = desk.shell_command(&script).stderr(Stdio::piped()).spawn().unwrap();
        let writer = Self { desk, process };
        assert_eq!(writer.desk.read("holding"), "yes\n");
        writer
    }

    /// Lets it go on to its end.
    fn finish(self) -> Answer {
        fs::write(self.desk.path().join("go"), "").unwrap();
        self.process.wait_with_output().unwrap().into()
    }
}

/// Whoever looked something up while a long import ran was sent away until it had ended.
#[test]
fn readers_go_on_while_another_process_writes() {
    let desk = Desk::with_vendor();
    desk.ok(&format!("{ISSUE} --reference A-1 --out a"));
    let serial = desk.serial("A-1");
    let owner = desk.json("--vendor-dir vendor owner list");
    let owner = owner[0]["owner"].as_str().unwrap();
    desk.write("orders.csv", "reference,institute,seats,days,unbound\nC-1,X,3,30,yes\n");
    let writer = Writer::start(&desk);
    for words in [
        "list".to_owned(),
        format!("show {serial}"),
        "show --reference A-1 --file again".to_owned(),
        "export".to_owned(),
        "export --jwks".to_owned(),
        "export --owners".to_owned(),
        format!("evidence {serial} --out bundle"),
        "ledger verify".to_owned(),
        "backup copy.redb".to_owned(),
        "owner list".to_owned(),
        format!("owner show {owner}"),
        "import orders.csv --dry-run".to_owned(),
    ] {
        desk.ok(&format!("--vendor-dir vendor {words}"));
    }
    assert_eq!(desk.json("--vendor-dir vendor list").as_array().unwrap().len(), 1);
    let finished = writer.finish();
    assert_eq!(finished.status, 0, "{finished:?}");
    assert_eq!(desk.json("--vendor-dir vendor list").as_array().unwrap().len(), 2);
    desk.ok("--vendor-dir vendor ledger verify");
}

#[test]
fn one_process_writes_at_a_time_and_the_other_is_told() {
    let desk = Desk::with_vendor();
    desk.ok(&format!("{ISSUE} --reference A-1 --out a"));
    let serial = desk.serial("A-1");
    desk.write("orders.csv", "reference,institute,seats,days,unbound\nC-1,X,3,30,yes\n");
    let writer = Writer::start(&desk);
    for words in [
        ISSUE.strip_prefix("--vendor-dir vendor ").unwrap().to_owned() + " --out m",
        "owner add --name X".to_owned(),
        "import orders.csv --out-dir out".to_owned(),
        format!("renew {serial} --days 30 --out m"),
        format!("revoke {serial}"),
        "revocations --root vendor/root.key --out list".to_owned(),
        "delegate --root vendor/root.key --key vendor/issuing.key.pub --days 1 --out m".to_owned(),
    ] {
        let answer = desk.run(&format!("--vendor-dir vendor {words}"));
        assert_eq!(answer.status, 1, "{words}: {answer:?}");
        assert_eq!(
            answer.stderr,
            "error: the ledger `vendor/ledger.redb` is in use\n  \
             help: wait until the other licence-issuer has ended, and try again\n",
            "{words}"
        );
    }
    assert_eq!(writer.finish().status, 0);
    assert!(!["m", "out", "list"].iter().any(|name| desk.path().join(name).exists()));
}

#[test]
fn a_writer_goes_on_while_another_process_reads() {
    let desk = Desk::with_vendor();
    desk.write("orders.csv", "reference,institute,seats,days,unbound\nC-1,X,3,30,yes\n");
    let (reader, writer) = std::io::pipe().unwrap();
    desk.ok(&format!("{ISSUE} --reference A-1 --out a"));
    // A pipe that nobody empties is full at 64 KiB, and holds up who writes more.
    let mut csv = "reference,institute,seats,days,unbound\n".to_owned();
    (0..400).for_each(|number| csv.push_str(&format!("D-{number},X,3,30,yes\n")));
    desk.write("many.csv", csv);
    desk.ok("--vendor-dir vendor import many.csv --out-dir many");
    let mut export = desk.command("--vendor-dir vendor export --json");
    let mut export = export.stdout(writer).spawn().unwrap();
    let mut first = [0; 1];
    std::io::Read::read_exact(&mut &reader, &mut first).unwrap();
    desk.ok(&format!("{ISSUE} --out b"));
    desk.ok("--vendor-dir vendor import orders.csv --out-dir out");
    assert!(export.try_wait().unwrap().is_none(), "it reads still");
    drop(reader);
    assert!(export.wait().unwrap().success());
    desk.ok("--vendor-dir vendor ledger verify");
}
