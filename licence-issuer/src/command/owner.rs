//! `owner`: whom licences are for.

use std::fmt;

use licence_cli::table::{Align, Table};
use licence_cli::{Facts, Failure, Format, clock, rng};
use licence_core::{Code, OwnerId, Text};
use serde::Serialize;

use super::list::Licences;
use crate::books::Books;
use crate::cli::{ContactArgs, OwnerEditArgs, OwnerListArgs, OwnerVerb};
use crate::description;
use crate::ledger::{Contact, Ledger, LedgerWriter, Owner};
use crate::value::Email;
use crate::vendor_dir::VendorDir;

pub(super) fn run(verb: &OwnerVerb, vendor: &VendorDir, format: Format) -> Result<(), Failure> {
    match verb {
        OwnerVerb::Add(args) => add(&args.contact, &mut vendor.ledger_writer()?, format),
        OwnerVerb::List(args) => format.print(&Owners::matching(args, &vendor.ledger()?)?),
        OwnerVerb::Show(args) => show(args.owner, &vendor.ledger()?, format),
        OwnerVerb::Edit(args) => edit(args, &mut vendor.ledger_writer()?, format),
    }
}

fn add(typed: &ContactArgs, ledger: &mut LedgerWriter, format: Format) -> Result<(), Failure> {
    let now = clock::now()?;
    let mut contact = Contact::default();
    set(&mut contact, typed);
    let owner = Owner { id: OwnerId(rng::uuid(now)?), created: now, contact };
    save(owner, ledger, format)
}

fn edit(args: &OwnerEditArgs, ledger: &mut LedgerWriter, format: Format) -> Result<(), Failure> {
    let mut owner = find(args.owner, ledger)?;
    for what in &args.clear {
        clear(&mut owner.contact, what);
    }
    set(&mut owner.contact, &args.contact);
    save(owner, ledger, format)
}

fn save(owner: Owner, ledger: &mut LedgerWriter, format: Format) -> Result<(), Failure> {
    if owner.display_name().is_empty() {
        return Err(Failure::usage("an owner needs a name, an address or an affiliation")
            .mend("give --name, --surname, --email or --affiliation"));
    }
    let facts = description::owner(&owner);
    ledger.record(&owner.into())?;
    format.print(&facts)
}

fn set(contact: &mut Contact, typed: &ContactArgs) {
    let ContactArgs { name, surname, email, affiliation, comments, fields } = typed.clone();
    contact.name = name.or(contact.name.take());
    contact.surname = surname.or(contact.surname.take());
    contact.email = email.or(contact.email.take());
    contact.affiliation = affiliation.or(contact.affiliation.take());
    contact.comments = comments.or(contact.comments.take());
    for field in fields {
        match field.value {
            Some(value) => contact.fields.insert(field.name, value),
            None => contact.fields.remove(&field.name),
        };
    }
}

fn clear(contact: &mut Contact, what: &str) {
    match what {
        "name" => contact.name = None,
        "surname" => contact.surname = None,
        "email" => contact.email = None,
        "affiliation" => contact.affiliation = None,
        // The command line knows no other.
        _ => contact.comments = None,
    }
}

fn find(id: OwnerId, ledger: &Ledger) -> Result<Owner, Failure> {
    ledger.owner(id)?.ok_or_else(|| {
        Failure::coded(Code::NotFound, format!("there is no owner `{id}` in the ledger"))
            .mend("see `owner list`")
    })
}

fn show(id: OwnerId, ledger: &Ledger, format: Format) -> Result<(), Failure> {
    let owner = description::owner(&find(id, ledger)?);
    let now = clock::now()?;
    let books = Books::read(ledger)?;
    let own = books.licences.iter().filter(|licence| licence.entry.signed.claims.sub == id);
    let licences = own.map(|licence| description::recorded(licence, &books, now)).collect();
    format.print(&Shown { owner, licences: Licences(licences) })
}

#[derive(Serialize)]
struct Shown {
    #[serde(flatten)]
    owner: Facts,
    licences: Licences,
}

impl fmt::Display for Shown {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "{}", self.owner)?;
        if self.licences.0.is_empty() { Ok(()) } else { write!(f, "\n{}", self.licences) }
    }
}

/// Owners, the oldest first.
#[derive(Serialize)]
#[serde(transparent)]
struct Owners(Vec<Facts>);

impl Owners {
    fn matching(args: &OwnerListArgs, ledger: &Ledger) -> Result<Self, Failure> {
        let wanted = args.matching.as_ref().map(|text| text.to_lowercase());
        let is_wanted = |owner: &&Owner| {
            wanted.as_ref().is_none_or(|wanted| {
                searched(&owner.contact).any(|text| text.to_lowercase().contains(wanted))
            })
        };
        let owners = ledger.owners()?;
        Ok(Self(owners.iter().filter(is_wanted).map(description::owner).collect()))
    }
}

fn searched(contact: &Contact) -> impl Iterator<Item = &str> {
    let Contact { name, surname, email, affiliation, fields, .. } = contact;
    let texts = [name, surname, affiliation].into_iter().flatten().chain(fields.values());
    texts.map(Text::as_str).chain(email.iter().map(Email::as_str))
}

impl fmt::Display for Owners {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let columns = ["owner", "name", "surname", "email", "affiliation"];
        let mut table = Table::headed(columns.map(|name| (name, Align::Left)));
        for owner in &self.0 {
            table.row(columns.map(|name| owner.spoken(name).unwrap_or_default()));
        }
        table.fmt(f)
    }
}
