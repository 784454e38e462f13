//! `import`: a licence for each row of a table.
//!
//! Every row is read, judged and signed before the first is recorded, so that a mistake in the last
//! line is found before anything is issued. A row that was answered before is not answered again: its
//! file is handed out once more if it is missing, which is how an import that was cut short is
//! finished.

mod row;

use std::fmt;
use std::path::Path;
use std::thread;

use licence_cli::csv::{Line, LineReport, Sheet};
use licence_cli::files::{self, Access};
use licence_cli::progress::Progress;
use licence_cli::{Failure, Format, clock};
use licence_core::{Code, UnixTime};
use serde::Serialize;

use self::row::{Reader, Row};
use crate::cli::ImportArgs;
use crate::issuance::{Issuer, Licence, new_series};
use crate::ledger::{Entry, LedgerWriter, LicenceEntry, Records};
use crate::order;
use crate::vendor_dir::VendorDir;

/// Licences that are recorded in one go. Each commit waits for the disk, so one for each licence would
/// take minutes; all in one would leave nothing of an import that was cut short.
const BATCH: usize = 500;

/// Files that are written at once. They wait for the disk and not for a processor.
const WRITERS: usize = 16;

pub(super) fn run(args: &ImportArgs, vendor: &VendorDir, format: Format) -> Result<(), Failure> {
    let now = clock::now()?;
    let sheet = Sheet::read(&args.file, &order::NAMES)?;
    let reader = Reader::new(&sheet, &args.file, vendor.kit(), now);
    let report = match args.out_dir.as_deref().filter(|_| !args.dry_run) {
        Some(folder) => issue(reader, args, vendor, folder)?,
        None => rehearse(reader, args, vendor)?,
    };
    report.finish(format)
}

/// What [`issue`] would say, row by row; nothing is signed with a key of the vendor, nothing written.
fn rehearse(reader: Reader<'_>, args: &ImportArgs, vendor: &VendorDir) -> Result<Report, Failure> {
    let (ledger, now) = (vendor.ledger()?, reader.now());
    let mut report = Report::default();
    let (new, known) = report.sort(reader.rows(&ledger)?);
    let signed = report.sign(new, &Issuer::rehearse(&args.signing, vendor, &ledger)?, now)?;
    signed.iter().for_each(|(row, _)| report.tell(row.line, "would_issue", &row.reference(), None));
    known.iter().for_each(|(line, licence)| report.tell_known(*line, licence));
    Ok(report)
}

fn issue(
    reader: Reader<'_>,
    args: &ImportArgs,
    vendor: &VendorDir,
    folder: &Path,
) -> Result<Report, Failure> {
    let (mut ledger, now) = (vendor.ledger_writer()?, reader.now());
    let mut report = Report::default();
    let (new, known) = report.sort(reader.rows(&ledger)?);
    files::create_folder(folder)?;
    let signed = report.sign(new, &Issuer::open(&args.signing, vendor, &ledger)?, now)?;
    if report.refused() > 0 && !args.keep_going {
        signed
            .iter()
            .for_each(|(row, _)| report.tell(row.line, "held_back", &row.reference(), None));
        return Ok(report);
    }
    for (line, licence) in &known {
        hand_out_again(folder, licence)?;
        report.tell_known(*line, licence);
    }
    report.record(signed, &mut ledger, folder)?;
    Ok(report)
}

/// What became of every row, and what it comes to.
#[derive(Default, Serialize)]
struct Report {
    issued: usize,
    issued_before: usize,
    refused: usize,
    #[serde(flatten)]
    lines: LineReport,
}

impl Report {
    fn tell(&mut self, line: u64, outcome: &'static str, subject: &str, detail: Option<String>) {
        self.lines.push(Line { line, outcome, subject: subject.to_owned(), detail });
    }

    fn tell_known(&mut self, line: u64, licence: &LicenceEntry) {
        let order = licence.order.as_ref().map(|order| order.reference.to_string());
        let serial = licence.signed.claims.serial.to_string();
        self.tell(line, "issued_before", &order.unwrap_or_default(), Some(serial));
    }

    fn refused(&self) -> usize {
        self.lines.count("refused")
    }

