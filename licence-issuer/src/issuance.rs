//! From what is granted to a signed licence that holds.

mod rehearsal;

use licence_cli::files::{self, ByteLimit, Source};
use licence_cli::{Failure, SiteKit, rng};
use licence_core::armour::{self, Label};
use licence_core::limits::FILE_BYTES_MAX;
use licence_core::{
    Code, LicenceId, OwnerId, Part, Policy, PublicKey, Reason, Refusal, Roots, Serial,
    SignedDigest, TestLicences, UnboundLicences, UnixTime, UnverifiedLicence,
};

use crate::cli::SigningArgs;
use crate::grant::{Grant, Identity, Site};
use crate::ledger::{Ledger, Revoked, SignedFile};
use crate::signer::Signer;
use crate::vendor_dir::VendorDir;

/// A key that signs licences, with its certificate.
pub(crate) struct Issuer<'v> {
    kit: &'v SiteKit,
    /// The public half of the key that the licences are to be signed with.
    key: PublicKey,
    /// What signs: that key, or in a rehearsal one that stands in for it.
    signer: Signer,
    /// `None` for a root key, which stands for itself.
    certificate: Option<Vec<u8>>,
    /// The roots to judge by: the kit's, or the one that stands in for them.
    roots: Roots,
}

/// A licence that was signed and is not recorded yet.
pub(crate) type Licence = SignedFile<licence_core::claims::LicenceClaims>;

impl<'v> Issuer<'v> {
    /// Takes the key that was named, else the one of the vendor's folder.
    ///
    /// # Errors
    /// `revoked` where the ledger has banned the key: what it signs now is good nowhere.
    pub(crate) fn open(
        args: &SigningArgs,
        vendor: &'v VendorDir,
        ledger: &Ledger,
    ) -> Result<Self, Failure> {
        let signer = Signer::open(&key_file(args, vendor), &args.signer)?;
        let key = signer.public().clone();
        refuse_banned(&key, ledger)?;
        let certificate = certificate(args, vendor, &key)?;
        let kit = vendor.kit();
        Ok(Self { kit, key, signer, certificate, roots: kit.roots.clone() })
    }

    /// Signs what is granted, and judges the file as the institute's server will: what would be refused
    /// there is not handed out.
    pub(crate) fn issue(
        &self,
        grant: &Grant,
        identity: &Identity,
        now: UnixTime,
    ) -> Result<Licence, Failure> {
        self.refuse_second_role(grant)?;
        let claims = grant.claims(identity, self.kit, now);
        let text = self.signer.sign(&claims)?;
        let file = licence_file(&text, self.certificate.as_deref());
        let first_day = claims.iat.max(claims.period.nbf());
        let judge = || {
            let licence = UnverifiedLicence::parse(file.as_bytes())?;
            licence.accept(&self.roots, &policy(grant))?.at(first_day).map(drop)
        };
        judge().map_err(|refusal| useless(&self.as_signed(refusal)))?;
        let digest = SignedDigest::of_compact(text.as_bytes());
        Ok(Licence { kid: self.signer.public().id(), claims, digest, file })
    }

    /// Refuses a site that holds one of the vendor's keys, as every verifier does, before the key signs
    /// for it.
    fn refuse_second_role(&self, grant: &Grant) -> Result<(), Failure> {
        let is_vendors =
            |key: &&PublicKey| **key == self.key || self.kit.roots.keys().contains(key);
        let Some(key) = grant.site.key().filter(is_vendors) else { return Ok(()) };
        let reason = Reason::UnknownKey { kid: key.id() };
        Err(useless(&Refusal { at: Part::Licence, reason }))
    }
}

/// The file of the key that was named, else of the vendor's folder; of its public half where a command
/// signs.
fn key_file(args: &SigningArgs, vendor: &VendorDir) -> Source {
    args.key.clone().unwrap_or_else(|| match args.signer.signer {
        None => vendor.issuing_key(),
        Some(_) => vendor.issuing_public_key(),
    })
}

