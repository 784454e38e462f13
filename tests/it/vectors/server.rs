//! The seat server: a licence that is installed, one that it finds when it starts, a token that comes
//! back.

use std::sync::Arc;

use licence_core::{Code, Part, Policy, Refusal, UnixTime};
use licence_server::domain::{Anchor, Licences, Reading, Site, Terms};
use licence_server::mirror::Mirror;
use licence_server::shelf::{Shelf, ShelvedLicence, Trust};
use licence_server::token::{BearerRefusal, BearerVerifier, TokenClaims};
use licence_tests::implementation::asked::{now, policy, roots};
use licence_tests::runner::Implementation;
use licence_tests::vectors::{Facts, Input, Vector, Verdict, Verify};
use licence_tests::world::World;

/// When the server meets the licence. Every server knows its product and its own key, and holds no
/// list but those in its licence files.
#[derive(Clone, Copy, PartialEq, Eq)]
pub(crate) enum Server {
    /// An administrator installs it.
    Installing,
    /// It was installed before, and the server starts; then tokens come back to it.
    Starting,
}

impl Implementation for Server {
    fn name(&self) -> &'static str {
        match self {
            Self::Installing => "licence-server, installing",
            Self::Starting => "licence-server, starting",
        }
    }

    fn covers(&self, vector: &Vector) -> bool {
        let Vector { verify, input, policy, .. } = vector;
        let is_met = match verify {
            Verify::Licence => true,
            // A header of HTTP is text; and who knows their own key knows whose the tokens of a
            // licence are that names nobody.
            Verify::Access => {
                let is_someones = policy.site.is_some() || !policy.allow_unbound;
                *self == Self::Starting && is_someones && !matches!(input, Input::Bytes { .. })
            }
            Verify::Admin
            | Verify::Revoked
            | Verify::Lease
            | Verify::Checkpoint
            | Verify::Usage
            | Verify::Request
            | Verify::Revocations
            | Verify::Key => false,
        };
        let holds_lists = policy.revocations.is_some() || vector.revoked.is_some();
        // The server takes an administrator's token for what it is, and says first that it has ended.
        let is_admins = vector.name == "ended-at-the-application";
        is_met && policy.product.is_some() && !holds_lists && !is_admins
    }

    fn verify(&mut self, vector: &Vector) -> Verdict {
        if vector.verify == Verify::Access {
            return access(vector);
        }
        self.licence(vector).into()
    }
}

impl Server {
    fn licence(self, vector: &Vector) -> Result<Facts, Refusal> {
        let (shelf, file, now) = (shelf(vector), vector.input.bytes(), now(vector));
        // One that has not begun is taken, and in use only from its first day on.
        let licence = match self {
            Self::Installing => shelf.admit(file, now)?.licence,
            Self::Starting => shelf.restore(file)?,
        };
        facts(&licence, now)
    }
}

fn facts(licence: &ShelvedLicence, now: UnixTime) -> Result<Facts, Refusal> {
    let valid = licence.accepted.at(now)?;
    // The rules of seats look at the times by themselves.
    assert_eq!(Terms::of(&licence.accepted).check(now), Ok(()), "no seat under a valid licence");
    let (claims, root) = (valid.claims(), licence.accepted.signed().root());
    Ok(Facts::licence(valid.state(), claims.jti, claims.seats.active_max.number(), root))
}

fn access(vector: &Vector) -> Verdict {
    let (shelf, now) = (shelf(vector), now(vector));
    let file = vector.licence.as_ref().expect("a token is verified under a licence");
    let licence = match shelf.restore(file.bytes()) {
        Ok(licence) => licence,
        Err(refusal) => return Err(refusal).into(),
    };
    let claims = licence.accepted.signed().claims();
    // Who knows their own key knows it also of a licence that names nobody.
    let site = claims.site.clone().unwrap_or_else(|| World::default().site.public().clone());
    let bearer = BearerVerifier::new(Arc::new(shelf), site, claims.product.clone());
    let mirror = in_force(&licence, now);
    let token = String::from_utf8(vector.input.bytes()).unwrap();
    let verify =
        || bearer.verify(token.as_bytes(), &mirror, now).map(|verified| verified.claims.clone());
    let said = verify();
    // What was verified once is remembered, and comes to the same.
    assert_eq!(verify(), said, "{}", vector.name);
    match said {
        Ok(TokenClaims::Application(claims)) => Verdict::Ok(Facts::access(&claims.sign_in)),
        // It opens the administration, and no application.
        Ok(TokenClaims::Admin(_)) => Verdict::refused(Part::Access, Code::WrongProduct),
        Err(BearerRefusal::Refused(refusal)) => Err(refusal).into(),
        Err(BearerRefusal::Ended) => Verdict::refused(Part::Access, Code::Expired),
        Err(
            refusal @ (BearerRefusal::NoLicence
            | BearerRefusal::Revoked
            | BearerRefusal::FromTheFuture),
        ) => panic!("{}: {refusal}", vector.name),
    }
}

/// The shelf of the server that is asked. Where a vector leaves the site open, it is the one that the
/// world's licences are for.
fn shelf(vector: &Vector) -> Shelf {
    let roots = roots(vector);
    let asked = policy(vector, &roots).expect("no list is held");
    let site = asked.site.or_else(|| Some(World::default().site.public().clone()));
    Shelf::new(Trust { roots, policy: Policy { site, ..asked } })
}

fn in_force(licence: &ShelvedLicence, now: UnixTime) -> Mirror {
    let mut licences = Licences::default();
    licences.add(Terms::of(&licence.accepted));
    let serial = Some(licence.accepted.signed().claims().serial);
    let epoch = World::default().access().position.epoch;
    let site = Site { serial, ..Site::new(now, epoch) };
    let anchor = Anchor::at_start(&site, Reading { wall: now, boot_secs: 0 }, 0);
    Mirror::new(site, anchor, licences, Vec::new())
}
