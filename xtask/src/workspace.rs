//! Where things are.

use std::env;
use std::path::{Path, PathBuf};

use crate::failure::Failure;

/// The checked-out project and the folder that cargo builds it into.
pub(crate) struct Workspace {
    root: PathBuf,
    binaries: PathBuf,
    target: PathBuf,
}

impl Workspace {
    /// The workspace that this binary was built from and runs in.
    ///
    /// # Errors
    /// [`Failure::Missing`] where the binary was not started through `cargo xtask`.
    pub(crate) fn of_this_binary() -> Result<Self, Failure> {
        // cargo says where the manifest is at run time too, so a clone may be moved along with its
        // target folder; and it is beside this binary that it puts the others, whatever its
        // settings call the target folder.
        let manifest_dir = env::var_os("CARGO_MANIFEST_DIR").map(PathBuf::from);
        let binary = env::current_exe().ok();
        let root = manifest_dir.as_deref().and_then(Path::parent);
        let binaries = binary.as_deref().and_then(Path::parent);
        let target = binaries.and_then(Path::parent);
        let (Some(root), Some(binaries), Some(target)) = (root, binaries, target) else {
            return Err(Failure::Missing {
                what: "the place of the project".to_owned(),
                mend: "run this as `cargo xtask`".to_owned(),
            });
        };
        Ok(Self { root: root.into(), binaries: binaries.into(), target: target.into() })
    }

    pub(crate) fn root(&self) -> &Path {
        &self.root
    }

    /// cargo's target folder.
    pub(crate) fn target(&self) -> &Path {
        &self.target
    }

    /// Where the dev profile puts the binaries.
    pub(crate) fn binaries(&self) -> &Path {
        &self.binaries
    }

    /// A binary of this workspace, as the dev profile builds it.
    pub(crate) fn binary(&self, name: &str) -> PathBuf {
        self.binaries.join(format!("{name}{}", env::consts::EXE_SUFFIX))
    }

    /// The crate that is also the npm package.
    pub(crate) fn wasm_verifier(&self) -> PathBuf {
        self.root.join("wasm-verifier")
    }

    /// What the npm package ships: loader, module, compiled TypeScript.
    pub(crate) fn dist(&self) -> PathBuf {
        self.wasm_verifier().join("dist")
    }

    /// What surrounds the server in its packages: the unit, its settings, dpkg's scripts.
    pub(crate) fn packaging(&self) -> PathBuf {
        self.root.join("licence-server/package")
    }

    /// The tests that drive a browser.
    pub(crate) fn browser_tests(&self) -> PathBuf {
        self.root.join("tests/browser")
    }

    /// Applications and services that use the npm package.
    pub(crate) fn examples(&self) -> PathBuf {
        self.root.join("examples")
    }

    /// What the tests ask Node.js to verify with.
    pub(crate) fn node_tests(&self) -> PathBuf {
        self.root.join("tests/node")
    }

    /// What the tests ask Python to verify with.
    pub(crate) fn python_requirements(&self) -> PathBuf {
        self.root.join("tests/python/requirements.txt")
    }
}
