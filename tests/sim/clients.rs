//! What devices ask for, and how they take the answer.

use licence_core::{KeyId, PrivateKey, SessionId, TokenId, UnixTime};
use licence_server::domain::{
    Borrow, Command, DataOwner, EndSession, Expected, Holder, Outcome, Refusal, ReturnSeat,
    RevokeToken, Scope, SignOut, WriteData,
};

use super::ask::{Ask, By};
use super::broken::{Broken, Promise, check};
use super::people::{Device, PATIENCE_SECS, RETRY_SECS};
use super::simulation::Simulation;
use super::token::Token;

/// The key that a browser makes for a loan.
fn key_for(id: TokenId) -> KeyId {
    let mut seed = [0; 32];
    seed[..16].copy_from_slice(&id.0.to_bytes());
    PrivateKey::from_seed(&seed).unwrap().public().id()
}

impl Simulation {
    /// A device whose answer was lost asks again, and so does one whose place in the queue was called.
    pub(crate) fn urgent(&mut self) -> Vec<Ask> {
        let (truth, now) = (self.server.clocks.truth(), self.server.now());
        let mut asks = Vec::new();
        for index in 0..self.devices.len() {
            let device = self.device(index);
            if device.lost.is_some_and(|lost| lost.retry <= truth) {
                asks.extend(self.refresh(index, 0));
            } else if let Some(wait) = device.wait {
                if now.is_expired(wait.until) || self.dice.one_in(40) {
                    asks.extend(self.stop_waiting(index));
                } else if self.woken.contains(&wait.holder) {
                    asks.extend(self.ask_again(index, wait.is_sign_in));
                }
            }
        }
        asks
    }

    fn device(&self, index: usize) -> &Device {
        self.devices.get(index).unwrap()
    }

    fn ask_again(&mut self, index: usize, is_sign_in: bool) -> Option<Ask> {
        let shown = self.device(index).token?;
        if !is_sign_in {
            return self.refresh(index, 0);
        }
        let command = self.mint.resume(shown.session);
        Some(Ask { command, by: By::Device { index, shown: Some(shown), is_lost: false } })
    }

    /// The request ends; the place is kept for a while, unless another request waits there.
    fn stop_waiting(&mut self, index: usize) -> Option<Ask> {
        let wait = self.devices.get_mut(index)?.wait.take()?;
        let is_awaited = |device: &Device| device.wait.is_some_and(|w| w.holder == wait.holder);
        let is_last = !self.devices.iter().any(is_awaited);
        is_last.then(|| Command::LeaveQueue(wait.holder).into())
    }

    /// Shows the token that the device keeps, if that is still what an honest client does.
    fn refresh(&mut self, index: usize, wait_secs: i64) -> Option<Ask> {
        let now = self.server.now();
        let is_lost = self.dice.one_in(12);
        let device = self.devices.get_mut(index)?;
        let shown = device.token?;
        if !device.may_retry(now) {
            device.forget();
            self.tally.given_up += 1;
            return None;
        }
        let (mark, end_session) = (device.mark, device.end_next);
        let seen = self.sightings.get(&shown.session).copied();
        let refresh = self.mint.refresh(shown, mark, seen, wait_secs);
        let refresh = licence_server::domain::Refresh { end_session, ..refresh };
        let by = By::Device { index, shown: Some(shown), is_lost };
        Some(Ask { command: Command::Refresh(refresh), by })
    }

    /// What a person does next on some device: one request, or one from each of several tabs.
    pub(crate) fn act(&mut self) -> Vec<Ask> {
        let index = self.dice.below(self.devices.len());
        let now = self.server.now();
        let device = self.device(index);
        // Time is judged in seconds, and a client does not come back within the same one.
        let is_busy = device.lost.is_some() || device.wait.is_some() || device.answered == now;
        match device.token {
            _ if is_busy => Vec::new(),
            None => self.sign_in(index).into_iter().collect(),
            Some(token) => match self.dice.below(100) {
                0..60 => {
                    let wait_secs = self.dice.pick(&[0, 0, 0, 20]);
                    self.refresh(index, wait_secs).into_iter().collect()
                }
                60..75 => self.tabs(index),
                75..90 => self.leave(index, token).into_iter().collect(),
                _ => self.take_along(index, token).into_iter().collect(),
            },
        }
    }

    fn tabs(&mut self, index: usize) -> Vec<Ask> {
        (0..self.dice.between(2, 5)).filter_map(|_| self.refresh(index, 0)).collect()
    }

    fn sign_in(&mut self, index: usize) -> Option<Ask> {
        let device = self.devices.get(index)?;
        let Some(person) = self.model.people.get(&device.user) else {
            let user = self.dice.any(&self.model.people.keys().copied().collect::<Vec<_>>())?;
            self.devices.get_mut(index)?.user = user;
            return None;
        };
        let password = person.password.wrapping_sub(u32::from(self.dice.one_in(50)));
        let sign_in = self.mint.sign_in(device, password, &mut self.dice);
        let is_lost = self.dice.one_in(30);
        let by = By::Device { index, shown: None, is_lost };
        Some(Ask { command: Command::SignIn(sign_in), by })
    }

