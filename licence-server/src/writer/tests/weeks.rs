//! Weeks of one person with five tabs, and of one thief.

use rand::rngs::StdRng;
use rand::{RngExt as _, SeedableRng as _};

use super::*;

/// An honest client: tabs that share a token, use the access tokens they get, and try again.
struct Browser {
    /// What the tabs share.
    held: Device,
    /// When the latest access token of the session was made that the server has seen.
    seen_seq: Option<u64>,
}

impl Browser {
    /// Shows a token, as some tab does, and uses the access token that comes back.
    fn show(&mut self, house: &mut House, token: Device) -> Outcome {
        let seen_seq = self.seen_seq;
        let (outcome, _) = house.refresh_as(token, |refresh| refresh.seen_seq = seen_seq);
        if let Outcome::Granted(grant) = &outcome {
            self.seen_seq = Some(grant.position.seq);
            self.held = held_after(token, &outcome);
        }
        outcome
    }
}

#[test]
fn an_honest_client_in_five_tabs_is_never_signed_out_over_weeks() {
    for seed in 0..20 {
        let mut dice = StdRng::seed_from_u64(seed);
        let mut house = House::new(1);
        let ann = house.person("ann");
        let held = house.seated(ann);
        let mut browser = Browser { held, seen_seq: None };
        let weeks = house.now.plus(21 * DAY_SECS);
        while house.now < weeks {
            let parent = browser.held;
            // The first tab; its answer may be lost, and then it tries again.
            granted(browser.show(&mut house, parent));
            let mut waited_secs = 0;
            for _ in 1..5 {
                let secs = dice.random_range(0..=6);
                if waited_secs + secs >= 30 {
                    break;
                }
                waited_secs += secs;
                house.pass(secs);
                granted(browser.show(&mut house, parent));
            }
            let rests = [60, 840, 3600, 9 * 3600, 3 * DAY_SECS];
            house.pass(rests[dice.random_range(0..rests.len())] + waited_secs);
        }
    }
}

#[test]
fn a_thief_who_does_not_keep_up_is_caught_within_a_day_of_the_first_use() {
    for seed in 0..200 {
        let mut dice = StdRng::seed_from_u64(seed);
        let mut house = House::new(1);
        let ann = house.person("ann");
        let held = house.seated(ann);
        let mut browser = Browser { held, seen_seq: None };
        for _ in 0..dice.random_range(0..5) {
            house.pass(840);
            let token = browser.held;
            granted(browser.show(&mut house, token));
        }
        // The thief uses the copy at some time of the day, and not within 30 s of a rotation.
        let stolen = browser.held;
        let used_after = dice.random_range(31..810) + 840 * dice.random_range(0..60);
        let mut caught_at = None;
        let (start, mut is_used) = (house.now, false);
        while caught_at.is_none() && house.now.since(start) < used_after + DAY_SECS {
            let next = if is_used { 840 } else { (used_after - house.now.since(start)).min(840) };
            house.pass(next);
            let outcome = if !is_used && house.now.since(start) == used_after {
                is_used = true;
                let seen_seq = browser.seen_seq;
                let outcome = house.refresh_as(stolen, |refresh| refresh.seen_seq = seen_seq).0;
                if let Outcome::Granted(grant) = &outcome {
                    // What is stolen is used, or nothing was gained; and the server sees it.
                    browser.seen_seq = Some(grant.position.seq);
                }
                outcome
            } else {
                let token = browser.held;
                browser.show(&mut house, token)
            };
            if let Outcome::Refused(refusal) = outcome {
                assert_eq!(refusal.code(), Code::RefreshReused, "seed {seed}");
                caught_at = Some(house.now);
            }
        }
        let caught_at = caught_at.unwrap_or_else(|| panic!("seed {seed}: never caught"));
        assert!(caught_at.since(start) - used_after <= DAY_SECS, "seed {seed}");
        assert!(house.is_revoked(stolen.session), "seed {seed}: seat and tokens are gone");
    }
}
