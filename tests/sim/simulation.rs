//! One life of an institute, drawn from a seed: what happens, step by step.

use std::collections::BTreeMap;

use licence_core::{SessionId, UnixTime, UserId};
use licence_server::domain::{Command, DeviceMark, Holder, Outcome, Scope};

use super::ask::{Ask, By, Mint};
use super::backup::Backup;
use super::broken::Broken;
use super::clocks::{DAY, HOUR, YEAR};
use super::dice::Dice;
use super::engine::Crash;
use super::faults::Fault;
use super::model::Model;
use super::people::Device;
use super::server::{End, Report, Server};
use super::thieves::Thief;
use super::vendor::Vendor;

/// Browsers that there are.
const DEVICES: usize = 16;

/// Seconds between two rounds of housekeeping, unless nothing happened for longer.
const SWEEP_SECS: i64 = 600;

/// One life of an institute.
pub(crate) struct Simulation {
    pub(crate) dice: Dice,
    pub(crate) mint: Mint,
    pub(crate) server: Server,
    pub(crate) vendor: Vendor,
    pub(crate) model: Model,
    pub(crate) devices: Vec<Device>,
    pub(crate) thieves: Vec<Thief>,
    /// Which access tokens came back and are not reported; only in the server's memory.
    pub(crate) sightings: BTreeMap<SessionId, u64>,
    pub(crate) woken: Vec<Holder>,
    pub(crate) swept: UnixTime,
    /// The time by which the last turn was judged.
    pub(crate) now: UnixTime,
    pub(crate) series: u8,
    pub(crate) backup: Option<Backup>,
    /// How many lives the store has had.
    pub(crate) lives: u32,
    pub(crate) tally: Tally,
    /// What the last turn was asked for.
    pub(crate) asked: Vec<Ask>,
    fault: Option<Fault>,
}

/// How often things happened that a run should have seen.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub(crate) struct Tally {
    pub(crate) commands: u64,
    pub(crate) granted: u64,
    pub(crate) turned_away: u64,
    pub(crate) thieves_caught: u64,
    /// Crashes in a turn.
    pub(crate) crashes: u64,
    /// Of those, crashes after which nothing of the turn was on disk.
    pub(crate) crashes_undone: u64,
    pub(crate) clock_jumps: u64,
    /// Backups that were put back.
    pub(crate) restores: u64,
    /// Sessions that an honest client gave up, because its clock or its server kept it too long.
    pub(crate) given_up: u64,
}

impl Tally {
    /// The sum of both.
    pub(crate) fn with(self, other: Self) -> Self {
        Self {
            commands: self.commands + other.commands,
            granted: self.granted + other.granted,
            turned_away: self.turned_away + other.turned_away,
            thieves_caught: self.thieves_caught + other.thieves_caught,
            crashes: self.crashes + other.crashes,
            crashes_undone: self.crashes_undone + other.crashes_undone,
            clock_jumps: self.clock_jumps + other.clock_jumps,
            restores: self.restores + other.restores,
            given_up: self.given_up + other.given_up,
        }
    }
}

impl Simulation {
    pub(crate) fn new(seed: u64, fault: Option<Fault>) -> Result<Self, Broken> {
        let mut dice = Dice::new(seed);
        let server = Server::new(fault, dice.pick(&[HOUR, 6 * HOUR, DAY]));
        let model = Model::new(server.clocks.read());
        let nobody = Device::new(UserId(Mint::default().uuid()), DeviceMark([0; 8]), Scope::Seat);
        let seats_too_many = u32::from(fault == Some(Fault::OneSeatTooMany));
        let mut simulation = Self {
            dice,
            mint: Mint::default(),
            swept: server.clocks.truth(),
            now: server.now(),
            server,
            vendor: Vendor::new(seats_too_many),
            model,
            devices: vec![nobody; DEVICES],
            thieves: Vec::new(),
            sightings: BTreeMap::new(),
            woken: Vec::new(),
            series: 1,
            backup: None,
            lives: 1,
            tally: Tally::default(),
            asked: Vec::new(),
            fault,
        };
        simulation.furnish()?;
        Ok(simulation)
    }

