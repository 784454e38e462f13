//! What the operating system answered, in words that a user knows.

use std::fmt;
use std::io;
use std::path::Path;

use crate::failure::Failure;

/// An answer of the operating system, in our words, and how to mend it.
struct Answer {
    kind: io::ErrorKind,
    why: &'static str,
    help: &'static str,
}

/// The answers that users meet; others are shown as the system words them.
const ANSWERS: [Answer; 7] = [
    Answer {
        kind: io::ErrorKind::NotFound,
        why: "there is no such file or folder",
        help: "check the path",
    },
    Answer {
        kind: io::ErrorKind::PermissionDenied,
        why: "permission denied",
        help: "check who owns it, and as whom you run this",
    },
    Answer {
        kind: io::ErrorKind::IsADirectory,
        why: "it is a folder",
        help: "name a file inside it",
    },
    Answer {
        kind: io::ErrorKind::NotADirectory,
        why: "a part of the path is a file, not a folder",
        help: "check the path",
    },
    Answer {
        kind: io::ErrorKind::StorageFull,
        why: "the disk is full",
        help: "make room and try again",
    },
    Answer {
        kind: io::ErrorKind::FileTooLarge,
        why: "files may not be that large here",
        help: "raise the limit (`ulimit -f`) or name another disk",
    },
    Answer {
        kind: io::ErrorKind::ReadOnlyFilesystem,
        why: "the disk is mounted read-only",
        help: "name a place that can be written",
    },
];

/// A failure that names the path, what was tried and what was answered.
pub(super) fn failed(path: &Path, tried: &str, error: &io::Error) -> Failure {
    refused_by_system(format_args!("`{}` cannot be {tried}", path.display()), error)
}

/// A failure that says what could not be done, and what the operating system answered.
#[must_use]
pub fn refused_by_system(what: impl fmt::Display, error: &io::Error) -> Failure {
    match ANSWERS.iter().find(|answer| answer.kind == error.kind()) {
        Some(answer) => Failure::usage(format!("{what}: {}", answer.why)).mend(answer.help),
        None => Failure::usage(format!("{what}: {error}")),
    }
}

/// A path that would have to be overwritten.
pub(super) fn is_there(path: &Path) -> Failure {
    Failure::usage(format!("`{}` is there already", path.display()))
        .mend("choose another name, or move it away: it is never overwritten")
}
