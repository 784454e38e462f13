//! The server's doors: the network, and the socket for administration.

mod activity;
mod admin_socket;
mod connections;
mod descriptors;
mod http;
mod places;
pub mod tls;
mod watched;

use std::net::{SocketAddr, TcpListener};
use std::time::Duration;

use licence_cli::Failure;
use tokio::signal::unix::{Signal, SignalKind, signal};
use tokio::sync::watch;
use tokio::task::JoinHandle;

use self::admin_socket::AdminSocket;
use self::connections::Hall;
use self::descriptors::connections_max;
use self::http::Host;
use self::places::Places;
use self::tls::{News, Tls};
use crate::config::ConnectionLimits;
use crate::data_dir::DataDir;
use crate::housekeeping;
use crate::http::{App, Stopping, app, metrics_app, open_admin_door};
use crate::state::AppState;

/// How long requests may take that are under way when the server is told to stop: with what closing
/// the store takes, two seconds.
const GRACE: Duration = Duration::from_millis(1500);

/// How long a backup that is under way may take to break off, and to delete what there is of it.
const BACKUP_GRACE: Duration = Duration::from_millis(400);

/// Connections of administrators, and of monitoring, at a time: each is someone who waits.
const ADMINS_MAX: usize = 32;

/// Where requests come in.
pub struct Doors {
    network: tokio::net::TcpListener,
    tls: Option<Tls>,
    admin: AdminSocket,
    /// Where monitoring has a door of its own.
    metrics: Option<tokio::net::TcpListener>,
    /// Listened for as soon as there are doors: who sends it before would end the process.
    hangup: Signal,
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
        let hangup = listen_for(SignalKind::hangup())?;
        let admin = AdminSocket::open(&data.socket())?;
        Ok(Self { network, tls: None, admin, metrics: None, hangup })
    }

    /// Gives monitoring a door of its own, where one is asked for.
    ///
    /// # Errors
    /// If the address cannot be listened on.
    pub async fn with_metrics(self, address: Option<SocketAddr>) -> Result<Self, Failure> {
        let Some(address) = address else { return Ok(self) };
        let metrics = tokio::net::TcpListener::bind(address).await.map_err(|error| {
            Failure::usage(format!("`metrics_listen`: `{address}` cannot be listened on: {error}"))
                .mend("choose an address and a free port of this machine")
        })?;
        Ok(Self { metrics: Some(metrics), ..self })
    }

    /// Has TLS spoken at the door to the network.
    #[must_use]
    pub fn with_tls(self, tls: Option<Tls>) -> Self {
        Self { tls, ..self }
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
    let stopping = Stopping::new(stopped);
    if let Some(tls) = &doors.tls {
        state.present(tls.presented());
    }
    let app = app(state.clone());
    let limits = state.config().connections;
    let network = network_hall(&state, app.clone(), limits, &stopping, doors.tls.clone());
    let network = connections::serve(doors.network, network, stopping.clone().told());
    let admin = admin_hall(open_admin_door(app), limits, &stopping);
    let admin = connections::serve(doors.admin, admin, stopping.clone().told());
    let (network, admin) = (tokio::spawn(network), tokio::spawn(admin));
    let metrics = doors.metrics.map(|door| {
        let hall = admin_hall(metrics_app(state.clone()), limits, &stopping);
        tokio::spawn(connections::serve(door, hall, stopping.told()))
    });
    let period = state.config().sweep_period;
    let sweeper = tokio::spawn(housekeeping::keep(state.clone()));
    let keeper = doors
        .tls
        .map(|tls| tokio::spawn(keep_certificate(state.clone(), tls, period, doors.hangup)));

    let end = tokio::select! {
        () = told_to_stop => Ok(()),
        () = state.writer().ended() => Err(store_failed()),
    };
    drop(stop);
    close(network, admin).await;
    sweeper.abort();
    // What it leaves where that is not enough is swept by the next.
    let _ = tokio::time::timeout(BACKUP_GRACE, state.end_backups()).await;
    keeper.inspect(JoinHandle::abort);
    metrics.inspect(JoinHandle::abort);
    state.writer().stop().await;
    end
}

fn network_hall(
    state: &AppState,
    app: App,
    limits: ConnectionLimits,
    stopping: &Stopping,
    tls: Option<Tls>,
) -> Hall {
    let room = connections_max();
    let max = limits.connections_max.map_or(room, |asked| asked.min(room));
    let uncounted = state.config().trusted_proxies.clone();
    let places = Places::new(max, limits.per_address, uncounted);
    let host = Host { app, limits, stopping: stopping.clone() };
    Hall { host, places, places_max: max, tls }
}

fn admin_hall(app: App, limits: ConnectionLimits, stopping: &Stopping) -> Hall {
    let places = Places::new(ADMINS_MAX, ADMINS_MAX, Vec::new());
    let host = Host { app, limits, stopping: stopping.clone() };
    Hall { host, places, places_max: ADMINS_MAX, tls: None }
}

/// Looks for another certificate now and then, and whenever someone sends the signal for it.
async fn keep_certificate(state: AppState, tls: Tls, period: Duration, mut hangup: Signal) {
    loop {
        // Whichever it is: the answer is the same.
        let _ = tokio::time::timeout(period, hangup.recv()).await;
        match licence_cli::clock::now() {
            Ok(now) => {
                let looking = tls.clone();
                // Files are read, and a key may be drawn: neither is for a thread that serves.
                let looked = tokio::task::spawn_blocking(move || looking.look_again(now)).await;
                // Whoever reads of it in the log finds it so.
                state.present(tls.presented());
                looked.ok().flatten().inspect(News::log);
            }
            Err(_) => tracing::warn!("the clock cannot be read, so no certificate is looked for"),
        }
    }
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

/// Comes to its end when someone presses Ctrl-C, or a supervisor sends its signal.
///
/// # Errors
/// If the operating system lets no signals be listened for.
pub fn told_to_stop() -> Result<impl Future<Output = ()>, Failure> {
    let mut interrupt = listen_for(SignalKind::interrupt())?;
    let mut terminate = listen_for(SignalKind::terminate())?;
    Ok(async move {
        tokio::select! {
            _ = interrupt.recv() => {}
            _ = terminate.recv() => {}
        }
        tracing::info!("told to stop");
    })
}

fn listen_for(kind: SignalKind) -> Result<Signal, Failure> {
    signal(kind).map_err(|error| Failure::usage(format!("signals do not arrive: {error}")))
}
