//! What can be typed after `issue`.

use clap::{Args, ValueEnum};
use licence_cli::files::{Sink, Source};
use licence_cli::passphrase::PassphraseFlags;
use licence_core::{Institute, Product};

use crate::value::{BorrowArg, Days, FeatureArg, When, institute, product};

#[derive(Args, Debug)]
pub(crate) struct IssueArgs {
    /// The institute's name, as the licence shows it
    #[arg(long, value_name = "NAME", value_parser = institute)]
    pub(crate) institute: Institute,

    /// What the institute belongs to: a university, a group
    #[arg(long, value_name = "NAME", value_parser = institute)]
    pub(crate) affiliation: Option<Institute>,

    #[command(flatten)]
    pub(crate) seats: SeatArgs,

    #[command(flatten)]
    pub(crate) term: TermArgs,

    #[command(flatten)]
    pub(crate) binding: BindingArgs,

    /// What the licence grants the application, once per name: `export=true`, `max_rows=5000`,
    /// `tier=gold`, `modules=[ct,mri]`; quotes keep a string a string: `'code="5000"'`
    #[arg(long = "feature", value_name = "K=V", help_heading = "What is granted")]
    pub(crate) features: Vec<FeatureArg>,

    /// Mark the licence as for tests only: refused wherever that is not allowed
    #[arg(long, help_heading = "What is granted")]
    pub(crate) test: bool,

    /// The product [default: that of the vendor's folder]
    #[arg(long, value_name = "P", value_parser = product, help_heading = "What is granted")]
    pub(crate) product: Option<Product>,

    /// The private key that signs [default: issuing.key of the vendor's folder]
    #[arg(long, value_name = "FILE", help_heading = "Signing")]
    pub(crate) key: Option<Source>,

    /// The certificate of that key; a root key has none [default: issuing.crt of the vendor's folder]
    #[arg(long, value_name = "FILE", help_heading = "Signing")]
    pub(crate) issuer: Option<Source>,

    #[command(flatten, next_help_heading = "Signing")]
    pub(crate) passphrase: PassphraseFlags,

    /// Where the licence is to stand, `-` for standard output; never overwritten
    #[arg(long, value_name = "FILE", default_value = "-")]
    pub(crate) out: Sink,
}

#[derive(Args, Debug)]
#[command(next_help_heading = "Seats")]
pub(crate) struct SeatArgs {
    /// How many may be active at once
    #[arg(long, value_name = "N")]
    pub(crate) seats: u32,

    /// How many may be registered [default: no bound]
    #[arg(long, value_name = "N")]
    pub(crate) registered: Option<u32>,

    /// Who holds a seat: a person with all their sessions, or each session
    #[arg(long, value_enum, default_value_t = Per::User)]
    pub(crate) per: Per,

    /// Seats above the number that are lent before anyone is turned away
    #[arg(long, value_name = "N", default_value_t = 0)]
    pub(crate) overage: u32,

    /// How long a seat is held without a sign of life, in seconds
    #[arg(long, value_name = "SECS", default_value_t = 930)]
    pub(crate) lease: u32,

    /// After how long without activity a seat is given back, in seconds
    #[arg(long, value_name = "SECS", default_value_t = 7200)]
    pub(crate) idle: u32,

    /// On how many devices one person may be active at once
    #[arg(long, value_name = "N", default_value_t = 5)]
    pub(crate) sessions: u32,

    /// Let seats be taken along offline: for at most DAYS, at most SEATS at once
    #[arg(long, value_name = "DAYS:SEATS")]
    pub(crate) borrow: Option<BorrowArg>,
}

#[derive(Args, Debug)]
#[command(next_help_heading = "Term")]
pub(crate) struct TermArgs {
    /// How many days it lasts
    #[arg(long, value_name = "N", required_unless_present_any = ["until", "perpetual"])]
    pub(crate) days: Option<Days>,

    /// The last day of the term, that day included: YYYY-MM-DD, UTC
    #[arg(long, value_name = "DATE", conflicts_with = "days")]
    pub(crate) until: Option<When>,

    /// It has no end
    #[arg(long, conflicts_with_all = ["days", "until", "warn_days", "grace_days", "unbound"])]
    pub(crate) perpetual: bool,

    /// The first day of the term: YYYY-MM-DD, UTC [default: now]
    #[arg(long, value_name = "DATE")]
    pub(crate) from: Option<When>,

    /// How many days before the end the institute is told of it [default: 30]
    #[arg(long, value_name = "N")]
    pub(crate) warn_days: Option<Days>,

    /// For how many days after the end everything still works, with a warning [default: none]
    #[arg(long, value_name = "N")]
    pub(crate) grace_days: Option<Days>,
}

#[derive(Args, Debug)]
#[command(next_help_heading = "Site")]
#[group(id = "binding", required = true, multiple = false)]
pub(crate) struct BindingArgs {
    /// The request file of the institute's server, whose key the licence is bound to
    #[arg(long, value_name = "FILE")]
    pub(crate) request: Option<Source>,

    /// Bind it to no site, so that any copy works anywhere: for at most 90 days
    #[arg(long)]
    pub(crate) unbound: bool,
}

/// Who holds a seat.
#[derive(Clone, Copy, Debug, Eq, PartialEq, ValueEnum)]
pub(crate) enum Per {
    /// A person, through all their sessions
    User,
    /// Each session
    Session,
}
