//! Whether a renewal takes something away, so that the revision before it must not go on.

use licence_core::UnixTime;
use licence_core::claims::{Borrow, Feature, Features, LicenceClaims, Seats};

/// From when on the revisions before `new` are to be taken back; `None` where they may run out by
/// themselves.
///
/// They are taken back where the new one grants less than one of them or is bound to another key, and
/// that one would still hold when the new one starts: a site that simply did not install the new one
/// would keep what it has no longer.
pub(crate) fn takes_away<'c>(
    before: impl IntoIterator<Item = &'c LicenceClaims>,
    new: &LicenceClaims,
) -> Option<UnixTime> {
    let start = new.period.nbf();
    let still_holds =
        |old: &LicenceClaims| old.period.last_end().is_none_or(|end| !start.is_expired(end));
    let is_less = |old: &LicenceClaims| old.site != new.site || grants_less(old, new);
    before.into_iter().any(|old| still_holds(old) && is_less(old)).then_some(start)
}

fn grants_less(old: &LicenceClaims, new: &LicenceClaims) -> bool {
    let ends_earlier = match (old.period.last_end(), new.period.last_end()) {
        (_, None) => false,
        (None, Some(_)) => true,
        (Some(old), Some(new)) => new < old,
    };
    ends_earlier
        || (new.is_test && !old.is_test)
        || has_fewer_features(&old.features, &new.features)
        || has_fewer_seats(&old.seats, &new.seats)
}

fn has_fewer_features(old: &Features, new: &Features) -> bool {
    old.iter().any(|(name, old)| match (old, new.value(name)) {
        (Feature::Bool(old), Some(Feature::Bool(new))) => new < old,
        (Feature::Integer(old), Some(Feature::Integer(new))) => new < old,
        (Feature::List(old), Some(Feature::List(new))) => {
            !old.iter().all(|item| new.contains(item))
        }
        // Which of two words is worth more, only the application knows.
        (old, new) => Some(old) != new,
    })
}

fn has_fewer_seats(old: &Seats, new: &Seats) -> bool {
    let all = |seats: &Seats| seats.active_max.number().saturating_add(seats.overage);
    let registered = |seats: &Seats| seats.registered_max.unwrap_or(u32::MAX);
    let borrowed = |borrow: Option<Borrow>| borrow.map_or((0, 0), |b| (b.days_max, b.seats_max));
    let ((old_days, old_borrowed), (new_days, new_borrowed)) =
        (borrowed(old.borrow), borrowed(new.borrow));
    new.holder != old.holder
        || all(new) < all(old)
        || new.active_max < old.active_max
        || registered(new) < registered(old)
        || new.sessions_max < old.sessions_max
        || new_days < old_days
        || new_borrowed < old_borrowed
}

#[cfg(test)]
mod tests {
    use licence_core::claims::{
        Affiliated, Feature, Features, LicenceClaims, Period, SeatCount, Seats,
    };
    use licence_core::{
        FeatureName, Institute, LicenceId, OwnerId, PrivateKey, Product, Serial, UnixTime, Uuid,
        Vendor,
    };

    use super::takes_away;

    fn day(number: i64) -> UnixTime {
        UnixTime::MIN.plus(number * 86_400)
    }

    fn licence() -> LicenceClaims {
        let id = Uuid::from_bytes([1; 16]);
        let site = PrivateKey::from_seed(&[1; 32]).unwrap();
        LicenceClaims {
            iss: Vendor::parse("Acme").unwrap(),
            sub: OwnerId(id),
            product: Product::parse("viewer").unwrap(),
            jti: LicenceId(id),
            iat: day(0),
            period: Period::limited(day(0), day(365), None, Some(day(379))).unwrap(),
            serial: Serial::from_random([1; 15]),
            revision: 1,
            institute: Affiliated { name: Institute::parse("X").unwrap(), affiliation: None },
            seats: Seats::new(SeatCount::new(5).unwrap()),
            features: Features::default(),
            site: Some(site.public().clone()),
            revocations_min: None,
            is_test: false,
        }
    }

    fn next(nbf: i64, exp: i64) -> LicenceClaims {
        let period = Period::limited(day(nbf), day(exp), None, Some(day(exp + 14))).unwrap();
        LicenceClaims { period, revision: 2, ..licence() }
    }

