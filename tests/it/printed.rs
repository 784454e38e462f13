//! What the programs of a test print, and the secrets that must not be in it.
//!
//! Every institute has one of these: it notes what passes through the test's client, and at its end searches
//! the log of every server and what every command said of its work.

use std::collections::{BTreeMap, HashMap};
use std::fs;
use std::io::{BufRead, BufReader, Write as _};
use std::path::{Path, PathBuf};
use std::process::Output;
use std::sync::Mutex;
use std::thread;

use base64::Engine as _;
use base64::engine::general_purpose::{STANDARD, STANDARD_NO_PAD};
use licence_core::base64url;
use serde_json::Value;
use ureq::http::HeaderMap;

/// What the servers of an institute log.
pub(crate) const LOG: &str = "log";

/// What its commands print as errors.
const ERRORS: &str = "errors";

/// A shorter one would be found in words that mean something else.
const SECRET_BYTES_MIN: usize = 8;

/// What is noted of one institute at most. The tokens of a load test, which alone has more, are like one another.
const NOTED_BYTES_MAX: usize = 4 * 1024 * 1024;

/// A refresh token's bytes before its secret: version, session, generation.
const BEFORE_SECRET_BYTES: usize = 1 + 16 + 4;
const SECRET_BYTES: usize = 32;
const MAC_BYTES: usize = 16;

/// Members of forms and of JSON whose value is a secret. `code` is one where something was granted; elsewhere it
/// is what went wrong.
const SECRET_MEMBERS: [&str; 9] = [
    "access_token",
    "code",
    "current",
    "link",
    "new_code",
    "passphrase",
    "password",
    "refresh_token",
    "token",
];

/// What must be nowhere, by what it is.
#[derive(Default)]
pub(crate) struct Secrets {
    all: BTreeMap<String, &'static str>,
    bytes: usize,
}

impl Secrets {
    #[track_caller]
    pub(crate) fn text(&mut self, what: &'static str, secret: &str) {
        assert!(secret.len() >= SECRET_BYTES_MIN, "{what} is too short to be looked for");
        if self.bytes < NOTED_BYTES_MAX && self.all.insert(secret.to_owned(), what).is_none() {
            self.bytes += secret.len();
        }
    }

    /// Bytes in every form in which they might be printed.
    pub(crate) fn bytes(&mut self, what: &'static str, secret: &[u8]) {
        let hex: String = secret.iter().map(|byte| format!("{byte:02x}")).collect();
        self.text(what, &hex);
        self.text(what, &hex.to_uppercase());
        self.text(what, &base64url::encode(secret));
        self.text(what, &STANDARD_NO_PAD.encode(secret));
        self.text(what, &format!("{secret:?}"));
    }

    /// Words as they are typed, and as forms send them.
    pub(crate) fn words(&mut self, what: &'static str, secret: &str) {
        for space in [" ", "+", "%20"] {
            self.text(what, &secret.replace(' ', space));
        }
    }

    pub(crate) fn access_token(&mut self, token: &str) {
        token.split('.').for_each(|part| self.text("a part of an access token", part));
    }

    pub(crate) fn refresh_token(&mut self, token: &str) {
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
    pub(crate) fn password_hash(&mut self, hash: &str) {
        self.text("a password's hash", hash);
        hash.rsplit('$').take(2).for_each(|part| self.text("a part of a password's hash", part));
    }

    /// The keys in a data directory that there are.
    pub(crate) fn keys_of_site(&mut self, site: &Path) {
        for (name, what) in [("site.key", "the site's key"), ("tls-ca.key", "the authority's key")]
        {
            let pem = fs::read_to_string(site.join(name)).unwrap_or_default();
            let lines: Vec<_> = pem.lines().filter(|line| !line.starts_with('-')).collect();
            let long = lines.iter().filter(|line| line.len() >= SECRET_BYTES_MIN);
            long.for_each(|line| self.text(what, line));
            // Without the public half, the seed is the end of it (RFC 8410).
            let der = STANDARD.decode(lines.concat()).unwrap_or_default();
            if let Some(seed) = der.last_chunk::<32>() {
                self.bytes(what, seed);
            }
        }
        let key = fs::read_to_string(site.join("refresh.key")).unwrap_or_default();
        if let Some(bytes) = base64url::decode(key.trim()).filter(|bytes| !bytes.is_empty()) {
            self.text("the key of refresh tokens", key.trim());
            self.bytes("the key of refresh tokens", &bytes);
        }
    }

    /// Whatever a client says or is told: a token of either kind, even a broken one, or words.
    fn passed(&mut self, secret: &str) {
        let all_bytes = BEFORE_SECRET_BYTES + SECRET_BYTES + MAC_BYTES;
        let is_whole = |body| base64url::decode(body).is_some_and(|bytes| bytes.len() == all_bytes);
        let is_long = |part: &str| part.len() >= SECRET_BYTES_MIN;
        if secret.strip_prefix("lrt1_").is_some_and(is_whole) {
            self.refresh_token(secret);
        } else if secret.starts_with("eyJ") && secret.split('.').all(is_long) {
            self.access_token(secret);
        } else if is_long(secret) {
            self.words("a password, passphrase, key or code", secret);
        }
    }

    pub(crate) fn len(&self) -> usize {
        self.all.len()
    }

    /// Reads to the end, a line at a time, and fails at a line that has a secret in it.
    #[track_caller]
    pub(crate) fn assert_absent(&self, place: &str, mut text: impl BufRead) {
        let starts = Starts::of(self);
        let mut line = Vec::new();
        while text.read_until(b'\n', &mut line).unwrap() > 0 {
            if let Some((secret, what)) = starts.found_in(&line) {
                let line = String::from_utf8_lossy(&line).replace(secret, "[it]");
                panic!("{what} is in {place}: {line}");
            }
            line.clear();
        }
    }
}

/// Secrets by how they begin, so that a line is read once, however many there are.
struct Starts<'s> {
    secrets: HashMap<[u8; SECRET_BYTES_MIN], Vec<(&'s str, &'static str)>>,
    /// Whether any begins with four bytes that have that number: most places are passed by this alone.
    numbers: Vec<bool>,
}

