//! The one writer: commands that wait together are decided and committed together.
//!
//! Each is answered after the commit that holds it is on disk, and the mirror changes between the
//! two. After the store failed nothing is acknowledged any more and the writer ends: what is in memory
//! could differ from what is on disk, and a disk that failed once is not to be trusted with the next
//! command. Whoever opens the store again learns what is on disk.

mod bells;

use std::future::Future;
use std::pin::pin;
use std::sync::Arc;
use std::task::{Context, Poll, Wake, Waker};
use std::thread::{self, Thread};

use thiserror::Error;
use tokio::sync::{mpsc, oneshot};

use crate::clock::Stopwatch;
use crate::domain::{Command, Draft, Holder, Outcome, Reading, decide, peek, settle};
use crate::metrics::Metrics;
use crate::mirror::Mirror;
use crate::store::{Batch as _, Engine, StoreError};

pub use bells::Bell;
use bells::Bells;

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
    /// Nobody waits for the answer.
    Word(Command),
    Stop(oneshot::Sender<()>),
}

struct Job {
    command: Command,
    answer: oneshot::Sender<Result<Outcome, Unavailable>>,
    waited: Stopwatch,
    /// Told when a seat may be free, should the answer be that there is none.
    bell: Option<Bell>,
}

impl Writer {
    /// Starts the writer on a thread of its own, because a commit waits for the disk. `decided` is as in [`turn`].
    ///
    /// # Errors
    /// Where the system gives no thread.
    pub fn start<E: Engine, G>(
        engine: E,
        mirror: Arc<Mirror>,
        metrics: Metrics,
        read_clock: impl Fn() -> Reading + Send + 'static,
        decided: impl Fn(&[Outcome]) -> G + Send + 'static,
    ) -> std::io::Result<Self> {
        let (queue, messages) = mpsc::channel(QUEUE_MAX);
        thread::Builder::new()
            .name("writer".to_owned())
            .spawn(move || run(engine, &mirror, &metrics, (&read_clock, &decided), messages))?;
        Ok(Self { queue })
    }

    /// Has a command carried out; answers when it is durable.
    ///
    /// # Errors
    /// [`Unavailable::Busy`] where the queue is full: nothing was done. [`Unavailable::Failed`] where
    /// the store failed: whether it was done is not known.
    pub async fn submit(&self, command: Command) -> Result<Outcome, Unavailable> {
        self.send(command, None).await
    }

    /// The same for a request that waits for a seat: the bell rings when one may be free.
    ///
    /// # Errors
    /// As [`submit`](Self::submit).
    pub async fn submit_with(&self, command: Command, bell: &Bell) -> Result<Outcome, Unavailable> {
        self.send(command, Some(bell.clone())).await
    }

    /// Has a command carried out, for whoever cannot wait for the answer.
    ///
    /// # Errors
    /// Every [`Unavailable`]: nothing was done.
    pub fn tell(&self, command: Command) -> Result<(), Unavailable> {
        self.queue.try_send(Message::Word(command)).map_err(Unavailable::from)
    }

    /// Has commands carried out that were given together, in their order and as few commits as may be.
    pub async fn submit_all(&self, commands: Vec<Command>) -> Vec<Result<Outcome, Unavailable>> {
        let waiting: Vec<_> =
            commands.into_iter().map(|command| self.enqueue(command, None)).collect();
        let mut outcomes = Vec::with_capacity(waiting.len());
        for outcome in waiting {
            outcomes.push(match outcome {
                Ok(outcome) => outcome.await.unwrap_or(Err(Unavailable::Failed)),
                Err(unavailable) => Err(unavailable),
            });
        }
        outcomes
    }

    async fn send(&self, command: Command, bell: Option<Bell>) -> Result<Outcome, Unavailable> {
        self.enqueue(command, bell)?.await.unwrap_or(Err(Unavailable::Failed))
    }

