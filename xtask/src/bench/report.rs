//! The tables as a document.

use std::fmt;

use super::machine::Machine;

/// A section with what it stands on.
pub(super) struct Measured {
    pub(super) machine: Machine,
    /// How often and for how long, in words.
    pub(super) shape: String,
    pub(super) section: Section,
}

/// One subject: what is measured and how, its tables, and what is to be said of them.
pub(super) struct Section {
    pub(super) title: &'static str,
    pub(super) introduction: &'static str,
    pub(super) tables: Vec<Table>,
    /// Releases of what was measured.
    pub(super) versions: Vec<(&'static str, String)>,
}

/// A table with a heading; the first column holds words, the others numbers.
pub(super) struct Table {
    pub(super) title: String,
    pub(super) heading: Vec<&'static str>,
    pub(super) rows: Vec<Vec<String>>,
}

/// What stands before the sections.
pub(super) const PREAMBLE: &str = "\
# Performance

Written by `cargo xtask bench`; `--only SECTION` measures one section and leaves the others as they are. Machines are
shared and differ, so the ratios count, not the times: contenders that are compared are measured in short slices in turn, and a
ratio compares neighbouring slices; how long something takes, starts, memory and files are measured one after the other. A value is the
median of the repetitions, with the least and the greatest of them in brackets.
";

impl fmt::Display for Measured {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let Section { title, introduction, tables, .. } = &self.section;
        write!(f, "## {title}\n\n{introduction}\n\n{}", self.run_table())?;
        tables.iter().try_for_each(|table| write!(f, "\n{table}"))
    }
}

impl Measured {
    fn run_table(&self) -> Table {
        let Machine { date, processor, cores, system, rustc, load } = &self.machine;
        let facts = [
            ("date", date.clone()),
            ("processor", format!("{processor}, {cores} cores")),
            ("system", system.clone()),
            ("compiler", rustc.clone()),
            ("load average before", load.clone()),
            ("measured", self.shape.clone()),
        ];
        let versions = self.section.versions.iter();
        let versions = versions.map(|(name, version)| (*name, version.clone()));
        let rows =
            facts.into_iter().chain(versions).map(|(name, fact)| vec![name.to_owned(), fact]);
        Table { title: "The run".to_owned(), heading: vec!["", ""], rows: rows.collect() }
    }
}

impl fmt::Display for Table {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        writeln!(f, "**{}**\n", self.title)?;
        writeln!(f, "| {} |", self.heading.join(" | "))?;
        writeln!(f, "|---|{}", "---:|".repeat(self.heading.len().saturating_sub(1)))?;
        self.rows.iter().try_for_each(|row| writeln!(f, "| {} |", row.join(" | ")))
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_table_is_written_as_markdown() {
        let row = ["ours", "1.5"].map(str::to_owned).to_vec();
        let table =
            Table { title: "A token".to_owned(), heading: vec!["", "time"], rows: vec![row] };
        let expected = "**A token**\n\n|  | time |\n|---|---:|\n| ours | 1.5 |\n";
        assert_eq!(table.to_string(), expected);
    }
}