/// A licence that renews none: everything that names it is fresh.
pub(crate) fn new_series(owner: OwnerId, now: UnixTime) -> Result<Identity, Failure> {
    Ok(Identity {
        id: LicenceId(rng::uuid(now)?),
        owner,
        serial: Serial::from_random(rng::bytes()?),
        revision: 1,
    })
}

/// Refuses to sign with a key that the ledger has banned.
///
/// # Errors
/// `revoked`: what it signs from now on is good nowhere.
pub(crate) fn refuse_banned(key: &PublicKey, ledger: &Ledger) -> Result<(), Failure> {
    let is_banned = |what: &Revoked| matches!(what, Revoked::Key(kid) if *kid == key.id());
    if ledger.revocations()?.iter().any(|revocation| is_banned(&revocation.entry.what)) {
        return Err(Failure::coded(Code::Revoked, format!("key `{}` was taken back", key.id()))
            .mend(
                "sign with another root key; or make an issuing key with `licence-issuer keygen` and \
                 `licence-issuer delegate`",
            ));
    }
    Ok(())
}

/// The signing key's certificate; a root key stands for itself.
fn certificate(
    args: &SigningArgs,
    vendor: &VendorDir,
    key: &PublicKey,
) -> Result<Option<Vec<u8>>, Failure> {
    let is_root = vendor.kit().roots.keys().contains(key);
    match (&args.issuer, is_root) {
        (None, true) => Ok(None),
        (Some(file), true) => Err(Failure::usage(format!(
            "the key is a root key, and {file} is the certificate of another"
        ))
        .mend("leave out --issuer, or name the issuing key with --key")),
        (Some(file), false) => read_certificate(file).map(Some),
        (None, false) => read_certificate(&vendor.issuing_certificate()).map(Some),
    }
}

/// The compact text in a certificate's file. What it says is judged with the licence.
fn read_certificate(file: &Source) -> Result<Vec<u8>, Failure> {
    let bytes = files::read(file, ByteLimit(FILE_BYTES_MAX))?;
    if !armour::is_armoured(&bytes) {
        return Ok(bytes);
    }
    match armour::parse(&bytes).as_deref() {
        Ok([(Label::IssuerKey, text)]) => Ok(text.clone()),
        _ => Err(Failure::malformed(format!("{file} is no certificate of an issuing key"))
            .mend("name the file that `licence-issuer delegate` wrote")),
    }
}

fn licence_file(licence: &str, certificate: Option<&[u8]>) -> String {
    let licence = (Label::Licence, licence.as_bytes());
    match certificate {
        Some(certificate) => armour::write(&[licence, (Label::IssuerKey, certificate)]),
        None => armour::write(&[licence]),
    }
}

fn policy(grant: &Grant) -> Policy {
    Policy {
        product: Some(grant.product.clone()),
        site: grant.site.key().cloned(),
        unbound: match grant.site {
            Site::Bound(_) | Site::Kept(_) => UnboundLicences::Refused,
            Site::Unbound => UnboundLicences::Allowed,
        },
        test: if grant.is_test { TestLicences::Allowed } else { TestLicences::Refused },
        revocations: None,
    }
}

/// The refusal with the vendor's way to mend it: the verifier's own help is for who receives a file.
fn useless(refusal: &Refusal) -> Failure {
    let help = match refusal.at {
        Part::Issuer => "sign with a key that may: `licence-issuer delegate` makes its certificate",
        Part::Licence => "check that --key, --issuer and the term belong together",
        Part::File
        | Part::Revocations
        | Part::Access
        | Part::Revoked
        | Part::Lease
        | Part::Checkpoint
        | Part::Usage
        | Part::Request
        | Part::Key => "check --issuer: it is the file that `licence-issuer delegate` wrote",
    };
    let code = refusal.code();
    Failure::coded(code, format!("nothing was issued, for a server would say: {refusal}"))
        .mend(help)
}
