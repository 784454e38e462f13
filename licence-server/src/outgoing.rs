//! One request over HTTP/1.1 to a server, on a connection of its own.

use std::io;

use axum::body::{Body, Bytes};
use axum::http::{HeaderValue, Request, Response, StatusCode, Uri, header};
use http_body_util::{BodyExt as _, Collected, Limited};
use hyper::body::Incoming;
use hyper::client::conn::http1;
use hyper_util::rt::TokioIo;
use licence_cli::Failure;
use thiserror::Error;
use tokio::io::{AsyncRead, AsyncWrite};
use tokio::net::TcpStream;
use tokio::task::JoinSet;
use tokio_rustls::TlsConnector;
use tokio_rustls::rustls::pki_types::ServerName;

/// A server that is reached over the network.
pub struct Remote {
    authority: HeaderValue,
    host: String,
    port: u16,
    tls: Option<(TlsConnector, ServerName<'static>)>,
}

/// Why there is no answer.
#[derive(Debug, Error)]
pub enum Unanswered {
    /// There is nobody, or nobody who can be trusted.
    #[error("it cannot be reached: {0}")]
    Unreachable(#[from] io::Error),
    /// What came back is no answer.
    #[error("it did not answer: {0}")]
    Broken(#[from] hyper::Error),
}

impl Remote {
    /// The server of an address with http or https; `connector` is asked for in the second case.
    ///
    /// # Errors
    /// If it is another kind of address, or there is no connector.
    pub fn of(
        url: &Uri,
        connector: impl FnOnce() -> Result<TlsConnector, Failure>,
    ) -> Result<Self, Failure> {
        let unusable = || {
            let shown = url.authority().map_or("", |authority| authority.as_str());
            Failure::usage(format!("`{shown}` cannot be asked"))
                .mend("give an address as http://localhost:8080 or https://seats.example.org")
        };
        let authority = url.authority().ok_or_else(unusable)?;
        let host = authority.host().trim_start_matches('[').trim_end_matches(']').to_owned();
        let (tls, port) = match url.scheme_str() {
            Some("http") => (None, 80),
            Some("https") => {
                let name = ServerName::try_from(host.clone()).map_err(|_| unusable())?;
                (Some((connector()?, name)), 443)
            }
            _ => return Err(unusable()),
        };
        let port = authority.port_u16().unwrap_or(port);
        let authority = HeaderValue::try_from(authority.as_str()).map_err(|_| unusable())?;
        Ok(Self { authority, host, port, tls })
    }

    /// Sends a request, whose address is a path, and waits for the head of the answer.
    ///
    /// # Errors
    /// Every [`Unanswered`].
    pub async fn send(&self, request: Request<Body>) -> Result<StatusCode, Unanswered> {
        Ok(self.exchange(request).await?.response.status())
    }

    /// What stands at a path; `None` where there is nothing, or more than `bytes_max`, or it breaks off.
    ///
    /// # Errors
    /// Every [`Unanswered`], where not even the head of an answer came.
    pub async fn fetch(&self, path: &str, bytes_max: usize) -> Result<Option<Bytes>, Unanswered> {
        let mut request = Request::new(Body::empty());
        let Ok(uri) = path.parse() else { return Ok(None) };
        *request.uri_mut() = uri;
        let Exchange { response, connection } = self.exchange(request).await?;
        if !response.status().is_success() {
            return Ok(None);
        }
        let body = Limited::new(response.into_body(), bytes_max).collect().await;
        drop(connection);
        Ok(body.ok().map(Collected::to_bytes))
    }

    async fn exchange(&self, mut request: Request<Body>) -> Result<Exchange, Unanswered> {
        request.headers_mut().insert(header::HOST, self.authority.clone());
        let stream = TcpStream::connect((self.host.as_str(), self.port)).await?;
        Ok(match &self.tls {
            None => exchange(stream, request).await?,
            Some((connector, name)) => {
                exchange(connector.connect(name.clone(), stream).await?, request).await?
            }
        })
    }
}

/// An answer whose body may be to come, and the connection that brings it: it ends with this value, also where
/// whoever asked gives up waiting.
pub struct Exchange {
    /// The answer.
    pub response: Response<Incoming>,
    connection: JoinSet<hyper::Result<()>>,
}

/// Sends a request over a stream, and waits for the head of the answer.
///
/// # Errors
/// If no answer comes.
pub async fn exchange<S>(stream: S, request: Request<Body>) -> Result<Exchange, hyper::Error>
where
    S: AsyncRead + AsyncWrite + Unpin + Send + 'static,
{
    let (mut sender, connection) = http1::handshake(TokioIo::new(stream)).await?;
    let connection = JoinSet::from_iter([connection]);
    let response = sender.send_request(request).await?;
    Ok(Exchange { response, connection })
}
