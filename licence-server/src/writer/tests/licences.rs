//! Licences that begin, end and follow one another.

use super::*;
use crate::domain::InstallRevocations;

#[test]
fn time_without_a_licence_is_not_idle_time() {
    let mut house = House::new(1);
    let ann = house.person("ann");
    let end = terms(1).period.last_end().unwrap();
    house.now = end.plus(-DAY_SECS);
    let device = house.seated(ann);
    house.pass(60 * DAY_SECS);
    assert_eq!(refused(&house.refresh(device).0), Code::LicenceExpired, "and not ended");
    let renewal = Terms {
        id: LicenceId(Uuid::from_bytes([8; 16])),
        revision: 2,
        period: Period::perpetual(end.plus(58 * DAY_SECS)),
        ..terms(1)
    };
    house.one(install(renewal));
    house.pass(28 * DAY_SECS);
    let device = house.refreshed(device);
    house.pass(30 * DAY_SECS);
    assert_eq!(refused(&house.refresh(device).0), Code::InvalidGrant, "30 days with a licence");
}

#[test]
fn a_licence_that_ended_gives_no_token_and_ends_no_session() {
    let mut house = House::new(1);
    let ann = house.person("ann");
    let device = house.seated(ann);
    let end = terms(1).period.last_end().unwrap();
    house.now = end.plus(-1);
    assert_eq!(refused(&house.refresh(device).0), Code::InvalidGrant, "180 days are over");
    let (outcome, device) = house.sign_in(ann);
    granted(outcome);
    house.pass(1);
    assert_eq!(refused(&house.refresh(device).0), Code::LicenceExpired);
    assert_eq!(refused(&house.sign_in(ann).0), Code::LicenceExpired);
    let renewal = Terms {
        id: LicenceId(Uuid::from_bytes([8; 16])),
        revision: 2,
        period: Period::perpetual(end),
        ..terms(1)
    };
    house.one(install(renewal));
    house.refreshed(device);
}

#[test]
fn a_licence_comes_again_with_a_newer_revocation_list() {
    let mut house = House::new(1);
    let file = |house: &House| house.store.as_ref().unwrap().reader().licence_files().unwrap();
    let again = |list_seq, file: &[u8]| {
        let terms = Terms { list_seq, ..terms(1) };
        install_file(file, terms, Replace::SameSeries)
    };
    for (list_seq, text, kept) in [(2, "two", "two"), (1, "one", "two"), (2, "also two", "two")] {
        let outcome = house.one(again(list_seq, text.as_bytes()));
        assert!(matches!(outcome, Outcome::Installed { .. }), "{outcome:?}");
        assert_eq!(file(&house), [kept.as_bytes()]);
    }
    let forged = Terms { list_seq: 9, ..terms(50) };
    assert_eq!(refused(&house.one(install(forged))), Code::Conflict, "one id, two licences");
}

#[test]
fn what_is_damaged_in_the_store_is_written_again_while_the_server_goes_by_it() {
    let mut house = House::new(1);
    let again = |terms| {
        let file = b"again".to_vec();
        let Command::InstallLicence(install) = install(terms) else { panic!() };
        Command::InstallLicence(InstallLicence { file, stored: Stored::Damaged, ..install })
    };
    let forged = Terms { list_seq: 9, ..terms(50) };
    assert_eq!(refused(&house.one(again(forged))), Code::Conflict, "one id, two licences");
    let outcome = house.one(again(terms(1)));
    assert!(matches!(outcome, Outcome::Installed { .. }), "{outcome:?}");
    let files = house.store.as_ref().unwrap().reader().licence_files().unwrap();
    assert_eq!(files, [b"again".to_vec()]);
}

