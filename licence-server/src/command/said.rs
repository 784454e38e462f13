//! What a command says when it is done, before anyone knows for whom it is written.

use std::fmt;

use licence_cli::output::{note, print_bytes};
use licence_cli::table::{Align, Table};
use licence_cli::{Facts, Failure, Format};
use licence_core::UnixTime;
use serde::Serialize;

/// A command's result: for a person, for a script, and a word beside it.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(super) struct Said {
    pub(super) text: String,
    pub(super) json: Vec<u8>,
    pub(super) note: Option<String>,
    /// Why the command failed all the same, when its result is told.
    pub(super) failure: Option<Failure>,
}

impl Said {
    pub(super) fn of(result: &(impl fmt::Display + Serialize)) -> Result<Self, Failure> {
        Ok(Self {
            text: result.to_string(),
            json: Format::json(result)?,
            note: None,
            failure: None,
        })
    }

    /// Adds what is told on standard error, because it is no part of the result.
    pub(super) fn noting(mut self, note: Option<impl Into<String>>) -> Self {
        self.note = note.map(Into::into);
        self
    }

    /// Has the command fail after its result is told: only a part of what was asked for was done.
    pub(super) fn failing(mut self, failure: Option<Failure>) -> Self {
        self.failure = failure;
        self
    }

    /// Writes it.
    ///
    /// # Errors
    /// Where it cannot be written, and where the command failed.
    pub(super) fn print(&self, format: Format) -> Result<(), Failure> {
        match format {
            Format::Text => print_bytes(self.text.as_bytes())?,
            Format::Json => print_bytes(&self.json)?,
        }
        self.note.iter().for_each(note);
        self.failure.clone().map_or(Ok(()), Err)
    }
}

/// A list: a table for a person, with what is told of the whole below it; for a script, an object.
#[derive(Clone, Debug, Serialize)]
pub(super) struct Listing<const N: usize> {
    #[serde(flatten)]
    pub(super) whole: Facts,
    #[serde(skip)]
    pub(super) columns: [(&'static str, Align); N],
    #[serde(rename = "items")]
    pub(super) rows: Vec<Facts>,
    #[serde(skip_serializing_if = "Option::is_none")]
    pub(super) next: Option<String>,
}

impl<const N: usize> Listing<N> {
    pub(super) fn new(columns: [(&'static str, Align); N], rows: Vec<Facts>) -> Self {
        Self { whole: Facts::new(), columns, rows, next: None }
    }

    pub(super) fn said(&self) -> Result<Said, Failure> {
        let more = |next: &String| format!("there are more: go on with --after {next}");
        Ok(Said::of(self)?.noting(self.next.as_ref().map(more)))
    }
}

impl<const N: usize> fmt::Display for Listing<N> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let heads = self.columns.map(|(name, align)| (name.replace('_', " "), align));
        let mut table =
            Table::headed(heads.each_ref().map(|(name, align)| (name.as_str(), *align)));
        for row in &self.rows {
            table.row(self.columns.map(|(name, _)| row.spoken(name).unwrap_or_default()));
        }
        table.fmt(f)?;
        if self.whole == Facts::new() { Ok(()) } else { write!(f, "\n{}", self.whole) }
    }
}

/// A time as people and scripts read it.
pub(super) fn time(secs: i64) -> String {
    UnixTime::clamp_secs(secs).to_string()
}
