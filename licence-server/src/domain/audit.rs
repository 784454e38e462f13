//! What the audit log says: ids and no names, one entry an act, the digest of each
//! chained to those before.

use licence_core::claims::{Epoch, LogPosition};
use licence_core::json::{self, ObjectWriter};
use licence_core::{
    ChainHead, Code, LicenceId, SessionId, SignedDigest, Text, TokenId, UnixTime, UserId,
};
use sha2::{Digest as _, Sha256};

use super::row::ServiceId;

/// Something that happened, refusals included.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Act {
    /// A person was registered.
    UserAdded(UserId),
    /// A person asked to be registered.
    UserApplied(UserId),
    /// A person's account was changed.
    UserChanged(UserId, UserChangeKind),
    /// A person's account was taken away, with everything but their id in this log.
    UserErased(UserId),
    /// A session began.
    SignedIn(UserId, SessionId),
    /// A session's token was rotated, and its lease renewed.
    Refreshed(SessionId),
    /// A session's token was shown once more, and the same child given again.
    Replayed(SessionId),
    /// The same, long after the answer was lost.
    LateReplayed(SessionId),
    /// A session's token was newer than the store, which was put back, and was adopted.
    Adopted(SessionId),
    /// A session took a seat.
    SeatTaken(SessionId),
    /// A session's lease was not renewed in time.
    SeatLapsed(SessionId),
    /// A session gave its seat back and went on without one.
    SeatReleased(SessionId),
    /// An administrator keeps a seat free for a person.
    SeatReserved(UserId),
    /// A seat was taken along offline.
    SeatBorrowed(SessionId, TokenId),
    /// A borrowed seat was brought back.
    SeatReturned(TokenId),
    /// A borrowed seat was written off.
    SeatWrittenOff(TokenId),
    /// A borrowed seat's time was over.
    BorrowingEnded(TokenId),
    /// A session ended because its person ended it.
    SignedOut(SessionId),
    /// A session ended because its time was over.
    SessionEnded(SessionId),
    /// A session ended because an administrator ended it, or changed the account.
    SessionRevoked(SessionId),
    /// A session ended because an old refresh token of it was used again.
    TokenReused(SessionId),
    /// One access token was revoked.
    TokenRevoked(SessionId, TokenId),
    /// A service was given a key.
    ServiceAdded(ServiceId),
    /// A service's key was taken back.
    ServiceRevoked(ServiceId),
    /// Every access token of the site was revoked: so many were one by one that the list was full.
    EveryTokenRevoked,
    /// A licence was installed.
    LicenceInstalled(LicenceId),
    /// A revocation list was installed.
    RevocationsInstalled(u32),
    /// More seats are held than the licence in force has.
    SeatsOver,
    /// No more seats are held than the licence in force has.
    SeatsWithin,
    /// The wall clock is behind a time that was trusted.
    ClockBehind,
    /// The wall clock is too far ahead to be believed.
    ClockDisputed,
    /// The wall clock is believed again.
    ClockSound,
    /// An administrator accepted the wall clock.
    ClockAccepted(UnixTime),
    /// An administrator lowered the highest time that was trusted.
    ClockReset(UnixTime, Text),
    /// A usage statement was signed.
    UsageStated(UsageStated),
    /// A backup of a time reached its place.
    BackedUp(UnixTime),
    /// The final backup was begun, and nothing is decided here any more.
    Retired,
    /// A backup was put back, and a new life began.
    Restored(Restored),
    /// A seat is held back that may have been lent since the backup.
    SeatHeldBack(TokenId),
    /// Entries before a place were taken away, and a signed checkpoint was left.
    LogPruned(u64),
    /// Something was refused, so many times since the last entry of the same kind.
    Refused(Refused, u32),
}

/// A usage statement, as the next one has to know it.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct UsageStated {
    /// What the next one names it by.
    pub statement: SignedDigest,
    /// When the last day ended of which all was told.
    pub until: UnixTime,
    /// Where the log stood.
    pub end: LogPosition,
}

/// A backup that was put back.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Restored {
    /// Of which time it is.
    pub of: UnixTime,
    /// The life that began. Whoever reads the log learns from here which life the entries behind it tell of.
    pub epoch: Epoch,
    /// Whether an administrator vouches that nothing happened after it.
    pub is_lossless: bool,
    /// Where the log in it was not what had been written, if it was cut for that.
    pub log_broken_at: Option<u64>,
}

