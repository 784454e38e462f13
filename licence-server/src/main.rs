//! `licence-server`: the institute's seat server and its administration.

use std::process::ExitCode;

use licence_server::cli::Cli;
use licence_server::command;
use mimalloc::MiMalloc;

#[global_allocator]
static ALLOCATOR: MiMalloc = MiMalloc;

fn main() -> ExitCode {
    match licence_cli::parse::<Cli>() {
        Ok(typed) => licence_cli::run(typed.format(), || command::run(&typed)),
        Err(status) => status,
    }
}