#[test]
fn a_renewal_takes_over_when_it_begins() {
    let mut house = House::new(1);
    let (ann, ben) = (house.person("ann"), house.person("ben"));
    house.seated(ann);
    let later = START.plus(100);
    let renewal = Terms {
        id: LicenceId(Uuid::from_bytes([8; 16])),
        revision: 2,
        period: Period::perpetual(later),
        ..terms(2)
    };
    assert_eq!(house.one(install(renewal)), Outcome::Installed { from: later });
    let (outcome, bens) = house.sign_in(ben);
    assert!(matches!(outcome, Outcome::NoSeat(_)), "staged, and not in force");
    house.pass(100);
    assert_eq!(granted(house.refresh(bens).0).seat.unwrap().licence, renewal.id);
    let older = Terms { id: LicenceId(Uuid::from_bytes([7; 16])), ..terms(50) };
    assert_eq!(refused(&house.one(install(older))), Code::Conflict, "a lower revision");
    let other = Terms { serial: Serial::from_random([2; 15]), ..renewal };
    assert_eq!(refused(&house.one(install(other))), Code::Conflict, "another series");
    let replace = |terms| install_file(b"signed", terms, Replace::AnySeries);
    let ahead = Terms { period: Period::perpetual(house.now.plus(3 * DAY_SECS)), ..other };
    assert_eq!(refused(&house.one(replace(ahead))), Code::NotYetValid, "it would stop the site");
    let other = Terms { id: LicenceId(Uuid::from_bytes([6; 16])), ..other };
    assert!(matches!(house.one(replace(other)), Outcome::Installed { .. }));
}

fn list(seq: u32, revoked: &[LicenceId]) -> Command {
    let revoked = revoked.iter().copied().collect();
    let file = seq.to_string().into_bytes();
    Command::InstallRevocations(InstallRevocations {
        file,
        seq,
        stored: Stored::Sound,
        revoked,
        list_seq: seq,
        by: Actor::Local,
    })
}

/// Each of two lists that came at once was newer than the one before, and the older came second: what
/// the newer one had taken back was good again.
#[test]
fn of_two_lists_that_come_at_once_the_newer_counts() {
    let mut house = House::new(1);
    let ann = house.person("ann");
    let outcomes = house.turn(&[list(3, &[terms(1).id]), list(2, &[]), list(3, &[])]);
    assert_eq!(outcomes[0], Outcome::Done);
    assert_eq!(refused(&outcomes[1]), Code::Conflict);
    assert_eq!(refused(&outcomes[2]), Code::Conflict, "one number, two lists");
    let kept = |house: &House| house.store.as_ref().unwrap().reader().revocation_list().unwrap();
    assert_eq!(kept(&house), Some(b"3".to_vec()));
    assert_eq!(refused(&house.sign_in(ann).0), Code::Revoked);
    house.reopen();
    assert_eq!(refused(&house.one(list(2, &[]))), Code::Conflict, "after a restart too");
    assert_eq!(house.one(list(4, &[])), Outcome::Done);
    house.seated(ann);
}

#[test]
fn a_licence_that_comes_at_once_with_a_newer_list_takes_nothing_of_it_back() {
    let mut house = House::new(1);
    let ann = house.person("ann");
    let renewal = Terms {
        id: LicenceId(Uuid::from_bytes([8; 16])),
        revision: 2,
        period: Period::perpetual(START.plus(DAY_SECS)),
        list_seq: 2,
        ..terms(1)
    };
    house.turn(&[list(3, &[terms(1).id]), install(renewal)]);
    assert_eq!(refused(&house.sign_in(ann).0), Code::Revoked);
    let next =
        Terms { id: LicenceId(Uuid::from_bytes([7; 16])), revision: 3, list_seq: 4, ..renewal };
    house.one(install(next));
    house.seated(ann);
    assert_eq!(refused(&house.one(list(4, &[terms(1).id]))), Code::Conflict, "it came with that");
}

#[test]
fn of_two_renewals_that_come_at_once_the_higher_revision_counts() {
    let mut house = House::new(1);
    let renewal =
        |revision, id| Terms { id: LicenceId(Uuid::from_bytes([id; 16])), revision, ..terms(2) };
    let outcomes = house.turn(&[install(renewal(3, 8)), install(renewal(2, 7))]);
    assert_eq!(outcomes[0], Outcome::Installed { from: terms(1).period.nbf() });
    assert_eq!(refused(&outcomes[1]), Code::Conflict);
    assert_eq!(house.mirror.in_force(house.now).unwrap().revision, 3);
}
