//! `issue`: a licence for an institute, signed, checked, recorded, handed out.

use licence_cli::files::{self, ByteLimit, Source};
use licence_cli::{Failure, Format, SiteKit, clock, output, rng};
use licence_core::armour::{self, Label};
use licence_core::claims::LicenceClaims;
use licence_core::limits::FILE_BYTES_MAX;
use licence_core::{
    Code, LicenceId, OwnerId, Part, Policy, Refusal, Serial, TestLicences, UnboundLicences,
    UnixTime, UnverifiedLicence,
};

use crate::cli::IssueArgs;
use crate::description;
use crate::grant::{Grant, Identity, Site};
use crate::hand_out::hand_out;
use crate::ledger::{Entry, Signed};
use crate::signer::Signer;
use crate::vendor_dir::VendorDir;

pub(super) fn run(args: &IssueArgs, vendor: &VendorDir, format: Format) -> Result<(), Failure> {
    let now = clock::now()?;
    let kit = vendor.kit();
    let grant = Grant::meant(args, kit, now)?;
    tell_request(&grant);
    let mut ledger = vendor.ledger()?;
    let key = args.key.clone().unwrap_or_else(|| vendor.issuing_key());
    let signer = Signer::open(&key, &args.passphrase)?;
    let certificate = certificate(args, vendor, &signer)?;
    let claims = grant.claims(&new_series(now)?, kit, now);
    let file = licence_file(&signer.sign(&claims)?, certificate.as_deref());
    check(&file, kit, &grant, &claims)?;
    let entry = Entry { kid: signer.public().id(), signed: Signed::from(&claims), file };
    hand_out(&entry, &mut ledger, &args.out, description::licence(&claims), format)
}

/// A licence that renews none: everything that names it is fresh.
fn new_series(now: UnixTime) -> Result<Identity, Failure> {
    Ok(Identity {
        id: LicenceId(rng::uuid(now)?),
        owner: OwnerId(rng::uuid(now)?),
        serial: Serial::from_random(rng::bytes()?),
        revision: 1,
    })
}

/// The signing key's certificate; a root key stands for itself.
fn certificate(
    args: &IssueArgs,
    vendor: &VendorDir,
    signer: &Signer,
) -> Result<Option<Vec<u8>>, Failure> {
    let is_root = vendor.kit().roots.keys().contains(signer.public());
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
        _ => Err(Failure::coded(
            Code::Malformed,
            format!("{file} is no certificate of an issuing key"),
        )
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

/// Judges the file as the institute's server will: what would be refused there is not handed out.
fn check(file: &str, kit: &SiteKit, grant: &Grant, claims: &LicenceClaims) -> Result<(), Failure> {
    let policy = Policy {
        product: Some(grant.product.clone()),
        site: grant.site.key().cloned(),
        unbound: match grant.site {
            Site::Bound(_) => UnboundLicences::Refused,
            Site::Unbound => UnboundLicences::Allowed,
        },
        test: if grant.is_test { TestLicences::Allowed } else { TestLicences::Refused },
        revocations: None,
    };
    let first_day = claims.iat.max(claims.period.nbf());
    let judge = || {
        let signed = UnverifiedLicence::parse(file.as_bytes())?.verify_signatures(&kit.roots)?;
        signed.accept(&policy)?.at(first_day).map(drop)
    };
    judge().map_err(|refusal| useless(&refusal))
}

/// The refusal with the vendor's way to mend it: the verifier's own help is for who receives a file.
fn useless(refusal: &Refusal) -> Failure {
    let help = match refusal.at {
        Part::Issuer => "sign with a key that may: `licence-issuer delegate` makes its certificate",
        Part::Licence => "check that --key, --issuer and the term belong together",
        Part::File | Part::Revocations | Part::Access | Part::Request | Part::Key => {
            "check --issuer: it is the file that `licence-issuer delegate` wrote"
        }
    };
    let code = refusal.code();
    Failure::coded(code, format!("nothing was issued, for a server would say: {refusal}"))
        .mend(help)
}

/// What both ends compare, by telephone or in person: nothing else tells who sent a request.
fn tell_request(grant: &Grant) {
    let Site::Bound(request) = &grant.site else { return };
    let claims = request.claims();
    output::note(format_args!("note: request of `{}`, made {}", claims.institute.name, claims.iat));
    output::note(format_args!(
        "note: fingerprint {}: compare it with the institute",
        claims.site.id()
    ));
    if claims.institute.name != grant.institute.name {
        output::note(format_args!("note: the licence will name `{}`", grant.institute.name));
    }
}
