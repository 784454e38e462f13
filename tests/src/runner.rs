//! Runs the vectors against an implementation of the verifier and names every difference.

use std::collections::BTreeSet;
use std::fmt::Write as _;

use crate::vectors::{Subject, Vector, Verdict};

/// Something that verifies: the core, a command-line tool, a server, a browser, another language.
pub trait Implementation {
    /// Its name, for messages.
    fn name(&self) -> &str;

    /// Whether a vector asks for something that it does. What it covers is a rule over kinds and
    /// policies, never a list of vectors: a vector it fails cannot be waved through.
    fn covers(&self, vector: &Vector) -> bool {
        let _ = vector;
        true
    }

    /// What it says of a vector's input. It is not told the expectation.
    fn verify(&mut self, vector: &Vector) -> Verdict;
}

/// How a run went.
#[derive(Debug, Default)]
pub struct Report {
    /// Vectors that were run.
    pub run: usize,
    /// Vectors that ask for what the implementation does not do.
    pub not_covered: usize,
    differences: String,
}

impl Report {
    /// Fails with everything that was not as expected.
    #[track_caller]
    pub fn assert_agrees(&self) {
        assert!(self.differences.is_empty(), "{}", self.differences);
        assert!(self.run > 0, "no vector was run");
    }

    fn note(&mut self, name: &str, expected: &Verdict, got: &Verdict) {
        let kind = match (expected, got) {
            (Verdict::Ok(_), Verdict::Refused { .. }) => "unexpected refusal",
            (Verdict::Refused { .. }, Verdict::Ok(_)) => "UNEXPECTED SUCCESS",
            (Verdict::Ok(_), Verdict::Ok(_)) => "other facts",
            (Verdict::Refused { .. }, Verdict::Refused { .. }) => "another refusal",
        };
        let line = format!("{kind} of {name}: expected {expected:?}, got {got:?}\n");
        self.differences.write_str(&line).unwrap();
    }
}

/// Runs every vector that the implementation covers.
pub fn run(implementation: &mut dyn Implementation, subjects: &[Subject]) -> Report {
    let mut report = Report::default();
    let mut names = BTreeSet::new();
    for (subject, vector) in each(subjects) {
        let name = format!("{}: {subject}/{}", implementation.name(), vector.name);
        assert!(names.insert(name.clone()), "{name} stands twice in the list");
        if !implementation.covers(vector) {
            report.not_covered += 1;
            continue;
        }
        report.run += 1;
        let got = implementation.verify(vector);
        if got != vector.expect {
            report.note(&name, &vector.expect, &got);
        }
    }
    report
}

/// Every vector with its subject.
pub fn each(subjects: &[Subject]) -> impl Iterator<Item = (&str, &Vector)> {
    subjects
        .iter()
        .flat_map(|subject| subject.vectors.iter().map(|vector| (subject.subject.as_str(), vector)))
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::vectors::{Facts, generate};
    use licence_core::{Code, Part};

    /// Says the same of everything.
    struct Stubborn(Verdict);

    impl Implementation for Stubborn {
        fn name(&self) -> &'static str {
            "stubborn"
        }

        fn verify(&mut self, _: &Vector) -> Verdict {
            self.0.clone()
        }
    }

    fn differences(verdict: Verdict) -> String {
        run(&mut Stubborn(verdict), &generate()).differences
    }

    #[test]
    fn what_accepts_everything_is_caught_at_every_refusal() {
        let differences = differences(Verdict::Ok(Facts::revocations(7)));
        let vectors = generate();
        let refused =
            each(&vectors).filter(|(_, v)| matches!(v.expect, Verdict::Refused { .. })).count();
        assert_eq!(differences.matches("UNEXPECTED SUCCESS").count(), refused);
    }

    #[test]
    fn what_refuses_everything_is_caught_at_every_acceptance() {
        let differences = differences(Verdict::refused(Part::Licence, Code::Malformed));
        let vectors = generate();
        let accepted = each(&vectors).filter(|(_, v)| matches!(v.expect, Verdict::Ok(_))).count();
        assert_eq!(differences.matches("unexpected refusal").count(), accepted);
        assert!(differences.contains("another refusal"));
    }
}
