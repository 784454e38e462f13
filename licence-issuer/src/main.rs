//! `licence-issuer`: the vendor's tool. It makes keys, signs licences, and remembers every signature.
//!
//! What was typed is in [`cli`], what it means and does in [`command`], one file per verb; below them
//! are what several verbs need. Imports go down this list only:
//!
//! * [`command`]
//! * [`issuance`], [`site`]
//! * [`certificate`], [`grant`], [`hand_out`], [`vendor_dir`]
//! * [`description`]
//! * [`books`]
//! * [`key_pair`], [`ledger`], [`order`], [`signer`], [`trust`]
//! * [`cli`], [`value`]

mod books;
mod certificate;
mod cli;
mod command;
mod description;
mod grant;
mod hand_out;
mod issuance;
mod key_pair;
mod ledger;
mod order;
mod signer;
mod site;
mod trust;
mod value;
mod vendor_dir;

use std::process::ExitCode;

fn main() -> ExitCode {
    match licence_cli::parse::<cli::Cli>() {
        Ok(typed) => licence_cli::run(typed.format(), || command::run(&typed)),
        Err(status) => status,
    }
}
