//! A vendor, an institute and its server for tests of the routes: real keys, a real store in a
//! temporary folder, a clock that the test moves, and no socket.

use std::sync::Arc;

use axum::body::{Body, to_bytes};
use axum::http::{HeaderMap, Method, Request, StatusCode};
use licence_core::claims::{Affiliated, Claims, Features, LicenceClaims, Period, SeatCount, Seats};
use licence_core::{
    Institute, LicenceId, OwnerId, PrivateKey, Product, PublicKey, Roots, Serial, Text, UnixTime,
    Uuid, Vendor,
};
use serde_json::{Value, json};
use tempfile::TempDir;
use tower::ServiceExt as _;

use super::openapi::testing::assert_described;
use super::{App, Peer, Visit, app, open_admin_door, paths};
use crate::clock::testing::HandClock;
use crate::config::{Config, Settings};
use crate::data_dir::{DataDir, NewDataDir, SiteFile};
use crate::domain::{ChangeUser, Command, LoginName, Outcome, UserChange};
use crate::rng::testing::SeededRng;
use crate::state::{AppState, Sources};

/// Where the tests begin.
pub(crate) fn start() -> UnixTime {
    UnixTime::from_date("2026-11-22").unwrap()
}

pub(crate) const PASSWORD: &str = "correct horse battery";

/// More entries of the audit log than are read at once.
pub(crate) const LONG_DAY_ENTRIES: u64 = 1_500;

const DAY_SECS: i64 = 86_400;

pub(crate) struct World {
    pub(crate) clock: Arc<HandClock>,
    pub(crate) state: AppState,
    data: DataDir,
    _folder: TempDir,
}

/// What came back.
#[derive(Debug)]
pub(crate) struct Answer {
    pub(crate) status: StatusCode,
    pub(crate) headers: HeaderMap,
    pub(crate) text: String,
}

/// A request in the making.
pub(crate) struct Call<'w> {
    world: &'w World,
    request: axum::http::request::Builder,
    body: Body,
}

impl World {
    /// A server without a licence.
    pub(crate) fn new() -> Self {
        Self::with("http://localhost:8080", "")
    }

    /// A server with a licence for that many people, and people called `user1`, `user2`, ...
    pub(crate) async fn licensed(seats: u32, users: u32) -> Self {
        let world = Self::new();
        world.furnish(seats, users).await;
        world
    }

    pub(crate) fn with(public: &str, settings: &str) -> Self {
        let settings = Settings::parse(settings).unwrap();
        Self::by(Config::new(settings, public.parse().unwrap()))
    }

    pub(crate) fn by(config: Config) -> Self {
        let folder = tempfile::tempdir().unwrap();
        let new =
            NewDataDir::beside(&folder.path().join("data"), site_file, start(), &SeededRng::new(1));
        new.unwrap().publish(&folder.path().join("data")).unwrap();
        let data = DataDir::open(&folder.path().join("data")).unwrap();
        let clock = Arc::new(HandClock::at(start()));
        let sources = Sources { clock: clock.clone(), rng: Arc::new(SeededRng::new(2)) };
        let state = AppState::open(&data, config, sources).unwrap();
        Self { clock, state, data, _folder: folder }
    }

    pub(crate) async fn furnish(&self, seats: u32, users: u32) {
        let installed = self.install(&self.licence(seats, 1)).await;
        assert_eq!(installed.status, 201, "{}", installed.text);
        self.add_users(users).await;
    }

    pub(crate) async fn add_users(&self, users: u32) {
        for number in 1..=users {
            let user = json!({ "username": format!("user{number}"), "password": PASSWORD });
            let added = self.admin(paths::ADMIN_USERS, &user).await;
            assert_eq!(added.status, 201, "{}", added.text);
        }
    }

    /// A licence under which so many people may be registered; each further one takes over from the one before.
    pub(crate) async fn register_at_most(&self, registered_max: u32) {
        let mut claims = claims(1, registered_max, Some(self.state.site_key().clone()));
        claims.seats.registered_max = Some(registered_max);
        let installed = self.install(&sign(&claims)).await;
        assert_eq!(installed.status, 201, "{}", installed.text);
    }

    /// A licence for this site.
    pub(crate) fn licence(&self, seats: u32, revision: u32) -> String {
        sign(&claims(seats, revision, Some(self.state.site_key().clone())))
    }

    pub(crate) async fn install(&self, file: &str) -> Answer {
        self.admin_body(paths::ADMIN_LICENCES, file).await
    }

