use std::fmt;

use licence_core::{Role, Text, UnixTime, UserId};
use unicode_normalization::UnicodeNormalization as _;

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

impl User {
    /// Whether the person administers the server.
    #[must_use]
    pub fn is_admin(&self) -> bool {
        self.roles.iter().any(|role| role.as_str() == ADMIN_ROLE)
    }

    /// Every name under which the person signs in.
    pub(in crate::domain) fn names(&self) -> impl Iterator<Item = LoginName> {
        [Some(&self.username), self.email.as_ref()].into_iter().flatten().map(LoginName::of)
    }
}

/// The role of those who administer the server.
pub const ADMIN_ROLE: &str = "admin";

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
