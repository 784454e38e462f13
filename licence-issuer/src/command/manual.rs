//! `completions` and `man`: the command line described for shells and for `man`.

use clap::CommandFactory as _;
use licence_cli::files::{self, Access};
use licence_cli::{Facts, Failure, Format, manual, output};

use crate::cli::{Cli, CompletionsArgs, ManArgs};

pub(super) fn completions(args: &CompletionsArgs) -> Result<(), Failure> {
    output::print_bytes(&manual::completions(Cli::command(), args.shell))
}

pub(super) fn man(args: &ManArgs, format: Format) -> Result<(), Failure> {
    let pages = manual::man_pages(Cli::command())?;
    let Some(folder) = &args.out else {
        return pages.first().map_or(Ok(()), |page| output::print_bytes(&page.roff));
    };
    files::create_folder(folder)?;
    for page in &pages {
        files::replace(&folder.join(&page.name), &page.roff, Access::Shared)?;
    }
    format.print(&Facts::new().with_text("folder", folder.display()).with("pages", pages.len()))
}
