//! `healthcheck`: whether a running server lives, for containers and supervisors.

use std::path::{Path, PathBuf};
use std::time::Duration;

use axum::body::Body;
use axum::http::{Request, StatusCode, Uri, header};
use hyper::client::conn::http1;
use hyper_util::rt::TokioIo;
use licence_cli::{Facts, Failure, Format};
use tokio::io::{AsyncRead, AsyncWrite};
use tokio::net::{TcpStream, UnixStream};
use tokio_rustls::rustls::pki_types::ServerName;

use super::small_runtime;
use crate::cli::HealthcheckArgs;
use crate::data_dir::DataDir;
use crate::listen::tls;

/// What is asked for where the address says nothing else. It says nothing of the store, so that a
/// full disk does not have the server started over and over.
const PATH: &str = "/healthz";

/// How long an answer may take: orchestrators give up after some thirty seconds.
const PATIENCE: Duration = Duration::from_secs(5);

/// Where to ask.
enum Target {
    Socket(PathBuf),
    Url { url: Uri, ca: Option<PathBuf> },
}

/// Asks over the network where an address is given, else through the socket in the data directory.
pub(super) fn run(
    args: &HealthcheckArgs,
    data: Result<DataDir, Failure>,
    format: Format,
) -> Result<(), Failure> {
    let target = match &args.url {
        Some(url) => {
            let own = || data.ok().map(|data| data.ca_cert()).filter(|path| path.exists());
            Target::Url { url: url.clone(), ca: args.ca.clone().or_else(own) }
        }
        None => Target::Socket(data?.socket()),
    };
    let status = small_runtime()?.block_on(async {
        let asked = tokio::time::timeout(PATIENCE, target.ask()).await;
        asked.unwrap_or_else(|_| {
            let secs = PATIENCE.as_secs();
            Err(Failure::usage(format!("the server did not answer within {secs} seconds")))
        })
    })?;
    if !status.is_success() {
        return Err(Failure::usage(format!("the server answered with status {}", status.as_u16()))
            .mend("see the server's log"));
    }
    format.print(&Facts::new().with("status", status.as_u16()))
}

impl Target {
    async fn ask(self) -> Result<StatusCode, Failure> {
        match self {
            Self::Socket(path) => {
                let stream = UnixStream::connect(&path).await.map_err(|error| away(&error))?;
                ask(stream, "localhost", PATH).await
            }
            Self::Url { url, ca } => ask_url(&url, ca.as_deref()).await,
        }
    }
}

async fn ask_url(url: &Uri, ca: Option<&Path>) -> Result<StatusCode, Failure> {
    let unusable = || {
        Failure::usage(format!("`{url}` cannot be asked"))
            .mend("give an address as http://localhost:8080 or https://seats.example.org")
    };
    let (scheme, authority) = (url.scheme_str(), url.authority().ok_or_else(unusable)?);
    let is_tls = match scheme {
        Some("https") => true,
        Some("http") => false,
        _ => return Err(unusable()),
    };
    let path = if url.path() == "/" { PATH } else { url.path() };
    let host = authority.host().trim_start_matches('[').trim_end_matches(']').to_owned();
    let port = authority.port_u16().unwrap_or(if is_tls { 443 } else { 80 });
    let stream = TcpStream::connect((host.as_str(), port)).await.map_err(|error| away(&error))?;
    if !is_tls {
        return ask(stream, authority.as_str(), path).await;
    }
    let ca = ca.ok_or_else(|| {
        Failure::usage("nothing says which certificate authority to trust")
            .mend("give --ca FILE, or --data DIR of a server that has its own")
    })?;
    let name = ServerName::try_from(host).map_err(|_| unusable())?;
    let stream = tls::connector(ca)?.connect(name, stream).await.map_err(|error| away(&error))?;
    ask(stream, authority.as_str(), path).await
}

async fn ask<S>(stream: S, host: &str, path: &str) -> Result<StatusCode, Failure>
where
    S: AsyncRead + AsyncWrite + Unpin + Send + 'static,
{
    let broken = |error: hyper::Error| {
        Failure::usage(format!("the server did not answer: {error}")).mend("see the server's log")
    };
    let request = Request::get(path).header(header::HOST, host).body(Body::empty());
    let request =
        request.map_err(|error| Failure::usage(format!("the call cannot be written: {error}")))?;
    let (mut sender, connection) = http1::handshake(TokioIo::new(stream)).await.map_err(broken)?;
    let connection = tokio::spawn(connection);
    let response = sender.send_request(request).await.map_err(broken)?;
    connection.abort();
    Ok(response.status())
}

fn away(error: &std::io::Error) -> Failure {
    Failure::usage(format!("the server cannot be reached: {error}"))
        .mend("start it with `licence-server serve`, or see its log for why it ended")
}
