//! What signs: a key file, or a command that asks a smart card or a key service.

mod command;

use licence_cli::Failure;
use licence_cli::files::{self, ByteLimit, Source};
use licence_cli::passphrase::PassphraseFlags;
use licence_core::claims::Claims;
use licence_core::keyfile::{self, KeyFileError};
use licence_core::limits::KEY_FILE_BYTES_MAX;
use licence_core::{Code, PrivateKey, PublicKey};
use zeroize::Zeroizing;

use self::command::SignerCommand;
use crate::cli::SignerArgs;
use crate::key_pair::KeyPair;
use crate::trust;
use crate::value::ChecksumList;

/// Something that signs with a private key.
pub(crate) enum Signer {
    /// A key that was read from its file.
    KeyFile(PrivateKey),
    /// A key that this program never sees.
    Command(SignerCommand),
}

impl Signer {
    /// Opens a key file, with its passphrase where it has one; or takes it for the public half of the
    /// key that a command signs with.
    pub(crate) fn open(file: &Source, how: &SignerArgs) -> Result<Self, Failure> {
        match &how.signer {
            None => open_key_file(file, &how.passphrase).map(Self::KeyFile),
            Some(command) => Ok(Self::Command(SignerCommand {
                command: command.clone(),
                secs: how.signer_secs.unwrap_or_default(),
                public: trust::public_key(file)?,
            })),
        }
    }

    /// The public half of what signs.
    pub(crate) fn public(&self) -> &PublicKey {
        match self {
            Self::KeyFile(key) => key.public(),
            Self::Command(command) => &command.public,
        }
    }

    /// Signs claims into a compact JWS.
    ///
    /// # Errors
    /// Where a command signs: if it cannot be run, takes too long, or gives no signature of the key.
    pub(crate) fn sign(&self, claims: &impl Claims) -> Result<String, Failure> {
        let input = claims.signing_input(self.public().id());
        let signature = self.sign_bytes(input.as_bytes())?;
        Ok(input.finish(&signature))
    }

    /// Signs a list of files, as it is written.
    ///
    /// # Errors
    /// As [`Self::sign`].
    pub(crate) fn sign_list(&self, list: &ChecksumList) -> Result<[u8; 64], Failure> {
        self.sign_bytes(list.to_string().as_bytes())
    }

    /// What is signed is one of the two above: for bytes that anybody hands in, a key vouches for
    /// nothing.
    fn sign_bytes(&self, message: &[u8]) -> Result<[u8; 64], Failure> {
        match self {
            Self::KeyFile(key) => Ok(key.sign_bytes(message)),
            Self::Command(command) => command.sign(message),
        }
    }
}

impl From<KeyPair> for Signer {
    fn from(pair: KeyPair) -> Self {
        Self::KeyFile(pair.into_private())
    }
}

fn open_key_file(file: &Source, flags: &PassphraseFlags) -> Result<PrivateKey, Failure> {
    let bytes = files::read(file, ByteLimit(KEY_FILE_BYTES_MAX)).map(Zeroizing::new)?;
    let is_encrypted = keyfile::is_encrypted(&bytes);
    let passphrase = is_encrypted.then(|| flags.open(file)).transpose()?;
    let secret = passphrase.as_ref().map(|passphrase| passphrase.secret().as_bytes());
    keyfile::parse(&bytes, secret).map_err(|error| unread(file, error))
}

fn unread(file: &Source, error: KeyFileError) -> Failure {
    let sentence = format!("{file} cannot be used to sign: {error}");
    match error {
        KeyFileError::TooLarge => {
            Failure::coded(Code::TooLarge, sentence).mend("check that it is the file you mean")
        }
        KeyFileError::Malformed => Failure::malformed(sentence)
            .mend("name a private key that `licence-issuer keygen` or OpenSSL made"),
        KeyFileError::PassphraseNeeded => {
            Failure::usage(sentence).mend("give --passphrase-file FILE")
        }
        KeyFileError::WrongPassphrase => Failure::usage(sentence).mend("try again"),
        KeyFileError::UnsupportedEncryption => Failure::usage(sentence)
            .mend("encrypt it with scrypt: `openssl pkcs8 -topk8 -scrypt -in OLD -out NEW`"),
    }
}
