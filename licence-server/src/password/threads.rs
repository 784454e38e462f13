use std::num::NonZeroUsize;
use std::sync::atomic::{AtomicU64, Ordering};
use std::sync::mpsc::{Receiver, SyncSender, TrySendError, sync_channel};
use std::sync::{Arc, Mutex, PoisonError};
use std::{io, thread};

use thiserror::Error;
use tokio::sync::oneshot;

use super::Password;
use super::hash::{self, Checked, HashFailed, OWN_WORK, Salt, Work, Worker};
use crate::config::AddressPrefix;
use crate::domain::PasswordHash;
use crate::priority;
use crate::rng::Rng;
use crate::shares::{Crowded, Share, Shares};

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
    shares: Shares,
    dummy: PasswordHash,
    /// What every check costs at least, in microseconds of [`Work`].
    level: Arc<AtomicU64>,
}

/// The most that others' hashes raise the cost of every check to: bcrypt at its usual cost of twelve.
/// Sign-ins of everybody pay for it.
const LEVEL_MAX: Work = Work::of_micros(300_000);

/// The part of the queue that anybody may have: a whole institute comes from one address at eight, and nobody else
/// is kept waiting for more than this.
const FREE_PART: usize = 2;

/// The part that each address may have of what is left beyond that: somebody who guesses from one keeps nobody else
/// from signing in.
const OWN_PART: usize = 4;

