//! Who is told when a seat may be free.
//!
//! Only the writer's thread hangs bells and rings them, so nothing here is locked and no ring is missed.

use std::collections::HashMap;
use std::sync::{Arc, Weak};

use tokio::sync::Notify;

use crate::domain::Holder;

/// What rings for one request. When the request ends it is dropped, and rings for nobody.
#[derive(Clone, Debug, Default)]
pub struct Bell(Arc<Notify>);

impl Bell {
    /// Waits until it rings. A ring that came before is not lost.
    pub async fn rung(&self) {
        self.0.notified().await;
    }
}

/// Holders whose bells are kept, some of whom have gone: twice as many as may wait, so that to look for
/// those who have costs little a bell.
const BELLS_MAX: usize = 2048;

/// The bells of those who wait. The queue is bounded, and so are they.
#[derive(Debug, Default)]
pub(super) struct Bells(HashMap<Holder, Vec<Weak<Notify>>>);

impl Bells {
    /// Hangs a bell up for a holder, until it is rung.
    pub(super) fn hang(&mut self, holder: Holder, bell: &Bell) {
        if self.0.len() >= BELLS_MAX && !self.0.contains_key(&holder) {
            self.0.retain(|_, bells| bells.iter().any(|bell| bell.strong_count() > 0));
        }
        let bells = self.0.entry(holder).or_default();
        bells.retain(|bell| bell.strong_count() > 0);
        bells.push(Arc::downgrade(&bell.0));
    }

    /// Rings every bell of a holder.
    pub(super) fn ring(&mut self, holder: Holder) {
        for bell in self.0.remove(&holder).into_iter().flatten() {
            if let Some(bell) = bell.upgrade() {
                bell.notify_one();
            }
        }
    }

    /// Whether a request of the holder still waits.
    pub(super) fn is_awaited(&self, holder: Holder) -> bool {
        let bells = self.0.get(&holder);
        bells.is_some_and(|bells| bells.iter().any(|bell| bell.strong_count() > 0))
    }
}

#[cfg(test)]
mod tests {
    use licence_core::{SessionId, Uuid};

    use super::*;

    #[test]
    fn bells_of_those_who_have_gone_are_not_kept() {
        let mut bells = Bells::default();
        for number in 0..10 * u64::try_from(BELLS_MAX).unwrap() {
            let mut random = [0; 10];
            random[2..].copy_from_slice(&number.to_be_bytes());
            bells.hang(Holder::Session(SessionId(Uuid::v7(1, random))), &Bell::default());
        }
        assert!(bells.0.len() <= BELLS_MAX);
    }
}
