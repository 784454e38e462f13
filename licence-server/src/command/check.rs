//! `check`: whether the store is what was written.

use licence_cli::table::Align;
use licence_cli::{Facts, Failure};
use licence_core::Code;

use super::admin_call::AdminCall;
use super::said::{Listing, Said};
use crate::data_dir::DataDir;
use crate::http::admin::CheckShown;
use crate::http::paths;
use crate::soundness::{Signers, Soundness};
use crate::state::store_failure;
use crate::store::RedbReader;

/// While the server runs, it looks itself; else the store is opened here, and no byte of it is changed.
pub(super) fn run(data: &DataDir) -> Result<Said, Failure> {
    let shown = match AdminCall::get(paths::ADMIN_CHECK).patient().send_to_running(data)? {
        Some(shown) => shown,
        None => look(data)?,
    };
    said(shown)
}

fn look(data: &DataDir) -> Result<CheckShown, Failure> {
    let (site, key) = (data.site()?, data.site_key()?);
    let reader = RedbReader::open(&data.store()).map_err(|error| store_failure(&error))?;
    let by = Signers { site_key: key.public(), product: &site.product, roots: &site.roots };
    let found = Soundness::of(&reader, &by).map_err(|error| store_failure(&error))?;
    Ok(CheckShown::new(&found))
}

fn said(shown: CheckShown) -> Result<Said, Failure> {
    let row = |(table, rows): (String, u64)| Facts::new().with("table", table).with("rows", rows);
    let rows = shown.rows.into_iter().map(|counted| row((counted.table, counted.rows)));
    let mut listing =
        Listing::new([("table", Align::Left), ("rows", Align::Right)], rows.collect());
    listing.whole = Facts::new()
        .with("epoch", shown.epoch)
        .with("log_entries", shown.log_entries)
        .with("flaws", shown.flaws.clone())
        .with("damaged", shown.damaged.clone());
    Ok(listing.said()?.failing(flawed(&shown.flaws).or_else(|| damaged(&shown.damaged))))
}

fn flawed(flaws: &[String]) -> Option<Failure> {
    let first = flaws.first()?;
    let sentence = format!("the store is not what was written: {first}");
    Some(Failure::coded(Code::Malformed, sentence).mend(
        "keep a copy of the data directory to find out why, then restore a backup into a new one",
    ))
}

fn damaged(signed: &[String]) -> Option<Failure> {
    let first = signed.first()?;
    let sentence = format!("what the vendor signed does not verify any more: {first}");
    Some(
        Failure::coded(Code::Malformed, sentence)
            .mend("install the file again, as the vendor has it; everything else is well"),
    )
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::command::tests::data_dir;
    use crate::store::RedbStore;

    #[test]
    fn a_new_store_is_what_was_written_and_is_not_changed_by_a_look() {
        let (_folder, _path, data) = data_dir();
        let before = std::fs::read(data.store()).unwrap();
        let said = run(&data).unwrap();
        assert_eq!(said.failure, None, "{}", said.text);
        assert_eq!(std::fs::read(data.store()).unwrap(), before);
    }

    #[test]
    fn a_store_that_somebody_has_open_is_told_to_be() {
        let (_folder, _path, data) = data_dir();
        let _other = RedbStore::open(&data.store()).unwrap();
        let failure = run(&data).unwrap_err();
        assert!(failure.report().unwrap().message.ends_with("is in use by another process"));
    }

    #[test]
    fn a_flaw_is_a_failure_with_its_sentence() {
        let failure = flawed(&["entry 3 is missing".to_owned()]).unwrap();
        let report = failure.report().unwrap();
        assert_eq!(report.message, "the store is not what was written: entry 3 is missing");
        assert_eq!(report.code, Some(Code::Malformed));
    }
}
