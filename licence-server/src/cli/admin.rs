//! The verbs of administration, but for those about [people](super::user).

use clap::{ArgGroup, Args, Subcommand};
use licence_cli::files::{Sink, Source};
use licence_core::{SessionId, Text, TokenId, UnixTime};

use super::user::WhoArgs;
use super::value::{day, session, text, token};

/// Entries of a list at most, unless another number is typed.
const LIMIT: &str = "100";

#[derive(Debug, Subcommand)]
pub(crate) enum LicenceVerb {
    /// Install a licence, its renewal, or a revocation list
    Install(InstallArgs),
    /// List every licence that was installed
    List,
    /// Show the licence in force
    Show,
}

#[derive(Args, Debug)]
pub(crate) struct InstallArgs {
    /// The file as it came, `-` for standard input
    #[arg(value_name = "FILE")]
    pub(crate) file: Source,

    /// Let it take the place of another series
    #[arg(long)]
    pub(crate) replace: bool,
}

#[derive(Args, Debug)]
pub(crate) struct PageArgs {
    /// How many entries to list at most
    #[arg(long, value_name = "N", default_value = LIMIT, value_parser = clap::value_parser!(u16).range(1..=10_000))]
    pub(crate) limit: u16,

    /// Go on behind this entry; the end of a list that goes on says which
    #[arg(long, value_name = "ID")]
    pub(crate) after: Option<String>,
}

#[derive(Debug, Subcommand)]
pub(crate) enum SessionVerb {
    /// List where people are signed in
    List {
        /// Only where this person is: a name, an e-mail address or an id
        #[arg(long, value_name = "NAME", value_parser = text)]
        user: Option<Text>,

        #[command(flatten)]
        page: PageArgs,
    },
    /// End a sign-in: its tokens are refused at once, and its seat is free
    End {
        /// The session's id
        #[arg(value_name = "ID", value_parser = session)]
        id: SessionId,
    },
    /// Let go at once of what has lapsed: sessions, seats and revocations
    Purge,
}

#[derive(Debug, Subcommand)]
pub(crate) enum SeatVerb {
    /// List who holds a seat
    List(PageArgs),
    /// List who waits for a seat
    Queue,
    /// Take a person's seat away; the logins stay
    Release(ReleaseArgs),
    /// Give a seat that was taken along offline to others, though its copy works until its end
    WriteOff(WriteOffArgs),
}

#[derive(Args, Debug)]
#[command(group(ArgGroup::new("which").required(true).args(["id", "held_back"])))]
pub(crate) struct WriteOffArgs {
    /// The lease's id, as `seat list` tells it
    #[arg(value_name = "ID", value_parser = token)]
    pub(crate) id: Option<TokenId>,

    /// All that a restore or a reset of the clock held back because they may be lent still
    #[arg(long)]
    pub(crate) held_back: bool,
}

#[derive(Args, Debug)]
pub(crate) struct ReleaseArgs {
    #[command(flatten)]
    pub(crate) who: WhoArgs,

    /// Keep it free for this person for five minutes
    #[arg(long = "for", value_name = "NAME", value_parser = text)]
    pub(crate) heir: Option<Text>,
}

#[derive(Debug, Subcommand)]
pub(crate) enum ServiceVerb {
    /// Give a service a key, which is shown this once
    Add(AddServiceArgs),
    /// List services, without their keys
    List,
    /// Take a service's key back: it opens nothing any more
    Revoke {
        /// The service's name or id
        #[arg(value_name = "NAME", value_parser = text)]
        which: Text,
    },
}

#[derive(Args, Debug)]
pub(crate) struct AddServiceArgs {
    /// What the service is called: 1 to 64 characters of `A-Z a-z 0-9 . _ -`
    #[arg(value_name = "NAME", value_parser = text)]
    pub(crate) name: Text,

