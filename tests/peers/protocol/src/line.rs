use core::fmt;
use core::str::FromStr;
use core::time::Duration;

/// One slice of work to be done: `access 400`.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Request {
    /// What: one of the names in [`work`](crate::work).
    pub work: String,
    /// How often.
    pub operations: u32,
}

/// How long a slice of work took: `29870000 29610000`, in nanoseconds.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Slice {
    /// By the wall.
    pub wall: Duration,
    /// Of the processor, in user and kernel mode, over all threads.
    pub cpu: Duration,
}

/// A line is not one of the protocol.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct BadLine(String);

impl fmt::Display for BadLine {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "`{}` is no line of the protocol: two words were expected", self.0)
    }
}

impl core::error::Error for BadLine {}

impl fmt::Display for Request {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "{} {}", self.work, self.operations)
    }
}

impl FromStr for Request {
    type Err = BadLine;

    fn from_str(line: &str) -> Result<Self, BadLine> {
        let bad = || BadLine(line.to_owned());
        let (work, operations) = line.split_once(' ').ok_or_else(bad)?;
        let operations = operations.parse().map_err(|_| bad())?;
        Ok(Self { work: work.to_owned(), operations })
    }
}

impl fmt::Display for Slice {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "{} {}", self.wall.as_nanos(), self.cpu.as_nanos())
    }
}

impl FromStr for Slice {
    type Err = BadLine;

    fn from_str(line: &str) -> Result<Self, BadLine> {
        let bad = || BadLine(line.to_owned());
        let nanos = |word: &str| word.parse().map(Duration::from_nanos).map_err(|_| bad());
        let (wall, cpu) = line.split_once(' ').ok_or_else(bad)?;
        Ok(Self { wall: nanos(wall)?, cpu: nanos(cpu)? })
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn what_is_written_is_read() {
        let request = Request { work: "access".to_owned(), operations: 400 };
        assert_eq!(request.to_string().parse(), Ok(request));
        let slice = Slice { wall: Duration::from_nanos(17), cpu: Duration::from_secs(2) };
        assert_eq!(slice.to_string().parse(), Ok(slice));
    }

    #[test]
    fn other_lines_are_refused_by_their_text() {
        for line in ["", "access", "access many", "access -1", "access 1 2"] {
            assert_eq!(line.parse::<Request>(), Err(BadLine(line.to_owned())));
        }
        assert!("1.5 2".parse::<Slice>().is_err());
    }
}
