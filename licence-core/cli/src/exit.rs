//! From the command's end to the process's end.

use std::ffi::OsString;
use std::io::{self, Write};
use std::process::ExitCode;

use clap::Parser;
use licence_core::{Code, Exit, Part};
use serde::Serialize;

use crate::failure::{Failure, Report};
use crate::output::Format;

/// Reads the command line, or says what is wrong with it.
///
/// # Errors
/// The status to end with: 0 after `--help` and `--version`, else 1. (clap itself would end with 2,
/// which here means that something was refused.)
pub fn parse<C: Parser>() -> Result<C, ExitCode> {
    parse_from(std::env::args_os())
}

/// Runs a command and turns its end into an exit status, telling a failure on standard error.
pub fn run(format: Format, main: impl FnOnce() -> Result<(), Failure>) -> ExitCode {
    let Err(failure) = main() else { return ExitCode::SUCCESS };
    let Some(report) = failure.report() else { return ExitCode::SUCCESS };
    // Where standard error is closed, the status still tells.
    let _ = writeln!(io::stderr().lock(), "{}", told(report, format));
    ExitCode::from(report.exit.status())
}

fn parse_from<C: Parser>(typed: impl IntoIterator<Item = OsString>) -> Result<C, ExitCode> {
    C::try_parse_from(typed).map_err(|error| {
        // As in `run`.
        let _ = error.print();
        if error.use_stderr() { ExitCode::from(Exit::Failed.status()) } else { ExitCode::SUCCESS }
    })
}

/// A failure for a script: `code` is absent where the failure has no stable name, `at` where it was
/// no link of the chain that was refused.
#[derive(Serialize)]
struct JsonReport<'r> {
    #[serde(skip_serializing_if = "Option::is_none")]
    code: Option<&'r str>,
    #[serde(skip_serializing_if = "Option::is_none")]
    at: Option<&'r str>,
    message: &'r str,
    #[serde(skip_serializing_if = "Option::is_none")]
    help: Option<&'r str>,
}

fn told(report: &Report, format: Format) -> String {
    match format {
        Format::Text => report.to_string(),
        Format::Json => {
            let json = JsonReport {
                code: report.code.map(Code::name),
                at: report.at.map(Part::name),
                message: &report.message,
                help: report.help.as_deref(),
            };
            serde_json::to_string(&json).unwrap_or_else(|_| report.to_string())
        }
    }
}

#[cfg(test)]
mod tests {
    use std::ffi::OsString;
    use std::process::ExitCode;

    use clap::Parser;

    use licence_core::{Code, Part, Reason, Refusal};

    use super::{Format, parse_from, run, told};
    use crate::failure::Failure;

    #[derive(Debug, Parser)]
    struct Cli {
        #[arg(long)]
        seats: u32,
    }

    #[track_caller]
    fn typed(words: &[&str]) -> Result<u32, ExitCode> {
        let words = words.iter().map(OsString::from);
        parse_from::<Cli>(words).map(|cli| cli.seats)
    }

    #[test]
    fn a_line_typed_wrongly_ends_with_1_and_help_with_0() {
        assert_eq!(typed(&["x", "--seats", "3"]), Ok(3));
        assert_eq!(typed(&["x", "--chairs", "3"]), Err(ExitCode::from(1)));
        assert_eq!(typed(&["x", "--help"]), Err(ExitCode::SUCCESS));
    }

    #[test]
    fn a_command_ends_with_the_status_of_its_failure() {
        assert_eq!(run(Format::Text, || Ok(())), ExitCode::SUCCESS);
        assert_eq!(run(Format::Text, || Err(Failure::reader_gone())), ExitCode::SUCCESS);
        assert_eq!(
            run(Format::Text, || Err(Failure::coded(Code::Expired, "no"))),
            ExitCode::from(2)
        );
        assert_eq!(
            run(Format::Json, || Err(Failure::coded(Code::Malformed, "what"))),
            ExitCode::from(3)
        );
    }

    #[test]
    fn a_script_is_told_in_json() {
        let refusal = Refusal { at: Part::Licence, reason: Reason::Unbound };
        let failure = Failure::from(refusal).mend("bind it");
        assert_eq!(
            told(failure.report().unwrap(), Format::Json),
            "{\"code\":\"unbound\",\"at\":\"licence\",\"message\":\"the licence is refused: it names no \
             site, so any copy of it would work anywhere\",\"help\":\"bind it\"}"
        );
        let bare = Failure::usage("no");
        assert_eq!(told(bare.report().unwrap(), Format::Json), r#"{"message":"no"}"#);
    }
}
