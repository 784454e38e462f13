use std::net::SocketAddr;
use std::num::NonZeroUsize;
use std::path::PathBuf;
use std::thread;
use std::time::Duration;

use licence_core::{TestLicences, UnboundLicences};

use super::choice::{ForwardedHeader, Registration};
use super::hook_url::HookUrl;
use super::network::Network;
use super::origin::Origin;
use super::settings::Settings;
use super::within::Within;

/// Seconds of a day.
const DAY_SECS: i64 = 86_400;

/// Seconds of an hour.
const HOUR_SECS: i64 = 3600;

/// Whether something with a risk to it was allowed.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Permission {
    /// It was not.
    Refused,
    /// It was, by name.
    Allowed,
}

impl From<bool> for Permission {
    fn from(is_allowed: bool) -> Self {
        if is_allowed { Self::Allowed } else { Self::Refused }
    }
}

/// How long a session lasts.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct SessionLife {
    /// Seconds, whatever happens.
    pub life_secs: i64,
    /// Seconds without a refresh.
    pub idle_secs: i64,
}

/// What the connections of the network may take.
#[derive(Clone, Copy, Debug)]
pub struct ConnectionLimits {
    /// Those that are open at a time, where it was said.
    pub connections_max: Option<usize>,
    /// Those of one address prefix.
    pub per_address: usize,
    /// How long a TLS handshake may take.
    pub handshake: Duration,
    /// How long the head of a request may take, from its first byte.
    pub head: Duration,
    /// How long there may be no request.
    pub idle: Duration,
    /// How long a client may take no byte of an answer.
    pub stall: Duration,
    /// Header fields of a request.
    pub headers_max: usize,
    /// Bytes of a request's head.
    pub head_bytes_max: u32,
    /// Requests at a time on one HTTP/2 connection.
    pub streams_max: u32,
}

/// Backups that the server makes by itself.
#[derive(Clone, Debug)]
pub struct BackupPlan {
    /// Where they go.
    pub dir: PathBuf,
    /// Where their passphrase stands.
    pub passphrase_file: PathBuf,
    /// Seconds after the newest at which the next one is made.
    pub every_secs: i64,
    /// How many of them stay.
    pub keep: usize,
}

/// What the server goes by.
#[derive(Clone, Debug)]
pub struct Config {
    /// Where browsers reach the server.
    pub public: Origin,
    /// Every origin whose pages may call: the server's own is the first.
    pub origins: Vec<Origin>,
    /// Whether the cookie goes along with requests from pages of another site.
    pub cross_site: Permission,
    /// Whether the access token of an application goes into a cookie as well.
    pub access_cookie: Permission,
    /// Whether people may sign in over plain http on a network.
    pub insecure_lan: Permission,
    /// Proxies that are believed when they say whom they speak for.
    pub trusted_proxies: Vec<Network>,
    /// The header in which they say it.
    pub forwarded_header: ForwardedHeader,
    /// Whether a licence may name no site.
    pub unbound_licences: UnboundLicences,
    /// Whether a licence may be for tests.
    pub test_licences: TestLicences,
    /// A session of someone who wants to stay signed in.
    pub session: SessionLife,
    /// A session on a device that others use, too.
    pub short_session: SessionLife,
    /// Bytes of the data that a session may keep.
    pub session_data_bytes_max: usize,
    /// How long a request may wait for a seat.
    pub wait_max: Duration,
    /// Seconds that the clock may be ahead at the start and be believed at once.
    pub clock_gap_secs: i64,
    /// How often is looked for what has lapsed.
    pub sweep_period: Duration,
    /// Who may ask to be registered.
    pub registration: Registration,
    /// Threads that check passwords.
    pub password_threads: NonZeroUsize,
    /// Sign-ins that may wait for such a thread.
    pub password_queue: usize,
    /// Changes that a session may ask for at once.
    pub changes_burst: u32,
    /// Changes that it may ask for in a minute after that.
    pub changes_per_minute: u32,
    /// Backups that the server makes by itself, where it is told to.
    pub backups: Option<BackupPlan>,
    /// How long a request may take.
    pub request_time: Duration,
    /// Whether answers say how long they took.
    pub server_timing: Permission,
    /// What connections may take.
    pub connections: ConnectionLimits,
    /// Where `/metrics` has a listener of its own.
    pub metrics_listen: Option<SocketAddr>,
    /// The folder of an application that is served beside the API.
    pub app: Option<PathBuf>,
    /// Which certificate browsers are shown.
    pub certificate: Certificate,
    /// Where warnings are sent to besides, if anywhere.
    pub hook: Option<Hook>,
}

