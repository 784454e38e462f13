//! The store, open, with what the writer's turns need.

use std::fs;
use std::path::Path;

use licence_core::claims::LogPosition;
use licence_core::{Policy, SessionId, TokenId, UnverifiedLicence, UserId, Uuid};
use licence_server::clock::{Clock as _, SystemClock};
use licence_server::data_dir::DataDir;
use licence_server::domain::{
    Anchor, Command, Generation, Licences, LoginName, Outcome, Reading, Refusal, SecretHash, Terms,
};
use licence_server::mirror::{Mirror, TokenPlace};
use licence_server::store::{Reader as _, RedbReader, RedbStore};
use licence_server::writer::turn;

use crate::Failure;
use crate::commands::{self, Rotate};
use crate::random::Random;

/// Entries that one commit takes away, as the server does it.
const PRUNED_AT_ONCE: u64 = 20_000;

pub(crate) struct House {
    store: RedbStore,
    pub(crate) reader: RedbReader,
    mirror: Mirror,
    /// What was revoked when it was opened: turns of claims revoke more, and now and then let all of it go.
    listed: Mirror,
    position: LogPosition,
    pub(crate) random: Random,
    /// One time for all turns, so that nothing lapses while it is measured.
    reading: Reading,
    runtime: tokio::runtime::Runtime,
    pub(crate) sessions: Vec<Held>,
    /// Those without a session.
    pub(crate) seatless: Vec<UserId>,
}

/// What a device keeps of its session.
#[derive(Clone, Copy)]
pub(crate) struct Held {
    pub(crate) session: SessionId,
    pub(crate) user: UserId,
    generation: Generation,
    secret: SecretHash,
}

impl House {
    pub(crate) fn open(data: &Path, accounts: &Path) -> Result<Self, Failure> {
        let data = DataDir::open(data).map_err(said)?;
        let store = RedbStore::open(&data.store())?;
        let (reader, reading) = (store.reader(), SystemClock.read());
        let (site, licences) = (reader.site()?, licences(&data, &reader)?);
        let anchor = Anchor::at_start(&site, reading, 0);
        let mirror = Mirror::new(site, anchor, licences, reader.revocations()?);
        let listed = Mirror::new(site, anchor, Licences::default(), reader.revocations()?);
        let (sessions, seatless) = people(&data, &reader, accounts)?;
        Ok(Self {
            store,
            reader,
            mirror,
            listed,
            position: site.position,
            random: Random::new(std::process::id().into()),
            reading,
            runtime: tokio::runtime::Builder::new_current_thread().build()?,
            sessions,
            seatless,
        })
    }

    /// One turn of the writer, all of whose commands are to be carried out.
    pub(crate) fn turn(&mut self, commands: &[Command]) -> Result<(), Failure> {
        let turn = turn(&mut self.store, &self.mirror, self.reading, commands, |_| ());
        for outcome in self.runtime.block_on(turn)?.outcomes {
            match outcome {
                Outcome::Refused(Refusal::NoSeat(_)) => {}
                Outcome::Refused(refusal) => {
                    return Err(format!("the rules refused: {refusal:?}").into());
                }
                _ => {}
            }
        }
        Ok(())
    }

    /// A fresh id, as old as everything here.
    pub(crate) fn uuid(&self) -> Uuid {
        let millis = u64::try_from(self.reading.wall.secs()).unwrap_or_default() * 1000;
        Uuid::v7(millis, self.random.bytes())
    }

    /// Rotates the refresh token of a session.
    pub(crate) fn refresh(&mut self, index: usize) -> Command {
        let (child, nonce, jti) =
            (SecretHash(self.random.bytes()), self.random.bytes(), self.uuid());
        let held = &mut self.sessions[index];
        let Held { session, generation, secret, .. } = *held;
        held.secret = child;
        held.generation = Generation(generation.0 + 1);
        commands::refresh(Rotate { session, generation, secret, child }, nonce, jti)
    }

    /// Takes the beginning of the log away, as far as it may go in one commit, and says whether there was one.
    pub(crate) fn prune(&mut self) -> Result<bool, Failure> {
        let last = self.reader.site()?.position.seq;
        let Some(first) = self.reader.entries(0, 1)?.first().map(|entry| entry.seq) else {
            return Ok(false);
        };
        let below = (first + PRUNED_AT_ONCE).min(last);
        self.turn(&[commands::prune(below)])?;
        Ok(below < last)
    }

    /// Signs somebody in.
    pub(crate) fn sign_in(&self, user: UserId) -> (Command, SessionId) {
        let session = SessionId(self.uuid());
        let secret = SecretHash(self.random.bytes());
        (commands::sign_in(user, session, secret, self.uuid()), session)
    }

    /// Whether a token of a session is good no more.
    pub(crate) fn is_revoked(&self, session: SessionId) -> bool {
        let position = self.position;
        self.listed.is_revoked(TokenPlace { session, jti: TokenId(session.0), position })
    }
}

fn licences(data: &DataDir, reader: &RedbReader) -> Result<Licences, Failure> {
    let (site, key) = (data.site().map_err(said)?, data.site_key().map_err(said)?);
    let policy = Policy {
        product: Some(site.product.clone()),
        site: Some(key.public().clone()),
        ..Policy::default()
    };
    let mut licences = Licences::default();
    for file in reader.licence_files()? {
        let signed = UnverifiedLicence::parse(&file)?.verify_signatures(&site.roots)?;
        licences.add(Terms::of(&signed.accept(&policy)?));
    }
    Ok(licences)
}

/// Everyone with a session and everyone without, by the accounts that were written when the store
/// was filled; the store says how far each token was rotated since.
fn people(
    data: &DataDir,
    reader: &RedbReader,
    accounts: &Path,
) -> Result<(Vec<Held>, Vec<UserId>), Failure> {
    let key = data.refresh_key().map_err(said)?;
    let (mut sessions, mut seatless) = (Vec::new(), Vec::new());
    for line in fs::read_to_string(accounts)?.lines() {
        let words: Vec<_> = line.split(' ').collect();
        let [name, _, token, _] = words.as_slice() else { return Err("no account".into()) };
        match key.parse(token) {
            Some(token) => {
                let row = reader.session(token.session())?.ok_or("a session is gone")?;
                sessions.push(Held {
                    session: row.id,
                    user: row.user,
                    generation: row.generation,
                    secret: row.current,
                });
            }
            None => {
                let name = LoginName::stored((*name).to_owned());
                seatless.push(reader.user_by_name(&name)?.ok_or("a person is gone")?.id);
            }
        }
    }
    Ok((sessions, seatless))
}

fn said(failure: impl std::fmt::Debug) -> Failure {
    format!("{failure:?}").into()
}
