//! The chain of trust, told link by link.

use std::fmt;

use licence_cli::Facts;
use licence_cli::table::{Align, Table};
use licence_core::claims::{IssuerClaims, LicenceClaims, SeatHolder};
use licence_core::{LicenceState, Product, SignedLicence, UnixTime, ValidLicence};
use serde::Serialize;

use crate::description;
use crate::value::DAY_SECS;

/// A licence that holds, and why.
#[derive(Serialize)]
pub(super) struct Verified {
    #[serde(flatten)]
    pub(super) verdict: Verdict,
    #[serde(flatten)]
    pub(super) chain: Chain,
}

/// Links whose signatures hold, from the root down, and what they come to.
#[derive(Serialize)]
pub(super) struct Chain {
    chain: Vec<Link>,
    licence: Facts,
}

/// One link: what it is, which, and what it proved.
#[derive(Serialize)]
struct Link {
    link: &'static str,
    id: String,
    proved: String,
}

/// How a licence stands now.
#[derive(Serialize)]
pub(super) struct Verdict {
    state: &'static str,
    at: String,
    #[serde(skip_serializing_if = "Option::is_none")]
    until: Option<String>,
    #[serde(skip_serializing_if = "Option::is_none")]
    days_left: Option<i64>,
}

impl Chain {
    pub(super) fn of(signed: &SignedLicence) -> Self {
        let claims = signed.claims();
        let root = Link {
            link: "root_key",
            id: signed.root().to_string(),
            proved: "it was given with --root, and signed the next link".to_owned(),
        };
        let licence = Link { link: "licence", id: claims.jti.to_string(), proved: granted(claims) };
        let links = [Some(root), signed.issuer().map(issuing_key), Some(licence), site(claims)];
        Self { chain: links.into_iter().flatten().collect(), licence: description::licence(claims) }
    }
}

fn issuing_key(claims: &IssuerClaims) -> Link {
    let products = claims.products.as_ref().map_or("every product".to_owned(), |products| {
        products.iter().map(Product::as_str).collect::<Vec<_>>().join(", ")
    });
    let seats = claims.seats_max.map(|seats| format!(", up to {} seats", seats.number()));
    Link {
        link: "issuing_key",
        id: claims.key.id().to_string(),
        proved: format!(
            "it may sign for {products}{}, from {} to {}, and signed the licence",
            seats.unwrap_or_default(),
            claims.nbf,
            claims.exp
        ),
    }
}

fn granted(claims: &LicenceClaims) -> String {
    let holder = match claims.seats.holder {
        SeatHolder::User => "people",
        SeatHolder::Session => "sessions",
    };
    format!(
        "`{}` may use {} with {} {holder} at once: serial {}, revision {}{}",
        claims.institute.name,
        claims.product,
        claims.seats.active_max.number(),
        claims.serial,
        claims.revision,
        if claims.is_test { ", for tests only" } else { "" }
    )
}

fn site(claims: &LicenceClaims) -> Option<Link> {
    let site = claims.site.as_ref()?;
    Some(Link {
        link: "site_key",
        id: site.id().to_string(),
        proved: "it alone may sign access tokens under the licence".to_owned(),
    })
}

impl Verdict {
    pub(super) fn of(valid: &ValidLicence<'_>, now: UnixTime) -> Self {
        let period = valid.claims().period;
        let end = match valid.state() {
            LicenceState::Valid | LicenceState::Expiring => period.exp(),
            LicenceState::Grace => period.grace_until(),
        };
        Self {
            state: valid.state().name(),
            at: now.to_string(),
            until: end.map(|end| end.to_string()),
            days_left: end.map(|end| end.since(now).div_euclid(DAY_SECS)),
        }
    }
}

impl fmt::Display for Chain {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let mut table = Table::plain([Align::Left, Align::Left]);
        for Link { link, id, proved } in &self.chain {
            table.row([&link.replace('_', " "), id]).row(["", proved]);
        }
        table.fmt(f)
    }
}

impl fmt::Display for Verdict {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let Self { state, at, until, days_left } = self;
        match (until, days_left) {
            (Some(until), Some(days)) => {
                writeln!(f, "{state} at {at}: until {until}, {days} days left")
            }
            _ => writeln!(f, "{state} at {at}: without an end"),
        }
    }
}

impl fmt::Display for Verified {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "{}{}", self.chain, self.verdict)
    }
}
