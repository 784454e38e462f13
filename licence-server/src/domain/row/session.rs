use licence_core::claims::SessionData;
use licence_core::{SessionId, Text, UnixTime, UserId};

use super::revocation::RevokedToken;
use super::site::Site;
use crate::domain::REVOKED_MARGIN_SECS;
use crate::domain::licence::ACCESS_SECS;
use crate::domain::refresh::{Generation, LateAnswers, Rotation, SecretHash};

/// What a sign-in asked for.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Scope {
    /// To use the application, on a seat.
    Seat,
    /// To administer the server: without a seat, whatever becomes of the licence.
    Admin,
}

impl Scope {
    /// Its name in requests and tokens.
    #[must_use]
    pub const fn name(self) -> &'static str {
        match self {
            Self::Seat => "seat",
            Self::Admin => "admin",
        }
    }

    /// Reads its name.
    #[must_use]
    pub fn parse(text: &str) -> Option<Self> {
        [Self::Seat, Self::Admin].into_iter().find(|scope| scope.name() == text)
    }
}

/// A device, as far as its requests tell devices apart; a digest, and no secret.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct DeviceMark(pub [u8; 8]);

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
    /// When it is looked at next, to see whether it has ended. It is not moved at each refresh, so that a
    /// refresh changes no index.
    pub due: UnixTime,
    /// What the person called the device.
    pub device: Option<Text>,
    /// Which device it was made on.
    pub mark: DeviceMark,
    /// What the sign-in asked for.
    pub scope: Scope,
    /// Until when it holds a seat; `None` while it holds none.
    pub lease_end: Option<UnixTime>,
    /// When its last access token ends.
    pub access_end: UnixTime,
    /// Its access tokens that were made before this place in the log are good no more.
    pub access_from: u64,
    /// Until when that is on the list of what was revoked.
    pub access_from_until: UnixTime,
    /// Its access tokens that were revoked one by one, and could otherwise be good.
    pub revoked: Vec<RevokedToken>,
    /// The place in the audit log of the latest access token that came back, which each of them carries;
    /// `None` before one did. Two of them may be made in one second, and no clock moves a place.
    pub seen_seq: Option<u64>,
    /// When it was last heard of, to five minutes.
    pub seen_at: UnixTime,
    /// The refresh token that is good now.
    pub current: SecretHash,
    /// Which rotation that is, from 0.
    pub generation: Generation,
    /// The rotation that led to it.
    pub rotation: Option<Rotation>,
    /// Answers that were lost and given again late.
    pub late: LateAnswers,
    /// The life of the store in which its refresh token was adopted; 0 for none.
    pub adopted_in: u32,
    /// What the application lets everyone read in its access tokens: a JSON object.
    pub public: Option<SessionData>,
    /// How often the clock had been set back when this was written. Where it was since, times in here may
    /// lie ahead of it.
    pub set_backs: u32,
}

/// When a session ends, by a clock that may have been set back since its row was written.
struct Ends {
    /// Seconds by which its beginning was ahead of the time that the clock was set back to.
    ahead_secs: i64,
    /// Whatever happens.
    end: UnixTime,
    /// Without a refresh, but for time without a valid licence from `unlicensed_secs` on.
    idle_end: UnixTime,
    unlicensed_secs: i64,
}

impl Session {
    /// Starts its idle time anew.
    pub(in crate::domain) fn touch(&mut self, site: &Site, now: UnixTime) {
        self.idle_end = now.plus(self.idle_secs).min(self.end);
        self.unlicensed_secs = site.unlicensed_secs;
        self.seen_at = now;
    }

    /// When it ends if it is not refreshed before. Time without a valid licence is not idle time:
    /// nobody could have refreshed it.
    #[must_use]
    pub fn idle_end(&self, site: &Site) -> UnixTime {
        let Ends { end, idle_end, unlicensed_secs, .. } = self.ends(site);
        idle_end.plus(site.unlicensed_secs - unlicensed_secs).min(end)
    }

    /// What was made while the clock was ahead counts from the moment to which it was set back, and so does
    /// the idle time of what was refreshed then: neither lasts longer for the clock's being wrong.
    fn ends(&self, site: &Site) -> Ends {
        let Self { end, idle_end, unlicensed_secs, .. } = *self;
        let Some(set_back) = site.set_back_since(self.set_backs) else {
            return Ends { ahead_secs: 0, end, idle_end, unlicensed_secs };
        };
        let ahead_secs = self.auth_time.since(set_back.to).max(0);
        let spared_secs = set_back.unlicensed_secs - unlicensed_secs;
        let latest = set_back.to.plus(self.idle_secs);
        Ends {
            ahead_secs,
            end: end.plus(-ahead_secs),
            idle_end: idle_end.plus(-ahead_secs).plus(spared_secs).min(latest),
            unlicensed_secs: set_back.unlicensed_secs,
        }
    }

    /// When the last of its access tokens has ended everywhere. One that seems to end later was made
    /// while the clock was ahead, and is refused since it was set back.
    pub(in crate::domain) fn revoked_until(&self, now: UnixTime) -> UnixTime {
        self.access_end.min(now.plus(ACCESS_SECS)).plus(REVOKED_MARGIN_SECS)
    }

    /// The same by the clock as it was set back since, if it was: nothing that happened lies ahead of that moment.
    /// Rules go by it, and whoever is shown its times.
    #[must_use]
    pub fn by_clock_of(mut self, site: &Site) -> Self {
        let Some(set_back) = site.set_back_since(self.set_backs) else {
            return self;
        };
        let Ends { ahead_secs, end, idle_end, unlicensed_secs } = self.ends(site);
        self.auth_time = self.auth_time.plus(-ahead_secs);
        (self.end, self.idle_end, self.unlicensed_secs) = (end, idle_end, unlicensed_secs);
        self.set_backs = set_back.times;
        self.access_end = self.access_end.min(set_back.to.plus(ACCESS_SECS));
        self.late.since = self.late.since.min(set_back.to);
        self.seen_at = self.seen_at.min(set_back.to);
        if let Some(rotation) = &mut self.rotation {
            rotation.at = rotation.at.min(set_back.to);
            rotation.opened = rotation.opened.min(set_back.to);
        }
        self
    }
}
