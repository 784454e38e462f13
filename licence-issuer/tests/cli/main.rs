//! The command line as a user and a script meet it.

mod fixtures;
mod golden;
mod openssl;
mod run;
mod streams;
mod vendor;
