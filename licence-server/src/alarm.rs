//! Tells an administrator of what is warned of, once: in the log, and to a webhook where there is one.

use std::sync::{Mutex, PoisonError};

use licence_core::UnixTime;
use tokio::sync::mpsc;

use crate::config::Hook;
use crate::domain::{Notice, Warning, Warnings};
use crate::metrics::{Fate, Metrics};
use crate::mirror::Mirror;

/// Warnings that wait to be sent at most: several times as many as there are thresholds.
const WAITING_MAX: usize = 32;

/// What was told of so far.
#[derive(Debug)]
pub struct Alarm {
    told: Mutex<Warnings>,
    outbox: Option<Outbox>,
}

/// Warnings that wait to be sent.
#[derive(Debug)]
struct Outbox {
    sender: mpsc::Sender<Notice>,
    receiver: Mutex<Option<mpsc::Receiver<Notice>>>,
}

impl Alarm {
    /// Nothing was told of yet.
    #[must_use]
    pub fn new(hook: Option<&Hook>) -> Self {
        let outbox = hook.map(|_| {
            let (sender, receiver) = mpsc::channel(WAITING_MAX);
            Outbox { sender, receiver: Mutex::new(Some(receiver)) }
        });
        Self { told: Mutex::default(), outbox }
    }

    /// What is warned of now. What changed since the last look is told.
    pub fn look(&self, mirror: &Mirror, now: UnixTime, metrics: &Metrics) -> Warnings {
        let (site, licences) = (mirror.site(), mirror.licences());
        let mut told = self.told.lock().unwrap_or_else(PoisonError::into_inner);
        let next = told.next(&site, &licences, now);
        let before = std::mem::replace(&mut *told, next);
        drop(told);
        log(before, next);
        if let Some(outbox) = &self.outbox {
            for warning in next.since(before) {
                outbox.put(notice(warning, mirror, now), metrics);
            }
        }
        next
    }

    /// The warnings that wait to be sent, for the one who sends them; `None` where there is no webhook, and for
    /// whoever asks after that one.
    #[must_use]
    pub fn take_outbox(&self) -> Option<mpsc::Receiver<Notice>> {
        let outbox = self.outbox.as_ref()?;
        outbox.receiver.lock().unwrap_or_else(PoisonError::into_inner).take()
    }
}

impl Outbox {
    /// Where too many wait, one more goes nowhere: nobody waits for a webhook.
    fn put(&self, notice: Notice, metrics: &Metrics) {
        if self.sender.try_send(notice).is_err() {
            metrics.count_message(Fate::Dropped);
        }
    }
}

fn notice(warning: Warning, mirror: &Mirror, at: UnixTime) -> Notice {
    Notice {
        warning,
        at,
        seats_in_use: mirror.seats_in_use(at),
        seats_total: mirror.in_force(at).map_or(0, |terms| terms.seats_total()),
    }
}

/// Writes down what is reached for the first time, and that it is over.
fn log(before: Warnings, now: Warnings) {
    for warning in now.since(before) {
        tracing::warn!(about = warning.about(), threshold = warning.threshold(), "{warning}");
    }
    if now.seats_percent.is_none() && before.seats_percent.is_some() {
        tracing::info!("fewer than 80 % of the seats are in use again");
    }
    if now.licence_end.is_none() && before.licence_end.is_some() {
        tracing::info!("the licence does not end within 60 days any more");
    }
}

#[cfg(test)]
mod tests {
    use crate::http::testing::World;

    const HOOK: &str = "webhook_url = 'http://localhost:1/x'\nwebhook_secret_file = 'x'";

    #[tokio::test]
    async fn what_nobody_sends_is_bounded_and_counted() {
        let world = World::with("http://localhost:8080", HOOK);
        world.furnish(1, 1).await;
        for _ in 0..super::WAITING_MAX + 1 {
            let token = world.sign_in("user1").await.string("refresh_token");
            let _ = world.state.warnings();
            world.sign_out(&token).await;
            let _ = world.state.warnings();
        }
        let metrics = world.get("/metrics").send().await.text;
        assert!(metrics.contains("webhook_messages_total{fate=\"dropped\"} 1\n"), "{metrics}");
        let mut waiting = world.state.alarm().take_outbox().unwrap();
        let notice = waiting.try_recv().unwrap();
        assert_eq!(
            (notice.warning.threshold(), notice.seats_in_use, notice.seats_total),
            (100, 1, 1)
        );
        assert!(world.state.alarm().take_outbox().is_none(), "one sends them");
    }
}
