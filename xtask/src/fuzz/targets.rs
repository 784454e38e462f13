//! Which targets there are: the binaries of the fuzz crate's manifest.

use std::fs;

use toml::Table;

use crate::failure::Failure;
use crate::workspace::Workspace;

/// Names of targets, in the manifest's order.
pub(super) struct Targets(Vec<String>);

impl Targets {
    pub(super) fn of(workspace: &Workspace) -> Result<Self, Failure> {
        let path = workspace.root().join("fuzz/Cargo.toml");
        let manifest = fs::read_to_string(&path).map_err(Failure::file("read", &path))?;
        names(&manifest).map(Self).ok_or_else(|| Failure::Missing {
            what: format!("a list of binaries in `{}`", path.display()),
            mend: "name each target there".to_owned(),
        })
    }

    /// The one of that name, where one is named.
    pub(super) fn only(self, name: Option<&str>) -> Result<Self, Failure> {
        let Some(name) = name else { return Ok(self) };
        if self.0.iter().any(|own| own == name) {
            return Ok(Self(vec![name.to_owned()]));
        }
        let mend = format!("the targets are {}", self.0.join(", "));
        Err(Failure::Missing { what: format!("a target called `{name}`"), mend })
    }

    pub(super) fn names(&self) -> &[String] {
        &self.0
    }
}

fn names(manifest: &str) -> Option<Vec<String>> {
    let manifest: Table = manifest.parse().ok()?;
    let binaries = manifest.get("bin")?.as_array()?;
    let name = |binary: &toml::Value| Some(binary.get("name")?.as_str()?.to_owned());
    binaries.iter().map(name).collect()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_target_that_is_not_there_is_told_with_those_that_are() {
        let names = names("[[bin]]\nname = 'one'\n[[bin]]\nname = 'two'\n").unwrap();
        let only = |name| Targets(names.clone()).only(name);
        assert_eq!(only(None).unwrap().names(), ["one", "two"]);
        assert_eq!(only(Some("two")).unwrap().names(), ["two"]);
        let Err(failure) = only(Some("three")) else { panic!("there are two") };
        assert!(failure.to_string().ends_with("the targets are one, two"));
    }
}
