use crate::limits::SERVER_LEEWAY_SECS;
use crate::refusal::Reason;
use crate::time::UnixTime;

/// Whether what a server made at `iat` and ends at `exp` is good now.
pub(super) fn check_life(iat: UnixTime, exp: UnixTime, now: UnixTime) -> Result<(), Reason> {
    if now.is_before(iat, SERVER_LEEWAY_SECS) {
        return Err(Reason::NotYetValid { now, from: iat });
    }
    if now.is_expired(exp) {
        return Err(Reason::Expired { now, until: exp });
    }
    Ok(())
}
