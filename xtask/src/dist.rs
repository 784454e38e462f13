//! `cargo xtask dist`
//!
//! What is given away, in `target/download`: the same bytes from the same commit, wherever it is packed.

mod archive;
mod bill;
mod commit;
mod crates;
mod debian;
mod notices;
mod platform;
mod programs;
mod reproduced;
mod tree;
mod tried;

use std::collections::BTreeMap;
use std::fs;
use std::path::{Path, PathBuf};
use std::process::Command;

use self::bill::Bill;
use self::commit::Commit;
use self::crates::{Crates, Subject};
use self::platform::Platform;
use self::programs::{Build, Programs};
use crate::command;
use crate::failure::Failure;
use crate::files;
use crate::need::{musl, npm, rust_target};
use crate::step::Steps;
use crate::table;
use crate::wasm;
use crate::workspace::Workspace;

pub(crate) use self::tried::TESTS;

/// What signs, and what is tried afterwards.
#[derive(clap::Args, Default)]
pub(crate) struct Options {
    /// The private key for releases, made by `licence-issuer keygen`; without it the checksums are
    /// written and not signed
    #[arg(long, value_name = "FILE")]
    key: Option<PathBuf>,
    /// The key's passphrase: the first line of FILE
    #[arg(long, value_name = "FILE", requires = "key")]
    passphrase_file: Option<PathBuf>,
    /// Pack twice, compare, and try everything: install the package, run what is in it
    #[arg(long)]
    check: bool,
    /// Build the programs fast instead of well, to try the packing: into a folder of its own, because
    /// nobody is to be given them
    #[arg(long, conflicts_with = "key")]
    quick: bool,
    /// Build everything once more in a folder of another name, and compare every byte
    #[arg(long)]
    reproduce: bool,
}

/// Files by their names.
type Artefacts = BTreeMap<String, Vec<u8>>;

pub(crate) fn run(
    options: &Options,
    workspace: &Workspace,
    steps: &mut Steps,
) -> Result<(), Failure> {
    let dist =
        Dist { workspace, platform: Platform::of_this_machine()?, commit: Commit::of(workspace)? };
    steps.take("dist tools", || {
        musl::provide()?;
        rust_target::provide(workspace, &dist.platform.triple())
    })?;
    let build = if options.quick { Build::Quick } else { Build::Good };
    let programs = steps
        .take("dist build", || Programs::build(workspace, &dist.platform, &dist.commit, build))?;
    wasm::run(workspace, steps)?;
    let artefacts = steps.take("dist pack", || dist.pack(&programs))?;
    if options.check {
        steps.take("dist again", || compare(&artefacts, &dist.pack(&programs)?))?;
    }
    let folder = workspace.target().join(build.folder());
    steps.take("dist checksums", || publish(options, &folder, &artefacts, &programs))?;
    if options.reproduce {
        steps.take("dist elsewhere", || {
            compare(&artefacts, &reproduced::elsewhere(workspace, build, &artefacts)?)
        })?;
    }
    if options.check { tried::run(workspace, &programs, &folder, steps) } else { Ok(()) }
}

/// Packs everything, as fast as may be: it is not to be given away. `cargo xtask dist --check` tries it as those
/// who get it do, for which it sets up a Debian.
pub(crate) fn pack(workspace: &Workspace, steps: &mut Steps) -> Result<(), Failure> {
    run(&Options { quick: true, ..Options::default() }, workspace, steps)
}

/// What is packed, of which commit, for which machine.
struct Dist<'w> {
    workspace: &'w Workspace,
    platform: Platform,
    commit: Commit,
}

