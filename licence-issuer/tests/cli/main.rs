//! The command line as a user and a script meet it.

#![expect(clippy::unwrap_used, reason = "a test that cannot go on has failed")]

mod bad_input;
mod checksums;
mod drill;
mod evidence;
mod fixtures;
mod golden;
mod import;
mod manual;
mod openssl;
mod pinned;
mod run;
#[cfg(unix)]
mod shared_ledger;
mod signer;
mod streams;
mod vendor;
