//! Tables that people bring and take away: CSV as spreadsheets write it, read row by row.
//!
//! A file is read whole before anything is done with it, so that a mistake in its last line shows
//! before its first line has had an effect.

mod quotes;
mod report;
mod write;

use std::io::Cursor;

use csv::{ReaderBuilder, StringRecord, Trim};

pub use self::report::{Line, LineReport};
pub use self::write::write;
use crate::failure::Failure;
use crate::files::{self, ByteLimit, Source};
use crate::nearest::nearest;

/// Bytes of a file at most: some 100,000 rows.
pub const CSV_BYTES_MAX: ByteLimit = ByteLimit(64 * 1024 * 1024);

/// A table with named columns.
#[derive(Clone, Debug)]
pub struct Sheet {
    columns: Vec<String>,
    rows: Vec<Row>,
}

/// Why a table cannot be read: nothing of it counts.
#[derive(Clone, Debug, Eq, PartialEq)]
pub struct SheetFlaw {
    /// On which line, from 1.
    pub line: u64,
    /// What is wrong there.
    pub sentence: String,
    /// How to mend it.
    pub help: String,
}

impl SheetFlaw {
    fn new(line: u64, sentence: impl Into<String>, help: impl Into<String>) -> Self {
        Self { line, sentence: sentence.into(), help: help.into() }
    }
}

/// One row.
#[derive(Clone, Debug)]
pub struct Row {
    line: u64,
    cells: Vec<String>,
}

impl Sheet {
    /// Reads a table whose first line names its columns, each one of `known` and named once.
    ///
    /// Commas or semicolons part the cells, as the header does; a byte order mark, CRLF and spaces
    /// around a cell are taken away.
    ///
    /// # Errors
    /// With code `too_large` over [`CSV_BYTES_MAX`]; with `malformed`, the line and the nearest known
    /// name where a column is unknown, is named twice, or a row has more or fewer cells.
    pub fn read(source: &Source, known: &[&str]) -> Result<Self, Failure> {
        Self::of_bytes(&files::read(source, CSV_BYTES_MAX)?, known).map_err(|flaw| {
            let SheetFlaw { line, sentence, help } = flaw;
            Failure::malformed(format!("{source}, line {line}: {sentence}")).mend(help)
        })
    }

    /// The same of a table that is at hand already.
    ///
    /// # Errors
    /// [`SheetFlaw`], by the same rules.
    pub fn of_bytes(bytes: &[u8], known: &[&str]) -> Result<Self, SheetFlaw> {
        // A record after CRLF would be said to start on the line before.
        let text = utf8(bytes)?.trim_start_matches('\u{feff}').replace("\r\n", "\n");
        let delimiter = delimiter(&text);
        quotes::check(&text, char::from(delimiter))?;
        let mut reader = ReaderBuilder::new()
            .delimiter(delimiter)
            .trim(Trim::All)
            .from_reader(Cursor::new(text));
        let header = reader.headers().map_err(|error| unreadable(&error))?;
        let columns: Vec<_> = header.iter().map(str::to_owned).collect();
        check_columns(&columns, known)?;
        let rows = reader.into_records().map(|record| record.map(Row::from));
        let rows = rows.collect::<Result<_, _>>().map_err(|error| unreadable(&error))?;
        Ok(Self { columns, rows })
    }

    /// The rows in their order.
    #[must_use]
    pub fn rows(&self) -> &[Row] {
        &self.rows
    }

    /// The filled cells of one of its rows, with the names of their columns.
    pub fn cells<'s>(&'s self, row: &'s Row) -> impl Iterator<Item = (&'s str, &'s str)> + Clone {
        let cells = row.cells.iter().map(String::as_str);
        let named = self.columns.iter().map(String::as_str).zip(cells);
        named.filter(|(_, cell)| !cell.is_empty())
    }
}

impl Row {
    /// The line of the file on which it starts, from 1; the header is line 1.
    #[must_use]
    pub const fn line(&self) -> u64 {
        self.line
    }
}

impl From<StringRecord> for Row {
    fn from(record: StringRecord) -> Self {
        let line = record.position().map_or(0, csv::Position::line);
        Self { line, cells: record.iter().map(str::to_owned).collect() }
    }
}

/// Spreadsheets write semicolons where the comma is the decimal point.
fn delimiter(text: &str) -> u8 {
    let header = text.lines().next().unwrap_or_default();
    if header.contains(';') && !header.contains(',') { b';' } else { b',' }
}

fn utf8(bytes: &[u8]) -> Result<&str, SheetFlaw> {
    std::str::from_utf8(bytes).map_err(|error| {
        let sound = bytes.get(..error.valid_up_to()).unwrap_or_default();
        let ends = sound.iter().filter(|byte| **byte == b'\n').count();
        let line = u64::try_from(ends).unwrap_or(u64::MAX).saturating_add(1);
        SheetFlaw::new(line, "it is not text in UTF-8", "save it as CSV in UTF-8")
    })
}

