//! What the server counts and measures of itself, in Prometheus' names and units.

use std::collections::HashMap;
use std::sync::{Arc, Mutex, MutexGuard, PoisonError, RwLock};

use axum::http::Method;
use foldhash::fast::RandomState;
use prometheus_client::encoding::EncodeLabelSet;
use prometheus_client::encoding::text::encode;
use prometheus_client::metrics::counter::Counter;
use prometheus_client::metrics::family::Family;
use prometheus_client::metrics::gauge::Gauge;
use prometheus_client::metrics::histogram::{Histogram, exponential_buckets};
use prometheus_client::registry::{Registry, Unit};

/// Times from 50 µs to 1.6 s.
const SECS: (f64, f64, u16) = (0.000_05, 2.0, 16);

/// Commands of one batch, from 1 to 1,024.
const COMMANDS: (f64, f64, u16) = (1.0, 2.0, 11);

/// Everything that is counted while the server runs. Cheap to clone.
#[derive(Clone, Debug)]
pub struct Metrics {
    requests: Family<RequestLabels, Counter>,
    request_time: Family<RouteLabels, Histogram, fn() -> Histogram>,
    network: Counter,
    unbelieved: Counter,
    messages: Family<FateLabels, Counter>,
    /// The same, by what each request knows without writing labels.
    routes: Arc<RwLock<HashMap<Box<str>, RouteMetrics, RandomState>>>,
    /// Commands that were committed together.
    pub(crate) batch: Histogram,
    /// How long a command waited for its turn.
    pub(crate) queue_wait: Histogram,
    /// How long a batch took, its commit included.
    pub(crate) turn: Histogram,
    /// How long a signature took.
    pub(crate) sign: Histogram,
    /// How long a password took, from the queue to its verdict.
    pub(crate) hash: Histogram,
    /// Backups that the server was to make by itself, and could not.
    pub(crate) backup_failures: Counter,
}

/// The state at one moment.
#[derive(Clone, Copy, Debug, Default)]
pub struct Moment {
    /// Seats taken.
    pub seats_in_use: i64,
    /// Seats there are.
    pub seats_total: i64,
    /// Places in the queue for a seat.
    pub waiting: i64,
    /// Borrowed seats whose copy may live.
    pub borrowed: i64,
    /// People registered.
    pub users: i64,
    /// Revocations in force of sessions.
    pub revoked_sessions: i64,
    /// Revocations in force of what a session was given up to a place in the log.
    pub revoked_places: i64,
    /// Revocations in force of single tokens.
    pub revoked_tokens: i64,
    /// Sign-ins on devices.
    pub sessions: i64,
    /// Entries of the audit log that were not taken away.
    pub log_entries: i64,
    /// Where the audit log stands.
    pub log_seq: i64,
    /// When the licence in force ends, in Unix seconds; 0 for one without an end, or none.
    pub licence_end: i64,
    /// The share of the seats, in hundredths, of which is warned; 0 for none.
    pub seats_warning: i64,
    /// The days before the licence's end of which is warned; 0 for none.
    pub licence_end_warning: i64,
    /// 0 for a sound clock, 1 for one that is behind, 2 for a disputed one.
    pub clock_doubt: i64,
    /// Of when the newest backup is, in Unix seconds; 0 where there is none.
    pub backup: i64,
    /// 1 while what is asked for can be made durable.
    pub ready: i64,
}

/// What is shown, gathered.
#[derive(Debug)]
pub struct Board {
    registry: Registry,
    gauges: Vec<(Gauge, Value)>,
}

#[derive(Clone, Debug, Hash, PartialEq, Eq, EncodeLabelSet)]
struct RequestLabels {
    method: &'static str,
    route: String,
    status: u16,
}

#[derive(Clone, Debug, Hash, PartialEq, Eq, EncodeLabelSet)]
struct RouteLabels {
    route: String,
}

#[derive(Clone, Debug, Hash, PartialEq, Eq, EncodeLabelSet)]
struct FateLabels {
    fate: &'static str,
}

/// What came of a message to a webhook.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Fate {
    /// It was taken.
    Delivered,
    /// One try failed; there may be another.
    Failed,
    /// No try is left.
    GivenUp,
    /// A newer one of the same subject took its place.
    Dropped,
}

impl Fate {
    const fn name(self) -> &'static str {
        match self {
            Self::Delivered => "delivered",
            Self::Failed => "failed",
            Self::GivenUp => "given_up",
            Self::Dropped => "dropped",
        }
    }
}

