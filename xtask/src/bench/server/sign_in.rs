//! Sign-ins: how many a second beside the bare hash, and what they do to everyone else.

use std::time::Duration;

use peer_protocol::work;

use super::stage::Stage;
use crate::bench::aim::Aim;
use crate::bench::effort::Effort;
use crate::bench::interleave::{self, Contender, Series};
use crate::bench::report::Table;
use crate::bench::statistics::{self, Spread};
use crate::failure::Failure;

/// Those who all sign in at once.
const STORM_SIGN_INS: u32 = 1_000;

/// Requests of somebody who is signed in already, a second, and for how long: within the storm.
const PROBES_PER_SEC: u32 = 500;
const PROBED_MILLIS: u32 = 10_000;

/// Memory that the server may have: that of its one hashing thread on one core, and this.
const HASHING_BYTES: f64 = 19.0 * 1024.0 * 1024.0;
const OTHER_BYTES: f64 = 40e6;

pub(super) fn measure(stage: &Stage<'_>, effort: &Effort) -> Result<Vec<Table>, Failure> {
    Ok(vec![rate(stage, effort)?, storm(stage, effort)?])
}

fn rate(stage: &Stage<'_>, effort: &Effort) -> Result<Table, Failure> {
    // A hash takes a fiftieth of a second, and each connection is to have several.
    let effort = Effort { slice: 4 * effort.slice, ..*effort };
    let start = || -> Result<Vec<Box<dyn Contender>>, Failure> {
        let bare = stage.bare(work::ARGON2ID, stage.pages)?;
        Ok(vec![stage.ours()?.contender(work::SIGN_IN), Box::new(bare)])
    };
    let series = interleave::measure(start, &effort)?;
    let mut series = series.into_iter();
    let (own, bare) = (series.next().unwrap_or_default(), series.next().unwrap_or_default());
    let ratio = statistics::ratio_by_wall(&own, &bare);
    let [ratio, aim] = ratio.map_or_else(Default::default, |ratio| {
        [ratio.to_string(), Aim::AtLeast(0.92).judged(ratio.median)]
    });
    let per_sec = |series: &Series| {
        let per_sec = statistics::cost(series, |cost| 1e6 / cost.wall);
        per_sec.map_or_else(String::new, |spread| format!("{spread:.1}"))
    };
    Ok(Table {
        title: "Sign-ins".to_owned(),
        heading: vec!["", "a second", "ours against it", "aim"],
        rows: vec![
            vec!["sign-in".to_owned(), per_sec(&own), String::new(), String::new()],
            vec!["Argon2id alone".to_owned(), per_sec(&bare), ratio, aim],
        ],
    })
}

struct Storm {
    rest_p99: Duration,
    storm_p99: Duration,
    sign_ins_per_sec: f64,
    bytes: u64,
}

fn storm(stage: &Stage<'_>, effort: &Effort) -> Result<Table, Failure> {
    let storms = (0..effort.repetitions).map(|_| once(stage)).collect::<Result<Vec<_>, _>>()?;
    let row = |what: &str, aim: Option<Aim>, of: fn(&Storm) -> f64| {
        let spread = Spread::of(storms.iter().map(of));
        let judged = spread.zip(aim).map(|(spread, aim)| aim.judged(spread.median));
        let cell = spread.map_or_else(String::new, |spread| spread.to_string());
        vec![what.to_owned(), cell, judged.unwrap_or_default()]
    };
    let memory = Aim::AtMost((HASHING_BYTES + OTHER_BYTES) / 1e6);
    Ok(Table {
        title: "1,000 sign-ins on 200 connections, none of them refused".to_owned(),
        heading: vec!["", "", "aim"],
        rows: vec![
            row("sign-ins a second", None, |storm| storm.sign_ins_per_sec),
            row("`GET /v1/me` at rest, 99 of 100, ms", None, |storm| millis(storm.rest_p99)),
            row("`GET /v1/me` meanwhile, 99 of 100, ms", None, |storm| millis(storm.storm_p99)),
            row("meanwhile against at rest", Some(Aim::AtMost(3.0)), |storm| {
                storm.storm_p99.as_secs_f64() / storm.rest_p99.as_secs_f64()
            }),
            row("most memory, MB", Some(memory), |storm| megabytes(storm.bytes)),
        ],
    })
}

fn once(stage: &Stage<'_>) -> Result<Storm, Failure> {
    let (ours, accounts) = stage.ours_anew()?;
    // The first is not counted: everything is touched for the first time then, and a slow rest flatters the storm.
    ours.pace(work::ME, PROBES_PER_SEC, PROBED_MILLIS)?;
    let rest = ours.pace(work::ME, PROBES_PER_SEC, PROBED_MILLIS)?;
    let crowd = stage.crowd(&ours, &accounts)?;
    crowd.tell(work::SIGN_IN, STORM_SIGN_INS)?;
    let storm = ours.pace(work::ME, PROBES_PER_SEC, PROBED_MILLIS)?;
    let wall = crowd.heard()?.wall;
    if wall < Duration::from_millis(PROBED_MILLIS.into()) {
        return Err(Failure::Missing {
            what: "a storm that lasts as long as its probes".to_owned(),
            mend: "let more people sign in".to_owned(),
        });
    }
    Ok(Storm {
        rest_p99: rest.p99,
        storm_p99: storm.p99,
        sign_ins_per_sec: f64::from(STORM_SIGN_INS) / wall.as_secs_f64(),
        bytes: ours.server().process().resident_bytes_max()?,
    })
}

fn millis(time: Duration) -> f64 {
    time.as_secs_f64() * 1e3
}

#[expect(clippy::cast_precision_loss, reason = "memory has fewer than 2^53 bytes")]
fn megabytes(bytes: u64) -> f64 {
    bytes as f64 / 1e6
}
