//! The embedded store: one file, one writer, a commit on disk before anything is answered.

mod batch;
mod beside;
mod check;
mod copy;
mod index;
mod journal;
mod leases;
mod load;
mod medium;
mod open;
mod portable;
mod read;
mod schema;
mod write;

pub use copy::StoreCopy;
pub use medium::PageCache;
pub use open::{NewSite, RedbStore};
pub use read::RedbReader;
