//! `serve`: the server itself.

use std::env;
use std::io::{self, IsTerminal as _};
use std::net::{SocketAddr, TcpListener};

use licence_cli::{Facts, Failure, Format, files, output};
use licence_core::Code;
use rustix::net::listen as let_wait;
use tokio::runtime::Builder;
use tracing_subscriber::EnvFilter;

use super::{need_folder, no_runtime, system, tls};
use crate::cli::ServeArgs;
use crate::config::{Config, LogFilter, LogFormat, Origin, Settings, Transport};
use crate::data_dir::DataDir;
use crate::listen::tls::Tls;
use crate::listen::{self, Doors};
use crate::state::{AppState, store_failure};
use crate::webhook::Courier;

/// The variable that says how much is logged, and of what: `debug`, `licence_server=debug,info`.
const LOG: &str = "LICENCE_LOG";

/// How many connections may wait to be let in: a whole institute comes at eight, and as many is what
/// Linux allows by itself (`somaxconn`).
const WAITING_MAX: i32 = 4096;

pub(super) fn run(args: &ServeArgs, data: &DataDir, format: Format) -> Result<(), Failure> {
    let settings = overlaid(data.settings()?, args);
    settings.app.as_deref().map_or(Ok(()), need_folder)?;
    need_public_url(&settings, settings.is_tls())?;
    start_log(&settings, format);
    let network = bind(settings.listen)?;
    let port = address(&network)?.port();
    let public = settings.public_origin(port);
    let tls = tls::open(&settings, &public, data)?;
    let config = Config::new(settings, public);
    let courier = config.hook.as_ref().map(Courier::open).transpose()?;
    let state = AppState::open(data, config, system())?;
    refuse_retired(&state)?;
    // A restore that was killed left the site's keys there.
    files::sweep_beside(data.path());
    serve(state, network, tls, courier, data, format)
}

/// The site goes on where its final backup was restored. Served here as well, it would have twice its seats.
fn refuse_retired(state: &AppState) -> Result<(), Failure> {
    let Some(since) = state.mirror().site().retired else { return Ok(()) };
    Err(Failure::coded(
        Code::Retired,
        format!("this site was moved away on {since} with `backup --final`"),
    )
    .mend("serve it where the backup was restored; to have it here again, restore that backup into a new directory"))
}

/// What was typed goes before what was set.
fn overlaid(mut settings: Settings, args: &ServeArgs) -> Settings {
    if let Some(listen) = args.listen {
        settings.listen = listen;
    }
    if args.public_url.is_some() {
        settings.public_url.clone_from(&args.public_url);
    }
    if args.app.is_some() {
        settings.app.clone_from(&args.app);
    }
    if args.tls_cert.is_some() || args.tls_self {
        settings.tls_cert.clone_from(&args.tls_cert);
        settings.tls_key.clone_from(&args.tls_key);
        settings.tls_self = args.tls_self;
    }
    settings.tls_names.extend(args.tls_names.iter().cloned());
    settings
}

/// Whoever listens on a network says how browsers get there. Taken for this machine's own address,
/// the server would let passwords and tokens cross that network in the clear.
fn need_public_url(settings: &Settings, is_tls: bool) -> Result<(), Failure> {
    match &settings.public_url {
        None if is_loopback(settings.listen) => Ok(()),
        None => {
            let address = settings.listen;
            let sentence = format!("`{address}` is reached from a network, at an address not told");
            Err(Failure::usage(sentence).mend(
                "give --public-url https://HOST, with --tls-self, --tls-cert or a TLS proxy before \
                 the server",
            ))
        }
        Some(public) if is_tls && public.transport() != Transport::Tls => {
            Err(Failure::usage(format!("the server speaks TLS, and `{public}` is plain http"))
                .mend("give --public-url https://HOST"))
        }
        Some(_) => Ok(()),
    }
}

/// Whether only this machine reaches an address; an IPv4 address may come in IPv6's writing.
pub(super) fn is_loopback(address: SocketAddr) -> bool {
    address.ip().to_canonical().is_loopback()
}

/// Serves until the process is told to stop.
pub(super) fn serve(
    state: AppState,
    network: TcpListener,
    tls: Option<Tls>,
    courier: Option<Courier>,
    data: &DataDir,
    format: Format,
) -> Result<(), Failure> {
    state.level_passwords().map_err(|error| store_failure(&error))?;
    let runtime = Builder::new_multi_thread().enable_all().build();
    let address = address(&network)?;
    let runtime = runtime.map_err(|error| no_runtime(&error))?;
    let end = runtime.block_on(async {
        let told_to_stop = listen::told_to_stop()?;
        let metrics = state.config().metrics_listen;
        let doors = Doors::open(network, data)?.with_tls(tls).with_metrics(metrics).await?;
        output::print_bytes(&announcement(&state.config().public, address, format)?)?;
        // It ends with the runtime, and what it did not send is told again after the next start.
        courier.map(|courier| tokio::spawn(courier.run(state.clone())));
        listen::serve(state, doors, told_to_stop).await
    });
    // The store is closed. What is left waits for a disk or a name server, perhaps for ever.
    runtime.shutdown_background();
    end
}

/// Where the server is: for browsers, and at which address of this machine, where that is not the
/// same. Whoever asked for a free port learns it from here.
fn announcement(public: &Origin, address: SocketAddr, format: Format) -> Result<Vec<u8>, Failure> {
    match format {
        Format::Text if is_own(public, address.port()) => {
            Ok(format!("listening on {public}\n").into_bytes())
        }
        Format::Text => Ok(format!("listening on {address} for {public}\n").into_bytes()),
        Format::Json => Format::json(
            &Facts::new().with_text("public_url", public).with_text("address", address),
        ),
    }
}

