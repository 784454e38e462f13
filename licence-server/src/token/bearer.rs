use std::sync::Arc;

use licence_core::claims::AccessClaims;
use licence_core::{Part, Reason, Refusal, UnixTime};
use thiserror::Error;

use super::cache::{TokenDigest, VerifiedTokens};
use crate::mirror::Mirror;
use crate::shelf::{Shelf, ShelvedLicence};

/// Why an access token opens nothing here.
#[derive(Clone, Debug, Error, PartialEq, Eq)]
pub enum BearerRefusal {
    /// No licence is installed, so no token was made here.
    #[error("no licence is installed")]
    NoLicence,
    /// Its session was ended.
    #[error("the sign-in was ended")]
    SessionEnded,
    /// It ended.
    #[error("the access token has ended")]
    Ended,
    /// The verifier refused it.
    #[error(transparent)]
    Refused(#[from] Refusal),
}

/// Verifies the access tokens that come back, by the same strict rule as everyone else.
pub struct BearerVerifier {
    shelf: Arc<Shelf>,
    cache: VerifiedTokens,
}

impl BearerVerifier {
    /// Verifies tokens under the licences of a shelf.
    #[must_use]
    pub fn new(shelf: Arc<Shelf>) -> Self {
        Self { shelf, cache: VerifiedTokens::new() }
    }

    /// What a token says, if it is good now.
    ///
    /// # Errors
    /// Every [`BearerRefusal`].
    pub fn verify(
        &self,
        token: &str,
        mirror: &Mirror,
        now: UnixTime,
    ) -> Result<Arc<AccessClaims>, BearerRefusal> {
        let claims = self.verify_alone(token, mirror, now)?;
        if mirror.is_revoked(claims.sid) {
            return Err(BearerRefusal::SessionEnded);
        }
        Ok(claims)
    }

    /// The same, also where the token's session was ended: for whoever ends it once more.
    ///
    /// # Errors
    /// Every [`BearerRefusal`] but [`BearerRefusal::SessionEnded`].
    pub fn verify_alone(
        &self,
        token: &str,
        mirror: &Mirror,
        now: UnixTime,
    ) -> Result<Arc<AccessClaims>, BearerRefusal> {
        let digest = TokenDigest::of(token);
        let claims = match self.cache.look_up(digest) {
            Some(claims) => claims,
            None => {
                let claims = Arc::new(self.verify_text(token, mirror, now)?);
                self.cache.keep(digest, Arc::clone(&claims));
                claims
            }
        };
        // Of every token, also of one that was verified a minute ago.
        if now.is_expired(claims.exp) {
            return Err(BearerRefusal::Ended);
        }
        Ok(claims)
    }

    fn verify_text(
        &self,
        token: &str,
        mirror: &Mirror,
        now: UnixTime,
    ) -> Result<AccessClaims, BearerRefusal> {
        let in_force = mirror.in_force(now).and_then(|terms| self.shelf.find(terms.id));
        let in_force = in_force.ok_or(BearerRefusal::NoLicence)?;
        let verify =
            |licence: &ShelvedLicence| licence.accepted.verify_access(token.as_bytes(), now);
        let valid = verify(&in_force).or_else(|refusal| {
            // A token that was made under the licence before this one runs to its end. Its signature
            // holds, or nothing would have been said of a licence.
            let is_about_the_licence = refusal.at == Part::Licence
                || matches!(refusal.reason, Reason::LicenceChanged { .. });
            let others =
                if is_about_the_licence { self.shelf.others(in_force.id()) } else { vec![] };
            others.iter().find_map(|licence| verify(licence).ok()).ok_or(refusal)
        })?;
        Ok(valid.claims().clone())
    }
}
