//! What cannot be of one log.

use std::collections::{BTreeMap, BTreeSet};

use licence_core::claims::{LogPosition, LogStep};
use licence_core::limits::SERVER_LEEWAY_SECS;
use licence_core::{ChainHead, Code};

use super::contradiction::{Contradiction, logged, sighted};
use super::evidence::{Evidence, Sighting};
use super::log::Log;

#[cfg(test)]
mod tests;

/// What the evidence comes to.
pub(super) struct Judgement {
    pub(super) contradictions: Vec<Contradiction>,
    /// How often a place was held against no entry of a log, because the log does not say of which life of the
    /// store it tells there.
    pub(super) skipped: usize,
    /// Logs that do not lead to what was signed in one life, and may be of another.
    pub(super) undecided: usize,
}

/// All contradictions: those of each log with what was seen of it, of two logs, of what was seen of one
/// place, and of what was seen first and later.
pub(super) fn judge(evidence: Evidence) -> Judgement {
    let Evidence { mut sightings, orders, logs } = evidence;
    let mut found = Vec::new();
    let mut ends = Vec::new();
    let walks: Vec<Walk> = logs.iter().map(|log| Walk::through(log, &sightings)).collect();
    for (log, walk) in logs.iter().zip(&walks) {
        found.extend(walk.contradiction(log, &sightings));
        ends.extend(walk.end(log, &sightings));
    }
    let skipped = walks.iter().map(|walk| walk.skipped).sum();
    let undecided = walks.iter().filter(|walk| walk.is_undecided).count();
    found.extend(pairs(&logs));
    sightings.extend(ends);
    found.extend(forks(&sightings));
    let order = |(before, later): &(usize, usize)| {
        in_order(sightings.get(*before)?, sightings.get(*later)?)
    };
    found.extend(orders.iter().filter_map(order));
    found.extend(dated(&sightings, &logs));
    Judgement { contradictions: found, skipped, undecided }
}

/// Whether a place can stand where the log does not say of which life it tells: before a restore that it names stands an
/// earlier life. What the site told of its past later bears the life in which it told it.
fn is_early(sighting: &Sighting, log: &Log) -> bool {
    let life = sighting.position.epoch.counter;
    sighting.stood.is_none() || log.restored_first().is_none_or(|first| life < first)
}

/// A log recomputed, and held against what was seen of it.
struct Walk {
    /// What it leads to, by number.
    met: Vec<usize>,
    /// The first that it does not lead to.
    missed: Option<usize>,
    /// The head after its last entry, where that can be told.
    head: Option<ChainHead>,
    /// Places that were seen in another life, or before the first that tells its head.
    skipped: usize,
    /// Whether it contradicts nothing only because it may be of a life of which too little was seen to tell.
    is_undecided: bool,
}

impl Walk {
    /// A log whose beginning was pruned may tell there of any life in which the site signed a place of it, and of one
    /// before those that it names of which nothing was seen. So it is held against each, the latest first, and
    /// contradicts what was signed only if it does in all of them. A place by itself fits every log: where one of
    /// them does no more than not to contradict, and another does, it is undecided.
    fn through(log: &Log, sightings: &[Sighting]) -> Self {
        let is_open = |sighting: &&Sighting| {
            let LogPosition { seq, .. } = sighting.position;
            let is_within = log.first.saturating_sub(1) <= seq && seq < log.next();
            sighting.is_signed && is_within && log.epoch_counter(seq).is_none()
        };
        let open: Vec<&Sighting> = sightings.iter().filter(is_open).collect();
        // What the site said later of its past, at the beginning of a statement or of what a cut left, it said of the
        // life that it was in: where the log names that life, nothing is open.
        let said_later = open.iter().filter(|sighting| sighting.stood.is_none());
        let own = said_later.map(|sighting| sighting.position.epoch.counter);
        if let Some(own) = own.filter(|life| log.names(*life)).max() {
            return Self::in_life(Some(own), log, sightings);
        }
        let lives: BTreeSet<u32> = open
            .iter()
            .filter(|sighting| is_early(sighting, log))
            .map(|sighting| sighting.position.epoch.counter)
            .collect();
        let nothing_seen = (lives.is_empty() || log.restored_first().is_some()).then_some(None);
        let lives = lives.iter().rev().copied().map(Some).chain(nothing_seen);
        let mut walks: Vec<Self> = lives.map(|life| Self::in_life(life, log, sightings)).collect();
        let has_missed = walks.iter().any(|walk| walk.missed.is_some());
        walks.sort_by_key(|walk| match walk.missed {
            None if walk.leads_on(log, sightings) => 0,
            None => 1,
            Some(_) => 2,
        });
        let likeliest = walks.into_iter().next();
        let walk = likeliest.unwrap_or_else(|| Self::in_life(None, log, sightings));
        let is_undecided = has_missed && walk.missed.is_none() && !walk.leads_on(log, sightings);
        Self { is_undecided, ..walk }
    }

