//! Where rows are kept: a small trait for writing in batches, a small one for reading, one engine.

mod codec;
mod engine;
mod reader;
mod redb;

pub use engine::{Batch, Engine, StoreError};
pub use reader::{Checkup, CopiedRow, LogPiece, Reader, Sizes};
pub use redb::{NewSite, PageCache, RedbReader, RedbStore, StoreCopy};
