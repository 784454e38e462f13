use std::fmt;
use std::sync::atomic::{AtomicI64, Ordering};

use licence_core::UnixTime;
use licence_core::claims::{AccessClaims, AdminClaims, LogPosition, SignInClaims};
use zeroize::Zeroizing;

use crate::mirror::TokenPlace;

/// What a verified access token says.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum TokenClaims {
    /// It opens the application.
    Application(AccessClaims),
    /// It opens the administration.
    Admin(AdminClaims),
}

impl TokenClaims {
    /// Who, from when to when.
    #[must_use]
    pub const fn sign_in(&self) -> &SignInClaims {
        match self {
            Self::Application(claims) => &claims.sign_in,
            Self::Admin(claims) => &claims.sign_in,
        }
    }

    /// Where the audit log stood when it was made.
    #[must_use]
    pub const fn position(&self) -> LogPosition {
        match self {
            Self::Application(claims) => claims.position,
            Self::Admin(claims) => claims.position,
        }
    }

    /// What revocation goes by.
    #[must_use]
    pub const fn place(&self) -> TokenPlace {
        let sign_in = self.sign_in();
        TokenPlace { session: sign_in.sid, jti: sign_in.jti, position: self.position() }
    }
}

/// Seconds within which a token that comes again is no news.
const NEWS_SECS: i64 = 300;

/// A token whose signature was found right.
pub struct VerifiedToken {
    /// The very text that was verified.
    text: Zeroizing<Box<[u8]>>,
    /// What it says.
    pub claims: TokenClaims,
    /// The state of the shelf that it was verified under.
    shelf_changes: u64,
    /// When it was last told of; 0 for never.
    told_secs: AtomicI64,
}

impl VerifiedToken {
    /// `shelf_changes` are those of the shelf from before it was verified.
    pub(super) fn new(text: &[u8], claims: TokenClaims, shelf_changes: u64) -> Self {
        let (text, told_secs) = (Zeroizing::new(text.into()), AtomicI64::new(0));
        Self { text, claims, shelf_changes, told_secs }
    }

    /// Whether no licence and no list came to count since it was verified.
    pub(super) fn is_of(&self, shelf_changes: u64) -> bool {
        self.shelf_changes == shelf_changes
    }

    pub(super) fn text(&self) -> &[u8] {
        &self.text
    }

    /// Whether it is news that the token came: the first time, and then every five minutes.
    pub(super) fn is_news(&self, now: UnixTime) -> bool {
        let told = self.told_secs.load(Ordering::Relaxed);
        let is_news = now.secs() - told >= NEWS_SECS;
        if is_news {
            // Two at once may both tell of it, which changes nothing.
            self.told_secs.store(now.secs(), Ordering::Relaxed);
        }
        is_news
    }
}

/// Without its text, which opens what the token opens.
impl fmt::Debug for VerifiedToken {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_tuple("VerifiedToken").field(&self.claims).finish()
    }
}
