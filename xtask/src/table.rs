//! Aligned columns for people.

/// Prints rows under a heading; the first column is left-aligned, the others right-aligned.
pub(crate) fn print<const N: usize>(heading: [&str; N], rows: &[[String; N]]) {
    let widths: [usize; N] = std::array::from_fn(|column| {
        let cells = rows.iter().filter_map(|row| row.get(column)).map(|cell| cell.chars().count());
        cells.chain(heading.get(column).map(|cell| cell.len())).max().unwrap_or(0)
    });
    print_row(&heading, &widths);
    for row in rows {
        print_row(&row.each_ref().map(String::as_str), &widths);
    }
}

fn print_row(cells: &[&str], widths: &[usize]) {
    let mut line = String::new();
    for (column, (cell, width)) in cells.iter().zip(widths).enumerate() {
        let padded =
            if column == 0 { format!("{cell:<width$}") } else { format!("  {cell:>width$}") };
        line.push_str(&padded);
    }
    println!("{}", line.trim_end());
}
