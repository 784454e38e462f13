//! What the server cannot be faster than: bringing pages to the disk, and hashing a password.
//!
//! ```text
//! peer-bare FOLDER PAGES
//! ```
//!
//! A folder on the disk that is measured, and how many pages one batch of refreshes changes.

mod disk;
mod hash;

use std::env;
use std::error::Error;
use std::path::PathBuf;

use peer_protocol::{Contender, work};

use disk::Disk;
use hash::Hasher;

fn main() -> Result<(), Box<dyn Error>> {
    let arguments: Vec<_> = env::args().skip(1).collect();
    let [folder, pages] = arguments.as_slice() else {
        return Err("say which folder is on the disk and how many pages are scattered".into());
    };
    let disk = Disk::in_folder(&PathBuf::from(folder))?;
    let (pages, hasher) = (pages.parse()?, Hasher::new()?);
    Contender::default()
        .with(work::SYNC_ONE, || disk.sync(1))
        .with(work::SYNC_SCATTERED, || disk.sync(pages))
        .with(work::ARGON2ID, || hasher.hash())
        .serve()
}
