//! The signed list of access tokens that are good no more, for services that verify tokens without
//! asking.

use std::sync::{Arc, Mutex, PoisonError};

use licence_core::UnixTime;
use licence_core::claims::{Epoch, RevokedClaims, RevokedTokens, TokensOf};
use licence_core::limits::{REVOCATIONS_BYTES_MAX, REVOKED_ENTRIES_MAX};
use thiserror::Error;

use super::mint::{MintFailed, Minter};
use crate::domain::{Revocation, Revoked};
use crate::mirror::Mirror;

/// Seconds for which a list may be relied on: a service that loses sight of this server stops
/// trusting tokens then, and until then goes on with what it knows.
const LIFE_SECS: i64 = 3600;

/// Seconds after which a list is signed anew though nothing changed, so that whoever fetches it has
/// most of an hour.
const FRESH_SECS: i64 = 600;

/// Why there is no list.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Error)]
pub enum NoList {
    /// More is revoked than a list can hold.
    #[error("more is revoked than a list can hold: {entries} entries")]
    TooLong {
        /// How many entries there would be.
        entries: usize,
    },
    /// It could not be signed.
    #[error(transparent)]
    NotSigned(#[from] MintFailed),
}

/// A signed list.
#[derive(Debug)]
pub struct RevokedList {
    /// `revoked+jwt` in its compact form.
    pub text: String,
    /// When it was signed.
    pub iat: UnixTime,
    /// Which life of the store it tells of.
    pub epoch: Epoch,
    /// The place in the audit log at which something was last revoked.
    pub seq: u64,
}

/// The list that was signed last. It is signed when someone asks and something has changed, so that
/// thousands who ask cost one signature, and nobody who asks costs none.
#[derive(Debug, Default)]
pub struct RevokedLists(Mutex<Option<Arc<RevokedList>>>);

impl RevokedLists {
    /// The list as it stands.
    ///
    /// # Errors
    /// Every [`NoList`].
    pub fn current(
        &self,
        mirror: &Mirror,
        minter: &Minter,
        now: UnixTime,
    ) -> Result<Arc<RevokedList>, NoList> {
        // First: a list that holds more than its place says is signed once more, and one that holds
        // less would be taken for complete.
        let (epoch, seq) = (mirror.site().position.epoch, *mirror.watch_revocations().borrow());
        // An assignment is all that happens to it, so a poisoned lock guards a sound one.
        let mut held = self.0.lock().unwrap_or_else(PoisonError::into_inner);
        let is_current = |list: &Arc<RevokedList>| {
            let is_fresh = (0..FRESH_SECS).contains(&now.since(list.iat));
            is_fresh && (list.epoch, list.seq) == (epoch, seq)
        };
        if let Some(list) = held.clone().filter(is_current) {
            return Ok(list);
        }
        let (revocations, every_before) = mirror.revocations();
        let text = sign(&revocations, every_before, epoch, minter, now)?;
        let list = Arc::new(RevokedList { text, iat: now, epoch, seq });
        *held = Some(Arc::clone(&list));
        Ok(list)
    }
}

fn sign(
    revocations: &[Revocation],
    every_before: u64,
    epoch: Epoch,
    minter: &Minter,
    now: UnixTime,
) -> Result<String, NoList> {
    let exp = now.plus(LIFE_SECS);
    // It counts as long as the list does: no clock brings those tokens back.
    let every = RevokedTokens { of: TokensOf::All, until: exp, before: Some(every_before) };
    let every = (every_before > 0).then_some(every);
    let revoked: Vec<_> = every.into_iter().chain(revocations.iter().copied().map(entry)).collect();
    let entries = revoked.len();
    let too_long = NoList::TooLong { entries };
    // Cut short it would call good what is not.
    if entries > REVOKED_ENTRIES_MAX {
        return Err(too_long);
    }
    let text = minter.finish(&RevokedClaims {
        product: minter.product().clone(),
        iat: now,
        exp,
        epoch: Some(epoch),
        revoked,
    })?;
    if text.len() > REVOCATIONS_BYTES_MAX { Err(too_long) } else { Ok(text) }
}

fn entry(Revocation { until, what }: Revocation) -> RevokedTokens {
    let (of, before) = match what {
        Revoked::Session(id) => (TokensOf::Session(id), None),
        Revoked::SessionBefore(id, before) => (TokensOf::Session(id), Some(before)),
        Revoked::Token(id) => (TokensOf::Token(id), None),
    };
    RevokedTokens { of, until, before }
}

#[cfg(test)]
mod tests {
    use licence_core::{PrivateKey, TokenId, Uuid};

    use super::*;
    use crate::domain::REVOKED_MAX;
    use crate::token::testing::claims;

    fn minter() -> Minter {
        let key = PrivateKey::from_seed(&[1; 32]).unwrap();
        Minter::new(claims().sign_in.iss, claims().product, &key).unwrap()
    }

    fn revocations(count: usize) -> Vec<Revocation> {
        let one = |number: usize| Revocation {
            until: UnixTime::MAX,
            what: Revoked::SessionBefore(
                licence_core::SessionId(Uuid::v7(number as u64, [1; 10])),
                i64::MAX as u64,
            ),
        };
        (0..count).map(one).collect()
    }

    #[test]
    fn a_list_of_as_many_as_may_be_is_signed_and_none_is_left_out_beyond() {
        let now = UnixTime::MIN;
        let most = revocations(REVOKED_MAX as usize);
        let seq = i64::MAX as u64;
        let epoch = Epoch { counter: u32::MAX, tag: u64::MAX };
        assert!(sign(&most, seq, epoch, &minter(), now).unwrap().len() <= REVOCATIONS_BYTES_MAX);
        let entries = REVOKED_ENTRIES_MAX + 1;
        let too_many = sign(&revocations(entries), 0, epoch, &minter(), now);
        assert_eq!(too_many, Err(NoList::TooLong { entries }));
    }

    #[test]
    fn each_kind_of_revocation_has_its_entry() {
        let id = TokenId(Uuid::v7(1, [1; 10]));
        let until = UnixTime::MIN;
        let told = entry(Revocation { until, what: Revoked::Token(id) });
        assert_eq!(told, RevokedTokens { of: TokensOf::Token(id), until, before: None });
        let sid = claims().sign_in.sid;
        let told = entry(Revocation { until, what: Revoked::SessionBefore(sid, 7) });
        assert_eq!(told, RevokedTokens { of: TokensOf::Session(sid), until, before: Some(7) });
    }
}
