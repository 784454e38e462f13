//! `revocations`: the complete list of all that was taken back, signed by a root key.

use licence_cli::{Facts, Failure, Format, clock, output};
use licence_core::armour::{self, Label};
use licence_core::claims::RevocationsClaims;
use licence_core::limits::REVOCATIONS_BYTES_MAX;
use licence_core::{Code, SignedDigest, SignedRevocations};

use crate::books::Books;
use crate::certificate::check_root;
use crate::cli::RevocationsArgs;
use crate::hand_out::{Telling, hand_out};
use crate::issuance::refuse_banned;
use crate::ledger::{Entry, SignedFile};
use crate::signer::Signer;
use crate::vendor_dir::VendorDir;

pub(super) fn run(
    args: &RevocationsArgs,
    vendor: &VendorDir,
    format: Format,
) -> Result<(), Failure> {
    let now = clock::now()?;
    let mut ledger = vendor.ledger_writer()?;
    let root = Signer::open(&args.root, &args.signer)?;
    check_root(vendor.kit(), root.public())?;
    refuse_banned(root.public(), &ledger)?;
    let books = Books::read(&ledger)?;
    let claims = books.next_list(vendor.kit().vendor.clone(), now);
    let text = root.sign(&claims)?;
    check_size(&text)?;
    let file = armour::write(&[(Label::Revocations, text.as_bytes())]);
    SignedRevocations::parse(file.as_bytes(), &vendor.kit().roots)?;
    for revocation in books.not_due(now) {
        output::note(format_args!(
            "note: something is taken back from {} on: sign a list then",
            revocation.due
        ));
    }
    let telling = Telling { facts: facts(&claims), sink: &args.out, format };
    let digest = SignedDigest::of_compact(text.as_bytes());
    let signed = SignedFile { kid: root.public().id(), claims, digest, file: file.clone() };
    hand_out(&file, &Entry::Revocations(signed).into(), &mut ledger, telling)
}

fn check_size(text: &str) -> Result<(), Failure> {
    if text.len() <= REVOCATIONS_BYTES_MAX {
        return Ok(());
    }
    let sentence = format!("the list would be larger than {REVOCATIONS_BYTES_MAX} bytes");
    Err(Failure::coded(Code::TooLarge, sentence)
        .mend("take series back as a whole; have no issuing key sign more than 10,000 licences"))
}

fn facts(claims: &RevocationsClaims) -> Facts {
    Facts::new()
        .with("seq", claims.seq)
        .with_text("made", claims.iat)
        .with("licences", claims.licences.len())
        .with("keys", claims.keys.len())
}
