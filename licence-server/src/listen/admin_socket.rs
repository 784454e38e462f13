use std::fs::{self, Permissions};
use std::io;
use std::os::unix::fs::{MetadataExt as _, PermissionsExt as _};
use std::path::{Path, PathBuf};

use licence_cli::Failure;
use tokio::net::{UnixListener, UnixStream};

use super::connections::Door;
use crate::http::Peer;

/// The user who may do everything anyway.
const ROOT: u32 = 0;

/// The socket in the data directory, for whoever the server runs as, and for root. It goes when the
/// server stops.
#[derive(Debug)]
pub(super) struct AdminSocket {
    listener: UnixListener,
    owner: u32,
    path: PathBuf,
}

impl AdminSocket {
    pub(super) fn open(path: &Path) -> Result<Self, Failure> {
        Self::bind(path).map_err(|error| {
            Failure::usage(format!("the socket `{}` cannot be made: {error}", path.display()))
                .mend("give the data directory a shorter path, on a disk of this machine")
        })
    }

    fn bind(path: &Path) -> io::Result<Self> {
        match fs::remove_file(path) {
            Err(error) if error.kind() != io::ErrorKind::NotFound => return Err(error),
            Ok(()) | Err(_) => {}
        }
        let listener = UnixListener::bind(path)?;
        // Nobody came before this: the folder around it is closed to others.
        fs::set_permissions(path, Permissions::from_mode(0o600))?;
        // The socket is this process's, so its owner is who this process is.
        let owner = fs::metadata(path)?.uid();
        Ok(Self { listener, owner, path: path.to_owned() })
    }

    fn admits(&self, peer: &UnixStream) -> bool {
        let is_known = |user: u32| user == self.owner || user == ROOT;
        peer.peer_cred().is_ok_and(|peer| is_known(peer.uid()))
    }
}

impl Door for AdminSocket {
    type Stream = UnixStream;

    async fn accept(&self) -> io::Result<(UnixStream, Peer)> {
        loop {
            let (peer, _) = self.listener.accept().await?;
            if self.admits(&peer) {
                return Ok((peer, Peer::Local));
            }
            tracing::warn!("someone else came to the socket for administration");
        }
    }
}

impl Drop for AdminSocket {
    fn drop(&mut self) {
        // Where it is left behind, the next server takes it away.
        let _ = fs::remove_file(&self.path);
    }
}
