//! The drill of `docs/keys.md`: its commands are run as they stand there.

use licence_core::armour::{self, Label};
use licence_core::claims::{Claims as _, IssuerClaims, LicenceClaims, SeatCount, Seats};
use licence_core::{
    LicenceId, Part, Policy, PrivateKey, PublicKey, Reason, Refusal, Roots, SignedLicence,
    SignedRevocations, TokenId, UnverifiedLicence, Uuid, keyfile,
};

use crate::fixtures;
use crate::run::Desk;

const PAGE: &str = include_str!("../../../docs/keys.md");

/// All shell blocks of the page, in their order.
fn script() -> String {
    let mut blocks = PAGE.split("```sh\n").skip(1);
    let mut script = String::new();
    while let Some((block, _)) = blocks.next().and_then(|rest| rest.split_once("```")) {
        script.push_str(block);
    }
    script
}

/// A desk after the whole drill.
fn desk() -> Desk {
    let desk = Desk::new();
    desk.write("request.txt", fixtures::request_file());
    desk.write("new-request.txt", fixtures::other_request());
    let answer = desk.shell(&script());
    assert_eq!(answer.status, 0, "{answer:?}");
    desk
}

fn roots(desk: &Desk) -> Roots {
    let key = |name: &str| PublicKey::parse(desk.read(name).as_bytes()).unwrap();
    Roots::new(vec![key("vendor/root.key.pub"), key("vendor/spare.key.pub")]).unwrap()
}

fn signed(desk: &Desk, file: &str) -> SignedLicence {
    let file = UnverifiedLicence::parse(file.as_bytes()).unwrap();
    file.verify_signatures(&roots(desk)).unwrap()
}

/// How an application that holds a list judges a file, in the hour in which it says it was signed.
fn judge(desk: &Desk, list: &str, file: &str) -> Result<(), Refusal> {
    let list = SignedRevocations::parse(desk.read(list).as_bytes(), &roots(desk)).unwrap();
    let policy = Policy { revocations: Some(list), ..Policy::default() };
    let signed = signed(desk, file);
    let hour = signed.claims().iat.plus(3600);
    signed.accept(&policy)?.at(hour).map(drop)
}

/// What a thief makes with the leaked key and its certificate: any claims, any date.
fn forged(desk: &Desk, change: impl FnOnce(LicenceClaims) -> LicenceClaims) -> String {
    let genuine = desk.read("order-1.licence");
    let key: PrivateKey =
        keyfile::parse(desk.read("vendor/retired/issuing.key").as_bytes(), None).unwrap();
    let claims = change(signed(desk, &genuine).claims().clone());
    let text = key.sign(claims.signing_input(key.public().id()));
    let (_, certificate) = armour::parse(genuine.as_bytes()).unwrap().remove(1);
    armour::write(&[(Label::Licence, text.as_bytes()), (Label::IssuerKey, &certificate)])
}

#[test]
fn the_page_does_what_it_says() {
    let desk = desk();
    let listed = desk.json("--vendor-dir vendor list --revisions");
    let rows: Vec<_> = listed.as_array().unwrap().iter().collect();
    let institutes: Vec<_> = rows.iter().map(|row| row["institute"].as_str().unwrap()).collect();
    let [first, chemistry, rebound, biology, maths] = institutes.as_slice() else {
        panic!("{listed}")
    };
    assert_eq!((first, rebound), (&"Institut für Physik", &"Institut für Physik"));
    assert_eq!(
        [*chemistry, *biology, *maths],
        ["Institut für Chemie", "Institut für Biologie", "Institut für Mathematik"]
    );
    assert_eq!((&rows[0]["state"], &rows[2]["state"]), (&"revoked".into(), &"valid".into()));
    assert_eq!(rows[2]["until"], rows[0]["until"], "rebound to the same end");
    assert_ne!(rows[2]["site_key"], rows[0]["site_key"]);
}

