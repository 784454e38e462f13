//! How a command has something done: by an HTTP call to the server. While it runs, over the socket in
//! the data directory; while it is stopped, into the same app inside this process. Either way it is
//! the same code that does it, and the same answer that is shown.

mod answer;

use std::fmt::Display;
use std::io;
use std::time::Duration;

use axum::body::{Body, Bytes};
use axum::http::{HeaderValue, Method, Request, Response, header};
use hyper::body::Incoming;
use hyper::client::conn::http1;
use hyper_util::rt::TokioIo;
use licence_cli::Failure;
use licence_cli::output::print_bytes;
use serde::de::DeserializeOwned;
use tokio::net::UnixStream;
use tower::ServiceExt as _;
use zeroize::Zeroizing;

pub(super) use self::answer::Step;
use super::{small_runtime, system};
use crate::config::Config;
use crate::data_dir::{self, DataDir};
use crate::http::{App, app, open_admin_door};
use crate::state::{AppState, store_failure};
use crate::store::{RedbStore, StoreError};

/// How long a command waits for others.
#[derive(Clone, Copy, Debug)]
struct Patience {
    /// For an answer of the running server, from the moment when it was reached.
    answer: Duration,
    /// Further tries to have the store, a [`PAUSE`] apart.
    store_tries: u32,
}

/// Twice as long as a server lets a request take by default, and five seconds for whoever has the store.
const PATIENCE: Patience = Patience { answer: Duration::from_secs(60), store_tries: 100 };

/// For what looks at every row of a store, which may be of years.
const LONG: Patience = Patience { answer: Duration::from_hours(1), store_tries: 100 };

/// A command that has the store is done in about as long.
const PAUSE: Duration = Duration::from_millis(50);

/// A call of the server's own interface.
#[derive(Clone, Debug)]
pub(super) struct AdminCall {
    method: Method,
    path: String,
    content_type: &'static str,
    accept: &'static str,
    patience: Patience,
    /// There may be a password in it.
    body: Zeroizing<Vec<u8>>,
}

impl AdminCall {
    fn new(method: Method, path: &str) -> Self {
        let (path, accept) = (path.to_owned(), "application/json");
        let body = Zeroizing::default();
        Self { method, path, content_type: "", accept, patience: PATIENCE, body }
    }

    pub(super) fn get(path: &str) -> Self {
        Self::new(Method::GET, path)
    }

    pub(super) fn post(path: &str) -> Self {
        Self::new(Method::POST, path)
    }

    pub(super) fn delete(path: &str) -> Self {
        Self::new(Method::DELETE, path)
    }

    pub(super) fn post_json(path: &str, body: &serde_json::Value) -> Self {
        Self::post(path).json(body)
    }

    pub(super) fn patch_json(path: &str, body: &serde_json::Value) -> Self {
        Self::new(Method::PATCH, path).json(body)
    }

    pub(super) fn post_file(path: &str, body: Vec<u8>) -> Self {
        Self { content_type: "application/octet-stream", body: body.into(), ..Self::post(path) }
    }

    pub(super) fn post_csv(path: &str, body: Vec<u8>) -> Self {
        Self { content_type: "text/csv", body: body.into(), ..Self::post(path) }
    }

    /// JSON that holds a secret, as it is.
    pub(super) fn post_secret(path: &str, json: String) -> Self {
        let body = json.into_bytes().into();
        Self { content_type: "application/json", body, ..Self::post(path) }
    }

    fn json(self, body: &serde_json::Value) -> Self {
        let body = body.to_string().into_bytes().into();
        Self { content_type: "application/json", body, ..self }
    }

    /// Adds a value to the query, where there is one.
    pub(super) fn with(mut self, name: &str, value: Option<impl Display>) -> Self {
        if let Some(value) = value {
            self.path.push(if self.path.contains('?') { '&' } else { '?' });
            let pair = form_urlencoded::Serializer::new(String::new())
                .append_pair(name, &value.to_string())
                .finish();
            self.path.push_str(&pair);
        }
        self
    }

    /// Waits long for its answer: every row of the store is looked at for it.
    pub(super) fn patient(self) -> Self {
        Self { patience: LONG, ..self }
    }

    /// Has it done by the server that has the data directory, or in its place.
    pub(super) fn send<T: DeserializeOwned>(self, data: &DataDir) -> Result<T, Failure> {
        let patience = self.patience;
        small_runtime()?.block_on(async {
            match reach(data, patience.store_tries).await? {
                Reached::Server(stream) => {
                    let answer = async { answer::value(self.over(stream).await?).await };
                    let answer = tokio::time::timeout(patience.answer, answer).await;
                    answer.unwrap_or_else(|_| Err(silent(patience.answer)))
                }
                Reached::Store(store) => self.in_process(*store, data).await,
            }
        })
    }

