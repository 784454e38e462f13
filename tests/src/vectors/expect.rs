use std::collections::BTreeMap;

use licence_core::claims::{
    CheckpointClaims, LeaseClaims, RequestClaims, RevokedClaims, SignInClaims, UsageClaims,
};
use licence_core::{Code, KeyId, LicenceId, LicenceState, Part, Refusal};
use serde::{Deserialize, Serialize};
use serde_json::Value;

/// What an implementation must say, or said.
#[derive(Clone, Debug, PartialEq, Deserialize, Serialize)]
#[serde(rename_all = "lowercase")]
pub enum Verdict {
    /// It is accepted, and this much was read from it.
    Ok(Facts),
    /// It is refused.
    Refused {
        /// At which link of the chain.
        at: String,
        /// With which code.
        code: String,
    },
}

impl Verdict {
    /// The refusal at a link with a code.
    #[must_use]
    pub fn refused(at: Part, code: Code) -> Self {
        Self::Refused { at: at.name().to_owned(), code: code.name().to_owned() }
    }
}

impl From<Result<Facts, Refusal>> for Verdict {
    fn from(result: Result<Facts, Refusal>) -> Self {
        match result {
            Ok(facts) => Self::Ok(facts),
            Err(refusal) => Self::refused(refusal.at, refusal.code()),
        }
    }
}

/// What was read, by name; which names there are depends on what is verified, and on nothing else.
#[derive(Clone, Debug, PartialEq, Deserialize, Serialize)]
pub struct Facts(BTreeMap<String, Value>);

impl Facts {
    /// What is read from a licence.
    #[must_use]
    pub fn licence(state: LicenceState, jti: LicenceId, seats: u32, root: KeyId) -> Self {
        Self::of([
            ("state", state.name().into()),
            ("jti", jti.to_string().into()),
            ("seats", seats.into()),
            ("root", root.to_string().into()),
        ])
    }

    /// What is read from an access token, whatever it opens.
    #[must_use]
    pub fn access(token: &SignInClaims) -> Self {
        Self::of([("jti", token.jti.to_string().into()), ("sub", token.sub.to_string().into())])
    }

    /// What is read from a list of revoked tokens.
    #[must_use]
    pub fn revoked(claims: &RevokedClaims) -> Self {
        Self::of([("iat", claims.iat.secs().into()), ("entries", claims.revoked.len().into())])
    }

    /// What is read from a lease.
    #[must_use]
    pub fn lease(claims: &LeaseClaims) -> Self {
        Self::of([
            ("jti", claims.jti.to_string().into()),
            ("sub", claims.sub.to_string().into()),
            ("key", claims.key.id().to_string().into()),
        ])
    }

    /// What is read from a checkpoint.
    #[must_use]
    pub fn checkpoint(claims: &CheckpointClaims) -> Self {
        Self::of([
            ("epoch", claims.position.epoch.to_string().into()),
            ("seq", claims.position.seq.into()),
        ])
    }

    /// What is read from a usage statement.
    #[must_use]
    pub fn usage(claims: &UsageClaims) -> Self {
        Self::of([
            ("from", claims.from.secs().into()),
            ("days", claims.days.len().into()),
            ("seq", claims.end.seq.into()),
        ])
    }

    /// What is read from a request.
    #[must_use]
    pub fn request(claims: &RequestClaims) -> Self {
        Self::of([
            ("product", claims.product.as_str().into()),
            ("site", claims.site.id().to_string().into()),
        ])
    }

    /// What is read from a revocation list.
    #[must_use]
    pub fn revocations(seq: u32) -> Self {
        Self::of([("seq", seq.into())])
    }

    /// What is read from a key.
    #[must_use]
    pub fn key(kid: KeyId) -> Self {
        Self::of([("kid", kid.to_string().into())])
    }

    /// The facts of these names.
    #[must_use]
    pub fn of<const N: usize>(facts: [(&str, Value); N]) -> Self {
        Self(facts.map(|(name, value)| (name.to_owned(), value)).into())
    }
}
