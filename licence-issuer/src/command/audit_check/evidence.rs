//! Files with evidence, read line by line.

use licence_cli::Failure;
use licence_cli::files::{self, ByteLimit, Source};
use licence_core::claims::{Epoch, LogPosition};
use licence_core::{ChainHead, Code, Kind, PublicKey, Refusal, SignedPosition, UnixTime};
use serde_json::{Map, Value};

use super::log::Log;

/// Bytes of one file: some four million entries of a log.
const FILE_BYTES_MAX: usize = 512 * 1024 * 1024;

/// Places in all files: more tokens than anybody keeps.
const SIGHTINGS_MAX: usize = 100_000;

/// Everything that was given.
#[derive(Debug, Default)]
pub(super) struct Evidence {
    pub(super) sightings: Vec<Sighting>,
    /// Pairs of sightings, by their numbers, of which the first came before the second.
    pub(super) orders: Vec<(usize, usize)>,
    pub(super) logs: Vec<Log>,
}

/// A place at which somebody says that the log stood.
#[derive(Clone, Debug)]
pub(super) struct Sighting {
    pub(super) file: String,
    pub(super) line: usize,
    pub(super) what: &'static str,
    /// Whether it is the site that says so.
    pub(super) is_signed: bool,
    pub(super) position: LogPosition,
    /// When the log stood there, by the site's clock, where that is known.
    pub(super) stood: Option<UnixTime>,
}

impl Evidence {
    /// # Errors
    /// What is no evidence, with its file and line.
    pub(super) fn read(files: &[Source], keys: &[&PublicKey]) -> Result<Self, Failure> {
        let mut evidence = Self::default();
        for file in files {
            let text = files::read_text(file, ByteLimit(FILE_BYTES_MAX))?;
            let mut reading = Reading { file, line: 0, log: None, reported: None };
            for line in text.lines() {
                reading.line += 1;
                if !line.trim().is_empty() {
                    evidence.take(line.trim(), &mut reading, keys)?;
                }
                if evidence.sightings.len() > SIGHTINGS_MAX {
                    return Err(reading.refused(
                        Code::TooLarge,
                        &format!("there are more than {SIGHTINGS_MAX} places"),
                    ));
                }
            }
            evidence.logs.extend(reading.log);
        }
        Ok(evidence)
    }

    fn take(
        &mut self,
        line: &str,
        reading: &mut Reading<'_>,
        keys: &[&PublicKey],
    ) -> Result<(), Failure> {
        if !line.starts_with('{') {
            return self.take_signed(line, reading, keys);
        }
        let members: Map<String, Value> =
            serde_json::from_str(line).map_err(|_| reading.malformed("it is not JSON"))?;
        if let Some(token) = members.get("access_token").and_then(Value::as_str) {
            return self.take_signed(token, reading, keys);
        }
        if members.contains_key("act") {
            return reading.take_entry(line, &members);
        }
        let pair = members.get("before").zip(members.get("now"));
        let own = Value::Object(members.clone());
        let reported = pair.map_or_else(|| vec![&own], |(before, now)| vec![before, now]);
        for place in reported {
            let position =
                position(place).ok_or_else(|| reading.malformed("it is no evidence of a log"))?;
            let number = self.add(reading.sighting("report", false, position, None));
            // What one client reports is in the order in which it saw it.
            self.orders.extend(reading.reported.replace(number).map(|before| (before, number)));
        }
        Ok(())
    }

    /// Whatever key of the site signed it.
    fn take_signed(
        &mut self,
        text: &str,
        reading: &Reading<'_>,
        keys: &[&PublicKey],
    ) -> Result<(), Failure> {
        let mut refused = None;
        for key in keys {
            match SignedPosition::all_in(text.as_bytes(), key) {
                Ok(places) => {
                    for place in places {
                        let (position, stood) = (place.position(), place.stood());
                        self.add(reading.sighting(what(place.kind()), true, position, stood));
                    }
                    return Ok(());
                }
                Err(refusal) => refused = refused.or(Some(refusal)),
            }
        }
        Err(reading.unproved(refused.as_ref()))
    }

    fn add(&mut self, sighting: Sighting) -> usize {
        self.sightings.push(sighting);
        self.sightings.len() - 1
    }
}

/// Where in which file, and what of it is one piece with what came before.
struct Reading<'f> {
    file: &'f Source,
    line: usize,
    log: Option<Log>,
    reported: Option<usize>,
}

impl Reading<'_> {
    fn take_entry(&mut self, line: &str, members: &Map<String, Value>) -> Result<(), Failure> {
        let log = self.log.take().unwrap_or_else(|| Log::new(named(self.file)));
        let read = log.with(line, members);
        self.log = Some(read.ok_or_else(|| self.malformed("it is no entry of an audit log"))?);
        Ok(())
    }

    fn sighting(
        &self,
        what: &'static str,
        is_signed: bool,
        position: LogPosition,
        stood: Option<UnixTime>,
    ) -> Sighting {
        let (file, line) = (named(self.file), self.line);
        Sighting { file, line, what, is_signed, position, stood }
    }

    fn malformed(&self, why: &str) -> Failure {
        self.refused(Code::Malformed, why).mend(
            "give tokens, statements, places or the log as `licence-server audit list --json` writes it",
        )
    }

    fn unproved(&self, refusal: Option<&Refusal>) -> Failure {
        let code = refusal.map_or(Code::UnknownKey, Refusal::code);
        let why = refusal.map_or_else(|| code.title().to_owned(), ToString::to_string);
        self.refused(code, &why)
    }

    fn refused(&self, code: Code, why: &str) -> Failure {
        Failure::coded(code, format!("line {} of {} is no evidence: {why}", self.line, self.file))
    }
}

/// As a script finds it again.
fn named(file: &Source) -> String {
    match file {
        Source::Stdin => "-".to_owned(),
        Source::File(path) => path.display().to_string(),
    }
}

const fn what(kind: Kind) -> &'static str {
    match kind {
        Kind::Usage => "usage statement",
        Kind::Checkpoint => "checkpoint",
        Kind::Access
        | Kind::Issuer
        | Kind::Licence
        | Kind::Revocations
        | Kind::Request
        | Kind::Revoked
        | Kind::Lease => "access token",
    }
}

fn position(place: &Value) -> Option<LogPosition> {
    let text = |name| place.get(name)?.as_str();
    Some(LogPosition {
        epoch: Epoch::parse(text("epoch")?)?,
        seq: place.get("seq")?.as_u64()?,
        head: ChainHead::parse(text("head")?)?,
    })
}
