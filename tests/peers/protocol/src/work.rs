//! The names of what contenders do.

/// A licence, from its text to its claims.
pub const LICENCE: &str = "licence";

/// An access token, from its text to its claims.
pub const ACCESS: &str = "access";

/// The signature of the licence alone.
pub const RAW_LICENCE: &str = "raw-licence";

/// The signature of the access token alone.
pub const RAW_ACCESS: &str = "raw-access";

/// The least that a server can do: `GET /`, the same few bytes for everyone.
pub const HELLO: &str = "hello";

/// `GET /v1/me` with an access token.
pub const ME: &str = "me";

/// `POST /v1/auth/refresh`, in which the refresh token is rotated and the seat renewed.
pub const REFRESH: &str = "refresh";

/// A seat given back with `POST /v1/seats/release`, and taken again by a refresh, in turns.
pub const SEATS: &str = "seats";

/// `POST /v1/auth/token` with a password, which also ends the sign-in before.
pub const SIGN_IN: &str = "sign-in";

/// Who am I, of the home-made server.
pub const HOME_MADE_ME: &str = "home-made-me";

/// One page overwritten and brought to the disk.
pub const SYNC_ONE: &str = "sync-one";

/// As many pages as one batch of refreshes changes, scattered over a file, brought to the disk at once.
pub const SYNC_SCATTERED: &str = "sync-scattered";

/// A password hashed with Argon2id, as the server hashes it.
pub const ARGON2ID: &str = "argon2id";

/// A turn of the writer with a batch of refreshes.
pub const TURN_REFRESH: &str = "turn-refresh";

/// A turn of the writer in which people take seats and others leave theirs.
pub const TURN_CLAIM: &str = "turn-claim";

/// Whether a token that comes back is good no more: what every request asks.
pub const CHECK: &str = "check";

/// Whose token it is: what those ask besides who tell it.
pub const WHOSE: &str = "whose";
