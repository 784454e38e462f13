use std::ffi::OsStr;
use std::fs;
use std::net::TcpListener;
use std::os::unix::fs::PermissionsExt as _;
use std::os::unix::net::UnixListener;
use std::path::{Path, PathBuf};
use std::sync::Barrier;
use std::thread;
use std::time::Duration;

use licence_cli::Failure;
use licence_core::{Code, PrivateKey, Product, Roots, Text, UnixTime};
use tempfile::TempDir;
use tokio::sync::oneshot;
use zeroize::Zeroizing;

use super::{refuse_data_dir, system, user};
use crate::config::{Config, Origin, Settings};
use crate::data_dir::{DataDir, NewDataDir, SiteFile};
use crate::http::admin::NewUser;
use crate::listen::{self, Doors};
use crate::rng::testing::SeededRng;
use crate::state::AppState;

mod administration;

pub(super) fn data_dir() -> (TempDir, PathBuf, DataDir) {
    let folder = tempfile::tempdir().unwrap();
    let path = folder.path().join("data");
    let site = |key: &PrivateKey| {
        let roots = Roots::new(vec![key.public().clone()])?;
        SiteFile::new(None, Product::parse("app")?, roots, key.public().id())
    };
    let new = NewDataDir::beside(&path, site, UnixTime::MIN, &SeededRng::new(1)).unwrap();
    new.publish(&path).unwrap();
    let data = DataDir::open(&path).unwrap();
    (folder, path, data)
}

pub(super) fn add(name: &str, data: &DataDir) -> Result<NewUser, Failure> {
    let person = user::NewPerson {
        name: Text::parse(name).unwrap(),
        email: None,
        roles: vec!["admin".to_owned()],
    };
    user::call(&person, &Zeroizing::new("correct horse".to_owned())).send(data)
}

/// A server on a free port, which is stopped when the sender is used.
fn start(data: &DataDir) -> (thread::JoinHandle<()>, oneshot::Sender<()>) {
    start_as(data, |_| Origin::localhost(8080))
}

/// The same for browsers that reach it at an address, which may depend on the port.
pub(super) fn start_as(
    data: &DataDir,
    public: impl FnOnce(u16) -> Origin + Send + 'static,
) -> (thread::JoinHandle<()>, oneshot::Sender<()>) {
    let (stop, stopped) = oneshot::channel();
    let (ready, is_ready) = std::sync::mpsc::channel();
    let data = data.clone();
    let server = thread::spawn(move || {
        let network = TcpListener::bind("127.0.0.1:0").unwrap();
        let public = public(network.local_addr().unwrap().port());
        let config = Config::new(Settings::default(), public);
        let state = AppState::open(&data, config, system()).unwrap();
        tokio::runtime::Builder::new_multi_thread().enable_all().build().unwrap().block_on(async {
            let doors = Doors::open(network, &data).unwrap();
            ready.send(()).unwrap();
            listen::serve(state, doors, async { stopped.await.unwrap() }).await.unwrap();
        });
    });
    is_ready.recv().unwrap();
    (server, stop)
}

#[track_caller]
fn report(failure: &Failure) -> (Option<Code>, String) {
    let report = failure.report().unwrap();
    (report.code, report.message.clone())
}

#[test]
fn a_command_does_and_says_the_same_whether_the_server_runs_or_not() {
    let (_folder, path, data) = data_dir();
    assert_eq!(add("ann", &data).unwrap().user.roles, ["admin"]);
    let stopped = add("ann", &data).unwrap_err();
    assert_eq!(report(&stopped).0, Some(Code::Conflict));

    let (server, stop) = start(&data);
    let socket = path.join("admin.sock");
    assert_eq!(fs::metadata(&socket).unwrap().permissions().mode() & 0o777, 0o600);
    assert_eq!(add("ann", &data).unwrap_err(), stopped);
    assert_eq!(add("bob", &data).unwrap().user.roles, ["admin"]);

    stop.send(()).unwrap();
    server.join().unwrap();
    assert!(!socket.exists(), "it goes with the server");
    assert_eq!(report(&add("bob", &data).unwrap_err()).0, Some(Code::Conflict));
}

#[test]
fn a_socket_that_a_killed_server_left_is_in_nobodys_way() {
    let (_folder, path, data) = data_dir();
    drop(UnixListener::bind(path.join("admin.sock")).unwrap());
    add("ann", &data).unwrap();
    let (server, stop) = start(&data);
    add("bob", &data).unwrap();
    stop.send(()).unwrap();
    server.join().unwrap();
}

#[test]
fn a_data_directory_has_one_server() {
    let (_folder, _path, data) = data_dir();
    let (server, stop) = start(&data);
    let config = Config::new(Settings::default(), Origin::localhost(8080));
    let second = AppState::open(&data, config, system()).err().unwrap();
    assert!(report(&second).1.ends_with("is in use by another process"), "{second:?}");
    stop.send(()).unwrap();
    server.join().unwrap();
}

/// It was once left running, refusing everything, until someone looked.
#[test]
fn a_server_whose_store_failed_ends_with_a_failure() {
    let (_folder, _path, data) = data_dir();
    let config = Config::new(Settings::default(), Origin::localhost(8080));
    let state = AppState::open(&data, config, system()).unwrap();
    let network = TcpListener::bind("127.0.0.1:0").unwrap();
    let end = tokio::runtime::Runtime::new().unwrap().block_on(async {
        let doors = Doors::open(network, &data).unwrap();
        // The writer ends for either reason, and nobody told the server to stop.
        state.writer().stop().await;
        let serving = listen::serve(state, doors, std::future::pending());
        tokio::time::timeout(Duration::from_secs(60), serving).await
    });
    let failure = end.expect("it serves on").unwrap_err();
    assert_eq!(failure.report().unwrap().exit, licence_core::Exit::Failed);
}

/// All but one of them were once told to stop the others.
#[test]
fn commands_given_at_once_are_done_one_after_another() {
    let (_folder, _path, data) = data_dir();
    let together = Barrier::new(4);
    thread::scope(|scope| {
        for name in ["ann", "bob", "eve", "kim"] {
            let (data, together) = (&data, &together);
            scope.spawn(move || {
                together.wait();
                add(name, data).unwrap();
            });
        }
    });
}

#[test]
fn a_throw_away_site_takes_no_data_directory() {
    let (site, other) = (Path::new("site"), OsStr::new("other"));
    refuse_data_dir(Some(site), None).unwrap_err();
    refuse_data_dir(Some(site), Some(other)).unwrap_err();
    refuse_data_dir(Some(site), Some(site.as_os_str())).unwrap();
    refuse_data_dir(None, None).unwrap();
}
