//! Access tokens that are signed while the disk is waited for.
//!
//! What a batch grants is known before it is on disk, and the server that waits for its disk has little else to do then.
//! A thread that takes only what nobody else wants of the machine signs in that time. Nobody waits for it: a token that it
//! did not come to is signed by whoever answers.
//!
//! INVARIANT: nobody has a token before the commit that it follows from. The way to one is [`TokensAhead::token_of`] with
//! the grant in hand, and the writer hands grants out after the commit.

use std::collections::HashMap;
use std::sync::atomic::{AtomicBool, Ordering};
use std::sync::{Arc, Mutex, OnceLock, PoisonError, Weak};
use std::thread::{self, Thread};
use std::{io, mem};

use licence_core::TokenId;

use super::{MintFailed, Minted, Minter};
use crate::clock::Stopwatch;
use crate::domain::{Grant, Outcome};
use crate::metrics::Metrics;
use crate::priority;

/// A batch of fewer is not signed ahead. The thread has to be woken and takes the core from those who answer, which a few
/// tokens are not worth: at half of the highest rate the slowest answers took twice as long for it (`cargo xtask bench`).
const GRANTS_MIN: usize = 24;

/// Makes the access tokens of what is granted, before the answers are due where it can.
#[derive(Clone)]
pub struct TokensAhead(Arc<Shared>);

/// What the thread and everybody else have. Nobody else waits for these locks: the thread may be put off while it holds
/// one.
struct Shared {
    minter: Arc<Minter>,
    metrics: Metrics,
    /// What the thread is to do next.
    waiting: Mutex<Option<Batch>>,
    made: Mutex<Made>,
    signer: OnceLock<Thread>,
}

struct Batch {
    grants: Vec<Grant>,
    is_over: Arc<AtomicBool>,
}

impl Batch {
    fn is_over(&self) -> bool {
        self.is_over.load(Ordering::Relaxed)
    }
}

/// Tokens that wait for their answers: those of the last two batches, because the answers of one are still on their
/// way when the next is decided.
#[derive(Default)]
struct Made {
    last: HashMap<TokenId, Minted>,
    before: HashMap<TokenId, Minted>,
}

/// The time in which the tokens of a batch are signed ahead. It ends when this is dropped.
pub struct Ahead(Arc<AtomicBool>);

impl Drop for Ahead {
    fn drop(&mut self) {
        self.0.store(true, Ordering::Relaxed);
    }
}

impl TokensAhead {
    /// Starts the thread. It ends when the last clone of this value is dropped.
    ///
    /// # Errors
    /// If the operating system gives no thread.
    pub fn start(minter: Arc<Minter>, metrics: Metrics) -> io::Result<Self> {
        let shared = Arc::new(Shared::new(minter, metrics));
        let seen = Arc::downgrade(&shared);
        let signer = thread::Builder::new().name("signer".to_owned()).spawn(move || {
            priority::step_back(priority::LEFT_OVER);
            sign_for(&seen);
        })?;
        shared.signer.get_or_init(|| signer.thread().clone());
        Ok(Self(shared))
    }

    /// Begins to sign what was granted, where it is much, until the answer is dropped.
    pub fn begin(&self, outcomes: &[Outcome]) -> Ahead {
        let is_over = Arc::<AtomicBool>::default();
        // Where the thread has not come to the last batch yet and that still waits for the disk, whoever answers signs
        // this one.
        if let Ok(mut waiting) = self.0.waiting.try_lock()
            && waiting.as_ref().is_none_or(Batch::is_over)
        {
            let granted = || outcomes.iter().filter_map(Outcome::granted);
            if granted().count() >= GRANTS_MIN {
                let grants = granted().cloned().collect();
                *waiting = Some(Batch { grants, is_over: Arc::clone(&is_over) });
                self.0.wake();
            }
        }
        Ahead(is_over)
    }

    /// The access token of a grant, signed already or now. Ask for each once.
    ///
    /// # Errors
    /// [`MintFailed`].
    pub fn token_of(&self, grant: &Grant) -> Result<Minted, MintFailed> {
        self.0.take(grant).map_or_else(|| self.0.mint(grant), Ok)
    }
}

/// Signs what waits, for as long as there is somebody to sign for.
fn sign_for(shared: &Weak<Shared>) {
    while let Some(shared) = shared.upgrade() {
        if !shared.sign_next() {
            drop(shared);
            thread::park();
        }
    }
}

impl Shared {
    fn new(minter: Arc<Minter>, metrics: Metrics) -> Self {
        let (waiting, made, signer) = (Mutex::default(), Mutex::default(), OnceLock::new());
        Self { minter, metrics, waiting, made, signer }
    }

    fn wake(&self) {
        if let Some(signer) = self.signer.get() {
            signer.unpark();
        }
    }

    /// Signs the batch that waits, until its commit is over; says whether there was one.
    fn sign_next(&self) -> bool {
        let next = self.waiting.lock().unwrap_or_else(PoisonError::into_inner).take();
        let Some(batch) = next else { return false };
        if batch.is_over() {
            return true;
        }
        let made = || self.made.lock().unwrap_or_else(PoisonError::into_inner);
        made().turn_over();
        for grant in &batch.grants {
            if batch.is_over() {
                break;
            }
            // Of a failure whoever answers learns when it signs itself.
            if let Ok(minted) = self.mint(grant) {
                made().last.insert(grant.jti, minted);
            }
        }
        true
    }