    pub(crate) async fn admin_body(&self, path: &str, body: &str) -> Answer {
        self.call(Method::POST, path).body(body.to_owned()).send_to(self.admin_app()).await
    }

    pub(crate) async fn admin(&self, path: &str, body: &Value) -> Answer {
        let call = self.call(Method::POST, path).header("content-type", "application/json");
        call.body(body.to_string()).send_to(self.admin_app()).await
    }

    fn admin_app(&self) -> App {
        open_admin_door(app(self.state.clone()))
    }

    pub(crate) fn call(&self, method: Method, path: &str) -> Call<'_> {
        let request = Request::builder().method(method).uri(path);
        Call { world: self, request, body: Body::empty() }
    }

    pub(crate) fn get(&self, path: &str) -> Call<'_> {
        self.call(Method::GET, path)
    }

    /// A POST of a form.
    pub(crate) fn post(&self, path: &str, form: &str) -> Call<'_> {
        let call = self.call(Method::POST, path);
        call.header("content-type", "application/x-www-form-urlencoded").body(form.to_owned())
    }

    pub(crate) async fn sign_in(&self, name: &str) -> Answer {
        let form = format!("grant_type=password&username={name}&password={PASSWORD}");
        self.post("/v1/auth/token", &form).send().await
    }

    /// A person with the role `admin`, and the token of their sign-in to administer.
    pub(crate) async fn admin_token(&self) -> String {
        let user = json!({ "username": "root", "password": PASSWORD, "roles": ["admin"] });
        assert_eq!(self.admin(paths::ADMIN_USERS, &user).await.status, 201);
        let form = format!("grant_type=password&scope=admin&username=root&password={PASSWORD}");
        self.post("/v1/auth/token", &form).send().await.string("access_token")
    }

    pub(crate) async fn refresh(&self, token: &str) -> Answer {
        self.post("/v1/auth/refresh", &format!("refresh_token={token}")).send().await
    }

    pub(crate) async fn sign_out(&self, token: &str) -> Answer {
        self.post("/v1/auth/logout", &format!("refresh_token={token}")).send().await
    }

    pub(crate) async fn me(&self, token: &str) -> Answer {
        self.get("/v1/me").bearer(token).send().await
    }

    /// Has so many lines written into the audit log, each for a change that changes nothing.
    pub(crate) async fn record_enabling(&self, name: &str, lines: u64) {
        /// Half of what the writer's queue takes.
        const AT_ONCE: u64 = 2000;
        let name = LoginName::of(&Text::parse(name).unwrap());
        let user = self.state.reader().user_by_name(&name).unwrap().unwrap().id;
        let mut left = lines;
        while left > 0 {
            let mut writing = tokio::task::JoinSet::new();
            for _ in 0..left.min(AT_ONCE) {
                let state = self.state.clone();
                let change = ChangeUser { user, change: UserChange::Enable, by: None };
                writing.spawn(async move { state.submit(Command::ChangeUser(change)).await });
            }
            left -= left.min(AT_ONCE);
            for written in writing.join_all().await {
                assert_eq!(written.unwrap(), Outcome::Done);
            }
        }
    }

    /// A log of two days, of which the first alone has more than [`LONG_DAY_ENTRIES`].
    pub(crate) async fn with_a_long_first_day() -> Arc<Self> {
        let world = Self::licensed(1, 1).await;
        world.record_enabling("user1", LONG_DAY_ENTRIES).await;
        world.clock.advance(DAY_SECS);
        world.record_enabling("user1", 2).await;
        Arc::new(world)
    }

    /// Has that first day pruned, ten minutes later and once, by whoever walks the log on a thread that may wait.
    pub(crate) fn prune_meanwhile(&self) {
        if self.state.reader().checkpoint().unwrap().is_some() {
            return;
        }
        self.clock.advance(600);
        let before = json!({ "before": start().secs() + DAY_SECS });
        let pruned = self.admin(paths::ADMIN_AUDIT_PRUNE, &before);
        assert_eq!(tokio::runtime::Handle::current().block_on(pruned).status, 200);
    }

    /// The body of an answer to an administrator, as it comes.
    pub(crate) async fn stream(&self, path: &str, accept: &str) -> Body {
        let request = Request::get(path).header("accept", accept).body(Body::empty()).unwrap();
        self.admin_app().oneshot(request).await.unwrap().into_body()
    }

    /// The same server after it was stopped.
    pub(crate) async fn restarted(self) -> Self {
        self.edited(|_| {}).await
    }

    /// The same server after it was stopped, and somebody edited the file of its store.
    pub(crate) async fn edited(self, edit: impl FnOnce(&std::path::Path)) -> Self {
        let Self { clock, state, data, _folder } = self;
        state.writer().stop().await;
        let config = state.config().clone();
        // The store is locked until the last reader of it is gone.
        drop(state);
        edit(&data.store());
        let sources = Sources { clock: clock.clone(), rng: Arc::new(SeededRng::new(3)) };
        let state = AppState::open(&data, config, sources).unwrap();
        Self { clock, state, data, _folder }
    }
}

