//! `usage`: how many seats were in use, who was refused one, and which accounts nobody uses.

use licence_cli::csv;
use licence_cli::table::Align;
use licence_cli::{Facts, Failure};
use licence_core::UnixTime;

use super::DAY_SECS;
use super::admin_call::AdminCall;
use super::listing::collect;
use super::said::{Listing, Said, time};
use crate::cli::{PageArgs, UsageArgs};
use crate::data_dir::DataDir;
use crate::http::admin::{DayRow, UnusedRow, UsageShown};
use crate::http::paths;

/// Accounts that are listed at most: as many as a table of people may bring in.
const UNUSED_MAX: u16 = 50_000;

/// The columns of days, for people and for spreadsheets.
const DAYS: [(&str, Align); 7] = [
    ("day", Align::Left),
    ("peak", Align::Right),
    ("p95", Align::Right),
    ("seats", Align::Right),
    ("people", Align::Right),
    ("refused", Align::Right),
    ("refused_secs", Align::Right),
];

/// The columns of accounts.
const ACCOUNTS: [&str; 4] = ["user", "registered", "enabled", "password"];

/// The same where names are asked for.
const NAMED_ACCOUNTS: [&str; 6] = ["name", "email", "user", "registered", "enabled", "password"];

pub(super) fn run(args: &UsageArgs, data: &DataDir) -> Result<Said, Failure> {
    if args.unused {
        return unused(args, data);
    }
    // The last day is included, so the time at which it ends is given.
    let call = AdminCall::get(paths::ADMIN_USAGE)
        .with("from", args.from.map(UnixTime::secs))
        .with("to", args.to.map(|day| day.plus(DAY_SECS).secs()));
    let usage: UsageShown = call.send(data)?;
    let mut listing = Listing::new(DAYS, usage.days.iter().map(day).collect());
    listing.whole = Facts::new()
        .with("from", time(usage.from))
        .with("to", time(usage.to))
        .with("working_hours", usage.working_hours)
        .with_some("seats_needed", usage.seats_needed)
        .with("registered", usage.registered)
        .with_some("took_a_seat", usage.people)
        .with("never_used", usage.never_used);
    let warnings: Vec<_> = usage.warnings.into_iter().map(|warning| warning.sentence).collect();
    Ok(said(&listing, args)?.noting((!warnings.is_empty()).then(|| warnings.join("\n"))))
}

fn unused(args: &UsageArgs, data: &DataDir) -> Result<Said, Failure> {
    let call = AdminCall::get(paths::ADMIN_UNUSED).with("names", args.names.then_some(true));
    let all = PageArgs { limit: UNUSED_MAX, after: None };
    let page = collect::<UnusedRow>(&call, &all, data)?;
    let rows = page.items.into_iter().map(account).collect();
    let left = |name| (name, Align::Left);
    if args.names {
        said(&Listing::new(NAMED_ACCOUNTS.map(left), rows), args)
    } else {
        said(&Listing::new(ACCOUNTS.map(left), rows), args)
    }
}

fn said<const N: usize>(listing: &Listing<N>, args: &UsageArgs) -> Result<Said, Failure> {
    let said = listing.said()?;
    if !args.csv {
        return Ok(said);
    }
    let names = listing.columns.map(|(name, _)| name);
    let cells = |row: &Facts| names.map(|name| row.spoken(name).unwrap_or_default()).into();
    let table: Vec<u8> = csv::write(&names, listing.rows.iter().map(cells))?;
    Ok(Said { text: String::from_utf8_lossy(&table).into_owned(), ..said })
}

fn day(day: &DayRow) -> Facts {
    // A day begins at midnight, so the date says it all.
    let date = time(day.at);
    let date = date.split('T').next().unwrap_or_default();
    Facts::new()
        .with("day", date)
        .with("peak", day.peak)
        .with("p95", day.p95)
        .with("seats", day.total)
        .with("people", day.people)
        .with("refused", day.refused)
        .with("refused_secs", day.refused_secs)
}

fn account(row: UnusedRow) -> Facts {
    Facts::new()
        .with("user", row.id)
        .with("registered", time(row.created_at))
        .with("enabled", row.is_enabled)
        .with("password", row.has_password)
        .with_some("name", row.username)
        .with_some("email", row.email)
}
