use std::fs;
use std::time::Duration;

use crate::Failure;

/// The server's process.
pub(crate) struct Process {
    stat: String,
}

impl Process {
    pub(crate) fn new(pid: &str) -> Self {
        Self { stat: format!("/proc/{pid}/stat") }
    }

    /// Processor time that it has used so far, in user and kernel mode, over all threads, those that
    /// have ended included.
    pub(crate) fn cpu(&self) -> Result<Duration, Failure> {
        let stat = fs::read_to_string(&self.stat)?;
        let ticks = ticks(&stat).ok_or_else(|| format!("`{}` is not understood", self.stat))?;
        let per_sec = rustix::param::clock_ticks_per_second();
        Ok(Duration::from_secs_f64(ticks as f64 / per_sec as f64))
    }
}

/// Fields 14 and 15 of proc_pid_stat(5). The second is the program's name, which may hold anything,
/// so fields are counted from behind it.
fn ticks(stat: &str) -> Option<u64> {
    let mut fields = stat.rsplit_once(')')?.1.split_ascii_whitespace().skip(11);
    let mut next = || fields.next()?.parse::<u64>().ok();
    Some(next()? + next()?)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn user_and_kernel_time_are_added_whatever_the_program_is_called() {
        let stat = "7 (a ) b) S 1 7 7 0 -1 4194304 100 0 0 0 31 11 0 0 20 0 5 0 100";
        assert_eq!(ticks(stat), Some(42));
    }
}
