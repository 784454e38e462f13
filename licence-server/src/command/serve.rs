//! `serve`: the server itself.

use std::io::{self, IsTerminal as _};
use std::net::{SocketAddr, TcpListener};

use licence_cli::{Facts, Failure, Format, output};
use tokio::runtime::Builder;
use tracing_subscriber::EnvFilter;

use super::{need_folder, no_runtime, system};
use crate::cli::ServeArgs;
use crate::config::{Config, Origin};
use crate::data_dir::DataDir;
use crate::listen::{self, Doors};
use crate::state::AppState;

/// The variable that says how much is logged, and of what: `debug`, `licence_server=debug,info`.
const LOG: &str = "LICENCE_LOG";

pub(super) fn run(args: &ServeArgs, data: &DataDir, format: Format) -> Result<(), Failure> {
    args.app.as_deref().map_or(Ok(()), need_folder)?;
    need_public_url(args)?;
    start_log(format);
    let network = bind(args.listen)?;
    let public = match &args.public_url {
        Some(public) => public.clone(),
        None => Origin::localhost(address(&network)?.port()),
    };
    let mut config = Config::new(data.settings()?, public);
    config.app.clone_from(&args.app);
    let state = AppState::open(data, config, system())?;
    serve(state, network, data, format)
}

/// Whoever listens on a network says how browsers get there. Taken for this machine's own address,
/// the server would let passwords and tokens cross that network in the clear.
fn need_public_url(args: &ServeArgs) -> Result<(), Failure> {
    if args.public_url.is_some() || is_loopback(args.listen) {
        return Ok(());
    }
    let sentence = format!("`{}` is reached from a network, at an address not told", args.listen);
    Err(Failure::usage(sentence)
        .mend("give --public-url https://HOST, where a TLS proxy stands before the server"))
}

/// Whether only this machine reaches an address; an IPv4 address may come in IPv6's writing.
pub(super) fn is_loopback(address: SocketAddr) -> bool {
    address.ip().to_canonical().is_loopback()
}

/// Serves until the process is told to stop.
pub(super) fn serve(
    state: AppState,
    network: TcpListener,
    data: &DataDir,
    format: Format,
) -> Result<(), Failure> {
    let runtime = Builder::new_multi_thread().enable_all().build();
    let address = address(&network)?;
    runtime.map_err(|error| no_runtime(&error))?.block_on(async {
        let told_to_stop = listen::told_to_stop()?;
        let doors = Doors::open(network, data)?;
        output::print_bytes(&announcement(&state.config().public, address, format)?)?;
        listen::serve(state, doors, told_to_stop).await
    })
}

/// Where the server is: for browsers, and at which address of this machine, where that is not the
/// same. Whoever asked for a free port learns it from here.
fn announcement(public: &Origin, address: SocketAddr, format: Format) -> Result<Vec<u8>, Failure> {
    match format {
        Format::Text if *public == Origin::localhost(address.port()) => {
            Ok(format!("listening on {public}\n").into_bytes())
        }
        Format::Text => Ok(format!("listening on {address} for {public}\n").into_bytes()),
        Format::Json => Format::json(
            &Facts::new().with_text("public_url", public).with_text("address", address),
        ),
    }
}

pub(super) fn bind(address: SocketAddr) -> Result<TcpListener, Failure> {
    TcpListener::bind(address).map_err(|error| {
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
pub(super) fn start_log(format: Format) {
    let filter = EnvFilter::builder()
        .with_env_var(LOG)
        .with_default_directive(tracing::Level::INFO.into())
        .from_env_lossy();
    let log = tracing_subscriber::fmt()
        .with_env_filter(filter)
        // It would tell of an event that cannot be written by `eprintln!`, which panics there too.
        .log_internal_errors(false)
        .with_writer(io::stderr)
        .with_ansi(io::stderr().is_terminal());
    // An error means that there is a log already, as where tests share a process.
    let _ = match format {
        Format::Text => log.try_init(),
        Format::Json => log.json().try_init(),
    };
}

#[cfg(test)]
mod tests {
    use clap::Parser as _;

    use super::*;
    use crate::cli::{Cli, Verb};

    fn check(words: &str) -> Result<(), Failure> {
        let typed =
            Cli::parse_from(["licence-server", "serve"].into_iter().chain(words.split(' ')));
        let Verb::Serve(args) = &typed.verb else { panic!("{words}") };
        need_public_url(args)
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
