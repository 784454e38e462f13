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
const WORKS: [(&str, &str, f64); 4] = [
    ("refresh", work::TURN_REFRESH, 64.0),
    ("claim and release", work::TURN_CLAIM, 16.0),
    ("check", work::CHECK, 1.0),
    ("person and session", work::WHOSE, 1.0),
];

/// At the last size, of what it is at the first.
const AIM: Aim = Aim::AtLeast(0.6);

pub(super) fn measure(extent: &Extent, sites: &[Site<'_>]) -> Result<Table, Failure> {
    let series = interleave::measure(|| start(sites), &extent.effort)?;
    let mut rows = Vec::new();
    for (number, (name, _, each)) in WORKS.iter().enumerate() {
        let own: Vec<_> = series.iter().skip(number).step_by(WORKS.len()).collect();
        for (size, series) in extent.sizes.iter().zip(&own) {
            let aim = (size == extent.sizes.last().unwrap_or(size)).then_some(AIM);
            let what = format!("{name}, {size} sessions");
            rows.push(row(what, *each, series, own.first().copied(), aim));
        }
    }
    let heading = vec!["", "a second", "in terms of the first size", "aim"];
    Ok(Table { title: "Growth".to_owned(), heading, rows })
}

fn start(sites: &[Site<'_>]) -> Result<Vec<Box<dyn Contender>>, Failure> {
    let mut contenders: Vec<Box<dyn Contender>> = Vec::new();
    for site in sites {
        let peer = site.turns(work::CHECK)?;
        contenders
            .extend(WORKS.map(|(_, work, _)| Box::new(peer.with(work)) as Box<dyn Contender>));
    }
    Ok(contenders)
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
        let turns =
            |site: &Site<'_>| Ok(Box::new(site.turns(work::TURN_CLAIM)?) as Box<dyn Contender>);
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
