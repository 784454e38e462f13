//! How long a refresh takes at half the rate that can be had.

use std::time::Duration;

use peer_protocol::{Latencies, work};

use super::stage::Stage;
use crate::bench::aim::Aim;
use crate::bench::effort::Effort;
use crate::bench::interleave::Contender as _;
use crate::bench::report::Table;
use crate::bench::running::Running;
use crate::bench::statistics::Spread;
use crate::failure::Failure;

/// Refreshes whose rate tells how many a second can be had.
const TRIED: u32 = 8_000;

/// How long refreshes are sent at half that rate, in milliseconds.
const PACED_MILLIS: u32 = 3_000;

/// How often the disk is asked.
const SYNCS: u32 = 400;

/// At most this many times the disk's own.
const AIM: Aim = Aim::AtMost(3.0);

struct Measured {
    per_sec: u32,
    refresh: Latencies,
    /// Refreshes that a batch had, in the mean.
    batch: f64,
}

/// The same, and beside it the disk.
struct Beside {
    own: Measured,
    disk: Latencies,
}

pub(super) fn measure(stage: &Stage<'_>, effort: &Effort) -> Result<Table, Failure> {
    // The first is not counted: it tells how many refreshes have a batch at this rate, and so how many pages.
    let batch = own(stage)?.batch;
    let pages = stage.pages_of(whole(batch))?;
    let measured = (0..effort.repetitions)
        .map(|_| Ok(Beside { disk: disk(stage, pages)?, own: own(stage)? }))
        .collect::<Result<Vec<_>, Failure>>()?;
    let cell = |of: fn(&Beside) -> f64| {
        Spread::of(measured.iter().map(of)).map_or_else(String::new, |spread| spread.to_string())
    };
    let ratio = Spread::of(measured.iter().map(ratio));
    let verdict = ratio.map(|ratio| (ratio.to_string(), AIM.judged(ratio.median)));
    let (ratio, aim) = verdict.unwrap_or_default();
    let per_sec = Spread::of(measured.iter().map(|once| f64::from(once.own.per_sec)));
    let per_sec = per_sec.map_or_else(String::new, |spread| format!("{spread:.0}"));
    let batches = Spread::of(measured.iter().map(|once| once.own.batch));
    let batches = batches.map_or_else(String::new, |spread| format!("{spread:.1}"));
    let own = format!("refresh, {per_sec} a second in an open loop, {batches} in a batch");
    let disk = format!("disk: {pages} scattered pages, as a batch has");
    let empty = String::new;
    Ok(Table {
        title: "How long a refresh takes, in milliseconds, from when it was due".to_owned(),
        heading: vec!["", "median", "99 of 100", "longest", "99 of 100 against it", "aim"],
        rows: vec![
            vec![
                own,
                cell(|once| millis(once.own.refresh.median)),
                cell(|once| millis(once.own.refresh.p99)),
                cell(|once| millis(once.own.refresh.max)),
                empty(),
                empty(),
            ],
            vec![
                disk,
                cell(|once| millis(once.disk.median)),
                cell(|once| millis(once.disk.p99)),
                cell(|once| millis(once.disk.max)),
                ratio,
                aim,
            ],
        ],
    })
}

fn own(stage: &Stage<'_>) -> Result<Measured, Failure> {
    let ours = stage.ours()?;
    // The first ones take seats, and warm everything up.
    ours.send(work::REFRESH, TRIED)?;
    let wall = ours.send(work::REFRESH, TRIED)?.wall;
    let per_sec = half(wall);
    let before = batches(ours.server())?;
    let refresh = ours.pace(work::REFRESH, per_sec, PACED_MILLIS)?;
    let after = batches(ours.server())?;
    Ok(Measured { per_sec, refresh, batch: (after.0 - before.0) / (after.1 - before.1).max(1.0) })
}

/// Commands that were committed so far, and in how many batches.
fn batches(server: &Running) -> Result<(f64, f64), Failure> {
    let metrics = server.metrics()?;
    let counted = |name: &str| {
        let value = metrics.lines().find_map(|line| line.strip_prefix(name)?.strip_prefix(' '));
        value.and_then(|value| value.trim().parse().ok())
    };
    let commands = counted("licence_server_batch_commands_sum");
    let batches = counted("licence_server_batch_commands_count");
    let both = commands.zip(batches);
    both.ok_or(Failure::UnexpectedOutput { tool: "/metrics", output: metrics })
}

#[expect(
    clippy::cast_possible_truncation,
    clippy::cast_sign_loss,
    reason = "a batch has 1,024 at most"
)]
fn whole(batch: f64) -> u64 {
    batch.round().max(1.0) as u64
}

/// Half the rate of as many as were tried in that time.
fn half(wall: Duration) -> u32 {
    let nanos = u64::try_from(wall.as_nanos()).unwrap_or(u64::MAX).max(1);
    let per_sec = u64::from(TRIED) * 1_000_000_000 / nanos / 2;
    u32::try_from(per_sec).unwrap_or(u32::MAX)
}

fn disk(stage: &Stage<'_>, pages: u64) -> Result<Latencies, Failure> {
    let mut bare = stage.bare(work::SYNC_SCATTERED, pages)?;
    let walls = (0..SYNCS).map(|_| bare.run(1).map(|slice| slice.wall));
    let walls = walls.collect::<Result<Vec<_>, _>>()?;
    Latencies::of(walls).ok_or_else(|| Failure::Missing {
        what: "a measurement of the disk".to_owned(),
        mend: "ask for one at least".to_owned(),
    })
}

fn ratio(once: &Beside) -> f64 {
    once.own.refresh.p99.as_secs_f64() / once.disk.p99.as_secs_f64()
}

fn millis(time: Duration) -> f64 {
    time.as_secs_f64() * 1e3
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn half_the_rate_of_8000_in_two_seconds_is_2000() {
        assert_eq!(half(Duration::from_secs(2)), 2_000);
    }
}