/// What is counted of one route.
#[derive(Debug)]
struct RouteMetrics {
    time: Histogram,
    /// A handful: the methods that the route takes, with what they were answered.
    answers: Vec<(&'static str, u16, Counter)>,
}

impl RouteMetrics {
    fn count(&self, method: &'static str, status: u16, secs: f64) -> bool {
        let answer = self.answers.iter().find(|(its, was, _)| (*its, *was) == (method, status));
        if let Some((_, _, counter)) = answer {
            counter.inc();
            self.time.observe(secs);
        }
        answer.is_some()
    }
}

/// A method as it is counted: clients may send any word as one.
fn name(method: &Method) -> &'static str {
    const KNOWN: [(Method, &str); 7] = [
        (Method::GET, "GET"),
        (Method::POST, "POST"),
        (Method::PUT, "PUT"),
        (Method::PATCH, "PATCH"),
        (Method::DELETE, "DELETE"),
        (Method::HEAD, "HEAD"),
        (Method::OPTIONS, "OPTIONS"),
    ];
    KNOWN.iter().find(|(known, _)| known == method).map_or("other", |(_, name)| name)
}

fn secs() -> Histogram {
    Histogram::new(exponential_buckets(SECS.0, SECS.1, SECS.2))
}

impl Default for Metrics {
    fn default() -> Self {
        Self {
            requests: Family::default(),
            request_time: Family::new_with_constructor(secs),
            network: Counter::default(),
            unbelieved: Counter::default(),
            messages: Family::default(),
            routes: Arc::default(),
            batch: Histogram::new(exponential_buckets(COMMANDS.0, COMMANDS.1, COMMANDS.2)),
            queue_wait: secs(),
            turn: secs(),
            sign: secs(),
            hash: secs(),
            backup_failures: Counter::default(),
        }
    }
}

impl Metrics {
    /// Counts a request that was answered. Methods and routes are a bounded set: what no route takes is
    /// counted under one name, and so is what is no method of ours.
    pub fn answered(&self, method: &Method, route: &str, status: u16, secs: f64) {
        let method = name(method);
        let routes = self.routes.read().unwrap_or_else(PoisonError::into_inner);
        let is_counted = routes.get(route).is_some_and(|route| route.count(method, status, secs));
        drop(routes);
        if !is_counted {
            self.answered_first(method, route, status, secs);
        }
    }

    /// Counts a request that was answered as none was before.
    fn answered_first(&self, method: &'static str, route: &str, status: u16, secs: f64) {
        let labels = RequestLabels { method, route: route.to_owned(), status };
        let counter = self.requests.get_or_create_owned(&labels);
        let labels = RouteLabels { route: route.to_owned() };
        let time = self.request_time.get_or_create_owned(&labels);
        let mut routes = self.routes.write().unwrap_or_else(PoisonError::into_inner);
        let route = routes.entry(route.into());
        let route = route.or_insert_with(|| RouteMetrics { time, answers: Vec::new() });
        // Two at once may both be the first.
        if !route.count(method, status, secs) {
            route.answers.push((method, status, counter));
            route.count(method, status, secs);
        }
    }

    /// Counts a request that came over the network, with headers of a proxy that is not trusted or without.
    pub(crate) fn asked_over_network(&self, is_of_unbelieved_proxy: bool) {
        self.network.inc();
        if is_of_unbelieved_proxy {
            self.unbelieved.inc();
        }
    }

    /// Counts what came of a message to a webhook, or of a try to send it.
    pub(crate) fn count_message(&self, fate: Fate) {
        self.messages.get_or_create(&FateLabels { fate: fate.name() }).inc();
    }

    /// How many came over the network, and how many of them with headers of a proxy that is not trusted.
    pub(crate) fn network_counts(&self) -> (u64, u64) {
        (self.network.get(), self.unbelieved.get())
    }
}

/// What a gauge shows of a moment.
type Value = fn(&Moment) -> i64;

/// A gauge with its name, its help and its value.
type GaugeRow = (&'static str, &'static str, Value);