    fn furnish(&mut self) -> Result<(), Broken> {
        let asks = self.renew(0);
        self.turn(&asks, None)?;
        for index in 0..DEVICES {
            let asks = self.administer();
            self.turn(&asks, None)?;
            let people: Vec<UserId> = self.model.people.keys().copied().collect();
            // The only one there was may have been erased.
            let user = self.dice.any(&people).unwrap_or(UserId(self.mint.uuid()));
            let (mark, scope) = (self.mint.mark(), self.scope());
            *self.devices.get_mut(index).unwrap() = Device::new(user, mark, scope);
        }
        Ok(())
    }

    /// One step: time passes, something is asked, and every promise is checked.
    pub(crate) fn step(&mut self) -> Result<(), Broken> {
        self.pass_time();
        if self.dice.one_in(120) {
            self.jump_clock();
        }
        if self.dice.one_in(60) {
            self.steal();
        }
        let asks = self.asks();
        let crash = if self.dice.one_in(60) { Some(self.crash()) } else { None };
        self.turn(&asks, crash)?;
        if self.dice.one_in(250) {
            let end = self.dice.pick(&[End::Stopped, End::Killed, End::PowerLost]);
            self.server.restart(end, None, &mut self.dice)?;
            self.started(end)?;
        }
        if self.backup.is_none() && self.dice.one_in(150) {
            self.back_up();
        } else if self.dice.one_in(150) {
            self.put_back()?;
        }
        Ok(())
    }

    /// Time passes; but not past the moment at which a client repeats a request.
    fn pass_time(&mut self) {
        let truth = self.server.clocks.truth();
        let secs = match self.dice.below(100) {
            0..50 => self.dice.between(0, 5),
            50..85 => self.dice.between(1, 60),
            85..97 => self.dice.between(60, 900),
            97..99 => self.dice.between(900, 2 * HOUR),
            _ => self.dice.between(HOUR, DAY),
        };
        let retries = self.devices.iter().filter_map(|device| device.lost.map(|lost| lost.retry));
        let next = retries.map(|retry| retry.since(truth).max(0)).min();
        self.server.clocks.pass(next.map_or(secs, |next| secs.min(next)));
    }

    fn jump_clock(&mut self) {
        let secs = self.dice.pick(&[40, HOUR / 2, HOUR, 2 * HOUR, DAY, YEAR]);
        let sign = self.dice.pick(&[-1, 1]);
        self.server.clocks.set_wall_by(sign * secs);
        self.tally.clock_jumps += 1;
    }

    fn crash(&mut self) -> Crash {
        match self.dice.below(4) {
            0 => Crash::Before,
            1 => Crash::After,
            _ => Crash::Within(u32::try_from(self.dice.between(0, 24)).unwrap()),
        }
    }

    fn asks(&mut self) -> Vec<Ask> {
        let mut asks = self.urgent();
        asks.extend(self.mend_clock());
        let truth = self.server.clocks.truth();
        if truth.since(self.swept) >= SWEEP_SECS && !self.dice.one_in(4) {
            asks.extend(self.housekeeping());
        }
        asks.extend(self.thief_asks());
        for _ in 0..self.dice.pick(&[1, 1, 1, 2, 4]) {
            if self.dice.one_in(16) {
                let more = self.administer();
                // One at a time, as the server's own lock has it.
                let is_about_licence = |ask: &Ask| {
                    matches!(
                        ask.command,
                        Command::InstallLicence(_) | Command::InstallRevocations(_)
                    )
                };
                if !(more.iter().any(is_about_licence) && asks.iter().any(is_about_licence)) {
                    asks.extend(more);
                }
            } else {
                asks.extend(self.act());
            }
        }
        asks
    }

