//! `init`: a vendor's folder, complete or not at all.

use std::path::Path;

use licence_cli::files::{self, Access, StagedFolder};
use licence_cli::passphrase::Passphrase;
use licence_cli::{Facts, Failure, Format, SiteKit, clock, output};
use licence_core::UnixTime;

use crate::certificate::{Certificate, Delegation};
use crate::cli::InitArgs;
use crate::key_pair::KeyPair;
use crate::ledger::{Entry, LedgerWriter};
use crate::trust;
use crate::value::Days;
use crate::vendor_dir::{ISSUING_CERTIFICATE, ISSUING_KEY, LEDGER, ROOT_KEY, SITE_KIT, SPARE_KEY};

/// For how long the first issuing key may sign. Its file is in daily use, so it should be replaced
/// before it is forgotten who has a copy.
const ISSUING_DAYS: Days = Days::constant::<1095>();

pub(super) fn run(args: &InitArgs, format: Format) -> Result<(), Failure> {
    let staged = StagedFolder::beside(&args.dir)?;
    let passphrase = args.passphrase.choose()?;
    let keys = Keys::draw()?;
    keys.write(staged.path(), passphrase.as_ref())?;
    let facts = keys.facts(args);
    let certificate = fill(args, keys, staged.path(), clock::now()?)?;
    staged.publish(&args.dir)?;
    format.print(&facts.with_text("issuing_until", certificate.claims.exp))?;
    output::note(format_args!(
        "note: keep {ROOT_KEY} and {SPARE_KEY} off this machine, in two places: only `delegate` needs one"
    ));
    Ok(())
}

struct Keys {
    root: KeyPair,
    spare: KeyPair,
    issuing: KeyPair,
}

impl Keys {
    fn draw() -> Result<Self, Failure> {
        Ok(Self { root: KeyPair::draw()?, spare: KeyPair::draw()?, issuing: KeyPair::draw()? })
    }

    fn write(&self, dir: &Path, passphrase: Option<&Passphrase>) -> Result<(), Failure> {
        self.root.write(&dir.join(ROOT_KEY), passphrase)?;
        self.spare.write(&dir.join(SPARE_KEY), passphrase)?;
        self.issuing.write(&dir.join(ISSUING_KEY), passphrase)
    }

    fn kit(&self, args: &InitArgs) -> Result<SiteKit, Failure> {
        Ok(SiteKit {
            vendor: args.vendor.clone(),
            product: args.product.clone(),
            roots: trust::roots(vec![self.root.public().clone(), self.spare.public().clone()])?,
        })
    }

    fn facts(&self, args: &InitArgs) -> Facts {
        Facts::new()
            .with_text("vendor_dir", args.dir.display())
            .with_text("vendor", &args.vendor)
            .with_text("product", &args.product)
            .with_text("root_key", self.root.public().id())
            .with_text("spare_key", self.spare.public().id())
            .with_text("issuing_key", self.issuing.public().id())
    }
}

/// Everything in the folder but the keys: kit, certificate, and the ledger that records it.
fn fill(args: &InitArgs, keys: Keys, dir: &Path, now: UnixTime) -> Result<Certificate, Failure> {
    let kit = keys.kit(args)?;
    files::create(&dir.join(SITE_KIT), kit.to_json().as_bytes(), Access::Shared)?;
    let delegation = Delegation {
        key: keys.issuing.public().clone(),
        days: ISSUING_DAYS,
        products: vec![args.product.clone()],
        seats_max: None,
    };
    let certificate = Certificate::sign(delegation, &kit, &keys.root.into(), now)?;
    let entry = Entry::IssuingKey(certificate.clone());
    LedgerWriter::create(&dir.join(LEDGER))?.record(&entry.into())?;
    let file = certificate.file.as_bytes();
    files::create(&dir.join(ISSUING_CERTIFICATE), file, Access::Shared)?;
    Ok(certificate)
}