    fn enqueue(
        &self,
        command: Command,
        bell: Option<Bell>,
    ) -> Result<oneshot::Receiver<Result<Outcome, Unavailable>>, Unavailable> {
        let (answer, outcome) = oneshot::channel();
        let job = Job { command, answer, waited: Stopwatch::start(), bell };
        self.queue.try_send(Message::Job(job))?;
        Ok(outcome)
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
}

impl<T> From<mpsc::error::TrySendError<T>> for Unavailable {
    fn from(error: mpsc::error::TrySendError<T>) -> Self {
        match error {
            mpsc::error::TrySendError::Full(_) => Self::Busy,
            mpsc::error::TrySendError::Closed(_) => Self::Failed,
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

fn run<E: Engine, G>(
    mut engine: E,
    mirror: &Mirror,
    metrics: &Metrics,
    (read_clock, decided): (&impl Fn() -> Reading, &impl Fn(&[Outcome]) -> G),
    mut messages: mpsc::Receiver<Message>,
) {
    let _ending = Ending(mirror);
    let mut bells = Bells::default();
    while let Some(first) = messages.blocking_recv() {
        // Whoever woke this thread has more in hand: where both have one core, a batch would be of one.
        thread::yield_now();
        let Drained { commands, callers, stop } = drain(first, &mut messages, &bells, metrics);
        let watch = Stopwatch::start();
        let turned = block_on(turn(&mut engine, mirror, read_clock(), &commands, decided));
        metrics.turn.observe(watch.secs());
        // A batch has 1,024 commands at most, so the number is exact.
        metrics.batch.observe(u32::try_from(commands.len()).map_or(0.0, f64::from));
        let is_over = stop.is_some() || turned.is_err();
        match turned {
            Ok(turned) => answer(turned, callers, &mut bells),
            Err(error) => give_up(&error, callers, mirror),
        }
        if is_over {
            // Before anyone is told of the end, so that the next one finds the store free.
            drop(engine);
            // Nobody waits where the caller has gone.
            let _ = stop.map(|stopped| stopped.send(()));
            return;
        }
    }
}

/// Whoever waits for the answer to a command.
struct Caller {
    answer: oneshot::Sender<Result<Outcome, Unavailable>>,
    bell: Option<Bell>,
}

/// What waited in the queue.
#[derive(Default)]
struct Drained {
    commands: Vec<Command>,
    /// One for each command.
    callers: Vec<Option<Caller>>,
    stop: Option<oneshot::Sender<()>>,
}

/// Everything that waits now, up to the size of one batch.
fn drain(
    first: Message,
    messages: &mut mpsc::Receiver<Message>,
    bells: &Bells,
    metrics: &Metrics,
) -> Drained {
    let mut drained = Drained::default();
    let mut next = Some(first);
    while let Some(message) = next {
        match message {
            Message::Job(Job { command, answer, waited, bell }) => {
                metrics.queue_wait.observe(waited.secs());
                drained.commands.push(command);
                drained.callers.push(Some(Caller { answer, bell }));
            }
            // Another request of the same holder may still wait there.
            Message::Word(Command::LeaveQueue(holder)) if bells.is_awaited(holder) => {}
            Message::Word(command) => {
                drained.commands.push(command);
                drained.callers.push(None);
            }
            Message::Stop(stopped) => {
                drained.stop = Some(stopped);
                return drained;
            }
        }
        let has_room = drained.commands.len() < BATCH_MAX;
        next = if has_room { messages.try_recv().ok() } else { None };
    }
    drained
}

/// Answers, and rings for whoever waits for a seat.
///
/// INVARIANT: a caller's bell hangs before this turn rings and before the caller learns that there is no
/// seat, so no ring is missed: not even that of a seat which a later command of the same turn freed.
fn answer(turned: Turned, callers: Vec<Option<Caller>>, bells: &mut Bells) {
    let answers: Vec<_> = callers.into_iter().zip(turned.outcomes).collect();
    for (caller, outcome) in &answers {
        let bell = caller.as_ref().and_then(|caller| caller.bell.as_ref());
        if let (Some(bell), Some(full)) = (bell, outcome.full_house()) {
            bells.hang(full.holder, bell);
        }
    }
    turned.woken.into_iter().for_each(|holder| bells.ring(holder));
    for (caller, outcome) in answers {
        if let Some(caller) = caller {
            // A caller that hung up is not told, and what it asked for stands.
            let _ = caller.answer.send(Ok(outcome));
        }
    }
}

fn give_up(error: &TurnError, callers: Vec<Option<Caller>>, mirror: &Mirror) {
    // First of all: whatever becomes of the log, nobody is told that the store is well.
    mirror.fail();
    tracing::error!(
        %error,
        "the store failed and nothing is acknowledged any more: \
         make room on the disk or mend it, then start the server again"
    );
    for caller in callers.into_iter().flatten() {
        let _ = caller.answer.send(Err(Unavailable::Failed));
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

/// What came of one turn.
#[derive(Debug)]
pub struct Turned {
    /// One outcome for each command.
    pub outcomes: Vec<Outcome>,
    /// Who waits for a seat and is to ask again.
    pub woken: Vec<Holder>,
}

/// One turn: decides the commands one after another, commits what they changed, and only then lets
/// the mirror show it.
///
/// `decided` is told what came of them before it is on disk: it may get ready what the answers need, and must not let
/// anybody have it. What it returns is dropped when the commit is over.
///
/// It has no channel, task or clock in it, so a simulator can call it with any engine.
///
/// # Errors
/// Where the store failed; then it is not known whether the changes are durable.
pub async fn turn<E: Engine, G>(
    engine: &mut E,
    mirror: &Mirror,
    reading: Reading,
    commands: &[Command],
    decided: impl FnOnce(&[Outcome]) -> G,
) -> Result<Turned, TurnError> {
    let (mut batch, site) = engine.begin().await?;
    let judged = mirror.anchor().judge(&site, reading);
    let mut draft = Draft::new(site, judged, reading, (mirror.licences(), mirror.refusals()));
    let mut outcomes = Vec::with_capacity(commands.len());
    let mut loads = 0;
    loop {
        let left = commands.get(outcomes.len()..).unwrap_or_default();
        let step = match left.first() {
            Some(command) => decide(command, &mut draft).map(Some),
            None => settle(&mut draft).map(|()| None),
        };
        match step {
            Ok(Some(outcome)) => outcomes.push(outcome),
            Ok(None) => break,
            Err(_missing) => {
                // What the later ones need is loaded in the same go.
                left.iter().skip(1).for_each(|command| peek(command, &mut draft));
                batch.load(&mut draft).await?;
                loads += 1;
                if loads > LOADS_MAX {
                    return Err(TurnError::NotLoaded);
                }
            }
        }
    }
    let changes = draft.changes();
    let woken = changes.woken().to_vec();
    if !changes.is_empty() {
        let meanwhile = decided(&outcomes);
        batch.commit(draft.changes()).await?;
        drop(meanwhile);
        mirror.apply(&draft.changes(), draft.licences());
    }
    mirror.count_refusals(&draft.changes());
    Ok(Turned { outcomes, woken })
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
