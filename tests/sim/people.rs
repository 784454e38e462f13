//! People on their devices, as honest clients behave.
//!
//! A client retries within half a minute when an answer was lost, or after its device has slept, up to a
//! day and twice a day; several tabs may show one token at once. It uses its access token when it has it.

use licence_core::{SessionId, UnixTime, UserId};
use licence_server::domain::{DeviceMark, FullHouse, Holder, NextSecret, Outcome, Refusal, Scope};

use super::clocks::DAY;
use super::token::Token;

/// Sessions of one person that are kept at least.
pub(crate) const SESSIONS_KEPT_MAX: usize = 60;

/// Seconds after which a client has asked again for an answer that was lost.
pub(crate) const RETRY_SECS: i64 = 25;

/// Seconds after which a client that was turned away asks again.
pub(crate) const PATIENCE_SECS: i64 = 240;

/// Seconds in which a retry is no late one.
const REPLAY_SECS: i64 = 30;

/// A browser with its person.
#[derive(Clone, Debug)]
pub(crate) struct Device {
    pub(crate) user: UserId,
    pub(crate) mark: DeviceMark,
    pub(crate) scope: Scope,
    /// The refresh token that it keeps.
    pub(crate) token: Option<Token>,
    pub(crate) lost: Option<Lost>,
    pub(crate) wait: Option<Wait>,
    /// A session to end first, because the person is active on too many devices.
    pub(crate) end_next: Option<SessionId>,
    /// Whether somebody has a copy of its token.
    pub(crate) is_copied: bool,
    /// When it was answered last, by the time of the server.
    pub(crate) answered: UnixTime,
    /// When answers were lost and fetched late.
    late: Vec<UnixTime>,
}

/// A request without an answer.
#[derive(Clone, Copy, Debug)]
pub(crate) struct Lost {
    /// When it was made, by the time of the server.
    asked: UnixTime,
    /// When an answer may have been given last, which the device did not hear.
    given: UnixTime,
    /// When it is repeated, in truth.
    pub(crate) retry: UnixTime,
}

/// A request that waits for a seat.
#[derive(Clone, Copy, Debug)]
pub(crate) struct Wait {
    pub(crate) holder: Holder,
    pub(crate) until: UnixTime,
    /// Whether it is a sign-in's.
    pub(crate) is_sign_in: bool,
}

impl Device {
    pub(crate) const fn new(user: UserId, mark: DeviceMark, scope: Scope) -> Self {
        Self {
            user,
            mark,
            scope,
            token: None,
            lost: None,
            wait: None,
            end_next: None,
            is_copied: false,
            answered: UnixTime::MIN,
            late: Vec::new(),
        }
    }

    /// What is forgotten when the person clears the browser, or the session has ended.
    pub(crate) fn forget(&mut self) {
        (self.token, self.lost, self.wait, self.is_copied) = (None, None, None, false);
        self.late.clear();
    }

    /// Whether to show the token once more is still within what an honest client does.
    pub(crate) fn may_retry(&mut self, now: UnixTime) -> bool {
        self.late.retain(|late| now.since(*late) < DAY);
        self.lost.is_none_or(|lost| {
            let is_late = now.since(lost.given) >= REPLAY_SECS;
            now.since(lost.asked) < DAY && !(is_late && self.late.len() >= 2)
        })
    }

    /// The device knows nothing of what came of its request, and repeats it later.
    pub(crate) fn lose(&mut self, retry: UnixTime, now: UnixTime) {
        if self.token.is_none() {
            return;
        }
        let (asked, given) = self.lost.map_or((now, now), |lost| (lost.asked, lost.given));
        let is_late = now.since(given) >= REPLAY_SECS;
        self.late.extend(is_late.then_some(now));
        let given = if is_late { now } else { given };
        (self.lost, self.wait) = (Some(Lost { asked, given, retry }), None);
    }

    /// The server's clock was set back.
    pub(crate) fn set_back(&mut self, now: UnixTime) {
        if let Some(lost) = &mut self.lost {
            (lost.asked, lost.given) = (lost.asked.min(now), lost.given.min(now));
        }
        self.late.iter_mut().for_each(|late| *late = (*late).min(now));
    }

    /// An answer came.
    pub(crate) fn hear(&mut self, shown: Option<Token>, outcome: &Outcome, now: UnixTime) {
        match outcome {
            Outcome::Granted(grant) => {
                let lost = self.lost.take();
                let is_late = lost.is_some_and(|lost| now.since(lost.given) >= REPLAY_SECS);
                self.late.extend(is_late.then_some(now));
                (self.wait, self.end_next, self.answered) = (None, None, now);
                self.token = match (grant.next, shown) {
                    (NextSecret::First, _) => Some(Token::first(grant.session)),
                    (NextSecret::Child { nonce, .. }, Some(shown)) => Some(shown.child(nonce)),
                    (NextSecret::Child { .. }, None) => None,
                };
            }
            Outcome::NoSeat(full) => {
                self.token = Some(Token::first(full.session));
                self.end_next = None;
            }
            // Where the store is behind, the person signs in once more.
            Outcome::Refused(
                Refusal::InvalidGrant | Refusal::RefreshReused | Refusal::StoreBehind,
            ) => self.forget(),
            Outcome::Refused(Refusal::TooManySessions(others)) => {
                self.wait = None;
                self.end_next = others.first().copied();
            }
            Outcome::Refused(Refusal::NoSeat(_)) => {}
            Outcome::Refused(_)
            | Outcome::Installed { .. }
            | Outcome::Added { .. }
            | Outcome::Offered { .. }
            | Outcome::Redeemed { .. }
            | Outcome::Borrowed(_)
            | Outcome::Written { .. }
            | Outcome::Swept(_)
            | Outcome::Done => self.wait = None,
        }
    }

    /// Waits on where the house is full, if the request asked for that.
    pub(crate) fn wait(
        &mut self,
        full: &FullHouse,
        wait_secs: i64,
        is_sign_in: bool,
        now: UnixTime,
    ) {
        let until = self.wait.map_or_else(|| now.plus(wait_secs), |wait| wait.until);
        let is_waiting = full.place.is_some() && !now.is_expired(until);
        self.wait = is_waiting.then_some(Wait { holder: full.holder, until, is_sign_in });
    }
}
