//! A morning on which everyone signs on.

use super::table;
use crate::bench::aim::Aim;
use crate::bench::folder;
use crate::bench::report::Table;
use crate::bench::site::{Site, Size};
use crate::failure::Failure;
use crate::workspace::Workspace;

/// A quarter of an hour.
const SECS: f64 = 900.0;

/// How busy the store is if they come one by one, which is the dearest way: a commit for each.
pub(super) fn measure(workspace: &Workspace, people: u32) -> Result<Table, Failure> {
    let size = Size { seats: people, people, sessions: 0, revoked: 0 };
    let site = Site::found(workspace, folder(workspace).join("morning"), size)?;
    let printed = site.over_store("morning", &[])?;
    let secs = busy_secs(&printed);
    let secs =
        secs.ok_or(Failure::UnexpectedOutput { tool: "peer-store morning", output: printed })?;
    let percent = 100.0 * secs / SECS;
    let what = format!(
        "{people} sign-ons within 15 minutes, each with a commit of its own: the writer busy, %"
    );
    let aim = Aim::AtMost(5.0).judged(percent);
    Ok(table("A morning", vec![[what, format!("{percent:.1}"), aim]]))
}

/// `20000 31000000000`, nanoseconds
fn busy_secs(printed: &str) -> Option<f64> {
    let (_, nanos) = printed.trim_end().split_once(' ')?;
    Some(nanos.parse::<f64>().ok()? / 1e9)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_time_is_found_behind_the_number_of_people() {
        assert_eq!(busy_secs("20000 31500000000\n"), Some(31.5));
        assert_eq!(busy_secs("20000"), None);
    }
}
