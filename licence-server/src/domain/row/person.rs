use std::collections::BTreeSet;
use std::fmt;

use licence_core::{Role, Text, UnixTime, UserId};
use unicode_normalization::UnicodeNormalization as _;

use super::code::{CodeHandle, OpenCode};

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
    /// The id in an older system, which is one person's too.
    pub ext_id: Option<Text>,
    /// What is checked at sign-in; `None` before the invitation was redeemed.
    pub credential: Option<Credential>,
    /// The one-time code with which the person may set a password; a newer one takes its place.
    pub code: Option<OpenCode>,
    /// When the person was registered.
    pub created: UnixTime,
    /// When the person last took a seat. A renewal of one is none.
    pub last_seat: Option<UnixTime>,
    /// Whether a code that was handed to the person came back, or an administrator vouches for them.
    pub is_verified: bool,
    /// Whether the person may sign in.
    pub standing: Standing,
    /// Rises with each change that an administrator makes.
    pub version: u64,
}

/// Whether a person may sign in.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Standing {
    /// The person may.
    Enabled,
    /// An administrator took that away.
    Disabled,
    /// The person asked to be registered, and no administrator has said yes.
    Applied,
}

impl User {
    /// Whether the person administers the server.
    #[must_use]
    pub fn is_admin(&self) -> bool {
        self.roles.iter().any(|role| role.as_str() == ADMIN_ROLE)
    }

    /// Whether the person may sign in.
    #[must_use]
    pub fn is_enabled(&self) -> bool {
        self.standing == Standing::Enabled
    }

    /// Everything by which the person is found, and nobody else.
    #[must_use]
    pub fn keys(&self) -> BTreeSet<UserKey> {
        let names = [Some(&self.username), self.email.as_ref()].into_iter().flatten();
        let names = names.map(|name| UserKey::Name(LoginName::of(name)));
        let ext_id = self.ext_id.iter().cloned().map(UserKey::ExtId);
        let code = self.code.iter().map(|code| UserKey::Code(code.hash.handle()));
        names.chain(ext_id).chain(code).collect()
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

/// What leads to one person and to no other.
#[derive(Clone, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub enum UserKey {
    /// A name to sign in with, or an e-mail address.
    Name(LoginName),
    /// The id in an older system.
    ExtId(Text),
    /// The one-time code that was made last.
    Code(CodeHandle),
}

/// A name as it is looked up: without regard to case, normalised (Unicode NFKC) and without invisible joiners,
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
        let folded: String = letters.flat_map(char::to_lowercase).flat_map(folded).collect();
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

/// A letter in lower case without regard to case: by way of its capital, which is one for `ß` and `ss`, and
/// for `ς` and `σ`. The dotless `ı` of Turkish is no `i`, though their capital is one.
fn folded(c: char) -> impl Iterator<Item = char> {
    let as_it_is = (c == 'ı').then_some(c);
    let by_its_capital = (c != 'ı').then(|| c.to_uppercase().flat_map(char::to_lowercase));
    as_it_is.into_iter().chain(by_its_capital.into_iter().flatten())
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
        assert_eq!(name("Strauß"), name("STRAUSS"));
        assert_eq!(name("STRAUẞ"), name("strauß"));
        assert_eq!(name("ΟΔΥΣΣΕΥΣ"), name("οδυσσευς"));
        assert_ne!(name("ılgın"), name("ilgin"));
        assert_ne!(name("ann"), name("anne"));
    }

    #[test]
    fn a_password_hash_is_never_printed() {
        let hash = PasswordHash::new("$argon2id$secret".to_owned());
        assert!(!format!("{hash:?}").contains("secret"));
    }
}
