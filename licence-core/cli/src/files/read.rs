//! Reads that take no more than they were promised.

use std::fs::File;
use std::io::{self, Read};
use std::path::Path;
use std::sync::atomic::{AtomicBool, Ordering};

use licence_core::Code;

use super::stream::Source;
use super::words::failed;
use crate::failure::Failure;

/// The most bytes that a caller is ready to take.
#[derive(Clone, Copy, Debug, Eq, PartialEq)]
pub struct ByteLimit(pub usize);

impl ByteLimit {
    fn as_u64(self) -> u64 {
        u64::try_from(self.0).unwrap_or(u64::MAX)
    }
}

/// Reads the whole of a source that holds at most `limit` bytes.
///
/// A file is refused by its size before any of it is read. What has no size (a pipe, a device) is
/// cut one byte above the limit.
///
/// # Errors
/// With exit status 3 and code `too_large` where there is more; with 1 where it cannot be read.
pub fn read(source: &Source, limit: ByteLimit) -> Result<Vec<u8>, Failure> {
    if let Source::File(path) = source {
        refuse_by_size(path, limit)?;
    }
    let bytes = read_start(source, ByteLimit(limit.0.saturating_add(1)))?;
    if bytes.len() > limit.0 { Err(too_large(source, limit)) } else { Ok(bytes) }
}

/// Reads the whole of a source that holds at most `limit` bytes of UTF-8.
///
/// # Errors
/// As [`read`]; with exit status 3 and code `malformed` where it is not UTF-8.
pub fn read_text(source: &Source, limit: ByteLimit) -> Result<String, Failure> {
    String::from_utf8(read(source, limit)?).map_err(|_| {
        Failure::coded(Code::Malformed, format!("{source} is not text in UTF-8"))
            .mend("check that it is the file you mean")
    })
}

/// Reads at most the first `limit` bytes, however much there is.
///
/// # Errors
/// With exit status 1 where it cannot be read.
pub fn read_start(source: &Source, limit: ByteLimit) -> Result<Vec<u8>, Failure> {
    match source {
        Source::Stdin => read_stdin(limit),
        Source::File(path) => File::open(path)
            .and_then(|file| take(file, limit))
            .map_err(|error| failed(path, "read", &error)),
    }
}

/// Whether a `-` was read before: a second one would find the stream empty, and an empty passphrase
/// or key is not what its user meant.
static STDIN_IS_TAKEN: AtomicBool = AtomicBool::new(false);

fn read_stdin(limit: ByteLimit) -> Result<Vec<u8>, Failure> {
    if STDIN_IS_TAKEN.swap(true, Ordering::Relaxed) {
        return Err(Failure::usage("standard input can be read only once")
            .mend("name a file in place of all `-` but one"));
    }
    take(io::stdin().lock(), limit).map_err(|error| {
        Failure::usage(format!("standard input cannot be read: {error}"))
            .mend("name a file instead of `-`")
    })
}

fn take(stream: impl Read, limit: ByteLimit) -> io::Result<Vec<u8>> {
    let mut bytes = Vec::new();
    stream.take(limit.as_u64()).read_to_end(&mut bytes)?;
    Ok(bytes)
}

fn refuse_by_size(path: &Path, limit: ByteLimit) -> Result<(), Failure> {
    let metadata = path.metadata().map_err(|error| failed(path, "read", &error))?;
    if metadata.is_file() && metadata.len() > limit.as_u64() {
        return Err(too_large(&path.into(), limit));
    }
    Ok(())
}

fn too_large(source: &Source, limit: ByteLimit) -> Failure {
    Failure::coded(Code::TooLarge, format!("{source} is larger than {} bytes", limit.0))
        .mend("check that it is the file you mean")
}

#[cfg(test)]
mod tests {
    use std::fs::{self, File};
    use std::path::Path;

    use licence_core::{Code, Exit};

    use super::{ByteLimit, Source, read, read_start, read_text};
    use crate::failure::Report;

    #[track_caller]
    fn refusal(path: &Path, limit: usize) -> Report {
        read(&path.into(), ByteLimit(limit)).unwrap_err().report().unwrap().clone()
    }

    #[test]
    fn a_file_of_exactly_the_limit_is_read() {
        let dir = tempfile::tempdir().unwrap();
        let path = dir.path().join("f");
        fs::write(&path, "12345").unwrap();
        let source = Source::from(path.as_path());
        assert_eq!(read(&source, ByteLimit(5)).unwrap(), b"12345");
        assert_eq!(read_text(&source, ByteLimit(5)).unwrap(), "12345");
        assert_eq!(read_start(&source, ByteLimit(2)).unwrap(), b"12");
        assert_eq!(refusal(&path, 4).code, Some(Code::TooLarge));
    }

    #[test]
    fn a_gibibyte_is_refused_by_its_size() {
        let dir = tempfile::tempdir().unwrap();
        let path = dir.path().join("huge");
        File::create(&path).unwrap().set_len(1 << 30).unwrap();
        let report = refusal(&path, 65_536);
        assert_eq!(report.exit, Exit::Malformed);
        assert_eq!(report.message, format!("`{}` is larger than 65536 bytes", path.display()));
    }

    #[test]
    #[cfg(unix)]
    fn an_endless_device_is_cut() {
        assert_eq!(refusal(Path::new("/dev/zero"), 1000).code, Some(Code::TooLarge));
    }

    #[test]
    fn a_missing_file_and_a_folder_are_named() {
        let dir = tempfile::tempdir().unwrap();
        let missing = refusal(&dir.path().join("none"), 1);
        assert_eq!(missing.exit, Exit::Failed);
        assert!(missing.message.ends_with("none` cannot be read: there is no such file or folder"));
        assert!(refusal(dir.path(), 1).message.ends_with("it is a folder"));
    }

    #[test]
    fn what_is_not_utf8_is_malformed() {
        let dir = tempfile::tempdir().unwrap();
        let path = dir.path().join("f");
        fs::write(&path, b"\xff").unwrap();
        let failure = read_text(&path.as_path().into(), ByteLimit(9)).unwrap_err();
        assert_eq!(failure.report().unwrap().code, Some(Code::Malformed));
    }
}