/// What of an account was changed.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum UserChangeKind {
    /// It may sign in again.
    Enabled,
    /// It may not sign in.
    Disabled,
    /// What it may do.
    Roles,
    /// How it proves who it is.
    Password,
    /// Names, addresses and marks.
    Profile,
    /// An invitation was made.
    Invited,
    /// A code for a new password was made.
    Reset,
    /// A code that was handed to the person came back.
    Verified,
}

/// A refusal on record.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
pub struct Refused {
    /// Who, where that is known.
    pub user: Option<UserId>,
    /// Which session, where that is known.
    pub session: Option<SessionId>,
    /// Why.
    pub code: Code,
}

/// Who did it, where that is not the person or the session that the entry names.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Actor {
    /// A person in the role of an administrator.
    Admin(UserId),
    /// Whoever may run commands on the server's machine.
    Local,
}

impl UserChangeKind {
    const fn name(self) -> &'static str {
        match self {
            Self::Enabled => "user_enabled",
            Self::Disabled => "user_disabled",
            Self::Roles => "user_roles_changed",
            Self::Password => "user_password_changed",
            Self::Profile => "user_changed",
            Self::Invited => "user_invited",
            Self::Reset => "user_reset_offered",
            Self::Verified => "user_verified",
        }
    }
}

/// The names of acts that a usage statement looks for.
#[expect(missing_docs, reason = "each is the name of the act that is called the same")]
impl Act {
    pub const CLOCK_DISPUTED: &'static str = "clock_disputed";
    pub const CLOCK_ACCEPTED: &'static str = "clock_accepted";
    pub const CLOCK_RESET: &'static str = "clock_reset";
    pub const USAGE_STATED: &'static str = "usage_stated";
}

impl Act {
    const fn name(&self) -> &'static str {
        match self {
            Self::UserAdded(_) => "user_added",
            Self::UserApplied(_) => "user_applied",
            Self::UserChanged(_, kind) => kind.name(),
            Self::UserErased(_) => "user_erased",
            Self::SignedIn(..) => "signed_in",
            Self::Refreshed(_) => "refreshed",
            Self::Replayed(_) => "replayed",
            Self::LateReplayed(_) => "late_replayed",
            Self::Adopted(_) => "adopted",
            Self::SeatTaken(_) => "seat_taken",
            Self::SeatLapsed(_) => "seat_lapsed",
            Self::SeatReleased(_) => "seat_released",
            Self::SeatReserved(_) => "seat_reserved",
            Self::SeatBorrowed(..) => "seat_borrowed",
            Self::SeatReturned(_) => "seat_returned",
            Self::SeatWrittenOff(_) => "seat_written_off",
            Self::BorrowingEnded(_) => "borrowing_ended",
            Self::SignedOut(_) => "signed_out",
            Self::SessionEnded(_) => "session_ended",
            Self::SessionRevoked(_) => "session_revoked",
            Self::TokenReused(_) => "token_reused",
            Self::TokenRevoked(..) => "token_revoked",
            Self::ServiceAdded(_) => "service_added",
            Self::ServiceRevoked(_) => "service_revoked",
            Self::LicenceInstalled(_) => "licence_installed",
            Self::RevocationsInstalled(_) => "revocations_installed",
            Self::EveryTokenRevoked => "every_token_revoked",
            Self::SeatsOver => "seats_over",
            Self::SeatsWithin => "seats_within",
            Self::ClockBehind => "clock_behind",
            Self::ClockDisputed => Self::CLOCK_DISPUTED,
            Self::ClockSound => "clock_sound",
            Self::ClockAccepted(_) => Self::CLOCK_ACCEPTED,
            Self::ClockReset(..) => Self::CLOCK_RESET,
            Self::UsageStated(_) => Self::USAGE_STATED,
            Self::BackedUp(_) => "backed_up",
            Self::Retired => "retired",
            Self::Restored(_) => "restored",
            Self::SeatHeldBack(_) => "seat_held_back",
            Self::LogPruned(_) => "log_pruned",
            Self::Refused(..) => "refused",
        }
    }

    fn write_subject(&self, entry: &mut ObjectWriter<'_>) {
        match self {
            Self::UserAdded(user)
            | Self::UserApplied(user)
            | Self::UserChanged(user, _)
            | Self::UserErased(user)
            | Self::SeatReserved(user) => entry.id("user", *user),
            Self::SignedIn(user, session) => {
                entry.id("user", *user);
                entry.id("session", *session);
            }
            Self::Refreshed(session)
            | Self::Replayed(session)
            | Self::LateReplayed(session)
            | Self::Adopted(session)
            | Self::SeatTaken(session)
            | Self::SeatLapsed(session)
            | Self::SeatReleased(session)
            | Self::SignedOut(session)
            | Self::SessionEnded(session)
            | Self::SessionRevoked(session)
            | Self::TokenReused(session) => entry.id("session", *session),
            Self::SeatBorrowed(session, token) | Self::TokenRevoked(session, token) => {
                entry.id("session", *session);
                entry.id("token", *token);
            }
            Self::SeatReturned(token)
            | Self::SeatWrittenOff(token)
            | Self::BorrowingEnded(token)
            | Self::SeatHeldBack(token) => {
                entry.id("token", *token);
            }
            Self::ServiceAdded(service) | Self::ServiceRevoked(service) => {
                entry.id("service", service.0);
            }
            Self::LicenceInstalled(licence) => entry.id("licence", *licence),
            Self::RevocationsInstalled(seq) => entry.integer("list", *seq),
            Self::EveryTokenRevoked
            | Self::SeatsOver
            | Self::SeatsWithin
            | Self::ClockBehind
            | Self::ClockDisputed
            | Self::ClockSound
            | Self::Retired => {}
            Self::BackedUp(taken) => entry.integer("of", taken.secs()),
            Self::Restored(restored) => restored.write(entry),
            Self::ClockAccepted(time) => entry.integer("time", time.secs()),
            Self::ClockReset(time, reason) => {
                entry.integer("time", time.secs());
                entry.string("reason", reason);
            }
            Self::UsageStated(stated) => stated.write(entry),
            Self::LogPruned(below) => entry.string("below", below),
            Self::Refused(refused, times) => {
                refused.write(entry);
                if *times > 1 {
                    entry.integer("times", *times);
                }
            }
        }
    }
}

