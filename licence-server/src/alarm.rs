//! Tells an administrator of what is warned of, once: in the log, and to a webhook where there is one.

use std::fmt;
use std::sync::{Mutex, MutexGuard, PoisonError};

use licence_core::UnixTime;
use tokio::sync::Notify;

use crate::config::Hook;
use crate::domain::{Notice, Warning, Warnings};
use crate::metrics::{Fate, Metrics};
use crate::mirror::Mirror;

/// A threshold of the seats that is crossed again and again is told of once in so long: in a small house one
/// person is a fifth of it.
const SEATS_QUIET_SECS: i64 = 3600;

/// What was told of so far.
#[derive(Debug)]
pub struct Alarm {
    told: Mutex<Told>,
    outbox: Option<Outbox>,
}

#[derive(Debug, Default)]
struct Told {
    warnings: Warnings,
    /// The last warning of seats that was told: its threshold, and when.
    seats: Option<(u32, UnixTime)>,
}

/// Warnings that wait to be sent: of each subject the last, because it is how things stand.
#[derive(Debug, Default)]
struct Outbox {
    waiting: Mutex<Vec<Notice>>,
    bell: Notify,
    trouble: Mutex<Option<Trouble>>,
}

/// Nothing that was sent has been taken since.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Trouble {
    /// When a try failed first.
    pub since: UnixTime,
    /// Why the last one did. It names neither the address nor a secret.
    pub cause: String,
}

impl Alarm {
    /// Nothing was told of yet.
    #[must_use]
    pub fn new(hook: Option<&Hook>) -> Self {
        Self { told: Mutex::default(), outbox: hook.map(|_| Outbox::default()) }
    }

    /// What is warned of now. What changed since the last look is told.
    pub fn look(&self, mirror: &Mirror, now: UnixTime, metrics: &Metrics) -> Warnings {
        // Before the mirror is read: of two who look at once, the last to tell has seen the last.
        let mut told = self.told.lock().unwrap_or_else(PoisonError::into_inner);
        let next = told.warnings.next(&mirror.site(), &mirror.licences(), now);
        let before = std::mem::replace(&mut told.warnings, next);
        for warning in next.since(before) {
            if told.is_news(warning, now) {
                tracing::warn!(
                    about = warning.about(),
                    threshold = warning.threshold(),
                    "{warning}"
                );
                if let Some(outbox) = &self.outbox {
                    outbox.put(notice(warning, mirror, now), metrics);
                }
            }
        }
        log_end(before, next);
        next
    }

    /// Waits for the next warning that is to be sent; without a webhook there is none, ever.
    pub async fn next_to_send(&self) -> Notice {
        match &self.outbox {
            Some(outbox) => outbox.next().await,
            None => std::future::pending().await,
        }
    }

    /// Notes that a try failed, and says whether the one before did not.
    pub fn note_failure(&self, cause: impl fmt::Display, now: UnixTime) -> bool {
        let Some(outbox) = &self.outbox else { return false };
        let mut trouble = outbox.trouble();
        let since = trouble.as_ref().map_or(now, |trouble| trouble.since);
        trouble.replace(Trouble { since, cause: cause.to_string() }).is_none()
    }

    /// Notes that a message was taken, and says whether the try before failed.
    pub fn note_delivery(&self) -> bool {
        self.outbox.as_ref().is_some_and(|outbox| outbox.trouble().take().is_some())
    }

    /// Why messages do not arrive, where they do not.
    #[must_use]
    pub fn trouble(&self) -> Option<Trouble> {
        self.outbox.as_ref().and_then(|outbox| outbox.trouble().clone())
    }
}

impl Told {
    /// Whether it is worth telling, and if so that it was told.
    fn is_news(&mut self, warning: Warning, now: UnixTime) -> bool {
        let Warning::Seats { percent } = warning else { return true };
        let is_repeated = self.seats.is_some_and(|(told, at)| {
            told >= percent && (0..SEATS_QUIET_SECS).contains(&now.since(at))
        });
        if !is_repeated {
            self.seats = Some((percent, now));
        }
        !is_repeated
    }
}

impl Outbox {
    /// Takes the place of an older one of the same subject, which goes nowhere.
    fn put(&self, notice: Notice, metrics: &Metrics) {
        let mut waiting = self.waiting();
        let about = |other: &Notice| other.warning.about() == notice.warning.about();
        if let Some(older) = waiting.iter().position(about) {
            waiting.remove(older);
            metrics.count_message(Fate::Dropped);
        }
        waiting.push(notice);
        drop(waiting);
        self.bell.notify_one();
    }

    async fn next(&self) -> Notice {
        loop {
            if let Some(notice) = self.first() {
                return notice;
            }
            self.bell.notified().await;
        }
    }

    fn first(&self) -> Option<Notice> {
        let mut waiting = self.waiting();
        (!waiting.is_empty()).then(|| waiting.remove(0))
    }

    fn waiting(&self) -> MutexGuard<'_, Vec<Notice>> {
        self.waiting.lock().unwrap_or_else(PoisonError::into_inner)
    }

    fn trouble(&self) -> MutexGuard<'_, Option<Trouble>> {
        self.trouble.lock().unwrap_or_else(PoisonError::into_inner)
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

/// Writes down that there is nothing to warn of any more.
fn log_end(before: Warnings, now: Warnings) {
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
    async fn of_each_subject_the_last_warning_waits_and_older_ones_go_nowhere() {
        let world = World::with("http://localhost:8080", HOOK);
        world.furnish(10, 10).await;
        for number in 1..=10 {
            world.sign_in(&format!("user{number}")).await;
            let _ = world.state.warnings();
        }
        let metrics = world.get("/metrics").send().await.text;
        assert!(metrics.contains("webhook_messages_total{fate=\"dropped\"} 2\n"), "{metrics}");
        let notice = world.state.alarm().next_to_send().await;
        assert_eq!(
            (notice.warning.threshold(), notice.seats_in_use, notice.seats_total),
            (100, 10, 10)
        );
    }

    /// Once one person who came and went in a house of one seat was told of each time.
    #[tokio::test]
    async fn a_threshold_that_is_crossed_again_and_again_is_told_of_once_an_hour() {
        let world = World::with("http://localhost:8080", HOOK);
        world.furnish(1, 1).await;
        let come_and_go = async || {
            let token = world.sign_in("user1").await.string("refresh_token");
            let _ = world.state.warnings();
            world.sign_out(&token).await;
            let _ = world.state.warnings();
        };
        come_and_go().await;
        come_and_go().await;
        world.clock.advance(super::SEATS_QUIET_SECS);
        let first = world.state.alarm().next_to_send().await;
        come_and_go().await;
        let second = world.state.alarm().next_to_send().await;
        assert_eq!(second.at.since(first.at), super::SEATS_QUIET_SECS);
        let metrics = world.get("/metrics").send().await.text;
        assert!(!metrics.contains("fate=\"dropped\""), "{metrics}");
    }
}