/// A number below 2^16 (Fibonacci hashing).
fn number([a, b, c, d, ..]: [u8; SECRET_BYTES_MIN]) -> usize {
    let number = u32::from_le_bytes([a, b, c, d]).wrapping_mul(0x9E37_79B1);
    usize::try_from(number >> 16).unwrap()
}

impl<'s> Starts<'s> {
    fn of(secrets: &'s Secrets) -> Self {
        let mut starts = Self { secrets: HashMap::new(), numbers: vec![false; 1 << 16] };
        for (secret, what) in &secrets.all {
            let start = *secret.as_bytes().first_chunk().unwrap();
            *starts.numbers.get_mut(number(start)).unwrap() = true;
            starts.secrets.entry(start).or_default().push((secret, what));
        }
        starts
    }

    fn found_in(&self, line: &[u8]) -> Option<(&'s str, &'static str)> {
        for at in 0..line.len() {
            let rest = line.get(at..)?;
            let start = *rest.first_chunk()?;
            if self.numbers.get(number(start)) == Some(&true) {
                let begun = self.secrets.get(&start).into_iter().flatten();
                let mut whole = begun.filter(|(secret, _)| rest.starts_with(secret.as_bytes()));
                if let Some(found) = whole.next() {
                    return Some(*found);
                }
            }
        }
        None
    }
}

/// What was printed in a folder, and what was noted.
pub(crate) struct Printed {
    dir: PathBuf,
    secrets: Mutex<Secrets>,
}

impl Printed {
    pub(crate) fn at(dir: &Path) -> Self {
        Self { dir: dir.to_owned(), secrets: Mutex::default() }
    }

    /// Notes a secret that a client says.
    pub(crate) fn note(&self, secret: &str) {
        self.secrets.lock().unwrap().passed(secret);
    }

    /// Notes what is secret in a form.
    pub(crate) fn note_form(&self, form: &[(&str, &str)]) {
        let secret = form.iter().filter(|(name, _)| SECRET_MEMBERS.contains(name));
        secret.for_each(|(_, value)| self.note(value));
    }

    /// Notes what is secret in an answer that grants something.
    pub(crate) fn note_answer(&self, headers: &HeaderMap, body: &Value) {
        let set = headers.get_all("set-cookie").into_iter().filter_map(|value| value.to_str().ok());
        let values = set.filter_map(|cookie| cookie.split(';').next()?.split_once('='));
        values.for_each(|(_, value)| self.note(value));
        self.note_members(body);
    }

    fn note_members(&self, body: &Value) {
        body.as_array().into_iter().flatten().for_each(|one| self.note_members(one));
        for (name, value) in body.as_object().into_iter().flatten() {
            match value.as_str().filter(|_| SECRET_MEMBERS.contains(&name.as_str())) {
                Some(secret) => self.note(secret),
                None => self.note_members(value),
            }
        }
    }

    /// Keeps what a command said of its work. What it was asked for may be a secret: that is not searched.
    pub(crate) fn keep(&self, output: &Output) {
        let file = fs::File::options().create(true).append(true).open(self.dir.join(ERRORS));
        file.unwrap().write_all(&output.stderr).unwrap();
    }

    #[track_caller]
    fn assert_holds_no_secret(&self) {
        let mut secrets = self.secrets.lock().unwrap();
        for entry in fs::read_dir(&self.dir).unwrap() {
            secrets.keys_of_site(&entry.unwrap().path());
        }
        for name in [LOG, ERRORS] {
            if let Ok(file) = fs::File::open(self.dir.join(name)) {
                secrets.assert_absent(name, BufReader::new(file));
            }
        }
    }
}

impl Drop for Printed {
    fn drop(&mut self) {
        // A test that has failed already says why.
        if !thread::panicking() {
            self.assert_holds_no_secret();
        }
    }
}
