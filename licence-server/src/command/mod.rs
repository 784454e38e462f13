//! One file per verb: from what was typed to what is meant, and then done.

mod admin_call;
mod audit;
mod backup;
mod check;
mod clock;
mod config;
mod dev;
mod doctor;
mod hand_out;
mod healthcheck;
mod init;
mod licence;
mod listing;
mod new_password;
mod request;
mod restore;
mod said;
mod seat;
mod serve;
mod service;
mod session;
mod slips;
mod tls;
mod usage;
mod usage_statement;
mod user;
mod user_import;

use std::env;
use std::ffi::OsStr;
use std::path::Path;
use std::sync::Arc;

use clap::CommandFactory as _;
use licence_cli::{Failure, output};
use tokio::runtime::{Builder, Runtime};

use crate::cli::{Cli, ConfigVerb, DATA, Verb};
use crate::clock::SystemClock;
use crate::config::Variables;
use crate::data_dir::DataDir;
use crate::http::openapi_document;
use crate::rng::SystemRng;
use crate::state::Sources;

/// Seconds of a day: a day that is typed is included, and calls name the time at which it ends.
const DAY_SECS: i64 = 86_400;

/// Does what was typed.
///
/// # Errors
/// Whatever stopped the command.
pub fn run(typed: &Cli) -> Result<(), Failure> {
    let format = typed.format();
    let path = || typed.data.as_deref().ok_or_else(no_data_dir);
    let configured =
        |data: DataDir| data.configured_by(typed.config.clone(), Variables::of_process());
    let data = || DataDir::open(path()?).map(configured);
    match &typed.verb {
        Verb::Init(args) => init::run(args, path()?, format),
        Verb::Request(args) => request::run(args, &data()?, format),
        Verb::Licence { verb } => licence::run(verb, &data()?)?.print(format),
        Verb::User { verb } => user::run(verb, &data()?)?.print(format),
        Verb::Session { verb } => session::run(verb, &data()?)?.print(format),
        Verb::Seat { verb } => seat::run(verb, &data()?)?.print(format),
        Verb::Service { verb } => service::run(verb, &data()?)?.print(format),
        Verb::Audit { verb } => audit::run(verb, &data()?, format),
        Verb::Usage(args) if args.statement => usage_statement::run(args, &data()?, format),
        Verb::Usage(args) => usage::run(args, &data()?)?.print(format),
        Verb::Backup(args) => backup::run(args, &data()?, format),
        Verb::Restore(args) => restore::run(args, path()?, configured, format),
        Verb::Check => check::run(&data()?)?.print(format),
        Verb::Clock { verb } => clock::run(verb, &data()?)?.print(format),
        Verb::Serve(args) => serve::run(args, &data()?, format),
        Verb::Config { verb: ConfigVerb::Check } => config::check(&data()?, format),
        Verb::Config { verb: ConfigVerb::Show } => config::show(&data()?, format),
        Verb::Config { verb: ConfigVerb::Reference } => config::write_reference(),
        Verb::Openapi => output::print_bytes(openapi_document().as_bytes()),
        Verb::Config { verb: ConfigVerb::Sample } => config::write_sample(),
        Verb::Doctor(args) => doctor::run(args, &data()?, format),
        Verb::Healthcheck(args) => healthcheck::run(args, data(), format),
        Verb::Dev(args) => {
            refuse_data_dir(typed.data.as_deref(), env::var_os(DATA).as_deref())?;
            dev::run(args, format)
        }
        Verb::Completions(args) => args.print(Cli::command()),
        Verb::Man(args) => args.write(Cli::command(), format),
    }
}

fn no_data_dir() -> Failure {
    Failure::usage("no data directory was named").mend("give --data DIR, or set LICENCE_DATA")
}

/// `dev` makes its own. Named by the variable, another is meant for the other commands; typed, it is
/// meant for this one, which would not touch it.
fn refuse_data_dir(named: Option<&Path>, variable: Option<&OsStr>) -> Result<(), Failure> {
    match named {
        Some(path) if Some(path.as_os_str()) != variable => {
            Err(Failure::usage("`dev` makes a data directory of its own and throws it away")
                .mend("leave --data out, or serve that directory with `licence-server serve`"))
        }
        _ => Ok(()),
    }
}

/// Where a program takes time and randomness from.
fn system() -> Sources {
    Sources { clock: Arc::new(SystemClock), rng: Arc::new(SystemRng) }
}

/// What runs one request and ends.
fn small_runtime() -> Result<Runtime, Failure> {
    Builder::new_current_thread().enable_all().build().map_err(|error| no_runtime(&error))
}

fn no_runtime(error: &std::io::Error) -> Failure {
    Failure::usage(format!("the operating system gives no event queue: {error}"))
        .mend("check the limit of open files")
}

/// A folder that someone else is to serve files from, looked at before anything is started.
fn need_folder(path: &Path) -> Result<(), Failure> {
    if path.is_dir() {
        return Ok(());
    }
    Err(Failure::usage(format!("`{}` is not a folder", path.display()))
        .mend("name the folder that the application was built into"))
}

#[cfg(test)]
mod tests;
