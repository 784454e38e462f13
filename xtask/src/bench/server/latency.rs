//! How long a refresh takes at half the rate that can be had.

use std::time::Duration;

use peer_protocol::{Latencies, work};

use super::stage::Stage;
use crate::bench::aim::Aim;
use crate::bench::effort::Effort;
use crate::bench::interleave::Contender as _;
use crate::bench::report::Table;
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
    disk: Latencies,
}

pub(super) fn measure(stage: &Stage<'_>, effort: &Effort) -> Result<Table, Failure> {
    let measured = (0..effort.repetitions).map(|_| once(stage));
    let measured = measured.collect::<Result<Vec<_>, _>>()?;
    let cell = |of: fn(&Measured) -> f64| {
        Spread::of(measured.iter().map(of)).map_or_else(String::new, |spread| spread.to_string())
    };
    let ratio = Spread::of(measured.iter().map(ratio));
    let verdict = ratio.map(|ratio| (ratio.to_string(), AIM.judged(ratio.median)));
    let (ratio, aim) = verdict.unwrap_or_default();
    let per_sec = Spread::of(measured.iter().map(|once| f64::from(once.per_sec)));
    let per_sec = per_sec.map_or_else(String::new, |spread| format!("{spread:.0}"));
    let own = format!("refresh, {per_sec} a second in an open loop");
    let disk = format!("disk: {} scattered pages", stage.pages);
    let empty = String::new;
    Ok(Table {
        title: "How long a refresh takes, in milliseconds, from when it was due".to_owned(),
        heading: vec!["", "median", "99 of 100", "longest", "99 of 100 against it", "aim"],
        rows: vec![
            vec![
                own,
                cell(|once| millis(once.refresh.median)),
                cell(|once| millis(once.refresh.p99)),
                cell(|once| millis(once.refresh.max)),
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

fn once(stage: &Stage<'_>) -> Result<Measured, Failure> {
    let disk = disk(stage)?;
    let ours = stage.ours()?;
    // The first ones take seats, and warm everything up.
    ours.send(work::REFRESH, TRIED)?;
    let wall = ours.send(work::REFRESH, TRIED)?.wall;
    let per_sec = half(wall);
    Ok(Measured { per_sec, refresh: ours.pace(work::REFRESH, per_sec, PACED_MILLIS)?, disk })
}

/// Half the rate of as many as were tried in that time.
fn half(wall: Duration) -> u32 {
    let nanos = u64::try_from(wall.as_nanos()).unwrap_or(u64::MAX).max(1);
    let per_sec = u64::from(TRIED) * 1_000_000_000 / nanos / 2;
    u32::try_from(per_sec).unwrap_or(u32::MAX)
}

fn disk(stage: &Stage<'_>) -> Result<Latencies, Failure> {
    let mut bare = stage.bare(work::SYNC_SCATTERED)?;
    let walls = (0..SYNCS).map(|_| bare.run(1).map(|slice| slice.wall));
    let walls = walls.collect::<Result<Vec<_>, _>>()?;
    Latencies::of(walls).ok_or_else(|| Failure::Missing {
        what: "a measurement of the disk".to_owned(),
        mend: "ask for one at least".to_owned(),
    })
}

fn ratio(once: &Measured) -> f64 {
    once.refresh.p99.as_secs_f64() / once.disk.p99.as_secs_f64()
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