    /// Whether it led on from a place that the site signed where the log does not say of which life it tells.
    fn leads_on(&self, log: &Log, sightings: &[Sighting]) -> bool {
        let met = self.met.iter().filter_map(|number| sightings.get(*number));
        let mut places = met.filter(|met| met.is_signed).map(|met| met.position.seq);
        let first = places.next().filter(|first| log.epoch_counter(*first).is_none());
        first.is_some_and(|first| places.any(|place| place != first))
    }

    fn in_life(life: Option<u32>, log: &Log, sightings: &[Sighting]) -> Self {
        let is_from_its_beginning = log.first == 1;
        let mut walk = Self {
            met: Vec::new(),
            missed: None,
            head: is_from_its_beginning.then_some(ChainHead::EMPTY),
            skipped: 0,
            is_undecided: false,
        };
        let mut by_place = BTreeMap::<u64, Vec<usize>>::new();
        for (number, sighting) in sightings.iter().enumerate() {
            let LogPosition { epoch, seq, .. } = sighting.position;
            // In another life of the store the same place is another entry.
            match log.epoch_counter(seq) {
                None if life != Some(epoch.counter) || !is_early(sighting, log) => {
                    walk.skipped += 1;
                }
                Some(counter) if counter != epoch.counter => {}
                None | Some(_) => by_place.entry(seq).or_default().push(number),
            }
        }
        let before = log.first.saturating_sub(1);
        walk.meet(by_place.get(&before), sightings);
        for (seq, entry) in log.placed() {
            walk.head = walk.head.map(|head| head.append(&entry.digest));
            walk.meet(by_place.get(&seq), sightings);
        }
        walk
    }

    fn meet(&mut self, numbers: Option<&Vec<usize>>, sightings: &[Sighting]) {
        let seen = || numbers.into_iter().flatten().filter_map(|n| Some((*n, sightings.get(*n)?)));
        // A log whose beginning was pruned goes on from the first place that the site itself signed: what anybody
        // else reports may be made up.
        let signed = seen().find(|(_, sighting)| sighting.is_signed);
        self.head = self.head.or_else(|| Some(signed?.1.position.head));
        for (number, sighting) in seen() {
            match self.head {
                None => self.skipped += 1,
                Some(head) if head == sighting.position.head => self.met.push(number),
                Some(_) => self.missed = self.missed.or(Some(number)),
            }
        }
    }

    fn contradiction(&self, log: &Log, sightings: &[Sighting]) -> Option<Contradiction> {
        if let Some(seq) = log.gap {
            let message =
                format!("entry {seq} is missing from an audit log that goes on behind it");
            return Some(broken(message, vec![logged(log, seq)]));
        }
        let missed = sightings.get(self.missed?)?;
        let LogPosition { epoch, seq, .. } = missed.position;
        let other =
            self.met.iter().filter_map(|number| sightings.get(*number)).find(|met| {
                met.is_signed && met.position.epoch == epoch && met.position.seq >= seq
            });
        let mut between = vec![logged(log, seq), sighted(missed)];
        let Some(other) = other else {
            let message = format!(
                "the entries up to {seq} do not lead to the head that was seen: they are not those \
                 that were written"
            );
            return Some(broken(message, between));
        };
        between.push(sighted(other));
        Some(forked(
            seq,
            "the log leads to what the site signed once, and not to the other",
            between,
        ))
    }

    /// Where the log ends, in the epoch in which it was seen last.
    fn end(&self, log: &Log, sightings: &[Sighting]) -> Option<Sighting> {
        let last = log.next().checked_sub(1)?;
        let seen = self.met.iter().filter_map(|number| sightings.get(*number));
        let epoch = seen.max_by_key(|met| met.position.seq)?.position;
        if log.was_restored(epoch.seq, last) {
            return None;
        }
        Some(Sighting {
            file: log.file.clone(),
            line: log.entries.len(),
            what: "end of the audit log",
            is_signed: false,
            position: LogPosition { epoch: epoch.epoch, seq: last, head: self.head? },
            stood: log.entries.last()?.at,
        })
    }
}

/// Two logs that say something else of one place in one life of the store.
fn pairs(logs: &[Log]) -> Vec<Contradiction> {
    let differs = |one: &Log, other: &Log| {
        let theirs: BTreeMap<u64, [u8; 32]> =
            other.placed().map(|(seq, entry)| (seq, entry.digest)).collect();
        let is_other =
            |seq: &u64, digest: &[u8; 32]| theirs.get(seq).is_some_and(|theirs| theirs != digest);
        let (seq, _) = one.placed().find(|(seq, entry)| is_other(seq, &entry.digest))?;
        // A log whose beginning was pruned may be from before a restore of which the other tells no more.
        let is_same_life = one.epoch_counter(seq)? == other.epoch_counter(seq)?;
        // One backup that was put back twice begins two lives of one number.
        (is_same_life && one.last_restored(seq) == other.last_restored(seq)).then_some(seq)
    };
    let mut found = Vec::new();
    for (number, one) in logs.iter().enumerate() {
        for other in logs.iter().skip(number + 1) {
            found.extend(differs(one, other).map(|seq| {
                let between = vec![logged(one, seq), logged(other, seq)];
                forked(seq, "two audit logs have another entry at one place", between)
            }));
        }
    }
    found
}

