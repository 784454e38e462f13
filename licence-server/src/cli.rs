//! What can be typed. What it means is decided in [`crate::command`].

mod admin;
mod dev;
mod user;
mod value;

use std::net::SocketAddr;
use std::path::PathBuf;

use axum::http::Uri;
use clap::{ArgGroup, Args, Parser, Subcommand};
use licence_cli::Format;
use licence_cli::files::{Sink, Source};
use licence_cli::manual::{CompletionsArgs, ManArgs};
use licence_cli::passphrase::BackupPassphraseFlags;
use licence_core::{Institute, Product, Text};

use self::value::{institute, product, text};
use crate::config::{Host, Origin};

pub(crate) use self::admin::{
    AddServiceArgs, AuditListArgs, AuditVerb, ClockVerb, InstallArgs, LicenceVerb, PageArgs,
    PruneArgs, ReleaseArgs, SeatVerb, ServiceVerb, SessionVerb, UsageArgs, WriteOffArgs,
};
pub(crate) use self::dev::{DevArgs, DevUser};
pub(crate) use self::user::{
    AddUserArgs, CodeArgs, EditUserArgs, ImportUsersArgs, UserListArgs, UserVerb,
};

/// The variable that names the data directory where `--data` does not.
pub(crate) const DATA: &str = "LICENCE_DATA";

/// The variable that names the configuration file where `--config` does not.
const CONFIG: &str = "LICENCE_CONFIG";

/// Sign people in against the seats of a licence
#[derive(Debug, Parser)]
#[command(name = "licence-server", version, max_term_width = 100, disable_help_subcommand = true)]
pub struct Cli {
    /// The data directory, made by `init`
    #[arg(long, global = true, value_name = "DIR", env = DATA, hide_env_values = true)]
    pub(crate) data: Option<PathBuf>,

    /// The configuration file [default: config.toml in the data directory]
    #[arg(long, global = true, value_name = "FILE", env = CONFIG, hide_env_values = true)]
    pub(crate) config: Option<PathBuf>,

    /// Write results, errors and logs as JSON
    #[arg(long, global = true)]
    pub(crate) json: bool,

    #[command(subcommand)]
    pub(crate) verb: Verb,
}

impl Cli {
    /// For whom results are written.
    #[must_use]
    pub fn format(&self) -> Format {
        if self.json { Format::Json } else { Format::Text }
    }
}

#[derive(Debug, Subcommand)]
pub(crate) enum Verb {
    /// Make a data directory: the site's key, an empty store, and what the site trusts
    Init(InitArgs),
    /// Write a request for a licence, signed by the site's key; the vendor needs it
    Request(RequestArgs),
    /// Install and show licences
    Licence {
        #[command(subcommand)]
        verb: LicenceVerb,
    },
    /// Register people and look after their accounts
    User {
        #[command(subcommand)]
        verb: UserVerb,
    },
    /// See where people are signed in, and end a sign-in
    Session {
        #[command(subcommand)]
        verb: SessionVerb,
    },
    /// See who holds a seat and who waits for one, and make a seat free
    Seat {
        #[command(subcommand)]
        verb: SeatVerb,
    },
    /// Give services keys of their own, and take them back
    Service {
        #[command(subcommand)]
        verb: ServiceVerb,
    },
    /// See what happened, prove the log of it, and cut it
    Audit {
        #[command(subcommand)]
        verb: AuditVerb,
    },
    /// See how many seats were in use day by day, who was refused one, and how many would have been enough
    Usage(UsageArgs),
    /// Write everything that makes the site into one encrypted file, while the server runs or while it is stopped
    Backup(BackupArgs),
    /// Make a data directory of a backup
    Restore(RestoreArgs),
    /// Look at every row of the store, and say whether it is what was written: exit status 0 where it is
    Check,
    /// See what time the server goes by, and put it right
    Clock {
        #[command(subcommand)]
        verb: ClockVerb,
    },
    /// Serve people and applications, until told to stop
    Serve(ServeArgs),
    /// Check and show what is configured
    Config {
        #[command(subcommand)]
        verb: ConfigVerb,
    },
    /// Write the description of the HTTP API (OpenAPI 3.1), which a running server has at /openapi.json
    Openapi,
    /// Look for what goes wrong in institutes, and say how to mend it: exit status 0 where all is well, else 1
    Doctor(DoctorArgs),
    /// Ask a running server whether it lives: exit status 0 or 1, for containers
    Healthcheck(HealthcheckArgs),
    /// Serve a throw-away site with a test licence, for who writes an application
    Dev(DevArgs),
    /// Write what a shell needs to complete these commands
    Completions(CompletionsArgs),
    /// Write the man page, or those of all commands into a folder
    Man(ManArgs),
}

