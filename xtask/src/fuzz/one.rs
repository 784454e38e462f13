//! One target, from its start to what it found.

use std::fs::{self, File};
use std::path::{Path, PathBuf};
use std::process::{Child, Command, ExitStatus, Stdio};

use super::Place;
use crate::failure::Failure;

/// Seconds after which one input has taken too long: the slowest honest one takes a fraction of one.
const INPUT_SECONDS_MAX: u32 = 20;

/// Memory of a target at most.
const MEGABYTES_MAX: u32 = 2048;

/// Bytes of an input at most: from large ones a fuzzer learns slowly, and what is larger the tests try.
const INPUT_BYTES_MAX: u32 = 4096;

/// Lines of a log that are shown where a target found something.
const LINES_SHOWN: usize = 60;

/// A target that runs.
pub(super) struct Running {
    name: String,
    process: Child,
    log: PathBuf,
}

/// A target that has run.
pub(super) struct Run {
    name: String,
    log: String,
    status: ExitStatus,
}

impl Run {
    pub(super) fn start(
        place: &Place,
        folder: &Path,
        name: &str,
        seconds: u64,
    ) -> Result<Running, Failure> {
        let log = place.target.join(format!("{name}.log"));
        let file = File::create(&log).map_err(Failure::file("make", &log))?;
        let program = folder.join(name);
        let mut target = Command::new(&program);
        target.args([
            format!("-max_total_time={seconds}"),
            format!("-timeout={INPUT_SECONDS_MAX}"),
            format!("-rss_limit_mb={MEGABYTES_MAX}"),
            format!("-max_len={INPUT_BYTES_MAX}"),
            format!("-dict={}", place.source.join("dictionary.txt").display()),
            format!("-artifact_prefix={}/", place.in_target("found", name)?.display()),
            "-print_final_stats=1".to_owned(),
        ]);
        // What it learns goes into the first folder, and stays for the next run.
        target.arg(place.in_target("corpus", name)?).arg(place.in_target("seeds", name)?);
        let kept = place.source.join("corpus").join(name);
        if kept.exists() {
            target.arg(kept);
        }
        let target = target.stdin(Stdio::null()).stdout(Stdio::null()).stderr(file);
        let process = target
            .spawn()
            .map_err(|source| Failure::Start { program: program.display().to_string(), source })?;
        Ok(Running { name: name.to_owned(), process, log })
    }

    /// Its name, how many inputs it tried, how many branches these took, and what came of it.
    pub(super) fn row(&self) -> [String; 4] {
        let inputs = self.after("stat::number_of_executed_units:").unwrap_or("0");
        let branches = self.after("cov:").unwrap_or("0");
        let outcome = if self.status.success() { "ok" } else { "FOUND" };
        [&self.name, inputs, branches, outcome].map(str::to_owned)
    }

    /// The last word behind a word of the log.
    fn after(&self, word: &str) -> Option<&str> {
        let (_, rest) = self.log.rsplit_once(word)?;
        rest.split_whitespace().next()
    }

    /// What it found, if anything; the end of its log is shown.
    pub(super) fn into_failure(self) -> Option<Failure> {
        if self.status.success() {
            return None;
        }
        let lines: Vec<&str> = self.log.lines().collect();
        for line in lines.iter().skip(lines.len().saturating_sub(LINES_SHOWN)) {
            println!("{line}");
        }
        Some(Failure::Ended { program: format!("fuzz target {}", self.name), status: self.status })
    }
}

impl Running {
    pub(super) fn wait(self) -> Result<Run, Failure> {
        let Self { name, mut process, log } = self;
        let status =
            process.wait().map_err(|source| Failure::Start { program: name.clone(), source })?;
        let bytes = fs::read(&log).map_err(Failure::file("read", &log))?;
        Ok(Run { name, log: String::from_utf8_lossy(&bytes).into_owned(), status })
    }
}
