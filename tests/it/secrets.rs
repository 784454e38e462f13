//! Nobody's secret is printed: a server's whole life with everything logged, and then every text that left it,
//! but for the answers to those who were to have them, is searched for every secret that there was.

mod life;
mod tls_client;

use licence_core::base64url;

use self::life::Life;

/// A refresh token's bytes before its secret: version, session, generation.
const BEFORE_SECRET_BYTES: usize = 1 + 16 + 4;
const SECRET_BYTES: usize = 32;

/// What must be nowhere, and what it is.
#[derive(Default)]
struct Secrets(Vec<(String, String)>);

impl Secrets {
    #[track_caller]
    fn text(&mut self, what: &str, secret: &str) {
        // A shorter one would be found in words that mean something else.
        assert!(secret.len() >= 8, "{what} is too short to be looked for");
        self.0.push((what.to_owned(), secret.to_owned()));
    }

    /// Bytes in every form in which they might be printed.
    fn bytes(&mut self, what: &str, secret: &[u8]) {
        use base64::Engine as _;
        let hex: String = secret.iter().map(|byte| format!("{byte:02x}")).collect();
        self.text(what, &hex);
        self.text(what, &hex.to_uppercase());
        self.text(what, &base64url::encode(secret));
        self.text(what, &base64::engine::general_purpose::STANDARD_NO_PAD.encode(secret));
        self.text(what, &format!("{secret:?}"));
    }

    fn access_token(&mut self, token: &str) {
        token.split('.').for_each(|part| self.text("a part of an access token", part));
    }

    fn refresh_token(&mut self, token: &str) {
        self.text("a refresh token", token);
        let body = token.strip_prefix("lrt1_").unwrap();
        self.text("a refresh token's body", body);
        let bytes = base64url::decode(body).unwrap();
        let (_, secret_and_mac) = bytes.split_at(BEFORE_SECRET_BYTES);
        let (secret, mac) = secret_and_mac.split_at(SECRET_BYTES);
        self.bytes("a refresh token's secret", secret);
        self.bytes("a refresh token's mac", mac);
    }

    /// An Argon2 hash: the whole, its salt and its output.
    fn password_hash(&mut self, hash: &str) {
        self.text("a password's hash", hash);
        hash.rsplit('$').take(2).for_each(|part| self.text("a part of a password's hash", part));
    }

    /// A PEM file, line by line.
    fn key_file(&mut self, what: &str, pem: &str) {
        let lines = pem.lines().filter(|line| !line.starts_with('-'));
        lines.for_each(|line| self.text(what, line));
    }

    #[track_caller]
    fn assert_absent(&self, place: &str, text: &str) {
        for (what, secret) in &self.0 {
            let line = text.lines().find(|line| line.contains(secret.as_str()));
            assert!(line.is_none(), "{what} is in {place}: {line:?}");
        }
    }
}

#[test]
fn nobodys_secret_is_ever_printed() {
    let mut life = Life::begin();
    life.administer_while_stopped();
    for format in ["text", "json"] {
        life.serve(format);
        life.sign_in_rightly_and_wrongly();
        life.go_on_and_fail_to();
        life.say_secrets_in_wrong_places();
        life.administer();
        life.stop();
    }
    life.change_by_command();
    let (secrets, printed) = life.end();
    assert!(secrets.0.len() > 100, "there is something to look for");
    let logged = printed.iter().map(|(_, text)| text.len()).sum::<usize>();
    assert!(logged > 100_000, "and something to search: {logged} bytes");
    let has_warned = |(_, text): &(String, String)| text.contains("the webhook does not take");
    assert!(printed.iter().any(has_warned), "and a message that did not arrive");
    for (place, text) in &printed {
        secrets.assert_absent(place, text);
    }
}

#[test]
fn a_secret_that_is_printed_is_found() {
    let mut secrets = Secrets::default();
    let token = format!("lrt1_{}", base64url::encode(&[7; 69]));
    secrets.refresh_token(&token);
    secrets.access_token("eyJhbGciOi.eyJpc3Mi0i.c2lnbmF0dXJl");
    secrets.bytes("a key", &[0xab; 32]);
    for text in [
        format!("token={token} was shown"),
        format!("secret: {:?}", [7; 32]),
        format!("mac {}", "07".repeat(16)),
        "claims eyJpc3Mi0i".to_owned(),
        format!("key {}", "AB".repeat(32)),
    ] {
        let is_found = secrets.0.iter().any(|(_, secret)| text.contains(secret.as_str()));
        assert!(is_found, "{text}");
    }
}
