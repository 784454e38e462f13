//! What the system tells of a process.

use std::fs;
use std::path::PathBuf;

use crate::failure::Failure;

/// A process that runs.
#[derive(Clone, Copy)]
pub(super) struct Process(u32);

impl Process {
    pub(super) const fn of(pid: u32) -> Self {
        Self(pid)
    }

    pub(super) const fn pid(self) -> u32 {
        self.0
    }

    /// Bytes of memory that it has now.
    pub(super) fn resident_bytes(self) -> Result<u64, Failure> {
        self.kilobytes("status", "VmRSS:")
    }

    /// Bytes of memory that it had at most.
    pub(super) fn resident_bytes_max(self) -> Result<u64, Failure> {
        self.kilobytes("status", "VmHWM:")
    }

    /// How often it has written to files so far.
    pub(super) fn writes(self) -> Result<u64, Failure> {
        self.number("io", "syscw:")
    }

    fn kilobytes(self, file: &str, name: &str) -> Result<u64, Failure> {
        Ok(self.number(file, name)? * 1024)
    }

    fn number(self, file: &str, name: &str) -> Result<u64, Failure> {
        let path = PathBuf::from(format!("/proc/{}/{file}", self.0));
        let text = fs::read_to_string(&path).map_err(Failure::file("read", &path))?;
        number(&text, name).ok_or(Failure::UnexpectedOutput { tool: "/proc", output: text })
    }
}

fn number(text: &str, name: &str) -> Option<u64> {
    let value = text.lines().find_map(|line| line.strip_prefix(name))?;
    value.split_ascii_whitespace().next()?.parse().ok()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_number_is_found_by_its_name() {
        let status = "VmPeak:\t  900 kB\nVmRSS:\t  512 kB\n";
        assert_eq!(number(status, "VmRSS:"), Some(512));
        assert_eq!(number(status, "VmHWM:"), None);
    }
}