impl Dist<'_> {
    fn pack(&self, programs: &Programs) -> Result<Artefacts, Failure> {
        let crates = Crates::of(self.workspace)?;
        let native = self.platform.triple();
        let issuer = crates.inside(&Subject { package: "licence-issuer", triple: &native })?;
        let server = crates.inside(&Subject { package: "licence-server", triple: &native })?;
        let verifier =
            crates.inside(&Subject { package: "wasm-verifier", triple: rust_target::WASM })?;
        let version = server.version();
        let mut artefacts = Artefacts::new();
        for contents in [&issuer, &server] {
            let stem = format!("{}-{version}-{}", contents.name(), self.platform.name());
            let tree = archive::tree(self.workspace, programs, contents)?;
            let bytes = tree.tar_gz(&format!("{stem}/"), &self.commit)?;
            artefacts.insert(format!("{stem}.tar.gz"), bytes);
        }
        let package = debian::Package { platform: &self.platform, commit: &self.commit };
        let name = format!("licence-server_{version}_{}.deb", self.platform.debian());
        artefacts.insert(name, package.build(self.workspace, programs, &server)?);
        let (name, bytes) = self.npm_package()?;
        artefacts.insert(name, bytes);
        for contents in [&issuer, &server, &verifier] {
            let name = format!("{}-{version}.cdx.json", contents.name());
            artefacts.insert(name, Bill { contents, commit: &self.commit }.to_json());
        }
        Ok(artefacts)
    }

    /// The tarball, of which npm sets order and times by itself.
    fn npm_package(&self) -> Result<(String, Vec<u8>), Failure> {
        let folder = self.workspace.target().join("dist-npm");
        files::fresh_folder(&folder)?;
        let mut pack = npm::npm(&self.workspace.wasm_verifier())?;
        command::run(pack.args(["pack", "--silent", "--pack-destination"]).arg(&folder))?;
        let path = files::entries(&folder)?.into_iter().next();
        let path =
            path.ok_or(Failure::UnexpectedOutput { tool: "npm pack", output: String::new() })?;
        let name = path.file_name().unwrap_or_default().to_string_lossy().into_owned();
        Ok((name, files::read(&path)?))
    }
}

/// Fails where one commit gave two archives.
fn compare(first: &Artefacts, second: &Artefacts) -> Result<(), Failure> {
    let differs = first.iter().find(|(name, bytes)| second.get(*name) != Some(bytes));
    differs.map_or(Ok(()), |(name, _)| Err(Failure::NotReproducible(name.clone())))
}

/// Writes everything into the folder, and the list of it.
fn publish(
    options: &Options,
    folder: &Path,
    artefacts: &Artefacts,
    programs: &Programs,
) -> Result<(), Failure> {
    files::fresh_folder(folder)?;
    for (name, bytes) in artefacts {
        let path = folder.join(name);
        fs::write(&path, bytes).map_err(Failure::file("write", &path))?;
    }
    match &options.key {
        Some(key) => sign(key, options.passphrase_file.as_deref(), artefacts, folder, programs)?,
        None => list(artefacts, folder)?,
    }
    let rows: Vec<_> =
        artefacts.iter().map(|(name, bytes)| [name.clone(), bytes.len().to_string()]).collect();
    table::print(["file", "bytes"], &rows);
    Ok(())
}

fn sign(
    key: &Path,
    passphrase_file: Option<&Path>,
    artefacts: &Artefacts,
    folder: &Path,
    programs: &Programs,
) -> Result<(), Failure> {
    let mut sign = Command::new(programs.path("licence-issuer"));
    // Keys are named from where one stands, files from where they are.
    sign.arg("checksums").args(artefacts.keys().map(|name| folder.join(name)));
    sign.arg("--key").arg(key).arg("--out").arg(folder.join(LIST));
    if let Some(file) = passphrase_file {
        sign.arg("--passphrase-file").arg(file);
    }
    command::run(&mut sign)
}

/// The list that whoever downloads something checks it against.
const LIST: &str = "SHA256SUMS";

fn list(artefacts: &Artefacts, folder: &Path) -> Result<(), Failure> {
    let mut sums = Command::new("sha256sum");
    let text = command::output(sums.current_dir(folder).args(artefacts.keys()))?;
    let path = folder.join(LIST);
    fs::write(&path, text).map_err(Failure::file("write", &path))?;
    println!("{LIST} is not signed: name the key for releases by `--key FILE`");
    Ok(())
}
