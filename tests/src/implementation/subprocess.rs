use std::io::{BufRead as _, BufReader, Write as _};
use std::process::{Child, ChildStdin, ChildStdout, Command, Stdio};

use serde::Deserialize;

use crate::runner::Implementation;
use crate::vectors::{Vector, Verdict};

/// A program that answers each line with one: a vector without its expectation comes in as JSON,
/// `{"name":…,"verdict":…}` goes out.
///
/// The name comes back so that an answer which is one line late cannot pass for the right one.
pub struct Subprocess {
    name: String,
    child: Child,
    questions: ChildStdin,
    answers: BufReader<ChildStdout>,
    covers: fn(&Vector) -> bool,
}

#[derive(Deserialize)]
struct Answer {
    name: String,
    verdict: Verdict,
}

impl Subprocess {
    /// Starts the program.
    #[must_use]
    pub fn start(name: &str, command: &mut Command, covers: fn(&Vector) -> bool) -> Self {
        let mut child = command
            .stdin(Stdio::piped())
            .stdout(Stdio::piped())
            .spawn()
            .unwrap_or_else(|error| panic!("{name}: {command:?} does not start: {error}"));
        let questions = child.stdin.take().unwrap();
        let answers = BufReader::new(child.stdout.take().unwrap());
        Self { name: name.to_owned(), child, questions, answers, covers }
    }

    /// Ends it, which it must do by itself and in good order once nothing more is asked.
    pub fn finish(self) {
        let Self { name, mut child, questions, mut answers, .. } = self;
        drop(questions);
        let mut rest = String::new();
        answers.read_line(&mut rest).unwrap();
        assert!(rest.is_empty(), "{name} answered what it was not asked: {rest}");
        let status = child.wait().unwrap();
        assert!(status.success(), "{name} ended with {status}");
    }
}

impl Implementation for Subprocess {
    fn name(&self) -> &str {
        &self.name
    }

    fn covers(&self, vector: &Vector) -> bool {
        (self.covers)(vector)
    }

    fn verify(&mut self, vector: &Vector) -> Verdict {
        let mut question = serde_json::to_value(vector).unwrap();
        question.as_object_mut().unwrap().remove("expect");
        writeln!(self.questions, "{question}").unwrap();
        let mut line = String::new();
        self.answers.read_line(&mut line).unwrap();
        let answer: Answer = serde_json::from_str(&line)
            .unwrap_or_else(|error| panic!("{} on {}: {error}: {line}", self.name, vector.name));
        assert_eq!(answer.name, vector.name, "{} answered another question", self.name);
        answer.verdict
    }
}
