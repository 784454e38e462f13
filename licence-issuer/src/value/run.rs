//! `--signer COMMAND` and how long it may take.

use std::process::Command;
use std::str::FromStr;
use std::time::Duration;

/// A program and its arguments, taken apart by a shell's rules for quotes and run without a shell:
/// variables, pipes and wildcards mean nothing here.
#[derive(Clone, Debug, Eq, PartialEq)]
pub(crate) struct CommandArg {
    program: String,
    arguments: Vec<String>,
}

impl CommandArg {
    pub(crate) fn command(&self) -> Command {
        let mut command = Command::new(&self.program);
        command.args(&self.arguments);
        command
    }

    /// What messages call it.
    pub(crate) fn program(&self) -> &str {
        &self.program
    }
}

impl FromStr for CommandArg {
    type Err = &'static str;

    fn from_str(typed: &str) -> Result<Self, Self::Err> {
        let mut words = shlex::split(typed).ok_or("a quote is not closed")?.into_iter();
        let program = words.next().filter(|program| !program.is_empty());
        let program = program.ok_or("a program is needed, and its arguments")?;
        Ok(Self { program, arguments: words.collect() })
    }
}

/// Seconds from 1 to an hour.
#[derive(Clone, Copy, Debug, Eq, PartialEq)]
pub(crate) struct SignerSecs(u64);

/// Someone may have to find the card first.
impl Default for SignerSecs {
    fn default() -> Self {
        Self(120)
    }
}

impl SignerSecs {
    pub(crate) fn duration(self) -> Duration {
        Duration::from_secs(self.0)
    }
}

impl FromStr for SignerSecs {
    type Err = &'static str;

    fn from_str(typed: &str) -> Result<Self, Self::Err> {
        let secs = typed.parse().ok().filter(|secs| (1..=3600).contains(secs));
        secs.map(Self).ok_or("a number of seconds from 1 to 3600 is needed")
    }
}

#[cfg(test)]
mod tests {
    use super::{CommandArg, SignerSecs};

    #[test]
    fn quotes_keep_words_together_and_no_shell_is_meant() {
        let arg: CommandArg = "hsm-sign --label 'my key' \"$HOME\" | x".parse().unwrap();
        assert_eq!(arg.program, "hsm-sign");
        assert_eq!(arg.arguments, ["--label", "my key", "$HOME", "|", "x"]);
        for typed in ["", "  ", "'", "''"] {
            assert!(typed.parse::<CommandArg>().is_err(), "{typed:?}");
        }
    }

    #[test]
    fn a_signer_has_up_to_an_hour() {
        assert_eq!("3600".parse(), Ok(SignerSecs(3600)));
        for typed in ["0", "3601", "-1", "x"] {
            assert!(typed.parse::<SignerSecs>().is_err(), "{typed}");
        }
    }
}
