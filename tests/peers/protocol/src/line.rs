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

/// Requests at a steady rate, whether or not the ones before were answered: `me 4000/s 3000`.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Paced {
    /// What: one of the names in [`work`](crate::work).
    pub work: String,
    /// How many in a second.
    pub per_sec: u32,
    /// For how long, in milliseconds.
    pub millis: u32,
}

/// How long answers took, each from when its request was due: `12000 81000 2300000 9100000`, a count
/// and nanoseconds.
///
/// A request that waits for a connection waits because of those before it, so the wait counts.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Latencies {
    /// How many were measured.
    pub answers: u32,
    /// Half of them took no longer.
    pub median: Duration,
    /// 99 of a hundred took no longer.
    pub p99: Duration,
    /// None took longer.
    pub max: Duration,
}

impl Latencies {
    /// Of what was measured, in any order; `None` of nothing.
    #[must_use]
    pub fn of(mut measured: Vec<Duration>) -> Option<Self> {
        measured.sort_unstable();
        // The nearest rank: the least value that so many of a hundred do not exceed.
        let rank = |percent: usize| measured.get((measured.len() * percent).div_ceil(100) - 1);
        let max = *measured.last()?;
        let answers = u32::try_from(measured.len()).ok()?;
        Some(Self { answers, median: *rank(50)?, p99: *rank(99)?, max })
    }
}

/// A line is not one of the protocol.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct BadLine(String);

impl fmt::Display for BadLine {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "`{}` is no line of the protocol", self.0)
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

impl fmt::Display for Paced {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "{} {}/s {}", self.work, self.per_sec, self.millis)
    }
}

impl FromStr for Paced {
    type Err = BadLine;

    fn from_str(line: &str) -> Result<Self, BadLine> {
        let bad = || BadLine(line.to_owned());
        let (work, rest) = line.split_once(' ').ok_or_else(bad)?;
        let (per_sec, millis) = rest.split_once("/s ").ok_or_else(bad)?;
        let number = |word: &str| word.parse().map_err(|_| bad());
        Ok(Self { work: work.to_owned(), per_sec: number(per_sec)?, millis: number(millis)? })
    }
}

impl fmt::Display for Latencies {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let [median, p99, max] = [self.median, self.p99, self.max].map(|time| time.as_nanos());
        write!(f, "{} {median} {p99} {max}", self.answers)
    }
}

impl FromStr for Latencies {
    type Err = BadLine;

    fn from_str(line: &str) -> Result<Self, BadLine> {
        let bad = || BadLine(line.to_owned());
        let words: Vec<_> = line.split(' ').collect();
        let [answers, median, p99, max] = words.as_slice() else { return Err(bad()) };
        let nanos = |word: &str| word.parse().map(Duration::from_nanos).map_err(|_| bad());
        Ok(Self {
            answers: answers.parse().map_err(|_| bad())?,
            median: nanos(median)?,
            p99: nanos(p99)?,
            max: nanos(max)?,
        })
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
        let paced = Paced { work: "me".to_owned(), per_sec: 4000, millis: 3000 };
        assert_eq!(paced.to_string().parse(), Ok(paced));
        let latencies = Latencies::of((1..=200).map(Duration::from_micros).collect()).unwrap();
        assert_eq!(latencies.to_string().parse(), Ok(latencies));
    }

    #[test]
    fn of_two_hundred_answers_two_may_take_longer_than_the_99th_of_a_hundred() {
        let latencies = Latencies::of((1..=200).rev().map(Duration::from_micros).collect());
        let Latencies { answers, median, p99, max } = latencies.unwrap();
        assert_eq!(answers, 200);
        assert_eq!([median, p99, max], [100, 198, 200].map(Duration::from_micros));
        assert_eq!(Latencies::of(Vec::new()), None);
    }

    #[test]
    fn other_lines_are_refused_by_their_text() {
        for line in ["", "access", "access many", "access -1", "access 1 2"] {
            assert_eq!(line.parse::<Request>(), Err(BadLine(line.to_owned())));
        }
        assert!("1.5 2".parse::<Slice>().is_err());
        assert!("me 4000 3000".parse::<Paced>().is_err());
        assert!("1 2 3".parse::<Latencies>().is_err());
    }
}
