//! `list`: the licences in the ledger.

use std::fmt;

use licence_cli::table::{Align, Table};
use licence_cli::{Facts, Failure, Format, clock};
use licence_core::UnixTime;
use licence_core::claims::LicenceClaims;
use serde::Serialize;

use crate::books::Books;
use crate::cli::{Filter, ListArgs};
use crate::description;
use crate::ledger::{LicenceEntry, Recorded};
use crate::vendor_dir::VendorDir;

pub(super) fn run(args: &ListArgs, vendor: &VendorDir, format: Format) -> Result<(), Failure> {
    let now = clock::now()?;
    let books = Books::read(&vendor.ledger()?)?;
    let is_shown = |claims: &LicenceClaims| args.revisions || books.is_newest(claims);
    let found = books.matching(&args.filter, now);
    let found = found.filter(|licence| is_shown(&licence.entry.signed.claims));
    let rows = found.map(|licence| description::recorded(licence, &books, now)).collect();
    format.print(&Licences(rows))
}

impl Books {
    /// The licences that a filter lets through, in the order in which they were signed.
    pub(super) fn matching<'b>(
        &'b self,
        filter: &'b Filter,
        now: UnixTime,
    ) -> impl Iterator<Item = &'b Recorded<LicenceEntry>> {
        let institute = filter.institute.as_ref().map(|text| text.to_lowercase());
        self.licences.iter().filter(move |licence| {
            let claims = &licence.entry.signed.claims;
            filter.owner.is_none_or(|owner| claims.sub == owner)
                && filter.product.as_ref().is_none_or(|product| claims.product == *product)
                && institute.as_ref().is_none_or(|text| names(claims, text))
                && filter.ending.is_none_or(|days| ends_within(claims, now, days.secs()))
                && (filter.states.is_empty()
                    || filter.states.contains(&self.standing(licence, now)))
        })
    }
}

fn names(claims: &LicenceClaims, text: &str) -> bool {
    let affiliation = claims.institute.affiliation.as_ref().map(ToString::to_string);
    [Some(claims.institute.name.to_string()), affiliation]
        .into_iter()
        .flatten()
        .any(|name| name.to_lowercase().contains(text))
}

fn ends_within(claims: &LicenceClaims, now: UnixTime, secs: i64) -> bool {
    let end = claims.period.exp();
    end.is_some_and(|exp| !now.is_expired(exp) && now.plus(secs).is_expired(exp))
}

/// Licences as a table: what one looks for, the rest is in the JSON and in `show`.
#[derive(Serialize)]
#[serde(transparent)]
pub(super) struct Licences(pub(super) Vec<Facts>);

impl fmt::Display for Licences {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let columns =
            ["serial", "revision", "institute", "product", "seats", "from", "until", "state"];
        let mut table = Table::headed(columns.map(|name| (name, align(name))));
        for row in &self.0 {
            table.row(columns.map(|name| cell(row, name)));
        }
        table.fmt(f)
    }
}

fn align(column: &str) -> Align {
    if matches!(column, "revision" | "seats") { Align::Right } else { Align::Left }
}

/// Times by their day: a line has to fit.
fn cell(row: &Facts, column: &str) -> String {
    let text = row.spoken(column).unwrap_or_default();
    match column {
        "from" | "until" => text.split('T').next().unwrap_or_default().to_owned(),
        _ => text,
    }
}

#[cfg(test)]
mod tests {
    use licence_core::UnixTime;

    use super::Licences;
    use licence_cli::Facts;

    #[test]
    fn a_table_has_a_line_for_each_licence_and_days_for_times() {
        let row = Facts::new()
            .with_text("serial", "7777-7777-7777-777Z")
            .with("revision", 2)
            .with("institute", "X")
            .with("product", "viewer")
            .with("seats", 12)
            .with_text("from", UnixTime::MIN)
            .with("state", "valid");
        assert_eq!(
            Licences(vec![row]).to_string(),
            "serial               revision  institute  product  seats  from        until  state\n\
             7777-7777-7777-777Z         2  X          viewer      12  2020-01-01         valid\n"
        );
    }
}
