//! TLS as it was asked for on the command line and in the settings.

use std::fmt::Write as _;
use std::net::{Ipv4Addr, Ipv6Addr};
use std::path::Path;

use licence_cli::{Failure, clock, output};

use crate::config::{Host, Origin, Settings};
use crate::data_dir::{DataDir, LocalCa};
use crate::listen::tls::Tls;

/// What speaks TLS; `None` where plain http was asked for.
pub(super) fn open(
    settings: &Settings,
    public: &Origin,
    data: &DataDir,
) -> Result<Option<Tls>, Failure> {
    if let (Some(cert), Some(key)) = (&settings.tls_cert, &settings.tls_key) {
        return Tls::of_files(cert.clone(), key.clone()).map(Some);
    }
    if !settings.tls_self {
        return Ok(None);
    }
    let hosts = hosts(&settings.tls_names, Some(public));
    let is_new = !data.ca_cert().exists();
    let ca = data.local_ca(&hosts, clock::now()?)?;
    if is_new {
        output::note(how_to_trust(&ca, &data.ca_cert()));
    } else {
        tracing::info!(
            fingerprint = ca.fingerprint(),
            "certificates are of the server's own making"
        );
    }
    Tls::own(ca, hosts, clock::now()?).map(Some)
}

/// Every host that certificates of one's own are for: this machine, the server's public name, and
/// whatever else was named.
pub(super) fn hosts(named: &[Host], public: Option<&Origin>) -> Vec<Host> {
    let mut hosts = vec![
        Host::Name("localhost".to_owned()),
        Host::Address(Ipv4Addr::LOCALHOST.into()),
        Host::Address(Ipv6Addr::LOCALHOST.into()),
    ];
    let public = public.and_then(|public| public.host().parse().ok());
    for host in public.iter().chain(named) {
        if !hosts.contains(host) {
            hosts.push(host.clone());
        }
    }
    hosts
}

/// What people do with the authority's certificate, once.
pub(super) fn how_to_trust(ca: &LocalCa, path: &Path) -> String {
    let (path, print) = (path.display(), ca.fingerprint());
    let mut text = format!(
        "certificate authority  {path}\nSHA-256 fingerprint    {print}\n\n\
         Every device must be told once to trust it. Bring the file there, compare the fingerprint, and:\n"
    );
    let ways = [
        (
            "Debian, Ubuntu",
            "sudo cp tls-ca.crt /usr/local/share/ca-certificates/licence-server.crt && \
             sudo update-ca-certificates",
        ),
        ("Fedora, RHEL", "sudo trust anchor tls-ca.crt"),
        (
            "macOS",
            "sudo security add-trusted-cert -d -r trustRoot -k \
             /Library/Keychains/System.keychain tls-ca.crt",
        ),
        ("Windows", "certutil -addstore -f Root tls-ca.crt (as administrator)"),
        ("Firefox", "Settings, Certificates, View Certificates, Authorities, Import"),
        (
            "Chromium on Linux",
            "certutil -d sql:$HOME/.pki/nssdb -A -t C,, -n licence-server -i tls-ca.crt",
        ),
    ];
    for (system, way) in ways {
        // A string takes whatever is written to it.
        let _ = writeln!(text, "  {system:<17}  {way}");
    }
    text
}
