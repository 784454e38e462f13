//! Tables and keys.

use redb::TableDefinition;

use crate::store::codec::{DataKey, TicketKey};

/// An id: sixteen bytes.
pub(super) type Id = [u8; 16];

/// The format of the whole file. A newer one is refused.
pub(super) const FORMAT: u32 = 1;

/// `format` -> four bytes, big endian; `site` -> the site's row; `list` -> the newest revocation list, as
/// it was signed.
pub(super) const META: TableDefinition<'_, &str, &[u8]> = TableDefinition::new("meta");
/// Session id -> row. Ids are ordered by time, so sessions made together lie together.
pub(super) const SESSIONS: TableDefinition<'_, Id, &[u8]> = TableDefinition::new("sessions");
/// User id -> row.
pub(super) const USERS: TableDefinition<'_, Id, &[u8]> = TableDefinition::new("users");
/// What leads to a person (a name, an id in an older system, half of a code's hash) -> user id.
pub(super) const USER_KEYS: TableDefinition<'_, (u8, &[u8]), Id> =
    TableDefinition::new("user_keys");
/// Token id -> borrowed seat.
pub(super) const BORROWINGS: TableDefinition<'_, Id, &[u8]> = TableDefinition::new("borrowings");
/// Ticket -> place in the queue, in the order in which places are served.
pub(super) const QUEUE: TableDefinition<'_, TicketKey, &[u8]> = TableDefinition::new("queue");
/// Owner -> data.
pub(super) const DATA: TableDefinition<'_, DataKey, &[u8]> = TableDefinition::new("data");
/// Service id -> row.
pub(super) const SERVICES: TableDefinition<'_, Id, &[u8]> = TableDefinition::new("services");
/// Licence id -> file as it was signed.
pub(super) const LICENCES: TableDefinition<'_, Id, &[u8]> = TableDefinition::new("licences");
/// When the entry may go, in seconds, and what is revoked until then.
pub(super) const REVOKED: TableDefinition<'_, (i64, &[u8]), ()> = TableDefinition::new("revoked");
/// Place in the log -> entry.
pub(super) const AUDIT: TableDefinition<'_, u64, &str> = TableDefinition::new("audit");
/// Place in the log -> the signed checkpoint that stands for the entries before it.
pub(super) const CHECKPOINTS: TableDefinition<'_, u64, &str> = TableDefinition::new("checkpoints");

/// When an hour began, in seconds -> what happened in it. The hour that runs stands in the site's row.
pub(super) const USAGE: TableDefinition<'_, i64, &[u8]> = TableDefinition::new("usage");

/// Number -> how far the rows of the journal went into their tables, and those that one batch replaced.
pub(super) const JOURNAL: TableDefinition<'_, u64, &[u8]> = TableDefinition::new("journal");

pub(super) const META_FORMAT: &str = "format";
pub(super) const META_SITE: &str = "site";
pub(super) const META_LIST: &str = "list";
