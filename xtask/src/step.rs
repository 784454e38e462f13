//! Tasks made of steps: each is announced, measured, and listed at the end.

use std::time::Duration;

use crate::clock::Stopwatch;
use crate::failure::Failure;
use crate::table;

/// The steps taken so far.
#[derive(Default)]
pub(crate) struct Steps {
    taken: Vec<Taken>,
}

struct Taken {
    name: &'static str,
    time: Duration,
    outcome: &'static str,
}

impl Steps {
    /// Takes one step, and remembers how long it took whether or not it succeeds.
    pub(crate) fn take<T>(
        &mut self,
        name: &'static str,
        step: impl FnOnce() -> Result<T, Failure>,
    ) -> Result<T, Failure> {
        println!("\n== {name}");
        let stopwatch = Stopwatch::start();
        let result = step();
        let outcome = if result.is_ok() { "ok" } else { "FAILED" };
        self.taken.push(Taken { name, time: stopwatch.elapsed(), outcome });
        result
    }

    /// Prints how long each step took, where there was any.
    pub(crate) fn print_times(&self) {
        if self.taken.is_empty() {
            return;
        }
        let total = self.taken.iter().map(|step| step.time).sum();
        let mut rows: Vec<_> = self
            .taken
            .iter()
            .map(|step| [step.name.to_owned(), in_seconds(step.time), step.outcome.to_owned()])
            .collect();
        rows.push(["total".to_owned(), in_seconds(total), String::new()]);
        println!();
        table::print(["step", "time", "outcome"], &rows);
    }
}

fn in_seconds(time: Duration) -> String {
    format!("{:.1} s", time.as_secs_f64())
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_failed_step_is_remembered_and_its_failure_returned() {
        let mut steps = Steps::default();
        let failed = steps.take("search", || Err::<(), _>(Failure::NoTests("there".into())));
        assert!(matches!(failed, Err(Failure::NoTests(_))));
        assert_eq!(steps.taken[0].outcome, "FAILED");
    }
}