impl Call<'_> {
    pub(crate) fn header(mut self, name: &str, value: &str) -> Self {
        self.request = self.request.header(name, value);
        self
    }

    pub(crate) fn bearer(self, token: &str) -> Self {
        self.header("authorization", &format!("Bearer {token}"))
    }

    /// As if it came over the network from there.
    pub(crate) fn from(mut self, address: &str) -> Self {
        let peer = Some(Peer::Network(address.parse().unwrap()));
        self.request = self.request.extension(Visit { peer, ..Visit::default() });
        self
    }

    pub(crate) fn body(mut self, body: impl Into<Body>) -> Self {
        self.body = body.into();
        self
    }

    pub(crate) async fn send(self) -> Answer {
        let app = app(self.world.state.clone());
        self.send_to(app).await
    }

    /// Sends it through the door of commands on the server's own machine.
    pub(crate) async fn send_locally(self) -> Answer {
        let app = self.world.admin_app();
        self.send_to(app).await
    }

    async fn send_to(self, app: App) -> Answer {
        let request = self.request.body(self.body).unwrap();
        let (method, path) = (request.method().clone(), request.uri().path().to_owned());
        let response = app.oneshot(request).await.unwrap();
        let (parts, body) = response.into_parts();
        let bytes = to_bytes(body, 4 << 20).await.unwrap();
        let text = String::from_utf8_lossy(&bytes).into_owned();
        assert_described(method.as_str(), &path, parts.status.as_u16(), &text);
        Answer { status: parts.status, headers: parts.headers, text }
    }
}

impl Answer {
    #[track_caller]
    pub(crate) fn json(&self) -> Value {
        serde_json::from_str(&self.text).unwrap()
    }

    /// A member of the body that is a string.
    #[track_caller]
    pub(crate) fn string(&self, name: &str) -> String {
        self.json()[name].as_str().unwrap_or_else(|| panic!("`{name}` in {}", self.text)).to_owned()
    }

    #[track_caller]
    pub(crate) fn header(&self, name: &str) -> &str {
        self.headers[name].to_str().unwrap()
    }

    /// Asserts status and code of a problem.
    #[track_caller]
    pub(crate) fn assert_problem(&self, status: u16, code: &str) {
        assert_eq!((self.status.as_u16(), self.string("code").as_str()), (status, code));
        assert_eq!(self.header("content-type"), "application/problem+json");
    }
}

fn product() -> Product {
    Product::parse("demo-app").unwrap()
}

/// What a site of these tests is: it trusts the tests' vendor.
pub(crate) fn site_file(key: &PrivateKey) -> Option<SiteFile> {
    let roots = Roots::new(vec![root().public().clone()])?;
    SiteFile::new(None, product(), roots, key.public().id())
}

fn root() -> PrivateKey {
    PrivateKey::from_seed(&[7; 32]).unwrap()
}

/// What the vendor grants in these tests.
pub(crate) fn claims(seats: u32, revision: u32, site: Option<PublicKey>) -> LicenceClaims {
    let id = Uuid::v7(1, [u8::try_from(revision).unwrap(); 10]);
    LicenceClaims {
        iss: Vendor::parse("Acme").unwrap(),
        sub: OwnerId(id),
        product: product(),
        jti: LicenceId(id),
        iat: start(),
        period: Period::limited(start(), start().plus(86_400 * 365), None, None).unwrap(),
        serial: Serial::from_random([1; 15]),
        revision,
        institute: Affiliated { name: Institute::parse("Institute").unwrap(), affiliation: None },
        seats: Seats::new(SeatCount::new(seats).unwrap()),
        features: Features::default(),
        site,
        revocations_min: None,
        is_test: false,
    }
}

/// Signs a licence with the root key that the tests' servers trust.
pub(crate) fn sign(claims: &LicenceClaims) -> String {
    sign_as_root(claims)
}

/// Signs whatever a root key signs.
pub(crate) fn sign_as_root(claims: &impl Claims) -> String {
    root().sign(claims.signing_input(root().public().id()))
}