impl UsageStated {
    fn write(&self, entry: &mut ObjectWriter<'_>) {
        let Self { statement, until, end: LogPosition { epoch, seq, head } } = self;
        entry.string("statement", statement);
        entry.integer("until", until.secs());
        entry.object("end", |end| {
            end.string("epoch", epoch);
            end.integer("seq", i64::try_from(*seq).unwrap_or(i64::MAX));
            end.string("head", head);
        });
    }
}

impl Restored {
    fn write(self, entry: &mut ObjectWriter<'_>) {
        entry.integer("of", self.of.secs());
        entry.string("epoch", self.epoch);
        if self.is_lossless {
            entry.boolean("lossless", true);
        }
        if let Some(place) = self.log_broken_at {
            entry.string("log_broken_at", place);
        }
    }
}

impl Refused {
    fn write(self, entry: &mut ObjectWriter<'_>) {
        if let Some(user) = self.user {
            entry.id("user", user);
        }
        if let Some(session) = self.session {
            entry.id("session", session);
        }
        entry.string("code", self.code);
    }
}

/// One entry of the log, as the bytes that are stored and chained.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Entry {
    /// Its place, from 1.
    pub seq: u64,
    /// JSON: `{"at":…,"act":"…",…}`.
    pub json: String,
}

impl Entry {
    pub(super) fn new(seq: u64, at: UnixTime, act: &Act, by: Option<Actor>) -> Self {
        let json = json::object(|entry| {
            entry.integer("at", at.secs());
            entry.string("act", act.name());
            act.write_subject(entry);
            match by {
                Some(Actor::Admin(user)) => entry.id("by", user),
                Some(Actor::Local) => entry.string("by", "local"),
                None => {}
            }
        });
        Self { seq, json }
    }

    /// The entry's SHA-256, which is what is chained: whoever knows the digests can recompute the log's
    /// head and learns nothing of the entries.
    #[must_use]
    pub fn digest(&self) -> [u8; 32] {
        Sha256::digest(&self.json).into()
    }

    /// The head of the log after this entry.
    #[must_use]
    pub fn chained_to(&self, head: ChainHead) -> ChainHead {
        head.append(&self.digest())
    }
}