    /// Has it done, and tells of each step of the work while it goes on.
    pub(super) fn send_watched<T: DeserializeOwned>(
        mut self,
        data: &DataDir,
        watch: &mut dyn FnMut(Step),
    ) -> Result<T, Failure> {
        self.accept = "application/x-ndjson, application/json";
        let patience = self.patience;
        small_runtime()?.block_on(async {
            match reach(data, patience.store_tries).await? {
                Reached::Server(stream) => {
                    let response = tokio::time::timeout(patience.answer, self.over(stream)).await;
                    let response = response.unwrap_or_else(|_| Err(silent(patience.answer)))?;
                    answer::watched(response, patience.answer, watch).await
                }
                Reached::Store(store) => {
                    let state = state_over(*store, data)?;
                    let response = self.in_app(app(state.clone())).await?;
                    let result = answer::watched(response, patience.answer, watch).await;
                    state.writer().stop().await;
                    result
                }
            }
        })
    }

    /// Has it done, and writes the lines of its answer to standard output as they come.
    pub(super) fn print_lines(mut self, data: &DataDir) -> Result<(), Failure> {
        self.accept = "application/x-ndjson";
        self.pass_on(data, print_bytes)
    }

    /// Has it done, and passes its answer on as it comes, however long it is.
    pub(super) fn pass_on(
        self,
        data: &DataDir,
        take: impl FnMut(&[u8]) -> Result<(), Failure>,
    ) -> Result<(), Failure> {
        let patience = self.patience;
        small_runtime()?.block_on(async {
            match reach(data, patience.store_tries).await? {
                Reached::Server(stream) => {
                    let response = tokio::time::timeout(patience.answer, self.over(stream)).await;
                    let response = response.unwrap_or_else(|_| Err(silent(patience.answer)))?;
                    answer::pieces(response, patience.answer, take).await
                }
                Reached::Store(store) => {
                    let state = state_over(*store, data)?;
                    let response = self.in_app(app(state.clone())).await?;
                    let taken = answer::pieces(response, patience.answer, take).await;
                    state.writer().stop().await;
                    taken
                }
            }
        })
    }

    /// Has it done by the server that runs; `None` where none does.
    pub(super) fn send_to_running<T: DeserializeOwned>(
        self,
        data: &DataDir,
    ) -> Result<Option<T>, Failure> {
        let patience = self.patience;
        small_runtime()?.block_on(async {
            let Some(stream) = knock(data).await? else { return Ok(None) };
            let answer = async { answer::value(self.over(stream).await?).await };
            let answer = tokio::time::timeout(patience.answer, answer).await;
            answer.unwrap_or_else(|_| Err(silent(patience.answer))).map(Some)
        })
    }

    /// Has it done here, in a data directory that no other process knows of yet.
    pub(super) fn send_alone<T: DeserializeOwned>(self, data: &DataDir) -> Result<T, Failure> {
        let store = RedbStore::open(&data.store()).map_err(|error| store_failure(&error))?;
        small_runtime()?.block_on(self.in_process(store, data))
    }

    /// Has it done by an app in this process.
    pub(super) async fn through<T: DeserializeOwned>(self, app: App) -> Result<T, Failure> {
        answer::value(self.in_app(app).await?).await
    }

    async fn in_app(self, app: App) -> Result<Response<Body>, Failure> {
        let Ok(response) = open_admin_door(app).oneshot(self.request()?).await;
        Ok(response)
    }

    async fn over(self, stream: UnixStream) -> Result<Response<Incoming>, Failure> {
        let request = self.request()?;
        let (mut sender, connection) =
            http1::handshake(TokioIo::new(stream)).await.map_err(|error| broken(&error))?;
        // It ends with the runtime, when the answer was read.
        tokio::spawn(connection);
        sender.send_request(request).await.map_err(|error| broken(&error))
    }

    async fn in_process<T: DeserializeOwned>(
        self,
        store: RedbStore,
        data: &DataDir,
    ) -> Result<T, Failure> {
        let state = state_over(store, data)?;
        let answer = self.through(app(state.clone())).await;
        state.writer().stop().await;
        answer
    }

