//! `healthcheck`: whether a running server lives, for containers and supervisors.

use std::path::{Path, PathBuf};
use std::time::Duration;

use axum::body::Body;
use axum::http::{Request, StatusCode, Uri, header};
use licence_cli::{Facts, Failure, Format};
use tokio::net::UnixStream;

use super::small_runtime;
use crate::cli::HealthcheckArgs;
use crate::data_dir::DataDir;
use crate::listen::tls;
use crate::outgoing::{Remote, Unanswered, exchange};

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
                let answer = exchange(stream, ask_for(PATH)?).await;
                answer.map(|it| it.response.status()).map_err(|error| broken(&error))
            }
            Self::Url { url, ca } => ask_url(&url, ca.as_deref()).await,
        }
    }
}

async fn ask_url(url: &Uri, ca: Option<&Path>) -> Result<StatusCode, Failure> {
    let remote = Remote::of(url, || {
        tls::connector(ca.ok_or_else(|| {
            Failure::usage("nothing says which certificate authority to trust")
                .mend("give --ca FILE, or --data DIR of a server that has its own")
        })?)
    })?;
    let path = if url.path() == "/" { PATH } else { url.path() };
    remote.send(ask_for(path)?).await.map_err(|error| match error {
        Unanswered::Unreachable(error) => away(&error),
        Unanswered::Broken(error) => broken(&error),
    })
}

fn ask_for(path: &str) -> Result<Request<Body>, Failure> {
    let request = Request::get(path).header(header::HOST, "localhost").body(Body::empty());
    request.map_err(|error| Failure::usage(format!("the call cannot be written: {error}")))
}

fn broken(error: &hyper::Error) -> Failure {
    Failure::usage(format!("the server did not answer: {error}")).mend("see the server's log")
}

fn away(error: &std::io::Error) -> Failure {
    Failure::usage(format!("the server cannot be reached: {error}"))
        .mend("start it with `licence-server serve`, or see its log for why it ended")
}
