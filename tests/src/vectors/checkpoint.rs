//! Where an audit log stood, as its site signed it.

use licence_core::Code::{Malformed, TooLarge, UnknownKey, UnsupportedVersion, WrongProduct};
use licence_core::claims::CheckpointClaims;
use licence_core::limits::OBJECT_BYTES_MAX;
use licence_core::{Part, UnixTime};

use super::case::Case;
use super::{Facts, Vector};
use crate::forge::{Forge, padded_to};
use crate::world::{World, product, signed};

pub(super) fn vectors(w: &World) -> Vec<Vector> {
    let genuine = Forge::new(&w.checkpoint(), &w.site);
    [opened(w, &genuine), claims(w, &genuine)].concat()
}

fn opened(w: &World, genuine: &Forge<'_>) -> Vec<Vector> {
    let by = |key| signed(&w.checkpoint(), key);
    let ok =
        |name, text: String| Case::checkpoint(w, name, text).ok(Facts::checkpoint(&w.checkpoint()));
    let refused =
        |name, text: String, code| Case::checkpoint(w, name, text).refused(Part::Checkpoint, code);
    let of_another = CheckpointClaims { product: product("mill"), ..w.checkpoint() };
    let tomorrow = CheckpointClaims { iat: UnixTime::MAX, ..w.checkpoint() };
    let largest = |over| padded_to(genuine, OBJECT_BYTES_MAX + over);
    vec![
        ok("genuine", by(&w.site)),
        ok("largest", largest(0)),
        refused("too-large", largest(1), TooLarge),
        // The past needs no clock, and one that is wrong now does not undo it.
        ok("of-a-clock-in-9999", signed(&tomorrow, &w.site)),
        refused("by-another-site", by(&w.other_site), UnknownKey),
        refused("by-the-root", by(&w.root), UnknownKey),
        refused("of-another-product", signed(&of_another, &w.site), WrongProduct),
    ]
}

fn claims(w: &World, genuine: &Forge<'_>) -> Vec<Vector> {
    let refused = |name: &str, forge: Forge<'_>, code| {
        Case::checkpoint(w, name, forge.compact()).refused(Part::Checkpoint, code)
    };
    let missing = ["ver", "aud", "iat", "epoch", "seq", "head"].map(|name| {
        let forge = genuine.clone().claims(|c| c.without(name));
        refused(&format!("{name}-missing"), forge, Malformed)
    });
    let wrong = [
        ("version-2", "ver", "2", UnsupportedVersion),
        ("aud-of-the-application", "aud", r#""lab""#, Malformed),
        ("aud-without-product", "aud", r#""checkpoint:""#, Malformed),
        ("seq-negative", "seq", "-1", Malformed),
        ("head-too-short", "head", r#""AAAA""#, Malformed),
        ("iat-in-2019", "iat", "1577836799", Malformed),
    ];
    let wrong = wrong.map(|(name, claim, value, code)| {
        refused(name, genuine.clone().claims(|c| c.set(claim, value)), code)
    });
    missing.into_iter().chain(wrong).collect()
}
