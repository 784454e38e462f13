//! The one writer: commands that wait together are decided and committed together.
//!
//! Each is answered after the commit that holds it is on disk, and the mirror changes between the
//! two. After the store failed nothing is acknowledged any more and the writer ends: what is in memory
//! could differ from what is on disk, and a disk that failed once is not to be trusted with the next
//! command. Whoever opens the store again learns what is on disk.

use std::future::Future;
use std::pin::pin;
use std::sync::Arc;
use std::task::{Context, Poll, Wake, Waker};
use std::thread::{self, Thread};
use std::time::Duration;

use licence_core::UnixTime;
use thiserror::Error;
use tokio::sync::{mpsc, oneshot};

use crate::domain::{Command, Draft, Outcome, decide, peek};
use crate::mirror::Mirror;
use crate::store::{Batch as _, Engine, StoreError};

/// Commands that wait at most; a further one is told to come back.
const QUEUE_MAX: usize = 4096;

/// Commands of one commit at most, so that the first of them does not wait for too many.
const BATCH_MAX: usize = 1024;

/// Why a command was not carried out.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Error)]
pub enum Unavailable {
    /// The queue is full.
    #[error("the writer's queue is full")]
    Busy,
    /// The store failed, or the server is stopping.
    #[error("the store does not take commands any more")]
    Failed,
}

/// The way to the writer, for as many callers as there are.
#[derive(Clone, Debug)]
pub struct Writer {
    queue: mpsc::Sender<Message>,
}

enum Message {
    Job(Job),
    Stop(oneshot::Sender<()>),
}

struct Job {
    command: Command,
    answer: oneshot::Sender<Result<Outcome, Unavailable>>,
}

impl Writer {
    /// Starts the writer on a thread of its own, because a commit waits for the disk.
    ///
    /// # Errors
    /// Where the system gives no thread.
    pub fn start<E: Engine>(
        engine: E,
        mirror: Arc<Mirror>,
        wall: impl Fn() -> UnixTime + Send + 'static,
    ) -> std::io::Result<Self> {
        let (queue, messages) = mpsc::channel(QUEUE_MAX);
        thread::Builder::new()
            .name("writer".to_owned())
            .spawn(move || run(engine, &mirror, &wall, messages))?;
        Ok(Self { queue })
    }

    /// Has a command carried out; answers when it is durable.
    ///
    /// # Errors
    /// [`Unavailable::Busy`] where the queue is full: nothing was done. [`Unavailable::Failed`] where
    /// the store failed: whether it was done is not known.
    pub async fn submit(&self, command: Command) -> Result<Outcome, Unavailable> {
        let (answer, outcome) = oneshot::channel();
        let sent = self.queue.try_send(Message::Job(Job { command, answer }));
        sent.map_err(|error| match error {
            mpsc::error::TrySendError::Full(_) => Unavailable::Busy,
            mpsc::error::TrySendError::Closed(_) => Unavailable::Failed,
        })?;
        outcome.await.unwrap_or(Err(Unavailable::Failed))
    }

    /// Carries out what waits, gives the engine up, and ends the thread.
    pub async fn stop(&self) {
        let (stopped, done) = oneshot::channel();
        if self.queue.send(Message::Stop(stopped)).await.is_ok() {
            // An error means that the thread has ended too.
            let _ = done.await;
        }
    }

    /// Waits for the writer's end: after it was stopped, or after the store failed.
    pub async fn ended(&self) {
        self.queue.closed().await;
    }

    /// Lets go of what has lapsed, every `period`, for as long as the future is polled.
    pub async fn sweep_every(&self, period: Duration) {
        let mut ticks = tokio::time::interval(period);
        loop {
            ticks.tick().await;
            match self.submit(Command::Sweep).await {
                Ok(_) | Err(Unavailable::Busy) => {}
                Err(Unavailable::Failed) => return,
            }
        }
    }
}

/// Tells the mirror when the writer's thread ends, however it does.
struct Ending<'a>(&'a Mirror);

impl Drop for Ending<'_> {
    fn drop(&mut self) {
        self.0.fail();
    }
}