    fn request(self) -> Result<Request<Body>, Failure> {
        let request = Request::builder()
            .method(self.method)
            .uri(self.path)
            .header(header::HOST, HeaderValue::from_static("localhost"))
            .header(header::ACCEPT, HeaderValue::from_static(self.accept))
            .header(header::CONTENT_TYPE, HeaderValue::from_static(self.content_type));
        request
            .body(Body::from(Bytes::from_owner(self.body)))
            .map_err(|error| Failure::usage(format!("the call cannot be written: {error}")))
    }
}

/// The text as one segment of a path.
pub(super) fn segment(text: &str) -> String {
    let form: String = form_urlencoded::byte_serialize(text.as_bytes()).collect();
    // A form writes a space as a plus sign, and a path does not; a plus sign itself is escaped in both.
    form.replace('+', "%20")
}

/// A server in this process, for one call.
fn state_over(store: RedbStore, data: &DataDir) -> Result<AppState, Failure> {
    // No browser comes this way: the address is the one that a server would print on invitations.
    let settings = data.settings()?;
    let public = settings.public_origin(settings.listen.port());
    AppState::over(store, data, Config::new(settings, public), system())
}

/// Who does what is asked for.
enum Reached {
    /// The server that runs.
    Server(UnixStream),
    /// This process: no server runs, and now nobody else has the store.
    Store(Box<RedbStore>),
}

/// Finds a server, or takes its place. Another command, or a server on its way up or down, has the
/// store for a moment without answering: it is waited for.
async fn reach(data: &DataDir, store_tries: u32) -> Result<Reached, Failure> {
    let mut tries_left = store_tries;
    loop {
        if let Some(stream) = knock(data).await? {
            return Ok(Reached::Server(stream));
        }
        match RedbStore::open(&data.store()) {
            Err(StoreError::InUse(_)) if tries_left > 0 => tries_left -= 1,
            Err(error) => return Err(store_failure(&error)),
            Ok(store) => return Ok(Reached::Store(Box::new(store))),
        }
        tokio::time::sleep(PAUSE).await;
    }
}

/// The server that runs, if one does.
async fn knock(data: &DataDir) -> Result<Option<UnixStream>, Failure> {
    match UnixStream::connect(data.socket()).await {
        Ok(stream) => Ok(Some(stream)),
        Err(error) if is_stopped(&error) => Ok(None),
        Err(error) if error.kind() == io::ErrorKind::InvalidInput => {
            Err(data_dir::too_long(&data.socket()))
        }
        Err(error) => Err(unreachable_server(&error)),
    }
}

/// There is no socket, or one that a server which was killed left behind.
fn is_stopped(error: &io::Error) -> bool {
    matches!(error.kind(), io::ErrorKind::NotFound | io::ErrorKind::ConnectionRefused)
}

fn unreachable_server(error: &io::Error) -> Failure {
    Failure::usage(format!("the running server cannot be reached: {error}"))
        .mend("run this as the user that the server runs as")
}

fn silent(patience: Duration) -> Failure {
    let secs = patience.as_secs();
    Failure::usage(format!("the running server did not answer for {secs} seconds"))
        .mend("see the server's log; where it hangs or was halted, start it again")
}

fn broken(error: &hyper::Error) -> Failure {
    Failure::usage(format!("the running server did not answer: {error}"))
        .mend("run this as the user that the server runs as, and see the server's log")
}

#[cfg(test)]
mod tests {
    use std::os::unix::net::UnixListener;

    use serde_json::Value;

    use super::*;
    use crate::command::tests::data_dir;
    use crate::http::paths;

    #[track_caller]
    fn message(data: &DataDir, patience: Patience) -> String {
        let failed = AdminCall { patience, ..AdminCall::get(paths::LICENCE) }.send::<Value>(data);
        failed.unwrap_err().report().unwrap().message.clone()
    }

    #[test]
    fn a_server_that_does_not_answer_is_not_waited_for_without_end() {
        let (_folder, _path, data) = data_dir();
        // The system lets callers in although nobody comes to the door.
        let _halted = UnixListener::bind(data.socket()).unwrap();
        let patience = Patience { answer: Duration::from_millis(1), store_tries: 0 };
        assert!(message(&data, patience).starts_with("the running server did not answer for"));
    }

    #[test]
    fn whoever_keeps_the_store_is_not_waited_for_without_end() {
        let (_folder, _path, data) = data_dir();
        let _other = RedbStore::open(&data.store()).unwrap();
        let patience = Patience { answer: Duration::ZERO, store_tries: 1 };
        assert!(message(&data, patience).ends_with("is in use by another process"));
    }
}
