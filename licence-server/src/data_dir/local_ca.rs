//! A certificate authority of the server's own, for where no other will vouch for it.
//!
//! Its private key is made here and stays here. It vouches for the hosts that it was made for and for
//! no others, so that whoever steals the key cannot pass for the rest of the world. Certificates
//! under it live in memory alone and are made anew at every start.

use std::path::Path;
use std::time::Duration;

use licence_cli::Failure;
use licence_cli::files::{self, Access, ByteLimit, Source};
use licence_core::UnixTime;
use licence_core::limits::KEY_FILE_BYTES_MAX;
use rcgen::{
    BasicConstraints, CertificateParams, CidrSubnet, DistinguishedName, DnType,
    ExtendedKeyUsagePurpose, GeneralSubtree, IsCa, Issuer, KeyPair, KeyUsagePurpose,
    NameConstraints, PublicKeyData as _, SanType, date_time_ymd,
};
use sha2::{Digest as _, Sha256};
use tokio_rustls::rustls::pki_types::CertificateDer;
use tokio_rustls::rustls::pki_types::pem::PemObject as _;
use zeroize::Zeroizing;

use crate::config::Host;

/// Seconds of a day.
const DAY_SECS: i64 = 86_400;

/// Days that the authority lasts: to have everyone trust another one is work that nobody does often.
const CA_DAYS: i64 = 3650;

/// Days that a certificate lasts: browsers take no more than 398 (Apple: 825 for one's own).
const LEAF_DAYS: i64 = 90;

/// Days that a certificate is good before it was made, for clocks that are behind.
const EARLY_DAYS: i64 = 1;

/// Bytes of a certificate file at most: ten certificates.
pub const CERT_BYTES_MAX: usize = 64 * 1024;

/// The authority.
pub struct LocalCa {
    issuer: Issuer<'static, KeyPair>,
    certificate: CertificateDer<'static>,
}

/// A certificate under the authority, with its private key.
pub struct Issued {
    /// DER.
    pub certificate: Vec<u8>,
    /// PKCS#8 DER.
    pub key: Zeroizing<Vec<u8>>,
    /// From when on it is no good.
    pub until: UnixTime,
}

impl LocalCa {
    /// Makes an authority that vouches for these hosts, and writes its two files.
    ///
    /// # Errors
    /// If there is something at either path, or it cannot be written.
    pub fn create(
        key_path: &Path,
        cert_path: &Path,
        hosts: &[Host],
        now: UnixTime,
    ) -> Result<Self, Failure> {
        let key = KeyPair::generate().map_err(|error| unmade(&error))?;
        let mut params = ca_params(&key);
        params.name_constraints = Some(NameConstraints {
            permitted_subtrees: hosts.iter().map(subtree).collect(),
            excluded_subtrees: Vec::new(),
        });
        last(&mut params, now, CA_DAYS);
        let certificate = params.self_signed(&key).map_err(|error| unmade(&error))?;
        // The key first: a certificate without its key would be trusted for nothing.
        let pem = Zeroizing::new(key.serialize_pem());
        files::create(key_path, pem.as_bytes(), Access::Private)?;
        files::create(cert_path, certificate.pem().as_bytes(), Access::Shared)?;
        Ok(Self { certificate: certificate.der().clone(), issuer: Issuer::new(params, key) })
    }

    /// Reads the authority.
    ///
    /// # Errors
    /// If its files cannot be read, or do not hold a certificate and a key.
    pub fn read(key_path: &Path, cert_path: &Path) -> Result<Self, Failure> {
        let wrong = |path: &Path, what: &str| {
            Failure::malformed(format!("`{}` holds no {what}", path.display())).mend(
                "put it back from a backup, or move tls-ca.key and tls-ca.crt away for new ones",
            )
        };
        let source = Source::File(key_path.to_owned());
        let pem = files::read_text(&source, ByteLimit(KEY_FILE_BYTES_MAX)).map(Zeroizing::new)?;
        let key = KeyPair::from_pem(&pem).map_err(|_| wrong(key_path, "private key"))?;
        let source = Source::File(cert_path.to_owned());
        let pem = files::read(&source, ByteLimit(CERT_BYTES_MAX))?;
        let certificate =
            CertificateDer::from_pem_slice(&pem).map_err(|_| wrong(cert_path, "certificate"))?;
        Ok(Self { issuer: Issuer::new(ca_params(&key), key), certificate })
    }

