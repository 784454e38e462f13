//! The verifier as JavaScript calls it: faces only, everything is decided in `licence-core`.
//!
//! Text crosses the border in both directions, because one string is one copy: options and answers
//! are JSON. An answer says `ok`; a refusal holds its code and evidence and no sentence, because
//! the sentences stand in TypeScript, where they can be left out or translated.

mod answer;
mod options;

use licence_core::base64url::decode_array;
use licence_core::claims::Claims as _;
use licence_core::json::object;
use licence_core::{
    AcceptedLicence, ChainHead, Kind, SignedRevocations, SignedRevoked, UnixTime,
    UnverifiedLicence, ValidAccess, unverified_parts,
};
use wasm_bindgen::prelude::wasm_bindgen;

use answer::{Failure, tell};
use options::Options;

/// Smaller than the allocator that comes with std: every page fetches it.
#[cfg(target_family = "wasm")]
#[global_allocator]
static ALLOCATOR: talc::wasm::WasmDynamicTalc = talc::wasm::new_wasm_dynamic_allocator();

/// A licence whose signatures hold and which is for this place and use.
///
/// It stays on this side of the border, so that JavaScript can hold one and cannot make one up.
#[wasm_bindgen]
#[derive(Debug)]
pub struct Licence(AcceptedLicence);

#[wasm_bindgen]
impl Licence {
    /// Checks a licence file down from the pinned roots; says nothing of time.
    ///
    /// # Errors
    /// The refusal as JSON, or `{"option": "<name>"}` for an option that is not what it should be.
    pub fn open(file: &str, revocations: Option<String>, options: &str) -> Result<Self, String> {
        Self::accept(file, revocations, options).map_err(Failure::tell)
    }

    #[inline(never)] // With it inlined the module is larger by half a kilobyte.
    fn accept(file: &str, revocations: Option<String>, options: &str) -> Result<Self, Failure> {
        let Options { roots, mut policy } = Options::read(options)?;
        let list = revocations.map(|list| SignedRevocations::parse(list.as_bytes(), &roots));
        policy.revocations = list.transpose()?;
        Ok(Self(UnverifiedLicence::parse(file.as_bytes())?.accept(&roots, &policy)?))
    }

    /// What stands behind the licence, and what it says.
    #[must_use]
    pub fn chain(&self) -> String {
        answer::chain(&self.0)
    }

    /// Whether the licence holds at a time, in seconds since 1970.
    #[must_use]
    pub fn at(&self, now: i64) -> String {
        let licence = time(now).and_then(|now| Ok(self.0.at(now)?));
        tell(licence, |licence, answer| answer.string("state", licence.state().name()))
    }

    /// Whether an access token holds at a time under this licence.
    #[wasm_bindgen(js_name = verifyAccess)]
    #[must_use]
    pub fn verify_access(&self, token: &str, now: i64) -> String {
        tell_access(time(now).and_then(|now| Ok(self.0.verify_access(token.as_bytes(), now)?)))
    }

    /// Whether an access token holds at a time, and the site has not taken it back.
    #[wasm_bindgen(js_name = verifyAccessUnless)]
    #[must_use]
    pub fn verify_access_unless(&self, token: &str, revoked: &Revoked, now: i64) -> String {
        let access = |now| Ok(self.0.verify_access_unless(&revoked.0, token.as_bytes(), now)?);
        tell_access(time(now).and_then(access))
    }

    /// Checks a list of the tokens that the site took back.
    ///
    /// # Errors
    /// As [`Licence::open`].
    #[wasm_bindgen(js_name = openRevoked)]
    pub fn open_revoked(&self, list: &str, now: i64) -> Result<Revoked, String> {
        let list = time(now).and_then(|now| Ok(self.0.verify_revoked(list.as_bytes(), now)?));
        list.map(Revoked).map_err(Failure::tell)
    }

    /// Whether the lease of a borrowed seat holds at a time under this licence.
    #[wasm_bindgen(js_name = verifyLease)]
    #[must_use]
    pub fn verify_lease(&self, lease: &str, now: i64) -> String {
        let lease = time(now).and_then(|now| Ok(self.0.verify_lease(lease.as_bytes(), now)?));
        tell(lease, |lease, answer| {
            answer.object("claims", |claims| lease.claims().write(claims));
        })
    }
}

/// A list of the tokens that a site took back, signed by it.
#[wasm_bindgen]
#[derive(Debug)]
pub struct Revoked(SignedRevoked);

#[wasm_bindgen]
impl Revoked {
    /// When it was signed, and from when on it is too old to be relied on.
    #[must_use]
    pub fn life(&self) -> String {
        object(|life| {
            life.integer("iat", self.0.claims().iat.secs());
            life.integer("exp", self.0.claims().exp.secs());
        })
    }
}

/// The head of a log after further entries, from the digests of those with a space between them;
/// none where the head or a digest is not one.
#[wasm_bindgen(js_name = logHead)]
#[must_use]
pub fn log_head(head: &str, digests: &str) -> Option<String> {
    let head =
        digests.split_ascii_whitespace().try_fold(ChainHead::parse(head)?, |head, digest| {
            Some(head.append(&decode_array::<32>(digest)?))
        });
    head.map(|head| head.to_string())
}

/// What an access token says, with nothing checked but its form.
#[wasm_bindgen]
#[must_use]
pub fn inspect(token: &str) -> String {
    let parts = unverified_parts(token.as_bytes(), Kind::Access).map_err(Failure::from);
    tell(parts, |parts, answer| {
        answer.string("unverified_header", parts.unverified_header);
        answer.string("unverified_claims", parts.unverified_claims);
    })
}

fn tell_access(access: Result<ValidAccess, Failure>) -> String {
    tell(access, |access, answer| {
        answer.object("claims", |claims| access.claims().write(claims));
    })
}

fn time(secs: i64) -> Result<UnixTime, Failure> {
    UnixTime::from_secs(secs).ok_or(Failure::Option("now"))
}
