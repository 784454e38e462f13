//! The same work over ever more.

use peer_protocol::work;

use super::{Extent, found, table};
use crate::bench::aim::Aim;
use crate::bench::effort::Effort;
use crate::bench::interleave::{self, Contender, Series};
use crate::bench::report::Table;
use crate::bench::site::Site;
use crate::bench::statistics;
use crate::failure::Failure;
use crate::workspace::Workspace;

/// What is done, and how many of it are one operation of the peer.
type Work = (&'static str, &'static str, f64);

/// Refreshes of one turn: as many as there are connections in the measurements of the whole server.
const BATCH: u32 = 64;

const REFRESH: Work = ("refresh", work::TURN_REFRESH, BATCH as f64);
const OTHERS: [Work; 3] = [
    ("claim and release", work::TURN_CLAIM, 16.0),
    ("check", work::CHECK, 1.0),
    ("person and session", work::WHOSE, 1.0),
];

/// At the last size, of what it is at the first.
const AIM: Aim = Aim::AtLeast(0.6);

pub(super) fn measure(extent: &Extent, sites: &[Site<'_>]) -> Result<Table, Failure> {
    // A journal that grows and one whose rows go into their tables cost differently: both are in each value.
    let refreshes = interleave::measure_whole(
        || start(sites, &[REFRESH]),
        extent.cycle,
        extent.effort.repetitions,
    )?;
    let others = interleave::measure(|| start(sites, &OTHERS), &extent.effort)?;
    let mut rows = rows(extent, REFRESH, &refreshes.iter().collect::<Vec<_>>());
    for (number, work) in OTHERS.into_iter().enumerate() {
        let own: Vec<_> = others.iter().skip(number).step_by(OTHERS.len()).collect();
        rows.extend(self::rows(extent, work, &own));
    }
    let heading = vec!["", "a second", "in terms of the first size", "aim"];
    Ok(Table { title: "Growth".to_owned(), heading, rows })
}

fn start(sites: &[Site<'_>], works: &[Work]) -> Result<Vec<Box<dyn Contender>>, Failure> {
    let mut contenders: Vec<Box<dyn Contender>> = Vec::new();
    for site in sites {
        let peer = site.turns(work::CHECK, BATCH.into())?;
        let with = works.iter().map(|(_, work, _)| Box::new(peer.with(work)) as Box<dyn Contender>);
        contenders.extend(with);
    }
    Ok(contenders)
}

/// One work at every size.
fn rows(extent: &Extent, (name, _, each): Work, own: &[&Series]) -> Vec<Vec<String>> {
    let sizes = extent.sizes.iter().zip(own);
    let row = |(size, series): (&u32, &&Series)| {
        let aim = (Some(size) == extent.sizes.last()).then_some(AIM);
        row(format!("{name}, {size} sessions"), each, series, own.first().copied(), aim)
    };
    sizes.map(row).collect()
}

fn row(
    what: String,
    each: f64,
    own: &Series,
    first: Option<&Series>,
    aim: Option<Aim>,
) -> Vec<String> {
    let per_sec = statistics::cost(own, |cost| each * 1e6 / cost.wall);
    let per_sec = per_sec.map_or_else(String::new, |spread| format!("{spread:.0}"));
    let ratio = first.and_then(|first| statistics::ratio_by_wall(own, first));
    let judged = ratio.zip(aim).map(|(ratio, aim)| aim.judged(ratio.median));
    let ratio = ratio.map_or_else(String::new, |ratio| ratio.to_string());
    vec![what, per_sec, ratio, judged.unwrap_or_default()]
}

/// Claims where all but a few of many seats are taken, against a house with few.
pub(super) fn by_seats(workspace: &Workspace, effort: &Effort) -> Result<Table, Failure> {
    const FEW: u32 = 25;
    const MANY: u32 = 100_000;
    let sites = [found(workspace, FEW, FEW)?, found(workspace, MANY, MANY)?];
    let start = || {
        let turns = |site: &Site<'_>| {
            Ok(Box::new(site.turns(work::TURN_CLAIM, BATCH.into())?) as Box<dyn Contender>)
        };
        sites.iter().map(turns).collect()
    };
    let series = interleave::measure(start, effort)?;
    let cells = |series: &Series| {
        let per_sec = statistics::cost(series, |cost| 16.0 * 1e6 / cost.wall);
        per_sec.map_or_else(String::new, |spread| format!("{spread:.0}"))
    };
    let mut rows: Vec<_> = [FEW, MANY]
        .into_iter()
        .zip(&series)
        .map(|(seats, series)| {
            [format!("claims a second, {seats} seats"), cells(series), String::new()]
        })
        .collect();
    if let [few, many] = series.as_slice()
        && let Some(ratio) = statistics::ratio_by_wall(many, few)
    {
        let aim = AIM.judged(ratio.median);
        rows.push([format!("{MANY} against {FEW}"), ratio.to_string(), aim]);
    }
    Ok(table("A claim does not depend on how many seats there are", rows))
}
