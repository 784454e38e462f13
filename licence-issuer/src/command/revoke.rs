//! `revoke`: something is to be taken back.

use licence_cli::{Facts, Failure, Format, clock, output};
use licence_core::claims::RevokedLicence;
use licence_core::{Code, KeyId, Serial, UnixTime};

use crate::books::Books;
use crate::cli::RevokeArgs;
use crate::ledger::{Entry, Ledger, Revocation, Revoked};
use crate::vendor_dir::VendorDir;

pub(super) fn run(args: &RevokeArgs, vendor: &VendorDir, format: Format) -> Result<(), Failure> {
    let now = clock::now()?;
    let mut ledger = vendor.ledger_writer()?;
    let (what, facts) = match (args.serial, args.key) {
        (Some(serial), _) => series(args, serial, &ledger)?,
        (None, Some(kid)) => key(kid, &ledger, vendor, now)?,
        (None, None) => return Err(Failure::usage("nothing says what is to be taken back")),
    };
    let revocation = Revocation { what, decided: now, due: now, reason: args.reason.clone() };
    refuse_repeated(&what, &ledger)?;
    let receipt = ledger.record(&Entry::Revocation(revocation).into())?;
    let reason = args.reason.as_ref().map(ToString::to_string);
    let facts = facts
        .with_some("reason", reason)
        .with("ledger_entry", receipt.number)
        .with_text("ledger_head", receipt.head);
    format.print(&facts)?;
    output::note("note: it takes effect with the list: sign it with `licence-issuer revocations`");
    Ok(())
}

fn series(args: &RevokeArgs, serial: Serial, ledger: &Ledger) -> Result<(Revoked, Facts), Failure> {
    let revisions = ledger.series(serial)?;
    let Some(last) = revisions.last() else {
        return Err(not_found(format!("there is no serial `{serial}` in the ledger")));
    };
    let facts = Facts::new().with_text("serial", serial);
    if let Some(revision) = args.revision {
        let found = revisions.iter().map(|recorded| &recorded.entry.signed.claims);
        let licence = found.into_iter().find(|claims| claims.revision == revision);
        let licence = licence.ok_or_else(|| {
            not_found(format!("there is no revision {revision} of serial `{serial}`"))
        })?;
        let facts = facts.with("revision", revision).with_text("licence", licence.jti);
        return Ok((Revoked::Licence(RevokedLicence::One(licence.jti)), facts));
    }
    let next = last.entry.signed.claims.revision.saturating_add(1);
    let below = args.below.unwrap_or(next);
    if below > next || below < 2 {
        return Err(Failure::usage(format!("there are no revisions below {below} to take back"))
            .mend(format!("name a revision from 2 to {next}")));
    }
    let facts = facts.with("revisions_below", below);
    Ok((Revoked::Licence(RevokedLicence::Below(serial, below)), facts))
}

/// A key that the ledger knows. A root that leaked must go from the pinned roots as well: it can sign
/// lists of its own, which take licences away.
fn key(
    kid: KeyId,
    ledger: &Ledger,
    vendor: &VendorDir,
    now: UnixTime,
) -> Result<(Revoked, Facts), Failure> {
    let kept = Books::read(ledger)?.signed_by(kid);
    let is_root = vendor.kit().roots.keys().iter().any(|root| root.id() == kid);
    if kept == 0 && !is_root {
        return Err(not_found(format!("the ledger lists nothing that key `{kid}` signed")));
    }
    if is_root {
        output::note(
            "note: this is a root key: sign the list with another, and take it from the roots that \
             your applications pin",
        );
    }
    let facts = Facts::new().with_text("key", kid).with("keeps", kept).with_text("from", now);
    Ok((Revoked::Key(kid), facts))
}

fn refuse_repeated(what: &Revoked, ledger: &Ledger) -> Result<(), Failure> {
    if ledger.revocations()?.iter().any(|revocation| revocation.entry.what == *what) {
        return Err(Failure::coded(Code::Conflict, "that was taken back before")
            .mend("sign the list with `licence-issuer revocations`"));
    }
    Ok(())
}

fn not_found(sentence: String) -> Failure {
    Failure::coded(Code::NotFound, sentence).mend("see `licence-issuer list`")
}
