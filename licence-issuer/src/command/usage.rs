//! `usage verify`: a site's statement of how its seats were used, against its licences and the statement
//! before.

use std::fmt;
use std::path::Path;

use licence_cli::files::{self, ByteLimit, Source};
use licence_cli::table::{Align, Table};
use licence_cli::{Facts, Failure, Format};
use licence_core::claims::{UsageClaims, UsageDay};
use licence_core::limits::OBJECT_BYTES_MAX;
use licence_core::{Objection, SignedUsage, UnixTime};
use serde::Serialize;

use crate::cli::{UsageVerb, UsageVerifyArgs};
use crate::site::SiteLicences;

pub(super) fn run(
    verb: &UsageVerb,
    vendor_dir: Option<&Path>,
    format: Format,
) -> Result<(), Failure> {
    match verb {
        UsageVerb::Verify(args) => verify(args, vendor_dir, format),
    }
}

fn verify(
    args: &UsageVerifyArgs,
    vendor_dir: Option<&Path>,
    format: Format,
) -> Result<(), Failure> {
    let site = SiteLicences::read(&args.site, vendor_dir)?;
    let previous = args.previous.as_ref().map(|file| read(file, &site)).transpose()?;
    let statement = read(&args.file, &site)?;
    let objections = statement.objections(&site.claims(), previous.as_ref());
    let untold = statement.untold(&site.claims());
    format.print(&Judged::of(&statement, &objections, untold))?;
    objections.first().map_or(Ok(()), |first| Err(refused(first, objections.len())))
}

fn read(file: &Source, site: &SiteLicences) -> Result<SignedUsage, Failure> {
    // A line break behind it came with the file.
    let bytes = files::read(file, ByteLimit(OBJECT_BYTES_MAX + 2))?;
    let text = bytes.trim_ascii();
    Ok(site.by_any(|licence| licence.verify_usage(text))?)
}

fn refused(first: &Objection, count: usize) -> Failure {
    let more =
        if count > 1 { format!("; {} more below the table", count - 1) } else { String::new() };
    Failure::coded(first.code(), format!("{first}{more}"))
}

/// A statement that the site signed, and what speaks against it.
#[derive(Serialize)]
struct Judged {
    #[serde(flatten)]
    whole: Facts,
    days: Vec<Facts>,
    objections: Vec<Facts>,
}

/// The columns.
const COLUMNS: [(&str, Align); 7] = [
    ("day", Align::Left),
    ("seats", Align::Right),
    ("peak", Align::Right),
    ("p95", Align::Right),
    ("people", Align::Right),
    ("refused", Align::Right),
    ("clock", Align::Left),
];

impl Judged {
    fn of(
        statement: &SignedUsage,
        objections: &[Objection],
        untold: Option<(UnixTime, UnixTime)>,
    ) -> Self {
        let claims = statement.claims();
        let UsageClaims { product, iat, start, end, previous, .. } = claims;
        let whole = Facts::new()
            .with_text("product", product)
            .with_text("from", claims.from)
            .with_text("until", claims.until())
            .with_text("signed", iat)
            .with_text("statement", statement.digest())
            .with_some("follows", previous.map(|previous| previous.to_string()))
            .with_some("untold_from", untold.map(|(from, _)| from.to_string()))
            .with_some("untold_until", untold.map(|(_, until)| until.to_string()))
            .with("first_entry", start.seq.saturating_add(1))
            .with("last_entry", end.seq)
            .with_text("epoch", end.epoch)
            .with_text("head", end.head)
            // Backups that were restored are on record, and no secret.
            .with("restores", end.epoch.counter.saturating_sub(start.epoch.counter));
        let against = |objection: &Objection| {
            Facts::new().with_text("code", objection.code()).with_text("message", objection)
        };
        Self {
            whole,
            days: claims.dated_days().map(|(at, day)| row(at, day)).collect(),
            objections: objections.iter().map(against).collect(),
        }
    }
}

fn row(at: UnixTime, day: &UsageDay) -> Facts {
    let UsageDay { seats, peak, p95, people, refused, resets, accepts, disputes } = *day;
    // A day begins at midnight, so the date says it all.
    let at = at.to_string();
    let date = at.split('T').next().unwrap_or_default();
    let some = |times: u32| (times > 0).then_some(times);
    Facts::new()
        .with("day", date)
        .with("seats", seats)
        .with("peak", peak)
        .with("p95", p95)
        .with("people", people)
        .with("refused", refused)
        .with_some("clock_resets", some(resets))
        .with_some("clock_accepts", some(accepts))
        .with_some("clock_disputes", some(disputes))
}

impl fmt::Display for Judged {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let mut table = Table::headed(COLUMNS);
        for day in &self.days {
            table.row(COLUMNS.map(|(name, _)| match name {
                "clock" => clock(day),
                _ => day.spoken(name).unwrap_or_default(),
            }));
        }
        write!(f, "{table}\n{}", self.whole)?;
        writeln!(f)?;
        if self.whole.spoken("untold_from").is_some() {
            writeln!(
                f,
                "it says that it is the first, and tells nothing of the licence's days before it"
            )?;
        }
        if self.objections.is_empty() {
            return writeln!(f, "the site signed it, and nothing speaks against it");
        }
        for objection in &self.objections {
            let told = |name| objection.spoken(name).unwrap_or_default();
            writeln!(f, "{}: {}", told("code"), told("message"))?;
        }
        Ok(())
    }
}

/// What became of the clock on a day, in words.
fn clock(day: &Facts) -> String {
    let events =
        [("clock_resets", "reset"), ("clock_accepts", "accepted"), ("clock_disputes", "disputed")];
    let told = events.map(|(name, word)| Some(format!("{word} {}×", day.spoken(name)?)));
    told.into_iter().flatten().collect::<Vec<_>>().join(", ")
}
