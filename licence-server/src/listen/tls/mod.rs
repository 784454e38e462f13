//! TLS 1.2 and 1.3, with a certificate that can be replaced while the server runs.

mod certificate;
mod client;

use std::io;
use std::path::PathBuf;
use std::sync::{Arc, Mutex, MutexGuard, PoisonError, RwLock};
use std::time::Duration;

use licence_cli::Failure;
use licence_core::UnixTime;
use tokio::io::{AsyncRead, AsyncWrite};
use tokio_rustls::TlsAcceptor;
use tokio_rustls::rustls::crypto::{CryptoProvider, aws_lc_rs};
use tokio_rustls::rustls::server::{ClientHello, ResolvesServerCert};
use tokio_rustls::rustls::sign::CertifiedKey;
use tokio_rustls::rustls::version::{TLS12, TLS13};
use tokio_rustls::rustls::{self, ServerConfig};
use tokio_rustls::server::TlsStream;

use self::certificate::Pem;
use super::http::Version;
use crate::config::Host;
use crate::data_dir::LocalCa;
use crate::doctor::Presented;

pub use client::{connector, no_authorities, system_authorities};

/// The names of the protocols, in the order in which they are preferred (RFC 7301).
const H2: &[u8] = b"h2";
const HTTP1: &[u8] = b"http/1.1";

/// Days before its end from which on an own certificate is replaced: a server that is off over a
/// holiday is back in time.
const RENEW_DAYS: i64 = 30;

/// Seconds of a day.
const DAY_SECS: i64 = 86_400;

/// What speaks TLS. Cheap to clone.
#[derive(Clone)]
pub struct Tls {
    acceptor: TlsAcceptor,
    served: Arc<Served>,
    source: Arc<Source>,
    /// What was wrong at the last look.
    fault: Arc<Mutex<Option<String>>>,
}

/// What came of a look for another certificate.
#[derive(Debug)]
pub(super) enum News {
    /// There was one, and it is shown from now on.
    Replaced,
    /// It cannot be used, for this reason.
    Kept(String),
}

impl News {
    pub(super) fn log(&self) {
        match self {
            Self::Replaced => tracing::info!("the certificate was replaced"),
            Self::Kept(cause) => {
                tracing::error!(cause, "the new certificate is not used, and the old one stays");
            }
        }
    }
}

/// The certificate that is shown to whoever comes next.
#[derive(Debug)]
struct Served(RwLock<Arc<CertifiedKey>>);

/// Where the next certificate comes from.
enum Source {
    Files { cert: PathBuf, key: PathBuf, in_use: Mutex<Pem> },
    Own { ca: LocalCa, hosts: Vec<Host>, until: Mutex<UnixTime> },
}

impl Tls {
    /// With a certificate and its key from files.
    ///
    /// # Errors
    /// If they cannot be read, or do not belong together.
    pub fn of_files(cert: PathBuf, key: PathBuf) -> Result<Self, Failure> {
        let pem = Pem::read(&cert, &key)?;
        let first = pem.certified(&cert, &key)?;
        Self::new(first, Source::Files { cert, key, in_use: Mutex::new(pem) })
    }

    /// With certificates of its own, for these hosts.
    ///
    /// # Errors
    /// If the authority was made for other hosts.
    pub fn own(ca: LocalCa, hosts: Vec<Host>, now: UnixTime) -> Result<Self, Failure> {
        let (first, until) = certificate::own(&ca, &hosts, now)?;
        Self::new(first, Source::Own { ca, hosts, until: Mutex::new(until) })
    }

    fn new(first: CertifiedKey, source: Source) -> Result<Self, Failure> {
        let served = Arc::new(Served(RwLock::new(Arc::new(first))));
        let mut config = ServerConfig::builder_with_provider(provider())
            .with_protocol_versions(&[&TLS13, &TLS12])
            .map_err(|error| unusable(&error))?
            .with_no_client_auth()
            .with_cert_resolver(Arc::clone(&served) as Arc<dyn ResolvesServerCert>);
        config.alpn_protocols = vec![H2.to_vec(), HTTP1.to_vec()];
        let acceptor = TlsAcceptor::from(Arc::new(config));
        Ok(Self { acceptor, served, source: Arc::new(source), fault: Arc::default() })
    }

