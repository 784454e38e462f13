//! A server with a licence and one person, asked without a socket.

use std::sync::Arc;
use std::sync::atomic::{AtomicU64, Ordering};

use axum::body::Body;
use axum::http::request::Builder;
use axum::http::{Request, StatusCode, header};
use http_body_util::BodyExt as _;
use licence_core::{KeyId, Product, Roots};
use licence_server::clock::Clock;
use licence_server::config::{Config, Settings};
use licence_server::data_dir::{DataDir, NewDataDir, SiteFile};
use licence_server::domain::Reading;
use licence_server::http::{App, app, open_admin_door};
use licence_server::rng::{NoRandomBytes, Rng};
use licence_server::state::{AppState, Sources};
use licence_tests::world::{PRODUCT, now, signed};
use serde_json::{Value, json};
use tokio::runtime::{Builder as RuntimeBuilder, Runtime};
use tower::ServiceExt as _;

use crate::chain::WORLD;

/// Where browsers reach it.
pub const ORIGIN: &str = "http://localhost:8080";

/// The name of the cookie that holds the access token.
pub const ACCESS_COOKIE: &str = "access-8080";

/// The name of the cookie that holds the refresh token.
pub const REFRESH_COOKIE: &str = "refresh-8080";

const PASSWORD: &str = "four words and more";

/// A server that stands still between two requests.
pub struct Site {
    runtime: Runtime,
    app: App,
    admin: App,
}

/// What came back.
#[derive(Debug, PartialEq)]
pub struct Answer {
    /// Its status.
    pub status: StatusCode,
    /// Its body; `null` where it is no JSON.
    pub body: Value,
}

impl Answer {
    /// A member of the body that is a string.
    pub fn text(&self, name: &str) -> Option<&str> {
        self.body.get(name)?.as_str()
    }
}

impl Site {
    /// A server where one person may sign in, and the access token may come in a cookie.
    pub fn open() -> Self {
        let runtime =
            RuntimeBuilder::new_current_thread().enable_time().build().expect("a runtime");
        let settings = Settings::parse("access_cookie = true").expect("a setting");
        let config = Config::new(settings, ORIGIN.parse().expect("an origin"));
        let sources = Sources { clock: Arc::new(StoppedClock), rng: Arc::new(Counter::default()) };
        // Once it is open it needs the names of its files no more, and a fuzzer's end cleans nothing up.
        let folder = tempfile::tempdir().expect("a folder");
        let path = folder.path().join("data");
        let new = NewDataDir::beside(&path, |key| site(key.public().id()), now(), &*sources.rng);
        new.and_then(|new| new.publish(&path)).expect("a data directory");
        let data = DataDir::open(&path).expect("it was made just now");
        let state = {
            let _guard = runtime.enter();
            AppState::open(&data, config, sources).expect("a state")
        };
        let site_key = state.site_key().clone();
        let site = Self { runtime, admin: open_admin_door(app(state.clone())), app: app(state) };
        let mut licence = WORLD.licence();
        licence.site = Some(site_key);
        site.furnish("/v1/admin/licences", "text/plain", signed(&licence, &WORLD.root));
        let ann = json!({ "username": "ann", "password": PASSWORD, "app_roles": ["editor"] });
        site.furnish("/v1/admin/users", "application/json", ann.to_string());
        site
    }

    fn furnish(&self, path: &str, kind: &str, body: String) {
        let request = Request::post(path).header(header::CONTENT_TYPE, kind);
        let answer = self.administer(request, body.into_bytes());
        assert_eq!(answer.status, StatusCode::CREATED, "{}", answer.body);
    }

    /// The access token of a person who has just signed in.
    pub fn sign_in(&self) -> String {
        let form = format!("grant_type=password&username=ann&password={PASSWORD}");
        let request = Request::post("/v1/auth/token");
        let request = request.header(header::CONTENT_TYPE, "application/x-www-form-urlencoded");
        let answer = self.ask(request, form.replace(' ', "+").into_bytes()).expect("a request");
        answer.text("access_token").expect("a token").to_owned()
    }

    /// Sends a request as it comes over the network; `None` where it cannot be written as one.
    ///
    /// Whatever the request is, the server does not fail over it.
    pub fn ask(&self, request: Builder, body: Vec<u8>) -> Option<Answer> {
        let request = request.body(Body::from(body)).ok()?;
        Some(self.send(&self.app, request))
    }

    /// Sends a request through the door of commands on the server's own machine.
    pub fn administer(&self, request: Builder, body: Vec<u8>) -> Answer {
        self.send(&self.admin, request.body(Body::from(body)).expect("a request"))
    }

    fn send(&self, app: &App, request: Request<Body>) -> Answer {
        let shown = format!("{request:?}");
        self.runtime.block_on(async {
            let Ok(response) = app.clone().oneshot(request).await;
            let status = response.status();
            let body = response.into_body().collect().await.expect("a body").to_bytes();
            let body = serde_json::from_slice(&body).unwrap_or_default();
            assert!(!status.is_server_error(), "{status} {body} to {shown}");
            Answer { status, body }
        })
    }
}

fn site(key: KeyId) -> Option<SiteFile> {
    let roots = Roots::new(vec![WORLD.root.public().clone()])?;
    SiteFile::new(None, Product::parse(PRODUCT)?, roots, key)
}

/// It is always the same moment, so that an input gives the same answer at every try.
struct StoppedClock;

impl Clock for StoppedClock {
    fn read(&self) -> Reading {
        Reading { wall: now(), boot_secs: 1 }
    }
}

/// Bytes that nobody has to be unable to guess: the same in every run.
#[derive(Default)]
struct Counter(AtomicU64);

impl Rng for Counter {
    fn fill(&self, bytes: &mut [u8]) -> Result<(), NoRandomBytes> {
        for chunk in bytes.chunks_mut(8) {
            // A step that is prime to the size of a word visits every value.
            let number = self.0.fetch_add(0x9e37_79b9_7f4a_7c15, Ordering::Relaxed);
            chunk.iter_mut().zip(number.to_le_bytes()).for_each(|(to, from)| *to = from);
        }
        Ok(())
    }
}
