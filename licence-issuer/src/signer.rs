//! What signs. Today that is a key file; callers know this type only, so that a command which asks a
//! smart card or a key service can stand beside it.

use licence_cli::Failure;
use licence_cli::files::{self, ByteLimit, Source};
use licence_cli::passphrase::PassphraseFlags;
use licence_core::claims::Claims;
use licence_core::keyfile::{self, KeyFileError};
use licence_core::limits::KEY_FILE_BYTES_MAX;
use licence_core::{Code, PrivateKey, PublicKey};
use zeroize::Zeroizing;

use crate::key_pair::KeyPair;

/// Something that holds a private key.
pub(crate) enum Signer {
    /// A key that was read from its file.
    KeyFile(PrivateKey),
}

impl Signer {
    /// Opens a key file, with its passphrase where it has one.
    pub(crate) fn open(file: &Source, flags: &PassphraseFlags) -> Result<Self, Failure> {
        let bytes = files::read(file, ByteLimit(KEY_FILE_BYTES_MAX)).map(Zeroizing::new)?;
        let is_encrypted = keyfile::is_encrypted(&bytes);
        let passphrase = is_encrypted.then(|| flags.open(file)).transpose()?;
        let secret = passphrase.as_ref().map(|passphrase| passphrase.secret().as_bytes());
        keyfile::parse(&bytes, secret).map(Self::KeyFile).map_err(|error| unread(file, error))
    }

    /// The public half of what signs.
    pub(crate) fn public(&self) -> &PublicKey {
        match self {
            Self::KeyFile(key) => key.public(),
        }
    }

    /// Signs claims into a compact JWS.
    #[expect(clippy::unnecessary_wraps, reason = "a smart card or a key service can fail")]
    pub(crate) fn sign(&self, claims: &impl Claims) -> Result<String, Failure> {
        match self {
            Self::KeyFile(key) => Ok(key.sign(claims.signing_input(key.public().id()))),
        }
    }
}

impl From<KeyPair> for Signer {
    fn from(pair: KeyPair) -> Self {
        Self::KeyFile(pair.into_private())
    }
}

fn unread(file: &Source, error: KeyFileError) -> Failure {
    let sentence = format!("{file} cannot be used to sign: {error}");
    match error {
        KeyFileError::TooLarge => {
            Failure::coded(Code::TooLarge, sentence).mend("check that it is the file you mean")
        }
        KeyFileError::Malformed => Failure::coded(Code::Malformed, sentence)
            .mend("name a private key that `licence-issuer keygen` or OpenSSL made"),
        KeyFileError::PassphraseNeeded => {
            Failure::usage(sentence).mend("give --passphrase-file FILE")
        }
        KeyFileError::WrongPassphrase => Failure::usage(sentence).mend("try again"),
        KeyFileError::UnsupportedEncryption => Failure::usage(sentence)
            .mend("encrypt it with scrypt: `openssl pkcs8 -topk8 -scrypt -in OLD -out NEW`"),
    }
}