    fn mint(&self, grant: &Grant) -> Result<Minted, MintFailed> {
        let watch = Stopwatch::start();
        let minted = self.minter.mint(grant)?;
        self.metrics.sign.observe(watch.secs());
        Ok(minted)
    }

    fn take(&self, grant: &Grant) -> Option<Minted> {
        let mut made = self.made.try_lock().ok()?;
        made.last.remove(&grant.jti).or_else(|| made.before.remove(&grant.jti))
    }
}

/// Nobody is left to sign for, which the thread is to see.
impl Drop for Shared {
    fn drop(&mut self) {
        self.wake();
    }
}

impl Made {
    /// Forgets what nobody has taken since the batch before last.
    fn turn_over(&mut self) {
        mem::swap(&mut self.last, &mut self.before);
        self.last.clear();
    }
}

#[cfg(test)]
mod tests {
    use licence_core::{PrivateKey, Uuid};

    use super::*;
    use crate::token::testing::{claims, grant};

    fn minter() -> Minter {
        let key = PrivateKey::from_seed(&[1; 32]).unwrap();
        Minter::new(claims().sign_in.iss, claims().product, &key).unwrap()
    }

    fn granted(number: u8) -> Grant {
        Grant { jti: TokenId(Uuid::v7(u64::from(number), [number; 10])), ..grant() }
    }

    /// What a batch grants that is just large enough, from this number on.
    fn outcomes(first: u8) -> Vec<Outcome> {
        (first..).take(GRANTS_MIN).map(|number| Outcome::Granted(granted(number))).collect()
    }

    /// With no thread: the test is its own.
    fn ahead() -> TokensAhead {
        TokensAhead(Arc::new(Shared::new(Arc::new(minter()), Metrics::default())))
    }

    #[test]
    fn a_token_made_ahead_is_the_one_that_would_be_made_now_and_is_taken_once() {
        let ahead = ahead();
        let commit = ahead.begin(&outcomes(1));
        assert!(ahead.0.sign_next());
        drop(commit);
        for number in [2, 1] {
            let now = minter().mint(&granted(number)).unwrap();
            let made = ahead.0.take(&granted(number)).unwrap();
            assert_eq!((made.text, made.claims), (now.text, now.claims));
            assert!(ahead.0.take(&granted(number)).is_none());
        }
    }

    #[test]
    fn what_was_not_signed_ahead_is_signed_when_it_is_asked_for() {
        let (now, asked) = (minter().mint(&granted(1)).unwrap(), ahead().token_of(&granted(1)));
        assert_eq!(asked.unwrap().text, now.text);
    }

    #[test]
    fn a_small_batch_is_left_to_those_who_answer() {
        let ahead = ahead();
        let commit = ahead.begin(&outcomes(1)[1..]);
        assert!(!ahead.0.sign_next());
        drop(commit);
    }

    #[test]
    fn nothing_is_signed_of_a_batch_whose_commit_is_over() {
        let ahead = ahead();
        drop(ahead.begin(&outcomes(1)));
        assert!(ahead.0.sign_next());
        assert!(ahead.0.take(&granted(1)).is_none());
    }

    #[test]
    fn of_a_thread_that_has_not_come_by_no_second_batch_is_asked() {
        let ahead = ahead();
        let commits = [ahead.begin(&outcomes(1)), ahead.begin(&outcomes(101))];
        assert!(ahead.0.sign_next());
        assert!(!ahead.0.sign_next());
        assert!(ahead.0.take(&granted(1)).is_some() && ahead.0.take(&granted(101)).is_none());
        drop(commits);
    }

    #[test]
    fn a_batch_that_is_over_makes_room_for_the_next_and_takes_nothing_from_the_one_before() {
        let ahead = ahead();
        let before = ahead.begin(&outcomes(1));
        ahead.0.sign_next();
        drop(before);
        drop(ahead.begin(&outcomes(51)));
        let commit = ahead.begin(&outcomes(101));
        assert!(ahead.0.sign_next());
        drop(commit);
        drop(ahead.begin(&outcomes(151)));
        assert!(ahead.0.sign_next());
        let is_there = |number| ahead.0.take(&granted(number)).is_some();
        assert_eq!([1, 51, 101, 151].map(is_there), [true, false, true, false]);
    }

    #[test]
    fn what_nobody_took_is_forgotten_with_the_batch_after_the_next() {
        let ahead = ahead();
        for first in [1, 51, 101] {
            let commit = ahead.begin(&outcomes(first));
            ahead.0.sign_next();
            drop(commit);
        }
        let is_there = |number| ahead.0.take(&granted(number)).is_some();
        assert_eq!([1, 51, 101].map(is_there), [false, true, true]);
    }

    #[test]
    fn nobody_waits_for_a_lock_that_the_thread_may_hold() {
        let ahead = ahead();
        let (waiting, made) = (ahead.0.waiting.lock().unwrap(), ahead.0.made.lock().unwrap());
        let commit = ahead.begin(&outcomes(1));
        assert!(ahead.token_of(&granted(1)).is_ok());
        drop((commit, waiting, made));
        assert!(!ahead.0.sign_next());
    }

    #[test]
    fn the_thread_ends_when_nobody_is_left_to_sign_for() {
        let shared = Arc::new(Shared::new(Arc::new(minter()), Metrics::default()));
        let seen = Arc::downgrade(&shared);
        let signer = thread::spawn(move || sign_for(&seen));
        shared.signer.get_or_init(|| signer.thread().clone());
        drop(shared);
        signer.join().unwrap();
    }
}
