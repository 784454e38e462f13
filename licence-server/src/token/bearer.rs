use std::sync::Arc;

use licence_core::limits::SERVER_LEEWAY_SECS;
use licence_core::{Audience, Part, Product, PublicKey, Reason, Refusal, UnixTime, ValidAdmin};
use thiserror::Error;

use super::cache::VerifiedTokens;
use super::{TokenClaims, VerifiedToken};
use crate::mirror::Mirror;
use crate::shelf::{Shelf, ShelvedLicence};

/// Why an access token opens nothing here.
#[derive(Clone, Debug, Error, PartialEq, Eq)]
pub enum BearerRefusal {
    /// No licence is installed, so no token was made here.
    #[error("no licence is installed")]
    NoLicence,
    /// Its session was ended, gave its seat back, or the token itself was revoked.
    #[error("the sign-in was ended, or its seat was given back")]
    Revoked,
    /// It was made by a clock that was ahead and was set back since.
    #[error("the access token is from the future")]
    FromTheFuture,
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
    site: PublicKey,
    product: Product,
    cache: VerifiedTokens,
}

impl BearerVerifier {
    /// Verifies a site's tokens: an application's under the licences of a shelf, an administrator's
    /// without one.
    #[must_use]
    pub fn new(shelf: Arc<Shelf>, site: PublicKey, product: Product) -> Self {
        Self { shelf, site, product, cache: VerifiedTokens::new() }
    }

    /// What a token says, if it is good now.
    ///
    /// # Errors
    /// Every [`BearerRefusal`].
    pub fn verify(
        &self,
        token: &[u8],
        mirror: &Mirror,
        now: UnixTime,
    ) -> Result<Arc<VerifiedToken>, BearerRefusal> {
        let verified = self.verify_cached(token, mirror, now)?;
        let sign_in = verified.claims.sign_in();
        // Of every token, also of one that was verified a minute ago.
        if now.is_before(sign_in.iat, SERVER_LEEWAY_SECS) {
            return Err(BearerRefusal::FromTheFuture);
        }
        if now.is_expired(sign_in.exp) {
            return Err(BearerRefusal::Ended);
        }
        if mirror.is_revoked(verified.claims.place()) {
            return Err(BearerRefusal::Revoked);
        }
        Ok(verified)
    }

    /// Takes a token as verified that was signed here a moment ago. Most come back, and to verify what one
    /// has just signed costs more than all the rest of a first request.
    pub fn keep_own(&self, token: &[u8], claims: TokenClaims) {
        let shelf_changes = self.shelf.changes();
        let licence_holds = match &claims {
            TokenClaims::Application(claims) => self
                .shelf
                .find(claims.lic)
                .is_some_and(|licence| licence.accepted.at(claims.sign_in.iat).is_ok()),
            TokenClaims::Admin(_) => true,
        };
        // What is wrong with a licence is for the verifier to say.
        if licence_holds {
            self.cache.keep(Arc::new(VerifiedToken::new(token, claims, shelf_changes)));
        }
    }

    /// What a token says that was good once, also where it or its session has ended: for whoever ends
    /// the session, which opens nothing.
    ///
    /// # Errors
    /// [`BearerRefusal::NoLicence`], and [`BearerRefusal::Refused`] for everything but its end.
    pub fn verify_past(
        &self,
        token: &[u8],
        mirror: &Mirror,
        now: UnixTime,
    ) -> Result<Arc<VerifiedToken>, BearerRefusal> {
        match self.verify_cached(token, mirror, now) {
            // Its signature holds, or nothing would have been said of its time. So it is judged as
            // in its last second, and all that is looked at after the time is looked at, too.
            Err(BearerRefusal::Refused(Refusal {
                at: Part::Access,
                reason: Reason::Expired { until, .. },
            })) => {
                let shelf_changes = self.shelf.changes();
                let claims = self.verify_text(token, mirror, until.plus(-1))?;
                Ok(Arc::new(VerifiedToken::new(token, claims, shelf_changes)))
            }
            verified => verified,
        }
    }

    /// What a token says, whose end may have come since it was verified first.
    fn verify_cached(
        &self,
        token: &[u8],
        mirror: &Mirror,
        now: UnixTime,
    ) -> Result<Arc<VerifiedToken>, BearerRefusal> {
        let shelf_changes = self.shelf.changes();
        // A list may have revoked its licence since.
        let kept = self.cache.look_up(token).filter(|kept| kept.is_of(shelf_changes));
        if let Some(verified) = kept {
            return Ok(verified);
        }
        let claims = self.verify_text(token, mirror, now)?;
        let verified = Arc::new(VerifiedToken::new(token, claims, shelf_changes));
        self.cache.keep(Arc::clone(&verified));
        Ok(verified)
    }

    fn verify_text(
        &self,
        token: &[u8],
        mirror: &Mirror,
        now: UnixTime,
    ) -> Result<TokenClaims, BearerRefusal> {
        let refusal = match self.verify_application(token, mirror, now) {
            Ok(claims) => return Ok(claims),
            Err(refusal) => refusal,
        };
        let may_be_admins = match &refusal {
            // Where no licence holds, an administrator installs one.
            BearerRefusal::NoLicence => true,
            BearerRefusal::Refused(refusal) => matches!(
                &refusal.reason,
                Reason::WrongProduct { audience: Audience::Administration(_) }
            ),
            BearerRefusal::Revoked | BearerRefusal::FromTheFuture | BearerRefusal::Ended => false,
        };
        if !may_be_admins {
            return Err(refusal);
        }
        match ValidAdmin::verify(token, &self.site, &self.product, now) {
            Ok(valid) => Ok(TokenClaims::Admin(valid.claims().clone())),
            // An application's token, and there is no licence to verify it under.
            Err(Refusal { reason: Reason::WrongProduct { .. }, .. }) => Err(refusal),
            Err(refusal) => Err(refusal.into()),
        }
    }

    fn verify_application(
        &self,
        token: &[u8],
        mirror: &Mirror,
        now: UnixTime,
    ) -> Result<TokenClaims, BearerRefusal> {
        let in_force = mirror.in_force(now).and_then(|terms| self.shelf.find(terms.id));
        let in_force = in_force.ok_or(BearerRefusal::NoLicence)?;
        let verify = |licence: &ShelvedLicence| licence.accepted.verify_access(token, now);
        let valid = verify(&in_force).or_else(|refusal| {
            // A token that was made under the licence before this one runs to its end. Its signature
            // holds, or nothing would have been said of a licence.
            let is_about_the_licence = refusal.at == Part::Licence
                || matches!(refusal.reason, Reason::LicenceChanged { .. });
            let others =
                if is_about_the_licence { self.shelf.others(in_force.id()) } else { vec![] };
            others.iter().find_map(|licence| verify(licence).ok()).ok_or(refusal)
        })?;
        Ok(TokenClaims::Application(valid.claims().clone()))
    }
}
