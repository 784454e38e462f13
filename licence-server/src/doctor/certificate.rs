//! When the certificate ends that browsers are shown, and whether it is the one that they should be shown.

use std::path::Path;
use std::time::Duration;

use der::asn1::{AnyRef, GeneralizedTime, UtcTime};
use der::{Decode as _, Reader as _, SliceReader, Tag, Tagged as _};
use licence_cli::Failure;
use licence_cli::files::{self, ByteLimit, Source};
use licence_core::UnixTime;
use tokio_rustls::rustls::pki_types::CertificateDer;
use tokio_rustls::rustls::pki_types::pem::PemObject as _;

use super::{Check, Finding};
use crate::config::Certificate;
use crate::data_dir::CERT_BYTES_MAX;
use crate::state::AppState;

/// Days before its end from which on another certificate is asked for.
const DAYS_MAX: i64 = 30;

/// The part of its life that may be left, where that is shorter: programs that renew certificates do so when a
/// third is left.
const LIFE_PART: i64 = 4;

const DAY_SECS: i64 = 86_400;

/// From when to when a certificate is good.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
struct Validity {
    from: UnixTime,
    until: UnixTime,
}

/// What whoever speaks TLS with the server is shown.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Presented {
    /// The server's own certificate, DER.
    pub certificate: Vec<u8>,
    /// Why it is still this one: what was wrong with the next one at the last look.
    pub fault: Option<String>,
}

pub(super) fn check(state: &AppState) -> Check {
    let now = state.now();
    let finding = match (&state.config().certificate, state.presented()) {
        (Certificate::None, _) | (_, None) => {
            Ok(Finding::Well("the server speaks no TLS itself".to_owned()))
        }
        (_, Some(Presented { certificate, fault: Some(fault) })) => Ok(kept(&certificate, &fault)),
        (Certificate::File(path), Some(Presented { certificate, fault: None })) => read(path)
            .and_then(|next| {
                let validity = validity(&next, path)?;
                Ok(if next[..] == certificate[..] {
                    of_file(path, validity, now)
                } else {
                    replaced(path, state.config().sweep_period)
                })
            }),
        (Certificate::Own, Some(Presented { fault: None, .. })) => {
            let path = state.data().ca_cert();
            read(&path).and_then(|der| Ok(of_authority(validity(&der, &path)?, now)))
        }
    };
    Check::tried("certificate", finding)
}

/// The next certificate cannot be used. What is served works on until its end, so nobody else notices before.
fn kept(served: &[u8], fault: &str) -> Finding {
    let end = parse(served).map(|it| format!(", which ends on {},", it.until)).unwrap_or_default();
    Finding::mend(
        format!(
            "an old certificate{end} is still served, because the next one cannot be used: {fault}"
        ),
        "mend that: the server looks again by itself, and at once on the signal HUP",
    )
}

/// Another one lies there than is served, and nobody has looked yet.
fn replaced(path: &Path, sweep_period: Duration) -> Finding {
    let (path, secs) = (path.display(), sweep_period.as_secs());
    Finding::mend(
        format!("`{path}` holds another certificate than the one that is served"),
        format!("wait for {secs} seconds until the server looks, or send it the signal HUP"),
    )
}

fn of_file(path: &Path, validity: Validity, now: UnixTime) -> Finding {
    judge("the certificate", validity, now).unwrap_or_else(|sentence| {
        let path = path.display();
        Finding::mend(
            sentence,
            format!("put another one into `{path}`: the server takes it by itself"),
        )
    })
}

/// Certificates under it are made anew in time; what ends is the authority, which every device trusts.
fn of_authority(validity: Validity, now: UnixTime) -> Finding {
    judge("the server's own certificate authority", validity, now).unwrap_or_else(|sentence| {
        Finding::mend(
            sentence,
            "move tls-ca.key and tls-ca.crt out of the data directory, start the server anew, and have \
             its new tls-ca.crt trusted",
        )
    })
}

/// All is well, or the sentence that says why not.
fn judge(what: &str, Validity { from, until }: Validity, now: UnixTime) -> Result<Finding, String> {
    let left_secs = until.since(now);
    if left_secs <= 0 {
        return Err(format!("{what} ended on {until}"));
    }
    let days = left_secs / DAY_SECS;
    if left_secs > (DAYS_MAX * DAY_SECS).min(until.since(from) / LIFE_PART) {
        return Ok(Finding::Well(format!("{what} has {days} days left, until {until}")));
    }
    Err(format!("{what} ends in {days} days, on {until}"))
}

