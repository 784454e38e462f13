//! Why a ledger cannot be used, in words.

use std::io;
use std::path::Path;

use licence_cli::{Failure, files};
use redb::DatabaseError;

/// The disk, or a damaged store.
pub(super) fn unusable(path: &Path, error: &redb::Error) -> Failure {
    let what = format!("the ledger `{}` cannot be used", path.display());
    if let redb::Error::Io(answer) = error
        // What the store says of a file that is none of its own, or too short to be.
        && !matches!(answer.kind(), io::ErrorKind::InvalidData | io::ErrorKind::UnexpectedEof)
    {
        return files::refused_by_system(what, answer);
    }
    Failure::usage(format!("{what}: {error}"))
        .mend("it is damaged or something else: go back to a copy, as `backup` makes it")
}

/// It cannot be opened: most often because another process writes to it.
pub(super) fn unopened(path: &Path, error: DatabaseError) -> Failure {
    let is_held =
        matches!(error, DatabaseError::DatabaseAlreadyOpen | DatabaseError::LockProtocolMismatch);
    if is_held {
        return Failure::usage(format!("the ledger `{}` is in use", path.display()))
            .mend("wait until the other licence-issuer has ended, and try again");
    }
    unusable(path, &error.into())
}

/// A version that this program does not know.
pub(super) fn newer(path: &Path, format: u64) -> Failure {
    Failure::usage(format!(
        "the ledger `{}` is in format {format}, which this program does not know",
        path.display()
    ))
    .mend("update licence-issuer")
}

/// A redb store that is something else.
pub(super) fn no_ledger(path: &Path) -> Failure {
    Failure::usage(format!("`{}` is no ledger", path.display()))
        .mend("name the folder that `licence-issuer init` made")
}

/// An entry that this program did not write.
pub(super) fn damaged(path: &Path, number: u64) -> Failure {
    Failure::malformed(format!("entry {number} of the ledger `{}` cannot be read", path.display()))
        .mend("see what `licence-issuer ledger verify` finds, and go back to a copy of the ledger")
}
