//! `renew`: the next revision of a licence.

use licence_cli::{Failure, Format, clock, output, rng};
use licence_core::claims::{LicenceClaims, RevokedLicence};
use licence_core::{Code, LicenceId, Serial, UnixTime};

use super::issue::{known_owner, mark, refuse_answered, tell_request};
use crate::cli::RenewArgs;
use crate::description;
use crate::grant::{Grant, Identity, takes_away};
use crate::hand_out::{Telling, hand_out};
use crate::issuance::Issuer;
use crate::ledger::{Entry, LicenceEntry, Records, Revocation, Revoked};
use crate::order;
use crate::vendor_dir::VendorDir;

pub(super) fn run(args: &RenewArgs, vendor: &VendorDir, format: Format) -> Result<(), Failure> {
    let now = clock::now()?;
    let order = order::with_plan(&args.order, args.plan.as_ref())?;
    let mut ledger = vendor.ledger_writer()?;
    let series = ledger.series(args.serial)?;
    let before: Vec<_> = series.iter().map(|licence| &licence.entry.signed.claims).collect();
    let last = *before.last().ok_or_else(|| unknown(args.serial))?;
    let owner = known_owner(&order, &ledger)?;
    let grant = Grant::renewal(&order, last, now)?;
    tell_request(&grant);
    refuse_answered(&order, &ledger)?;
    let issuer = Issuer::open(&args.signing, vendor, &ledger)?;
    let identity = Identity {
        id: LicenceId(rng::uuid(now)?),
        owner: owner.map_or(last.sub, |owner| owner.id),
        serial: last.serial,
        revision: last.revision.saturating_add(1),
    };
    let signed = issuer.issue(&grant, &identity, now)?;
    let revocation = revocation(&before, &signed.claims, now);
    let due = revocation.as_ref().map(|revocation| revocation.due.to_string());
    let facts = description::licence(&signed.claims).with_some("old_revisions_revoked_from", due);
    let file = signed.file.clone();
    let licence = Entry::Licence(LicenceEntry { signed, order: mark(&order) });
    let entries = [Some(licence), revocation.map(Entry::Revocation)]
        .into_iter()
        .flatten()
        .collect::<Vec<_>>();
    let must_sign_list = entries.len() > 1;
    let records = Records { entries, owners: Vec::new() };
    hand_out(&file, &records, &mut ledger, Telling { facts, sink: &args.out, format })?;
    if must_sign_list {
        output::note(
            "note: it grants less or binds another key: sign the list that takes the old revisions \
             back with `licence-issuer revocations`",
        );
    }
    Ok(())
}

fn unknown(serial: Serial) -> Failure {
    Failure::coded(Code::NotFound, format!("there is no serial `{serial}` in the ledger"))
        .mend("see `licence-issuer list`")
}

/// The decision to take the old revisions back, where they must not go on beside the new one.
fn revocation(before: &[&LicenceClaims], new: &LicenceClaims, now: UnixTime) -> Option<Revocation> {
    let due = takes_away(before.iter().copied(), new)?.max(now);
    let what = Revoked::Licence(RevokedLicence::Below(new.serial, new.revision));
    Some(Revocation { what, decided: now, due, reason: None })
}
