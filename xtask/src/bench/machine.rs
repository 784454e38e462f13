//! What the measurement stands on. Nothing that tells one machine from another of its kind.

use std::fs;
use std::path::Path;
use std::process::Command;
use std::thread::available_parallelism;

use crate::clock;
use crate::command;
use crate::failure::Failure;

pub(super) struct Machine {
    pub(super) date: String,
    pub(super) processor: String,
    pub(super) cores: usize,
    pub(super) system: String,
    pub(super) rustc: String,
    /// Processes that wanted to run on average over the minute before the measurement.
    pub(super) load: String,
}

impl Machine {
    pub(super) fn look() -> Result<Self, Failure> {
        let said = |program: &str, words: &[&str]| {
            command::output(Command::new(program).args(words)).map(|said| said.trim().to_owned())
        };
        let today = format!("--date=@{}", clock::unix_secs());
        let load = read("/proc/loadavg")?;
        Ok(Self {
            date: said("date", &["--utc", &today, "+%F"])?,
            processor: processor(&read("/proc/cpuinfo")?).unwrap_or("unknown").to_owned(),
            cores: available_parallelism().map_or(1, usize::from),
            system: said("uname", &["-sm"])?,
            rustc: said("rustc", &["--version"])?,
            load: load.split(' ').next().unwrap_or_default().to_owned(),
        })
    }
}

fn read(file: &str) -> Result<String, Failure> {
    fs::read_to_string(file).map_err(Failure::file("read", Path::new(file)))
}

fn processor(cpuinfo: &str) -> Option<&str> {
    let mut fields = cpuinfo.lines().filter_map(|line| line.split_once(':'));
    fields.find(|(name, _)| name.trim() == "model name").map(|(_, value)| value.trim())
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_processor_is_named_by_its_model() {
        let cpuinfo = "processor\t: 0\nmodel\t\t: 143\nmodel name\t: Some Processor\n";
        assert_eq!(processor(cpuinfo), Some("Some Processor"));
    }
}
