//! What others have written down about Ed25519 and its keys, and our answers to it.

mod rfc8032;
mod rfc8037;
mod wycheproof;
