//! A request that waits for a seat: first come, first served, for as long as it was asked to.

use std::pin::pin;
use std::time::Duration;

use tokio::time::sleep;

use crate::domain::{Command, Holder, Outcome};
use crate::http::extract::Fields;
use crate::http::long_poll::LongPoll;
use crate::http::problem::Problem;
use crate::state::AppState;
use crate::writer::{Bell, Unavailable, Writer};

/// How long a request waits in a full house.
#[derive(Clone, Debug)]
pub(super) struct Patience {
    wait: Duration,
    poll: LongPoll,
}

impl Patience {
    /// What the request asks for: `wait`, in seconds.
    pub(super) fn asked(
        fields: &Fields,
        poll: LongPoll,
        state: &AppState,
    ) -> Result<Self, Problem> {
        let secs_max = state.config().wait_max.as_secs();
        let secs = fields.integer("wait")?.unwrap_or(0);
        let secs = u64::try_from(secs).ok().filter(|secs| *secs <= secs_max).ok_or_else(|| {
            Problem::invalid_request(format!("`wait` must be 0 to {secs_max} seconds"))
        })?;
        Ok(Self { wait: Duration::from_secs(secs), poll })
    }

    /// For how many seconds the rules keep the place live.
    pub(super) fn secs(&self) -> i64 {
        i64::try_from(self.wait.as_secs()).unwrap_or(i64::MAX)
    }

    /// Has a command carried out, and in a full house another one whenever a seat may be free. That one
    /// asks for no more time: the place is live until the end that the first one set.
    ///
    /// Whoever there is no room to wait for is answered as if they had not asked to wait.
    pub(super) async fn seat(
        &self,
        first: Command,
        again: impl Fn() -> Result<Command, Problem>,
        state: &AppState,
    ) -> Result<Outcome, Problem> {
        if self.wait.is_zero() {
            return Ok(state.submit(first).await?);
        }
        let mut end = pin!(sleep(self.wait));
        let (mut place, mut outcome) = PlaceInQueue::take(state.writer().clone(), first).await?;
        if !place.is_waiting_after(&outcome) {
            return Ok(outcome);
        }
        let Ok(_wait) = self.poll.begin(state) else { return Ok(outcome) };
        while place.is_waiting_after(&outcome) {
            tokio::select! {
                () = place.bell.rung() => {}
                () = &mut end => return Ok(outcome),
            }
            outcome = place.submit(again()?).await?;
        }
        Ok(outcome)
    }
}

/// A request's place in the queue. Dropped, it tells the rules that nobody waits there any more: the
/// request has its answer, or its caller hung up.
struct PlaceInQueue {
    writer: Writer,
    bell: Bell,
    holder: Option<Holder>,
}

impl PlaceInQueue {
    /// Asks for a seat, or for a place.
    ///
    /// On a task of its own: a caller that hangs up over the question ends the request, and not what has
    /// to be told once the place is known.
    async fn take(writer: Writer, first: Command) -> Result<(Self, Outcome), Unavailable> {
        let mut place = Self { writer, bell: Bell::default(), holder: None };
        let asking = tokio::spawn(async move {
            let outcome = place.submit(first).await?;
            place.is_waiting_after(&outcome);
            Ok((place, outcome))
        });
        // It ends otherwise only where the server ends.
        asking.await.unwrap_or(Err(Unavailable::Failed))
    }

    async fn submit(&self, command: Command) -> Result<Outcome, Unavailable> {
        self.writer.submit_with(command, &self.bell).await
    }

    /// Whoever has a seat has left no place behind. Whoever was refused otherwise has, and the rules are
    /// told of it, or the seat would wait for nobody.
    fn is_waiting_after(&mut self, outcome: &Outcome) -> bool {
        let full = outcome.full_house().filter(|full| full.place.is_some());
        let is_seated = matches!(outcome, Outcome::Granted(_));
        self.holder = full.map(|full| full.holder).or(self.holder).filter(|_| !is_seated);
        full.is_some()
    }
}

impl Drop for PlaceInQueue {
    fn drop(&mut self) {
        let Some(holder) = self.holder else { return };
        // First the bell: the writer asks whether one still hangs there.
        self.bell = Bell::default();
        // Where the queue of the writer is full, the place goes by its own time.
        let _ = self.writer.tell(Command::LeaveQueue(holder));
    }
}