    /// One turn of the writer, in which the process may die; then it starts again.
    pub(crate) fn turn(&mut self, asks: &[Ask], crash: Option<Crash>) -> Result<(), Broken> {
        let commands: Vec<Command> = asks.iter().map(|ask| ask.command.clone()).collect();
        let rows = crash.map(|_| (self.server.rows().clone(), self.server.mirror.site()));
        let before = self.before();
        self.asked = asks.to_vec();
        let report = self.server.turn(&commands, crash)?;
        self.now = report.now;
        self.model.clock.check(report.now, self.server.clocks.read())?;
        let Some(crash) = crash else {
            self.model.is_heard = true;
            self.follow(asks, &report)?;
            return self.check(&before, &report);
        };
        // Where readers see a turn before it is on disk, what they have seen must be there.
        let rows = rows.filter(|_| self.fault != Some(Fault::MirrorBeforeCommit));
        let end = if matches!(crash, Crash::Within(_)) { End::PowerLost } else { End::Killed };
        let is_durable = self.server.restart(end, rows, &mut self.dice)?;
        let is_durable = is_durable && report.is_durable;
        self.tally.crashes += 1;
        self.tally.crashes_undone += u64::from(!is_durable);
        self.model.is_heard = false;
        if is_durable {
            self.follow(asks, &report)?;
        } else {
            self.lose_all(asks)?;
        }
        self.started(end)?;
        self.check_standing()
    }

    fn follow(&mut self, asks: &[Ask], report: &Report) -> Result<(), Broken> {
        self.model.pass(report.now);
        let reading = self.server.clocks.read();
        for (ask, outcome) in asks.iter().zip(&report.outcomes) {
            self.model.follow(&ask.command, outcome, self.now, &self.vendor)?;
            if let (Command::AcceptClock(_), Outcome::Done) = (&ask.command, outcome) {
                self.model.skip_to(reading);
            }
            if let (Command::ResetClock(_), Outcome::Done) = (&ask.command, outcome) {
                let ahead = self.now;
                self.now = self.model.set_back(self.now, reading);
                self.model.line.set_back(ahead.since(self.now));
                self.model.began_by(self.now);
                self.devices.iter_mut().for_each(|device| device.set_back(self.now));
            }
            self.device_hears(ask, outcome)?;
            if let By::Thief { index, shown } = ask.by {
                self.thief_hears(index, shown, outcome);
            }
            self.count(outcome);
        }
        self.dismiss_thieves();
        self.model.settle(self.server.rows(), self.now)?;
        if report.is_committed {
            self.model.clock.commit(reading);
        }
        for (ask, outcome) in asks.iter().zip(&report.outcomes) {
            match &ask.command {
                _ if *outcome != Outcome::Done => {}
                Command::AcceptClock(_) => self.model.accept_clock(reading),
                Command::ResetClock(_) => self.model.reset_clock(report.now, reading),
                Command::PruneLog(prune) => self.model.log.prune(prune.below),
                _ => {}
            }
        }
        self.hear_bells(report.woken.clone());
        Ok(())
    }

    /// Nothing was done, and nobody was answered.
    fn lose_all(&mut self, asks: &[Ask]) -> Result<(), Broken> {
        let nothing = Outcome::Done;
        asks.iter().try_for_each(|ask| self.device_hears(ask, &nothing))
    }

    /// The server runs again, and has forgotten what was only in its memory.
    pub(crate) fn started(&mut self, end: End) -> Result<(), Broken> {
        if end == End::PowerLost {
            self.server.clocks.reboot();
        }
        self.server.load_mirror(&self.vendor);
        self.sightings.clear();
        self.woken.clear();
        self.devices.iter_mut().for_each(|device| device.wait = None);
        self.model.clock.start(self.server.clocks.read(), self.server.gap_secs);
        let server = &self.server;
        self.model.log.follow(|from| server.entries(from))?;
        self.model.log.follow_again(|from| server.entries(from))
    }

    fn count(&mut self, outcome: &Outcome) {
        self.tally.commands += 1;
        self.tally.granted += u64::from(matches!(outcome, Outcome::Granted(_)));
        self.tally.turned_away += u64::from(outcome.full_house().is_some());
    }
}
