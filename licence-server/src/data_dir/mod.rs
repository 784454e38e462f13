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
//!   tls-ca.key    0600  the server's own certificate authority, where it was asked for
//!   tls-ca.crt          what people are to trust then
//!   admin.sock    0600  while the server runs
//! ```

mod local_ca;
mod make;
mod site_file;

use std::fs;
use std::io::{self, ErrorKind};
use std::os::unix::fs::PermissionsExt as _;
use std::os::unix::net::SocketAddr;
use std::path::{Path, PathBuf};

use licence_cli::Failure;
use licence_cli::files::{self, Access, ByteLimit, Source};
use licence_core::limits::KEY_FILE_BYTES_MAX;
use licence_core::{Code, PrivateKey, UnixTime, base64url, keyfile};
use zeroize::Zeroizing;

pub use local_ca::{CERT_BYTES_MAX, Issued, LocalCa};
pub use make::NewDataDir;
pub use site_file::SiteFile;

use crate::config::{CONFIG_BYTES_MAX, Host, Loaded, NotSettings, Settings, Variables};
use crate::token::RefreshKey;

const SITE_KEY: &str = "site.key";
const REFRESH_KEY: &str = "refresh.key";
const SITE_FILE: &str = "site.json";
const STORE: &str = "store.redb";
const CONFIG: &str = "config.toml";
const SOCKET: &str = "admin.sock";
const CA_KEY: &str = "tls-ca.key";
const CA_CERT: &str = "tls-ca.crt";

/// What makes the site beside its store, and who may read it. A backup holds these and no other file.
const KEPT: [(&str, Access); 6] = [
    (SITE_KEY, Access::Private),
    (REFRESH_KEY, Access::Private),
    (SITE_FILE, Access::Shared),
    (CONFIG, Access::Shared),
    (CA_KEY, Access::Private),
    (CA_CERT, Access::Shared),
];

/// A file of the directory, as a backup carries it.
#[derive(Debug)]
pub struct KeptFile {
    /// Its name.
    pub name: &'static str,
    /// All of it; it may be a key.
    pub bytes: Zeroizing<Vec<u8>>,
}

/// A data directory that `init` made, and what its settings are read from.
#[derive(Clone, Debug)]
pub struct DataDir {
    path: PathBuf,
    /// In place of the file in the directory.
    config: Option<PathBuf>,
    variables: Variables,
}

impl DataDir {
    /// Takes the folder at a path.
    ///
    /// # Errors
    /// If it is not a data directory, or others than its owner may enter it.
    pub fn open(path: &Path) -> Result<Self, Failure> {
        fs::metadata(path.join(SITE_FILE)).map_err(|error| no_site(path, &error))?;
        refuse_shared(path)?;
        Ok(Self::at(path))
    }

    fn at(path: &Path) -> Self {
        Self { path: path.to_owned(), config: None, variables: Variables::default() }
    }

    /// Has settings read from another file, where one is named, and from variables that go before it.
    #[must_use]
    pub fn configured_by(self, config: Option<PathBuf>, variables: Variables) -> Self {
        Self { config, variables, ..self }
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
    /// If there is a file that cannot be read, or the settings are not right.
    pub fn settings(&self) -> Result<Settings, Failure> {
        let loaded = self.load_settings()?.map_err(|wrong| {
            Failure::usage(format!("the configuration is not right: {wrong}"))
                .mend("mend that, or take it away to have the default; see `config check`")
        });
        loaded.map(|loaded| loaded.settings)
    }

    /// The same with where each value comes from, or else with everything that is wrong.
    ///
    /// # Errors
    /// If there is a file that cannot be read.
    pub fn load_settings(&self) -> Result<Result<Loaded, NotSettings>, Failure> {
        let text = self.config_text()?;
        Ok(Settings::load(&text, &self.variables))
    }

    /// The file that settings are read from, which need not be there unless somebody named it.
    #[must_use]
    pub fn config_file(&self) -> PathBuf {
        self.config.clone().unwrap_or_else(|| self.path.join(CONFIG))
    }

    fn config_text(&self) -> Result<String, Failure> {
        let path = self.config_file();
        // The link itself is looked at: one that leads nowhere was to lead to settings.
        let is_missing =
            fs::symlink_metadata(&path).is_err_and(|error| error.kind() == ErrorKind::NotFound);
        if is_missing && self.config.is_none() {
            return Ok(String::new());
        }
        files::read_text(&Source::File(path), ByteLimit(CONFIG_BYTES_MAX))
    }

    /// The server's own certificate authority; made for these hosts where there is none yet.
    ///
    /// # Errors
    /// If its files cannot be read or written.
    pub fn local_ca(&self, hosts: &[Host], now: UnixTime) -> Result<LocalCa, Failure> {
        let (key, cert) = (self.path.join(CA_KEY), self.ca_cert());
        if cert.exists() {
            return LocalCa::read(&key, &cert);
        }
        // A key without a certificate is what a power cut left in between: nobody trusts it.
        match fs::remove_file(&key) {
            Err(error) if error.kind() != ErrorKind::NotFound => {
                let path = key.display();
                Err(Failure::usage(format!("`{path}` cannot be replaced: {error}")))
            }
            Ok(()) | Err(_) => LocalCa::create(&key, &cert, hosts, now),
        }
    }

    /// Where the certificate of the server's own authority is, if it has one.
    #[must_use]
    pub fn ca_cert(&self) -> PathBuf {
        self.path.join(CA_CERT)
    }

    /// Where it is.
    #[must_use]
    pub fn path(&self) -> &Path {
        &self.path
    }

    /// Every file but the store that makes the site.
    ///
    /// # Errors
    /// If one cannot be read, or a key is missing.
    pub fn kept_files(&self) -> Result<Vec<KeptFile>, Failure> {
        let is_optional = |name| [CONFIG, CA_KEY, CA_CERT].contains(&name);
        let names = KEPT.iter().map(|(name, _)| *name);
        let there = names.filter(|name| !is_optional(name) || self.path.join(name).exists());
        let read = there.map(|name| {
            let bytes = files::read(&self.source(name), ByteLimit(CONFIG_BYTES_MAX))?;
            Ok(KeptFile { name, bytes: Zeroizing::new(bytes) })
        });
        read.collect()
    }

    /// Where the store is.
    #[must_use]
    pub fn store(&self) -> PathBuf {
        self.path.join(STORE)
    }

    /// Where the socket for administration is, while the server runs.
    #[must_use]
    pub fn socket(&self) -> PathBuf {
        socket_in(&self.path)
    }

    fn source(&self, name: &str) -> Source {
        Source::File(self.path.join(name))
    }
}

/// Where the socket is of a server that runs on a directory.
#[must_use]
pub fn socket_in(path: &Path) -> PathBuf {
    path.join(SOCKET)
}

/// Refuses a new directory in which the server could not make its socket. The system limits the paths
/// of sockets to some 100 bytes; the whole path counts, as a service's unit would name it.
///
/// # Errors
/// If it is too long.
pub fn refuse_long(path: &Path) -> Result<(), Failure> {
    let whole = socket_in(&std::path::absolute(path).unwrap_or_else(|_| path.to_owned()));
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
