//! Every limit of the formats, each with its reason.
//!
//! A size is checked before anything is allocated or decoded, so that hostile input costs no more
//! than its own length.

/// Bytes of a compact access token: what common proxies let through in one header line.
pub const ACCESS_BYTES_MAX: usize = 8 * 1024;

/// Bytes of every other compact object but the revocation list.
pub const OBJECT_BYTES_MAX: usize = 64 * 1024;

/// Bytes of a compact `revocations+jwt` or `revoked+jwt`: some 10,000 entries.
pub const REVOCATIONS_BYTES_MAX: usize = 1024 * 1024;

/// Bytes of an armoured file. Armour makes three bytes four and adds a line break to each 64; the
/// largest file holds a licence, an issuing key and a revocation list.
pub const FILE_BYTES_MAX: usize = 2 * 1024 * 1024;

/// Bytes of a key file: a passphrase-encrypted Ed25519 key has about 400.
pub const KEY_FILE_BYTES_MAX: usize = 8 * 1024;

/// Bytes of a decoded JOSE header: its three members have about 90.
pub const HEADER_BYTES_MAX: usize = 512;

/// How deep JSON may nest. Our own claims need four levels.
pub const JSON_DEPTH_MAX: usize = 16;

/// Members of one JSON object. Bounds the search for duplicate names.
pub const JSON_MEMBERS_MAX: usize = 256;

/// Characters of a name that a person wrote: an institute, a vendor, a string feature.
pub const TEXT_CHARS_MAX: usize = 200;

/// Characters of an identifier: a product, a feature, a role.
pub const IDENTIFIER_CHARS_MAX: usize = 64;

/// Pinned root keys: one in use, one spare, and room for a hand-over.
pub const ROOTS_MAX: usize = 8;

/// Products that one issuing key may sign for.
pub const PRODUCTS_MAX: usize = 64;

/// Features in one licence.
pub const FEATURES_MAX: usize = 128;

/// Strings in one feature that is a list.
pub const FEATURE_ITEMS_MAX: usize = 64;

/// Roles in one access token.
pub const ROLES_MAX: usize = 32;

/// Entries of a `revoked+jwt`: as many as fit into its size, and so few that all can be looked at for
/// each token.
pub const REVOKED_ENTRIES_MAX: usize = 10_000;

/// Days of a usage statement: a year with its leap day. Each has some 60 bytes, and 130 with the longest
/// numbers that occur, so that they fit into an object.
pub const USAGE_DAYS_MAX: usize = 366;

/// Bytes of the public data of a session, which every request carries in its access token.
pub const SESSION_DATA_BYTES_MAX: usize = 1024;

/// Seconds between an access token's `iat` and `exp`.
pub const ACCESS_LIFE_SECS_MAX: i64 = 3600;

/// Leeway for `iat` and `nbf` of what a server signs; the clocks are both online or on one desk.
pub const SERVER_LEEWAY_SECS: i64 = 30;

/// Leeway for `iat` and `nbf` of what travels by hand; a wrong time zone is a common mistake.
pub const HAND_LEEWAY_SECS: i64 = DAY_SECS;

/// Seconds of a day, in which a licence counts how long a seat may be taken along.
pub const DAY_SECS: i64 = 24 * 3600;

/// Seats of one licence.
pub const SEATS_MAX: u32 = 1_000_000;

/// Shortest and longest lease of a seat, in seconds.
pub const LEASE_SECS_RANGE: core::ops::RangeInclusive<u32> = 300..=86_400;
