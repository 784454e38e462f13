//! The verbs about people and their accounts.

use std::path::PathBuf;

use clap::{ArgGroup, Args, Subcommand};
use licence_cli::files::Source;
use licence_core::{Role, Text};

use super::admin::PageArgs;
use super::value::{app_role, text};

#[derive(Debug, Subcommand)]
pub(crate) enum UserVerb {
    /// Register a person
    Add(AddUserArgs),
    /// List people
    List(UserListArgs),
    /// Show a person's account
    Show(WhoArgs),
    /// Make an invitation: a code with which the person sets the first password, good for 14 days
    Invite(CodeArgs),
    /// Make a code with which the person sets a new password, good for an hour
    Reset(CodeArgs),
    /// Change a person's names, roles and marks; new roles end the person's sessions at once
    Edit(EditUserArgs),
    /// Let a person sign in no more, and end the person's sessions at once
    Disable(WhoArgs),
    /// Let a person sign in, who was disabled or who asked to be registered
    Enable(WhoArgs),
    /// Write down all that is kept of a person, as JSON
    Export(WhoArgs),
    /// Register and change people by a table: CSV with a header, one person a line
    #[command(after_help = IMPORT_HELP)]
    Import(ImportUsersArgs),
    /// Take a person's account and data away; the log keeps the id
    Erase(WhoArgs),
}

#[derive(Args, Debug)]
pub(crate) struct AddUserArgs {
    /// The name to sign in with
    #[arg(value_name = "NAME", value_parser = text)]
    pub(crate) name: Text,

    /// An e-mail address, to sign in with as well
    #[arg(long, value_name = "E", value_parser = text)]
    pub(crate) email: Option<Text>,

    /// A role on this server: `admin`
    #[arg(long = "role", value_name = "ROLE", value_parser = ["admin"])]
    pub(crate) roles: Vec<String>,

    /// A role in the application, which access tokens carry
    #[arg(long = "app-role", value_name = "R", value_parser = app_role)]
    pub(crate) app_roles: Vec<Role>,

    /// The id in an older system, which access tokens carry
    #[arg(long, value_name = "ID", value_parser = text)]
    pub(crate) ext_id: Option<Text>,

    /// For scripts: take the password from the first line of FILE (`-`: standard input) [default: the
    /// person is invited, and chooses it]
    #[arg(long, value_name = "FILE")]
    pub(crate) password_file: Option<Source>,
}

#[derive(Args, Debug)]
pub(crate) struct WhoArgs {
    /// The person: the name to sign in with, the e-mail address, or the id
    #[arg(value_name = "NAME", value_parser = text)]
    pub(crate) who: Text,
}

#[derive(Args, Debug)]
pub(crate) struct CodeArgs {
    #[command(flatten)]
    pub(crate) who: WhoArgs,

    /// Write a slip to hand out, a page for printing, with a QR code
    #[arg(long, value_name = "FILE.html")]
    pub(crate) print: Option<PathBuf>,
}

const IMPORT_HELP: &str = "\
Columns, of which `username` must be there: username, email, roles (`admin`), app_roles (parted by \
spaces), ext_id (the id in the older system), password_hash (bcrypt, Argon2, PBKDF2), enabled, \
verified. Commas or semicolons; UTF-8. An account is found by ext_id, else by username; an empty cell \
leaves what is there.";

#[derive(Args, Debug)]
pub(crate) struct ImportUsersArgs {
    /// The table (`-`: standard input)
    #[arg(value_name = "FILE.csv")]
    pub(crate) file: Source,

    /// Say what would be done, and do nothing
    #[arg(long)]
    pub(crate) dry_run: bool,

    /// Make a code for everyone in the table who has no password, and write slips to hand out; codes that
    /// were made before are good no more
    #[arg(long, value_name = "FILE.html", conflicts_with = "dry_run")]
    pub(crate) codes: Option<PathBuf>,
}

#[derive(Args, Debug)]
pub(crate) struct UserListArgs {
    /// Only those with this in their name or e-mail address
    #[arg(long, value_name = "TEXT", value_parser = text)]
    pub(crate) search: Option<Text>,

    /// Only those who may not sign in
    #[arg(long)]
    pub(crate) disabled: bool,

    /// Only those who asked to be registered
    #[arg(long)]
    pub(crate) applicants: bool,

    #[command(flatten)]
    pub(crate) page: PageArgs,
}

#[derive(Args, Debug)]
#[command(group(ArgGroup::new("edit").required(true).multiple(true).args([
    "username", "email", "no_email", "roles", "no_role", "app_roles", "no_app_role", "ext_id",
    "no_ext_id", "verified", "unverified",
])))]
pub(crate) struct EditUserArgs {
    #[command(flatten)]
    pub(crate) who: WhoArgs,

    /// Another name to sign in with
    #[arg(long, value_name = "NAME", value_parser = text)]
    pub(crate) username: Option<Text>,

    /// Another e-mail address
    #[arg(long, value_name = "E", value_parser = text)]
    pub(crate) email: Option<Text>,

    /// No e-mail address
    #[arg(long, conflicts_with = "email")]
    pub(crate) no_email: bool,

    /// The role on this server: `admin`
    #[arg(long = "role", value_name = "ROLE", value_parser = ["admin"])]
    pub(crate) roles: Vec<String>,

    /// No role on this server
    #[arg(long, conflicts_with = "roles")]
    pub(crate) no_role: bool,

    /// The roles in the application, all of them
    #[arg(long = "app-role", value_name = "R", value_parser = app_role)]
    pub(crate) app_roles: Vec<Role>,

    /// No role in the application
    #[arg(long, conflicts_with = "app_roles")]
    pub(crate) no_app_role: bool,

    /// Another id in an older system
    #[arg(long, value_name = "ID", value_parser = text)]
    pub(crate) ext_id: Option<Text>,

    /// No id in an older system
    #[arg(long, conflicts_with = "ext_id")]
    pub(crate) no_ext_id: bool,

    /// Vouch for the person
    #[arg(long)]
    pub(crate) verified: bool,

    /// Vouch no more
    #[arg(long, conflicts_with = "verified")]
    pub(crate) unverified: bool,
}
