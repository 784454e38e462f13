use std::fmt;

use licence_core::UnixTime;
use subtle::ConstantTimeEq as _;

use super::site::Site;

/// Seconds for which an invitation is good: two weeks, for who is away in the first.
const INVITATION_SECS: i64 = 14 * 86_400;

/// Seconds for which a reset is good: whoever asked for one waits for it.
const RESET_SECS: i64 = 3600;

/// What a one-time code is for.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum CodeKind {
    /// The first password of a person.
    Invitation,
    /// A new one, for who forgot it.
    Reset,
}

impl CodeKind {
    /// For how long a code is good.
    #[must_use]
    pub const fn life_secs(self) -> i64 {
        match self {
            Self::Invitation => INVITATION_SECS,
            Self::Reset => RESET_SECS,
        }
    }

    /// Its name in answers.
    #[must_use]
    pub const fn name(self) -> &'static str {
        match self {
            Self::Invitation => "invitation",
            Self::Reset => "reset",
        }
    }
}

/// A one-time code that nobody has redeemed yet. The store knows its hash, and nobody the code but who was
/// given it.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct OpenCode {
    /// What is kept of the code.
    pub hash: CodeHash,
    /// What it is for.
    pub kind: CodeKind,
    /// When it was made.
    pub made: UnixTime,
    /// How often the clock had been set back by then.
    pub set_backs: u32,
}

impl OpenCode {
    /// When it is good no more.
    #[must_use]
    pub fn until(&self) -> UnixTime {
        self.made.plus(self.kind.life_secs())
    }

    /// Whether it is the code with that hash, and its time is not over. One from a time that was ahead when the
    /// clock was set back is good no more, also when that time comes: it would last longer than it was meant to. Of one
    /// that is older than two such moments nobody knows whether it lay ahead of the first.
    #[must_use]
    pub fn is_redeemed_by(&self, hash: &CodeHash, site: &Site, now: UnixTime) -> bool {
        let may_be_ahead = site.set_back_since(self.set_backs).is_some_and(|set_back| {
            self.made > set_back.to || set_back.times > self.set_backs.saturating_add(1)
        });
        self.hash == *hash && !may_be_ahead && !now.is_expired(self.until())
    }
}

/// The SHA-256 of a one-time code, which is all that is stored. Equality is tested in constant time.
#[derive(Clone, Copy)]
pub struct CodeHash(pub [u8; 32]);

/// The first half of a code's hash, by which its person is found. What a lookup tells by its time is of this
/// half, which nobody can steer; the whole is compared in constant time.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub struct CodeHandle(pub [u8; 16]);

impl CodeHash {
    /// The half by which it is found.
    #[must_use]
    pub fn handle(&self) -> CodeHandle {
        CodeHandle(self.0.first_chunk().copied().unwrap_or_default())
    }
}

impl PartialEq for CodeHash {
    fn eq(&self, other: &Self) -> bool {
        self.0.ct_eq(&other.0).into()
    }
}

impl Eq for CodeHash {}

impl fmt::Debug for CodeHash {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("CodeHash(…)")
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::domain::row::site::SetBack;
    use crate::domain::row::testing::site;

    /// When the time came true that had been ahead, such a code was once good again.
    #[test]
    fn a_code_from_a_time_that_was_ahead_is_good_at_no_time() {
        let (hash, made) = (CodeHash([7; 32]), UnixTime::MIN.plus(100));
        let code = OpenCode { hash, kind: CodeKind::Invitation, made, set_backs: 1 };
        let site = |times, to| {
            let set_back = Some(SetBack { times, to, unlicensed_secs: 0 });
            Site { set_back, ..site(to) }
        };
        for now in [made.plus(-1), made, made.plus(1)] {
            assert!(!code.is_redeemed_by(&hash, &site(2, made.plus(-1)), now));
        }
        assert!(code.is_redeemed_by(&hash, &site(2, made), made), "it was not ahead");
        assert!(
            !code.is_redeemed_by(&hash, &site(3, made), made),
            "it may have been ahead of the first"
        );
        assert!(code.is_redeemed_by(&hash, &site(1, made.plus(-9)), made), "it was made since");
    }

    #[test]
    fn a_code_is_good_from_its_making_to_its_end_and_no_other_is() {
        let (hash, made) = (CodeHash([7; 32]), UnixTime::MIN.plus(10));
        for kind in [CodeKind::Invitation, CodeKind::Reset] {
            let (code, site) = (OpenCode { hash, kind, made, set_backs: 1 }, site(made));
            assert!(code.is_redeemed_by(&hash, &site, made));
            assert!(code.is_redeemed_by(&hash, &site, code.until().plus(-1)));
            assert!(!code.is_redeemed_by(&hash, &site, code.until()));
            assert!(!code.is_redeemed_by(&CodeHash([8; 32]), &site, made));
        }
    }
}
