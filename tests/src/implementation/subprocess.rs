use serde::Deserialize;

use crate::json_lines::JsonLines;
use crate::runner::Implementation;
use crate::vectors::{Vector, Verdict};

/// A verifier in another process: a vector without its expectation goes in, `{"name":…,"verdict":…}`
/// comes out.
///
/// The name comes back so that an answer which is one line late cannot pass for the right one.
pub struct Subprocess {
    program: JsonLines,
    covers: fn(&Vector) -> bool,
}

#[derive(Deserialize)]
struct Answer {
    name: String,
    verdict: Verdict,
}

impl Subprocess {
    /// A program that is running, and what it verifies.
    #[must_use]
    pub const fn new(program: JsonLines, covers: fn(&Vector) -> bool) -> Self {
        Self { program, covers }
    }

    /// Ends it, in good order.
    pub fn finish(self) {
        self.program.finish();
    }
}

impl Implementation for Subprocess {
    fn name(&self) -> &str {
        self.program.name()
    }

    fn covers(&self, vector: &Vector) -> bool {
        (self.covers)(vector)
    }

    fn verify(&mut self, vector: &Vector) -> Verdict {
        let mut question = serde_json::to_value(vector).unwrap();
        question.as_object_mut().unwrap().remove("expect");
        let answer: Answer = self.program.ask(&question);
        assert_eq!(answer.name, vector.name, "{} answered another question", self.name());
        answer.verdict
    }
}
