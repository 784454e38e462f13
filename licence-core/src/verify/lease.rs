use super::AcceptedLicence;
use super::life::check_life;
use crate::claims::{self, LeaseClaims};
use crate::jws::{Envelope, Kind};
use crate::limits::DAY_SECS;
use crate::refusal::{Part, Reason, Refusal};
use crate::time::UnixTime;

/// A lease that holds now under a licence that held when it was made.
#[derive(Clone, Debug)]
pub struct ValidLease {
    claims: LeaseClaims,
}

impl ValidLease {
    /// Who took the seat along, until when, and which key must be at hand.
    #[must_use]
    pub const fn claims(&self) -> &LeaseClaims {
        &self.claims
    }
}

impl AcceptedLicence {
    /// Verifies the lease of a seat that was taken along, down the whole chain; the licence is judged
    /// at its `iat`, as for an access token.
    ///
    /// A lease is a text, and texts are copied: the caller lets the device sign something new with the
    /// key in it.
    ///
    /// # Errors
    /// Those of [`AcceptedLicence::verify_access`], with the lease in the place of the token;
    /// `exceeds_licence` also where the licence lends no seats, for fewer days, or ends before.
    pub fn verify_lease(&self, lease: &[u8], now: UnixTime) -> Result<ValidLease, Refusal> {
        let signed = Envelope::parse(lease, Kind::Lease)?.open(Some(self.named_site()?))?;
        let refuse = |reason| Refusal::at(Part::Lease, reason);
        let claims: LeaseClaims = claims::read(signed.payload()).map_err(refuse)?;
        check_life(claims.iat, claims.exp, now).map_err(refuse)?;
        self.at(claims.iat)?;
        self.check_loan(&claims).map_err(refuse)?;
        Ok(ValidLease { claims })
    }

    fn check_loan(&self, lease: &LeaseClaims) -> Result<(), Reason> {
        let licence = self.signed().claims();
        if lease.product != licence.product {
            return Err(Reason::ExceedsLicence { claim: "aud" });
        }
        let days_max = licence.seats.borrow.map_or(0, |borrow| borrow.days_max);
        let is_too_long = lease.exp.since(lease.iat) > i64::from(days_max) * DAY_SECS;
        let licence_end = licence.period.last_end();
        if is_too_long || licence_end.is_some_and(|end| lease.exp > end) {
            return Err(Reason::ExceedsLicence { claim: "exp" });
        }
        if lease.lic != licence.jti {
            return Err(Reason::LicenceChanged { licence: lease.lic });
        }
        Ok(())
    }
}
