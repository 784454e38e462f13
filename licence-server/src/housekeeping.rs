//! What the server does by itself: it lets go of what has lapsed, reports which tokens came back, and makes
//! backups.

mod backups;

use std::pin::{Pin, pin};
use std::time::Duration;

use licence_core::UnixTime;
use tokio::time::{Sleep, sleep};

use crate::domain::{ClockDoubt, Command, Outcome, Swept};
use crate::state::AppState;
use crate::writer::Unavailable;

/// How often is looked whether a lease has ended for which somebody waits. Time is judged in whole
/// seconds, so its end cannot be slept to.
const LOOK: Duration = Duration::from_millis(50);

/// Keeps house for as long as the future is polled, or until the store fails.
pub async fn keep(state: AppState) {
    let mut doubt = None;
    let mut backups = backups::Schedule::default();
    while sweep(&state).await != Err(Unavailable::Failed) {
        doubt = tell_of(state.judge().doubt, doubt);
        // To look is to tell the log of what changed.
        let _ = state.warnings();
        backups.look(&state);
        sleep_until_due(&state, pin!(sleep(state.config().sweep_period))).await;
    }
}

/// Tells an administrator of the clock, when what there is to tell has changed.
fn tell_of(doubt: Option<ClockDoubt>, told: Option<ClockDoubt>) -> Option<ClockDoubt> {
    match doubt {
        _ if doubt == told => {}
        None => tracing::info!("the clock is sound again"),
        Some(ClockDoubt::Behind) => tracing::warn!(
            "the clock is behind a time that was trusted, and time goes on from there: set the \
             clock right, or `licence-server clock reset` where it is right"
        ),
        Some(ClockDoubt::Ahead { .. }) => tracing::warn!(
            "the clock is far ahead of the last time that was trusted and is not believed: set it \
             right, or `licence-server clock accept` where it is right"
        ),
    }
    doubt
}

async fn sweep(state: &AppState) -> Result<(), Unavailable> {
    // Where the queue is full, they are reported the next time.
    let _ = state.sightings().report(|some| state.writer().tell(Command::Seen(some)));
    let_go(state).await.map(drop)
}

/// Lets go of all that has lapsed, and says of how much. Each sweep is bounded, and others have their turn
/// between two of them.
pub(crate) async fn let_go(state: &AppState) -> Result<Swept, Unavailable> {
    let mut all = Swept::default();
    while let Outcome::Swept(swept) = state.submit(Command::Sweep).await? {
        all = all.with(swept);
        if !swept.is_more_left {
            break;
        }
    }
    Ok(all)
}

/// Sleeps until the next sweep: in a full house until the next lease ends, so that who waits for its seat
/// has it at once.
async fn sleep_until_due(state: &AppState, mut next: Pin<&mut Sleep>) {
    let mut ends = state.mirror().watch_awaited_end();
    loop {
        let end = *ends.borrow_and_update();
        if end.is_some_and(|end| state.now().is_expired(end)) {
            return;
        }
        tokio::select! {
            () = &mut next => return,
            () = look_later(end, state) => {}
            // Someone lined up, or has their seat. The sender lives as long as the state.
            _ = ends.changed() => {}
        }
    }
}

/// Comes back shortly before the end, and in its last second often.
async fn look_later(end: Option<UnixTime>, state: &AppState) {
    let Some(end) = end else { return std::future::pending().await };
    let secs = end.since(state.now()).saturating_sub(1);
    sleep(Duration::from_secs(u64::try_from(secs).unwrap_or(0)).max(LOOK)).await;
}
