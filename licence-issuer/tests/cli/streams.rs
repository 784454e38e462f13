//! Standard streams, scripts, and readers that hang up.

use std::process::Stdio;

use crate::run::Desk;

const ISSUE: &str = "--vendor-dir vendor issue --institute X --seats 3 --days 30 --unbound";

#[test]
fn a_licence_goes_through_pipes() {
    let desk = Desk::with_vendor();
    let issued = desk.run(ISSUE);
    assert!(issued.stdout.starts_with("-----BEGIN LICENCE-----\n"));
    assert!(issued.stderr.contains("serial"), "what it is goes to standard error: {issued:?}");
    let verify = "verify - --root vendor/root.key.pub --allow-unbound";
    let verified = desk.run_with(verify, issued.stdout.as_bytes());
    assert_eq!(verified.status, 0, "{verified:?}");
}

#[test]
fn a_script_gets_one_json_object_with_the_licence_in_it() {
    let desk = Desk::with_vendor();
    let issued: serde_json::Value =
        serde_json::from_str(&desk.ok(&format!("{ISSUE} --json"))).unwrap();
    assert_eq!(issued["seats"], 3);
    let verify = "verify - --root vendor/root.key.pub --allow-unbound --json";
    let verified = desk.run_with(verify, issued["file"].as_str().unwrap().as_bytes());
    let verified: serde_json::Value = serde_json::from_str(&verified.stdout).unwrap();
    assert_eq!(verified["state"], "valid");
    assert_eq!(verified["licence"]["serial"], issued["serial"]);
}

#[test]
fn a_script_gets_a_refusal_as_json_with_its_code() {
    let desk = Desk::with_vendor();
    desk.ok(&format!("{ISSUE} --out l"));
    let refused = desk.run("verify l --root vendor/spare.key.pub --allow-unbound --json");
    assert_eq!((refused.status, refused.stdout.as_str()), (2, ""));
    let told: serde_json::Value = serde_json::from_str(&refused.stderr).unwrap();
    assert_eq!((&told["code"], &told["at"]), (&"unknown_key".into(), &"issuer".into()));
}

#[test]
fn a_passphrase_comes_from_a_pipe() {
    let desk = Desk::new();
    let made = desk.run_with("keygen --out k --passphrase-file -", b"correct horse\n");
    assert_eq!(made.status, 0, "{made:?}");
    assert!(desk.read("k").contains("ENCRYPTED"));
}

#[test]
fn standard_input_is_named_once() {
    let desk = Desk::with_vendor();
    let key = desk.read("vendor/root.key.pub");
    let refused = desk.run_with("verify - --root -", key.as_bytes());
    assert_eq!(refused.status, 1);
    assert!(
        refused.stderr.starts_with("error: standard input can be read only once"),
        "{refused:?}"
    );
}

#[test]
fn a_reader_that_hangs_up_is_no_error() {
    let desk = Desk::with_vendor();
    desk.ok(&format!("{ISSUE} --out l"));
    let (reader, writer) = std::io::pipe().unwrap();
    drop(reader);
    let mut inspect = desk.command("inspect l");
    let output = inspect.stdout(writer).stderr(Stdio::piped()).output().unwrap();
    assert!(output.status.success());
    assert_eq!(String::from_utf8(output.stderr).unwrap(), "");
}

#[test]
fn a_huge_file_is_refused_by_its_size() {
    let desk = Desk::with_vendor();
    let huge = std::fs::File::create(desk.path().join("huge")).unwrap();
    huge.set_len(1 << 30).unwrap();
    for words in ["verify huge --root vendor/root.key.pub", "inspect huge", "verify x --root huge"]
    {
        let refused = desk.run(words);
        assert_eq!(refused.status, 3, "{words}: {refused:?}");
        assert!(refused.stderr.contains("`huge` is larger than"), "{words}: {refused:?}");
    }
}

#[test]
fn a_plan_and_a_table_come_through_pipes() {
    let desk = Desk::with_vendor();
    let plan = b"institute = \"X\"\nseats = 3\ndays = 30\nunbound = true\n";
    let issued = desk.run_with("--vendor-dir vendor issue --plan - --out l", plan);
    assert_eq!(issued.status, 0, "{issued:?}");
    let table = b"reference,institute,seats,days,unbound\nA-1,X,3,30,yes\n";
    let imported = desk.run_with("--vendor-dir vendor import - --out-dir out", table);
    assert_eq!(imported.status, 0, "{imported:?}");
    let list = "--vendor-dir vendor revocations --root vendor/root.key";
    assert!(desk.ok(list).starts_with("-----BEGIN REVOCATIONS-----\n"));
    let copy = "--vendor-dir vendor show --reference A-1 --file -";
    assert!(desk.ok(copy).starts_with("-----BEGIN LICENCE-----\n"));
}

#[test]
fn a_request_is_looked_for_beside_the_file_that_names_it() {
    let desk = Desk::with_vendor();
    std::fs::create_dir(desk.path().join("orders")).unwrap();
    desk.write("orders/request.txt", crate::fixtures::request_file());
    desk.write(
        "orders/plan.toml",
        "institute = \"X\"\nseats = 3\ndays = 30\nrequest = \"request.txt\"\n",
    );
    desk.write(
        "orders/all.csv",
        "reference,institute,seats,days,request\nA-1,X,3,30,request.txt\n",
    );
    desk.ok("--vendor-dir vendor issue --plan orders/plan.toml --out l");
    desk.ok("--vendor-dir vendor import orders/all.csv --out-dir out");
    let typed = "--vendor-dir vendor issue --institute X --seats 3 --days 30 --request request.txt";
    assert_eq!(desk.run(typed).status, 1, "what is typed is looked for where one stands");
}

#[test]
fn a_reader_that_hangs_up_is_no_error_anywhere() {
    let desk = Desk::with_vendor();
    desk.ok(&format!("{ISSUE} --reference A-1 --out l"));
    for words in ["list", "export", "export --jwks", "owner list", "show --reference A-1"] {
        let (reader, writer) = std::io::pipe().unwrap();
        drop(reader);
        let mut command = desk.command(&format!("--vendor-dir vendor {words}"));
        let output = command.stdout(writer).stderr(Stdio::piped()).output().unwrap();
        assert!(output.status.success(), "{words}");
        assert_eq!(String::from_utf8(output.stderr).unwrap(), "", "{words}");
    }
}
