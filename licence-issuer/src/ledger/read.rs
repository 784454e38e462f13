//! What the ledger is asked.

use licence_cli::Failure;
use licence_core::{ChainHead, LicenceId, OwnerId, Serial, Text, Uuid};
use redb::{ReadTransaction, ReadableTable as _};

use super::entry::{self, Entry, LicenceEntry, Revocation};
use super::owner::Owner;
use super::refusal::{damaged, unusable};
use super::table::{BY_KIND, LICENCE_BY_ID, LICENCE_BY_REFERENCE, LICENCE_BY_SERIAL, LOG, OWNER};
use super::{Ledger, Receipt};

/// Something with its number in the log.
#[derive(Clone, Debug)]
pub(crate) struct Recorded<E> {
    pub(crate) number: u64,
    pub(crate) entry: E,
}

/// An entry in its chain: what proves that it belongs to a log with a certain head.
#[derive(Clone, Debug)]
pub(crate) struct Link {
    /// The head before it.
    pub(crate) before: ChainHead,
    /// The entry as it is stored.
    pub(crate) bytes: Vec<u8>,
    /// The hashes of the entries after it, in their order.
    pub(crate) after: Vec<[u8; 32]>,
    /// The last entry's number and head.
    pub(crate) tip: Receipt,
}

impl Ledger {
    /// Everything in the log, in its order.
    pub(crate) fn entries(&self) -> Result<Vec<Recorded<Entry>>, Failure> {
        self.stored()?
            .into_iter()
            .map(|(Receipt { number, .. }, bytes)| {
                let entry = Entry::decode(&bytes).ok_or_else(|| damaged(&self.path, number))?;
                Ok(Recorded { number, entry })
            })
            .collect()
    }

    /// What was taken back, in the order in which it was decided.
    pub(crate) fn revocations(&self) -> Result<Vec<Recorded<Revocation>>, Failure> {
        let found = self.read(|transaction| {
            let (table, log) = (transaction.open_table(BY_KIND)?, transaction.open_table(LOG)?);
            let mut found = Vec::new();
            for row in table.range((Revocation::KIND, 0)..=(Revocation::KIND, u64::MAX))? {
                let number = row?.0.value().1;
                found.push((number, log.get(number)?.and_then(|row| Entry::decode(row.value().1))));
            }
            Ok(found)
        })?;
        let revocation = |(number, entry)| match entry {
            Some(Entry::Revocation(entry)) => Ok(Recorded { number, entry }),
            _ => Err(damaged(&self.path, number)),
        };
        found.into_iter().map(revocation).collect()
    }

    /// The revisions of a series, the lowest first.
    pub(crate) fn series(&self, serial: Serial) -> Result<Vec<Recorded<LicenceEntry>>, Failure> {
        let serial = serial.to_string();
        let numbers = self.read(|transaction| {
            let table = transaction.open_table(LICENCE_BY_SERIAL)?;
            let range = table.range((serial.as_str(), 0)..=(serial.as_str(), u32::MAX))?;
            range.map(|row| Ok(row?.1.value())).collect::<Result<Vec<_>, redb::Error>>()
        })?;
        numbers.into_iter().map(|number| self.licence_at(number)).collect()
    }

    /// The licence with that id.
    pub(crate) fn licence(&self, id: LicenceId) -> Result<Option<Recorded<LicenceEntry>>, Failure> {
        let number = self.read(|transaction| {
            let table = transaction.open_table(LICENCE_BY_ID)?;
            Ok(table.get(&id.0.to_bytes())?.map(|number| number.value()))
        })?;
        number.map(|number| self.licence_at(number)).transpose()
    }

    /// The licence that answered an order.
    pub(crate) fn answer(
        &self,
        reference: &Text,
    ) -> Result<Option<Recorded<LicenceEntry>>, Failure> {
        let number = self.read(|transaction| {
            let table = transaction.open_table(LICENCE_BY_REFERENCE)?;
            Ok(table.get(reference.as_str())?.map(|number| number.value()))
        })?;
        number.map(|number| self.licence_at(number)).transpose()
    }

