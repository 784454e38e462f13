//! Certificates with their keys: from PEM files, or freshly made.

use std::path::Path;

use licence_cli::Failure;
use licence_cli::files::{self, ByteLimit, Source};
use licence_core::UnixTime;
use tokio_rustls::rustls::client::WebPkiServerVerifier;
use tokio_rustls::rustls::client::danger::ServerCertVerifier as _;
use tokio_rustls::rustls::pki_types::pem::PemObject as _;
use tokio_rustls::rustls::pki_types::{
    CertificateDer, PrivateKeyDer, PrivatePkcs8KeyDer, ServerName, UnixTime as PkiTime,
};
use tokio_rustls::rustls::sign::CertifiedKey;
use tokio_rustls::rustls::{self, RootCertStore};
use zeroize::Zeroizing;

use super::provider;
use crate::config::Host;
use crate::data_dir::{CERT_BYTES_MAX, Issued, LocalCa};

/// Bytes of a key file at most: the longest RSA key that is used.
const KEY_BYTES_MAX: usize = 16 * 1024;

/// The bytes of a certificate file and of a key file.
#[derive(PartialEq, Eq)]
pub(super) struct Pem {
    cert: Vec<u8>,
    key: Zeroizing<Vec<u8>>,
}

impl Pem {
    pub(super) fn read(cert: &Path, key: &Path) -> Result<Self, Failure> {
        let source = |path: &Path| Source::File(path.to_owned());
        Ok(Self {
            cert: files::read(&source(cert), ByteLimit(CERT_BYTES_MAX))?,
            key: files::read(&source(key), ByteLimit(KEY_BYTES_MAX)).map(Zeroizing::new)?,
        })
    }

    pub(super) fn certified(&self, cert: &Path, key: &Path) -> Result<CertifiedKey, Failure> {
        let chain = certificates(&self.cert).ok_or_else(|| {
            Failure::malformed(format!("`{}` holds no certificate", cert.display()))
                .mend("give a PEM file: the server's certificate first, then those above it")
        })?;
        let private = PrivateKeyDer::from_pem_slice(&self.key).map_err(|_| {
            Failure::malformed(format!("`{}` holds no private key in the clear", key.display()))
                .mend("give a PEM file with a private key that no passphrase guards")
        })?;
        CertifiedKey::from_der(chain, private, &provider()).map_err(|error| {
            let (cert, key) = (cert.display(), key.display());
            Failure::malformed(format!("`{cert}` and `{key}` cannot be used together: {error}"))
                .mend("give a certificate and the private key that it was made for")
        })
    }
}

/// The certificates of a PEM file; `None` where there is none, or one that cannot be read.
pub(super) fn certificates(pem: &[u8]) -> Option<Vec<CertificateDer<'static>>> {
    let found = CertificateDer::pem_slice_iter(pem).collect::<Result<Vec<_>, _>>().ok()?;
    (!found.is_empty()).then_some(found)
}

/// A fresh certificate of one's own, and when it ends.
pub(super) fn own(
    ca: &LocalCa,
    hosts: &[Host],
    now: UnixTime,
) -> Result<(CertifiedKey, UnixTime), Failure> {
    let Issued { certificate, key, until } = ca.issue(hosts, now)?;
    let leaf = CertificateDer::from(certificate);
    let authority = CertificateDer::from(ca.certificate().to_vec());
    refuse_unvouched(&leaf, &authority, hosts, now)?;
    let private = PrivateKeyDer::from(PrivatePkcs8KeyDer::from(key.to_vec()));
    let certified = CertifiedKey::from_der(vec![leaf, authority], private, &provider());
    certified.map(|certified| (certified, until)).map_err(|error| super::unusable(&error))
}

/// Looks at the certificate as a browser would: the authority vouches for the names that it was made
/// for, and for no others.
fn refuse_unvouched(
    leaf: &CertificateDer<'_>,
    authority: &CertificateDer<'_>,
    hosts: &[Host],
    now: UnixTime,
) -> Result<(), Failure> {
    let mut roots = RootCertStore::empty();
    roots.add(authority.clone()).map_err(|error| super::unusable(&error))?;
    let verifier = WebPkiServerVerifier::builder_with_provider(roots.into(), provider())
        .build()
        .map_err(|error| Failure::usage(format!("TLS cannot be spoken: {error}")))?;
    let secs = u64::try_from(now.secs()).unwrap_or_default();
    let now = PkiTime::since_unix_epoch(std::time::Duration::from_secs(secs));
    for host in hosts {
        let name = ServerName::try_from(host.to_string())
            .map_err(|_| Failure::usage(format!("no certificate can be made for `{host}`")))?;
        verifier
            .verify_server_cert(leaf, &[], &name, &[], now)
            .map_err(|error| unvouched(hosts, &error))?;
    }
    Ok(())
}

/// One host that the authority may not vouch for spoils the certificate for all.
fn unvouched(hosts: &[Host], error: &rustls::Error) -> Failure {
    let hosts: Vec<String> = hosts.iter().map(|host| format!("`{host}`")).collect();
    let hosts = hosts.join(", ");
    Failure::usage(format!("the certificate authority does not vouch for {hosts}: {error}")).mend(
        "it was made for other hosts, or has ended: move tls-ca.key and tls-ca.crt out of the data \
         directory to have a new one made, and have that trusted",
    )
}
