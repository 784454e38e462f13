use std::num::NonZeroUsize;
use std::sync::mpsc::{Receiver, SyncSender, TrySendError, sync_channel};
use std::sync::{Arc, Mutex, PoisonError};
use std::{io, thread};

use thiserror::Error;
use tokio::sync::oneshot;

use super::Password;
use super::argon::{self, HashFailed, Memory, Salt};
use crate::domain::PasswordHash;
use crate::rng::Rng;

/// Why a password was not looked at.
#[derive(Clone, Copy, Debug, Error, PartialEq, Eq)]
pub enum Unavailable {
    /// As many wait already as may.
    #[error("too many passwords wait to be checked")]
    Busy,
    /// It failed.
    #[error(transparent)]
    Failed(#[from] HashFailed),
}

/// The threads that hash passwords, fixed in number, behind a bounded queue.
///
/// A hash costs some 20 ms of one core and 19 MiB: on the threads that answer requests, a few
/// sign-ins would stop everything else, and without a bound, guesses would fill the memory.
#[derive(Clone)]
pub struct PasswordThreads {
    queue: SyncSender<Job>,
    dummy: PasswordHash,
}

type Job = Box<dyn FnOnce(&mut Memory) + Send>;

impl PasswordThreads {
    /// Starts the threads. They end when the last clone of this value is dropped.
    ///
    /// # Errors
    /// If the operating system gives no thread or no random bytes.
    pub fn start(threads: NonZeroUsize, queue: usize, rng: &dyn Rng) -> Result<Self, io::Error> {
        let dummy = dummy(rng).map_err(io::Error::other)?;
        let (sender, receiver) = sync_channel(queue);
        let receiver = Arc::new(Mutex::new(receiver));
        for number in 0..threads.get() {
            let receiver = Arc::clone(&receiver);
            let thread = thread::Builder::new().name(format!("password-{number}"));
            thread.spawn(move || work(&receiver))?;
        }
        Ok(Self { queue: sender, dummy })
    }

    /// Whether a password is the one that was hashed. Without a hash it never is, and finding that
    /// out takes as long.
    ///
    /// # Errors
    /// Every [`Unavailable`].
    pub async fn verify(
        &self,
        password: Password,
        hash: Option<PasswordHash>,
    ) -> Result<bool, Unavailable> {
        let hash = hash.unwrap_or_else(|| self.dummy.clone());
        self.run(move |memory| memory.verify(&password, &hash)).await
    }

    /// Hashes a new password.
    ///
    /// # Errors
    /// Every [`Unavailable`].
    pub async fn hash(&self, password: Password, salt: Salt) -> Result<PasswordHash, Unavailable> {
        self.run(move |memory| memory.hash(&password, salt)).await
    }

    async fn run<T: Send + 'static>(
        &self,
        work: impl FnOnce(&mut Memory) -> Result<T, HashFailed> + Send + 'static,
    ) -> Result<T, Unavailable> {
        let (answer, answered) = oneshot::channel();
        let job = move |memory: &mut Memory| {
            // Whoever hung up while waiting costs nothing more.
            if !answer.is_closed() {
                let _ = answer.send(work(memory));
            }
        };
        self.queue.try_send(Box::new(job)).map_err(|error| match error {
            TrySendError::Full(_) => Unavailable::Busy,
            TrySendError::Disconnected(_) => Unavailable::Failed(HashFailed::Refused),
        })?;
        let result = answered.await.map_err(|_| Unavailable::Failed(HashFailed::Refused))?;
        Ok(result?)
    }
}

fn dummy(rng: &dyn Rng) -> Result<PasswordHash, Box<dyn std::error::Error + Send + Sync>> {
    Ok(argon::dummy(Salt(rng.bytes()?), &rng.bytes()?)?)
}

fn work(queue: &Mutex<Receiver<Job>>) {
    // Made for the first password: most commands of an administrator check none.
    let mut memory = None;
    loop {
        // The lock is held while waiting: one thread waits for work, the others for their turn.
        let job = queue.lock().unwrap_or_else(PoisonError::into_inner).recv();
        let Ok(job) = job else { return };
        job(memory.get_or_insert_with(Memory::new));
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::rng::testing::SeededRng;

    fn start(queue: usize) -> PasswordThreads {
        PasswordThreads::start(NonZeroUsize::MIN, queue, &SeededRng::new(1)).unwrap()
    }

    fn password() -> Password {
        Password::typed("correct horse").unwrap()
    }

    #[tokio::test]
    async fn a_password_is_hashed_and_verified_elsewhere() {
        let threads = start(4);
        let hash = threads.hash(password(), Salt([1; 16])).await.unwrap();
        assert_eq!(threads.verify(password(), Some(hash)).await, Ok(true));
        assert_eq!(threads.verify(password(), None).await, Ok(false));
    }

    #[tokio::test]
    async fn a_full_queue_sends_people_away_at_once() {
        let threads = start(0);
        let (started, has_started) = std::sync::mpsc::channel();
        let (stop, stopped) = std::sync::mpsc::channel::<()>();
        let block = move |_: &mut Memory| {
            started.send(()).unwrap();
            stopped.recv().unwrap();
        };
        // Without a queue a job is taken only by a thread that waits for one.
        threads.queue.send(Box::new(block)).unwrap();
        has_started.recv().unwrap();
        assert_eq!(threads.verify(password(), None).await, Err(Unavailable::Busy));
        stop.send(()).unwrap();
    }
}
