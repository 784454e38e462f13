//! Makes what every contender verifies: `texts FOLDER NOW`.
//!
//! The world of the tests lives in 2030, and jsonwebtoken asks the real clock; so its claims are
//! moved to the time that is given, in seconds since 1970.

use std::env;
use std::error::Error;
use std::path::Path;

use licence_core::armour::{self, Label};
use licence_core::claims::{AccessClaims, LicenceClaims, Period, SignInClaims};
use licence_core::{PublicKey, UnixTime, json};
use licence_tests::world::{DAY, World, signed};
use peer_protocol::Texts;

fn main() -> Result<(), Box<dyn Error>> {
    let arguments: Vec<_> = env::args().skip(1).collect();
    let [folder, now] = arguments.as_slice() else {
        return Err("say which folder to fill and what time it is".into());
    };
    let now = UnixTime::from_secs(now.parse()?).ok_or("the time is out of bounds")?;
    Ok(texts(now)?.write(Path::new(folder))?)
}

fn texts(now: UnixTime) -> Result<Texts, Box<dyn Error>> {
    let world = World::default();
    let licence = signed(&licence(&world, now)?, &world.root);
    Ok(Texts {
        licence_file: armour::write(&[(Label::Licence, licence.as_bytes())]),
        access: signed(&access(&world, now), &world.site),
        root: jwk(world.root.public()),
        site: jwk(world.site.public()),
        now: now.secs().to_string(),
        licence,
    })
}

fn licence(world: &World, now: UnixTime) -> Result<LicenceClaims, &'static str> {
    let day = |days: i64| now.plus(days * DAY);
    let period = Period::limited(day(-100), day(265), Some(day(200)), Some(day(279)));
    let period = period.ok_or("the times of the licence are out of bounds")?;
    Ok(LicenceClaims { iat: day(-100), period, ..world.licence() })
}

/// A token for as long as one may last, so that it outlives the measurement.
fn access(world: &World, now: UnixTime) -> AccessClaims {
    let token = world.access();
    let sign_in = SignInClaims {
        iat: now.plus(-60),
        exp: now.plus(3540),
        auth_time: now.plus(-3600),
        ..token.sign_in
    };
    AccessClaims { sign_in, ..token }
}

fn jwk(key: &PublicKey) -> String {
    json::object(|jwk| key.write_jwks_member(jwk))
}
