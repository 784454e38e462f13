//! `audit-check`: what a site's log, tokens and statements prove of it. Two copies that ran, and an older
//! copy that was put back, both say of one place in one log what cannot both be true.

mod contradiction;
mod evidence;
mod judge;
mod log;

use std::fmt;
use std::path::Path;

use licence_cli::{Facts, Failure, Format};
use serde::Serialize;

use self::contradiction::Contradiction;
use self::evidence::Evidence;
use self::judge::Judgement;
use crate::cli::AuditCheckArgs;
use crate::site::SiteLicences;

pub(super) fn run(
    args: &AuditCheckArgs,
    vendor_dir: Option<&Path>,
    format: Format,
) -> Result<(), Failure> {
    let site = SiteLicences::read(&args.site, vendor_dir)?;
    let evidence = Evidence::read(&args.files, &site.keys())?;
    let summary = summary(&evidence);
    let Judgement { contradictions, skipped, undecided } = judge::judge(evidence);
    let summary = summary.with("places_skipped", skipped).with("logs_undecided", undecided);
    let failure = contradictions.first().map(|first| refused(first, contradictions.len()));
    format.print(&Judged { summary, contradictions, is_undecided: undecided > 0 })?;
    failure.map_or(Ok(()), Err)
}

fn summary(evidence: &Evidence) -> Facts {
    let signed = evidence.sightings.iter().filter(|sighting| sighting.is_signed).count();
    let entries: usize = evidence.logs.iter().map(|log| log.entries.len()).sum();
    Facts::new()
        .with("places_signed", signed)
        .with("places_reported", evidence.sightings.len() - signed)
        .with("logs", evidence.logs.len())
        .with("log_entries", entries)
}

fn refused(first: &Contradiction, count: usize) -> Failure {
    let more = match count {
        1 => String::new(),
        count => format!("; {} more are listed", count - 1),
    };
    Failure::coded(first.code, format!("{}{more}", first.message))
}

const UNDECIDED: &str = "\
    a log whose beginning was pruned does not lead to what was signed in one epoch, and may be of another: \
    one more token or statement of that time decides it";

/// What was looked at, and what contradicts what.
#[derive(Serialize)]
struct Judged {
    #[serde(flatten)]
    summary: Facts,
    contradictions: Vec<Contradiction>,
    #[serde(skip)]
    is_undecided: bool,
}

impl fmt::Display for Judged {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        self.summary.fmt(f)?;
        for contradiction in &self.contradictions {
            write!(f, "\n{contradiction}")?;
        }
        if self.is_undecided {
            writeln!(f, "\n{UNDECIDED}")?;
        } else if self.contradictions.is_empty() {
            writeln!(f, "\nnothing here contradicts anything else")?;
        }
        Ok(())
    }
}
