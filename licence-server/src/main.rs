//! `licence-server`: the institute's seat server and its administration.

use std::process::ExitCode;

use licence_server::cli::Cli;
use licence_server::command;

fn main() -> ExitCode {
    match licence_cli::parse::<Cli>() {
        Ok(typed) => licence_cli::run(typed.format(), || command::run(&typed)),
        Err(status) => status,
    }
}
