//! From what was written to the values of settings; whatever is wrong is found at once.

use std::fmt;
use std::ops::Range;

use licence_cli::nearest::nearest;
use thiserror::Error;
use toml::Spanned;
use toml::de::{DeTable, DeValue};

use super::setting::Setting;
use super::variables::Variables;

/// Faults that are told at most: whoever made more has given the wrong file.
const FAULTS_MAX: usize = 32;

/// Characters of a wrong value that are repeated.
const SHOWN_CHARS_MAX: usize = 60;

/// Where a value comes from.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Whence {
    /// Nobody set it.
    Default,
    /// A line of the file, counted from 1.
    Line(usize),
    /// A variable of the environment.
    Variable(String),
}

impl fmt::Display for Whence {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::Default => f.write_str("default"),
            Self::Line(line) => write!(f, "line {line}"),
            Self::Variable(name) => f.write_str(name),
        }
    }
}

/// One thing that is wrong.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Fault {
    /// Where it stands.
    pub at: Whence,
    /// What is wrong there, and what would be right.
    pub what: String,
}

impl fmt::Display for Fault {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "{}: {}", self.at, self.what)
    }
}

/// The configuration is not right.
#[derive(Clone, Debug, Error, PartialEq, Eq)]
pub struct NotSettings {
    /// Everything that is wrong, in the order of the file, then of the variables.
    pub faults: Vec<Fault>,
}

impl fmt::Display for NotSettings {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let faults: Vec<String> = self.faults.iter().map(Fault::to_string).collect();
        f.write_str(&faults.join("; "))
    }
}

/// A value that is in force.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Shown {
    /// The setting.
    pub name: &'static str,
    /// As the file writes it; empty where nothing is set.
    pub value: String,
    /// Where it comes from.
    pub whence: Whence,
}

impl Shown {
    /// Whether somebody set it.
    #[must_use]
    pub fn is_set(&self) -> bool {
        self.whence != Whence::Default
    }
}

/// A file and an environment while settings are taken out of them.
pub(super) struct Reading<'t> {
    text: &'t str,
    table: DeTable<'t>,
    variables: &'t Variables,
    faults: Vec<(usize, Fault)>,
    shown: Vec<Shown>,
}

impl<'t> Reading<'t> {
    /// Begins with the text of a file.
    ///
    /// # Errors
    /// Where it is not TOML: what its settings were to be cannot be told then.
    pub(super) fn new(text: &'t str, variables: &'t Variables) -> Result<Self, NotSettings> {
        let (table, errors) = DeTable::parse_recoverable(text);
        let mut reading = Self {
            text,
            table: table.into_inner(),
            variables,
            faults: Vec::new(),
            shown: Vec::new(),
        };
        for error in errors {
            // The message alone: the error's whole text draws the line below it.
            let what = error.message().lines().collect::<Vec<_>>().join(", ");
            reading.fault_in_file(error.span().map_or(0, |span| span.start), what);
        }
        // What follows the first fault of a line follows from it.
        reading.faults.dedup_by(|(_, next), (_, first)| next.at == first.at);
        if reading.faults.is_empty() { Ok(reading) } else { Err(reading.faults()) }
    }

    /// Takes a setting: from its variable, else from the file, else its default.
    pub(super) fn take<T: Setting>(&mut self, name: &'static str, default: T) -> T {
        let written = self.table.remove(name);
        let variables = self.variables;
        let found = match variables.find(name) {
            Some((variable, text)) => self.of_variable(name, variable, text),
            None => written.and_then(|value| self.of_file(name, &value)),
        };
        let (value, whence) = found.unwrap_or((default, Whence::Default));
        self.shown.push(Shown { name, value: value.to_toml(), whence });
        value
    }

    fn of_variable<T: Setting>(
        &mut self,
        name: &str,
        variable: &str,
        text: &str,
    ) -> Option<(T, Whence)> {
        let whence = Whence::Variable(variable.to_owned());
        if let Some(value) = T::of_text(text) {
            return Some((value, whence));
        }
        self.fault(usize::MAX, whence, refused::<T>(name, text));
        None
    }

    fn of_file<T: Setting>(
        &mut self,
        name: &str,
        value: &Spanned<DeValue<'_>>,
    ) -> Option<(T, Whence)> {
        let span = value.span();
        if let Some(read) = T::of_toml(value.get_ref()) {
            return Some((read, Whence::Line(self.line(span.start))));
        }
        let what = refused::<T>(name, self.text.get(Range::clone(&span)).unwrap_or_default());
        self.fault_in_file(span.start, what);
        None
    }

    /// Finds what two settings together get wrong; told where the first of them was set.
    pub(super) fn check(&mut self, is_right: bool, name: &str, what: &str) {
        if is_right {
            return;
        }
        let whence = self.shown.iter().find(|shown| shown.name == name);
        let whence = whence.map_or(Whence::Default, |shown| shown.whence.clone());
        self.fault(usize::MAX, whence, what.to_owned());
    }

    /// Ends with what was not taken, which nobody knows.
    pub(super) fn finish(mut self) -> Result<Vec<Shown>, NotSettings> {
        let known: Vec<&str> = self.shown.iter().map(|shown| shown.name).collect();
        for (key, _) in std::mem::take(&mut self.table) {
            let what = unknown(key.get_ref(), nearest(key.get_ref(), known.iter().copied()));
            self.fault_in_file(key.span().start, what);
        }
        for (variable, name) in self.variables.unknown(&known) {
            let meant = nearest(&name, known.iter().copied()).map(Variables::name_of);
            let what = unknown(variable, meant.as_deref());
            self.fault(usize::MAX, Whence::Variable(variable.to_owned()), what);
        }
        if self.faults.is_empty() {
            return Ok(self.shown);
        }
        Err(self.faults())
    }

    fn faults(mut self) -> NotSettings {
        self.faults.sort_by_key(|(position, _)| *position);
        let faults = self.faults.into_iter().map(|(_, fault)| fault).take(FAULTS_MAX);
        NotSettings { faults: faults.collect() }
    }

    fn fault_in_file(&mut self, position: usize, what: String) {
        let line = self.line(position);
        self.fault(position, Whence::Line(line), what);
    }

    fn fault(&mut self, position: usize, at: Whence, what: String) {
        self.faults.push((position, Fault { at, what }));
    }

    fn line(&self, position: usize) -> usize {
        self.text.bytes().take(position).filter(|byte| *byte == b'\n').count() + 1
    }
}

fn refused<T: Setting>(name: &str, written: &str) -> String {
    let line = written.lines().next().unwrap_or_default();
    let shown: String = line.chars().take(SHOWN_CHARS_MAX).collect();
    format!("`{name}` cannot be `{shown}`: give {}", T::expected())
}

fn unknown(name: &str, meant: Option<&str>) -> String {
    let shown: String = name.chars().take(SHOWN_CHARS_MAX).collect();
    match meant {
        Some(meant) => format!("`{shown}` is no setting: did you mean `{meant}`?"),
        None => {
            format!("`{shown}` is no setting: see `licence-server config show` for all of them")
        }
    }
}
