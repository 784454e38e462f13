//! `licence`: install and show.

use licence_cli::files::{self, ByteLimit};
use licence_cli::{Facts, Failure, Format};
use licence_core::UnixTime;
use licence_core::limits::FILE_BYTES_MAX;

use super::admin_call::AdminCall;
use crate::cli::InstallArgs;
use crate::data_dir::DataDir;
use crate::http::{InstalledLicence, LicenceInForce, LicenceInstallation, paths};

pub(super) fn install(args: &InstallArgs, data: &DataDir, format: Format) -> Result<(), Failure> {
    let file = files::read(&args.file, ByteLimit(FILE_BYTES_MAX))?;
    let query = if args.replace { "?replace=true" } else { "" };
    let path = format!("{}{query}", paths::ADMIN_LICENCES);
    let installed: InstalledLicence = AdminCall::post_file(&path, file).send(data)?;
    format.print(&installed_facts(&installed))
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
        .with(
            "state",
            match installed.state {
                LicenceInstallation::InForce => "in force",
                LicenceInstallation::Staged => "staged",
            },
        )
}

pub(super) fn show(data: &DataDir, format: Format) -> Result<(), Failure> {
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
    format.print(&facts)
}

fn time(secs: i64) -> String {
    UnixTime::clamp_secs(secs).to_string()
}
