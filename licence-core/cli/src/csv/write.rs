use csv::WriterBuilder;

use crate::failure::Failure;

/// Writes a table: the names of the columns, then the rows.
///
/// A cell that a spreadsheet would take for a formula gets an apostrophe in front, as OWASP advises
/// ("CSV Injection"): what an institute writes into its request must not run on the vendor's desk.
///
/// # Errors
/// If a row has more or fewer cells than there are columns.
pub fn write<C: AsRef<str>>(
    columns: &[&str],
    rows: impl IntoIterator<Item = Vec<C>>,
) -> Result<Vec<u8>, Failure> {
    let mut writer = WriterBuilder::new().from_writer(Vec::new());
    let unwritten = |why: String| Failure::usage(format!("the table cannot be written: {why}"));
    writer.write_record(columns).map_err(|error| unwritten(error.to_string()))?;
    for row in rows {
        let cells = row.iter().map(|cell| harmless(cell.as_ref()));
        writer.write_record(cells).map_err(|error| unwritten(error.to_string()))?;
    }
    writer.into_inner().map_err(|error| unwritten(error.to_string()))
}

fn harmless(cell: &str) -> String {
    let looks_like_a_formula = cell.starts_with(['=', '+', '-', '@', '\t', '\r']);
    if looks_like_a_formula { format!("'{cell}") } else { cell.to_owned() }
}

#[cfg(test)]
mod tests {
    use super::write;

    #[test]
    fn cells_are_quoted_where_they_must_be_and_never_formulas() {
        let rows = [vec!["A, \"B\"", "3"], vec!["=1+1", ""]];
        let text = write(&["name", "seats"], rows).unwrap();
        assert_eq!(String::from_utf8(text).unwrap(), "name,seats\n\"A, \"\"B\"\"\",3\n'=1+1,\n");
        assert!(write(&["name"], [vec!["a", "b"]]).is_err());
    }
}
