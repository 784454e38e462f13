//! `show`: one licence, all its revisions, its owner, and what was taken back of it.

use std::fmt;

use licence_cli::{Facts, Failure, Format, clock};
use licence_core::claims::{LicenceClaims, RevokedLicence};
use licence_core::{Code, UnixTime};
use serde::Serialize;

use super::list::Licences;
use crate::books::Books;
use crate::cli::ShowArgs;
use crate::description;
use crate::hand_out::{Telling, hand_out_again};
use crate::ledger::{Ledger, LicenceEntry, Recorded, Revoked};
use crate::vendor_dir::VendorDir;

pub(super) fn run(args: &ShowArgs, vendor: &VendorDir, format: Format) -> Result<(), Failure> {
    let ledger = vendor.ledger()?;
    let licence = find(args, &ledger)?;
    let shown = Shown::of(&licence, &ledger, clock::now()?)?;
    match &args.file {
        None => format.print(&shown),
        Some(sink) => {
            let telling = Telling { facts: shown.licence, sink, format };
            hand_out_again(&licence.entry.signed.file, telling)
        }
    }
}

fn find(args: &ShowArgs, ledger: &Ledger) -> Result<Recorded<LicenceEntry>, Failure> {
    let found = match (args.serial, args.licence, &args.reference) {
        (Some(serial), _, _) => {
            let mut series = ledger.series(serial)?;
            let is_meant = |licence: &Recorded<LicenceEntry>| {
                args.revision.is_none_or(|wanted| licence.entry.signed.claims.revision == wanted)
            };
            series.iter().rposition(is_meant).map(|at| series.swap_remove(at))
        }
        (_, Some(id), _) => ledger.licence(id)?,
        (_, _, Some(reference)) => ledger.answer(reference)?,
        (None, None, None) => None,
    };
    found.ok_or_else(|| {
        Failure::coded(Code::NotFound, "there is no such licence in the ledger")
            .mend("see `licence-issuer list`")
    })
}

#[derive(Serialize)]
struct Shown {
    #[serde(flatten)]
    licence: Facts,
    #[serde(skip_serializing_if = "Option::is_none")]
    contact: Option<Facts>,
    revisions: Licences,
    revocations: Vec<Facts>,
}

impl Shown {
    fn of(
        licence: &Recorded<LicenceEntry>,
        ledger: &Ledger,
        now: UnixTime,
    ) -> Result<Self, Failure> {
        let books = Books::read(ledger)?;
        let claims = &licence.entry.signed.claims;
        let told = |licence| description::recorded(licence, &books, now);
        let of_series =
            |other: &&Recorded<LicenceEntry>| other.entry.signed.claims.serial == claims.serial;
        let revocations = books.revocations.iter().map(|recorded| &recorded.entry);
        let about = |what: &Revoked| is_about(*what, claims, &books);
        Ok(Self {
            licence: told(licence),
            contact: ledger.owner(claims.sub)?.as_ref().map(description::owner),
            revisions: Licences(books.licences.iter().filter(of_series).map(told).collect()),
            revocations: revocations
                .filter(|revocation| about(&revocation.what))
                .map(description::revocation)
                .collect(),
        })
    }
}

/// Whether a decision is about the series of a licence.
fn is_about(what: Revoked, claims: &LicenceClaims, books: &Books) -> bool {
    match what {
        Revoked::Licence(RevokedLicence::Below(serial, _)) => serial == claims.serial,
        Revoked::Licence(RevokedLicence::One(jti)) => books.licences.iter().any(|licence| {
            let other = &licence.entry.signed.claims;
            other.jti == jti && other.serial == claims.serial
        }),
        Revoked::Key(_) => false,
    }
}

impl fmt::Display for Shown {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "{}", self.licence)?;
        if let Some(contact) = &self.contact {
            write!(f, "\n{contact}")?;
        }
        write!(f, "\n{}", self.revisions)?;
        self.revocations.iter().try_for_each(|revocation| write!(f, "\n{revocation}"))
    }
}
