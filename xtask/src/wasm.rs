//! `cargo xtask wasm`

mod loader;
mod remap;
mod size;

use std::fs;
use std::path::{Path, PathBuf};
use std::process::Command;

use crate::command::{self, cargo};
use crate::failure::Failure;
use crate::files;
use crate::need::{npm, rust_target};
use crate::step::Steps;
use crate::workspace::Workspace;

const CRATE: &str = "wasm-verifier";

/// The crate's name as Rust and the emitted files spell it.
const STEM: &str = "wasm_verifier";

/// Its own profile in Cargo.toml: small as a whole, fast where the signature is checked.
const PROFILE: &str = "wasm";

pub(crate) fn run(workspace: &Workspace, steps: &mut Steps) -> Result<(), Failure> {
    steps.take("wasm target", || rust_target::provide(workspace, rust_target::WASM))?;
    steps.take("wasm packages", || npm::provide(&workspace.wasm_verifier()))?;
    steps.take("wasm build", || compile(workspace))?;
    steps.take("wasm package", || assemble(workspace))
}

fn compile(workspace: &Workspace) -> Result<(), Failure> {
    let mut build = cargo(workspace);
    build.args(["build", "--package", CRATE, "--profile", PROFILE]);
    build.args(["--config", &remap::setting()?]);
    command::run(build.args(["--target", rust_target::WASM]))
}

/// Makes `dist` afresh: loader and module, then the TypeScript that imports them.
fn assemble(workspace: &Workspace) -> Result<(), Failure> {
    let dist = workspace.dist();
    files::fresh_folder(&dist)?;
    let folder = workspace.target().join(rust_target::WASM).join(PROFILE);
    loader::emit(&folder.join(format!("{STEM}.wasm")), &dist)?;
    optimise(workspace)?;
    minify(workspace, &dist.join(format!("{STEM}.js")))?;
    command::run(npm::npm(&workspace.wasm_verifier())?.args(["run", "build:ts"]))?;
    ship_loader_types(workspace)?;
    size::check(&dist)?;
    let session = bundle_session(workspace)?;
    size::check_session(&session)
}

/// Bundles the session client without the verifier, as an application's build would, to be measured.
fn bundle_session(workspace: &Workspace) -> Result<PathBuf, Failure> {
    let folder = workspace.target().join("wasm-session");
    files::fresh_folder(&folder)?;
    let mut esbuild = packaged_tool(workspace, "esbuild");
    esbuild.arg(workspace.dist().join("session/browser.js"));
    esbuild.args(["--bundle", "--splitting", "--format=esm", "--chunk-names=[name]"]);
    esbuild.args(["--minify", "--external:../browser.js", "--external:../verifier.js"]);
    command::run(esbuild.arg(format!("--outdir={}", folder.display())))?;
    for part in files::entries(&folder)? {
        minify(workspace, &part)?;
    }
    Ok(folder)
}

/// Makes the module smaller by Binaryen, which sees the whole program after the loader's changes.
fn optimise(workspace: &Workspace) -> Result<(), Failure> {
    let module = workspace.dist().join(format!("{STEM}_bg.wasm"));
    // Twice: what the first run leaves behind is worth some 300 bytes to a second one.
    for _ in 0..2 {
        let mut wasm_opt = packaged_tool(workspace, "wasm-opt");
        command::run(wasm_opt.args(WASM_OPT).arg(&module).arg("--output").arg(&module))?;
    }
    Ok(())
}

/// Takes comments and long names out of a script; out of the loader, because a page without a bundler
/// fetches it as it is.
fn minify(workspace: &Workspace, script: &Path) -> Result<(), Failure> {
    let mut terser = packaged_tool(workspace, "terser");
    terser.args(["--module", "--ecma", "2022", "--compress", "passes=3", "--mangle"]);
    command::run(terser.arg("--output").arg(script).arg("--").arg(script))
}

/// The compiled declarations name those of the loader, which the compiler reads and does not copy.
fn ship_loader_types(workspace: &Workspace) -> Result<(), Failure> {
    let name = format!("{STEM}.d.ts");
    let types = workspace.wasm_verifier().join("ts").join(&name);
    fs::copy(&types, workspace.dist().join(name)).map_err(Failure::file("copy", &types))?;
    Ok(())
}

/// A tool that npm has installed for the package.
fn packaged_tool(workspace: &Workspace, name: &str) -> Command {
    let mut tool = Command::new(workspace.wasm_verifier().join("node_modules/.bin").join(name));
    tool.current_dir(workspace.root());
    tool
}

/// The features are those that rustc turns on for this target; Binaryen must be told, because
/// it takes a feature it was not told of for a mistake.
const WASM_OPT: [&str; 7] = [
    "-Oz",
    "--enable-bulk-memory",
    "--enable-nontrapping-float-to-int",
    "--enable-sign-ext",
    "--enable-mutable-globals",
    "--enable-reference-types",
    "--enable-multivalue",
];