    /// The rows to answer, and those that were.
    fn sort(&mut self, rows: Vec<Row>) -> (Vec<row::New>, Vec<(u64, LicenceEntry)>) {
        let (mut new, mut known) = (Vec::new(), Vec::new());
        for row in rows {
            match row {
                Row::New(row) => new.push(*row),
                Row::Known(line, licence) => known.push((line, *licence)),
                Row::Refused(line, subject, why) => self.tell(line, "refused", &subject, Some(why)),
            }
        }
        (new, known)
    }

    fn sign(
        &mut self,
        rows: Vec<row::New>,
        issuer: &Issuer<'_>,
        now: UnixTime,
    ) -> Result<Vec<(row::New, Licence)>, Failure> {
        let mut progress = Progress::new(rows.len());
        let mut signed = Vec::with_capacity(rows.len());
        for row in rows {
            progress.advance(1);
            let identity = new_series(row.owner, now)?;
            match issuer.issue(&row.grant, &identity, now) {
                Ok(licence) => signed.push((row, licence)),
                Err(failure) => {
                    // A key or a command that fails, fails for every row.
                    let Some(told) = failure.report().filter(|told| told.code.is_some()) else {
                        return Err(failure);
                    };
                    self.tell(row.line, "refused", &row.reference(), Some(told.message.clone()));
                }
            }
        }
        Ok(signed)
    }

    /// INVARIANT: a file is written after its entry, as in [`crate::hand_out`].
    fn record(
        &mut self,
        signed: Vec<(row::New, Licence)>,
        ledger: &mut LedgerWriter,
        folder: &Path,
    ) -> Result<(), Failure> {
        let mut progress = Progress::new(signed.len());
        let mut left = signed.into_iter().peekable();
        while left.peek().is_some() {
            let mut records = Records::default();
            let mut batch = Vec::with_capacity(BATCH);
            for (row, signed) in left.by_ref().take(BATCH) {
                batch.push((row.line, row.reference()));
                let entry = LicenceEntry { signed, order: Some(row.order) };
                records.entries.push(Entry::Licence(entry));
                records.owners.extend(row.new_owner);
            }
            ledger.record(&records)?;
            hand_out_all(folder, &records.entries)?;
            for (entry, (line, reference)) in records.entries.iter().zip(batch) {
                let Entry::Licence(licence) = entry else { continue };
                let serial = licence.signed.claims.serial.to_string();
                self.tell(line, "issued", &reference, Some(serial));
                progress.advance(1);
            }
        }
        Ok(())
    }

    fn finish(mut self, format: Format) -> Result<(), Failure> {
        self.issued = self.lines.count("issued");
        self.issued_before = self.lines.count("issued_before");
        self.refused = self.refused();
        format.print(&self)?;
        if self.refused == 0 {
            return Ok(());
        }
        let Self { issued, refused, .. } = self;
        let sentence = format!("the import is not complete: {issued} issued, {refused} refused");
        Err(Failure::coded(Code::InvalidRequest, sentence).mend(
            "mend the rows and run it again: nothing is issued twice; --keep-going issues the others",
        ))
    }
}

impl fmt::Display for Report {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "{}", self.lines)?;
        let Self { issued, issued_before, refused, .. } = self;
        writeln!(f, "{issued} issued, {issued_before} issued before, {refused} refused")
    }
}

/// Writes the files of a batch, several at once: each waits for the disk, which takes them together.
fn hand_out_all(folder: &Path, entries: &[Entry]) -> Result<(), Failure> {
    let hand_out = |entries: &[Entry]| {
        entries.iter().try_for_each(|entry| match entry {
            Entry::Licence(licence) => hand_out_again(folder, licence),
            Entry::IssuingKey(_) | Entry::Revocations(_) | Entry::Revocation(_) => Ok(()),
        })
    };
    thread::scope(|scope| {
        let parts = entries.chunks(entries.len().div_ceil(WRITERS).max(1));
        let writers: Vec<_> = parts.map(|part| scope.spawn(move || hand_out(part))).collect();
        writers.into_iter().try_for_each(|writer| {
            writer.join().unwrap_or_else(|_| Err(Failure::usage("a file could not be written")))
        })
    })
}

/// Writes the file of a licence that is in the ledger, unless it is there as it should be.
fn hand_out_again(folder: &Path, licence: &LicenceEntry) -> Result<(), Failure> {
    let path = folder.join(format!("{}.licence", licence.signed.claims.serial));
    let file = licence.signed.file.as_bytes();
    if std::fs::read(&path).is_ok_and(|found| found == file) {
        return Ok(());
    }
    files::create(&path, file, Access::Shared)
}
