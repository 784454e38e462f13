//! `verify`: a licence judged as an institute's server and its users' browsers judge it.

mod chain;

use licence_cli::files::{self, ByteLimit, Source};
use licence_cli::{Failure, Format, clock, output, pinned};
use licence_core::limits::FILE_BYTES_MAX;
use licence_core::{
    Policy, Roots, SignedLicence, SignedRevocations, TestLicences, UnboundLicences, UnixTime,
    UnverifiedLicence,
};

use self::chain::{Chain, Verdict, Verified};
use crate::cli::VerifyArgs;
use crate::trust;
use crate::value::When;

pub(super) fn run(args: &VerifyArgs, format: Format) -> Result<(), Failure> {
    let now = args.at.map_or_else(clock::now, |at| Ok(When::start(at)))?;
    let roots = args.roots.iter().map(trust::public_key).collect::<Result<_, _>>()?;
    let roots = pinned::choose(roots)?;
    let policy = policy(args, &roots)?;
    let bytes = read(&args.file)?;
    let signed = UnverifiedLicence::parse(&bytes)?.verify_signatures(&roots)?;
    let chain = Chain::of(&signed);
    let verdict = judge(signed, &policy, now);
    tell(chain, verdict, format)
}

fn policy(args: &VerifyArgs, roots: &Roots) -> Result<Policy, Failure> {
    let revocations = |file: &Source| -> Result<SignedRevocations, Failure> {
        Ok(SignedRevocations::parse(&read(file)?, roots)?)
    };
    Ok(Policy {
        product: args.product.clone(),
        site: args.site.as_ref().map(trust::public_key).transpose()?,
        unbound: if args.allow_unbound {
            UnboundLicences::Allowed
        } else {
            UnboundLicences::Refused
        },
        test: if args.allow_test { TestLicences::Allowed } else { TestLicences::Refused },
        revocations: args.revocations.as_ref().map(revocations).transpose()?,
    })
}

fn read(file: &Source) -> Result<Vec<u8>, Failure> {
    files::read(file, ByteLimit(FILE_BYTES_MAX))
}

fn judge(signed: SignedLicence, policy: &Policy, now: UnixTime) -> Result<Verdict, Failure> {
    let accepted = signed.accept(policy)?;
    let valid = accepted.at(now)?;
    Ok(Verdict::of(&valid, now))
}

/// A person sees how far the chain held also where the licence is refused in the end.
fn tell(chain: Chain, verdict: Result<Verdict, Failure>, format: Format) -> Result<(), Failure> {
    match (verdict, format) {
        (Ok(verdict), _) => format.print(&Verified { verdict, chain }),
        (Err(failure), Format::Text) => {
            output::print_bytes(chain.to_string().as_bytes())?;
            Err(failure)
        }
        (Err(failure), Format::Json) => Err(failure),
    }
}
