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
        let claims = self.verify_cached(token, mirror, now)?;
        // Of every token, also of one that was verified a minute ago.
        if now.is_expired(claims.sign_in.exp) {
            return Err(BearerRefusal::Ended);
        }
        if mirror.is_revoked(claims.sign_in.sid) {
            return Err(BearerRefusal::SessionEnded);
        }
        Ok(claims)
    }

    /// What a token says that was good once, also where it or its session has ended: for whoever ends
    /// the session, which opens nothing.
    ///
    /// # Errors
    /// [`BearerRefusal::NoLicence`], and [`BearerRefusal::Refused`] for everything but its end.
    pub fn verify_past(
        &self,
        token: &str,
        mirror: &Mirror,
        now: UnixTime,
    ) -> Result<Arc<AccessClaims>, BearerRefusal> {
        match self.verify_cached(token, mirror, now) {
            // Its signature holds, or nothing would have been said of its time. So it is judged as
            // in its last second, and all that is looked at after the time is looked at, too.
            Err(BearerRefusal::Refused(Refusal {
                at: Part::Access,
                reason: Reason::Expired { until, .. },
            })) => self.verify_text(token, mirror, until.plus(-1)).map(Arc::new),
            verified => verified,
        }
    }

    /// What a token says, whose end may have come since it was verified first.
    fn verify_cached(
        &self,
        token: &str,
        mirror: &Mirror,
        now: UnixTime,
    ) -> Result<Arc<AccessClaims>, BearerRefusal> {
        let digest = TokenDigest::of(token);
        if let Some(claims) = self.cache.look_up(digest) {
            return Ok(claims);
        }
        let claims = Arc::new(self.verify_text(token, mirror, now)?);
        self.cache.keep(digest, Arc::clone(&claims));
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
