//! What can be typed after `issue`.

use clap::{ArgGroup, Args};
use licence_cli::files::{Sink, Source};
use licence_cli::passphrase::PassphraseFlags;
use licence_core::claims::{SeatCount, SeatHolder};
use licence_core::{Institute, Product, Text};

use crate::value::{
    BorrowArg, Days, FeatureArg, When, institute, lease_secs, positive, product, seat_count,
    seat_holder, text,
};

#[derive(Args, Debug)]
pub(crate) struct IssueArgs {
    /// The institute's name, as the licence shows it
    #[arg(long, value_name = "NAME", value_parser = institute)]
    pub(crate) institute: Institute,

    /// What the institute belongs to: a university, a group
    #[arg(long, value_name = "NAME", value_parser = text)]
    pub(crate) affiliation: Option<Text>,

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
    #[arg(long, value_name = "FILE", default_value = "-", help_heading = "Signing")]
    pub(crate) out: Sink,
}

#[derive(Args, Debug)]
#[command(next_help_heading = "Seats")]
pub(crate) struct SeatArgs {
    /// How many may be active at once
    #[arg(long, value_name = "N", value_parser = seat_count)]
    pub(crate) seats: SeatCount,

    /// How many may be registered [default: no bound]
    #[arg(long, value_name = "N", value_parser = positive)]
    pub(crate) registered: Option<u32>,

    /// Who holds a seat: a `user` with all their sessions, or each `session` [default: user]
    #[arg(long, value_name = "WHO", value_parser = seat_holder)]
    pub(crate) per: Option<SeatHolder>,

    /// Seats above the number that are given all the same, and reported [default: 0]
    #[arg(long, value_name = "N", value_parser = seat_count)]
    pub(crate) overage: Option<SeatCount>,

    /// How long a seat is held without being renewed, in seconds [default: 930]
    #[arg(long, value_name = "SECS", value_parser = lease_secs)]
    pub(crate) lease: Option<u32>,

    /// After how long without activity a seat is let go, in seconds [default: 7200]
    #[arg(long, value_name = "SECS", value_parser = positive)]
    pub(crate) idle: Option<u32>,

    /// On how many devices one person may be active at once [default: 5]
    #[arg(long, value_name = "N", value_parser = positive)]
    pub(crate) sessions: Option<u32>,

    /// Let seats be taken along offline: for DAYS at most, SEATS at once at most
    #[arg(long, value_name = "DAYS:SEATS")]
    pub(crate) borrow: Option<BorrowArg>,
}

#[derive(Args, Debug)]
#[command(next_help_heading = "Term")]
#[command(group = ArgGroup::new("end").required(true).args(["days", "until", "perpetual"]))]
pub(crate) struct TermArgs {
    /// How many days it lasts
    #[arg(long, value_name = "N")]
    pub(crate) days: Option<Days>,

    /// The last day of the term, that day included: YYYY-MM-DD, UTC
    #[arg(long, value_name = "DATE")]
    pub(crate) until: Option<When>,

    /// It has no end
    #[arg(long, conflicts_with_all = ["warn_days", "grace_days", "unbound"])]
    pub(crate) perpetual: bool,

    /// The first day of the term: YYYY-MM-DD, UTC [default: now]
    #[arg(long, value_name = "DATE")]
    pub(crate) from: Option<When>,

    /// How many days before the end the institute is told of it [default: 30, or half of
    /// a shorter term]
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
