//! `keygen`: a key pair.

use licence_cli::{Facts, Failure, Format};

use crate::cli::KeygenArgs;
use crate::key_pair::{self, KeyPair};

pub(super) fn run(args: &KeygenArgs, format: Format) -> Result<(), Failure> {
    let passphrase = args.passphrase.choose()?;
    let pair = KeyPair::draw()?;
    pair.write(&args.out, passphrase.as_ref())?;
    let facts = Facts::new()
        .with_text("private_key", args.out.display())
        .with_text("public_key", key_pair::public_path(&args.out).display())
        .with_text("kid", pair.public().id())
        .with("is_encrypted", passphrase.is_some());
    format.print(&facts)
}
