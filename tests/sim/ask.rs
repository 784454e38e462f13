//! Requests, as they reach the rules.

use licence_core::{SessionId, TokenId, Uuid};
use licence_server::domain::{
    Command, CredentialVersion, DeviceMark, Nonce, Refresh, Resume, SignIn, Stay,
};

use super::clocks::{DAY, HOUR};
use super::dice::{Dice, mix};
use super::people::Device;
use super::token::{Secret, Token};

/// A request, and who made it.
#[derive(Clone, Debug)]
pub(crate) struct Ask {
    pub(crate) command: Command,
    pub(crate) by: By,
}

/// Who made a request.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum By {
    /// A device. Its answer may be lost on the way.
    Device {
        index: usize,
        shown: Option<Token>,
        is_lost: bool,
    },
    Thief {
        index: usize,
        shown: Token,
    },
    /// Whoever needs no answer.
    Somebody,
}

impl From<Command> for Ask {
    fn from(command: Command) -> Self {
        Self { command, by: By::Somebody }
    }
}

/// Ids and nonces, each made once.
#[derive(Clone, Debug, Default)]
pub(crate) struct Mint(u64);

impl Mint {
    /// Ids that no other mint makes which has not made so many.
    pub(crate) const fn starting_at(number: u64) -> Self {
        Self(number)
    }

    pub(crate) fn uuid(&mut self) -> Uuid {
        self.0 += 1;
        let mut random = [0; 10];
        random.iter_mut().zip(mix(self.0).to_be_bytes()).for_each(|(to, from)| *to = from);
        Uuid::v7(1_900_000_000_000 + self.0, random)
    }

    pub(crate) fn nonce(&mut self) -> Nonce {
        Nonce(self.uuid().to_bytes())
    }

    pub(crate) fn mark(&mut self) -> DeviceMark {
        self.0 += 1;
        DeviceMark(mix(self.0).to_be_bytes())
    }

    pub(crate) fn sign_in(&mut self, device: &Device, password: u32, dice: &mut Dice) -> SignIn {
        let session = SessionId(self.uuid());
        let (life_secs, idle_secs) =
            dice.pick(&[(12 * HOUR, 12 * HOUR), (6 * DAY, 2 * DAY), (180 * DAY, 30 * DAY)]);
        SignIn {
            user: device.user,
            credential: CredentialVersion(password),
            session,
            secret: Secret::of_first(session).hash(),
            jti: TokenId(self.uuid()),
            device: None,
            mark: device.mark,
            scope: device.scope,
            stay: Stay { life_secs, idle_secs },
            end_session: device.end_next,
            wait_secs: dice.pick(&[0, 0, 10, 30]),
        }
    }

    pub(crate) fn refresh(
        &mut self,
        shown: Token,
        mark: DeviceMark,
        seen_seq: Option<u64>,
        wait_secs: i64,
    ) -> Refresh {
        let nonce = self.nonce();
        Refresh {
            session: shown.session,
            generation: shown.generation,
            secret: shown.secret.hash(),
            nonce,
            child: shown.secret.child(nonce).hash(),
            jti: TokenId(self.uuid()),
            mark,
            seen_seq,
            end_session: None,
            wait_secs,
        }
    }

    pub(crate) fn resume(&mut self, session: SessionId) -> Command {
        Command::Resume(Resume { session, jti: TokenId(self.uuid()) })
    }
}
