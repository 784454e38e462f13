//! `user import`: people from a table, and slips for who has no password yet.

use std::fmt;

use licence_cli::Failure;
use licence_cli::csv::{Line, LineReport};
use licence_cli::files::{self, ByteLimit};
use licence_cli::progress::Progress;
use licence_core::Code;
use serde::Serialize;

use super::admin_call::{AdminCall, Step};
use super::said::Said;
use super::slips::{self, Slip};
use crate::cli::ImportUsersArgs;
use crate::data_dir::DataDir;
use crate::http::admin::{IMPORT_BYTES_MAX, Imported, ImportedRow, RowOutcome};
use crate::http::paths;

pub(super) fn run(args: &ImportUsersArgs, data: &DataDir) -> Result<Said, Failure> {
    // Everything is looked at before anything is done.
    let table = files::read(&args.file, ByteLimit(IMPORT_BYTES_MAX))?;
    args.codes.as_deref().map_or(Ok(()), slips::refuse_taken)?;
    let mut progress = None;
    let imported: Imported = AdminCall::post_csv(paths::ADMIN_USERS_IMPORT, table)
        .with("dry_run", args.dry_run.then_some(true))
        .with("codes", args.codes.as_ref().map(|_| true))
        .send_watched(data, &mut |step| watch(step, &mut progress))?;
    drop(progress);
    if let Some(path) = &args.codes {
        slips::write(path, &imported.rows.iter().filter_map(slip).collect::<Vec<_>>())?;
    }
    let refused = imported.refused;
    let said = Said::of(&Report(imported))?;
    Ok(said.failing((refused > 0).then(|| {
        Failure::coded(Code::InvalidRequest, format!("{refused} rows are not right"))
            .mend("mend them and import the table again: nothing is done twice")
    })))
}

/// The bar is drawn when the server says how much there is to do.
fn watch(Step { done, of }: Step, progress: &mut Option<Progress>) {
    progress.get_or_insert_with(|| Progress::new(of)).reach(done);
}

fn slip(row: &ImportedRow) -> Option<Slip> {
    let code = row.new_code.clone()?;
    Some(Slip { name: row.username.clone(), email: row.email.clone(), code })
}

/// For a person the rows that are not right, and how many came to what; for a script every row.
#[derive(Serialize)]
#[serde(transparent)]
struct Report(Imported);

impl fmt::Display for Report {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let Imported { is_dry_run, added, changed, unchanged, refused, rows } = &self.0;
        let mut lines = LineReport::default();
        for row in rows.iter().filter(|row| row.outcome == RowOutcome::Refused) {
            let (subject, detail) = (row.username.clone(), row.why.clone());
            lines.push(Line { line: row.line, outcome: "refused", subject, detail });
        }
        if *refused > 0 {
            writeln!(f, "{lines}")?;
        }
        let tried = if *is_dry_run { "tried only: " } else { "" };
        writeln!(
            f,
            "{tried}{added} added, {changed} changed, {unchanged} unchanged, {refused} refused"
        )
    }
}

#[cfg(test)]
mod tests {
    use std::fs::File;

    use super::*;
    use crate::command::tests::data_dir;

    #[test]
    fn an_import_tells_how_far_it_has_come() {
        let (_folder, _path, data) = data_dir();
        let rows: String = (0..300).map(|number| format!("person{number}\n")).collect();
        let table = format!("username\n{rows}").into_bytes();
        let mut steps = Vec::new();
        let call = AdminCall::post_csv(paths::ADMIN_USERS_IMPORT, table);
        let imported: Imported =
            call.send_watched(&data, &mut |Step { done, of }| steps.push((done, of))).unwrap();
        assert_eq!((imported.added, steps), (300, vec![(256, 300), (300, 300)]));
    }

    #[test]
    fn a_table_of_a_gibibyte_is_refused_by_its_size() {
        let (folder, _path, data) = data_dir();
        let path = folder.path().join("people.csv");
        File::create(&path).unwrap().set_len(1 << 30).unwrap();
        let args = ImportUsersArgs { file: path.as_path().into(), dry_run: false, codes: None };
        let failure = run(&args, &data).unwrap_err();
        assert_eq!(failure.report().unwrap().code, Some(Code::TooLarge));
    }
}
