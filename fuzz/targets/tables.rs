//! Tables that people bring: a row more at the end is a row more and nothing else, what is written is what was read,
//! and the server says something of every row.

#![no_main]

use std::sync::LazyLock;

use axum::http::{Request, StatusCode, header};
use libfuzzer_sys::fuzz_target;
use licence_cli::csv::{self, Sheet};
use licence_fuzz::site::Site;

const COLUMNS: [&str; 8] =
    ["username", "email", "roles", "app_roles", "ext_id", "password_hash", "enabled", "verified"];

static SITE: LazyLock<Site> = LazyLock::new(Site::open);

/// Cells of one row with the names of their columns.
type Cells = Vec<(String, String)>;

fuzz_target!(|bytes: &[u8]| {
    let Ok(sheet) = Sheet::of_bytes(bytes, &COLUMNS) else {
        assert_eq!(import(bytes), None, "the server reads a table that nobody else does");
        return;
    };
    let rows = cells(&sheet);
    assert!(sheet.rows().is_sorted_by_key(|row| row.line()));
    assert_written_is_read(&rows);
    assert_one_more_row_is_one(bytes, &rows);
    assert_eq!(import(bytes), Some(sheet.rows().len()), "the server tells of every row");
});

fn cells(sheet: &Sheet) -> Vec<Cells> {
    let owned = |(name, cell): (&str, &str)| (name.to_owned(), cell.to_owned());
    sheet.rows().iter().map(|row| sheet.cells(row).map(owned).collect()).collect()
}

fn assert_written_is_read(rows: &[Cells]) {
    let cell = |row: &Cells, column: &str| {
        row.iter().find(|(own, _)| own == column).map(|(_, cell)| cell.clone()).unwrap_or_default()
    };
    let full = rows.iter().map(|row| COLUMNS.map(|column| cell(row, column)));
    let written =
        csv::write(&COLUMNS, full.clone().map(Vec::from)).expect("as many cells as columns");
    let again = Sheet::of_bytes(&written, &COLUMNS).expect("what is written is read");
    // Against formulas an apostrophe is set before a cell; nothing else changes.
    let bare = |cell: &String| cell.trim_start_matches('\'').to_owned();
    let strip = |rows: Vec<Cells>| -> Vec<Vec<String>> {
        rows.iter().map(|row| COLUMNS.map(|column| bare(&cell(row, column))).to_vec()).collect()
    };
    assert_eq!(strip(cells(&again)), strip(rows.to_vec()));
}

/// So that no quote swallows what stands behind it.
fn assert_one_more_row_is_one(bytes: &[u8], rows: &[Cells]) {
    let text = core::str::from_utf8(bytes).expect("a table is text").trim_start_matches('\u{feff}');
    let first = text.lines().next().unwrap_or_default();
    let delimiter = if first.contains(';') && !first.contains(',') { ";" } else { "," };
    let Some(width) = width(first, delimiter) else { return };
    let row = vec!["x"; width].join(delimiter);
    let longer = format!("{text}\n{row}\n");
    let sheet = Sheet::of_bytes(longer.as_bytes(), &COLUMNS).expect("a row more is still a table");
    let mut longer = cells(&sheet);
    assert_eq!(longer.pop().map(|row| row.len()), Some(width));
    assert_eq!(longer, rows);
}

/// How many columns a plain header names.
fn width(header: &str, delimiter: &str) -> Option<usize> {
    let names: Vec<_> = header.split(delimiter).map(str::trim).collect();
    names.iter().all(|name| COLUMNS.contains(name)).then_some(names.len())
}

/// How many rows the server tells of in a dry run; `None` where it refuses the table.
fn import(bytes: &[u8]) -> Option<usize> {
    let request = Request::post("/v1/admin/users/import?dry_run=true");
    let request = request.header(header::CONTENT_TYPE, "text/csv");
    let answer = SITE.administer(request, bytes.to_vec());
    if answer.status != StatusCode::OK {
        assert_eq!(answer.text("code"), Some("invalid_request"), "{}", answer.body);
        return None;
    }
    Some(answer.body.get("rows")?.as_array()?.len())
}