#[derive(Args, Debug)]
#[command(group(ArgGroup::new("trust").required(true).multiple(true).args(["kit", "product"])))]
pub(crate) struct InitArgs {
    /// The vendor's site kit (`-`: standard input)
    #[arg(long, value_name = "FILE", conflicts_with_all = ["product", "roots"])]
    pub(crate) kit: Option<Source>,

    /// The product's identifier, where there is no kit
    #[arg(long, value_name = "P", value_parser = product)]
    pub(crate) product: Option<Product>,

    /// A root key of the vendor, SPKI PEM or JWK, where there is no kit
    #[arg(long = "root", value_name = "PUB", requires = "product")]
    pub(crate) roots: Vec<Source>,

    /// Register an administrator at once; the password is asked for
    #[arg(long, value_name = "NAME", value_parser = text)]
    pub(crate) admin: Option<Text>,

    /// Take the administrator's password from the first line of FILE (`-`: standard input)
    #[arg(long, value_name = "FILE", requires = "admin")]
    pub(crate) admin_password_file: Option<Source>,

    /// Make a certificate authority, and have the server speak TLS with certificates under it
    #[arg(long)]
    pub(crate) tls_self: bool,

    /// A name or an address that its certificates are for, besides `localhost`
    #[arg(long = "tls-name", value_name = "HOST", requires = "tls_self")]
    pub(crate) tls_names: Vec<Host>,
}

#[derive(Args, Debug)]
pub(crate) struct RequestArgs {
    /// The institute's name, as the licence is to show it
    #[arg(long, value_name = "NAME", value_parser = institute)]
    pub(crate) institute: Institute,

    /// What the institute belongs to
    #[arg(long, value_name = "NAME", value_parser = text)]
    pub(crate) affiliation: Option<Text>,

    /// Where the request is to stand, `-` for standard output; never overwritten
    #[arg(long, value_name = "FILE", default_value = "-")]
    pub(crate) out: Sink,
}

#[derive(Args, Debug, Default)]
pub(crate) struct ServeArgs {
    /// The address to listen on; port 0 takes a free one [default: 127.0.0.1:8080]
    #[arg(long, value_name = "ADDR")]
    pub(crate) listen: Option<SocketAddr>,

    /// Where browsers reach the server; needed where ADDR is on a network [default: localhost at the
    /// port]
    #[arg(long, value_name = "URL")]
    pub(crate) public_url: Option<Origin>,

    /// Serve a single-page application from this folder; links in it are followed, wherever they lead
    #[arg(long, value_name = "DIR")]
    pub(crate) app: Option<PathBuf>,

    /// Speak TLS with this certificate and those that lead to its root, PEM
    #[arg(long, value_name = "F", requires = "tls_key")]
    pub(crate) tls_cert: Option<PathBuf>,

    /// The private key of the certificate, PEM
    #[arg(long, value_name = "F", requires = "tls_cert")]
    pub(crate) tls_key: Option<PathBuf>,

    /// Speak TLS with a certificate of the server's own making
    #[arg(long, conflicts_with = "tls_cert")]
    pub(crate) tls_self: bool,

