//! Refusals in the audit log.

use super::*;

/// What the log says of refusals, from a place on.
fn refusals(house: &House, after: u64) -> Vec<String> {
    let entries = house.store.as_ref().unwrap().reader().entries(after + 1, 999).unwrap();
    let json = entries.into_iter().map(|entry| entry.json);
    json.filter(|json| json.contains(r#""act":"refused""#)).collect()
}

fn seq(house: &House) -> u64 {
    house.mirror.site().position.seq
}

/// Whoever showed the token of a session that had ended, in a loop, once filled the disk.
#[test]
fn the_same_refusal_is_written_down_once_a_minute_with_its_number() {
    let mut house = House::new(2);
    let (ann, ben) = (house.person("ann"), house.person("ben"));
    let (anns, bens) = (house.seated(ann), house.seated(ben));
    house.sign_out(anns);
    house.sign_out(bens);
    let before = seq(&house);
    let show = |house: &mut House, device| {
        let commands: Vec<_> = (0..50).map(|_| house.refresh_command(device).0).collect();
        let outcomes = house.turn(&commands);
        assert!(outcomes.iter().all(|outcome| refused(outcome) == Code::InvalidGrant));
    };
    for _ in 0..3 {
        show(&mut house, anns);
    }
    assert_eq!(refusals(&house, before).len(), 1);
    show(&mut house, bens);
    assert_eq!(refusals(&house, before).len(), 2, "another session's are others");
    house.pass(60);
    show(&mut house, anns);
    let told = refusals(&house, before);
    assert_eq!(told.len(), 3);
    assert!(told[2].contains(r#""times":150"#), "{}", told[2]);
    house.pass(60);
    house.one(Command::Sweep);
    let told = refusals(&house, before);
    assert!(told[3..].iter().all(|told| told.contains(r#""times":49"#)), "{told:?}");
    assert_eq!(told.len(), 5, "none is left uncounted");
    house.pass(60);
    house.one(Command::Sweep);
    assert_eq!(refusals(&house, before).len(), 5);
}
