//! A program that answers each line of JSON with one.

use std::io::{BufRead as _, BufReader, Write as _};
use std::process::{Child, ChildStdin, ChildStdout, Command, Stdio};

use serde::de::DeserializeOwned;
use serde_json::Value;

/// The program, running.
pub struct JsonLines {
    name: String,
    child: Child,
    questions: ChildStdin,
    answers: BufReader<ChildStdout>,
}

impl JsonLines {
    /// Starts it; `mend` says what to do where it cannot be started.
    #[must_use]
    pub fn start(name: &str, command: &mut Command, mend: &str) -> Self {
        let mut child = command
            .stdin(Stdio::piped())
            .stdout(Stdio::piped())
            .spawn()
            .unwrap_or_else(|error| panic!("{name} does not start ({error}): {mend}"));
        let questions = child.stdin.take().unwrap();
        let answers = BufReader::new(child.stdout.take().unwrap());
        Self { name: name.to_owned(), child, questions, answers }
    }

    /// Its name, for messages.
    #[must_use]
    pub fn name(&self) -> &str {
        &self.name
    }

    /// Asks one thing and takes the answer, which must be of the expected shape.
    pub fn ask<A: DeserializeOwned>(&mut self, question: &Value) -> A {
        // Whatever ended it has its message on standard error, above ours.
        writeln!(self.questions, "{question}")
            .unwrap_or_else(|error| panic!("{} has ended ({error})", self.name));
        let mut line = String::new();
        self.answers.read_line(&mut line).unwrap();
        serde_json::from_str(&line)
            .unwrap_or_else(|error| panic!("{} says `{line}` ({error}) to {question}", self.name))
    }

    /// Ends it, which it must do by itself and in good order once nothing more is asked.
    pub fn finish(self) {
        let Self { name, mut child, questions, mut answers } = self;
        drop(questions);
        let mut rest = String::new();
        answers.read_line(&mut rest).unwrap();
        assert!(rest.is_empty(), "{name} answered what it was not asked: {rest}");
        let status = child.wait().unwrap();
        assert!(status.success(), "{name} ended with {status}");
    }
}
