//! What the institute does.

use std::path::PathBuf;

use super::Site;
use super::people::Person;
use super::vendor::{self, INSTITUTE};
use crate::failure::Failure;

/// Makes the store and the site's key, and asks the vendor for a licence bound to that key.
pub(super) fn found(site: &Site<'_>) -> Result<(), Failure> {
    let init = site.server().words(&["init"]).option("--data", data(site));
    init.option("--kit", vendor::kit(site)).run()?;
    let request = site.server().words(&["request"]).option("--data", data(site));
    request.words(&["--institute", INSTITUTE]).option("--out", site.path("request.jwt")).run()
}

/// Installs the licence that came back.
pub(super) fn install(site: &Site<'_>) -> Result<(), Failure> {
    let install = site.server().words(&["licence", "install"]).file(&site.path("demo.licence"));
    install.option("--data", data(site)).run()
}

/// Registers people.
pub(super) fn admit(site: &Site<'_>, people: &[Person]) -> Result<(), Failure> {
    for person in people {
        let file = site.path(&format!("{}.password", person.name));
        person.write_password(&file)?;
        let add = site.server().words(&["user", "add", person.name]).words(person.role_options());
        add.option("--password-file", file).option("--data", data(site)).run()?;
    }
    Ok(())
}

/// Where the server keeps its store and its key.
pub(super) fn data(site: &Site<'_>) -> PathBuf {
    site.path("institute")
}
