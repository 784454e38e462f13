//! The embedded store: one file, one writer, a commit on disk before anything is answered.

mod batch;
mod index;
mod open;
mod read;
mod schema;

pub use open::{NewSite, RedbStore};
pub use read::RedbReader;
