//! What whoever comes from outside meets at the server's public address: this server, another, or nobody.

use std::time::Duration;

use axum::http::Uri;
use licence_cli::Failure;
use serde_json::Value;

use crate::cli::DoctorArgs;
use crate::command::admin_call::AdminCall;
use crate::command::small_runtime;
use crate::data_dir::DataDir;
use crate::doctor::{Check, Finding};
use crate::listen::tls;
use crate::outgoing::{Remote, Unanswered};

/// Where a server says who it is (RFC 8414).
const METADATA: &str = "/.well-known/oauth-authorization-server";

/// Bytes of that document at most.
const METADATA_BYTES_MAX: usize = 64 * 1024;

/// How long a browser's user would wait.
const PATIENCE: Duration = Duration::from_secs(10);

/// What stands between a browser and the server.
const REMEDY: &str = "look at the name in the DNS, the proxy, the firewall and the certificate; where only this \
                      machine cannot get there, try it from another one";

pub(super) fn check(args: &DoctorArgs, data: &DataDir) -> Check {
    let finding = look(args, data).unwrap_or_else(|failure| Finding::unseen(&failure));
    Check { name: "from outside", finding }
}

fn look(args: &DoctorArgs, data: &DataDir) -> Result<Finding, Failure> {
    let own: Value = AdminCall::get(METADATA).send(data)?;
    let address = own.get("issuer").and_then(Value::as_str).unwrap_or_default().to_owned();
    let url: Uri = format!("{address}{METADATA}")
        .parse()
        .map_err(|_| Failure::usage(format!("`{address}` is no address")))?;
    let remote = Remote::of(&url, || {
        let authority = Some(data.ca_cert()).filter(|path| path.exists());
        let authorities = args.ca.clone().or(authority).or_else(tls::system_authorities);
        tls::connector(&authorities.ok_or_else(tls::no_authorities)?)
    })?;
    let asked =
        small_runtime()?.block_on(async { tokio::time::timeout(PATIENCE, ask(&remote)).await });
    Ok(match asked {
        Ok(Ok(found)) if found.as_ref() == Some(&own) => {
            Finding::Well(format!("the address {address} leads to this server"))
        }
        Ok(Ok(_)) => Finding::mend(
            format!("the address {address} leads to something else than this server"),
            "look at the name in the DNS, and at what the proxy does with `/.well-known/` and `/v1/`",
        ),
        Ok(Err(why)) => Finding::mend(format!("nobody is met at {address}: {why}"), REMEDY),
        Err(_) => {
            let secs = PATIENCE.as_secs();
            Finding::mend(format!("nobody at {address} answers within {secs} seconds"), REMEDY)
        }
    })
}

/// What stands there; `None` where it is not what a server says.
async fn ask(remote: &Remote) -> Result<Option<Value>, Unanswered> {
    let found = remote.fetch(METADATA, METADATA_BYTES_MAX).await?;
    Ok(found.and_then(|bytes| serde_json::from_slice(&bytes).ok()))
}

#[cfg(test)]
mod tests {
    use std::io::{Read as _, Write as _};
    use std::net::TcpListener;
    use std::thread;

    use super::*;
    use crate::command::tests::{data_dir, start_as};
    use crate::config::Origin;

    fn sentence(data: &DataDir) -> (bool, String) {
        let args = DoctorArgs { from_outside: true, ca: None };
        match check(&args, data).finding {
            Finding::Well(sentence) => (true, sentence),
            Finding::Mend { sentence, .. } => (false, sentence),
        }
    }

    /// Answers one request as a server of something else does.
    fn elsewhere() -> (u16, thread::JoinHandle<()>) {
        let door = TcpListener::bind("127.0.0.1:0").unwrap();
        let port = door.local_addr().unwrap().port();
        let answering = thread::spawn(move || {
            let (mut stream, _) = door.accept().unwrap();
            // The request comes in one piece, and nothing in it matters here.
            assert!(stream.read(&mut [0; 4096]).unwrap() > 0);
            stream.write_all(b"HTTP/1.1 200 OK\r\ncontent-length: 2\r\n\r\n{}").unwrap();
        });
        (port, answering)
    }

    #[test]
    fn an_address_that_leads_here_is_told_from_one_that_leads_elsewhere_or_nowhere() {
        let (_folder, _path, data) = data_dir();
        let (server, stop) = start_as(&data, Origin::localhost);
        let (is_well, here) = sentence(&data);
        assert!(is_well, "{here}");
        stop.send(()).unwrap();
        server.join().unwrap();

        let (port, answering) = elsewhere();
        let (server, stop) = start_as(&data, move |_| Origin::localhost(port));
        let (is_well, elsewhere) = sentence(&data);
        assert!(!is_well && elsewhere.contains("something else"), "{elsewhere}");
        answering.join().unwrap();
        let (is_well, nowhere) = sentence(&data);
        assert!(!is_well && nowhere.starts_with("nobody is met"), "{nowhere}");
        stop.send(()).unwrap();
        server.join().unwrap();
    }
}