    fn seats(number: u32) -> Seats {
        Seats::new(SeatCount::new(number).unwrap())
    }

    #[test]
    fn what_grants_as_much_takes_nothing_away() {
        assert_eq!(takes_away([&licence()], &next(365, 730)), None);
        let more = LicenceClaims { seats: seats(6), ..next(100, 730) };
        assert_eq!(takes_away([&licence()], &more), None);
    }

    #[test]
    fn the_old_one_goes_when_a_smaller_one_starts() {
        let fewer = LicenceClaims { seats: seats(4), ..next(365, 730) };
        assert_eq!(takes_away([&licence()], &fewer), Some(day(365)), "its grace would go on");
        let late = LicenceClaims { seats: seats(4), ..next(379, 730) };
        assert_eq!(takes_away([&licence()], &late), None, "it is over by then");
        assert_eq!(takes_away([&licence()], &next(10, 300)), Some(day(10)), "it ends earlier");
        let test = LicenceClaims { is_test: true, ..next(10, 730) };
        assert_eq!(takes_away([&licence()], &test), Some(day(10)));
    }

    #[test]
    fn the_old_one_goes_when_another_key_takes_over() {
        let other = PrivateKey::from_seed(&[2; 32]).unwrap().public().clone();
        let rebound = LicenceClaims { site: Some(other), ..next(30, 365) };
        assert_eq!(takes_away([&licence()], &rebound), Some(day(30)));
        let unbound = LicenceClaims { site: None, ..next(30, 365) };
        assert_eq!(takes_away([&licence()], &unbound), Some(day(30)));
    }

    #[test]
    fn fewer_of_anything_is_less() {
        let plenty = Seats { registered_max: None, overage: 2, sessions_max: 5, ..seats(5) };
        let old = LicenceClaims { seats: plenty, ..licence() };
        for fewer in [
            Seats { registered_max: Some(9), ..plenty },
            Seats { overage: 1, ..plenty },
            Seats { sessions_max: 4, ..plenty },
            Seats { holder: licence_core::claims::SeatHolder::Session, ..plenty },
        ] {
            let new = LicenceClaims { seats: fewer, ..next(1, 365) };
            assert_eq!(takes_away([&old], &new), Some(day(1)), "{fewer:?}");
        }
    }

    #[test]
    fn every_revision_that_still_holds_counts() {
        let middle = LicenceClaims { seats: seats(3), ..next(365, 730) };
        let new = LicenceClaims { seats: seats(4), ..next(370, 730) };
        assert_eq!(takes_away([&middle], &new), None);
        assert_eq!(
            takes_away([&licence(), &middle], &new),
            Some(day(370)),
            "the first is in grace"
        );
    }

    #[test]
    fn a_feature_is_less_when_it_is_off_lower_shorter_or_gone() {
        let name = || FeatureName::parse("f").unwrap();
        let with = |feature: &Feature| Features::default().with(name(), feature.clone()).unwrap();
        let list = |items: &[&str]| Feature::List(items.iter().map(|i| (*i).to_owned()).collect());
        let text = |text: &str| Feature::String(text.to_owned());
        for (old, new, is_less) in [
            (Feature::Bool(false), Feature::Bool(true), false),
            (Feature::Bool(true), Feature::Bool(false), true),
            (Feature::Integer(5), Feature::Integer(6), false),
            (Feature::Integer(5), Feature::Integer(4), true),
            (list(&["a"]), list(&["b", "a"]), false),
            (list(&["a", "b"]), list(&["a"]), true),
            (text("gold"), text("gold"), false),
            (text("gold"), text("silver"), true),
            (Feature::Integer(5), text("5"), true),
        ] {
            let before = LicenceClaims { features: with(&old), ..licence() };
            let after = LicenceClaims { features: with(&new), ..next(1, 365) };
            assert_eq!(takes_away([&before], &after).is_some(), is_less, "{old:?} {new:?}");
        }
        let before = LicenceClaims { features: with(&Feature::Bool(true)), ..licence() };
        assert!(takes_away([&before], &next(1, 365)).is_some());
    }
}
