//! What an administrator may set, with every default in one place.

mod origin;
mod within;

use std::num::NonZeroUsize;
use std::path::PathBuf;
use std::thread;
use std::time::Duration;

use licence_core::{TestLicences, UnboundLicences};
use serde::Deserialize;
use thiserror::Error;

pub use origin::{NotAnOrigin, Origin, Transport};
pub use within::Within;

/// Seconds of a day.
const DAY_SECS: i64 = 86_400;

/// Bytes of a configuration file at most.
pub const CONFIG_BYTES_MAX: usize = 64 * 1024;

/// The file `config.toml` of the data directory; what it leaves out has its default.
#[derive(Clone, Debug, Deserialize)]
#[serde(default, deny_unknown_fields)]
pub struct Settings {
    /// Origins of pages elsewhere that may call this server.
    pub origins: Vec<Origin>,
    /// Whether the cookie goes along with requests from pages of another site.
    pub cross_site: bool,
    /// Whether people may sign in over plain http on a network.
    pub insecure_lan: bool,
    /// Whether licences for tests may be installed.
    pub test_licences: bool,
    /// Whether licences that name no site may be installed.
    pub unbound_licences: bool,
    /// Days after which a session ends, whatever happens: ten years at most.
    pub session_days: Within<1, 3650>,
    /// Days without a refresh after which a session ends.
    pub session_idle_days: Within<1, 3650>,
    /// Threads that check passwords: each takes the memory of one check.
    pub password_threads: Within<1, 256>,
    /// Sign-ins that may wait for such a thread; more are told to come back.
    pub password_queue: Within<0, 65_536>,
    /// Seconds after which a request is given up: an hour at most.
    pub request_secs: Within<1, 3600>,
}

impl Default for Settings {
    fn default() -> Self {
        Self {
            origins: Vec::new(),
            cross_site: false,
            insecure_lan: false,
            test_licences: false,
            unbound_licences: false,
            // Half a year: a person who is back every month never types the password in a term.
            session_days: Within::clamp(180),
            session_idle_days: Within::clamp(30),
            password_threads: all_cores_but_one(),
            // At some 20 ms each, the last one waits for about five seconds on one thread.
            password_queue: Within::clamp(256),
            // Longer than the longest queue, so that it cuts off what hangs and nothing else.
            request_secs: Within::clamp(30),
        }
    }
}

/// One is left for everything else, so that a storm of sign-ins does not stop the refreshes.
fn all_cores_but_one<const MIN: u32, const MAX: u32>() -> Within<MIN, MAX> {
    let cores = thread::available_parallelism().map_or(1, NonZeroUsize::get);
    Within::clamp(u32::try_from(cores.saturating_sub(1)).unwrap_or(MAX))
}

/// A configuration file is not right.
#[derive(Clone, Debug, Error, PartialEq, Eq)]
#[error("line {line} is not right: {what}")]
pub struct NotSettings {
    /// Counted from 1.
    pub line: usize,
    /// What is wrong there, and what would be right.
    pub what: String,
}

impl Settings {
    /// Reads the text of a configuration file.
    ///
    /// # Errors
    /// What is wrong with it, and where.
    pub fn parse(text: &str) -> Result<Self, NotSettings> {
        toml::from_str(text).map_err(|error: toml::de::Error| {
            let start = error.span().map_or(0, |span| span.start);
            let ends = text.bytes().take(start).filter(|byte| *byte == b'\n');
            // The message alone: the error's whole text draws the line below it.
            let what = error.message().lines().collect::<Vec<_>>().join(", ");
            NotSettings { line: ends.count() + 1, what }
        })
    }
}

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

/// What the server goes by.
#[derive(Clone, Debug)]
pub struct Config {
    /// Where browsers reach the server.
    pub public: Origin,
    /// Every origin whose pages may call: the server's own is the first.
    pub origins: Vec<Origin>,
    /// Whether the cookie goes along with requests from pages of another site.
    pub cross_site: Permission,
    /// Whether people may sign in over plain http on a network.
    pub insecure_lan: Permission,
    /// Whether a licence may name no site.
    pub unbound_licences: UnboundLicences,
    /// Whether a licence may be for tests.
    pub test_licences: TestLicences,
    /// A session of someone who wants to stay signed in.
    pub session: SessionLife,
    /// A session on a device that others use, too.
    pub short_session: SessionLife,
    /// Threads that check passwords.
    pub password_threads: NonZeroUsize,
    /// Sign-ins that may wait for such a thread.
    pub password_queue: usize,
    /// How long a request may take.
    pub request_time: Duration,
    /// The folder of an application that is served beside the API.
    pub app: Option<PathBuf>,
}

