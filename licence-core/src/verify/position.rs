use crate::claims::{self, AccessClaims, AdminClaims, CheckpointClaims, LogPosition, UsageClaims};
use crate::jws::{self, Kind};
use crate::key::PublicKey;
use crate::refusal::{Part, Reason, Refusal};
use crate::time::UnixTime;

/// A place at which a site's audit log stood, as the site signed it, whatever else it said by that.
///
/// It opens nothing: nobody asks whether the object that it comes from is good now, or for what.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct SignedPosition {
    kind: Kind,
    position: LogPosition,
    stood: Option<UnixTime>,
}

impl SignedPosition {
    /// Reads the places from an access token, a checkpoint or a usage statement, which has two.
    ///
    /// # Errors
    /// At the access token, the checkpoint or the usage statement: `too_large`, `malformed`,
    /// `unknown_key` where another key than the site's signed it, `bad_signature`,
    /// `unsupported_version`. `wrong_type` at the access token for any other kind.
    pub fn all_in(text: &[u8], site: &PublicKey) -> Result<Vec<Self>, Refusal> {
        let open = |kind| jws::open(text, kind, &|_| Some(site));
        let is_another = |refusal: &Refusal| matches!(refusal.reason, Reason::WrongType { .. });
        match open(Kind::Usage) {
            Ok(signed) => return Self::of_usage(signed.payload()),
            Err(refusal) if !is_another(&refusal) => return Err(refusal),
            Err(_) => {}
        }
        match open(Kind::Checkpoint) {
            Ok(signed) => Self::of_checkpoint(signed.payload()),
            Err(refusal) if !is_another(&refusal) => Err(refusal),
            Err(_) => Self::of_access(open(Kind::Access)?.payload()),
        }
    }

    /// Which kind of object it stands in.
    #[must_use]
    pub const fn kind(&self) -> Kind {
        self.kind
    }

    /// The place.
    #[must_use]
    pub const fn position(&self) -> LogPosition {
        self.position
    }

    /// When the log stood there, by the site's clock; `None` where it stood there at some time before.
    #[must_use]
    pub const fn stood(&self) -> Option<UnixTime> {
        self.stood
    }

    fn of_usage(payload: &[u8]) -> Result<Vec<Self>, Refusal> {
        let refuse = |reason| Refusal::at(Part::Usage, reason);
        let UsageClaims { start, end, iat, .. } = claims::read(payload).map_err(refuse)?;
        let at = |position, stood| Self { kind: Kind::Usage, position, stood };
        Ok(vec![at(start, None), at(end, Some(iat))])
    }

    /// A checkpoint is signed long after the log stood at the place that it names.
    fn of_checkpoint(payload: &[u8]) -> Result<Vec<Self>, Refusal> {
        let refuse = |reason| Refusal::at(Part::Checkpoint, reason);
        let CheckpointClaims { position, .. } = claims::read(payload).map_err(refuse)?;
        Ok(vec![Self { kind: Kind::Checkpoint, position, stood: None }])
    }

    fn of_access(payload: &[u8]) -> Result<Vec<Self>, Refusal> {
        let read = || match claims::read::<AccessClaims>(payload) {
            Err(Reason::WrongProduct { .. }) => {
                let AdminClaims { sign_in, position, .. } = claims::read(payload)?;
                Ok((sign_in.iat, position))
            }
            token => token.map(|token| (token.sign_in.iat, token.position)),
        };
        let (iat, position) = read().map_err(|reason| Refusal::at(Part::Access, reason))?;
        Ok(vec![Self { kind: Kind::Access, position, stood: Some(iat) }])
    }
}
