//! What can be typed after `owner`.

use clap::{Args, Subcommand};
use licence_core::{OwnerId, Text};

use crate::value::{Comments, Email, FieldArg, owner, text};

#[derive(Debug, Subcommand)]
pub(crate) enum OwnerVerb {
    /// Add someone whom licences are for
    Add(OwnerAddArgs),
    /// List all owners
    List(OwnerListArgs),
    /// Show an owner and their licences
    Show(OwnerShowArgs),
    /// Change what is noted of an owner
    Edit(OwnerEditArgs),
}

#[derive(Args, Debug)]
pub(crate) struct OwnerAddArgs {
    #[command(flatten)]
    pub(crate) contact: ContactArgs,
}

#[derive(Args, Debug)]
pub(crate) struct OwnerListArgs {
    /// Only those with this text in a name, the address, the affiliation or a field
    #[arg(long, value_name = "TEXT")]
    pub(crate) matching: Option<String>,
}

#[derive(Args, Debug)]
pub(crate) struct OwnerShowArgs {
    /// The owner, as `owner list` shows it
    #[arg(value_name = "ID", value_parser = owner)]
    pub(crate) owner: OwnerId,
}

#[derive(Args, Debug)]
pub(crate) struct OwnerEditArgs {
    /// The owner, as `owner list` shows it
    #[arg(value_name = "ID", value_parser = owner)]
    pub(crate) owner: OwnerId,

    #[command(flatten)]
    pub(crate) contact: ContactArgs,

    /// Take away what is noted: `name`, `surname`, `email`, `affiliation` or `comments`
    #[arg(long, value_name = "WHAT", value_parser = ["name", "surname", "email", "affiliation", "comments"])]
    pub(crate) clear: Vec<String>,
}

#[derive(Args, Clone, Debug)]
pub(crate) struct ContactArgs {
    /// The first name
    #[arg(long, value_name = "NAME", value_parser = text)]
    pub(crate) name: Option<Text>,

    /// The family name
    #[arg(long, value_name = "NAME", value_parser = text)]
    pub(crate) surname: Option<Text>,

    /// The e-mail address
    #[arg(long, value_name = "ADDRESS")]
    pub(crate) email: Option<Email>,

    /// The institute, as their licences name it
    #[arg(long, value_name = "NAME", value_parser = text)]
    pub(crate) affiliation: Option<Text>,

    /// Notes for yourself
    #[arg(long, value_name = "TEXT")]
    pub(crate) comments: Option<Comments>,

    /// Anything else, such as `customer_no=4711`; `customer_no=` takes it away
    #[arg(long = "field", value_name = "K=V")]
    pub(crate) fields: Vec<FieldArg>,
}