fn check_columns(columns: &[String], known: &[&str]) -> Result<(), SheetFlaw> {
    for (at, column) in columns.iter().enumerate() {
        if !known.contains(&column.as_str()) {
            let help = nearest(column, known.iter().copied()).map_or_else(
                || format!("the columns are {}", known.join(", ")),
                |name| format!("did you mean `{name}`? the columns are {}", known.join(", ")),
            );
            return Err(SheetFlaw::new(1, format!("there is no column `{column}`"), help));
        }
        if columns.iter().take(at).any(|other| other == column) {
            let sentence = format!("column `{column}` is named twice");
            return Err(SheetFlaw::new(1, sentence, "name each column once"));
        }
    }
    Ok(())
}

fn unreadable(error: &csv::Error) -> SheetFlaw {
    let line = error.position().map_or(1, csv::Position::line);
    if let csv::ErrorKind::UnequalLengths { expected_len, len, .. } = error.kind() {
        let why = format!("there are {len} cells where the header names {expected_len} columns");
        let help = "put cells that hold a comma, a semicolon or a quote in quotes";
        return SheetFlaw::new(line, why, help);
    }
    SheetFlaw::new(line, error.to_string(), "save it as CSV in UTF-8")
}

#[cfg(test)]
mod tests {
    use super::{Sheet, SheetFlaw};

    const KNOWN: [&str; 3] = ["name", "seats", "note"];

    fn parse(text: &str) -> Result<Sheet, String> {
        Sheet::of_bytes(text.as_bytes(), &KNOWN)
            .map_err(|SheetFlaw { line, sentence, help }| format!("{line}: {sentence}; {help}"))
    }

    #[track_caller]
    fn told(text: &str) -> String {
        let sheet = parse(text).unwrap();
        let row = |row| {
            let cells: Vec<_> =
                sheet.cells(row).map(|(name, cell)| format!("{name}={cell}")).collect();
            format!("{}: {}\n", row.line(), cells.join(" "))
        };
        sheet.rows().iter().map(row).collect()
    }

    #[test]
    fn rows_know_their_lines_also_after_a_cell_of_two_lines() {
        assert_eq!(
            told("name,seats,note\nA,3,\"x\ny\"\nB,4,\n"),
            "2: name=A seats=3 note=x\ny\n4: name=B seats=4\n"
        );
    }

    #[test]
    fn what_spreadsheets_write_is_read() {
        assert_eq!(told("name;seats\r\n\"A; B\";3\r\n"), "2: name=A; B seats=3\n");
        assert_eq!(told("seats, name\n3, A \n"), "2: seats=3 name=A\n");
        assert_eq!(told("name,seats\n"), "");
    }

    #[test]
    fn a_wrong_header_is_told_with_what_was_meant() {
        assert_eq!(
            parse("name,seat\n").unwrap_err(),
            "1: there is no column `seat`; did you mean `seats`? the columns are name, seats, note"
        );
        assert!(parse("name,name\n").unwrap_err().contains("column `name` is named twice"));
        assert!(parse("").is_ok_and(|sheet| sheet.rows().is_empty()));
    }

    #[test]
    fn a_row_of_another_length_is_told_with_its_line() {
        assert!(
            parse("name,seats\nA,3\nB,4,5\n")
                .unwrap_err()
                .starts_with("3: there are 3 cells where the header names 2")
        );
    }

    #[test]
    fn another_encoding_is_told_with_the_first_line_that_shows_it() {
        let latin = [b"name,seats\nAnn,3\nM".as_slice(), b"\xfcller,4\n"].concat();
        let flaw = Sheet::of_bytes(&latin, &KNOWN).unwrap_err();
        assert_eq!((flaw.line, flaw.sentence.as_str()), (3, "it is not text in UTF-8"));
        let utf16: Vec<u8> =
            "\u{feff}name,seats".encode_utf16().flat_map(u16::to_le_bytes).collect();
        assert_eq!(Sheet::of_bytes(&utf16, &KNOWN).unwrap_err().line, 1);
    }

    #[test]
    fn a_quote_that_never_closes_is_told_with_its_line() {
        for (text, line) in [
            ("name,seats\nA,3\n\"B,4\nC,5\n", 3),
            ("name,seats\n\"A\",3\nB,\"4", 3),
            ("name;seats\n\"A \"\"x\"\"\";3\nB;\"4\nC;5\n", 3),
        ] {
            let told = parse(text).unwrap_err();
            assert!(
                told.starts_with(&format!("{line}: a quote opens here and never closes")),
                "{told}"
            );
        }
        assert!(parse("name,seats\nA \"the first\",3\n").is_ok(), "a quote inside a bare cell");
    }

    /// Old spreadsheets of the Mac end their rows so. A quote that opened behind one was not seen, and
    /// swallowed every row after it.
    #[test]
    fn a_quote_behind_a_lone_carriage_return_is_seen_too() {
        assert_eq!(parse("name,seats\rA,3\rB,4\r").unwrap().rows().len(), 2);
        let told = parse("name,seats\rA,3\r\"B,4\rC,5\r").unwrap_err();
        assert!(told.contains("a quote opens here and never closes"), "{told}");
    }
}
