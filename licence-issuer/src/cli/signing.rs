//! What can be typed of keys that sign.

use clap::Args;
use licence_cli::files::Source;
use licence_cli::passphrase::PassphraseFlags;

use crate::value::{CommandArg, SignerSecs};

/// Which key signs licences.
#[derive(Args, Debug)]
pub(crate) struct SigningArgs {
    /// The private key that signs, its public half with --signer [default: issuing.key of the
    /// vendor's folder]
    #[arg(long, value_name = "FILE")]
    pub(crate) key: Option<Source>,

    /// The certificate of that key; a root key has none [default: issuing.crt of the vendor's folder]
    #[arg(long, value_name = "FILE")]
    pub(crate) issuer: Option<Source>,

    #[command(flatten)]
    pub(crate) signer: SignerArgs,
}

/// How a key is used.
#[derive(Args, Debug)]
pub(crate) struct SignerArgs {
    /// Let COMMAND sign, for keys that are on no disk: it reads the bytes to sign from its standard
    /// input and writes the 64 bytes of the signature, raw or in base64. No shell reads COMMAND
    #[arg(long, value_name = "COMMAND", conflicts_with_all = ["passphrase_file", "passphrase_fd"])]
    pub(crate) signer: Option<CommandArg>,

    /// How long COMMAND may take, in seconds [default: 120]
    #[arg(long, value_name = "SECS", requires = "signer")]
    pub(crate) signer_secs: Option<SignerSecs>,

    #[command(flatten)]
    pub(crate) passphrase: PassphraseFlags,
}