/// Two heads at one place, or two lives of the store with one number: the first of each two files.
fn forks(sightings: &[Sighting]) -> Vec<Contradiction> {
    let mut ordered: Vec<&Sighting> = sightings.iter().collect();
    ordered.sort_by_key(|sighting| (sighting.position.epoch.counter, sighting.position.seq));
    let (mut lives, mut places) = (BTreeMap::new(), BTreeMap::new());
    let mut told = BTreeSet::new();
    let mut found = Vec::new();
    for sighting in ordered {
        let LogPosition { epoch, seq, head } = sighting.position;
        let life = *lives.entry(epoch.counter).or_insert(sighting);
        let place = *places.entry((epoch.counter, epoch.tag, seq)).or_insert(sighting);
        let (other, why) = if life.position.epoch.tag != epoch.tag {
            (life, "one backup was put back twice, and both copies ran")
        } else if place.position.head != head {
            (place, "two copies of the data directory ran, or an older one was put back")
        } else {
            continue;
        };
        if told.insert((other.file.clone(), sighting.file.clone())) {
            found.push(forked(seq, why, vec![sighted(other), sighted(sighting)]));
        }
    }
    found
}

/// What one client saw first and later.
fn in_order(before: &Sighting, later: &Sighting) -> Option<Contradiction> {
    let between = vec![sighted(before), sighted(later)];
    match before.position.step_to(&later.position) {
        LogStep::Onwards => None,
        LogStep::RolledBack { from, to } => {
            let message = format!(
                "a client saw the log at entry {from} and later at entry {to}: an older copy of the \
                 data directory was put back"
            );
            Some(Contradiction { code: Code::LogRolledBack, message, between })
        }
        LogStep::Forked { seq } => {
            Some(forked(seq, "a client saw one log and later the other", between))
        }
    }
}

/// What the site signed at one time and, by its clock, later: the first of each two files. A clock that was
/// reset in between explains it, and is on record.
fn dated(sightings: &[Sighting], logs: &[Log]) -> Vec<Contradiction> {
    let when = |sighting: &Sighting| sighting.stood.map(licence_core::UnixTime::secs);
    let mut dated: Vec<&Sighting> = sightings.iter().filter(|s| s.stood.is_some()).collect();
    dated.sort_by_key(|sighting| when(sighting));
    let rank = |sighting: &Sighting| (sighting.position.epoch.counter, sighting.position.seq);
    let (mut earlier, mut highest) = (dated.iter().peekable(), None::<&Sighting>);
    let mut told = BTreeSet::new();
    let mut found = Vec::new();
    for later in &dated {
        // Two of about one time say nothing: they may have crossed on their way.
        let is_before = |s: &&&Sighting| {
            when(s).zip(when(later)).is_some_and(|(a, b)| a + SERVER_LEEWAY_SECS < b)
        };
        while let Some(sighting) = earlier.next_if(is_before) {
            if highest.is_none_or(|highest| rank(highest) <= rank(sighting)) {
                highest = Some(sighting);
            }
        }
        let Some(before) = highest else { continue };
        let LogStep::RolledBack { from, to } = before.position.step_to(&later.position) else {
            continue;
        };
        if logs.iter().any(|log| log.was_clock_reset(to, from)) {
            continue;
        }
        if told.insert((before.file.clone(), later.file.clone())) {
            let is_sure = logs.iter().any(|log| log.covers(to, from));
            found.push(rolled_back(before, later, is_sure));
        }
    }
    found
}

fn rolled_back(before: &Sighting, later: &Sighting, is_sure: bool) -> Contradiction {
    let (from, to) = (before.position.seq, later.position.seq);
    let unless = if is_sure {
        ""
    } else {
        "; unless the clock was reset in between, which the audit log would say"
    };
    Contradiction {
        code: Code::LogRolledBack,
        message: format!(
            "the log stood at entry {from} and later at entry {to}: an older copy of the data \
             directory was put back{unless}"
        ),
        between: vec![sighted(before), sighted(later)],
    }
}

fn forked(seq: u64, why: &str, between: Vec<licence_cli::Facts>) -> Contradiction {
    let message = format!("there are two logs at entry {seq}: {why}");
    Contradiction { code: Code::LogForked, message, between }
}

fn broken(message: String, between: Vec<licence_cli::Facts>) -> Contradiction {
    Contradiction { code: Code::BadSignature, message, between }
}
