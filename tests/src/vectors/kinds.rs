//! Each kind of object where another is expected: what one grants, another never does.

use licence_core::Code::{Malformed, WrongType};
use licence_core::Kind;
use licence_core::armour::{self, Label};
use licence_core::claims::Claims;

use super::Vector;
use super::case::Case;
use crate::forge::Forge;
use crate::world::{World, signed};

pub(super) fn vectors(w: &World) -> Vec<Vector> {
    Kind::ALL.into_iter().flat_map(|expected| in_the_place_of(w, expected)).collect()
}

fn in_the_place_of(w: &World, expected: Kind) -> Vec<Vector> {
    let mut vectors = Vec::new();
    for offered in Kind::ALL.into_iter().filter(|offered| *offered != expected) {
        // As it is; then under the type that is looked for, signed by a key that may sign that type.
        let name = format!("{}-as-{}", name(offered), name(expected));
        let whole = genuine(w, offered).compact();
        vectors.push(offer(w, &name, expected, &whole).refused(expected.part(), WrongType));
        let renamed = relabelled(w, offered, expected);
        let name = format!("{name}-by-its-type");
        vectors.push(offer(w, &name, expected, &renamed).refused(expected.part(), Malformed));
    }
    for (name_of_typ, typ) in [("jwt", r#""JWT""#), ("another", r#""another+jwt""#)] {
        let text = genuine(w, expected).header(|h| h.set("typ", typ)).compact();
        let name = format!("{}-of-type-{name_of_typ}", name(expected));
        vectors.push(offer(w, &name, expected, &text).refused(expected.part(), WrongType));
    }
    let text = genuine(w, expected).header(|h| h.without("typ")).compact();
    let name = format!("{}-without-type", name(expected));
    vectors.push(offer(w, &name, expected, &text).refused(expected.part(), Malformed));
    vectors
}

fn name(kind: Kind) -> &'static str {
    kind.part().name()
}

fn genuine(w: &World, kind: Kind) -> Forge<'_> {
    match kind {
        Kind::Issuer => Forge::new(&w.issuer(), &w.root),
        Kind::Licence => Forge::new(&w.licence(), &w.root),
        Kind::Revocations => Forge::new(&w.revocations(), &w.root),
        Kind::Request => Forge::new(&w.request(), &w.site),
        Kind::Access => Forge::new(&w.access(), &w.site),
        Kind::Revoked => Forge::new(&w.revoked(), &w.site),
        Kind::Lease => Forge::new(&w.lease(), &w.site),
        Kind::Checkpoint => Forge::new(&w.checkpoint(), &w.site),
        Kind::Usage => Forge::new(&w.usage(), &w.site),
    }
}

/// The claims of one kind with the header and the signer of another.
fn relabelled(w: &World, claims: Kind, header: Kind) -> String {
    let json = match claims {
        Kind::Issuer => w.issuer().to_json(),
        Kind::Licence => w.licence().to_json(),
        Kind::Revocations => w.revocations().to_json(),
        Kind::Request => w.request().to_json(),
        Kind::Access => w.access().to_json(),
        Kind::Revoked => w.revoked().to_json(),
        Kind::Lease => w.lease().to_json(),
        Kind::Checkpoint => w.checkpoint().to_json(),
        Kind::Usage => w.usage().to_json(),
    };
    genuine(w, header).payload(json.as_bytes()).compact()
}

fn offer(w: &World, name: &str, expected: Kind, text: &str) -> Case {
    match expected {
        Kind::Licence => Case::licence(w, name, text),
        Kind::Revocations => Case::revocations(w, name, text),
        Kind::Request => Case::request(w, name, text),
        Kind::Access => Case::access(w, name, text),
        Kind::Revoked => Case::revoked(w, name, text),
        Kind::Lease => Case::lease(w, name, text),
        Kind::Checkpoint => Case::checkpoint(w, name, text),
        Kind::Usage => Case::usage(w, name, text),
        Kind::Issuer => {
            let licence = signed(&w.licence(), &w.issuing);
            let blocks =
                [(Label::Licence, licence.as_bytes()), (Label::IssuerKey, text.as_bytes())];
            Case::licence(w, name, armour::write(&blocks))
        }
    }
}
