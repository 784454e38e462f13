//! Quotes that open and never close: a reader of CSV would take the rest of the file for one cell.

use super::SheetFlaw;

/// Where the scanner stands.
#[derive(Clone, Copy)]
enum State {
    /// At the beginning of a cell.
    Start,
    /// In a cell without quotes, where a quote is a character like any other.
    Bare,
    /// In a cell whose quote was opened on that line.
    Quoted(u64),
    /// Behind a quote inside such a cell: its end, or the first of two that stand for one.
    Closing(u64),
}

/// Finds the quote that never closes (RFC 4180 section 2).
///
/// # Errors
/// [`SheetFlaw`] with the line on which it opens.
pub(super) fn check(text: &str, delimiter: char) -> Result<(), SheetFlaw> {
    let (mut state, mut line) = (State::Start, 1);
    for c in text.chars() {
        state = match (state, c) {
            (State::Start, '"') => State::Quoted(line),
            (State::Quoted(opened), '"') => State::Closing(opened),
            (State::Closing(opened), '"') => State::Quoted(opened),
            (State::Quoted(opened), _) => State::Quoted(opened),
            // A row ends with a lone carriage return, too: so the reader of rows has it.
            (_, c) if c == delimiter || c == '\n' || c == '\r' => State::Start,
            (_, _) => State::Bare,
        };
        line += u64::from(c == '\n');
    }
    match state {
        State::Quoted(opened) => Err(SheetFlaw::new(
            opened,
            "a quote opens here and never closes",
            "close it behind the cell, or double it where it belongs to the text",
        )),
        State::Start | State::Bare | State::Closing(_) => Ok(()),
    }
}
