//! The server's doors: the network, and the socket for administration.

mod admin_socket;
mod connections;
mod descriptors;

use std::net::TcpListener;
use std::time::Duration;

use licence_cli::Failure;
use tokio::signal::unix::{SignalKind, signal};
use tokio::sync::watch;
use tokio::task::JoinHandle;

use self::admin_socket::AdminSocket;
use self::connections::Limits;
use self::descriptors::connections_max;
use crate::data_dir::DataDir;
use crate::http::{app, open_admin_door};
use crate::state::AppState;

/// How long requests may take that are under way when the server is told to stop.
const GRACE: Duration = Duration::from_secs(2);

/// How long the head of a request may take. A browser sends it in one piece, over the worst network
/// in a few seconds.
const HEAD_TIME: Duration = Duration::from_secs(10);

/// Connections of administrators at a time: each is a command that someone waits for.
const ADMINS_MAX: usize = 32;

/// How often what has lapsed is let go of. Nobody waits for it: who needs a lapsed seat takes it.
const SWEEP_PERIOD: Duration = Duration::from_secs(30);

/// Where requests come in.
#[derive(Debug)]
pub struct Doors {
    network: tokio::net::TcpListener,
    admin: AdminSocket,
}

impl Doors {
    /// Opens them. The caller has the store, so a socket that is there was left by a server that was
    /// killed.
    ///
    /// # Errors
    /// If the socket cannot be made.
    pub fn open(network: TcpListener, data: &DataDir) -> Result<Self, Failure> {
        let network = network
            .set_nonblocking(true)
            .and_then(|()| tokio::net::TcpListener::from_std(network))
            .map_err(|error| Failure::usage(format!("the network cannot be used: {error}")))?;
        Ok(Self { network, admin: AdminSocket::open(&data.socket())? })
    }
}

/// Serves until it is told to stop, or the store fails; then lets the requests under way come to
/// their end and closes the store.
///
/// # Errors
/// If the store failed. A server without it only refuses, so the process ends, and a supervisor can
/// see that and start it again.
pub async fn serve(
    state: AppState,
    doors: Doors,
    told_to_stop: impl Future<Output = ()>,
) -> Result<(), Failure> {
    let (stop, stopped) = watch::channel(());
    let app = app(state.clone());
    let network = Limits { connections_max: connections_max(), head_time: HEAD_TIME };
    let admin = Limits { connections_max: ADMINS_MAX, head_time: HEAD_TIME };
    let network =
        connections::serve(doors.network, app.clone(), network, until_dropped(stopped.clone()));
    let admin =
        connections::serve(doors.admin, open_admin_door(app), admin, until_dropped(stopped));
    let (network, admin) = (tokio::spawn(network), tokio::spawn(admin));
    let writer = state.writer().clone();
    let sweeper = tokio::spawn(async move { writer.sweep_every(SWEEP_PERIOD).await });

    let end = tokio::select! {
        () = told_to_stop => Ok(()),
        () = state.writer().ended() => Err(store_failed()),
    };
    drop(stop);
    close(network, admin).await;
    sweeper.abort();
    state.writer().stop().await;
    end
}

fn store_failed() -> Failure {
    Failure::usage("the store failed, and without it the server can do nothing")
        .mend("see the log for the cause, make room on the disk or mend it, and start it again")
}

async fn close(network: JoinHandle<()>, admin: JoinHandle<()>) {
    let both = async {
        let _ = network.await;
        let _ = admin.await;
    };
    if tokio::time::timeout(GRACE, both).await.is_err() {
        tracing::warn!("requests under way were cut off");
    }
}

async fn until_dropped(mut stopped: watch::Receiver<()>) {
    // It never changes; the error says that the other end is gone.
    let _ = stopped.changed().await;
}

/// Comes to its end when someone presses Ctrl-C, or a supervisor sends its signal.
///
/// # Errors
/// If the operating system lets no signals be listened for.
pub fn told_to_stop() -> Result<impl Future<Output = ()>, Failure> {
    let listen = |kind| {
        signal(kind).map_err(|error| Failure::usage(format!("signals do not arrive: {error}")))
    };
    let mut interrupt = listen(SignalKind::interrupt())?;
    let mut terminate = listen(SignalKind::terminate())?;
    Ok(async move {
        tokio::select! {
            _ = interrupt.recv() => {}
            _ = terminate.recv() => {}
        }
        tracing::info!("told to stop");
    })
}
