//! What the server itself knows: how browsers reach it, who speaks for them, what time it is, and for how long
//! there is a licence.

use std::net::IpAddr;

use licence_core::UnixTime;

use super::{Check, Finding};
use crate::config::{Origin, Transport};
use crate::domain::{ClockDoubt, Judgement, Licences, Terms};
use crate::state::AppState;

/// Days before the licence's end from which on a renewal is asked for: mail and signatures take weeks.
const LICENCE_DAYS: i64 = 30;

const DAY_SECS: i64 = 86_400;

pub(super) fn checks(state: &AppState) -> [Check; 4] {
    let judged = state.judge();
    let mirror = state.mirror();
    let in_force = mirror.in_force(judged.now);
    [
        Check::new("address", address(&state.config().public)),
        Check::new("proxy", proxy(state.metrics().network_counts(), state.unbelieved_proxy())),
        Check::new("clock", clock(judged, state.reading().wall)),
        Check::new("licence", licence(in_force.as_ref(), &mirror.licences(), judged.now)),
    ]
}

/// Where browsers find the server.
fn address(public: &Origin) -> Finding {
    match public.transport() {
        Transport::Tls => Finding::Well(format!("browsers reach the server by TLS at {public}")),
        Transport::Loopback => {
            Finding::Well(format!("what goes to {public} does not leave this machine"))
        }
        Transport::Plain => Finding::mend(
            format!("passwords and cookies cross the network in the clear to {public}"),
            "serve with --tls-self or --tls-cert, or behind a proxy that speaks TLS, and make \
             `public_url` begin with https",
        ),
    }
}

/// Requests of the network since the start: all of them, and those that a proxy spoke for which is not trusted.
///
/// Anyone may send such a header, so one of a thousand says nothing. Behind a proxy every request has it.
fn proxy((all, unbelieved): (u64, u64), most: Option<IpAddr>) -> Finding {
    let Some(most) = most.filter(|_| unbelieved.saturating_mul(2) >= all) else {
        return Finding::Well(match unbelieved {
            0 => "no request came from a proxy that is not trusted".to_owned(),
            _ => format!(
                "{unbelieved} of {all} requests look as if a proxy that is not trusted sent them: too few for one of yours"
            ),
        });
    };
    Finding::mend(
        format!(
            "{unbelieved} of {all} requests came from a proxy that is not trusted, as {most}: to the \
             server all people behind it are one, and share its limits"
        ),
        format!(
            "where {most} is a proxy of yours, set `trusted_proxies = [\"{most}\"]` and start the server \
             anew"
        ),
    )
}

fn clock(Judgement { now, doubt }: Judgement, wall: UnixTime) -> Finding {
    match doubt {
        None => Finding::Well(format!("the clock is sound: {now}")),
        Some(ClockDoubt::Behind) => Finding::mend(
            format!("this machine's clock says {wall}, which is before a time that was trusted"),
            "set the clock right, or where it is right, `licence-server clock reset --reason TEXT`",
        ),
        Some(ClockDoubt::Ahead { .. }) => Finding::mend(
            format!("this machine's clock says {wall}, far ahead of {now}, and is not believed"),
            "set the clock right, or where it is right, `licence-server clock accept`",
        ),
    }
}

fn licence(in_force: Option<&Terms>, licences: &Licences, now: UnixTime) -> Finding {
    let valid = in_force.filter(|terms| terms.check(now).is_ok() && !licences.is_revoked(terms.id));
    let Some(valid) = valid else {
        return if licences.iter().next().is_some() {
            Finding::mend(
                "no licence that is installed is in force: the last one has ended, was revoked, or is to begin",
                "ask the vendor for a renewal, then `licence-server licence install FILE`",
            )
        } else {
            Finding::mend(
                "no licence is installed",
                "`licence-server request --institute NAME`, and install what the vendor sends",
            )
        };
    };
    // A renewal that is installed counts.
    let Some(end) = licences.covered_until(valid) else {
        return Finding::Well("the licence has no end".to_owned());
    };
    let days = end.since(now) / DAY_SECS;
    if days > LICENCE_DAYS {
        return Finding::Well(format!("the licence has {days} days left, until {end}"));
    }
    Finding::mend(
        format!("the licence ends in {days} days, on {end}"),
        "ask the vendor for a renewal, then `licence-server licence install FILE`",
    )
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::http::testing::{World, start};

    #[test]
    fn plain_http_on_a_network_is_found_and_on_this_machine_is_none() {
        let of = |url: &str| address(&url.parse().unwrap()).is_well();
        assert!(!of("http://192.168.1.5:8080"));
        assert!(of("http://localhost:8080") && of("https://seats.example.org"));
    }

    #[test]
    fn a_proxy_that_is_not_trusted_is_found_and_a_header_that_somebody_made_up_is_none() {
        let peer = Some("10.0.0.7".parse().unwrap());
        assert!(proxy((0, 0), None).is_well());
        assert!(proxy((1000, 1), peer).is_well());
        let Finding::Mend { remedy, .. } = proxy((1000, 999), peer) else { panic!("not found") };
        assert!(remedy.contains("trusted_proxies = [\"10.0.0.7\"]"), "{remedy}");
    }

    #[test]
    fn a_clock_that_is_not_believed_is_found_with_its_remedy() {
        let now = start();
        let of = |doubt| clock(Judgement { now, doubt }, now.plus(86_400));
        assert!(of(None).is_well());
        for (doubt, verb) in [
            (ClockDoubt::Behind, "clock reset"),
            (ClockDoubt::Ahead { since: now, ahead_secs: 7200 }, "clock accept"),
        ] {
            let Finding::Mend { remedy, .. } = of(Some(doubt)) else { panic!("{doubt:?}") };
            assert!(remedy.contains(verb), "{remedy}");
        }
    }

    #[tokio::test]
    async fn a_licence_that_ends_soon_is_found_until_its_renewal_is_installed() {
        let world = World::new();
        let sentence = |world: &World| {
            let mirror = world.state.mirror();
            let now = world.state.now();
            let in_force = mirror.in_force(now);
            match licence(in_force.as_ref(), &mirror.licences(), now) {
                Finding::Well(sentence) => format!("well: {sentence}"),
                Finding::Mend { sentence, .. } => sentence,
            }
        };
        assert_eq!(sentence(&world), "no licence is installed");
        world.furnish(1, 0).await;
        assert!(sentence(&world).starts_with("well: the licence has 365 days left"));
        // A server that runs for so long believes its clock, step by step.
        world.clock.advance(336 * DAY_SECS);
        assert!(
            sentence(&world).starts_with("the licence ends in 29 days"),
            "{}",
            sentence(&world)
        );
        world.clock.advance(30 * DAY_SECS);
        assert!(sentence(&world).starts_with("no licence that is installed is in force"));
    }
}
