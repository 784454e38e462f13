//! `usage`: how many seats were in use, and who was refused one.

use std::fmt::Write as _;

use licence_cli::table::Align;
use licence_cli::{Facts, Failure};
use licence_core::UnixTime;

use super::admin_call::AdminCall;
use super::said::{Listing, Said, time};
use crate::cli::UsageArgs;
use crate::data_dir::DataDir;
use crate::http::admin::{DayRow, UsageShown};
use crate::http::paths;

const DAY_SECS: i64 = 86_400;

/// The columns, for people and for spreadsheets.
const COLUMNS: [(&str, Align); 6] = [
    ("day", Align::Left),
    ("peak", Align::Right),
    ("p95", Align::Right),
    ("seats", Align::Right),
    ("refused", Align::Right),
    ("refused_secs", Align::Right),
];

pub(super) fn run(args: &UsageArgs, data: &DataDir) -> Result<Said, Failure> {
    // The last day is included, so the time at which it ends is given.
    let call = AdminCall::get(paths::ADMIN_USAGE)
        .with("from", args.from.map(UnixTime::secs))
        .with("to", args.to.map(|day| day.plus(DAY_SECS).secs()));
    let usage: UsageShown = call.send(data)?;
    let mut listing = Listing::new(COLUMNS, usage.days.iter().map(row).collect());
    listing.whole = Facts::new()
        .with("from", time(usage.from))
        .with("to", time(usage.to))
        .with("working_hours", usage.working_hours)
        .with_some("seats_needed", usage.seats_needed);
    let warnings: Vec<_> = usage.warnings.into_iter().map(|warning| warning.sentence).collect();
    let said = listing.said()?.noting((!warnings.is_empty()).then(|| warnings.join("\n")));
    Ok(if args.csv { Said { text: csv(&listing), ..said } } else { said })
}

fn row(day: &DayRow) -> Facts {
    // A day begins at midnight, so the date says it all.
    let date = time(day.at);
    let date = date.split('T').next().unwrap_or_default();
    Facts::new()
        .with("day", date)
        .with("peak", day.peak)
        .with("p95", day.p95)
        .with("seats", day.total)
        .with("refused", day.refused)
        .with("refused_secs", day.refused_secs)
}

/// Days as RFC 4180 has them. Dates and numbers need no quotes.
fn csv<const N: usize>(listing: &Listing<N>) -> String {
    let mut text = format!("{}\r\n", listing.columns.map(|(name, _)| name).join(","));
    for row in &listing.rows {
        let cells = listing.columns.map(|(name, _)| row.spoken(name).unwrap_or_default());
        // Writing to memory does not fail.
        let _ = write!(text, "{}\r\n", cells.join(","));
    }
    text
}