const GAUGES: [GaugeRow; 17] = [
    ("seats_in_use", "Seats taken", |now| now.seats_in_use),
    ("seats", "Seats there are", |now| now.seats_total),
    ("queue_places", "Places in the queue for a seat", |now| now.waiting),
    ("seats_borrowed", "Borrowed seats whose copy may live", |now| now.borrowed),
    ("users", "People registered", |now| now.users),
    ("sessions", "Sign-ins on devices", |now| now.sessions),
    ("revoked_sessions", "Sessions that are revoked", |now| now.revoked_sessions),
    ("revoked_places", "Sessions revoked up to a place in the log", |now| now.revoked_places),
    ("revoked_tokens", "Tokens that are revoked alone", |now| now.revoked_tokens),
    ("audit_log_entries", "Entries of the audit log that are kept", |now| now.log_entries),
    ("audit_log_seq", "Where the audit log stands", |now| now.log_seq),
    ("licence_end_timestamp_seconds", "When the licence ends; 0 for never", |now| now.licence_end),
    ("seats_warning_percent", "80, 90 or 100 once so much is in use; 0 before", |now| {
        now.seats_warning
    }),
    ("licence_end_warning_days", "60, 30 or 7 once so few are left; 0 before", |now| {
        now.licence_end_warning
    }),
    ("clock_doubt", "0 sound, 1 behind, 2 disputed", |now| now.clock_doubt),
    ("backup_timestamp_seconds", "Of when the newest backup is; 0 for none", |now| now.backup),
    ("ready", "Whether what is asked for can be made durable", |now| now.ready),
];

impl Board {
    /// Shows these metrics.
    #[must_use]
    pub fn new(metrics: &Metrics) -> Self {
        let mut registry = Registry::with_prefix("licence_server");
        let Metrics { requests, request_time, network, unbelieved, messages, .. } = metrics;
        let Metrics { batch, queue_wait, turn, sign, hash, .. } = metrics;
        registry.register("requests", "Requests answered", requests.clone());
        registry.register(
            "network_requests",
            "Requests that came over the network",
            network.clone(),
        );
        registry.register(
            "unbelieved_proxy_requests",
            "Requests with headers of a proxy that is not trusted",
            unbelieved.clone(),
        );
        registry.register(
            "webhook_messages",
            "What came of warnings that go to the webhook, and of tries to send them",
            messages.clone(),
        );
        let mut time = |name: &str, help: &str, histogram: Histogram| {
            registry.register_with_unit(name, help, Unit::Seconds, histogram);
        };
        time("queue_wait", "How long a command waited for its turn", queue_wait.clone());
        time("turn", "How long a batch took, its commit included", turn.clone());
        time("sign", "How long a signature took", sign.clone());
        time("hash", "How long a password took, the queue included", hash.clone());
        registry.register_with_unit(
            "request",
            "How long an answer took",
            Unit::Seconds,
            request_time.clone(),
        );
        let failures = metrics.backup_failures.clone();
        registry.register("backup_failures", "Backups of its own that failed", failures);
        registry.register("batch_commands", "Commands committed together", batch.clone());
        let gauges = GAUGES.map(|(name, help, value)| {
            let gauge = Gauge::default();
            registry.register(name, help, gauge.clone());
            (gauge, value)
        });
        Self { registry, gauges: gauges.into() }
    }

    /// The text of a moment, in the OpenMetrics format.
    ///
    /// # Errors
    /// Never in practice: it is written to memory.
    pub fn text(&self, moment: &Moment) -> Result<String, std::fmt::Error> {
        for (gauge, value) in &self.gauges {
            gauge.set(value(moment));
        }
        let mut text = String::new();
        encode(&mut text, &self.registry)?;
        Ok(text)
    }
}

/// A board that several requests may ask for at once.
#[derive(Debug)]
pub struct SharedBoard(Mutex<Board>);

impl SharedBoard {
    /// Shows these metrics.
    #[must_use]
    pub fn new(metrics: &Metrics) -> Self {
        Self(Mutex::new(Board::new(metrics)))
    }

    /// The board, for one request.
    pub fn look(&self) -> MutexGuard<'_, Board> {
        // Gauges are set anew for each text, so a poisoned lock guards a sound board.
        self.0.lock().unwrap_or_else(PoisonError::into_inner)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn what_is_counted_is_shown_with_its_unit() {
        let metrics = Metrics::default();
        metrics.answered(&Method::GET, "/v1/me", 200, 0.001);
        metrics.answered(&Method::GET, "/v1/me", 200, 0.001);
        metrics.answered(&Method::from_bytes(b"BREW").unwrap(), "-", 404, 0.001);
        metrics.turn.observe(0.002);
        let moment = Moment { seats_in_use: 3, seats_total: 25, ..Moment::default() };
        let text = Board::new(&metrics).text(&moment).unwrap();
        for line in [
            "licence_server_requests_total{method=\"GET\",route=\"/v1/me\",status=\"200\"} 2",
            "licence_server_requests_total{method=\"other\",route=\"-\",status=\"404\"} 1",
            "licence_server_seats_in_use 3",
            "licence_server_seats 25",
            "licence_server_turn_seconds_count 1",
            "licence_server_request_seconds_count{route=\"/v1/me\"} 2",
        ] {
            assert!(text.contains(line), "{line} in\n{text}");
        }
    }
}
