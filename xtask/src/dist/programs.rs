//! The two command-line tools, static, and what they write about themselves.

use std::env;
use std::path::{Path, PathBuf};
use std::process::Command;

use super::commit::Commit;
use super::platform::Platform;
use crate::command::{self, cargo};
use crate::failure::Failure;
use crate::files;
use crate::workspace::Workspace;

/// How programs are built.
#[derive(Clone, Copy)]
pub(super) enum Build {
    /// Whole-program optimisation, as they are given away.
    Good,
    /// As fast as it goes, to try the packing.
    Quick,
}

impl Build {
    /// Its profile in Cargo.toml.
    pub(super) const fn profile(self) -> &'static str {
        match self {
            Self::Good => "dist",
            Self::Quick => "dist-quick",
        }
    }

    /// Where what is packed goes, beside cargo's own folder for the profile.
    pub(super) const fn folder(self) -> &'static str {
        match self {
            Self::Good => "download",
            Self::Quick => "download-quick",
        }
    }
}

/// Built programs.
pub(super) struct Programs {
    folder: PathBuf,
    pages: PathBuf,
}

impl Programs {
    pub(super) fn build(
        workspace: &Workspace,
        platform: &Platform,
        commit: &Commit,
        how: Build,
    ) -> Result<Self, Failure> {
        let triple = platform.triple();
        let mut build = cargo(workspace);
        build.args(["build", "--locked", "--profile", how.profile(), "--target", &triple]);
        build.args(["--package", "licence-issuer", "--package", "licence-server"]);
        // Where something stood when it was built is nobody's business, and differs.
        let places = places(workspace);
        let rust = places.iter().map(|(from, to)| format!("--remap-path-prefix={from}={to}"));
        let c = places.iter().map(|(from, to)| format!("-ffile-prefix-map={from}={to}"));
        build.env(
            format!("CARGO_TARGET_{}_RUSTFLAGS", in_capitals(&triple)),
            rust.collect::<Vec<_>>().join(" "),
        );
        build.env(format!("CFLAGS_{}", triple.replace('-', "_")), c.collect::<Vec<_>>().join(" "));
        build.env("SOURCE_DATE_EPOCH", commit.unix_secs.to_string());
        command::run(&mut build)?;
        Ok(Self {
            folder: workspace.target().join(triple).join(how.profile()),
            pages: workspace.target().join("dist-pages"),
        })
    }

    /// A program's file.
    pub(super) fn path(&self, name: &str) -> PathBuf {
        self.folder.join(name)
    }

    /// What a program prints.
    pub(super) fn printed(&self, name: &str, words: &[&str]) -> Result<Vec<u8>, Failure> {
        let mut program = Command::new(self.path(name));
        Ok(command::output(program.args(words))?.into_bytes())
    }

    /// The man pages that a program writes, one for each of its commands.
    pub(super) fn man_pages(&self, name: &str) -> Result<Vec<PathBuf>, Failure> {
        let folder = self.pages.join(name);
        files::fresh_folder(&folder)?;
        let mut program = Command::new(self.path(name));
        command::run(program.args(["man", "--out"]).arg(&folder))?;
        files::entries(&folder)
    }
}

/// Folders of this machine, and what they are called instead.
fn places(workspace: &Workspace) -> Vec<(String, &'static str)> {
    let home = env::var_os("HOME").map(PathBuf::from).unwrap_or_default();
    let cargo_home = env::var_os("CARGO_HOME").map_or_else(|| home.join(".cargo"), PathBuf::from);
    let text = |path: &Path| path.to_string_lossy().into_owned();
    // The last one that fits counts: a target folder may lie within the project, or elsewhere.
    vec![
        (text(workspace.root()), "/src"),
        (text(&cargo_home), "/cargo"),
        (text(workspace.target()), "/target"),
    ]
}

fn in_capitals(triple: &str) -> String {
    triple.to_uppercase().replace('-', "_")
}
