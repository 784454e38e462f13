//! Keys as OpenSSL reads them, and keys that OpenSSL made.

use std::process::{Command, Output};

use crate::run::Desk;

impl Desk {
    #[track_caller]
    fn openssl(&self, words: &str) -> String {
        let Output { status, stdout, stderr } = Command::new("openssl")
            .current_dir(self.path())
            .args(words.split(' '))
            .output()
            .unwrap();
        assert!(status.success(), "openssl {words}: {}", String::from_utf8_lossy(&stderr));
        String::from_utf8(stdout).unwrap()
    }
}

#[test]
fn openssl_reads_both_halves_of_a_key() {
    let desk = Desk::new();
    desk.ok("keygen --out k --no-passphrase");
    assert_eq!(desk.openssl("pkey -in k -pubout"), desk.read("k.pub"));
}

#[test]
fn openssl_opens_an_encrypted_key_with_its_passphrase() {
    let desk = Desk::new();
    std::fs::write(desk.path().join("p"), "correct horse\n").unwrap();
    desk.ok("keygen --out k --passphrase-file p");
    assert!(desk.read("k").starts_with("-----BEGIN ENCRYPTED PRIVATE KEY-----"));
    assert_eq!(desk.openssl("pkey -in k -passin file:p -pubout"), desk.read("k.pub"));
}

#[test]
fn a_key_that_openssl_made_signs_licences() {
    let desk = Desk::with_vendor();
    desk.openssl("genpkey -algorithm ed25519 -out k");
    desk.openssl("pkey -in k -pubout -out k.pub");
    desk.ok(
        "--vendor-dir vendor delegate --root vendor/root.key --key k.pub --days 30 --out k.crt",
    );
    desk.ok(
        "--vendor-dir vendor issue --institute X --seats 3 --days 30 --unbound --key k --issuer k.crt --out l",
    );
    desk.ok("verify l --root vendor/root.key.pub --allow-unbound");
}

#[test]
fn an_encrypted_key_that_openssl_made_is_opened() {
    let desk = Desk::with_vendor();
    std::fs::write(desk.path().join("p"), "correct horse\n").unwrap();
    desk.openssl("pkcs8 -topk8 -scrypt -in vendor/issuing.key -passout file:p -out k");
    desk.ok(
        "--vendor-dir vendor issue --institute X --seats 3 --days 30 --unbound --key k --passphrase-file p --out l",
    );
}
