//! Registers people, signs them in, and ends sign-ins: by the server's own commands, without its
//! password hash for each.

use std::fs::File;
use std::io::{BufWriter, Write as _};
use std::path::Path;
use std::sync::Arc;

use licence_core::{SessionId, UserId};
use licence_server::clock::SystemClock;
use licence_server::config::{Config, Origin};
use licence_server::data_dir::DataDir;
use licence_server::domain::{Command, Outcome};
use licence_server::password::{Password, Salt};
use licence_server::rng::SystemRng;
use licence_server::state::{AppState, Sources};
use licence_server::token::{RefreshSecret, RefreshToken};
use licence_server::writer::Unavailable;
use tokio::task::{JoinError, JoinSet};

use crate::{Failure, commands};

/// Commands that are submitted together: what the writer's queue takes.
const TOGETHER: usize = 2048;

pub(crate) struct Wanted<'a> {
    pub(crate) people: usize,
    /// How many of the people have a session, with a seat as far as the licence goes.
    pub(crate) sessions: usize,
    /// How many sessions were ended so lately that their tokens have to be refused.
    pub(crate) revoked: usize,
    /// Everybody's.
    pub(crate) password: &'a str,
}

/// Fills the store, and writes the accounts as the load generator reads them.
pub(crate) fn run(data: &Path, wanted: &Wanted<'_>, accounts: &Path) -> Result<(), Failure> {
    let runtime = tokio::runtime::Builder::new_current_thread().enable_all().build()?;
    runtime.block_on(async {
        let data = DataDir::open(data).map_err(said)?;
        let config = Config::new(data.settings().map_err(said)?, Origin::localhost(8080));
        let sources = Sources { clock: Arc::new(SystemClock), rng: Arc::new(SystemRng) };
        let filler = Filler { state: AppState::open(&data, config, sources).map_err(said)? };
        let people = filler.register(wanted).await?;
        let tokens = filler.sign_in(&people[..wanted.sessions.min(people.len())]).await?;
        filler.revoke(&people, wanted.revoked).await?;
        filler.state.writer().stop().await;
        write(accounts, &people, &tokens, wanted.password)
    })
}

fn said(failure: impl std::fmt::Debug) -> Failure {
    format!("{failure:?}").into()
}

fn write(path: &Path, people: &[Person], tokens: &[String], password: &str) -> Result<(), Failure> {
    let mut file = BufWriter::new(File::create(path)?);
    for (number, person) in people.iter().enumerate() {
        let token = tokens.get(number).map_or("-", String::as_str);
        writeln!(file, "{} {password} {token} -", person.name)?;
    }
    Ok(file.flush()?)
}

struct Person {
    id: UserId,
    name: String,
}

struct Filler {
    state: AppState,
}

impl Filler {
    async fn register(&self, wanted: &Wanted<'_>) -> Result<Vec<Person>, Failure> {
        let (password, salt) =
            (Password::chosen(wanted.password)?, Salt(self.state.rng().bytes()?));
        let hash = self.state.passwords().hash(password, salt).await?;
        let people = (0..wanted.people).map(|number| self.person(number));
        let people = people.collect::<Result<Vec<_>, Failure>>()?;
        let commands = people.iter().map(|person| commands::add(person.id, &person.name, &hash));
        self.submit(commands.collect::<Result<Vec<_>, _>>()?).await?;
        Ok(people)
    }

    fn person(&self, number: usize) -> Result<Person, Failure> {
        let id = UserId(self.state.rng().uuid(self.state.now())?);
        Ok(Person { id, name: format!("user{number}") })
    }

    /// Signs people in; gives everyone's refresh token.
    async fn sign_in(&self, people: &[Person]) -> Result<Vec<String>, Failure> {
        let (mut commands, mut tokens) = (Vec::new(), Vec::new());
        for person in people {
            let (command, token) = self.sign_in_command(person)?;
            commands.push(command);
            tokens.push(self.state.refresh_key().write(&token).to_string());
        }
        self.submit(commands).await?;
        Ok(tokens)
    }

    /// Signs people in and out again.
    async fn revoke(&self, people: &[Person], count: usize) -> Result<(), Failure> {
        for person in people.iter().cycle().take(count).collect::<Vec<_>>().chunks(TOGETHER) {
            let (mut ins, mut outs) = (Vec::new(), Vec::new());
            for person in person {
                let (command, token) = self.sign_in_command(person)?;
                ins.push(command);
                outs.push(commands::sign_out(token.session()));
            }
            self.submit(ins).await?;
            self.submit(outs).await?;
        }
        Ok(())
    }

    fn sign_in_command(&self, person: &Person) -> Result<(Command, RefreshToken), Failure> {
        let (rng, now) = (self.state.rng(), self.state.now());
        let session = SessionId(rng.uuid(now)?);
        let token = RefreshToken::first(session, RefreshSecret::new(rng.secret()?));
        let command = commands::sign_in(person.id, session, token.secret_hash(), rng.uuid(now)?);
        Ok((command, token))
    }

    async fn submit(&self, commands: Vec<Command>) -> Result<(), Failure> {
        let mut under_way = JoinSet::new();
        for command in commands {
            let state = self.state.clone();
            under_way.spawn(async move { state.submit(command).await });
            if under_way.len() >= TOGETHER {
                check(under_way.join_next().await)?;
            }
        }
        while let Some(outcome) = under_way.join_next().await {
            check(Some(outcome))?;
        }
        Ok(())
    }
}

/// A refusal is no measurement; a full house is, because its session is made all the same.
fn check(ended: Option<Result<Result<Outcome, Unavailable>, JoinError>>) -> Result<(), Failure> {
    match ended.ok_or("nothing was submitted")??? {
        Outcome::Refused(refusal) => Err(format!("the rules refused: {refusal:?}").into()),
        _ => Ok(()),
    }
}
