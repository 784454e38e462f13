//! Signed objects as an attacker or a faulty program would write them.
//!
//! The core's own writer cannot say most of what a verifier must refuse, so here header and claims
//! are raw texts and any key signs anything.

use licence_core::claims::Claims;
use licence_core::{PrivateKey, base64url, json};

/// The members of a JSON object, each value a raw text.
#[derive(Clone)]
pub struct Members(Vec<(String, String)>);

impl Members {
    /// Takes an object apart, one level deep.
    #[must_use]
    pub fn of(object: &str) -> Self {
        let value = json::parse(object.as_bytes()).unwrap();
        let members = value.as_object().unwrap().members();
        Self(members.map(|(name, value)| (name.to_owned(), raw(value))).collect())
    }

    /// Gives a member another value, in its place where it is there.
    #[must_use]
    pub fn set(mut self, name: &str, value: &str) -> Self {
        match self.0.iter_mut().find(|(own, _)| own == name) {
            Some((_, own)) => value.clone_into(own),
            None => return self.add(name, value),
        }
        self
    }

    /// Writes a member at the end, even where its name is there already.
    #[must_use]
    pub fn add(mut self, name: &str, value: &str) -> Self {
        self.0.push((name.to_owned(), value.to_owned()));
        self
    }

    /// Takes a member away.
    #[must_use]
    pub fn without(mut self, name: &str) -> Self {
        let before = self.0.len();
        self.0.retain(|(own, _)| own != name);
        assert!(self.0.len() < before, "`{name}` is not there to be taken away");
        self
    }

    /// The object; names stand between their quotes as they are.
    #[must_use]
    pub fn text(&self) -> String {
        let members: Vec<_> = self.0.iter().map(|(n, v)| format!("\"{n}\":{v}")).collect();
        format!("{{{}}}", members.join(","))
    }
}

/// The raw text of one value: the core writes values inside of objects only.
fn raw(value: &json::Value<'_>) -> String {
    let object = json::object(|object| object.value("", value));
    let inner = object.strip_prefix(r#"{"":"#).and_then(|rest| rest.strip_suffix('}'));
    inner.unwrap().to_owned()
}

/// A signed object in the making. As it starts, it is genuine.
#[derive(Clone)]
pub struct Forge<'k> {
    header: String,
    payload: Vec<u8>,
    key: &'k PrivateKey,
}

impl<'k> Forge<'k> {
    /// What a key honestly signs.
    #[must_use]
    pub fn new<C: Claims>(claims: &C, key: &'k PrivateKey) -> Self {
        let header = json::object(|header| {
            header.string("typ", C::KIND.typ());
            header.string("alg", "EdDSA");
            header.string("kid", key.public().id());
        });
        Self { header, payload: claims.to_json().into_bytes(), key }
    }

    /// Edits the header.
    #[must_use]
    pub fn header(mut self, edit: impl FnOnce(Members) -> Members) -> Self {
        self.header = edit(Members::of(&self.header)).text();
        self
    }

    /// Edits the header as the text that it is.
    #[must_use]
    pub fn header_text(mut self, edit: impl FnOnce(&str) -> String) -> Self {
        self.header = edit(&self.header);
        self
    }

    /// Edits the claims.
    #[must_use]
    pub fn claims(self, edit: impl FnOnce(Members) -> Members) -> Self {
        self.claims_text(|text| edit(Members::of(text)).text())
    }

    /// Edits the claims as the text that they are.
    #[must_use]
    pub fn claims_text(mut self, edit: impl FnOnce(&str) -> String) -> Self {
        self.payload = edit(core::str::from_utf8(&self.payload).unwrap()).into_bytes();
        self
    }

    /// Puts other bytes in the place of the claims.
    #[must_use]
    pub fn payload(mut self, bytes: &[u8]) -> Self {
        self.payload = bytes.to_vec();
        self
    }

    /// Lets another key sign; the header still names the first.
    #[must_use]
    pub fn signed_by(mut self, key: &'k PrivateKey) -> Self {
        self.key = key;
        self
    }

    /// The compact JWS.
    #[must_use]
    pub fn compact(&self) -> String {
        self.compact_from(&self.segments().join("."))
    }

    /// The compact JWS over a signing input that is spelt in another way than [`Self::segments`].
    #[must_use]
    pub fn compact_from(&self, signing_input: &str) -> String {
        join(signing_input, &self.key.sign_bytes(signing_input.as_bytes()))
    }

    /// The compact JWS with a signature that someone makes from what is signed.
    #[must_use]
    pub fn compact_with(&self, sign: impl FnOnce(&[u8]) -> Vec<u8>) -> String {
        let signing_input = self.segments().join(".");
        join(&signing_input, &sign(signing_input.as_bytes()))
    }

    /// Header and payload in base64url.
    #[must_use]
    pub fn segments(&self) -> [String; 2] {
        [self.header.as_bytes(), &self.payload].map(base64url::encode)
    }
}

fn join(signing_input: &str, signature: &[u8]) -> String {
    format!("{signing_input}.{}", base64url::encode(signature))
}

/// Puts a filler claim into a genuine object so that its compact form has exactly that many bytes.
#[must_use]
pub fn padded_to(object: &Forge<'_>, bytes: usize) -> String {
    // Not every length is one of base64url's, so the header may have to give a character or two.
    (0..3)
        .map(|spaces| object.clone().header_text(|h| format!("{h}{}", " ".repeat(spaces))))
        .find_map(|object| filled_to(&object, bytes))
        .expect("some header makes the rest come out even")
}

fn filled_to(object: &Forge<'_>, bytes: usize) -> Option<String> {
    let fill = |count| object.clone().claims(|c| c.add("x", &format!("\"{}\"", "x".repeat(count))));
    let missing = bytes.checked_sub(fill(0).compact().len())?;
    let estimate = missing * 3 / 4;
    (estimate.saturating_sub(3)..estimate + 3)
        .map(|count| fill(count).compact())
        .find(|text| text.len() == bytes)
}