    /// Every owner, by name.
    pub(crate) fn owners(&self) -> Result<Vec<Owner>, Failure> {
        let rows = self.read(|transaction| {
            let table = transaction.open_table(OWNER)?;
            let row = |row: Result<(redb::AccessGuard<'_, &[u8; 16]>, _), _>| {
                let (id, json): (_, redb::AccessGuard<'_, &str>) = row?;
                Ok((OwnerId(Uuid::from_bytes(*id.value())), json.value().to_owned()))
            };
            table.iter()?.map(row).collect::<Result<Vec<_>, redb::Error>>()
        })?;
        let mut owners = rows
            .into_iter()
            .map(|(id, json)| Owner::from_json(id, &json).ok_or_else(|| self.damaged_owner(id)))
            .collect::<Result<Vec<_>, _>>()?;
        owners.sort_by_cached_key(|owner| (owner.display_name().to_lowercase(), owner.id));
        Ok(owners)
    }

    /// The owner with that id.
    pub(crate) fn owner(&self, id: OwnerId) -> Result<Option<Owner>, Failure> {
        let json = self.read(|transaction| {
            let table = transaction.open_table(OWNER)?;
            Ok(table.get(&id.0.to_bytes())?.map(|json| json.value().to_owned()))
        })?;
        let owner =
            |json: String| Owner::from_json(id, &json).ok_or_else(|| self.damaged_owner(id));
        json.map(owner).transpose()
    }

    /// An entry in its chain; `None` where there is none of that number.
    pub(crate) fn link(&self, number: u64) -> Result<Option<Link>, Failure> {
        let mut link: Option<Link> = None;
        let mut tip = Receipt::EMPTY;
        for (receipt, bytes) in self.stored()? {
            match &mut link {
                Some(link) => link.after.push(entry::digest(&bytes)),
                None if receipt.number == number => {
                    link = Some(Link { before: tip.head, bytes, after: Vec::new(), tip: receipt });
                }
                None => {}
            }
            tip = receipt;
        }
        Ok(link.map(|link| Link { tip, ..link }))
    }

    /// The entries as they are stored, with what stands beside each.
    pub(super) fn stored(&self) -> Result<Vec<(Receipt, Vec<u8>)>, Failure> {
        self.read(|transaction| {
            let log = transaction.open_table(LOG)?;
            let row = |row: Result<(redb::AccessGuard<'_, u64>, _), _>| {
                let (number, value): (_, redb::AccessGuard<'_, (&[u8; 16], &[u8])>) = row?;
                let (head, bytes) = value.value();
                let head = ChainHead::from_bytes(*head);
                Ok((Receipt { number: number.value(), head }, bytes.to_owned()))
            };
            log.iter()?.map(row).collect::<Result<_, redb::Error>>()
        })
    }

    fn licence_at(&self, number: u64) -> Result<Recorded<LicenceEntry>, Failure> {
        let entry = self.read(|transaction| {
            let log = transaction.open_table(LOG)?;
            Ok(log.get(number)?.and_then(|row| Entry::decode(row.value().1)))
        })?;
        match entry {
            Some(Entry::Licence(entry)) => Ok(Recorded { number, entry }),
            _ => Err(damaged(&self.path, number)),
        }
    }

    pub(super) fn read<T>(
        &self,
        ask: impl FnOnce(&ReadTransaction) -> Result<T, redb::Error>,
    ) -> Result<T, Failure> {
        ask(&self.snapshot).map_err(|error| unusable(&self.path, &error))
    }

    fn damaged_owner(&self, id: OwnerId) -> Failure {
        Failure::malformed(format!(
            "owner `{id}` of the ledger `{}` cannot be read",
            self.path.display()
        ))
        .mend("go back to a copy of the ledger")
    }
}
