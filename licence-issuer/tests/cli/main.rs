//! The command line as a user and a script meet it.

#![expect(clippy::unwrap_used, reason = "a test that cannot go on has failed")]

mod fixtures;
mod golden;
mod openssl;
mod run;
mod streams;
mod vendor;
