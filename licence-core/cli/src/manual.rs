//! Shell completions and man pages, made from the same description as the help, so that they tell
//! the same.

use std::path::PathBuf;

use clap::{Args, Command};
use clap_complete::Shell;
use clap_mangen::Man;

use crate::facts::Facts;
use crate::failure::Failure;
use crate::files::{self, Access};
use crate::output::{self, Format};

/// What can be typed after `completions`.
#[derive(Args, Debug)]
pub struct CompletionsArgs {
    /// Whose completions
    #[arg(value_name = "SHELL")]
    shell: Shell,
}

impl CompletionsArgs {
    /// Prints what that shell reads to complete a tool's words.
    ///
    /// # Errors
    /// If standard output takes no more.
    pub fn print(&self, tool: Command) -> Result<(), Failure> {
        output::print_bytes(&completions(tool, self.shell))
    }
}

/// What can be typed after `man`.
#[derive(Args, Debug)]
pub struct ManArgs {
    /// Write the pages of all commands into this folder, which is made if it is missing
    #[arg(long, value_name = "DIR")]
    out: Option<PathBuf>,
}

impl ManArgs {
    /// Prints a tool's own page, or writes it and those of its commands into the folder.
    ///
    /// # Errors
    /// If a page cannot be made or written.
    pub fn write(&self, tool: Command, format: Format) -> Result<(), Failure> {
        let pages = man_pages(tool)?;
        let Some(folder) = &self.out else {
            return pages.first().map_or(Ok(()), |page| output::print_bytes(&page.roff));
        };
        files::create_folder(folder)?;
        for page in &pages {
            files::replace(&folder.join(&page.name), &page.roff, Access::Shared)?;
        }
        format.print(&Facts::new().with_text("folder", folder.display()).with("pages", pages.len()))
    }
}

/// What a shell reads to complete a command's words.
fn completions(mut command: Command, shell: Shell) -> Vec<u8> {
    let name = command.get_name().to_owned();
    let mut script = Vec::new();
    clap_complete::generate(shell, &mut command, name, &mut script);
    script
}

/// A man page and the name of its file, such as `licence-issuer-owner-add.1`.
struct ManPage {
    name: PathBuf,
    roff: Vec<u8>,
}

/// A page for the command, the first, and one for each of its subcommands at any depth.
fn man_pages(mut command: Command) -> Result<Vec<ManPage>, Failure> {
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
