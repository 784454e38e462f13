//! Why a task stopped.

use std::io;
use std::net::SocketAddr;
use std::path::{Path, PathBuf};
use std::process::ExitStatus;

/// A task could not be done; the cause below it, if there is one, is its `source`.
#[derive(Debug, thiserror::Error)]
pub(crate) enum Failure {
    #[error("cannot start `{program}`")]
    Start { program: String, source: io::Error },
    #[error("cannot ask `{address}`")]
    Ask { address: String, source: io::Error },
    #[error("`{program}` failed ({status}); its own message is above")]
    Ended { program: String, status: ExitStatus },
    #[error("cannot {action} `{}`", path.display())]
    File { action: &'static str, path: PathBuf, source: io::Error },
    #[error("{what} is missing: {mend}")]
    Missing { what: String, mend: String },
    #[error("wasm-bindgen cannot make the loader: {reason}")]
    Loader { reason: String },
    #[error("`{tool}` printed `{output}`, which is not what it prints for success")]
    UnexpectedOutput { tool: &'static str, output: String },
    #[error("{what} takes {actual} bytes compressed by gzip, over the limit of {max}")]
    TooLarge { what: &'static str, actual: u64, max: u64 },
    #[error("these links lead nowhere:\n{0}")]
    DeadLinks(String),
    #[error("`{0}` was packed twice from one commit and differs: something in it depends on more")]
    NotReproducible(String),
    #[error("no test found in `{}`: add a file that ends in `.test.mjs` or `.test.js`", .0.display())]
    NoTests(PathBuf),
    #[error(
        "cannot listen on `{address}`: stop what listens there or choose another by `--listen`"
    )]
    Listen { address: SocketAddr, source: io::Error },
    #[error("the server ended ({0}); its own message is above")]
    ServerEnded(ExitStatus),
}

impl Failure {
    /// What `map_err` takes where a file cannot be used: `Failure::file("read", path)`.
    pub(crate) fn file(action: &'static str, path: &Path) -> impl FnOnce(io::Error) -> Self {
        let path = path.to_owned();
        move |source| Self::File { action, path, source }
    }
}