/// Where warnings are sent to.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Hook {
    /// The address.
    pub url: HookUrl,
    /// The file with the secret that they are signed with.
    pub secret_file: PathBuf,
    /// The file with the authorities that may vouch for the address, where it is not the system's.
    pub ca: Option<PathBuf>,
}

/// Which certificate browsers are shown.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Certificate {
    /// None: the server speaks plain http, to this machine or to a proxy.
    None,
    /// The first one of a file.
    File(PathBuf),
    /// One under the server's own authority.
    Own,
}

impl Config {
    /// What the settings mean for a server that browsers reach at `public`.
    #[must_use]
    pub fn new(settings: Settings, public: Origin) -> Self {
        let mut origins = vec![public.clone()];
        origins.extend(settings.origins.iter().filter(|origin| **origin != public).cloned());
        let session = session(&settings);
        let backups = backups(&settings);
        let short_secs = i64::from(settings.session_short_hours.get()) * HOUR_SECS;
        Self {
            public,
            origins,
            cross_site: settings.cross_site.into(),
            access_cookie: settings.access_cookie.into(),
            insecure_lan: settings.insecure_lan.into(),
            unbound_licences: if settings.unbound_licences {
                UnboundLicences::Allowed
            } else {
                UnboundLicences::Refused
            },
            test_licences: if settings.test_licences {
                TestLicences::Allowed
            } else {
                TestLicences::Refused
            },
            session,
            short_session: SessionLife {
                life_secs: short_secs.min(session.life_secs),
                idle_secs: short_secs.min(session.idle_secs),
            },
            session_data_bytes_max: settings.session_data_bytes_max.count(),
            wait_max: secs(settings.wait_secs_max),
            clock_gap_secs: settings.clock_gap_secs.get().into(),
            sweep_period: secs(settings.sweep_secs),
            registration: settings.registration,
            password_threads: settings.password_threads.map_or_else(all_cores_but_one, |threads| {
                NonZeroUsize::new(threads.count()).unwrap_or(NonZeroUsize::MIN)
            }),
            password_queue: settings.password_queue.count(),
            changes_burst: settings.changes_burst.get(),
            changes_per_minute: settings.changes_per_minute.get(),
            backups,
            request_time: secs(settings.request_secs),
            server_timing: settings.server_timing.into(),
            connections: connections(&settings),
            metrics_listen: settings.metrics_listen,
            trusted_proxies: settings.trusted_proxies,
            forwarded_header: settings.forwarded_header,
            hook: hook(settings.webhook_url, settings.webhook_secret_file, settings.webhook_ca),
            certificate: certificate(settings.tls_cert, settings.tls_self),
            app: settings.app,
        }
    }
}

fn certificate(file: Option<PathBuf>, is_own: bool) -> Certificate {
    match file {
        Some(path) => Certificate::File(path),
        None if is_own => Certificate::Own,
        None => Certificate::None,
    }
}

/// The two that are needed are given together: the settings were checked for that.
fn hook(url: Option<HookUrl>, secret_file: Option<PathBuf>, ca: Option<PathBuf>) -> Option<Hook> {
    Some(Hook { url: url?, secret_file: secret_file?, ca })
}

fn session(settings: &Settings) -> SessionLife {
    SessionLife {
        life_secs: i64::from(settings.session_days.get()) * DAY_SECS,
        idle_secs: i64::from(settings.session_idle_days.get()) * DAY_SECS,
    }
}

fn backups(settings: &Settings) -> Option<BackupPlan> {
    let (dir, passphrase_file) =
        (settings.backup_dir.clone()?, settings.backup_passphrase_file.clone()?);
    let every_secs = i64::from(settings.backup_every_hours.get()) * HOUR_SECS;
    Some(BackupPlan { dir, passphrase_file, every_secs, keep: settings.backup_keep.count() })
}

fn connections(settings: &Settings) -> ConnectionLimits {
    ConnectionLimits {
        connections_max: settings.connections_max.map(Within::count),
        per_address: settings.connections_per_address.count(),
        handshake: secs(settings.handshake_secs),
        head: secs(settings.head_secs),
        idle: secs(settings.idle_secs),
        stall: secs(settings.stall_secs),
        headers_max: settings.headers_max.count(),
        head_bytes_max: settings.head_bytes_max.get(),
        streams_max: settings.streams_max.get(),
    }
}

fn secs<const MIN: u32, const MAX: u32>(number: Within<MIN, MAX>) -> Duration {
    Duration::from_secs(number.get().into())
}

/// One is left for everything else, so that a storm of sign-ins does not stop the refreshes.
fn all_cores_but_one() -> NonZeroUsize {
    let cores = thread::available_parallelism().map_or(1, NonZeroUsize::get);
    NonZeroUsize::new(cores.saturating_sub(1)).unwrap_or(NonZeroUsize::MIN)
}
