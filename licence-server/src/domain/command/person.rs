use licence_core::{Role, SessionId, Text, UserId};

use crate::domain::audit::Actor;
use crate::domain::command::Expected;
use crate::domain::row::{CodeHash, CodeKind, CredentialVersion, PasswordHash, Standing};

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
    /// The id in an older system.
    pub ext_id: Option<Text>,
    /// The password's hash, where there is one already.
    pub hash: Option<PasswordHash>,
    /// The code of an invitation, where there is to be one.
    pub invitation: Option<CodeHash>,
    /// Whether somebody vouches for the person.
    pub is_verified: bool,
    /// Whether the person may sign in.
    pub standing: Standing,
    /// Who asks, where that is not the person.
    pub by: Option<Actor>,
}

impl AddUser {
    /// Somebody who may sign in, and of whom nothing but the name is known.
    #[must_use]
    pub const fn named(id: UserId, username: Text) -> Self {
        Self {
            id,
            username,
            email: None,
            roles: Vec::new(),
            ext_id: None,
            hash: None,
            invitation: None,
            is_verified: false,
            standing: Standing::Enabled,
            by: None,
        }
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

/// What is to change of an account. What takes something away ends the person's sessions in the same
/// transaction, so that it is taken away at once: all but `Enable`, `FirstPassword`, `Rehash`, `Offer`, and
/// edits of something else than roles; `Password` ends those that it says.
#[derive(Clone, Debug)]
pub enum UserChange {
    /// Lets the person sign in again.
    Enable,
    /// Lets the person sign in no more.
    Disable,
    /// Several things in one go.
    Edit {
        /// Each kind once.
        edits: Vec<Edit>,
        /// What has to be there, so that nobody undoes what they have not seen.
        expected: Expected,
    },
    /// A one-time code with which the person may set a password. The one before is good no more.
    Offer {
        /// Its hash.
        code: CodeHash,
        /// What it is for.
        kind: CodeKind,
    },
    /// A new password.
    Password {
        /// Its hash.
        hash: PasswordHash,
        /// The credential that was checked before; refused where it was changed meanwhile.
        checked: CredentialVersion,
        /// Which sessions go on.
        keep: Keep,
    },
    /// The password of somebody who has none; refused where there is one by now.
    FirstPassword(PasswordHash),
    /// The same password under a newer hash: nothing that anybody could notice.
    Rehash {
        /// The hash that was checked.
        from: PasswordHash,
        /// The hash that takes its place.
        to: PasswordHash,
    },
    /// Takes the account away.
    Erase,
    /// Several changes, each kind once, in their order: all of them, or none where one is refused.
    All(Vec<UserChange>),
}

/// Which sessions of a person go on after a new password.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Keep {
    /// The one that asked.
    Own(SessionId),
    /// All of them: the person knew the old one, and asked for nothing more.
    All,
}

/// One thing to change of an account.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Edit {
    /// The name to sign in with.
    Username(Text),
    /// The e-mail address.
    Email(Option<Text>),
    /// What the person may do. It ends the person's sessions.
    Roles(Vec<Role>),
    /// The id in an older system.
    ExtId(Option<Text>),
    /// Whether somebody vouches for the person.
    Verified(bool),
}

/// A one-time code that came back, with the password that is set with it.
#[derive(Clone, Debug)]
pub struct Redeem {
    /// The code's hash.
    pub code: CodeHash,
    /// The hash of the password.
    pub hash: PasswordHash,
}
