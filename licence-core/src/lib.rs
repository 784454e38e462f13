//! Formats, the one strict verifier, and the codes of the signed-licence toolkit.
//!
//! Bytes, keys and a time come in, values come out: nothing here reads a file, a clock or a source of
//! randomness, so the same code judges on the vendor's desk, in the institute's server and in the
//! browser. Start at [`UnverifiedLicence`].
//!
//! A licence that was not verified cannot be used as one:
//!
//! ```compile_fail
//! fn seats(file: &licence_core::UnverifiedLicence) -> u32 {
//!     file.claims().seats.active_max.number()
//! }
//! ```
//!
//! and one that was verified cannot be made up:
//!
//! ```compile_fail
//! fn forge(claims: licence_core::claims::LicenceClaims) -> licence_core::SignedLicence {
//!     licence_core::SignedLicence { claims }
//! }
//! ```

// 0: notations and bounds
pub mod base64url;
mod code;
pub mod json;
pub mod limits;
mod sha256;
mod text;
mod time;
// 1: names, and what a refusal says
mod hash_chain;
mod id;
mod refusal;
mod signed_digest;
// 2: keys, and the text that files travel in
pub mod armour;
mod key;
// 3: signed bytes
mod jws;
#[cfg(feature = "keyfile")]
pub mod keyfile;
#[cfg(feature = "sign")]
mod sign;
// 4: what they say
pub mod claims;
// 5: whether it holds
mod verify;

pub use claims::LicenceState;
pub use code::{Code, Exit};
pub use hash_chain::ChainHead;
pub use id::{KeyId, LicenceId, OwnerId, Serial, SessionId, TokenId, UserId, Uuid};
pub use jws::{Kind, SigningInput, UnverifiedParts, unverified_parts};
pub use key::{PublicKey, Roots};
pub use refusal::{Flaw, Part, Reason, Refusal};
#[cfg(feature = "sign")]
pub use sign::PrivateKey;
pub use signed_digest::SignedDigest;
pub use text::{Audience, FeatureName, Identifier, Institute, Product, Role, Text, Vendor};
pub use time::UnixTime;
pub use verify::{
    AcceptedLicence, Objection, Policy, SignedCheckpoint, SignedLicence, SignedPosition,
    SignedRequest, SignedRevocations, SignedRevoked, SignedUsage, TestLicences, UnboundLicences,
    UnverifiedLicence, ValidAccess, ValidAdmin, ValidLease, ValidLicence,
};
