//! Thieves: whoever copied a refresh token, and shows it when it suits them.

use licence_core::UnixTime;
use licence_server::domain::{Command, DeviceMark, NextSecret, Outcome, Refusal};

use super::ask::{Ask, By};
use super::simulation::Simulation;
use super::token::Token;

/// Thieves at once.
const THIEVES_MAX: usize = 4;

/// Somebody with a copy.
#[derive(Clone, Debug)]
pub(crate) struct Thief {
    token: Token,
    /// Which device it seems to be.
    mark: DeviceMark,
    /// When the copy is shown next, in truth.
    next: UnixTime,
}

impl Simulation {
    /// Copies a device's token, and perhaps whatever tells the device apart.
    pub(crate) fn steal(&mut self) {
        let index = self.dice.below(self.devices.len());
        let mark = self.mint.mark();
        let delay_secs = self.dice.pick(&[0, 3, 20, 29, 31, 60, 600, 5_000, 40_000, 90_000]);
        let next = self.server.clocks.truth().plus(delay_secs);
        let device = self.devices.get_mut(index).unwrap();
        let Some(token) = device.token.filter(|_| self.thieves.len() < THIEVES_MAX) else { return };
        device.is_copied = true;
        let mark = if self.dice.one_in(2) { device.mark } else { mark };
        self.thieves.push(Thief { token, mark, next });
    }

    /// A thief whose hour has come.
    pub(crate) fn thief_asks(&mut self) -> Option<Ask> {
        let truth = self.server.clocks.truth();
        let index = self.thieves.iter().position(|thief| thief.next <= truth)?;
        let thief = self.thieves.get(index).unwrap();
        let (shown, mark) = (thief.token, thief.mark);
        let seen = self.sightings.get(&shown.session).copied();
        let refresh = self.mint.refresh(shown, mark, seen, 0);
        Some(Ask { command: Command::Refresh(refresh), by: By::Thief { index, shown } })
    }

    pub(crate) fn thief_hears(&mut self, index: usize, shown: Token, outcome: &Outcome) {
        let truth = self.server.clocks.truth();
        let next = truth.plus(self.dice.pick(&[2, 10, 25, 45, 300, 4_000, 30_000]));
        let (uses_it, shows_it_again) = (self.dice.one_in(2), self.dice.one_in(3));
        match outcome {
            Outcome::Granted(grant) => {
                if uses_it {
                    self.see(grant.session, grant.position.seq);
                }
                let thief = self.thieves.get_mut(index).unwrap();
                thief.next = next;
                match grant.next {
                    // Some live on the copy that they have.
                    _ if shows_it_again => thief.next = truth.plus(20),
                    NextSecret::Child { nonce, .. } => thief.token = shown.child(nonce),
                    NextSecret::First => {}
                }
            }
            Outcome::Refused(
                Refusal::RefreshReused | Refusal::InvalidGrant | Refusal::StoreBehind,
            ) => {
                self.tally.thieves_caught += 1;
                // Nobody looks for this one again.
                self.thieves.get_mut(index).unwrap().next = UnixTime::MAX;
            }
            _ => self.thieves.get_mut(index).unwrap().next = next,
        }
    }

    /// Thieves who have nothing any more go.
    pub(crate) fn dismiss_thieves(&mut self) {
        self.thieves.retain(|thief| thief.next < UnixTime::MAX);
    }
}