/// The first certificate of a file, which is the server's own.
fn read(path: &Path) -> Result<CertificateDer<'static>, Failure> {
    let pem = files::read(&Source::File(path.to_owned()), ByteLimit(CERT_BYTES_MAX))?;
    CertificateDer::from_pem_slice(&pem).map_err(|_| holds_none(path))
}

fn validity(certificate: &[u8], path: &Path) -> Result<Validity, Failure> {
    parse(certificate).map_err(|_| holds_none(path))
}

fn holds_none(path: &Path) -> Failure {
    Failure::malformed(format!("`{}` holds no certificate", path.display()))
        .mend("give a PEM file: the server's certificate first, then those above it")
}

/// RFC 5280 section 4.1: a certificate begins with what is signed, and that with a version (which the first
/// version leaves out), a serial number, an algorithm, the issuer and the validity.
fn parse(certificate: &[u8]) -> der::Result<Validity> {
    let mut reader = SliceReader::new(certificate)?;
    let certificate: AnyRef<'_> = reader.decode()?;
    let signed = AnyRef::decode(&mut SliceReader::new(certificate.value())?)?;
    let mut reader = SliceReader::new(signed.value())?;
    let first: AnyRef<'_> = reader.decode()?;
    if first.tag() != Tag::Integer {
        reader.decode::<AnyRef<'_>>()?;
    }
    for _ in ["algorithm", "issuer"] {
        reader.decode::<AnyRef<'_>>()?;
    }
    let validity: AnyRef<'_> = reader.decode()?;
    let mut reader = SliceReader::new(validity.value())?;
    Ok(Validity { from: time(&mut reader)?, until: time(&mut reader)? })
}

fn time(reader: &mut SliceReader<'_>) -> der::Result<UnixTime> {
    let value: AnyRef<'_> = reader.decode()?;
    let since_epoch = if value.tag() == Tag::UtcTime {
        value.decode_as::<UtcTime>()?.to_unix_duration()
    } else {
        value.decode_as::<GeneralizedTime>()?.to_unix_duration()
    };
    Ok(UnixTime::clamp_secs(i64::try_from(since_epoch.as_secs()).unwrap_or(i64::MAX)))
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::data_dir::LocalCa;

    const NOW: UnixTime = UnixTime::MIN.plus(1000 * DAY_SECS);

    fn left(days: i64, life_days: i64) -> Validity {
        let until = NOW.plus(days * DAY_SECS);
        Validity { from: until.plus(-life_days * DAY_SECS), until }
    }

    #[test]
    fn a_certificate_that_ends_soon_is_found_and_one_that_a_program_renews_is_none() {
        for (days, life_days, is_well) in [
            (31, 365, true),
            (30, 365, false),
            (0, 365, false),
            (30, 90, true),
            (22, 90, false),
            (2, 6, true),
        ] {
            let found = of_file(Path::new("cert.pem"), left(days, life_days), NOW);
            assert_eq!(found.is_well(), is_well, "{days} of {life_days}: {found:?}");
        }
    }

    #[test]
    fn the_end_of_a_real_certificate_is_read_and_of_what_is_none_is_not() {
        let folder = tempfile::tempdir().unwrap();
        let path = |name: &str| folder.path().join(name);
        let now = UnixTime::from_date("2026-11-22").unwrap();
        LocalCa::create(&path("ca.key"), &path("ca.crt"), &["localhost".parse().unwrap()], now)
            .unwrap();
        let of = |name: &str| validity(&read(&path(name))?, &path(name));
        let found = of("ca.crt").unwrap();
        assert_eq!(found, Validity { from: now.plus(-DAY_SECS), until: now.plus(3650 * DAY_SECS) });
        assert!(of_authority(found, now).is_well());
        assert!(!of_authority(found, found.until.plus(-29 * DAY_SECS)).is_well());
        of("ca.key").unwrap_err();
        for broken in [&b""[..], b"\x30\x00", b"\x30\x03\x30\x01\x02", &[0x30; 64]] {
            parse(broken).unwrap_err();
        }
    }
}
