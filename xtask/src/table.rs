//! Aligned columns for people.

/// Prints rows under a heading: words to the left, numbers to the right.
pub(crate) fn print<const N: usize>(heading: [&str; N], rows: &[[String; N]]) {
    for line in lines(heading, rows) {
        println!("{line}");
    }
}

fn lines<const N: usize>(heading: [&str; N], rows: &[[String; N]]) -> Vec<String> {
    let mut lines = vec![String::new(); rows.len() + 1];
    for (column, title) in heading.into_iter().enumerate() {
        let cells = || rows.iter().filter_map(|row| row.get(column)).map(String::as_str);
        let width = cells().chain([title]).map(|cell| cell.chars().count()).max().unwrap_or(0);
        let is_number = cells().all(|cell| cell.starts_with(|c: char| c.is_ascii_digit()));
        for (line, cell) in lines.iter_mut().zip([title].into_iter().chain(cells())) {
            let gap = if column == 0 { "" } else { "  " };
            let cell =
                if is_number { format!("{cell:>width$}") } else { format!("{cell:<width$}") };
            line.push_str(gap);
            line.push_str(&cell);
        }
    }
    lines.into_iter().map(|line| line.trim_end().to_owned()).collect()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn words_stand_left_and_numbers_right() {
        let rows =
            [["one", "9.5 s", "ok"], ["three", "10.5 s", ""]].map(|row| row.map(str::to_owned));
        assert_eq!(
            lines(["step", "time", "outcome"], &rows),
            ["step     time  outcome", "one     9.5 s  ok", "three  10.5 s"]
        );
    }
}
