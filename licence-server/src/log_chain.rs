//! The log's hash chain, from the entry it begins with to the head in the site's row.

use licence_core::claims::LogPosition;
use licence_core::{ChainHead, Product, PublicKey, Refusal, SignedCheckpoint};
use thiserror::Error;

use crate::domain::Entry;
use crate::store::{LogPiece, Reader, StoreError};

/// Entries that are read at once.
const STEP: usize = 1_000;

/// Where a log begins.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) struct Beginning {
    /// The place of its first entry: 1, or the one behind the last that was pruned.
    pub(crate) first: u64,
    /// The head before it.
    pub(crate) head: ChainHead,
}

/// A log that is what was written.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) struct Walked {
    /// Where it begins.
    pub(crate) beginning: Beginning,
    /// Where it stood when the walk began, and so where that ended.
    pub(crate) end: LogPosition,
}

/// Where a log stopped being what was written.
#[derive(Debug, Error)]
pub(crate) enum Broken {
    /// The checkpoint that stands for what was pruned is not the site's.
    #[error("the checkpoint before entry {first} is not one that this site signed: {refusal}")]
    Checkpoint {
        /// The place that the store gives it.
        first: u64,
        /// What the verifier said.
        refusal: Refusal,
    },
    /// The checkpoint is the site's, and stands at another place.
    #[error("the checkpoint before entry {first} is for another place")]
    Misplaced {
        /// The place that the store gives it.
        first: u64,
    },
    /// An entry is not there.
    #[error("entry {0} is missing")]
    Missing(u64),
    /// Every entry is there, and one of them is not what was written. The chain's links are not
    /// stored, so nothing tells which.
    #[error("entries {first} to {last} do not lead to the head that was written with the last")]
    Changed {
        /// The first of them.
        first: u64,
        /// The last of them.
        last: u64,
    },
}

/// Why a log could not be walked.
#[derive(Debug, Error)]
pub(crate) enum WalkError {
    #[error(transparent)]
    Broken(#[from] Broken),
    #[error(transparent)]
    Store(#[from] StoreError),
}

impl Broken {
    /// The first place that is known not to be as it was written.
    pub(crate) const fn place(&self) -> u64 {
        match self {
            Self::Checkpoint { first, .. }
            | Self::Misplaced { first }
            | Self::Missing(first)
            | Self::Changed { first, .. } => *first,
        }
    }
}

/// Where the log of a site begins, proved by the checkpoint that was left when it was pruned.
fn beginning(
    checkpoint: Option<(u64, String)>,
    key: &PublicKey,
    product: &Product,
) -> Result<Beginning, Broken> {
    let Some((first, text)) = checkpoint else {
        return Ok(Beginning { first: 1, head: ChainHead::EMPTY });
    };
    let signed = SignedCheckpoint::verify(text.as_bytes(), key, product)
        .map_err(|refusal| Broken::Checkpoint { first, refusal })?;
    let LogPosition { seq, head, .. } = signed.claims().position;
    if seq.checked_add(1) != Some(first) {
        return Err(Broken::Misplaced { first });
    }
    Ok(Beginning { first, head })
}

/// Walks the log from its beginning to the place that the site's row tells, and shows each entry with the head after it to
/// what `begin` makes. Where the log is pruned meanwhile it is walked again, and shown to another.
///
/// # Errors
/// The first place at which the log is not what was written.
pub(crate) fn walk<S>(
    reader: &dyn Reader,
    key: &PublicKey,
    product: &Product,
    begin: impl Fn() -> S,
    mut see: impl FnMut(&mut S, Entry, ChainHead),
) -> Result<(Walked, S), WalkError> {
    loop {
        let before = reader.checkpoint()?;
        let mut seen = begin();
        let show = |entry, head| see(&mut seen, entry, head);
        match walk_once(reader, key, product, show) {
            // What was taken away is not missing. One prune has finitely many cuts, so this comes to an end.
            Err(WalkError::Broken(_)) if reader.checkpoint()? != before => {}
            walked => return Ok((walked?, seen)),
        }
    }
}

fn walk_once(
    reader: &dyn Reader,
    key: &PublicKey,
    product: &Product,
    mut show: impl FnMut(Entry, ChainHead),
) -> Result<Walked, WalkError> {
    // Of one moment: the log may be pruned meanwhile.
    let LogPiece { position, checkpoint, .. } = reader.log_piece(1, 0)?;
    let beginning = beginning(checkpoint, key, product)?;
    let Beginning { first, mut head } = beginning;
    let (mut next, last) = (first, position.seq);
    while next <= last {
        let entries = reader.entries(next, STEP)?;
        if entries.is_empty() {
            return Err(Broken::Missing(next).into());
        }
        for entry in entries {
            if next > last {
                break;
            }
            if entry.seq != next {
                return Err(Broken::Missing(next).into());
            }
            head = entry.chained_to(head);
            show(entry, head);
            next += 1;
        }
    }
    if head == position.head {
        Ok(Walked { beginning, end: position })
    } else {
        Err(Broken::Changed { first, last }.into())
    }
}
