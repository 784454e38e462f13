//! Warnings on their way to an address that an administrator named: one message after another, each tried
//! several times. Nothing waits for it but the last warning of each subject.

mod message;
#[cfg(test)]
mod tests;

use std::time::Duration;

use axum::http::StatusCode;
use licence_cli::Failure;
use thiserror::Error;

use self::message::{Message, Secret};
use crate::config::{Hook, HookUrl};
use crate::domain::Notice;
use crate::listen::tls;
use crate::metrics::Fate;
use crate::outgoing::{Remote, Unanswered};
use crate::state::AppState;

/// How long a message is tried.
#[derive(Clone, Copy, Debug)]
struct Patience {
    /// For the answer to one try.
    answer: Duration,
    /// Between a try and the next one; there is one try more than there are pauses.
    pauses: &'static [Duration],
}

/// Three quarters of an hour in all: a monitoring system is restarted in less, and a warning that comes later is
/// of little use.
const PATIENCE: Patience = Patience {
    answer: Duration::from_secs(10),
    pauses: &[
        Duration::from_secs(5),
        Duration::from_secs(30),
        Duration::from_secs(120),
        Duration::from_secs(600),
        Duration::from_secs(1800),
    ],
};

/// What brings messages to their address.
pub struct Courier {
    remote: Remote,
    url: HookUrl,
    secret: Secret,
    patience: Patience,
}

/// Why a message was not taken.
#[derive(Debug, Error)]
enum Failed {
    #[error(transparent)]
    Unanswered(#[from] Unanswered),
    /// Also a redirection: where it leads to is not what was named.
    #[error("it answered with status {0}")]
    Refused(StatusCode),
    #[error("it did not answer within {} seconds", .0.as_secs())]
    Silent(Duration),
}

impl Courier {
    /// Reads the secret, and whom to trust.
    ///
    /// # Errors
    /// If a file cannot be read, or does not hold what it should.
    pub fn open(hook: &Hook) -> Result<Self, Failure> {
        let authorities = || hook.ca.clone().or_else(tls::system_authorities);
        let connector = || tls::connector(&authorities().ok_or_else(tls::no_authorities)?);
        Ok(Self {
            remote: Remote::of(hook.url.expose(), connector)?,
            url: hook.url.clone(),
            secret: Secret::read(&hook.secret_file)?,
            patience: PATIENCE,
        })
    }

    /// Sends what is warned of, for as long as the future is polled.
    pub async fn run(self, state: AppState) {
        loop {
            let notice = state.alarm().next_to_send().await;
            self.deliver(&notice, &state).await;
        }
    }

    /// Tries until the message is taken or no try is left. That it fails is told once, and so is that it is over.
    async fn deliver(&self, notice: &Notice, state: &AppState) {
        let Ok(message) = Message::of(notice, state) else {
            state.metrics().count_message(Fate::GivenUp);
            return;
        };
        let mut pauses = self.patience.pauses.iter();
        loop {
            match self.attempt(&message, state).await {
                Ok(()) => {
                    if state.alarm().note_delivery() {
                        tracing::info!(url = %self.url, "the webhook takes warnings again");
                    }
                    state.metrics().count_message(Fate::Delivered);
                    return;
                }
                Err(cause) => {
                    if state.alarm().note_failure(&cause, state.now()) {
                        tracing::warn!(url = %self.url, %cause, "the webhook does not take a warning");
                    }
                    state.metrics().count_message(Fate::Failed);
                }
            }
            let Some(pause) = pauses.next() else {
                state.metrics().count_message(Fate::GivenUp);
                return;
            };
            tokio::time::sleep(*pause).await;
        }
    }

    async fn attempt(&self, message: &Message, state: &AppState) -> Result<(), Failed> {
        let request = message.request(self.url.expose(), state.reading().wall, &self.secret);
        let answer = tokio::time::timeout(self.patience.answer, self.remote.send(request)).await;
        let status = answer.map_err(|_| Failed::Silent(self.patience.answer))??;
        if status.is_success() { Ok(()) } else { Err(Failed::Refused(status)) }
    }
}
