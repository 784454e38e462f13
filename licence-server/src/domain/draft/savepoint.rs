//! What a rule wrote is taken back as a whole: a part of a rule is never committed.

use licence_core::UnixTime;

use super::tables::Marks;
use super::{Draft, Fronts, Log};
use crate::domain::licence::Licences;
use crate::domain::row::Site;

/// A point to come back to.
struct Savepoint {
    now: UnixTime,
    site: Site,
    licences: Licences,
    tables: Marks,
    done: [usize; 5],
    log: [usize; 8],
}

impl Draft {
    /// Runs a rule, and takes back what it wrote where it comes to nothing.
    pub(in crate::domain) fn attempt<T, E>(
        &mut self,
        rule: impl FnOnce(&mut Self) -> Result<T, E>,
    ) -> Result<T, E> {
        let savepoint = self.savepoint();
        let result = rule(self);
        if result.is_err() {
            self.roll_back(savepoint);
        }
        result
    }

    /// Runs a rule, and takes back what it wrote whatever came of it.
    pub(in crate::domain) fn roll_back_after(&mut self, rule: impl FnOnce(&mut Self)) {
        let savepoint = self.savepoint();
        rule(self);
        self.roll_back(savepoint);
    }

    fn savepoint(&self) -> Savepoint {
        let Fronts { leases, revocations, sessions, last_sessions, borrowings } = &self.fronts;
        let Log { entries, revoked, purged, licences, list, pruned, woken, refused } = &self.log;
        Savepoint {
            now: self.now,
            site: self.site,
            licences: self.licences.clone(),
            tables: self.tables.marks(),
            done: [
                leases.done,
                revocations.done,
                sessions.done,
                last_sessions.done,
                borrowings.done,
            ],
            log: [
                entries.len(),
                revoked.len(),
                purged.len(),
                licences.len(),
                list.len(),
                pruned.len(),
                woken.len(),
                refused.len(),
            ],
        }
    }

    fn roll_back(&mut self, savepoint: Savepoint) {
        let Savepoint { now, site, licences, tables, done, log } = savepoint;
        (self.now, self.site, self.licences) = (now, site, licences);
        self.tables.roll_back(tables);
        let fronts = &mut self.fronts;
        [
            fronts.leases.done,
            fronts.revocations.done,
            fronts.sessions.done,
            fronts.last_sessions.done,
            fronts.borrowings.done,
        ] = done;
        let [entries, revoked, purged, licences, list, pruned, woken, refused] = log;
        self.log.entries.truncate(entries);
        self.log.revoked.truncate(revoked);
        self.log.purged.truncate(purged);
        self.log.licences.truncate(licences);
        self.log.list.truncate(list);
        self.log.pruned.truncate(pruned);
        self.log.woken.truncate(woken);
        self.log.refused.truncate(refused);
    }
}
