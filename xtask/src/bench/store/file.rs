//! What the file grows to.

use super::table;
use crate::bench::report::Table;
use crate::bench::site::Site;
use crate::failure::Failure;

pub(super) fn measure(site: &Site<'_>, rotations: u64) -> Result<Table, Failure> {
    let printed = site.over_store("grow", &[rotations.to_string()])?;
    let rows = printed.lines().map(row).collect::<Option<_>>();
    let rows =
        rows.ok_or(Failure::UnexpectedOutput { tool: "peer-store grow", output: printed })?;
    Ok(table("The file after so many rotations, in megabytes", rows))
}

/// `1000000 52428800`
fn row(line: &str) -> Option<[String; 3]> {
    let (when, bytes) = line.split_once(' ')?;
    let megabytes = bytes.parse::<u64>().ok()? / 1_000_000;
    Some([when.to_owned(), megabytes.to_string(), String::new()])
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_size_is_told_in_megabytes() {
        let [when, megabytes, _] = row("compacted 52428800").unwrap();
        assert_eq!((when.as_str(), megabytes.as_str()), ("compacted", "52"));
        assert_eq!(row("52428800"), None);
    }
}
