//! `issue`: a licence for an institute, signed, checked, recorded, handed out.

use licence_cli::{Failure, Format, clock, output, rng};
use licence_core::{Code, Institute, OwnerId, Text, UnixTime};

use crate::cli::{IssueArgs, OrderArgs};
use crate::description;
use crate::grant::{Grant, Site};
use crate::hand_out::{Telling, hand_out};
use crate::issuance::{Issuer, new_series};
use crate::ledger::{Contact, Entry, Ledger, LicenceEntry, OrderMark, Owner, Records};
use crate::order;
use crate::vendor_dir::VendorDir;

pub(super) fn run(args: &IssueArgs, vendor: &VendorDir, format: Format) -> Result<(), Failure> {
    let now = clock::now()?;
    let order = order::with_plan(&args.order, args.plan.as_ref())?;
    let mut ledger = vendor.ledger_writer()?;
    let known = known_owner(&order, &ledger)?;
    let grant = Grant::fresh(&order, known.as_ref(), vendor.kit(), now)?;
    tell_request(&grant);
    refuse_answered(&order, &ledger)?;
    let (owner, new_owner) = owner(known, &grant.institute.name, now)?;
    let issuer = Issuer::open(&args.signing, vendor, &ledger)?;
    let signed = issuer.issue(&grant, &new_series(owner, now)?, now)?;
    let telling = Telling { facts: description::licence(&signed.claims), sink: &args.out, format };
    let file = signed.file.clone();
    let entry = Entry::Licence(LicenceEntry { signed, order: mark(&order) });
    let records = Records { entries: vec![entry], owners: new_owner.into_iter().collect() };
    hand_out(&file, &records, &mut ledger, telling)
}

/// The owner that was named.
pub(super) fn known_owner(order: &OrderArgs, ledger: &Ledger) -> Result<Option<Owner>, Failure> {
    let Some(id) = order.who.owner else { return Ok(None) };
    ledger.owner(id)?.map(Some).ok_or_else(|| {
        Failure::coded(Code::NotFound, format!("there is no owner `{id}` in the ledger"))
            .mend("see `owner list`, or add one with `owner add`")
    })
}

/// Whom the licence is for: the owner that was named, else a new one of which the institute is known.
pub(super) fn owner(
    known: Option<Owner>,
    institute: &Institute,
    now: UnixTime,
) -> Result<(OwnerId, Option<Owner>), Failure> {
    if let Some(owner) = known {
        return Ok((owner.id, None));
    }
    let id = OwnerId(rng::uuid(now)?);
    let contact = Contact { affiliation: Text::parse(institute.as_str()), ..Contact::default() };
    Ok((id, Some(Owner { id, created: now, contact })))
}

pub(super) fn mark(order: &OrderArgs) -> Option<OrderMark> {
    let reference = order.who.reference.clone()?;
    Some(OrderMark { reference, row: None })
}

/// Refuses an order that was answered, before anything is signed for it.
pub(super) fn refuse_answered(order: &OrderArgs, ledger: &Ledger) -> Result<(), Failure> {
    let Some(reference) = &order.who.reference else { return Ok(()) };
    let Some(answer) = ledger.answer(reference)? else { return Ok(()) };
    let claims = &answer.entry.signed.claims;
    Err(Failure::coded(
        Code::Conflict,
        format!("order `{reference}` was answered with serial `{}`", claims.serial),
    )
    .mend(format!("see it with `licence-issuer show {}`", claims.serial)))
}

/// What both ends compare, by telephone or in person: nothing else tells who sent a request.
pub(super) fn tell_request(grant: &Grant) {
    let Site::Bound(request) = &grant.site else { return };
    let claims = request.claims();
    output::note(format_args!("note: request of `{}`, made {}", claims.institute.name, claims.iat));
    output::note(format_args!(
        "note: fingerprint {}: compare it with the institute",
        claims.site.id()
    ));
    if claims.institute.name != grant.institute.name {
        output::note(format_args!("note: the licence will name `{}`", grant.institute.name));
    }
}
