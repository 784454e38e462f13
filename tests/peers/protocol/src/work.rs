//! The names of what contenders do.

/// A licence, from its text to its claims.
pub const LICENCE: &str = "licence";

/// An access token, from its text to its claims.
pub const ACCESS: &str = "access";

/// The signature of the licence alone.
pub const RAW_LICENCE: &str = "raw-licence";

/// The signature of the access token alone.
pub const RAW_ACCESS: &str = "raw-access";
