//! What can be typed after `issue` and `renew`. The same can stand in a plan or in a row of a table,
//! so everything here is optional, and [`crate::grant`] says what is missing.

use clap::{ArgGroup, Args};
use licence_cli::files::{Sink, Source};
use licence_core::claims::{SeatCount, SeatHolder};
use licence_core::{Institute, OwnerId, Product, Serial, Text};

use super::SigningArgs;
use crate::value::{
    BorrowArg, Days, FeatureArg, When, institute, lease_secs, owner, positive, product, seat_count,
    seat_holder, serial, text,
};

#[derive(Args, Debug)]
pub(crate) struct IssueArgs {
    #[command(flatten)]
    pub(crate) order: OrderArgs,

    /// A TOML file with what is not given as a flag: `seats = 3`, `grace_days = 14`, `[features]`
    #[arg(long, value_name = "FILE")]
    pub(crate) plan: Option<Source>,

    #[command(flatten, next_help_heading = "Signing")]
    pub(crate) signing: SigningArgs,

    /// Where the licence is to stand, `-` for standard output; never overwritten
    #[arg(long, value_name = "FILE", default_value = "-", help_heading = "Signing")]
    pub(crate) out: Sink,
}

#[derive(Args, Debug)]
pub(crate) struct RenewArgs {
    /// The serial of the licence
    #[arg(value_name = "SERIAL", value_parser = serial)]
    pub(crate) serial: Serial,

    #[command(flatten)]
    pub(crate) order: OrderArgs,

    /// A TOML file with what is not given as a flag
    #[arg(long, value_name = "FILE")]
    pub(crate) plan: Option<Source>,

    #[command(flatten, next_help_heading = "Signing")]
    pub(crate) signing: SigningArgs,

    /// Where the licence is to stand, `-` for standard output; never overwritten
    #[arg(long, value_name = "FILE", default_value = "-", help_heading = "Signing")]
    pub(crate) out: Sink,
}

/// What a licence is asked to say.
#[derive(Args, Clone, Debug, Default)]
pub(crate) struct OrderArgs {
    #[command(flatten)]
    pub(crate) who: WhoArgs,

    #[command(flatten)]
    pub(crate) seats: SeatArgs,

    #[command(flatten)]
    pub(crate) term: TermArgs,

    #[command(flatten)]
    pub(crate) site: BindingArgs,

    #[command(flatten)]
    pub(crate) grant: GrantArgs,
}

#[derive(Args, Clone, Debug, Default)]
pub(crate) struct WhoArgs {
    /// The owner, as `owner add` told it [default: a new one for the institute]
    #[arg(long, value_name = "ID", value_parser = owner)]
    pub(crate) owner: Option<OwnerId>,

    /// The institute's name, as the licence shows it [default: the owner's affiliation]
    #[arg(long, value_name = "NAME", value_parser = institute)]
    pub(crate) institute: Option<Institute>,

    /// What the institute belongs to: a university, a group
    #[arg(long, value_name = "NAME", value_parser = text)]
    pub(crate) affiliation: Option<Text>,

    /// Your own name for the order, such as its number: no order is answered twice
    #[arg(long, value_name = "TEXT", value_parser = text)]
    pub(crate) reference: Option<Text>,
}

#[derive(Args, Clone, Debug, Default)]
#[command(next_help_heading = "Seats")]
pub(crate) struct SeatArgs {
    /// How many may be active at once
    #[arg(long, value_name = "N", value_parser = seat_count)]
    pub(crate) seats: Option<SeatCount>,

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

#[derive(Args, Clone, Debug, Default)]
#[command(next_help_heading = "Term")]
#[command(group = ArgGroup::new("end").args(["days", "until", "perpetual"]))]
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

    /// The first day of the term: YYYY-MM-DD, UTC [default: now; of a renewal, the end before it]
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

#[derive(Args, Clone, Debug, Default)]
#[command(next_help_heading = "Site")]
#[group(id = "binding", multiple = false)]
pub(crate) struct BindingArgs {
    /// The request file of the institute's server, whose key the licence is bound to
    #[arg(long, value_name = "FILE")]
    pub(crate) request: Option<Source>,

    /// Bind it to no site, so that any copy works anywhere: for at most 90 days
    #[arg(long)]
    pub(crate) unbound: bool,
}

#[derive(Args, Clone, Debug, Default)]
#[command(next_help_heading = "What is granted")]
pub(crate) struct GrantArgs {
    /// What the licence grants the application, once per name: `export=true`, `max_rows=5000`,
    /// `tier=gold`, `modules=[ct,mri]`; quotes keep a string a string: `'code="5000"'`
    #[arg(long = "feature", value_name = "K=V")]
    pub(crate) features: Vec<FeatureArg>,

    /// Mark the licence as for tests only: refused wherever that is not allowed
    #[arg(long)]
    pub(crate) test: bool,

    /// Refuse the licence where no revocation list of this number or a higher one is at hand
    #[arg(long, value_name = "SEQ", value_parser = positive)]
    pub(crate) revocations_min: Option<u32>,

    /// The product [default: that of the vendor's folder]
    #[arg(long, value_name = "P", value_parser = product)]
    pub(crate) product: Option<Product>,
}
