use std::path::{Path, PathBuf};
use std::sync::Arc;

use licence_cli::Failure;
use licence_cli::files::{self, ByteLimit, Source};
use tokio_rustls::TlsConnector;
use tokio_rustls::rustls::version::{TLS12, TLS13};
use tokio_rustls::rustls::{ClientConfig, RootCertStore};

use super::certificate::certificates;
use super::{provider, unusable};

/// Bytes of a file of certificate authorities at most: a system's whole list.
const AUTHORITIES_BYTES_MAX: usize = 1024 * 1024;

/// Where systems keep the list of authorities that they trust: Debian, Fedora, openSUSE, and BSD with macOS.
const SYSTEM_AUTHORITIES: [&str; 4] = [
    "/etc/ssl/certs/ca-certificates.crt",
    "/etc/pki/ca-trust/extracted/pem/tls-ca-bundle.pem",
    "/etc/ssl/ca-bundle.pem",
    "/etc/ssl/cert.pem",
];

/// The list of authorities that this system trusts, if it has one.
#[must_use]
pub fn system_authorities() -> Option<PathBuf> {
    SYSTEM_AUTHORITIES.map(PathBuf::from).into_iter().find(|path| path.exists())
}

/// What is told where nobody named authorities, and the system has no list of its own.
#[must_use]
pub fn no_authorities() -> Failure {
    Failure::usage(
        "nothing says which certificate authorities to trust: this system has no list of them",
    )
    .mend("name a file with their certificates, PEM: `--ca FILE`, or the setting `webhook_ca`")
}

/// What speaks TLS with a server whose certificate is traced back to an authority in a file.
///
/// # Errors
/// If the file cannot be read or holds no certificate.
pub fn connector(authorities: &Path) -> Result<TlsConnector, Failure> {
    let source = Source::File(authorities.to_owned());
    let pem = files::read(&source, ByteLimit(AUTHORITIES_BYTES_MAX))?;
    let found = certificates(&pem)
        .ok_or_else(|| Failure::malformed(format!("{source} holds no certificate")))?;
    let mut roots = RootCertStore::empty();
    // A system's list may hold one that is no good, and is trusted for the others.
    let (added, _) = roots.add_parsable_certificates(found);
    if added == 0 {
        return Err(Failure::malformed(format!("{source} holds no certificate authority")));
    }
    let config = ClientConfig::builder_with_provider(provider())
        .with_protocol_versions(&[&TLS13, &TLS12])
        .map_err(|error| unusable(&error))?
        .with_root_certificates(roots)
        .with_no_client_auth();
    Ok(TlsConnector::from(Arc::new(config)))
}
