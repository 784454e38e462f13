//! What can be asked of the rules, and what they answer.

use licence_core::claims::LogPosition;
use licence_core::{Code, LicenceId, Role, SessionId, Text, TokenId, UnixTime, UserId};

use super::licence::Terms;
use super::refresh::{Generation, Nonce, SecretHash};
use super::row::{CredentialVersion, LoginName, PasswordHash};

/// One thing to do, whole or not at all.
#[derive(Clone, Debug)]
pub enum Command {
    /// Puts a verified licence into force, or stages it.
    InstallLicence(InstallLicence),
    /// Registers a person.
    AddUser(AddUser),
    /// Starts a session, and takes a seat for it.
    SignIn(SignIn),
    /// Rotates a refresh token, and renews the seat or takes one.
    Refresh(Refresh),
    /// Ends a session, and gives its seat back.
    SignOut(SignOut),
    /// Lets go of what has lapsed.
    Sweep,
}

/// A licence that the verifier accepted.
#[derive(Clone, Debug)]
pub struct InstallLicence {
    /// The file as it was signed.
    pub file: Vec<u8>,
    /// What the rules need of it.
    pub terms: Terms,
    /// Whether it may take the place of another series.
    pub replace: Replace,
}

/// Whether a licence may take the place of another series.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Replace {
    /// Only a renewal of the one in force is taken.
    SameSeries,
    /// Any series is taken.
    AnySeries,
}

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
}

impl AddUser {
    pub(super) fn names(&self) -> impl Iterator<Item = LoginName> {
        [Some(&self.username), self.email.as_ref()].into_iter().flatten().map(LoginName::of)
    }
}

/// A sign-in whose password was found right.
#[derive(Clone, Debug)]
pub struct SignIn {
    /// Who.
    pub user: UserId,
    /// Against which version of the credential the password was checked.
    pub credential: CredentialVersion,
    /// The id of the new session.
    pub session: SessionId,
    /// The hash of the new session's first refresh secret.
    pub secret: SecretHash,
    /// The id of the access token, should there be one.
    pub jti: TokenId,
    /// What the person calls the device.
    pub device: Option<Text>,
    /// What the application asked for.
    pub scope: Text,
    /// How long the session lasts.
    pub stay: Stay,
    /// A session of the same person to end first, whatever comes of the rest: its person asked for it.
    pub end_session: Option<SessionId>,
}

/// How long a session lasts.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Stay {
    /// Seconds at most.
    pub life_secs: i64,
    /// Seconds without a refresh at most.
    pub idle_secs: i64,
}

/// A refresh token whose mac was found right.
#[derive(Clone, Debug)]
pub struct Refresh {
    /// The session it names.
    pub session: SessionId,
    /// The rotation it names.
    pub generation: Generation,
    /// The hash of its secret.
    pub secret: SecretHash,
    /// Mixed into the child's secret, should there be a new child.
    pub nonce: Nonce,
    /// The hash of that child's secret.
    pub child: SecretHash,
    /// The id of the access token, should there be one.
    pub jti: TokenId,
    /// A session of the same person to end first, whatever comes of the rest: its person asked for it.
    pub end_session: Option<SessionId>,
}

/// A session to end. The edge has seen a genuine token of it.
#[derive(Clone, Copy, Debug)]
pub struct SignOut {
    /// Which.
    pub session: SessionId,
}

/// What came of a command.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Outcome {
    /// A licence was installed; it takes effect at that time.
    Installed {
        /// When its terms apply from.
        from: UnixTime,
    },
    /// A person was registered.
    Added {
        /// Who.
        user: UserId,
    },
    /// A seat is held: make the access token.
    Granted(Grant),
    /// A sign-in made a session but found no seat: the login stays, and may try again.
    NoSeat(FullHouse),
    /// Done, with nothing to say.
    Done,
    /// Refused; nothing was changed but what the refusal itself ends or records, and the session that
    /// the command asked to end first.
    Refused(Refusal),
}

/// Everything that an access token says, but for what configuration adds.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Grant {
    /// The person.
    pub user: UserId,
    /// What the person may do.
    pub roles: Vec<Role>,
    /// The person's id in an older system.
    pub ext_id: Option<Text>,
    /// The session.
    pub session: SessionId,
    /// When the session ends at the latest.
    pub session_end: UnixTime,
    /// When the password was checked.
    pub auth_time: UnixTime,
    /// What was asked for.
    pub scope: Text,
    /// The access token's id.
    pub jti: TokenId,
    /// When the access token starts.
    pub iat: UnixTime,
    /// When the access token ends.
    pub exp: UnixTime,
    /// Until when the session holds its seat.
    pub lease_end: UnixTime,
    /// The licence it rests on.
    pub licence: LicenceId,
    /// Seats taken, this one included.
    pub seats_in_use: u32,
    /// Seats there are.
    pub seats_total: u32,
    /// Which refresh token the answer carries.
    pub next: NextSecret,
    /// Where the audit log stood after it.
    pub position: LogPosition,
}

/// Which refresh token an answer carries.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum NextSecret {
    /// The first, which the edge made for the sign-in.
    First,
    /// The child of the one that was shown, made with this nonce.
    Child {
        /// Its place in the row of rotations.
        generation: Generation,
        /// What was mixed into its secret.
        nonce: Nonce,
    },
}

/// All seats are taken.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct FullHouse {
    /// The session that waits.
    pub session: SessionId,
    /// When the session ends at the latest.
    pub session_end: UnixTime,
    /// Seats taken.
    pub seats_in_use: u32,
    /// Seats there are.
    pub seats_total: u32,
    /// When the next lease ends, if it is not renewed.
    pub earliest: Option<UnixTime>,
}

/// Why a command was refused.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Refusal {
    /// The person, the session or the credential is not what it was, or has ended.
    InvalidGrant,
    /// An old refresh token was used again; its session was ended.
    RefreshReused,
    /// The store is older than the refresh token.
    StoreBehind,
    /// No seat, and nothing was rotated.
    NoSeat(FullHouse),
    /// The person is active on too many devices; these are the sessions.
    TooManySessions(Vec<SessionId>),
    /// There is no licence to give seats under.
    Licence(LicenceRefusal),
    /// As many people are registered as the licence allows.
    RegisteredFull,
    /// There is one with that name, or that place, already.
    Conflict,
}

/// Why there is no licence to give seats under.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum LicenceRefusal {
    /// None is installed.
    None,
    /// It has not begun.
    NotYet {
        /// When it begins.
        from: UnixTime,
    },
    /// It has ended.
    Expired {
        /// When it ended.
        until: UnixTime,
    },
}

impl Refusal {
    /// The stable code.
    #[must_use]
    pub const fn code(&self) -> Code {
        match self {
            Self::InvalidGrant => Code::InvalidGrant,
            Self::RefreshReused => Code::RefreshReused,
            Self::StoreBehind => Code::StoreBehind,
            Self::NoSeat(_) => Code::NoSeat,
            Self::TooManySessions(_) => Code::TooManySessions,
            Self::Licence(LicenceRefusal::None) => Code::NoLicence,
            Self::Licence(LicenceRefusal::NotYet { .. }) => Code::NotYetValid,
            Self::Licence(LicenceRefusal::Expired { .. }) => Code::LicenceExpired,
            Self::RegisteredFull => Code::RegisteredFull,
            Self::Conflict => Code::Conflict,
        }
    }
}
