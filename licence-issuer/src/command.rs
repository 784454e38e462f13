//! One file per verb: from what was typed to what is meant, and then done.

mod audit_check;
mod backup;
mod checksums;
mod delegate;
mod evidence;
mod export;
mod import;
mod init;
mod inspect;
mod issue;
mod keygen;
mod ledger;
mod list;
mod owner;
mod renew;
mod revocations;
mod revoke;
mod show;
mod usage;
mod verify;

use clap::CommandFactory as _;
use licence_cli::Failure;

use crate::cli::{Cli, Verb};
use crate::vendor_dir::VendorDir;

/// Does what was typed.
pub(crate) fn run(typed: &Cli) -> Result<(), Failure> {
    let format = typed.format();
    let vendor_dir = || VendorDir::find(typed.vendor_dir.as_deref());
    match &typed.verb {
        Verb::Init(args) => init::run(args, format),
        Verb::Keygen(args) => keygen::run(args, format),
        Verb::Delegate(args) => delegate::run(args, &vendor_dir()?, format),
        Verb::Owner(verb) => owner::run(verb, &vendor_dir()?, format),
        Verb::Issue(args) => issue::run(args, &vendor_dir()?, format),
        Verb::Renew(args) => renew::run(args, &vendor_dir()?, format),
        Verb::Import(args) => import::run(args, &vendor_dir()?, format),
        Verb::Revoke(args) => revoke::run(args, &vendor_dir()?, format),
        Verb::Revocations(args) => revocations::run(args, &vendor_dir()?, format),
        Verb::List(args) => list::run(args, &vendor_dir()?, format),
        Verb::Show(args) => show::run(args, &vendor_dir()?, format),
        Verb::Export(args) => export::run(args, &vendor_dir()?, format),
        Verb::Evidence(args) => evidence::run(args, &vendor_dir()?, format),
        Verb::Ledger(verb) => ledger::run(verb, &vendor_dir()?, format),
        Verb::Backup(args) => backup::run(args, &vendor_dir()?, format),
        Verb::Inspect(args) => inspect::run(args, format),
        Verb::Verify(args) => verify::run(args, format),
        Verb::Usage(verb) => usage::run(verb, typed.vendor_dir.as_deref(), format),
        Verb::AuditCheck(args) => audit_check::run(args, typed.vendor_dir.as_deref(), format),
        Verb::Checksums(args) => checksums::run(args, format),
        Verb::Completions(args) => args.print(Cli::command()),
        Verb::Man(args) => args.write(Cli::command(), format),
    }
}