type Job = Box<dyn FnOnce(&mut Worker) + Send>;

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
            thread.spawn(move || {
                // A hash is twenty milliseconds of a core, and whoever is signed in already would wait for it.
                priority::step_back(priority::HALF);
                work(&receiver);
            })?;
        }
        let level = Arc::new(AtomicU64::new(OWN_WORK.micros()));
        // Never so few that one address cannot keep the threads at work.
        let own = (queue / OWN_PART).max(threads.get().saturating_mul(2));
        let shares = Shares::with_free("passwords to check", own, queue / FREE_PART);
        Ok(Self { queue: sender, shares, dummy, level })
    }

    /// Makes every check cost as much as this hash does from now on, a hash of ours at least and 300 ms
    /// at most, so that the time of an answer does not tell who came from another system.
    ///
    /// Call it for each foreign hash in the store, at the start and when one is taken over. Without it a
    /// name whose hash costs more than ours is known by its time until its person has signed in.
    pub fn level_with(&self, hash: &PasswordHash) {
        let micros = hash::work_of(hash).min(LEVEL_MAX).micros();
        self.level.fetch_max(micros, Ordering::Relaxed);
    }

    /// Checks a password, of somebody or of nobody: without a hash it is always wrong, and finding that
    /// out takes as long. A hash that was made elsewhere is made anew with `salt` at once.
    ///
    /// Whether a person may sign in is to be judged after this, or the time would tell. It counts against
    /// the share of the address that it comes `from` until it is done, also where whoever asked hung up.
    ///
    /// # Errors
    /// Every [`Unavailable`]; [`Unavailable::Busy`] also where half of the queue is taken, and the address has its
    /// share of it.
    pub async fn check(
        &self,
        password: Password,
        hash: Option<PasswordHash>,
        salt: Salt,
        from: Option<AddressPrefix>,
    ) -> Result<Checked, Unavailable> {
        let share = self.share(from)?;
        let (hash, level) = (hash.unwrap_or_else(|| self.dummy.clone()), self.level());
        self.run(share, move |worker| {
            if !worker.check(&password, &hash, level)? {
                return Ok(Checked::Wrong);
            }
            if !hash::needs_rehash(&hash) {
                return Ok(Checked::Right);
            }
            worker.hash(&password, salt).map(Checked::RightAnew)
        })
        .await
    }

    /// A place among the passwords of one address. This machine's own are never refused: a proxy on it may speak for
    /// everybody.
    fn share(&self, of: Option<AddressPrefix>) -> Result<Share, Unavailable> {
        let counted = of.filter(|prefix| !prefix.is_loopback());
        self.shares.take(counted).map_err(|Crowded| Unavailable::Busy)
    }

    /// As [`check`](Self::check), for whoever stores nothing.
    ///
    /// # Errors
    /// Every [`Unavailable`].
    pub async fn verify(
        &self,
        password: Password,
        hash: Option<PasswordHash>,
    ) -> Result<bool, Unavailable> {
        let (hash, level) = (hash.unwrap_or_else(|| self.dummy.clone()), self.level());
        self.run(self.share(None)?, move |worker| worker.check(&password, &hash, level)).await
    }

    fn level(&self) -> Work {
        Work::of_micros(self.level.load(Ordering::Relaxed))
    }

    /// What every check costs at least, in microseconds of an ordinary core.
    #[cfg(test)]
    pub(crate) fn level_micros(&self) -> u64 {
        self.level().micros()
    }

    /// Hashes a new password.
    ///
    /// # Errors
    /// Every [`Unavailable`].
    pub async fn hash(&self, password: Password, salt: Salt) -> Result<PasswordHash, Unavailable> {
        self.run(self.share(None)?, move |worker| worker.hash(&password, salt)).await
    }

    async fn run<T: Send + 'static>(
        &self,
        share: Share,
        work: impl FnOnce(&mut Worker) -> Result<T, HashFailed> + Send + 'static,
    ) -> Result<T, Unavailable> {
        let (answer, answered) = oneshot::channel();
        let job = move |worker: &mut Worker| {
            // Whoever hung up while waiting costs nothing more.
            if !answer.is_closed() {
                let _ = answer.send(work(worker));
            }
            // It has its place in the queue until here, whoever has hung up.
            drop(share);
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
    Ok(hash::dummy(Salt(rng.bytes()?), &rng.bytes()?)?)
}

fn work(queue: &Mutex<Receiver<Job>>) {
    // Made for the first password: most commands of an administrator check none.
    let mut worker = None;
    loop {
        // The lock is held while waiting: one thread waits for work, the others for their turn.
        let job = queue.lock().unwrap_or_else(PoisonError::into_inner).recv();
        let Ok(job) = job else { return };
        job(worker.get_or_insert_with(Worker::new));
    }
}

#[cfg(test)]
mod tests {
    use std::time::Duration;

    use tokio::task::JoinSet;

    use super::*;
    use crate::rng::testing::SeededRng;

    fn start(queue: usize) -> PasswordThreads {
        PasswordThreads::start(NonZeroUsize::MIN, queue, &SeededRng::new(1)).unwrap()
    }

    fn password() -> Password {
        Password::typed("correct horse").unwrap()
    }

    #[cfg(target_os = "linux")]
    #[tokio::test]
    async fn a_thread_that_hashes_lets_the_others_go_first() {
        let niceness = || rustix::process::getpriority_process(None).unwrap();
        let threads = start(1);
        let own = threads.run(threads.share(None).unwrap(), move |_| Ok(niceness())).await;
        assert_eq!(own, Ok((niceness() + priority::HALF).min(19)));
    }

    #[tokio::test]
    async fn a_password_is_hashed_and_verified_elsewhere() {
        let threads = start(4);
        let hash = threads.hash(password(), Salt([1; 16])).await.unwrap();
        assert_eq!(threads.verify(password(), Some(hash)).await, Ok(true));
        assert_eq!(threads.verify(password(), None).await, Ok(false));
    }

    #[tokio::test]
    async fn a_hash_of_another_system_becomes_ours_at_the_first_sign_in() {
        let threads = start(4);
        let foreign = "pbkdf2_sha256$1000$seasalt2022seasalt$\
                       8OwbwZRnYZUNKWmymqjINKJujS+aaB27qZToA+YpwyM=";
        let foreign = hash::take_over(foreign).unwrap();
        let right = || Password::typed("correct horse battery").unwrap();
        let check = |password, hash| threads.check(password, Some(hash), Salt([1; 16]), None);
        assert_eq!(check(password(), foreign.clone()).await, Ok(Checked::Wrong));
        let Ok(Checked::RightAnew(anew)) = check(right(), foreign).await else { panic!() };
        assert!(anew.expose().starts_with("$argon2id$v=19$m=19456,t=2,p=1$"));
        assert_eq!(check(right(), anew).await, Ok(Checked::Right));
        assert_eq!(threads.check(right(), None, Salt([1; 16]), None).await, Ok(Checked::Wrong));
    }

    #[test]
    fn a_costly_hash_raises_what_every_check_costs_within_bounds() {
        let threads = start(0);
        assert_eq!(threads.level(), OWN_WORK);
        let bcrypt = |cost: &str| {
            let hash = "$2b$COST$H.VK6kAtt8wOuGVN3k2L7.eJEdLPN7/.5heKTD8egLGlbOuPAbkP.";
            hash::take_over(&hash.replace("COST", cost)).unwrap()
        };
        threads.level_with(&bcrypt("04"));
        assert_eq!(threads.level(), OWN_WORK, "a cheap one lowers nothing");
        threads.level_with(&bcrypt("12"));
        assert_eq!(threads.level(), Work::of_micros(230_000));
        threads.level_with(&bcrypt("16"));
        assert_eq!(threads.level(), LEVEL_MAX);
    }

    #[test]
    fn one_address_has_half_of_the_queue_and_the_others_a_quarter_each_of_the_rest() {
        let threads = start(8);
        let of = |text: &str| threads.share(Some(AddressPrefix::of(text.parse().unwrap())));
        let _guesses: Vec<_> = (0..4).map(|_| of("192.0.2.1").unwrap()).collect();
        assert_eq!(of("192.0.2.1").unwrap_err(), Unavailable::Busy);
        let _others: Vec<_> = (0..2).map(|_| of("192.0.2.2").unwrap()).collect();
        assert_eq!(of("192.0.2.2").unwrap_err(), Unavailable::Busy);
        of("192.0.2.3").unwrap();
        for own in ["127.0.0.1", "::1", "::ffff:127.0.0.1"] {
            let _own: Vec<_> = (0..8).map(|_| of(own).unwrap()).collect();
        }
    }

    /// Until so many passwords wait.
    async fn waiting(number: usize, threads: &PasswordThreads) {
        let waiting = async {
            while threads.shares.all() < number {
                tokio::task::yield_now().await;
            }
        };
        tokio::time::timeout(Duration::from_secs(60), waiting).await.unwrap();
    }

    /// Once the 65th of a whole institute behind one address was sent away from a queue that was empty.
    #[tokio::test]
    async fn a_hundred_people_behind_one_address_are_all_served_and_one_of_elsewhere_among_them() {
        let threads = start(256);
        let busy = occupy(&threads);
        let check = |from: &str| {
            let (threads, from) = (threads.clone(), AddressPrefix::of(from.parse().unwrap()));
            async move { threads.check(password(), None, Salt([1; 16]), Some(from)).await }
        };
        let mut people = JoinSet::new();
        for _ in 0..100 {
            people.spawn(check("192.0.2.1"));
        }
        people.spawn(check("192.0.2.2"));
        waiting(101, &threads).await;
        drop(busy);
        assert!(people.join_all().await.iter().all(|checked| *checked == Ok(Checked::Wrong)));
    }

    /// An attacker sends as many as they can, and keeps nobody else out.
    #[tokio::test]
    async fn whoever_guesses_from_one_address_is_sent_away_and_nobody_else() {
        let threads = start(8);
        let busy = occupy(&threads);
        let check = |from: &str| {
            let (threads, from) = (threads.clone(), AddressPrefix::of(from.parse().unwrap()));
            async move { threads.check(password(), None, Salt([1; 16]), Some(from)).await }
        };
        let mut guesses = JoinSet::new();
        for _ in 0..50 {
            guesses.spawn(check("192.0.2.1"));
        }
        // All but half of the queue.
        for _ in 0..46 {
            assert_eq!(guesses.join_next().await.unwrap().unwrap(), Err(Unavailable::Busy));
        }
        let mut others = JoinSet::new();
        for from in ["192.0.2.2", "192.0.2.2", "192.0.2.3", "192.0.2.3"] {
            others.spawn(check(from));
        }
        waiting(8, &threads).await;
        drop(busy);
        assert!(others.join_all().await.iter().all(|checked| *checked == Ok(Checked::Wrong)));
    }

    /// Has the only thread busy until the end of what is returned.
    fn occupy(threads: &PasswordThreads) -> std::sync::mpsc::Sender<()> {
        let (started, has_started) = std::sync::mpsc::channel();
        let (stop, stopped) = std::sync::mpsc::channel::<()>();
        let block = move |_: &mut Worker| {
            started.send(()).unwrap();
            let _ = stopped.recv();
        };
        // Without a queue a job is taken only by a thread that waits for one.
        threads.queue.send(Box::new(block)).unwrap();
        has_started.recv().unwrap();
        stop
    }

    #[tokio::test]
    async fn a_full_queue_sends_people_away_at_once() {
        let threads = start(0);
        let _busy = occupy(&threads);
        assert_eq!(threads.verify(password(), None).await, Err(Unavailable::Busy));
    }

    /// Once whoever hung up and came again filled the queue: their passwords waited on, uncounted.
    #[tokio::test]
    async fn whoever_hangs_up_has_their_share_of_the_queue_until_it_is_done() {
        let threads = start(8);
        let busy = occupy(&threads);
        let ask_and_hang_up = |from: &str| {
            let from = Some(AddressPrefix::of(from.parse().unwrap()));
            let check = threads.check(password(), None, Salt([1; 16]), from);
            tokio::time::timeout(Duration::ZERO, check)
        };
        for _ in 0..4 {
            ask_and_hang_up("192.0.2.1").await.unwrap_err();
        }
        assert_eq!(ask_and_hang_up("192.0.2.1").await, Ok(Err(Unavailable::Busy)));
        ask_and_hang_up("192.0.2.2").await.unwrap_err();
        drop(busy);
        // What waited before it is done, and its place is free again.
        assert_eq!(threads.verify(password(), None).await, Ok(false));
        ask_and_hang_up("192.0.2.1").await.unwrap_err();
    }
}
