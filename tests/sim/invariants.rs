//! What must hold after every step.

use std::collections::BTreeSet;

use licence_core::claims::Seats;
use licence_server::domain::{Holder, Scope};

use super::broken::{Broken, Promise, check};
use super::model::{is_per_session, total};
use super::server::Report;
use super::simulation::Simulation;

/// The longest that any lease lasts.
const LEASE_SECS_MAX: i64 = 86_400;

/// Who held seats before a step, and under which terms.
pub(crate) struct Before {
    seats: Option<Seats>,
    holders: BTreeSet<Holder>,
}

impl Simulation {
    pub(crate) fn before(&self) -> Before {
        let now = self.server.now();
        let seats = self.model.ledger.seats(now);
        let holders = seats.map(|seats| self.model.holders(seats, now)).unwrap_or_default();
        Before { seats, holders }
    }

    /// Checks everything after a step that went well.
    pub(crate) fn check(&mut self, before: &Before, report: &Report) -> Result<(), Broken> {
        self.check_standing()?;
        let now = self.server.now();
        let Some(seats) = self.model.ledger.seats(now) else { return Ok(()) };
        let holders = self.model.holders(seats, now);
        let is_within = holders.len() <= total(seats)
            || before.seats != Some(seats)
            || holders.is_subset(&before.holders);
        check(is_within, Promise::Seats, || {
            format!("{} seats of {} are held: {holders:?}", holders.len(), total(seats))
        })?;
        self.check_bells(report)
    }

    /// What holds at any time, right after a crash too.
    pub(crate) fn check_standing(&mut self) -> Result<(), Broken> {
        self.check_log()?;
        let now = self.server.now();
        self.model.tokens.check(&self.server.mirror, now)?;
        self.check_tokens()?;
        self.check_counters()
    }

    /// Whoever has a live access token holds a seat, so there are no more of them than seats.
    fn check_tokens(&self) -> Result<(), Broken> {
        let now = self.server.now();
        for access in self.model.tokens.accepted(&self.server.mirror, now) {
            let known = self.model.sessions.get(&access.place.session);
            let lease = known.and_then(|known| known.lease);
            let is_covered = access.scope == Scope::Admin
                || lease.is_some_and(|end| !now.is_expired(end) && access.exp <= end);
            check(is_covered, Promise::Tokens, || {
                format!("without a seat: {access:?}, {lease:?}")
            })?;
        }
        Ok(())
    }

    /// The log's chain holds, the mirror shows what is on disk, and the counters are those of the rows.
    fn check_counters(&self) -> Result<(), Broken> {
        let (shown, rows, now) = (self.server.mirror.site(), self.server.rows(), self.server.now());
        let durable = self.server.durable_site();
        check(shown == durable, Promise::Durable, || {
            format!("readers see {shown:?}, and on disk is {durable:?}")
        })?;
        let leases =
            rows.sessions.values().filter_map(|row| Some((row.lease_end?, row.user, row.id)));
        let out = rows.borrowings.values().filter(|row| row.is_out);
        let held: BTreeSet<_> = leases
            .clone()
            .map(|(_, user, session)| (user, session))
            .chain(out.map(|row| (row.user, row.session)))
            .collect();
        let users: BTreeSet<_> = held.iter().map(|(user, _)| user).collect();
        let counted = [users.len(), held.len(), rows.borrowings.len(), rows.queue.len()];
        let site = [shown.users_seated, shown.sessions_seated, shown.borrowed, shown.waiting];
        let is_same = counted.iter().zip(site).all(|(rows, site)| u32::try_from(*rows) == Ok(site));
        check(is_same, Promise::Durable, || format!("{counted:?} were counted, not {site:?}"))?;
        let is_bounded = leases.clone().all(|(end, ..)| end <= now.plus(LEASE_SECS_MAX));
        check(is_bounded, Promise::Seats, || "a lease lasts longer than any may".to_owned())
    }

    /// Those at the head of the queue are told of the seats that are free, by the time of the turn: a
    /// clock that it accepted counts from the next one on, for the licence too.
    fn check_bells(&self, report: &Report) -> Result<(), Broken> {
        let Some(seats) = self.model.ledger.seats(self.now) else { return Ok(()) };
        let holders = self.model.holders(seats, self.now);
        let free = total(seats).saturating_sub(holders.len());
        for holder in self.model.line.live(self.now).take(free) {
            check(report.woken.contains(&holder), Promise::NobodyOvertakes, || {
                let count = if is_per_session(seats) { "sessions" } else { "people" };
                format!(
                    "{free} seats ({count}) are free, and {holder:?} was not told: {:?}",
                    report.woken
                )
            })?;
        }
        Ok(())
    }

    /// The new entries of the audit log are chained to those before.
    fn check_log(&mut self) -> Result<(), Broken> {
        let (shown, server) = (self.server.mirror.site().position, &self.server);
        self.model.log.follow(|from| server.entries(from))?;
        let followed = self.model.log.last();
        check(followed == (shown.seq, shown.head), Promise::Durable, || {
            format!("the log ends with {followed:?}, and {shown:?} is shown")
        })
    }
}
