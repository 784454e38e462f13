//! The ledger's tables. What is written here is on vendors' disks: it changes only together with
//! [`FORMAT`].

use redb::TableDefinition;

/// The version of the layout. A newer one is refused, an older one migrated.
pub(super) const FORMAT: u64 = 1;

/// Facts about the store itself; `format` holds the version of its layout.
pub(super) const META: TableDefinition<'_, &str, u64> = TableDefinition::new("meta");

/// Everything that was signed and taken back, numbered from 1 without a gap: the head of the hash
/// chain after this entry, and the entry as [`super::entry::Entry::encode`] writes it. Append only.
pub(super) const LOG: TableDefinition<'_, u64, (&[u8; 16], &[u8])> = TableDefinition::new("log");

/// The number and the head of the last entry, so that a log which lost its end shows it.
pub(super) const TIP: TableDefinition<'_, (), (u64, &[u8; 16])> = TableDefinition::new("tip");

/// The entries of one kind. This table and those below follow from the log alone.
pub(super) const BY_KIND: TableDefinition<'_, (&str, u64), ()> = TableDefinition::new("by_kind");

/// The number in the log of each licence, by its `jti`.
pub(super) const LICENCE_BY_ID: TableDefinition<'_, &[u8; 16], u64> =
    TableDefinition::new("licence_by_id");

/// The number in the log of each licence, by its serial and revision.
pub(super) const LICENCE_BY_SERIAL: TableDefinition<'_, (&str, u32), u64> =
    TableDefinition::new("licence_by_serial");

/// The number in the log of each licence that has one, by the vendor's own reference.
pub(super) const LICENCE_BY_REFERENCE: TableDefinition<'_, &str, u64> =
    TableDefinition::new("licence_by_reference");

/// Owners by their id, as [`super::owner::Owner`] writes them. Not in the log: people move, and may
/// ask to be forgotten.
pub(super) const OWNER: TableDefinition<'_, &[u8; 16], &str> = TableDefinition::new("owner");
