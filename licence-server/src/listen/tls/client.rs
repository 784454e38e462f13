use std::path::Path;
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
    for authority in found {
        roots.add(authority).map_err(|error| unusable(&error))?;
    }
    let config = ClientConfig::builder_with_provider(provider())
        .with_protocol_versions(&[&TLS13, &TLS12])
        .map_err(|error| unusable(&error))?
        .with_root_certificates(roots)
        .with_no_client_auth();
    Ok(TlsConnector::from(Arc::new(config)))
}