#[test]
fn a_leaked_key_keeps_what_the_ledger_lists_and_nothing_else() {
    let desk = desk();
    let list = "revocations-1.txt";
    for genuine in ["order-1.licence", "order-2.licence"] {
        assert_eq!(judge(&desk, list, &desk.read(genuine)), Ok(()), "{genuine}");
    }
    let more_seats = |claims| LicenceClaims {
        jti: LicenceId(Uuid::v7(1, [7; 10])),
        seats: Seats::new(SeatCount::new(1000).unwrap()),
        ..claims
    };
    let forgery = forged(&desk, more_seats);
    let refusal = judge(&desk, list, &forgery).unwrap_err();
    assert_eq!(refusal.reason, Reason::Revoked, "its date is that of a genuine one");
    let before = signed(&desk, &forgery).accept(&Policy::default()).unwrap();
    let hour = before.signed().claims().iat.plus(3600);
    assert!(before.at(hour).is_ok(), "without the list it would pass");
}

/// A thief knows the ids of what stays good: every copy of a licence shows its own.
#[test]
fn a_leaked_key_signs_nothing_else_under_a_kept_id() {
    let desk = desk();
    let more_seats = |claims: LicenceClaims| LicenceClaims {
        seats: Seats::new(SeatCount::new(1000).unwrap()),
        ..claims
    };
    let refusal = judge(&desk, "revocations-1.txt", &forged(&desk, more_seats)).unwrap_err();
    assert_eq!((refusal.at, refusal.reason), (Part::Licence, Reason::Revoked));
    let copied = forged(&desk, |claims| claims);
    assert_eq!(judge(&desk, "revocations-1.txt", &copied), Ok(()), "it says what was sold");
}

/// What a thief makes with the leaked root: a certificate for a key of their own, and a licence by it.
fn certified(desk: &Desk, change: impl FnOnce(IssuerClaims) -> IssuerClaims) -> String {
    let root = keyfile::parse(desk.read("vendor/root.key").as_bytes(), None).unwrap();
    let thief = PrivateKey::from_seed(&[9; 32]).unwrap();
    let genuine = signed(desk, &desk.read("order-2.licence"));
    let own = change(genuine.issuer().unwrap().clone());
    let own = IssuerClaims { key: thief.public().clone(), ..own };
    let certificate = root.sign(own.signing_input(root.public().id()));
    let licence = thief.sign(genuine.claims().signing_input(thief.public().id()));
    armour::write(&[
        (Label::Licence, licence.as_bytes()),
        (Label::IssuerKey, certificate.as_bytes()),
    ])
}

#[test]
fn a_leaked_root_certifies_no_more_keys() {
    let desk = desk();
    let list = "revocations-3.txt";
    assert_eq!(judge(&desk, list, &desk.read("order-2.licence")), Ok(()), "the ledger lists it");
    let fresh_id = |claims| IssuerClaims { jti: TokenId(Uuid::v7(1, [9; 10])), ..claims };
    let kept_id = |claims| claims;
    for forgery in [certified(&desk, fresh_id), certified(&desk, kept_id)] {
        let refusal = judge(&desk, list, &forgery).unwrap_err();
        assert_eq!((refusal.at, refusal.reason), (Part::Issuer, Reason::Revoked));
    }
    let banned = desk.run("--vendor-dir vendor revocations --root vendor/root.key --out list");
    assert_eq!(banned.status, 2, "{banned:?}");
}

#[test]
fn a_lost_site_key_is_good_for_nothing() {
    let desk = desk();
    let (old, new) = (desk.read("order-1.licence"), desk.read("order-1-rebound.licence"));
    assert_eq!(judge(&desk, "revocations-2.txt", &new), Ok(()));
    let refusal = judge(&desk, "revocations-2.txt", &old).unwrap_err();
    assert_eq!(refusal.reason, Reason::Revoked);
}

#[test]
fn the_ledger_holds_after_all_of_it() {
    let desk = desk();
    desk.ok("--vendor-dir vendor ledger verify");
    let keys = desk.ok("--vendor-dir vendor export --jwks");
    let keys: serde_json::Value = serde_json::from_str(&keys).unwrap();
    assert_eq!(keys["keys"].as_array().unwrap().len(), 2, "one site has a new key: {keys}");
    assert!(keys["keys"].as_array().unwrap().iter().all(|key| key["exp"].is_i64()));
}
