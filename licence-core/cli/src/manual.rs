//! Shell completions and man pages, made from the same description as the help, so that they tell
//! the same.

use std::path::PathBuf;

use clap::Command;
use clap_complete::Shell;
use clap_mangen::Man;

use crate::failure::Failure;

/// What a shell reads to complete a command's words.
#[must_use]
pub fn completions(mut command: Command, shell: Shell) -> Vec<u8> {
    let name = command.get_name().to_owned();
    let mut script = Vec::new();
    clap_complete::generate(shell, &mut command, name, &mut script);
    script
}

/// A man page and the name of its file.
#[derive(Clone, Debug)]
pub struct ManPage {
    /// Such as `licence-issuer-owner-add.1`.
    pub name: PathBuf,
    /// The page, as `man` reads it.
    pub roff: Vec<u8>,
}

/// A page for the command, the first, and one for each of its subcommands at any depth.
///
/// # Errors
/// If a page cannot be written, which memory is too small for.
pub fn man_pages(mut command: Command) -> Result<Vec<ManPage>, Failure> {
    command.build();
    let mut pages = Vec::new();
    add_pages(&command, &mut pages)?;
    Ok(pages)
}

fn add_pages(command: &Command, pages: &mut Vec<ManPage>) -> Result<(), Failure> {
    let name = command.get_display_name().unwrap_or_else(|| command.get_name());
    let mut roff = Vec::new();
    Man::new(command.clone())
        .render(&mut roff)
        .map_err(|error| Failure::usage(format!("the page `{name}` cannot be made: {error}")))?;
    pages.push(ManPage { name: format!("{name}.1").into(), roff });
    command
        .get_subcommands()
        .filter(|subcommand| !subcommand.is_hide_set() && subcommand.get_name() != "help")
        .try_for_each(|subcommand| add_pages(subcommand, pages))
}

#[cfg(test)]
mod tests {
    use clap::Command;
    use clap_complete::Shell;

    use super::{completions, man_pages};

    fn sample() -> Command {
        Command::new("tool").subcommand(Command::new("owner").subcommand(Command::new("add")))
    }

    #[test]
    fn every_shell_learns_every_verb() {
        for shell in [Shell::Bash, Shell::Zsh, Shell::Fish, Shell::PowerShell, Shell::Elvish] {
            let script = String::from_utf8(completions(sample(), shell)).unwrap();
            assert!(script.contains("owner") && script.contains("add"), "{shell}");
        }
    }

    #[test]
    fn every_verb_has_a_page() {
        let pages = man_pages(sample()).unwrap();
        let names: Vec<_> = pages.iter().map(|page| page.name.to_str().unwrap()).collect();
        assert_eq!(names, ["tool.1", "tool-owner.1", "tool-owner-add.1"]);
        assert!(pages.iter().all(|page| page.roff.starts_with(b".ie") || !page.roff.is_empty()));
    }
}
