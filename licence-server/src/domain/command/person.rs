use licence_core::{Role, SessionId, Text, UserId};

use crate::domain::audit::Actor;
use crate::domain::row::{CredentialVersion, LoginName, PasswordHash};

/// A person to register.
#[derive(Clone, Debug)]
pub struct AddUser {
    /// The new id.
    pub id: UserId,
    /// The name as it was typed.
    pub username: Text,
    /// An e-mail address.
    pub email: Option<Text>,
    /// `admin`, and roles of the application.
    pub roles: Vec<Role>,
    /// The password's hash, where there is one already.
    pub hash: Option<PasswordHash>,
    /// Who asks.
    pub by: Actor,
}

impl AddUser {
    pub(in crate::domain) fn names(&self) -> impl Iterator<Item = LoginName> {
        [Some(&self.username), self.email.as_ref()].into_iter().flatten().map(LoginName::of)
    }
}

/// A person whose account is to change.
#[derive(Clone, Debug)]
pub struct ChangeUser {
    /// Who.
    pub user: UserId,
    /// What is to change.
    pub change: UserChange,
    /// Who asks, where that is not the person.
    pub by: Option<Actor>,
}

/// What is to change of an account. All but `Enable` and `Rehash` end the person's sessions in the same
/// transaction, so that what was taken away is taken away at once; `Password` ends those that it says.
#[derive(Clone, Debug)]
pub enum UserChange {
    /// Lets the person sign in again.
    Enable,
    /// Lets the person sign in no more.
    Disable,
    /// What the person may do.
    Roles(Vec<Role>),
    /// A new password.
    Password {
        /// Its hash.
        hash: PasswordHash,
        /// The credential that was checked before; refused where it was changed meanwhile. `None` where
        /// something else than the old password opened the way.
        checked: Option<CredentialVersion>,
        /// Which sessions go on.
        keep: Keep,
    },
    /// The same password under a newer hash: nothing that anybody could notice.
    Rehash {
        /// The hash that was checked.
        from: PasswordHash,
        /// The hash that takes its place.
        to: PasswordHash,
    },
    /// Takes the account away.
    Erase,
}

/// Which sessions of a person go on after a new password.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Keep {
    /// None: whoever knew the old one is out.
    None,
    /// The one that asked.
    Own(SessionId),
    /// All of them: the person knew the old one, and asked for nothing more.
    All,
}
