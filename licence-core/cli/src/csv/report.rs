use std::fmt;

use serde::Serialize;

use crate::table::{Align, Table};

/// What became of one row.
#[derive(Clone, Debug, Serialize)]
pub struct Line {
    /// The line of the file on which the row starts.
    pub line: u64,
    /// What became of it, in a word: `issued`, `refused`.
    pub outcome: &'static str,
    /// What the row is about.
    pub subject: String,
    /// Why it was refused, or what it led to.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub detail: Option<String>,
}

/// What became of every row, in their order.
#[derive(Clone, Debug, Default, Serialize)]
pub struct LineReport {
    lines: Vec<Line>,
}

impl LineReport {
    /// Adds a row; afterwards they stand in the order of the file.
    pub fn push(&mut self, line: Line) {
        let at = self.lines.partition_point(|other| other.line <= line.line);
        self.lines.insert(at, line);
    }

    /// How many rows came to that.
    #[must_use]
    pub fn count(&self, outcome: &str) -> usize {
        self.lines.iter().filter(|line| line.outcome == outcome).count()
    }
}

impl fmt::Display for LineReport {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let mut table = Table::headed([
            ("line", Align::Right),
            ("outcome", Align::Left),
            ("subject", Align::Left),
            ("detail", Align::Left),
        ]);
        for Line { line, outcome, subject, detail } in &self.lines {
            table.row([
                &line.to_string(),
                *outcome,
                subject.as_str(),
                detail.as_deref().unwrap_or_default(),
            ]);
        }
        table.fmt(f)
    }
}

#[cfg(test)]
mod tests {
    use super::{Line, LineReport};

    #[test]
    fn rows_stand_in_the_order_of_the_file() {
        let mut report = LineReport::default();
        let line = |line, outcome, detail: Option<&str>| Line {
            line,
            outcome,
            subject: format!("row {line}"),
            detail: detail.map(str::to_owned),
        };
        report.push(line(12, "issued", None));
        report.push(line(3, "refused", Some("no seats")));
        assert_eq!(
            report.to_string(),
            "line  outcome  subject  detail\n   3  refused  row 3    no seats\n  12  issued   row 12\n"
        );
        assert_eq!(report.count("issued"), 1);
        assert_eq!(
            serde_json::to_string(&report.lines[1]).unwrap(),
            r#"{"line":12,"outcome":"issued","subject":"row 12"}"#
        );
    }
}