/// Whether it is this machine's own address, which people know the port of.
fn is_own(public: &Origin, port: u16) -> bool {
    *public == Origin::localhost(port) || *public == Origin::localhost_over_tls(port)
}

pub(super) fn bind(address: SocketAddr) -> Result<TcpListener, Failure> {
    let listening = TcpListener::bind(address);
    // std has 128 wait at most, and the system drops whoever comes then.
    let listening = listening.and_then(|door| Ok(let_wait(&door, WAITING_MAX).map(|()| door)?));
    listening.map_err(|error| {
        let help = if error.kind() == io::ErrorKind::AddrInUse {
            "another program listens there: stop it, or choose another port"
        } else if error.kind() == io::ErrorKind::PermissionDenied {
            "ports below 1024 belong to root: choose another"
        } else {
            "choose an address of this machine"
        };
        Failure::usage(format!("`{address}` cannot be listened on: {error}")).mend(help)
    })
}

pub(super) fn address(listener: &TcpListener) -> Result<SocketAddr, Failure> {
    let address = listener.local_addr();
    address.map_err(|error| Failure::usage(format!("the port cannot be found out: {error}")))
}

/// Events go to standard error, as lines or as JSON.
pub(super) fn start_log(settings: &Settings, format: Format) {
    let typed = env::var(LOG).ok().and_then(|text| LogFilter::parse(&text));
    let filter = typed.as_ref().unwrap_or(&settings.log_level);
    let log = tracing_subscriber::fmt()
        .with_env_filter(EnvFilter::new(filter.as_str()))
        // It would tell of an event that cannot be written by `eprintln!`, which panics there too.
        .log_internal_errors(false)
        .with_writer(io::stderr)
        .with_ansi(io::stderr().is_terminal());
    let is_json = format == Format::Json || settings.log_format == LogFormat::Json;
    // An error means that there is a log already, as where tests share a process.
    let _ = if is_json { log.json().try_init() } else { log.try_init() };
}

#[cfg(test)]
mod tests {
    use std::net::TcpStream;
    use std::time::Duration;

    use clap::Parser as _;

    use super::*;
    use crate::cli::{Cli, Verb};

    fn check(words: &str) -> Result<(), Failure> {
        let typed =
            Cli::parse_from(["licence-server", "serve"].into_iter().chain(words.split(' ')));
        let Verb::Serve(args) = &typed.verb else { panic!("{words}") };
        let settings = overlaid(Settings::default(), args);
        let is_tls = settings.tls_self;
        need_public_url(&settings, is_tls)
    }

    #[test]
    fn a_server_on_a_network_is_told_how_browsers_reach_it() {
        for address in ["0.0.0.0:8080", "[::]:8080", "192.168.1.5:0", "[::ffff:10.0.0.1]:80"] {
            let failure = check(&format!("--listen {address}")).unwrap_err();
            let help = failure.report().unwrap().help.clone().unwrap();
            assert!(help.contains("--public-url"), "{help}");
            check(&format!("--listen {address} --public-url https://seats.example.org")).unwrap();
        }
        for address in ["127.0.0.1:8080", "127.9.9.9:0", "[::1]:8080", "[::ffff:127.0.0.1]:80"] {
            check(&format!("--listen {address}")).unwrap();
        }
    }

    /// Once a crowd of clients was cut off: more than 128 waited to be let in, and the system forgot them.
    #[test]
    fn a_crowd_may_wait_at_the_door() {
        let door = bind("127.0.0.1:0".parse().unwrap()).unwrap();
        let address = door.local_addr().unwrap();
        let connect = || TcpStream::connect_timeout(&address, Duration::from_secs(10));
        let waiting: Vec<_> = (0..500).map(|_| connect().unwrap()).collect();
        assert_eq!(waiting.len(), 500);
    }

    #[test]
    fn a_server_that_speaks_tls_is_reached_by_tls() {
        check("--tls-self --public-url http://seats.lan").unwrap_err();
        check("--tls-self --public-url https://seats.lan").unwrap();
        check("--tls-self").unwrap();
    }

    #[test]
    fn what_was_typed_goes_before_what_was_set() {
        let set = "listen = '127.0.0.1:1'\ntls_cert = 'a'\ntls_key = 'b'\ntls_names = ['one']";
        let typed = ["licence-server", "serve", "--tls-self", "--tls-name", "two"];
        let typed = Cli::parse_from(typed);
        let Verb::Serve(args) = &typed.verb else { panic!("not serve") };
        let settings = overlaid(Settings::parse(set).unwrap(), args);
        assert_eq!(settings.listen.port(), 1);
        assert!(settings.tls_self && settings.tls_cert.is_none() && settings.tls_key.is_none());
        assert_eq!(settings.tls_names.len(), 2);
    }

    #[track_caller]
    fn announced(public: &str, address: &str, format: Format) -> String {
        let public = public.parse().unwrap();
        let bytes = announcement(&public, address.parse().unwrap(), format).unwrap();
        String::from_utf8(bytes).unwrap()
    }

    #[test]
    fn where_the_server_is_is_told_with_its_port() {
        let here = announced("http://localhost:8080", "127.0.0.1:8080", Format::Text);
        assert_eq!(here, "listening on http://localhost:8080\n");
        let behind = announced("https://seats.example.org", "127.0.0.1:34567", Format::Text);
        assert_eq!(behind, "listening on 127.0.0.1:34567 for https://seats.example.org\n");
    }

    #[test]
    fn a_script_is_told_in_json() {
        let told = announced("https://seats.example.org", "127.0.0.1:34567", Format::Json);
        let told: serde_json::Value = serde_json::from_str(&told).unwrap();
        assert_eq!(told["public_url"], "https://seats.example.org");
        assert_eq!(told["address"], "127.0.0.1:34567");
    }
}
