//! The embedded store: one file, one writer, a commit on disk before anything is answered.

mod batch;
mod index;
mod leases;
mod load;
mod open;
mod read;
mod schema;
mod write;

pub use open::{NewSite, RedbStore};
pub use read::RedbReader;
