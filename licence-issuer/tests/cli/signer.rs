//! Keys that never touch the disk: `--signer COMMAND`.

use crate::run::{Answer, Desk};

/// A desk whose issuing key is known to OpenSSL alone. OpenSSL 3.0 signs Ed25519 from a file only, so
/// the command is a script, as a vendor would write it.
fn desk() -> Desk {
    let desk = Desk::with_vendor();
    desk.shell(
        "openssl genpkey -algorithm ed25519 -out hsm && openssl pkey -in hsm -pubout -out hsm.pub",
    );
    desk.ok(
        "--vendor-dir vendor delegate --root vendor/root.key --key hsm.pub --days 30 --out hsm.crt",
    );
    desk.write(
        "sign.sh",
        "cat >input\nopenssl pkeyutl -sign -inkey \"$1\" -rawin -in input\nrm input\n",
    );
    desk
}

/// Issues with a signer that has so many seconds.
fn issue_within(desk: &Desk, secs: u32, signer: &str) -> Answer {
    let mut command = desk.command(&format!(
        "--vendor-dir vendor issue --institute X --seats 3 --days 30 --unbound --key hsm.pub \
         --issuer hsm.crt --out l --signer-secs {secs} --signer",
    ));
    command.arg(signer).output().unwrap().into()
}

/// A busy machine may take its time.
fn issue(desk: &Desk, signer: &str) -> Answer {
    issue_within(desk, 120, signer)
}

#[test]
fn openssl_signs_a_licence_with_a_key_that_we_never_see() {
    let desk = desk();
    let issued = issue(&desk, "sh sign.sh hsm");
    assert_eq!(issued.status, 0, "{issued:?}");
    desk.ok("verify l --root vendor/root.key.pub --allow-unbound");
    desk.ok("--vendor-dir vendor ledger verify");
}

#[test]
fn a_signature_in_base64_is_as_good() {
    let desk = desk();
    let issued = issue(&desk, "sh -c 'sh sign.sh hsm | openssl base64'");
    assert_eq!(issued.status, 0, "{issued:?}");
    desk.ok("verify l --root vendor/root.key.pub --allow-unbound");
}

#[test]
fn root_keys_sign_through_a_command_too() {
    let desk = desk();
    let vendor = "licence-issuer --vendor-dir vendor";
    let script = format!(
        "{vendor} delegate --root vendor/root.key.pub --key hsm.pub --days 3 --out c.crt \
         --signer 'sh sign.sh vendor/root.key'\n\
         {vendor} revocations --root vendor/spare.key.pub --out list \
         --signer 'sh sign.sh vendor/spare.key'"
    );
    let answer = desk.shell(&script);
    assert_eq!(answer.status, 0, "{answer:?}");
    desk.ok("--vendor-dir vendor ledger verify");
}

#[test]
fn a_vendors_own_issuing_key_needs_no_flag_but_the_command() {
    let desk = desk();
    let answer = desk.shell(
        "licence-issuer --vendor-dir vendor issue --institute X --seats 3 --days 30 --unbound \
         --out l --signer 'sh sign.sh vendor/issuing.key'",
    );
    assert_eq!(answer.status, 0, "{answer:?}");
}

#[test]
fn nothing_that_a_command_says_is_believed() {
    let desk = desk();
    for (signer, refusal) in [
        (
            "sh sign.sh vendor/spare.key",
            "error: the signer `sh` gave a signature that is not of key `",
        ),
        ("cat", "error: the signer `cat` wrote more than 256 bytes"),
        ("true", "error: the signer `true` wrote 0 bytes that are no signature"),
        ("false", "error: the signer `false` failed (exit status: 1)"),
        ("sh -c 'sh sign.sh hsm; exit 3'", "error: the signer `sh` failed (exit status: 3)"),
        ("cat /dev/zero", "error: the signer `cat` wrote more than 256 bytes"),
        ("no-such-program", "error: the signer `no-such-program` cannot be run: "),
        ("true; sh sign.sh hsm", "error: the signer `true;` cannot be run: "),
    ] {
        let answer = issue(&desk, signer);
        assert_eq!(answer.status, 1, "{signer}: {answer:?}");
        assert!(answer.stderr.contains(refusal), "{signer}: {answer:?}");
        assert!(!desk.path().join("l").exists(), "{signer}");
    }
    assert_eq!(desk.json("--vendor-dir vendor list"), serde_json::json!([]));
}

#[test]
fn a_command_that_hangs_is_ended() {
    let desk = desk();
    for signer in ["sleep 600", "sh -c 'exec >&-; exec sleep 600'"] {
        let answer = issue_within(&desk, 1, signer);
        assert_eq!(answer.status, 1, "{signer}: {answer:?}");
        assert!(answer.stderr.contains("took longer than 1 seconds"), "{signer}: {answer:?}");
        assert!(answer.stderr.contains("give it longer with --signer-secs N"), "{answer:?}");
        assert!(!desk.path().join("l").exists(), "{signer}");
    }
}