    fn leave(&mut self, index: usize, token: Token) -> Option<Ask> {
        let (session, choice) = (token.session, self.dice.below(10));
        let command = match choice {
            0..2 => Command::SignOut(SignOut { session }),
            2 => Command::EndSession(EndSession {
                session,
                of: Some(self.device(index).user),
                by: None,
            }),
            3..8 => Command::Park(session),
            8 => {
                // What is refused already is not taken back: its request goes no further than the edge.
                let access = self.model.tokens.latest(session)?;
                if self.server.mirror.is_revoked(access.place) {
                    return None;
                }
                let (jti, exp, seq) = (access.place.jti, access.exp, access.place.position.seq);
                Command::RevokeToken(RevokeToken { session, jti, exp, seq })
            }
            _ => {
                // Another browser profile: the session is left behind.
                self.devices.get_mut(index)?.forget();
                return None;
            }
        };
        if choice < 3 {
            self.devices.get_mut(index)?.forget();
        }
        Some(command.into())
    }

    fn take_along(&mut self, index: usize, token: Token) -> Option<Ask> {
        let (session, user) = (token.session, self.device(index).user);
        let own = self.model.lent.iter().filter(|(_, lent)| lent.user == user && lent.is_out);
        let own: Vec<TokenId> = own.map(|(id, _)| *id).collect();
        let command = match (self.dice.any(&own), self.dice.below(3)) {
            (Some(id), 0) => Command::ReturnSeat(ReturnSeat { id, user }),
            (_, 1) => {
                let (id, days) = (TokenId(self.mint.uuid()), self.dice.pick(&[1, 1, 2, 3]));
                Command::Borrow(Borrow { session, id, days, key: key_for(id) })
            }
            _ => {
                let owner = self.dice.pick(&[DataOwner::Session(session), DataOwner::Person(user)]);
                let expected = self.dice.pick(&[Expected::Anything, Expected::Nothing]);
                let json = self.dice.pick(&[Some("{}"), None]).map(str::to_owned);
                Command::WriteData(WriteData { owner, expected, json, public: None })
            }
        };
        Some(command.into())
    }

    /// A device has its answer, or has lost it.
    pub(crate) fn device_hears(&mut self, ask: &Ask, outcome: &Outcome) -> Result<(), Broken> {
        let By::Device { index, shown, is_lost } = ask.by else { return Ok(()) };
        let (truth, now) = (self.server.clocks.truth(), self.now);
        if is_lost || !self.model.is_heard {
            self.lose(index, shown, truth, now);
            return Ok(());
        }
        let uses_it = !self.dice.one_in(10);
        if let (Outcome::Granted(grant), true) = (outcome, uses_it) {
            self.see(grant.session, grant.position.seq);
        }
        let (wait_secs, is_sign_in) = match &ask.command {
            Command::SignIn(sign_in) => (sign_in.wait_secs, true),
            Command::Refresh(refresh) => (refresh.wait_secs, false),
            _ => (0, true),
        };
        let device = self.devices.get_mut(index).unwrap();
        let asked_as = device.clone();
        // Who left meanwhile does not mind.
        let is_there = device.token == shown && !device.is_copied;
        let is_wronged = is_there && *outcome == Outcome::Refused(Refusal::RefreshReused);
        device.hear(shown, outcome, now);
        if let Some(lost) = &mut device.lost {
            // Turned away: what was lost before is still lost.
            lost.retry = truth.plus(PATIENCE_SECS);
        }
        if let Some(full) = outcome.full_house() {
            device.wait(full, wait_secs, is_sign_in, now);
        }
        check(!is_wronged, Promise::HonestStays, || {
            format!("an honest client was taken for a thief at {now}: {asked_as:?}, {ask:?}")
        })
    }

    /// The client knows nothing of what came of its request. It asks again soon, or its device sleeps.
    fn lose(&mut self, index: usize, shown: Option<Token>, truth: UnixTime, now: UnixTime) {
        let sleep_secs = self.dice.between(60, 80_000);
        let secs = if self.dice.one_in(4) { sleep_secs } else { RETRY_SECS };
        let device = self.devices.get_mut(index).unwrap();
        match shown {
            Some(_) => device.lose(truth.plus(secs), now),
            None => device.wait = None,
        }
    }

    /// An access token came back.
    pub(crate) fn see(&mut self, session: SessionId, seq: u64) {
        let seen = self.sightings.entry(session).or_insert(seq);
        *seen = (*seen).max(seq);
    }

    /// Whom a turn told to ask again.
    pub(crate) fn hear_bells(&mut self, woken: Vec<Holder>) {
        self.woken = woken;
    }

    /// Which scope a new device asks for: some administer.
    pub(crate) fn scope(&mut self) -> Scope {
        if self.dice.one_in(8) { Scope::Admin } else { Scope::Seat }
    }
}