    /// Speaks TLS with whoever is at the other end, and learns which HTTP is to follow.
    pub(super) async fn accept<S>(
        &self,
        stream: S,
        time: Duration,
    ) -> io::Result<(TlsStream<S>, Version)>
    where
        S: AsyncRead + AsyncWrite + Unpin,
    {
        let stream = tokio::time::timeout(time, self.acceptor.accept(stream)).await??;
        let is_http2 = stream.get_ref().1.alpn_protocol() == Some(H2);
        Ok((stream, if is_http2 { Version::Http2 } else { Version::Http1 }))
    }

    /// Looks for another certificate: a file that was replaced, or an own one that nears its end. Where it cannot be
    /// used, the old one stays. What is as it was at the last look is no news.
    pub(super) fn look_again(&self, now: UnixTime) -> Option<News> {
        let news = match self.source.next(now) {
            Ok(None) => None,
            Ok(Some(next)) => {
                self.served.replace(next);
                Some(News::Replaced)
            }
            Err(failure) => {
                let report = failure.report();
                Some(News::Kept(report.map_or_else(String::new, |report| report.message.clone())))
            }
        };
        let fault = match &news {
            Some(News::Kept(fault)) => Some(fault.clone()),
            Some(News::Replaced) | None => None,
        };
        let last = std::mem::replace(&mut *self.fault(), fault.clone());
        news.filter(|_| fault.is_none() || fault != last)
    }

    /// What whoever comes next is shown, and what was wrong at the last look.
    pub(super) fn presented(&self) -> Presented {
        let certificate =
            self.served.current().cert.first().map_or_else(Vec::new, |it| it.to_vec());
        Presented { certificate, fault: self.fault().clone() }
    }

    fn fault(&self) -> MutexGuard<'_, Option<String>> {
        self.fault.lock().unwrap_or_else(PoisonError::into_inner)
    }
}

impl Source {
    fn next(&self, now: UnixTime) -> Result<Option<CertifiedKey>, Failure> {
        match self {
            Self::Files { cert, key, in_use } => {
                let found = Pem::read(cert, key)?;
                let mut in_use = in_use.lock().unwrap_or_else(PoisonError::into_inner);
                if *in_use == found {
                    return Ok(None);
                }
                let next = found.certified(cert, key)?;
                *in_use = found;
                Ok(Some(next))
            }
            Self::Own { ca, hosts, until } => {
                let mut until = until.lock().unwrap_or_else(PoisonError::into_inner);
                if now < until.plus(-RENEW_DAYS * DAY_SECS) {
                    return Ok(None);
                }
                let (next, end) = certificate::own(ca, hosts, now)?;
                *until = end;
                Ok(Some(next))
            }
        }
    }
}

impl Served {
    fn replace(&self, next: CertifiedKey) {
        *self.0.write().unwrap_or_else(PoisonError::into_inner) = Arc::new(next);
    }

    fn current(&self) -> Arc<CertifiedKey> {
        Arc::clone(&self.0.read().unwrap_or_else(PoisonError::into_inner))
    }
}

impl ResolvesServerCert for Served {
    fn resolve(&self, _: ClientHello<'_>) -> Option<Arc<CertifiedKey>> {
        Some(self.current())
    }
}

/// The one provider of primitives; named, so that another crate's choice of a default plays no part.
fn provider() -> Arc<CryptoProvider> {
    Arc::new(aws_lc_rs::default_provider())
}

fn unusable(error: &rustls::Error) -> Failure {
    Failure::usage(format!("TLS cannot be spoken: {error}"))
}

#[cfg(test)]
mod tests;
