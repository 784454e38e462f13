//! One row: an order that is new, known, or refused.

use std::collections::BTreeMap;

use licence_cli::csv::{self, Sheet};
use licence_cli::files::Source;
use licence_cli::{Failure, SiteKit};
use licence_core::{OwnerId, Text, UnixTime};
use sha2::{Digest as _, Sha256};

use crate::cli::OrderArgs;
use crate::command::issue;
use crate::grant::Grant;
use crate::ledger::{Ledger, LicenceEntry, OrderMark, Owner, RowDigest};
use crate::order;

/// What a row is.
pub(super) enum Row {
    /// To be answered.
    New(Box<New>),
    /// Answered before, with this licence.
    Known(u64, Box<LicenceEntry>),
    /// Refused: its line, what it is about, and why.
    Refused(u64, String, String),
}

/// An order to be answered.
pub(super) struct New {
    pub(super) line: u64,
    pub(super) order: OrderMark,
    pub(super) grant: Grant,
    pub(super) owner: OwnerId,
    pub(super) new_owner: Option<Owner>,
}

impl New {
    pub(super) fn reference(&self) -> String {
        self.order.reference.to_string()
    }
}

/// Reads the rows of a sheet.
pub(super) struct Reader<'s> {
    sheet: &'s Sheet,
    file: &'s Source,
    kit: &'s SiteKit,
    now: UnixTime,
    /// The references so far, with their lines.
    seen: BTreeMap<Text, u64>,
}

impl<'s> Reader<'s> {
    pub(super) fn new(sheet: &'s Sheet, file: &'s Source, kit: &'s SiteKit, now: UnixTime) -> Self {
        Self { sheet, file, kit, now, seen: BTreeMap::new() }
    }

    /// The time at which every row is judged.
    pub(super) fn now(&self) -> UnixTime {
        self.now
    }

    /// All rows, judged.
    ///
    /// # Errors
    /// If the ledger cannot be read; what is wrong with a row is in the row.
    pub(super) fn rows(mut self, ledger: &Ledger) -> Result<Vec<Row>, Failure> {
        self.sheet.rows().iter().map(|row| self.row(row, ledger)).collect()
    }

    fn row(&mut self, row: &csv::Row, ledger: &Ledger) -> Result<Row, Failure> {
        let line = row.line();
        let refused = |subject: &str, why: String| Ok(Row::Refused(line, subject.to_owned(), why));
        let order = match self.order(row) {
            Ok(order) => order,
            Err(why) => return refused("", why),
        };
        let Some(reference) = order.who.reference.clone() else {
            return refused(
                "",
                "`reference` is missing: it keeps a row from being issued twice".into(),
            );
        };
        if let Some(first) = self.seen.insert(reference.clone(), line) {
            return refused(reference.as_str(), format!("line {first} has the same reference"));
        }
        let digest = self.digest(row);
        if let Some(known) = ledger.answer(&reference)? {
            return Ok(self.known(line, known.entry, digest));
        }
        let order_mark = OrderMark { reference: reference.clone(), row: Some(digest) };
        match self.new_row(line, &order, order_mark, ledger) {
            Ok(new) => Ok(Row::New(Box::new(new))),
            Err(failure) => match failure.report() {
                Some(report) => refused(reference.as_str(), report.message.clone()),
                None => Err(failure),
            },
        }
    }

    fn order(&self, row: &csv::Row) -> Result<OrderArgs, String> {
        let mut order = OrderArgs::default();
        for (name, cell) in self.sheet.cells(row) {
            order::set(&mut order, name, cell)?;
        }
        if let Source::File(path) = self.file {
            order.look_beside(path);
        }
        Ok(order)
    }

    fn known(&self, line: u64, licence: LicenceEntry, digest: RowDigest) -> Row {
        let before = licence.order.as_ref().and_then(|order| order.row);
        if before.is_none_or(|before| before == digest) {
            return Row::Known(line, Box::new(licence));
        }
        let reference = licence.order.map(|order| order.reference.to_string());
        let serial = licence.signed.claims.serial;
        let why = format!("it was issued as serial {serial}, and the row has changed: renew that");
        Row::Refused(line, reference.unwrap_or_default(), why)
    }

    fn new_row(
        &self,
        line: u64,
        asked: &OrderArgs,
        order: OrderMark,
        ledger: &Ledger,
    ) -> Result<New, Failure> {
        let known = issue::known_owner(asked, ledger)?;
        let grant = Grant::fresh(asked, known.as_ref(), self.kit, self.now)?;
        let (owner, new_owner) = issue::owner(known, &grant.institute.name, self.now)?;
        Ok(New { line, order, grant, owner, new_owner })
    }

    /// What the row says, whatever the order of the columns.
    fn digest(&self, row: &csv::Row) -> RowDigest {
        let cells: BTreeMap<_, _> = self.sheet.cells(row).collect();
        let mut hash = Sha256::new();
        for (name, cell) in cells {
            // A cell holds no NUL that could move the border between two cells.
            hash.update([name.as_bytes(), b"\0", cell.as_bytes(), b"\0"].concat());
        }
        RowDigest(hash.finalize().into())
    }
}