    /// Makes a certificate for hosts.
    ///
    /// # Errors
    /// If there can be none for them.
    pub fn issue(&self, hosts: &[Host], now: UnixTime) -> Result<Issued, Failure> {
        let key = KeyPair::generate().map_err(|error| unmade(&error))?;
        let names = hosts.iter().map(alt_name).collect::<Result<_, _>>();
        let mut params = CertificateParams::default();
        params.subject_alt_names = names.map_err(|error| unmade(&error))?;
        params.distinguished_name = common_name("licence-server");
        params.key_usages = vec![KeyUsagePurpose::DigitalSignature];
        params.extended_key_usages = vec![ExtendedKeyUsagePurpose::ServerAuth];
        params.use_authority_key_identifier_extension = true;
        let until = last(&mut params, now, LEAF_DAYS);
        let certificate = params.signed_by(&key, &self.issuer).map_err(|error| unmade(&error))?;
        let key = Zeroizing::new(key.serialize_der());
        Ok(Issued { certificate: certificate.der().to_vec(), key, until })
    }

    /// The authority's own certificate, DER.
    #[must_use]
    pub fn certificate(&self) -> &[u8] {
        &self.certificate
    }

    /// SHA-256 of the authority's certificate, as browsers and tools show it: `AB:CD:...`.
    #[must_use]
    pub fn fingerprint(&self) -> String {
        let digest = Sha256::digest(&self.certificate);
        let bytes: Vec<String> = digest.iter().map(|byte| format!("{byte:02X}")).collect();
        bytes.join(":")
    }
}

/// What certificates under the authority take over from it; the same whenever it is read. Its name
/// carries its key's id, so that two of them can be told apart in a browser's list.
fn ca_params(key: &KeyPair) -> CertificateParams {
    let id: String =
        Sha256::digest(key.der_bytes()).iter().take(4).map(|byte| format!("{byte:02x}")).collect();
    let mut params = CertificateParams::default();
    params.distinguished_name = common_name(&format!("licence-server local CA {id}"));
    params.is_ca = IsCa::Ca(BasicConstraints::Constrained(0));
    params.key_usages = vec![KeyUsagePurpose::KeyCertSign, KeyUsagePurpose::CrlSign];
    params
}

fn common_name(name: &str) -> DistinguishedName {
    let mut names = DistinguishedName::new();
    names.push(DnType::CommonName, name);
    names
}

/// Sets from when to when a certificate is good.
fn last(params: &mut CertificateParams, now: UnixTime, days: i64) -> UnixTime {
    let until = now.plus(days * DAY_SECS);
    let at = |time: UnixTime| {
        let secs = u64::try_from(time.secs()).unwrap_or_default();
        date_time_ymd(1970, 1, 1) + Duration::from_secs(secs)
    };
    params.not_before = at(now.plus(-EARLY_DAYS * DAY_SECS));
    params.not_after = at(until);
    until
}

fn alt_name(host: &Host) -> Result<SanType, rcgen::Error> {
    match host {
        Host::Name(name) => name.as_str().try_into().map(SanType::DnsName),
        Host::Address(address) => Ok(SanType::IpAddress(*address)),
    }
}

fn subtree(host: &Host) -> GeneralSubtree {
    match host {
        Host::Name(name) => GeneralSubtree::DnsName(name.clone()),
        Host::Address(address) => {
            let bits = if address.is_ipv4() { 32 } else { 128 };
            GeneralSubtree::IpAddress(CidrSubnet::from_addr_prefix(*address, bits))
        }
    }
}

fn unmade(error: &rcgen::Error) -> Failure {
    Failure::usage(format!("a certificate cannot be made: {error}"))
}
