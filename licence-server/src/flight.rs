//! One run for everybody who asks while it goes on.

use std::sync::{Arc, Mutex, MutexGuard, PoisonError, Weak};

use thiserror::Error;
use tokio::sync::watch;
use tokio::task::spawn_blocking;

/// Work that takes a while and gives everybody the same: it goes on once at a time, however many ask. Whoever asks
/// after its end has it begin again, and whoever asks meanwhile may be given what was found a moment before.
#[derive(Debug)]
pub(crate) struct Flight<T>(Mutex<Last<T>>);

/// The work that began last, as long as it goes on.
type Last<T> = Weak<watch::Sender<Option<T>>>;

/// The work ended without a result.
#[derive(Clone, Copy, Debug, Error, PartialEq, Eq)]
#[error("what everybody waited for came to no end")]
pub(crate) struct Broken;

impl<T> Default for Flight<T> {
    fn default() -> Self {
        Self(Mutex::new(Weak::new()))
    }
}

impl<T: Clone + Send + Sync + 'static> Flight<T> {
    /// What the work gives that goes on; where none does, this one begins, on a thread that may block.
    ///
    /// # Errors
    /// [`Broken`] where it panicked.
    pub(crate) async fn join(
        &self,
        work: impl FnOnce() -> T + Send + 'static,
    ) -> Result<T, Broken> {
        let mut end = self.running(work);
        let result = end.wait_for(Option::is_some).await.map_err(|_| Broken)?;
        result.clone().ok_or(Broken)
    }

    /// The same of work that begins after it was asked for: what goes on already may have seen what was before.
    ///
    /// # Errors
    /// As [`join`](Self::join).
    pub(crate) async fn join_next(
        &self,
        work: impl FnOnce() -> T + Send + 'static,
    ) -> Result<T, Broken> {
        let current = going_on(&self.last());
        if let Some(mut end) = current {
            // However it ends: what it gives is not taken.
            let _ = end.wait_for(Option::is_some).await.map(drop);
        }
        self.join(work).await
    }

    fn running(&self, work: impl FnOnce() -> T + Send + 'static) -> watch::Receiver<Option<T>> {
        let mut last = self.last();
        if let Some(running) = going_on(&last) {
            return running;
        }
        let (running, end) = watch::channel(None);
        let running = Arc::new(running);
        *last = Arc::downgrade(&running);
        // It goes on to its end also where all who asked hung up: who comes next does not begin a second one.
        spawn_blocking(move || running.send_replace(Some(work())));
        end
    }

    fn last(&self) -> MutexGuard<'_, Last<T>> {
        self.0.lock().unwrap_or_else(PoisonError::into_inner)
    }

    /// Comes back as soon as so many wait for the work that goes on.
    #[cfg(test)]
    pub(crate) async fn has_waiting(&self, number: usize) {
        let waiting = || self.last().upgrade().map_or(0, |running| running.receiver_count());
        let all_wait = async {
            while waiting() < number {
                tokio::task::yield_now().await;
            }
        };
        tokio::time::timeout(std::time::Duration::from_secs(60), all_wait).await.unwrap();
    }
}

fn going_on<T>(last: &Last<T>) -> Option<watch::Receiver<Option<T>>> {
    let running = last.upgrade().filter(|running| running.borrow().is_none())?;
    Some(running.subscribe())
}

#[cfg(test)]
mod tests {
    use std::sync::mpsc;
    use std::time::Duration;

    use super::*;

    /// Lets the work go on as soon as so many wait for it.
    async fn when_waiting(number: usize, flight: &Flight<i32>, go: mpsc::Sender<()>) {
        flight.has_waiting(number).await;
        go.send(()).unwrap();
    }

    #[tokio::test]
    async fn who_asks_while_it_goes_on_shares_it_and_who_asks_later_has_it_begin_again() {
        let flight = &Flight::default();
        let (go, gate) = mpsc::channel();
        let first = flight.join(move || {
            gate.recv().unwrap();
            1
        });
        let let_go = when_waiting(2, flight, go);
        let (first, second, ()) = tokio::join!(first, flight.join(|| 2), let_go);
        assert_eq!((first, second), (Ok(1), Ok(1)));
        assert_eq!(flight.join(|| 3).await, Ok(3));
    }

    #[tokio::test]
    async fn who_must_not_have_what_was_before_waits_for_its_end_and_for_another() {
        let flight = &Flight::default();
        let (go, gate) = mpsc::channel();
        let first = flight.join(move || {
            gate.recv().unwrap();
            1
        });
        let let_go = when_waiting(3, flight, go);
        let next = |number| flight.join_next(move || number);
        let (first, second, third, ()) = tokio::join!(first, next(2), next(3), let_go);
        assert_eq!(first, Ok(1));
        // Of the two that waited one may share what the other began.
        assert!([second, third].iter().all(|later| [Ok(2), Ok(3)].contains(later)));
        assert_eq!(flight.join_next(|| 4).await, Ok(4));
    }

    #[tokio::test]
    async fn hanging_up_and_asking_again_begins_no_second_one() {
        let flight = &Flight::default();
        let (go, gate) = mpsc::channel();
        let first = flight.join(move || {
            gate.recv().unwrap();
            1
        });
        tokio::time::timeout(Duration::ZERO, first).await.unwrap_err();
        let let_go = when_waiting(1, flight, go);
        let (second, ()) = tokio::join!(flight.join(|| 2), let_go);
        assert_eq!(second, Ok(1));
    }

    #[tokio::test]
    async fn work_that_fails_is_told_and_begins_again() {
        let flight = Flight::default();
        assert_eq!(flight.join(|| panic!("it failed")).await, Err::<u8, _>(Broken));
        assert_eq!(flight.join(|| 2).await, Ok(2));
    }
}
