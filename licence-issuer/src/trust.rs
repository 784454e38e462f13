//! Public keys that the user names.

use licence_cli::Failure;
use licence_cli::files::{self, ByteLimit, Source};
use licence_core::limits::KEY_FILE_BYTES_MAX;
use licence_core::{PublicKey, Roots};

/// Reads a public key: SPKI PEM or JWK.
pub(crate) fn public_key(file: &Source) -> Result<PublicKey, Failure> {
    let bytes = files::read(file, ByteLimit(KEY_FILE_BYTES_MAX))?;
    PublicKey::parse(&bytes).map_err(|refusal| {
        Failure::coded(refusal.code(), format!("{file} is no public key: {refusal}"))
            .mend("name an Ed25519 public key in SPKI PEM or JWK, such as `root.key.pub`")
    })
}

/// The root keys to trust.
pub(crate) fn roots(keys: Vec<PublicKey>) -> Result<Roots, Failure> {
    Roots::new(keys).ok_or_else(|| {
        Failure::usage("the root keys are not one to eight different keys")
            .mend("name each root key once")
    })
}
