//! Tables and keys.

use redb::{MultimapTableDefinition, TableDefinition};

/// The format of the whole file. A newer one is refused.
pub(super) const FORMAT: u32 = 1;

/// `format` -> four bytes, big endian; `site` -> the site's row.
pub(super) const META: TableDefinition<'_, &str, &[u8]> = TableDefinition::new("meta");
/// Session id -> row. Ids are ordered by time, so sessions made together lie together.
pub(super) const SESSIONS: TableDefinition<'_, [u8; 16], &[u8]> = TableDefinition::new("sessions");
/// User id -> row.
pub(super) const USERS: TableDefinition<'_, [u8; 16], &[u8]> = TableDefinition::new("users");
/// Name as it is looked up -> user id.
pub(super) const NAMES: TableDefinition<'_, &str, [u8; 16]> = TableDefinition::new("names");
/// Licence id -> file as it was signed.
pub(super) const LICENCES: TableDefinition<'_, [u8; 16], &[u8]> = TableDefinition::new("licences");
/// When the entry may go, in seconds -> sessions revoked until then.
pub(super) const REVOKED: MultimapTableDefinition<'_, i64, [u8; 16]> =
    MultimapTableDefinition::new("revoked");
/// Place in the log -> entry.
pub(super) const AUDIT: TableDefinition<'_, u64, &str> = TableDefinition::new("audit");

pub(super) const META_FORMAT: &str = "format";
pub(super) const META_SITE: &str = "site";
