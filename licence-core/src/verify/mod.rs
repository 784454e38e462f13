//! The chain of trust, judged from the root downwards.
//!
//! Each step is a type that only the step before can make:
//!
//! ```text
//! UnverifiedLicence  bytes
//!   -> SignedLicence    a pinned root stands behind every signature, and each key kept to its limits
//!   -> AcceptedLicence  it is for this product, this site, this use
//!   -> ValidLicence     it holds now
//!   -> ValidAccess, ValidLease  what the licence's site key signed under it holds now
//! ```
//!
//! The first thing wrong is the refusal, and it says at which link it was found: at each step the
//! revocation list is looked at first, then the issuing key's certificate, then the licence, then
//! the token. Nothing is interpreted before its signature was checked, except the header
//! that names the key, and a request, which carries its own key.

mod accepted;
mod access;
mod admin;
mod checkpoint;
mod lease;
mod life;
mod position;
mod request;
mod revocations;
mod revoked;
mod signed;
mod usage;

pub use accepted::{AcceptedLicence, Policy, TestLicences, UnboundLicences, ValidLicence};
pub use access::ValidAccess;
pub use admin::ValidAdmin;
pub use checkpoint::SignedCheckpoint;
pub use lease::ValidLease;
pub use position::SignedPosition;
pub use request::SignedRequest;
pub use revocations::SignedRevocations;
pub use revoked::SignedRevoked;
pub use signed::{SignedLicence, UnverifiedLicence};
pub use usage::{Objection, SignedUsage};