    /// A name or an address that its own certificate is for, besides `localhost` and URL's host
    #[arg(long = "tls-name", value_name = "HOST", conflicts_with = "tls_cert")]
    pub(crate) tls_names: Vec<Host>,
}

#[derive(Debug, Subcommand)]
pub(crate) enum ConfigVerb {
    /// Find everything that is wrong with the configuration
    Check,
    /// Show what is in force, and where each value comes from
    Show,
    /// Write the reference of all settings, in Markdown
    Reference,
    /// Write a configuration file with every setting at its default, none of them set
    Sample,
}

#[derive(Args, Debug)]
pub(crate) struct BackupArgs {
    /// Where the backup is to stand, which must not be there yet; or a folder, and a name is chosen
    #[arg(value_name = "FILE|DIR")]
    pub(crate) to: PathBuf,

    /// Make it the last one: from then on this server serves nobody, and the site goes on where the
    /// backup is restored
    #[arg(long = "final")]
    pub(crate) is_final: bool,

    #[command(flatten)]
    pub(crate) passphrase: BackupPassphraseFlags,
}

#[derive(Args, Debug)]
pub(crate) struct RestoreArgs {
    /// A backup
    #[arg(value_name = "FILE")]
    pub(crate) file: PathBuf,

    /// A licence that was installed after the backup: what it lends may be out, and is held back
    #[arg(long = "licence", value_name = "LICENCE")]
    pub(crate) licences: Vec<Source>,

    /// Vouch that this final backup is restored for the first time: nothing was lent since, and no seat is
    /// held back
    #[arg(long)]
    pub(crate) first_restore: bool,

    /// Where all that is wrong with the backup is its audit log, cut the log off, on record, and begin a new one
    #[arg(long)]
    pub(crate) cut_broken_log: bool,

    #[command(flatten)]
    pub(crate) passphrase: BackupPassphraseFlags,
}

#[derive(Args, Debug)]
pub(crate) struct HealthcheckArgs {
    /// The address to ask [default: the socket in the data directory]
    #[arg(long, value_name = "URL")]
    pub(crate) url: Option<Uri>,

    /// The certificate authority that the server's certificate is traced back to, PEM [default: the
    /// one in the data directory]
    #[arg(long, value_name = "FILE", requires = "url")]
    pub(crate) ca: Option<PathBuf>,
}

#[derive(Args, Debug)]
pub(crate) struct DoctorArgs {
    /// Ask the address that browsers use, too, and see whether it leads to this server
    #[arg(long)]
    pub(crate) from_outside: bool,

    /// The certificate authority that may vouch for it, PEM [default: the server's own, or those that the
    /// system trusts]
    #[arg(long, value_name = "FILE", requires = "from_outside")]
    pub(crate) ca: Option<PathBuf>,
}

#[cfg(test)]
mod tests {
    use super::*;
    use clap::CommandFactory as _;

    #[track_caller]
    fn error(words: &str) -> String {
        let words = std::iter::once("licence-server").chain(words.split(' '));
        Cli::try_parse_from(words).unwrap_err().to_string()
    }

    #[track_caller]
    fn parses(words: &str) -> Cli {
        let words = std::iter::once("licence-server").chain(words.split(' '));
        Cli::try_parse_from(words).unwrap()
    }

    #[test]
    fn the_command_line_is_sound() {
        Cli::command().debug_assert();
    }

    #[test]
    fn trust_comes_from_a_kit_or_from_product_and_roots() {
        parses("init --data d --kit k");
        parses("init --data d --product p --root a --root b --admin ann");
        error("init --data d");
        // A program that was built with its root keys needs none.
        parses("init --data d --product p");
        error("init --data d --root a");
        error("init --data d --kit k --product p --root a");
        error("init --data d --kit k --admin-password-file f");
    }

    #[test]
    fn the_servers_role_is_not_given_by_mistake() {
        parses("user add ann --role admin --app-role editor");
        assert!(error("user add ann --app-role admin").contains("--role admin"));
        error("user add ann --role editor");
    }
}
