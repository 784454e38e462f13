//! How many requests a second, and what one costs.

use peer_protocol::work;

use super::stage::Stage;
use crate::bench::aim::Aim;
use crate::bench::effort::Effort;
use crate::bench::interleave::{self, Contender, Series};
use crate::bench::report::Table;
use crate::bench::statistics;
use crate::failure::Failure;

/// Who takes part, in the order of the table.
#[derive(Clone, Copy, PartialEq)]
enum Who {
    Hello,
    Me,
    HomeMade,
    Refresh,
    RefreshInMemory,
    Seats,
    SyncOne,
    SyncScattered,
}

impl Who {
    const ALL: [Self; 8] = [
        Self::Hello,
        Self::Me,
        Self::HomeMade,
        Self::Refresh,
        Self::RefreshInMemory,
        Self::Seats,
        Self::SyncOne,
        Self::SyncScattered,
    ];

    fn name(self, stage: &Stage<'_>) -> String {
        match self {
            Self::Hello => "`hello, world`".to_owned(),
            Self::Me => "`GET /v1/me`".to_owned(),
            Self::HomeMade => "home-made `GET /users/me`".to_owned(),
            Self::Refresh => "refresh".to_owned(),
            Self::RefreshInMemory => "refresh, in memory".to_owned(),
            Self::Seats => "seat claim and release".to_owned(),
            Self::SyncOne => "disk: 1 page, one caller".to_owned(),
            Self::SyncScattered => format!("disk: {} scattered pages, one caller", stage.pages),
        }
    }
}

/// Ours against something, and what is asked of it.
const COMPARISONS: [(Who, Who, Aim); 5] = [
    (Who::Me, Who::Hello, Aim::AtLeast(0.65)),
    (Who::Me, Who::HomeMade, Aim::AtLeast(30.0)),
    (Who::Refresh, Who::Hello, Aim::AtLeast(0.10)),
    (Who::Refresh, Who::RefreshInMemory, Aim::AtLeast(0.7)),
    (Who::Seats, Who::Hello, Aim::AtLeast(0.10)),
];

/// Claims a second: ten times the 90 that keygen-relay, a seat server over SQLite, reached with 128
/// clients on a machine like the one that the first aims were set on.
const CLAIMS: Aim = Aim::AtLeast(900.0);

pub(super) fn measure(stage: &Stage<'_>, effort: &Effort) -> Result<Vec<Table>, Failure> {
    let series = interleave::measure(|| start(stage), effort)?;
    Ok(vec![rates(stage, &series), ratios(stage, &series)])
}

fn start(stage: &Stage<'_>) -> Result<Vec<Box<dyn Contender>>, Failure> {
    let (hello, home_made) = (stage.hello()?, stage.home_made()?);
    let (ours, in_memory) = (stage.ours()?, stage.ours_in_memory()?);
    Who::ALL
        .into_iter()
        .map(|who| {
            Ok(match who {
                Who::Hello => hello.contender(work::HELLO),
                Who::Me => ours.contender(work::ME),
                Who::HomeMade => home_made.contender(work::HOME_MADE_ME),
                Who::Refresh => ours.contender(work::REFRESH),
                Who::RefreshInMemory => in_memory.contender(work::REFRESH),
                Who::Seats => ours.contender(work::SEATS),
                Who::SyncOne => Box::new(stage.bare(work::SYNC_ONE, stage.pages)?),
                Who::SyncScattered => Box::new(stage.bare(work::SYNC_SCATTERED, stage.pages)?),
            })
        })
        .collect()
}

fn rates(stage: &Stage<'_>, series: &[Series]) -> Table {
    let row = |who: Who, series: &Series| {
        let per_sec = statistics::cost(series, |cost| 1e6 / cost.wall);
        let cpu = statistics::cost(series, |cost| cost.cpu);
        let busy = statistics::cost(series, |cost| 100.0 * cost.cpu / cost.wall);
        let cell = |spread: Option<statistics::Spread>, decimals| {
            spread.map_or_else(String::new, |spread| format!("{spread:.decimals$}"))
        };
        vec![who.name(stage), cell(per_sec, 0), cell(cpu, 1), cell(busy, 0)]
    };
    Table {
        title: "Requests".to_owned(),
        heading: vec!["", "a second", "µs of CPU each", "% of its core"],
        rows: Who::ALL.into_iter().zip(series).map(|(who, series)| row(who, series)).collect(),
    }
}

fn ratios(stage: &Stage<'_>, series: &[Series]) -> Table {
    let of = |who: Who| Who::ALL.iter().position(|other| *other == who).and_then(|i| series.get(i));
    let row = |(own, other, aim): &(Who, Who, Aim)| {
        let ratio = statistics::ratio_by_wall(of(*own)?, of(*other)?)?;
        let what = format!("{} against {}", own.name(stage), other.name(stage));
        Some(vec![what, ratio.to_string(), aim.judged(ratio.median)])
    };
    // Every other request is a claim.
    let claims = || {
        let per_sec = statistics::cost(of(Who::Seats)?, |cost| 1e6 / cost.wall / 2.0)?;
        let what =
            "claims a second, against ten times the 90 of leases in SQLite, measured elsewhere"
                .to_owned();
        Some(vec![what, format!("{per_sec:.0}"), CLAIMS.judged(per_sec.median)])
    };
    Table {
        title: "Requests per second in terms of others'".to_owned(),
        heading: vec!["", "ratio", "aim"],
        rows: COMPARISONS.iter().filter_map(row).chain(claims()).collect(),
    }
}
