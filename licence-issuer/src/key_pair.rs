//! A key pair in the making, and its two files.

use std::path::{Path, PathBuf};

use licence_cli::files::{Access, StagedFile};
use licence_cli::passphrase::Passphrase;
use licence_cli::{Failure, rng};
use licence_core::keyfile::{self, EncryptionSeed};
use licence_core::{PrivateKey, PublicKey};
use zeroize::Zeroizing;

/// A fresh key.
pub(crate) struct KeyPair(PrivateKey);

impl KeyPair {
    /// Draws a key from the operating system's randomness.
    pub(crate) fn draw() -> Result<Self, Failure> {
        let key = PrivateKey::from_seed(&*rng::secret()?);
        key.map(Self)
            .ok_or_else(|| Failure::usage("the key that was drawn is unsound").mend("try again"))
    }

    /// The public half.
    pub(crate) fn public(&self) -> &PublicKey {
        self.0.public()
    }

    /// The private half, to sign with.
    pub(crate) fn into_private(self) -> PrivateKey {
        self.0
    }

    /// Writes the private key to `path` for its owner alone, and the public key beside it. Neither
    /// file may be there yet.
    pub(crate) fn write(
        &self,
        path: &Path,
        passphrase: Option<&Passphrase>,
    ) -> Result<(), Failure> {
        let private = self.private_pem(passphrase)?;
        let public = self.public().to_pem();
        let private = StagedFile::beside(path, private.as_bytes(), Access::Private)?;
        let public = StagedFile::beside(&public_path(path), public.as_bytes(), Access::Shared)?;
        private.publish()?;
        public.publish()
    }

    fn private_pem(&self, passphrase: Option<&Passphrase>) -> Result<Zeroizing<String>, Failure> {
        let Some(passphrase) = passphrase else { return Ok(keyfile::write(&self.0)) };
        let seed = EncryptionSeed(rng::bytes()?);
        keyfile::write_encrypted(&self.0, passphrase.secret().as_bytes(), &seed)
            .map(Zeroizing::new)
            .map_err(|error| Failure::usage(format!("the key cannot be encrypted: {error}")))
    }
}

/// `FILE.pub` of `FILE`.
pub(crate) fn public_path(private: &Path) -> PathBuf {
    let mut name = private.as_os_str().to_owned();
    name.push(".pub");
    name.into()
}

#[cfg(test)]
mod tests {
    use std::fs;

    use licence_core::{PublicKey, keyfile};

    use super::{KeyPair, public_path};

    #[test]
    fn the_two_files_hold_one_key() {
        let dir = tempfile::tempdir().unwrap();
        let path = dir.path().join("root.key");
        let pair = KeyPair::draw().unwrap();
        pair.write(&path, None).unwrap();
        let private = keyfile::parse(&fs::read(&path).unwrap(), None).unwrap();
        let public = PublicKey::parse(&fs::read(public_path(&path)).unwrap()).unwrap();
        assert_eq!(private.public(), &public);
        assert_eq!(pair.public(), &public);
    }

    #[test]
    fn a_public_file_that_is_there_keeps_the_private_one_from_being_made() {
        let dir = tempfile::tempdir().unwrap();
        let path = dir.path().join("root.key");
        fs::write(public_path(&path), "another key").unwrap();
        KeyPair::draw().unwrap().write(&path, None).unwrap_err();
        assert!(!path.exists());
        assert_eq!(fs::read_to_string(public_path(&path)).unwrap(), "another key");
    }
}
