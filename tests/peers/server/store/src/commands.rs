//! What is asked of the rules, with everything filled in that is the same for everyone here.

use licence_core::{SessionId, Text, TokenId, UserId, Uuid};
use licence_server::domain::{
    Actor, AddUser, ChangeUser, Command, CredentialVersion, DeviceMark, Generation, Nonce,
    PasswordHash, PruneLog, Refresh, Scope, SecretHash, SignIn, SignOut, Stay, UserChange,
};

use crate::Failure;

const DAY_SECS: i64 = 86_400;

/// Everybody's device.
const MARK: DeviceMark = DeviceMark([7; 8]);

pub(crate) fn add(id: UserId, name: &str, hash: &PasswordHash) -> Result<Command, Failure> {
    let username = Text::parse(name).ok_or("a name is a text")?;
    Ok(Command::AddUser(AddUser { hash: Some(hash.clone()), ..AddUser::named(id, username) }))
}

pub(crate) fn sign_in(user: UserId, session: SessionId, secret: SecretHash, jti: Uuid) -> Command {
    Command::SignIn(SignIn {
        user,
        credential: CredentialVersion(0),
        session,
        secret,
        jti: TokenId(jti),
        device: None,
        mark: MARK,
        scope: Scope::Seat,
        stay: Stay { life_secs: 180 * DAY_SECS, idle_secs: 30 * DAY_SECS },
        end_session: None,
        wait_secs: 0,
    })
}

/// The refresh token of a session as the rules see it, and what is to come after it.
#[derive(Clone, Copy)]
pub(crate) struct Rotate {
    pub(crate) session: SessionId,
    pub(crate) generation: Generation,
    pub(crate) secret: SecretHash,
    pub(crate) child: SecretHash,
}

pub(crate) fn refresh(rotate: Rotate, nonce: [u8; 16], jti: Uuid) -> Command {
    let Rotate { session, generation, secret, child } = rotate;
    Command::Refresh(Refresh {
        session,
        generation,
        secret,
        nonce: Nonce(nonce),
        child,
        jti: TokenId(jti),
        mark: MARK,
        seen_seq: None,
        end_session: None,
        wait_secs: 0,
    })
}

pub(crate) fn sign_out(session: SessionId) -> Command {
    Command::SignOut(SignOut { session })
}

/// Takes the beginning of the log away. What stands for it is not signed: nobody verifies it here.
pub(crate) fn prune(below: u64) -> Command {
    let checkpoint = format!("before {below}");
    Command::PruneLog(PruneLog { below, checkpoint, by: Actor::Local })
}

/// Takes somebody's account away.
pub(crate) fn erase(user: UserId) -> Command {
    let change = UserChange::Erase;
    Command::ChangeUser(ChangeUser { user, change, by: Some(Actor::Local) })
}
