//! The one table of settings: each with its type and bounds, its default, and why that.

use std::net::{Ipv4Addr, SocketAddr};
use std::path::PathBuf;

use super::choice::{ForwardedHeader, LogFormat, Registration};
use super::hook_url::HookUrl;
use super::host::Host;
use super::log_filter::LogFilter;
use super::network::Network;
use super::origin::Origin;
use super::reading::{NotSettings, Reading, Shown};
use super::setting::Setting;
use super::variables::Variables;
use super::within::Within;

/// What is told of a setting to whoever sets it.
#[derive(Clone, Debug)]
pub struct Row {
    /// What it belongs to.
    pub group: &'static str,
    /// Its name in the file.
    pub name: &'static str,
    /// What it does.
    pub what: String,
    /// What may be written.
    pub expected: String,
    /// Its default as the file writes it; empty where there is none.
    pub default: String,
    /// Why that is the default, and the bounds are where they are.
    pub why: &'static str,
}

/// Makes the struct, its defaults, its reader and its reference of one table.
macro_rules! settings {
    ($($group:literal {
        $($(#[doc = $what:literal])+ $name:ident: $type:ty = $default:expr, $why:literal;)+
    })+) => {
        /// What an administrator may set, in the file or by a variable; what is left out has its
        /// default.
        #[derive(Clone, Debug)]
        pub struct Settings {
            $($($(#[doc = $what])+ pub $name: $type,)+)+
        }

        impl Default for Settings {
            fn default() -> Self {
                Self { $($($name: $default,)+)+ }
            }
        }

        impl Settings {
            fn take(reading: &mut Reading<'_>) -> Self {
                Self { $($($name: reading.take(stringify!($name), $default),)+)+ }
            }

            /// Every setting, in the order in which they are told.
            #[must_use]
            pub fn rows() -> Vec<Row> {
                let default = Self::default();
                vec![$($(Row {
                    group: $group,
                    name: stringify!($name),
                    what: [$($what),+].map(str::trim).join(" "),
                    expected: <$type as Setting>::expected(),
                    default: default.$name.to_toml(),
                    why: $why,
                },)+)+]
            }
        }
    };
}

settings! {
    "Addresses" {
        /// The address to listen on; port 0 takes a free one.
        listen: SocketAddr = loopback(8080),
            "This machine only: whoever opens a server to a network says so.";
        /// Where browsers reach the server. It decides the cookie's name and flags. Needed where
        /// `listen` is on a network.
        public_url: Option<Origin> = None,
            "Without it, `localhost` at the port of `listen`.";
        /// Origins of pages elsewhere that may call this server. It serves CORS and the protection
        /// against forged requests.
        origins: Vec<Origin> = Vec::new(),
            "The server's own origin may always call, and no other unless it is named.";
        /// Whether the cookie goes along with requests from pages of another site.
        cross_site: bool = false,
            "A cookie that stays within its site cannot be used by another one.";
        /// Whether the access token of an application goes into a cookie as well, beside the refresh
        /// token's and under the same rules, and is read there where a request has no `Authorization`. For
        /// proxies and downloads that can set no header.
        access_cookie: bool = false,
            "A token in a header cannot be sent by a page that does not have it; a cookie goes along unasked.";
        /// Whether people may sign in over plain http on a network, and `webhook_url` be plain http to another
        /// machine.
        insecure_lan: bool = false,
            "Everyone on that network could read passwords and tokens.";
        /// A folder with a single-page application to serve at `/`.
        app: Option<PathBuf> = None,
            "Many applications have a server of their own.";
        /// An address for `/metrics` alone, instead of beside everything else.
        metrics_listen: Option<SocketAddr> = None,
            "One listener is enough where the network is the institute's own.";
    }
    "Proxies" {
        /// Addresses of proxies that are believed when they say whom they speak for.
        trusted_proxies: Vec<Network> = Vec::new(),
            "What anyone else says of it is made up, and is taken off the request.";
        /// The header in which they say it. The other is not read, because a proxy that sets one
        /// hands the other on as the client wrote it.
        forwarded_header: ForwardedHeader = ForwardedHeader::XForwarded,
            "It is what nginx, Caddy, Traefik and HAProxy are commonly told to send.";
    }
    "TLS" {
        /// A certificate with those that lead to its root, PEM. One that was replaced is noticed, and at
        /// once on the signal HUP; one that cannot be used is not taken.
        tls_cert: Option<PathBuf> = None,
            "Without it the server speaks plain http, to this machine or to a proxy.";
        /// Its private key, PEM.
        tls_key: Option<PathBuf> = None,
            "Given together with `tls_cert`.";
        /// Whether the server makes its own certificate, under a certificate authority of its own
        /// in the data directory.
        tls_self: bool = false,
            "Browsers must be told to trust that authority first.";
        /// Names and addresses that its own certificate is for, besides `localhost` and the host of
        /// `public_url`.
        tls_names: Vec<Host> = Vec::new(),
            "The authority vouches for no other names, so that nobody can use it for more.";
    }
    "Sign-in" {
        /// Days after which a session ends, whatever happens.
        session_days: Within<1, 3650> = Within::clamp(180),
            "Half a year: who is back every month never types the password in a term.";
        /// Days without a refresh after which a session ends.
        session_idle_days: Within<1, 3650> = Within::clamp(30),
            "A device that nobody used for a month may be in other hands.";
        /// Hours after which a session ends that is not to be remembered.
        session_short_hours: Within<1, 168> = Within::clamp(12),
            "It is over before the next person sits down there tomorrow.";
        /// Bytes of the data that a session may keep.
        session_data_bytes_max: Within<0, 1_048_576> = Within::clamp(65_536),
            "Enough for the state of a page; files belong to the application's own store.";
        /// Whether people may ask to be registered. With `approval` they choose a name and a password, and
        /// sign in when an administrator has enabled the account.
        registration: Registration = Registration::Closed,
            "Who may sign in is for the institute to say.";
        /// Threads that check passwords: each takes the memory of one check.
        password_threads: Option<Within<1, 256>> = None,
            "Without it, one for every core but one, which is left for everything else.";
        /// Sign-ins that may wait for such a thread; more are told to come back. Anybody may fill half of the places,
        /// and of the other half one address has what makes a quarter of them all.
        password_queue: Within<0, 65_536> = Within::clamp(256),
            "At some 20 ms each, the last one waits for about five seconds on one thread.";
    }
    "Seats" {
        /// Seconds that a request may wait for a seat.
        wait_secs_max: Within<0, 300> = Within::clamp(30),
            "Proxies give up on an answer after a minute, most of them.";
        /// Whether licences for tests may be installed.
        test_licences: bool = false,
            "They grant what nobody paid for.";
        /// Whether licences that name no site may be installed.
        unbound_licences: bool = false,
            "Any copy of one works anywhere.";
    }
    "Time" {
        /// Seconds that the clock may be ahead, at a start, of the last time that was trusted and still
        /// be believed at once, unless it was disputed before. Beyond it, nothing ends by the clock until
        /// it has run for a day, or `clock accept`.
        clock_gap_secs: Within<60, 86_400> = Within::clamp(3600),
            "A clock set forward by mistake would end every session and every licence.";
        /// Seconds between two looks for what has lapsed, and for a certificate that was replaced.
        sweep_secs: Within<1, 3600> = Within::clamp(30),
            "Nobody waits for it: who needs a lapsed seat takes it.";
    }
    "Limits" {
        /// Connections at a time. The system keeps further ones waiting.
        connections_max: Option<Within<1, 65_536>> = None,
            "Without it, as many as the limit of open files leaves room for, up to 16,384.";
        /// Connections at a time from one IPv4 address or one IPv6 /64; further ones are closed.
        /// Trusted proxies and this machine are not counted.
        connections_per_address: Within<1, 65_536> = Within::clamp(256),
            "A browser has six, and a laboratory behind one address has forty of them.";
        /// Seconds that a TLS handshake may take.
        handshake_secs: Within<1, 300> = Within::clamp(10),
            "Two round trips, over the worst network in a few seconds.";
        /// Seconds that the head of a request may take, from its first byte.
        head_secs: Within<1, 300> = Within::clamp(10),
            "A browser sends it in one piece, over the worst network in a few seconds.";
        /// Seconds that a connection may stay open without a request.
        idle_secs: Within<1, 3600> = Within::clamp(75),
            "Longer than proxies keep theirs, so that none sends a request into a closing one.";
        /// Seconds that a client may take no byte of an answer.
        stall_secs: Within<1, 300> = Within::clamp(30),
            "A mobile network comes back within it, most times.";
        /// Seconds after which a request is given up, unless it waits for a seat.
        request_secs: Within<1, 3600> = Within::clamp(30),
            "Longer than the longest queue, so that it cuts off what hangs and nothing else.";
        /// Header fields of a request. More are refused with 431: over HTTP/1.1 without a body, because
        /// there is no request yet that a route could answer.
        headers_max: Within<16, 1024> = Within::clamp(100),
            "A browser behind two proxies sends forty.";
        /// Bytes of a request's head. More are refused in the same way.
        head_bytes_max: Within<8192, 1_048_576> = Within::clamp(32_768),
            "Cookies of neighbouring applications come along, and an access token has 8 KiB at most.";
        /// Changes that an application may ask for at once in one session; its refreshes, and the sign-ins of one
        /// person, have as many of their own.
        changes_burst: Within<60, 1_000_000> = Within::clamp(240),
            "Fifty parallel requests with one refresh token, several times over.";
        /// Changes that each may ask for in a minute after that; further ones are told to come back.
        changes_per_minute: Within<1, 1_000_000> = Within::clamp(60),
            "An application saves every second at most, and a loop fills no disk in a year.";
        /// Requests at a time on one HTTP/2 connection.
        streams_max: Within<1, 1000> = Within::clamp(100),
            "What RFC 9113 recommends at least.";
    }
    "Warnings" {
        /// An address that is sent a message when something is warned of: seats that are nearly all in use, a
        /// licence that ends soon. With https, unless it is on this machine.
        webhook_url: Option<HookUrl> = None,
            "The server calls nobody by itself unless it is told to.";
        /// A file with the secret that messages are signed with: 24 to 64 random bytes in base64.
        webhook_secret_file: Option<PathBuf> = None,
            "Given together with `webhook_url`: who gets a message wants to know whose it is.";
        /// A file with the certificate authorities that may vouch for an address with https, PEM.
        webhook_ca: Option<PathBuf> = None,
            "Without it, those that the system trusts.";
    }
    "Backups" {
        /// A folder into which the server writes backups of itself, best on another disk.
        backup_dir: Option<PathBuf> = None,
            "Where a backup is safe, the institute knows.";
        /// A file whose first line is the passphrase of backups: of those of the server's own, and of those
        /// that are made by hand where none is given. Keep the line elsewhere, too.
        backup_passphrase_file: Option<PathBuf> = None,
            "Given together with `backup_dir`: a backup holds the site's keys, and is never in the clear.";
        /// Hours after the newest backup at which the next one is made.
        backup_every_hours: Within<1, 8760> = Within::clamp(24),
            "What is lost with a machine is a day at most.";
        /// Backups of the server's own that stay in that folder; older ones are deleted.
        backup_keep: Within<1, 1000> = Within::clamp(14),
            "Two weeks: what was damaged in a holiday is still there after it.";
    }
    "Log" {
        /// What is logged. The variable `LICENCE_LOG` goes before it.
        log_level: LogFilter = LogFilter::default(),
            "One line for each request, and whatever goes wrong.";
        /// How it is written. `--json` makes it `json`.
        log_format: LogFormat = LogFormat::Text,
            "A person reads it first.";
        /// Whether each answer of a route says in `Server-Timing` how long it took, and what of that: the
        /// store, a signature, a password. Browsers show it beside the request.
        server_timing: bool = false,
            "How long a password takes is told to nobody who does not look for it.";
    }
}

/// Settings, and where each comes from.
#[derive(Clone, Debug)]
pub struct Loaded {
    /// What to go by.
    pub settings: Settings,
    /// The same for whoever asks, in the order of the table.
    pub shown: Vec<Shown>,
}

impl Settings {
    /// Reads the text of a configuration file.
    ///
    /// # Errors
    /// Everything that is wrong with it, and where.
    pub fn parse(text: &str) -> Result<Self, NotSettings> {
        Self::load(text, &Variables::default()).map(|loaded| loaded.settings)
    }

    /// Reads the text of a configuration file and the variables that go before it.
    ///
    /// # Errors
    /// Everything that is wrong with them, and where.
    pub fn load(text: &str, variables: &Variables) -> Result<Loaded, NotSettings> {
        let mut reading = Reading::new(text, variables)?;
        let settings = Self::take(&mut reading);
        settings.check(&mut reading);
        Ok(Loaded { settings, shown: reading.finish()? })
    }

    /// Whether the server speaks TLS itself.
    #[must_use]
    pub fn is_tls(&self) -> bool {
        self.tls_self || self.tls_cert.is_some()
    }

    /// Where browsers reach a server that listens on that port of this machine, unless it was said.
    #[must_use]
    pub fn public_origin(&self, port: u16) -> Origin {
        let own = || {
            if self.is_tls() { Origin::localhost_over_tls(port) } else { Origin::localhost(port) }
        };
        self.public_url.clone().unwrap_or_else(own)
    }

    fn check(&self, reading: &mut Reading<'_>) {
        let is_whole = self.tls_cert.is_some() == self.tls_key.is_some();
        let one = if self.tls_cert.is_some() { "tls_cert" } else { "tls_key" };
        reading.check(is_whole, one, "`tls_cert` and `tls_key` are given together");
        reading.check(
            !(self.tls_self && self.tls_cert.is_some()),
            "tls_self",
            "`tls_self` makes a certificate, and `tls_cert` names another: give one of them",
        );
        let is_whole = self.webhook_url.is_some() == self.webhook_secret_file.is_some();
        let one = if self.webhook_url.is_some() { "webhook_url" } else { "webhook_secret_file" };
        reading.check(is_whole, one, "`webhook_url` and `webhook_secret_file` are given together");
        let is_exposed = self.webhook_url.as_ref().is_some_and(HookUrl::is_exposed);
        reading.check(
            self.insecure_lan || !is_exposed,
            "webhook_url",
            "`webhook_url` is plain http to another machine, and everyone on the way reads it: give https, or \
             say `insecure_lan = true`",
        );
        reading.check(
            self.backup_dir.is_none() || self.backup_passphrase_file.is_some(),
            "backup_dir",
            "`backup_dir` is given without `backup_passphrase_file`: backups are always encrypted",
        );
        reading.check(
            self.session_idle_days.get() <= self.session_days.get(),
            "session_idle_days",
            "`session_idle_days` is more than `session_days`: the session would have ended before",
        );
    }
}

fn loopback(port: u16) -> SocketAddr {
    (Ipv4Addr::LOCALHOST, port).into()
}