    /// What the key opens: `introspect` asks whether a token is good, `seats` how many are taken
    #[arg(long = "scope", value_name = "S", required = true, value_parser = ["introspect", "seats"])]
    pub(crate) scopes: Vec<String>,

    /// How many days the key is good for, at most 3650 [default: 365]
    #[arg(long, value_name = "N", value_parser = clap::value_parser!(u16).range(1..=3650))]
    pub(crate) days: Option<u16>,
}

#[derive(Debug, Subcommand)]
pub(crate) enum AuditVerb {
    /// List what happened, the newest first; with --json all of it, the oldest first, one a line
    List(AuditListArgs),
    /// Recompute the log, and say whether it is what was written
    Verify,
    /// Take old entries away; a signed checkpoint stays for them
    Prune(PruneArgs),
}

#[derive(Args, Debug)]
pub(crate) struct AuditListArgs {
    /// Only from this day on (UTC)
    #[arg(long, value_name = "DATE", value_parser = day)]
    pub(crate) from: Option<UnixTime>,

    /// Only up to this day, the day included (UTC)
    #[arg(long, value_name = "DATE", value_parser = day)]
    pub(crate) to: Option<UnixTime>,

    /// Only what names this person, or a session that the person has now
    #[arg(long, value_name = "NAME", value_parser = text)]
    pub(crate) user: Option<Text>,

    /// Only what names this session
    #[arg(long, value_name = "ID", value_parser = session)]
    pub(crate) session: Option<SessionId>,

    /// Only this act: `signed_in`, `refused`, ...
    #[arg(long, value_name = "ACT", value_parser = text)]
    pub(crate) act: Option<Text>,

    #[command(flatten)]
    pub(crate) page: PageArgs,
}

#[derive(Args, Debug)]
pub(crate) struct UsageArgs {
    /// Only from this day on (UTC) [default: thirty days back; of a statement, where the one before ended]
    #[arg(long, value_name = "DATE", value_parser = day)]
    pub(crate) from: Option<UnixTime>,

    /// Only up to this day, the day included (UTC) [default: today]
    #[arg(long, visible_alias = "until", value_name = "DATE", value_parser = day)]
    pub(crate) to: Option<UnixTime>,

    /// List the accounts with which nobody ever took a seat, and no days
    #[arg(long, conflicts_with_all = ["from", "to"])]
    pub(crate) unused: bool,

    /// Say whose they are
    #[arg(long, requires = "unused")]
    pub(crate) names: bool,

    /// Write the list as CSV, for a spreadsheet
    #[arg(long, conflicts_with = "json")]
    pub(crate) csv: bool,

    /// Sign them for the vendor, 366 days at most: numbers and no names; each statement names the one
    /// before
    #[arg(long, conflicts_with_all = ["csv", "unused"])]
    pub(crate) statement: bool,

    /// Where the statement is to stand, `-` for standard output; never overwritten
    #[arg(long, value_name = "FILE", default_value = "-", requires = "statement")]
    pub(crate) out: Sink,
}

#[derive(Args, Debug)]
#[command(group(ArgGroup::new("cut").required(true).args(["before", "keep_days"])))]
pub(crate) struct PruneArgs {
    /// Take away what happened before this day (UTC)
    #[arg(long, value_name = "DATE", value_parser = day)]
    pub(crate) before: Option<UnixTime>,

    /// Take away what happened more than N days ago
    #[arg(long, value_name = "N", value_parser = clap::value_parser!(u16).range(1..))]
    pub(crate) keep_days: Option<u16>,
}

#[derive(Debug, Subcommand)]
pub(crate) enum ClockVerb {
    /// Show what time the server goes by, and whether this machine's clock is believed
    Show,
    /// Believe this machine's clock: the server was off for long, or the clock was put right
    Accept,
    /// Go back to this machine's clock after it ran ahead; every seat is given back
    Reset {
        /// Why, for the log
        #[arg(long, value_name = "TEXT", value_parser = text)]
        reason: Text,
    },
}
