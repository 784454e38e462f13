//! What can be typed to judge what a site says of itself.

use clap::{Args, Subcommand};
use licence_cli::files::Source;

#[derive(Debug, Subcommand)]
pub(crate) enum UsageVerb {
    /// Check a statement against the site's licences and the statement before
    #[command(after_help = EXIT_STATUSES)]
    Verify(UsageVerifyArgs),
}

/// What scripts ask first.
const EXIT_STATUSES: &str = "Exit status: 0 nothing speaks against it, 1 typed wrongly or a file \
                             cannot be read, 2 refused, 3 malformed.";

/// Whose word it must be.
#[derive(Args, Debug)]
pub(crate) struct SiteArgs {
    /// A licence of the site, which names its key; each of them where there are several
    #[arg(long = "licence", value_name = "FILE", required = true)]
    pub(crate) licences: Vec<Source>,

    /// A root key to trust: SPKI PEM or JWK [default: those of the vendor's folder]
    #[arg(long = "root", value_name = "PUB")]
    pub(crate) roots: Vec<Source>,
}

#[derive(Args, Debug)]
pub(crate) struct UsageVerifyArgs {
    /// The statement, as `licence-server usage --statement` wrote it; `-` for standard input
    #[arg(value_name = "FILE")]
    pub(crate) file: Source,

    #[command(flatten)]
    pub(crate) site: SiteArgs,

    /// The statement before
    #[arg(long, value_name = "FILE")]
    pub(crate) previous: Option<Source>,
}

/// What evidence is, and what it proves.
const EVIDENCE_HELP: &str = "Evidence, one piece a line: an access token or a checkpoint; a usage statement; a \
    place `{\"epoch\",\"seq\",\"head\"}`, or `{\"before\",\"now\"}` as a browser reports a roll-back; the \
    audit log as `licence-server audit list --json` writes it. What the site signed is proof; the rest is \
    as good as whoever gives it.\n\nExit status: 0 nothing contradicts anything, 1 typed wrongly or a file \
    cannot be read, 2 a contradiction, 3 malformed.";

#[derive(Args, Debug)]
#[command(after_help = EVIDENCE_HELP)]
pub(crate) struct AuditCheckArgs {
    /// A file with evidence
    #[arg(value_name = "FILE", required = true)]
    pub(crate) files: Vec<Source>,

    #[command(flatten)]
    pub(crate) site: SiteArgs,
}
