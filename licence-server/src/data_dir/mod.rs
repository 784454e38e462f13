//! The data directory: what an institute's server keeps, and who may read it.
//!
//! ```text
//! DIR           0700
//!   site.key      0600  the private key that signs tokens and requests; it never leaves
//!   refresh.key   0600  authenticates refresh tokens; apart from the store, so that a stolen copy
//!                       of the store alone makes no token
//!   site.json           vendor, product, root keys, and the name under which tokens are issued
//!   store.redb    0600  people, sessions, licences, the audit log
//!   config.toml         what an administrator set, if anything
//!   admin.sock    0600  while the server runs
//! ```

mod make;
mod site_file;

use std::fs;
use std::io::{self, ErrorKind};
use std::os::unix::fs::PermissionsExt as _;
use std::os::unix::net::SocketAddr;
use std::path::{Path, PathBuf};

use licence_cli::Failure;
use licence_cli::files::{self, ByteLimit, Source};
use licence_core::limits::KEY_FILE_BYTES_MAX;
use licence_core::{Code, PrivateKey, base64url, keyfile};
use zeroize::Zeroizing;

pub use make::NewDataDir;
pub use site_file::SiteFile;

use crate::config::{CONFIG_BYTES_MAX, Settings};
use crate::token::RefreshKey;

const SITE_KEY: &str = "site.key";
const REFRESH_KEY: &str = "refresh.key";
const SITE_FILE: &str = "site.json";
const STORE: &str = "store.redb";
const CONFIG: &str = "config.toml";
const SOCKET: &str = "admin.sock";

/// A data directory that `init` made.
#[derive(Clone, Debug)]
pub struct DataDir(PathBuf);

impl DataDir {
    /// Takes the folder at a path.
    ///
    /// # Errors
    /// If it is not a data directory, or others than its owner may enter it.
    pub fn open(path: &Path) -> Result<Self, Failure> {
        fs::metadata(path.join(SITE_FILE)).map_err(|error| no_site(path, &error))?;
        refuse_shared(path)?;
        Ok(Self(path.to_owned()))
    }

    /// What the site is.
    ///
    /// # Errors
    /// If the file cannot be read or is not as `init` wrote it.
    pub fn site(&self) -> Result<SiteFile, Failure> {
        let source = self.source(SITE_FILE);
        let bytes = files::read(&source, ByteLimit(site_file::BYTES_MAX))?;
        SiteFile::parse(&bytes).ok_or_else(|| {
            Failure::coded(Code::Malformed, format!("{source} is not as `init` wrote it"))
                .mend("put it back from a backup of the data directory")
        })
    }

    /// The site's private key.
    ///
    /// # Errors
    /// If the file cannot be read or holds no private key in the clear.
    pub fn site_key(&self) -> Result<PrivateKey, Failure> {
        let source = self.source(SITE_KEY);
        let bytes = files::read(&source, ByteLimit(KEY_FILE_BYTES_MAX)).map(Zeroizing::new)?;
        keyfile::parse(&bytes, None).map_err(|error| {
            Failure::usage(format!("{source} cannot be used: {error}"))
                .mend("put it back from a backup of the data directory")
        })
    }

    /// The key of refresh tokens.
    ///
    /// # Errors
    /// If the file cannot be read or does not hold 32 bytes.
    pub fn refresh_key(&self) -> Result<RefreshKey, Failure> {
        let source = self.source(REFRESH_KEY);
        let text = files::read_text(&source, ByteLimit(KEY_FILE_BYTES_MAX)).map(Zeroizing::new)?;
        let key = base64url::decode_array(text.trim_end());
        key.map(|key| RefreshKey::new(Zeroizing::new(key))).ok_or_else(|| {
            Failure::coded(Code::Malformed, format!("{source} does not hold a key"))
                .mend("put it back from a backup, or everyone has to sign in again")
        })
    }

    /// What the administrator set; the defaults where there is no file.
    ///
    /// # Errors
    /// If there is a file that cannot be read or holds what is not known.
    pub fn settings(&self) -> Result<Settings, Failure> {
        let path = self.0.join(CONFIG);
        // The link itself is looked at: one that leads nowhere was to lead to settings.
        if fs::symlink_metadata(&path).is_err_and(|error| error.kind() == ErrorKind::NotFound) {
            return Ok(Settings::default());
        }
        let source = Source::File(path);
        let text = files::read_text(&source, ByteLimit(CONFIG_BYTES_MAX))?;
        Settings::parse(&text).map_err(|error| {
            Failure::usage(format!("in {source}, {error}"))
                .mend("mend that line, or take it away to have the default")
        })
    }

    /// Where the store is.
    #[must_use]
    pub fn store(&self) -> PathBuf {
        self.0.join(STORE)
    }

    /// Where the socket for administration is, while the server runs.
    #[must_use]
    pub fn socket(&self) -> PathBuf {
        self.0.join(SOCKET)
    }

    fn source(&self, name: &str) -> Source {
        Source::File(self.0.join(name))
    }
}

/// Refuses a new directory in which the server could not make its socket. The system limits the paths
/// of sockets to some 100 bytes; the whole path counts, as a service's unit would name it.
///
/// # Errors
/// If it is too long.
pub fn refuse_long(path: &Path) -> Result<(), Failure> {
    let whole = std::path::absolute(path).unwrap_or_else(|_| path.to_owned()).join(SOCKET);
    SocketAddr::from_pathname(&whole).map(drop).map_err(|_| too_long(&whole))
}

/// What is told where the path of the socket is too long.
#[must_use]
pub fn too_long(socket: &Path) -> Failure {
    let sentence = format!("`{}` is too long for the path of a socket", socket.display());
    Failure::usage(sentence).mend("give the data directory a path of 90 bytes at most")
}

fn no_site(path: &Path, error: &io::Error) -> Failure {
    let path = path.display();
    if error.kind() == ErrorKind::PermissionDenied {
        return Failure::usage(format!("`{path}` may not be entered: {error}"))
            .mend("run this as the user that the data directory belongs to");
    }
    Failure::usage(format!("`{path}` is not a server's data directory"))
        .mend("name it with --data DIR or LICENCE_DATA; `licence-server init` makes one")
}

/// Keys and names of people are in there.
fn refuse_shared(path: &Path) -> Result<(), Failure> {
    let metadata = path
        .metadata()
        .map_err(|error| Failure::usage(format!("`{}` cannot be read: {error}", path.display())))?;
    if metadata.permissions().mode() & 0o077 == 0 {
        return Ok(());
    }
    Err(Failure::usage(format!("others than its owner may enter `{}`", path.display()))
        .mend(format!("take their rights away: chmod 700 '{}'", path.display())))
}

#[cfg(test)]
mod tests;
