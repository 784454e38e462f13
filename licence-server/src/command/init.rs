//! `init`: a data directory.

use std::path::Path;

use licence_cli::files::{self, Access, ByteLimit, Source};
use licence_cli::site_kit::SITE_KIT_BYTES_MAX;
use licence_cli::{Facts, Failure, Format, SiteKit, clock, output, pinned};
use licence_core::limits::KEY_FILE_BYTES_MAX;
use licence_core::{Code, PrivateKey, PublicKey, Roots, Text};

use super::{new_password, tls, user};
use crate::cli::InitArgs;
use crate::config::Host;
use crate::data_dir::{self, DataDir, LocalCa, NewDataDir, SiteFile};
use crate::http::admin::NewUser;
use crate::rng::SystemRng;

pub(super) fn run(args: &InitArgs, path: &Path, format: Format) -> Result<(), Failure> {
    data_dir::refuse_long(path)?;
    let trust = trust(args)?;
    // Everything is read before anything is made.
    let file = args.admin_password_file.as_ref();
    let admin = args.admin.as_ref();
    let password = admin.map(|name| new_password::obtain(name, file, "--admin-password-file"));
    let password = password.transpose()?;
    let site = |key: &PrivateKey| trust.site(key);
    let new = NewDataDir::beside(path, site, clock::now()?, &SystemRng)?;
    if let Some((name, password)) = admin.zip(password) {
        let _: NewUser = user::call(&new_admin(name), &password).send_alone(&new.dir())?;
    }
    let facts = facts(path, &new.dir().site()?, new.dir().site_key()?.public());
    let ca = args.tls_self.then(|| make_ca(&new.dir(), &args.tls_names)).transpose()?;
    new.publish(path)?;
    let facts = facts
        .with_some("admin", admin.map(Text::to_string))
        .with_some("tls_ca", ca.as_ref().map(LocalCa::fingerprint));
    format.print(&facts)?;
    if let Some(ca) = ca {
        output::note(tls::how_to_trust(&ca, &DataDir::open(path)?.ca_cert()));
    }
    Ok(())
}

/// Whose licences are good here.
enum Trust {
    Kit(SiteKit),
    Roots(licence_core::Product, Roots),
}

impl Trust {
    fn site(&self, key: &PrivateKey) -> Option<SiteFile> {
        let key = key.public().id();
        match self {
            Self::Kit(kit) => SiteFile::of_kit(kit.clone(), key),
            Self::Roots(product, roots) => SiteFile::new(None, product.clone(), roots.clone(), key),
        }
    }
}

fn trust(args: &InitArgs) -> Result<Trust, Failure> {
    match (&args.kit, &args.product) {
        (Some(kit), _) => {
            let bytes = files::read(kit, ByteLimit(SITE_KIT_BYTES_MAX))?;
            let kit = SiteKit::parse(&bytes).ok_or_else(|| {
                Failure::coded(Code::Malformed, format!("{kit} is not a vendor's site kit"))
                    .mend("ask the vendor for site-kit.json")
            })?;
            Ok(Trust::Kit(SiteKit { roots: pinned::confirm(kit.roots)?, ..kit }))
        }
        (None, Some(product)) => {
            let keys = args.roots.iter().map(public_key).collect::<Result<Vec<_>, _>>()?;
            Ok(Trust::Roots(product.clone(), pinned::choose(keys)?))
        }
        (None, None) => Err(Failure::usage("nothing says whose licences are good here")
            .mend("give --kit FILE, or --product P and --root PUB")),
    }
}

fn public_key(file: &Source) -> Result<PublicKey, Failure> {
    let bytes = files::read(file, ByteLimit(KEY_FILE_BYTES_MAX))?;
    PublicKey::parse(&bytes).map_err(|refusal| {
        Failure::coded(refusal.code(), format!("{file} is no public key: {refusal}"))
            .mend("name the file that ends in .pub")
    })
}

/// Makes the certificate authority, and has every later `serve` use it.
fn make_ca(data: &DataDir, names: &[Host]) -> Result<LocalCa, Failure> {
    let ca = data.local_ca(&tls::hosts(names, None), clock::now()?)?;
    let names: Vec<String> = names.iter().map(|host| format!("\"{host}\"")).collect();
    let settings = format!("tls_self = true\ntls_names = [{}]\n", names.join(", "));
    files::create(&data.config_file(), settings.as_bytes(), Access::Shared)?;
    Ok(ca)
}

fn new_admin(name: &Text) -> user::NewPerson {
    user::NewPerson { name: name.clone(), email: None, roles: vec!["admin".to_owned()] }
}

fn facts(path: &Path, site: &SiteFile, key: &PublicKey) -> Facts {
    let roots: Vec<String> = site.roots.keys().iter().map(|key| key.id().to_string()).collect();
    Facts::new()
        .with_text("data", path.display())
        .with_some("vendor", site.vendor.as_ref().map(ToString::to_string))
        .with_text("product", &site.product)
        .with("roots", roots)
        .with_text("site_key", key.id())
        .with_text("issuer", &site.issuer)
}
