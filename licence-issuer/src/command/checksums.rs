//! `checksums`: what was given away, in a list that anyone can check with OpenSSL and `sha256sum`.

use std::path::{Path, PathBuf};

use licence_cli::files::{self, Access, ByteLimit, StagedFile};
use licence_cli::{Facts, Failure, Format};

use crate::cli::ChecksumsArgs;
use crate::signer::Signer;
use crate::value::ChecksumList;

/// Bytes of one file at most: programs have ten million, and a file is read into memory.
const LISTED_BYTES_MAX: usize = 1 << 30;

pub(super) fn run(args: &ChecksumsArgs, format: Format) -> Result<(), Failure> {
    let signer = Signer::open(&args.key, &args.signer)?;
    let list = list(&args.files)?;
    let signature = signer.sign_list(&list)?;
    let signature_path = beside(&args.out);
    let text = StagedFile::beside(&args.out, list.to_string().as_bytes(), Access::Shared)?;
    let signature = StagedFile::beside(&signature_path, &signature, Access::Shared)?;
    text.publish()?;
    signature.publish()?;
    let facts = Facts::new()
        .with_text("checksums", args.out.display())
        .with_text("signature", signature_path.display())
        .with_text("kid", signer.public().id())
        .with("files", list.len());
    format.print(&facts)
}

fn list(paths: &[PathBuf]) -> Result<ChecksumList, Failure> {
    let mut list = ChecksumList::default();
    for path in paths {
        let content = files::read(&path.as_path().into(), ByteLimit(LISTED_BYTES_MAX))?;
        // A name that is not Unicode is one that the list would have to escape.
        let name = path.file_name().and_then(|name| name.to_str()).unwrap_or_default();
        list.add(name, &content).map_err(|unlisted| {
            Failure::usage(format!("`{}` cannot be listed: {unlisted}", path.display()))
                .mend("rename it, or make a second list")
        })?;
    }
    Ok(list)
}

/// `FILE.sig` of `FILE`.
fn beside(list: &Path) -> PathBuf {
    let mut name = list.as_os_str().to_owned();
    name.push(".sig");
    name.into()
}
