//! What the writer asks of an engine. The rules know none of it, and an engine knows no rule.

use std::future::Future;
use std::path::PathBuf;

use thiserror::Error;

use crate::domain::{Changes, Draft, Site};

/// A store that can be written in batches.
pub trait Engine: Send + 'static {
    /// One batch: everything that is committed together.
    type Batch<'engine>: Batch + Send
    where
        Self: 'engine;

    /// Takes the right to write, and reads the site's row.
    fn begin(&mut self)
    -> impl Future<Output = Result<(Self::Batch<'_>, Site), StoreError>> + Send;
}

/// One batch of an engine. Dropped without a commit, it leaves nothing behind.
pub trait Batch: Sized {
    /// Loads what the rules asked the draft for.
    fn load(&mut self, draft: &mut Draft) -> impl Future<Output = Result<(), StoreError>> + Send;

    /// Makes the changes durable, all or none.
    fn commit(self, changes: Changes<'_>) -> impl Future<Output = Result<(), StoreError>> + Send;
}

/// What went wrong in a store.
#[derive(Debug, Error)]
pub enum StoreError {
    /// There is no store at the path.
    #[error("there is no store at `{}`", .0.display())]
    NotFound(PathBuf),
    /// There is a store at the path already.
    #[error("there is a store at `{}` already", .0.display())]
    Exists(PathBuf),
    /// Another process has it.
    #[error("the store `{}` is in use by another process", .0.display())]
    InUse(PathBuf),
    /// The program that had it last did not close it.
    #[error("the store `{}` was not closed: the program that had it was killed", .0.display())]
    NotClosed(PathBuf),
    /// It was written by a newer version of this program.
    #[error("the store has format {found}, and this program knows formats up to {known}")]
    NewerFormat {
        /// The store's.
        found: u32,
        /// Ours.
        known: u32,
    },
    /// A row is not what was written.
    #[error("a row of the table `{table}` cannot be read")]
    Corrupt {
        /// Where.
        table: &'static str,
    },
    /// The file or the disk failed.
    #[error("the store failed: {0}")]
    Failed(#[source] Box<::redb::Error>),
}

impl<E: Into<::redb::Error>> From<E> for StoreError {
    fn from(error: E) -> Self {
        Self::Failed(Box::new(error.into()))
    }
}
