//! Somebody is erased while everyone waits.

use super::{Extent, table};
use crate::bench::report::Table;
use crate::bench::site::Site;
use crate::failure::Failure;

/// Nothing of who is erased may stay in the journal, so all its rows go into their tables in one commit.
pub(super) fn measure(sites: &[Site<'_>], extent: &Extent) -> Result<Table, Failure> {
    let row = |(site, size): (&Site<'_>, &u32)| {
        let printed = site.over_store("erase", &[extent.cycle.to_string()])?;
        let millis = millis(&printed);
        let millis = millis
            .ok_or(Failure::UnexpectedOutput { tool: "peer-store erase", output: printed })?;
        Ok([format!("{size} sessions"), format!("{millis:.0}"), String::new()])
    };
    let rows = sites.iter().zip(extent.sizes).map(row).collect::<Result<_, Failure>>()?;
    Ok(table("Erasing somebody while the journal is long, in milliseconds", rows))
}

/// `31000000`, nanoseconds
fn millis(printed: &str) -> Option<f64> {
    Some(printed.trim_end().parse::<f64>().ok()? / 1e6)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn nanoseconds_are_told_in_milliseconds() {
        assert_eq!(millis("31500000\n"), Some(31.5));
        assert_eq!(millis("soon"), None);
    }
}
