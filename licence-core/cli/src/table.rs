//! Aligned columns for a terminal.

use std::fmt;

use crate::printable::printable;

/// On which side a column's cells stand.
#[derive(Clone, Copy, Debug, Eq, PartialEq)]
pub enum Align {
    /// Words.
    Left,
    /// Numbers.
    Right,
}

/// A table of `N` columns; every row has exactly `N` cells.
///
/// Widths count characters. Cells are made [`printable`], so a stranger's text breaks neither the
/// terminal nor the rows.
#[derive(Clone, Debug)]
pub struct Table<const N: usize> {
    aligns: [Align; N],
    rows: Vec<[String; N]>,
}

impl<const N: usize> Table<N> {
    /// A table whose first row names the columns.
    #[must_use]
    pub fn headed(columns: [(&str, Align); N]) -> Self {
        let mut table = Self::plain(columns.map(|(_, align)| align));
        table.row(columns.map(|(name, _)| name));
        table
    }

    /// A table without names.
    #[must_use]
    pub fn plain(aligns: [Align; N]) -> Self {
        Self { aligns, rows: Vec::new() }
    }

    /// Adds a row.
    pub fn row(&mut self, cells: [impl AsRef<str>; N]) -> &mut Self {
        self.rows.push(cells.map(|cell| printable(cell.as_ref()).into_owned()));
        self
    }

    fn widths(&self) -> [usize; N] {
        let mut widths = [0; N];
        for row in &self.rows {
            for (width, cell) in widths.iter_mut().zip(row) {
                *width = cell.chars().count().max(*width);
            }
        }
        widths
    }
}

/// One line per row, two spaces between columns, none at a line's end.
impl<const N: usize> fmt::Display for Table<N> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let widths = self.widths();
        for row in &self.rows {
            let cells: Vec<String> = row
                .iter()
                .zip(self.aligns.iter().zip(widths))
                .map(|(cell, (align, width))| match align {
                    Align::Left => format!("{cell:<width$}"),
                    Align::Right => format!("{cell:>width$}"),
                })
                .collect();
            writeln!(f, "{}", cells.join("  ").trim_end())?;
        }
        Ok(())
    }
}

#[cfg(test)]
mod tests {
    use super::{Align, Table};

    #[test]
    fn words_stand_left_and_numbers_right() {
        let mut table = Table::headed([("name", Align::Left), ("seats", Align::Right)]);
        table.row(["Institut für Physik", "5"]).row(["ICT", "120"]);
        assert_eq!(
            table.to_string(),
            "name                 seats\n\
             Institut für Physik      5\n\
             ICT                    120\n"
        );
    }

    #[test]
    fn no_line_ends_in_spaces() {
        let mut table = Table::plain([Align::Left, Align::Left]);
        table.row(["a", "long"]).row(["b", ""]);
        assert_eq!(table.to_string(), "a  long\nb\n");
    }

    #[test]
    fn a_cell_cannot_start_a_line_of_its_own() {
        let mut table = Table::plain([Align::Left]);
        table.row(["a\nVERIFIED"]);
        assert_eq!(table.to_string(), "a\\u{a}VERIFIED\n");
    }
}
