//! `export`: all licences or owners for a spreadsheet or a script, and the keys of all sites for
//! services that check tokens.

use std::collections::BTreeMap;

use licence_cli::files::{Access, Delivery};
use licence_cli::{Facts, Failure, Format, clock, csv};
use licence_core::claims::LicenceClaims;
use licence_core::{KeyId, PublicKey, UnixTime, json};

use crate::books::Books;
use crate::cli::ExportArgs;
use crate::description::{self, COLUMNS, OWNER_COLUMNS};
use crate::vendor_dir::VendorDir;

pub(super) fn run(args: &ExportArgs, vendor: &VendorDir, format: Format) -> Result<(), Failure> {
    let now = clock::now()?;
    let ledger = vendor.ledger()?;
    let bytes = if args.owners {
        let owners: Vec<_> = ledger.owners()?.iter().map(description::owner).collect();
        table(&OWNER_COLUMNS, &owners, format)?
    } else {
        let books = Books::read(&ledger)?;
        let licences = books.matching(&args.filter, now);
        if args.jwks {
            let active = licences.filter(|licence| books.standing(licence, now).is_active());
            jwks(active.map(|licence| &licence.entry.signed.claims))
        } else {
            let rows = licences.map(|licence| description::recorded(licence, &books, now));
            table(&COLUMNS, &rows.collect::<Vec<_>>(), format)?
        }
    };
    Delivery::prepare(&args.out, &bytes, Access::Shared)?.hand_out()
}

fn table(columns: &[&str], rows: &[Facts], format: Format) -> Result<Vec<u8>, Failure> {
    match format {
        Format::Json => Format::json(&rows),
        Format::Text => {
            let cells = |row: &Facts| -> Vec<String> {
                columns.iter().map(|name| row.spoken(name).unwrap_or_default()).collect()
            };
            csv::write(columns, rows.iter().map(cells))
        }
    }
}

/// A site's key, whose it is, and how long tokens by it can be good.
struct SiteKey<'c> {
    key: &'c PublicKey,
    institute: &'c str,
    end: Option<UnixTime>,
}

/// A JWK set (RFC 7517) with two members more per key, which JOSE libraries pass over: `institute`, and
/// `exp`, absent where the licence has no end.
fn jwks<'c>(licences: impl Iterator<Item = &'c LicenceClaims>) -> Vec<u8> {
    let mut keys: BTreeMap<KeyId, SiteKey<'_>> = BTreeMap::new();
    for claims in licences {
        let Some(key) = &claims.site else { continue };
        let end = claims.period.last_end();
        let known = keys.entry(key.id()).or_insert(SiteKey {
            key,
            institute: claims.institute.name.as_str(),
            end,
        });
        known.end = known.end.zip(end).map(|(one, other)| one.max(other));
    }
    let mut text = json::object(|set| {
        set.array("keys", |array| {
            for SiteKey { key, institute, end } in keys.values() {
                array.object(|jwk| {
                    key.write_jwks_member(jwk);
                    jwk.string("institute", institute);
                    if let Some(end) = end {
                        jwk.integer("exp", end.secs());
                    }
                });
            }
        });
    });
    text.push('\n');
    text.into_bytes()
}
