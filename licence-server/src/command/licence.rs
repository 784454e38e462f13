//! `licence`: install, list and show.

use licence_cli::files::{self, ByteLimit};
use licence_cli::table::Align;
use licence_cli::{Facts, Failure};
use licence_core::limits::FILE_BYTES_MAX;

use super::admin_call::AdminCall;
use super::said::{Listing, Said, time};
use crate::cli::{InstallArgs, LicenceVerb};
use crate::data_dir::DataDir;
use crate::http::admin::{Installed, InstalledLicence, InstalledRevocations, LicenceRow, Page};
use crate::http::{LicenceInForce, paths};

pub(super) fn run(verb: &LicenceVerb, data: &DataDir) -> Result<Said, Failure> {
    match verb {
        LicenceVerb::Install(args) => install(args, data),
        LicenceVerb::List => list(data),
        LicenceVerb::Show => show(data),
    }
}

fn install(args: &InstallArgs, data: &DataDir) -> Result<Said, Failure> {
    let file = files::read(&args.file, ByteLimit(FILE_BYTES_MAX))?;
    let call = AdminCall::post_file(paths::ADMIN_LICENCES, file);
    match call.with("replace", args.replace.then_some(true)).send(data)? {
        Installed::Licence(licence) => Said::of(&installed_facts(&licence)),
        Installed::Revocations(InstalledRevocations { list, revoked }) => {
            Said::of(&Facts::new().with("revocation_list", list).with("revoked", revoked))
        }
    }
}

fn list(data: &DataDir) -> Result<Said, Failure> {
    let page: Page<LicenceRow> = AdminCall::get(paths::ADMIN_LICENCES).send(data)?;
    let rows = page.items.into_iter().map(|row| {
        Facts::new()
            .with("licence", row.id)
            .with("serial", row.serial)
            .with("revision", row.revision)
            .with("seats", row.seats)
            .with("from", time(row.starts_at))
            .with_some("until", row.ends_at.map(time))
            .with("state", row.state.told())
    });
    let columns = [
        ("serial", Align::Left),
        ("revision", Align::Right),
        ("seats", Align::Right),
        ("from", Align::Left),
        ("until", Align::Left),
        ("state", Align::Left),
        ("licence", Align::Left),
    ];
    Listing::new(columns, rows.collect()).said()
}

fn installed_facts(installed: &InstalledLicence) -> Facts {
    Facts::new()
        .with_text("licence", &installed.id)
        .with_text("serial", &installed.serial)
        .with("revision", installed.revision)
        .with_text("product", &installed.product)
        .with_text("institute", &installed.institute)
        .with("seats", installed.seats)
        .with("from", time(installed.starts_at))
        .with_some("until", installed.expires_at.map(time))
        .with("state", installed.state.told())
}

fn show(data: &DataDir) -> Result<Said, Failure> {
    let licence: LicenceInForce = AdminCall::get(paths::LICENCE).send(data)?;
    let facts = Facts::new()
        .with_text("licence", &licence.id)
        .with_text("serial", &licence.serial)
        .with("revision", licence.revision)
        .with_text("product", &licence.product)
        .with_text("institute", &licence.institute)
        .with("seats", licence.seats.total)
        .with("from", time(licence.starts_at))
        .with_some("until", licence.expires_at.map(time))
        .with_some("grace_until", licence.grace_until.map(time))
        .with_text("state", &licence.state);
    Said::of(&facts)
}
