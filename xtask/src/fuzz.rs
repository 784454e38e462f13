//! `cargo xtask fuzz`
//!
//! The targets of `fuzz`, built with the stable compiler's coverage counters and run for a moment: a try
//! for every change. `docs/ASSURANCE.md` says how they are run for hours.

mod one;
mod targets;

use std::fs;
use std::path::{Path, PathBuf};
use std::process::Command;
use std::thread;

use self::one::Run;
use self::targets::Targets;
use crate::command::{self, cargo};
use crate::failure::Failure;
use crate::files;
use crate::table;
use crate::workspace::Workspace;

/// What to run, and for how long.
#[derive(clap::Args)]
pub(crate) struct Options {
    /// Seconds for each target
    #[arg(long, default_value_t = 10)]
    seconds: u64,
    /// One target alone; all of them where none is named
    #[arg(long, value_name = "NAME")]
    target: Option<String>,
}

impl Default for Options {
    fn default() -> Self {
        Self { seconds: 10, target: None }
    }
}

/// What has the compiler count which branches an input takes, and show libFuzzer what is compared with what: the
/// same as cargo-fuzz asks of the nightly one.
const COUNTERS: [&str; 5] = [
    "-Cpasses=sancov-module",
    "-Cllvm-args=-sanitizer-coverage-level=4",
    "-Cllvm-args=-sanitizer-coverage-inline-8bit-counters",
    "-Cllvm-args=-sanitizer-coverage-pc-table",
    "-Cllvm-args=-sanitizer-coverage-trace-compares",
];

pub(crate) fn run(options: &Options, workspace: &Workspace) -> Result<(), Failure> {
    let targets = Targets::of(workspace)?.only(options.target.as_deref())?;
    let place = Place::of(workspace);
    let folder = build(&place, &targets, workspace)?;
    plant(&place, workspace)?;
    let runs = run_all(&place, &folder, &targets, options.seconds)?;
    let rows: Vec<_> = runs.iter().map(Run::row).collect();
    table::print(["target", "inputs", "branches", "outcome"], &rows);
    runs.into_iter().find_map(Run::into_failure).map_or(Ok(()), Err)
}

/// Where things are.
struct Place {
    /// The workspace of the targets, with the corpus that is kept.
    source: PathBuf,
    /// Where they are built, and where they leave what they find.
    target: PathBuf,
}

impl Place {
    fn of(workspace: &Workspace) -> Self {
        Self { source: workspace.root().join("fuzz"), target: workspace.target().join("fuzz") }
    }

    fn in_target(&self, kind: &str, name: &str) -> Result<PathBuf, Failure> {
        let folder = self.target.join(kind).join(name);
        fs::create_dir_all(&folder).map_err(Failure::file("make", &folder))?;
        Ok(folder)
    }
}

/// Builds the targets, and says where they are.
fn build(place: &Place, targets: &Targets, workspace: &Workspace) -> Result<PathBuf, Failure> {
    // Named, so that only what runs here is instrumented, and not the build scripts and macros.
    let triple = command::output(Command::new("rustc").args(["--print", "host-tuple"]))?;
    let triple = triple.trim();
    let mut build = cargo(workspace);
    build.current_dir(&place.source).env("RUSTFLAGS", COUNTERS.join(" "));
    // Without `--locked`: the lock file is completed where a crate of ours has come to need more.
    build.args(["build", "--release", "--target", triple, "--target-dir"]);
    build.arg(&place.target);
    for name in targets.names() {
        build.args(["--bin", name]);
    }
    command::run(&mut build)?;
    Ok(place.target.join(triple).join("release"))
}

/// Has the conformance vectors written where the targets start from.
fn plant(place: &Place, workspace: &Workspace) -> Result<(), Failure> {
    let seeds = place.target.join("seeds");
    files::fresh_folder(&seeds)?;
    let mut plant = cargo(workspace);
    plant.args([
        "run",
        "--quiet",
        "--locked",
        "--package",
        "licence-tests",
        "--bin",
        "seeds",
        "--",
    ]);
    command::run(plant.arg(&seeds))
}

/// Runs as many targets at once as there are cores.
fn run_all(
    place: &Place,
    folder: &Path,
    targets: &Targets,
    seconds: u64,
) -> Result<Vec<Run>, Failure> {
    let cores = thread::available_parallelism().map_or(1, usize::from);
    let mut runs = Vec::new();
    for names in targets.names().chunks(cores) {
        let started = names.iter().map(|name| Run::start(place, folder, name, seconds));
        // All of them are started before the first is waited for.
        let started = started.collect::<Result<Vec<_>, _>>()?;
        for run in started {
            runs.push(run.wait()?);
        }
    }
    Ok(runs)
}
