//! The rows of the store: what is kept of the site, of people and of their sessions.

use std::fmt;

use licence_core::claims::LogPosition;
use licence_core::{Role, Serial, SessionId, Text, UnixTime, UserId};
use unicode_normalization::UnicodeNormalization as _;

use super::refresh::{Generation, Rotation, SecretHash};

/// The one row of the site itself, written with every commit.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Site {
    /// The highest time that was trusted. Nothing is judged by an earlier one.
    pub mark: UnixTime,
    /// Where the audit log stands.
    pub position: LogPosition,
    /// The series of licences in force.
    pub serial: Option<Serial>,
    /// Seconds so far in which no licence was valid, which count as nobody's idleness.
    pub unlicensed_secs: i64,
    /// People registered.
    pub users: u32,
    /// People with at least one lease.
    pub users_seated: u32,
    /// Sessions with a lease.
    pub leases: u32,
}

/// A registered person.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct User {
    /// Who.
    pub id: UserId,
    /// The name as it was typed at registration.
    pub username: Text,
    /// An e-mail address.
    pub email: Option<Text>,
    /// `admin`, and roles of the application.
    pub roles: Vec<Role>,
    /// The id in an older system.
    pub ext_id: Option<Text>,
    /// What is checked at sign-in; `None` before the invitation was redeemed.
    pub credential: Option<Credential>,
    /// When the person was registered.
    pub created: UnixTime,
    /// Whether the person may sign in.
    pub is_enabled: bool,
}

/// A password's hash with its version.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Credential {
    /// In PHC form.
    pub hash: PasswordHash,
    /// Rises with each change, so that a sign-in whose password was checked against an older hash is
    /// refused.
    pub version: CredentialVersion,
}

/// A password hash in PHC form; never printed.
#[derive(Clone, PartialEq, Eq)]
pub struct PasswordHash(String);

impl PasswordHash {
    /// Takes a PHC string.
    #[must_use]
    pub const fn new(phc: String) -> Self {
        Self(phc)
    }

    /// The PHC string, for whoever checks a password against it or stores it.
    #[must_use]
    pub fn expose(&self) -> &str {
        &self.0
    }
}

impl fmt::Debug for PasswordHash {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("PasswordHash(…)")
    }
}

/// Counts the changes of a credential.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct CredentialVersion(pub u32);

/// A name as it is looked up: in lower case, normalised (Unicode NFKC) and without invisible joiners,
/// so that `Ann`, `ann` and a look-alike in full-width letters are one name.
#[derive(Clone, Debug, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub struct LoginName(String);

impl LoginName {
    /// The form under which a name is looked up.
    #[must_use]
    pub fn of(name: &Text) -> Self {
        // Folded between two normalisations: folding can undo the first.
        let is_visible = |c: &char| !matches!(c, '\u{200c}' | '\u{200d}');
        let letters = name.as_str().nfkc().filter(is_visible);
        let folded: String = letters.flat_map(char::to_lowercase).collect();
        Self(folded.nfkc().collect())
    }

    /// A name as the store kept it.
    #[must_use]
    pub const fn stored(name: String) -> Self {
        Self(name)
    }

    /// The text.
    #[must_use]
    pub fn as_str(&self) -> &str {
        &self.0
    }
}

/// One sign-in on one device. It outlives its seat.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Session {
    /// Which.
    pub id: SessionId,
    /// Whose.
    pub user: UserId,
    /// When the password was checked.
    pub auth_time: UnixTime,
    /// When it ends, whatever happens.
    pub end: UnixTime,
    /// Seconds without a refresh after which it ends.
    pub idle_secs: i64,
    /// When that will be, but for time without a valid licence; never after `end`.
    pub idle_end: UnixTime,
    /// The site's `unlicensed_secs` when `idle_end` was set.
    pub unlicensed_secs: i64,
    /// What the person called the device.
    pub device: Option<Text>,
    /// What the sign-in asked for.
    pub scope: Text,
    /// Until when it holds a seat; `None` while it holds none.
    pub lease_end: Option<UnixTime>,
    /// When its last access token ends.
    pub access_end: UnixTime,
    /// The refresh token that is good now.
    pub current: SecretHash,
    /// Which rotation that is, from 0.
    pub generation: Generation,
    /// The rotation that led to it.
    pub rotation: Option<Rotation>,
}

impl Session {
    /// Starts its idle time anew.
    pub(super) fn touch(&mut self, site: &Site, now: UnixTime) {
        self.idle_end = now.plus(self.idle_secs).min(self.end);
        self.unlicensed_secs = site.unlicensed_secs;
    }

    /// When it ends if it is not refreshed before. Time without a valid licence is not idle time:
    /// nobody could have refreshed it.
    #[must_use]
    pub fn idle_end(&self, site: &Site) -> UnixTime {
        self.idle_end.plus(site.unlicensed_secs - self.unlicensed_secs).min(self.end)
    }
}

/// A session whose access tokens are good no more.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Revocation {
    /// The session.
    pub session: SessionId,
    /// When the last of its tokens has ended everywhere, so that the entry may go.
    pub until: UnixTime,
}

#[cfg(test)]
mod tests {
    use super::*;

    fn name(text: &str) -> LoginName {
        LoginName::of(&Text::parse(text).unwrap())
    }

    #[test]
    fn one_person_has_one_name_however_it_is_typed() {
        assert_eq!(name("Ann"), name("aNN"));
        assert_eq!(name("José"), name("JOSE\u{301}"));
        assert_eq!(name("Ａｎｎ"), name("ann"));
        assert_ne!(name("ann"), name("anne"));
    }

    #[test]
    fn a_password_hash_is_never_printed() {
        let hash = PasswordHash::new("$argon2id$secret".to_owned());
        assert!(!format!("{hash:?}").contains("secret"));
    }
}