fn run<E: Engine>(
    mut engine: E,
    mirror: &Mirror,
    wall: &impl Fn() -> UnixTime,
    mut messages: mpsc::Receiver<Message>,
) {
    let _ending = Ending(mirror);
    while let Some(first) = messages.blocking_recv() {
        let (commands, answers, stop) = drain(first, &mut messages);
        let outcomes = block_on(turn(&mut engine, mirror, wall(), &commands));
        let is_over = stop.is_some() || outcomes.is_err();
        answer(outcomes, answers, mirror);
        if is_over {
            // Before anyone is told of the end, so that the next one finds the store free.
            drop(engine);
            // Nobody waits where the caller has gone.
            let _ = stop.map(|stopped| stopped.send(()));
            return;
        }
    }
}

type Answer = oneshot::Sender<Result<Outcome, Unavailable>>;

/// Everything that waits now, up to the size of one batch.
fn drain(
    first: Message,
    messages: &mut mpsc::Receiver<Message>,
) -> (Vec<Command>, Vec<Answer>, Option<oneshot::Sender<()>>) {
    let (mut commands, mut answers) = (Vec::new(), Vec::new());
    let mut next = Some(first);
    while let Some(message) = next {
        match message {
            Message::Job(Job { command, answer }) => {
                commands.push(command);
                answers.push(answer);
            }
            Message::Stop(stopped) => return (commands, answers, Some(stopped)),
        }
        next = if commands.len() < BATCH_MAX { messages.try_recv().ok() } else { None };
    }
    (commands, answers, None)
}

fn answer(outcomes: Result<Vec<Outcome>, TurnError>, answers: Vec<Answer>, mirror: &Mirror) {
    match outcomes {
        Ok(outcomes) => {
            for (answer, outcome) in answers.into_iter().zip(outcomes) {
                // A caller that hung up is not told, and what it asked for stands.
                let _ = answer.send(Ok(outcome));
            }
        }
        Err(error) => {
            // First of all: whatever becomes of the log, nobody is told that the store is well.
            mirror.fail();
            tracing::error!(
                %error,
                "the store failed and nothing is acknowledged any more: \
                 make room on the disk or mend it, then start the server again"
            );
            for answer in answers {
                let _ = answer.send(Err(Unavailable::Failed));
            }
        }
    }
}

/// How often one turn may load rows. A rule that comes back for more asks each time for twice as many,
/// so only an engine that does not load what it is asked for gets this far.
const LOADS_MAX: usize = 10_000;

/// Why a turn came to nothing.
#[derive(Debug, Error)]
pub enum TurnError {
    /// The engine does not load what it is asked for.
    #[error("the store does not load what it is asked for")]
    NotLoaded,
    /// The store failed.
    #[error(transparent)]
    Store(#[from] StoreError),
}

/// One turn: decides the commands one after another, commits what they changed, and only then lets
/// the mirror show it.
///
/// It has no channel, task or clock in it, so a simulator can call it with any engine.
///
/// # Errors
/// Where the store failed; then it is not known whether the changes are durable.
pub async fn turn<E: Engine>(
    engine: &mut E,
    mirror: &Mirror,
    wall: UnixTime,
    commands: &[Command],
) -> Result<Vec<Outcome>, TurnError> {
    let (mut batch, site) = engine.begin().await?;
    let mut draft = Draft::new(site, wall, mirror.licences());
    let mut outcomes = Vec::with_capacity(commands.len());
    let mut loads = 0;
    while let Some((command, later)) = commands.get(outcomes.len()..).and_then(<[_]>::split_first) {
        match decide(command, &mut draft) {
            Ok(outcome) => outcomes.push(outcome),
            Err(_missing) => {
                // What the later ones need is loaded in the same go.
                later.iter().for_each(|command| peek(command, &mut draft));
                batch.load(&mut draft).await?;
                loads += 1;
                if loads > LOADS_MAX {
                    return Err(TurnError::NotLoaded);
                }
            }
        }
    }
    if !draft.changes().is_empty() {
        batch.commit(draft.changes()).await?;
        mirror.apply(&draft.changes(), draft.licences());
    }
    Ok(outcomes)
}

/// Runs a future on this thread. An embedded engine's futures are ready at once; another engine's
/// wake the thread.
fn block_on<F: Future>(future: F) -> F::Output {
    struct Unpark(Thread);
    impl Wake for Unpark {
        fn wake(self: Arc<Self>) {
            self.0.unpark();
        }
    }
    let waker = Waker::from(Arc::new(Unpark(thread::current())));
    let mut context = Context::from_waker(&waker);
    let mut future = pin!(future);
    loop {
        match future.as_mut().poll(&mut context) {
            Poll::Ready(output) => return output,
            Poll::Pending => thread::park(),
        }
    }
}

#[cfg(test)]
mod tests;
