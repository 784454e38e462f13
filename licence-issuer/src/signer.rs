//! What signs: a key file today; the one type that callers know, so that a command which asks a
//! smart card or a key service can take its place.

use licence_cli::Failure;
use licence_cli::files::{self, ByteLimit, Source};
use licence_cli::passphrase::PassphraseFlags;
use licence_core::keyfile::{self, KeyFile};
use licence_core::limits::KEY_FILE_BYTES_MAX;
use licence_core::{Claims, PrivateKey, PublicKey};