impl Config {
    /// What the settings mean for a server that browsers reach at `public`.
    #[must_use]
    pub fn new(settings: Settings, public: Origin) -> Self {
        let mut origins = vec![public.clone()];
        origins.extend(settings.origins.into_iter().filter(|origin| *origin != public));
        let session = SessionLife {
            life_secs: i64::from(settings.session_days.get()) * DAY_SECS,
            idle_secs: i64::from(settings.session_idle_days.get()) * DAY_SECS,
        };
        // Half a day: it is over before the next person sits down there tomorrow.
        let half_day = DAY_SECS / 2;
        Self {
            public,
            origins,
            cross_site: settings.cross_site.into(),
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
                life_secs: half_day.min(session.life_secs),
                idle_secs: half_day.min(session.idle_secs),
            },
            password_threads: NonZeroUsize::new(settings.password_threads.count())
                .unwrap_or(NonZeroUsize::MIN),
            password_queue: settings.password_queue.count(),
            request_time: Duration::from_secs(settings.request_secs.get().into()),
            app: None,
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn an_empty_file_gives_the_defaults_and_they_are_the_safe_ones() {
        let settings = Settings::parse("").unwrap();
        let config = Config::new(settings, Origin::localhost(8080));
        assert_eq!(config.origins, [Origin::localhost(8080)]);
        assert_eq!(config.cross_site, Permission::Refused);
        assert_eq!(config.insecure_lan, Permission::Refused);
        assert_eq!(config.test_licences, TestLicences::Refused);
        assert_eq!(config.unbound_licences, UnboundLicences::Refused);
        assert_eq!(config.session.life_secs, 180 * 86_400);
        assert_eq!(config.session.idle_secs, 30 * 86_400);
        assert_eq!(config.short_session.life_secs, 43_200);
    }

    #[test]
    fn a_file_is_read() {
        let settings = Settings::parse(
            "origins = ['https://app.example.org']\ncross_site = true\npassword_threads = 3\n",
        )
        .unwrap();
        let config = Config::new(settings, Origin::localhost(8080));
        assert_eq!(config.origins.len(), 2);
        assert_eq!(config.cross_site, Permission::Allowed);
        assert_eq!(config.password_threads.get(), 3);
    }

    #[test]
    fn what_is_not_known_or_not_right_is_refused() {
        for text in [
            "orgins = []",
            "origins = ['app.example.org']",
            "password_threads = 0",
            "session_days = -1",
            "session_days = 0",
            "session_idle_days = 3651",
            "password_threads = 257",
            "password_queue = 65537",
            "password_queue = 9000000000000000000",
            "request_secs = 3601",
            "cross_site = 'yes'",
        ] {
            assert!(Settings::parse(text).is_err(), "{text}");
        }
    }

    #[test]
    fn what_is_wrong_is_said_in_words_and_with_its_line() {
        for (text, line, what) in [
            (
                "# ours\n\nsession_days = 0\n",
                3,
                "invalid value: integer `0`, expected a whole number from 1 to 3650",
            ),
            (
                "session_days = 99999999999999999999",
                1,
                "invalid value: a far larger number, expected a whole number from 1 to 3650",
            ),
            (
                "password_threads = 'all'",
                1,
                "invalid type: string \"all\", expected a whole number from 1 to 256",
            ),
            (
                "\norigins = ['app.example.org']",
                2,
                "an origin is written `https://host` or `http://host:port`, without a path",
            ),
        ] {
            let what = what.to_owned();
            assert_eq!(Settings::parse(text).unwrap_err(), NotSettings { line, what });
        }
        let unknown = Settings::parse("orgins = []").unwrap_err();
        assert!(unknown.what.starts_with("unknown field `orgins`, expected one of `origins`"));
        let unclosed = Settings::parse("origins = [\n").unwrap_err();
        assert!(!unclosed.to_string().contains('\n'), "{unclosed}");
    }
}
