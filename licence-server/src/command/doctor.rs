//! `doctor`: looks at everything that goes wrong in institutes, and says how to mend it.

mod outside;

use licence_cli::table::Align;
use licence_cli::{Facts, Failure, Format};

use super::admin_call::AdminCall;
use super::said::Listing;
use crate::cli::DoctorArgs;
use crate::data_dir::DataDir;
use crate::doctor;
use crate::http::admin::{CheckRow, Page};
use crate::http::paths;

/// Looks at everything, and fails where there is something to mend.
pub(super) fn run(args: &DoctorArgs, data: &DataDir, format: Format) -> Result<(), Failure> {
    let mut checks = checks(data);
    if args.from_outside {
        checks.push(outside::check(args, data).into());
    }
    let all = checks.len();
    let remedies: Vec<_> = checks
        .iter()
        .filter_map(|row| Some(format!("{}: {}", row.check, row.remedy.as_ref()?)))
        .collect();
    let ill = remedies.len();
    let columns = [("check", Align::Left), ("state", Align::Left), ("sentence", Align::Left)];
    let rows = checks.into_iter().map(facts).collect();
    let said = Listing::new(columns, rows).said()?;
    said.noting((ill > 0).then(|| remedies.join("\n"))).print(format)?;
    if ill == 0 {
        return Ok(());
    }
    Err(Failure::usage(format!("{ill} of {all} checks want mending"))
        .mend("do what stands beside each of them, then run `licence-server doctor` again"))
}

/// What the server that runs finds, or one in this process. Where there can be neither, what is seen from
/// outside.
fn checks(data: &DataDir) -> Vec<CheckRow> {
    let asked: Result<Page<CheckRow>, Failure> = AdminCall::get(paths::ADMIN_DOCTOR).send(data);
    asked.map(|page| page.items).unwrap_or_else(|failure| {
        doctor::examine_folder(data, &failure).into_iter().map(CheckRow::from).collect()
    })
}

fn facts(CheckRow { check, is_well, sentence, remedy }: CheckRow) -> Facts {
    Facts::new()
        .with("check", check)
        .with("state", if is_well { "well" } else { "mend" })
        .with("sentence", sentence)
        .with_some("remedy", remedy)
}

#[cfg(test)]
mod tests {
    use std::fs;

    use super::*;
    use crate::command::tests::data_dir;

    #[test]
    fn a_directory_without_a_licence_wants_mending() {
        let (_folder, _path, data) = data_dir();
        let args = DoctorArgs { from_outside: false, ca: None };
        let failed = run(&args, &data, Format::Text).unwrap_err();
        assert!(failed.report().unwrap().message.ends_with("of 10 checks want mending"));
    }

    #[test]
    fn where_the_store_cannot_be_opened_the_disk_is_looked_at_all_the_same() {
        let (_folder, _path, data) = data_dir();
        fs::write(data.store(), "no store at all").unwrap();
        let names: Vec<_> = checks(&data).into_iter().map(|row| (row.check, row.is_well)).collect();
        assert_eq!(names.first().unwrap(), &("server".to_owned(), false));
        assert!(names.iter().any(|(name, _)| name == "disk space"), "{names:?}");
    }
}
