use core::error::Error;
use core::hint::black_box;
use core::time::Duration;
use std::io::{self, Write as _};

use rustix::time::{ClockId, clock_gettime};

use crate::line::{Request, Slice};

type Failure = Box<dyn Error>;

/// A contender: its works by name.
#[derive(Default)]
pub struct Contender<'w> {
    works: Vec<Work<'w>>,
}

struct Work<'w> {
    name: &'static str,
    /// The loop is inside, so that what it repeats is a call that the compiler sees through.
    repeat: Box<dyn Fn(u32) -> Result<(), Failure> + 'w>,
}

impl<'w> Contender<'w> {
    /// Adds a work, of which `once` does one operation.
    #[must_use]
    pub fn with<T, E: Into<Failure>>(
        mut self,
        name: &'static str,
        once: impl Fn() -> Result<T, E> + 'w,
    ) -> Self {
        let repeat = move |operations| {
            for _ in 0..operations {
                black_box(once().map_err(Into::into)?);
            }
            Ok(())
        };
        self.works.push(Work { name, repeat: Box::new(repeat) });
        self
    }

    /// Does what standard input asks for until it ends.
    ///
    /// # Errors
    /// The first operation that fails: a contender that refuses what it should verify is out. And a
    /// line that is none of the protocol.
    pub fn serve(&self) -> Result<(), Failure> {
        for line in io::stdin().lines() {
            let slice = self.answer(&line?.parse()?)?;
            writeln!(io::stdout(), "{slice}")?;
        }
        Ok(())
    }

    fn answer(&self, request: &Request) -> Result<Slice, Failure> {
        let work = self.works.iter().find(|work| work.name == request.work);
        let work = work.ok_or_else(|| format!("`{}` is no work of this peer", request.work))?;
        let (wall, cpu) = (read(ClockId::Monotonic)?, read(ClockId::ProcessCPUTime)?);
        (work.repeat)(request.operations)?;
        let elapsed = |since, clock| Ok::<_, Failure>(read(clock)?.saturating_sub(since));
        Ok(Slice {
            cpu: elapsed(cpu, ClockId::ProcessCPUTime)?,
            wall: elapsed(wall, ClockId::Monotonic)?,
        })
    }
}

fn read(clock: ClockId) -> Result<Duration, Failure> {
    Ok(clock_gettime(clock).try_into()?)
}

#[cfg(test)]
mod tests {
    use super::*;
    use core::cell::Cell;

    fn ask(contender: &Contender<'_>, line: &str) -> Result<Slice, Failure> {
        contender.answer(&line.parse()?)
    }

    #[test]
    fn a_work_is_done_as_often_as_it_is_asked_for() {
        let count = Cell::new(0);
        let contender = Contender::default().with("count", || {
            count.set(count.get() + 1);
            Ok::<_, Failure>(())
        });
        ask(&contender, "count 3").unwrap();
        assert_eq!(count.get(), 3);
        assert_eq!(
            ask(&contender, "other 3").unwrap_err().to_string(),
            "`other` is no work of this peer"
        );
    }

    #[test]
    fn a_failed_operation_is_no_measurement() {
        let contender = Contender::default().with("fail", || Err::<(), _>("refused"));
        assert_eq!(ask(&contender, "fail 1").unwrap_err().to_string(), "refused");
    }
}
