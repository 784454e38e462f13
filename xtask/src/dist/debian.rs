//! The Debian package: an `ar` of a version and two archives (deb(5)).
//!
//! Written here and not by cargo-deb, which would have to be compiled first, for longer than all of
//! this takes, and would set neither the order nor the times of what it packs as we do.

use std::path::Path;

use super::archive;
use super::commit::Commit;
use super::crates::Contents;
use super::notices;
use super::platform::Platform;
use super::programs::Programs;
use super::tree::Tree;
use crate::failure::Failure;
use crate::files;
use crate::workspace::Workspace;

const NAME: &str = "licence-server";

/// Settings that an administrator may have changed: dpkg asks before it replaces them.
const SETTINGS: &str = "etc/default/licence-server";

/// A package for one kind of machine.
pub(super) struct Package<'p> {
    pub(super) platform: &'p Platform,
    pub(super) commit: &'p Commit,
}

impl Package<'_> {
    pub(super) fn build(
        &self,
        workspace: &Workspace,
        programs: &Programs,
        contents: &Contents,
    ) -> Result<Vec<u8>, Failure> {
        let data = data(workspace, programs, contents)?;
        let control = self.control(workspace, contents, &data)?;
        let members = [
            ("debian-binary", b"2.0\n".to_vec()),
            ("control.tar.gz", control.tar_gz("./", self.commit)?),
            ("data.tar.gz", data.tar_gz("./", self.commit)?),
        ];
        Ok(ar(&members, self.commit))
    }

    fn control(
        &self,
        workspace: &Workspace,
        contents: &Contents,
        data: &Tree,
    ) -> Result<Tree, Failure> {
        let mut tree = Tree::default();
        tree.add("control", self.fields(contents, data));
        tree.add("conffiles", format!("/{SETTINGS}\n"));
        for script in ["postinst", "prerm", "postrm"] {
            tree.add_program(script, files::read(&workspace.packaging().join(script))?);
        }
        Ok(tree)
    }

    /// `useradd` is all that the package needs of the system: the program brings its libraries along.
    fn fields(&self, contents: &Contents, data: &Tree) -> String {
        format!(
            "Package: {NAME}\n\
             Version: {version}\n\
             Architecture: {architecture}\n\
             Maintainer: The {NAME} project <{NAME}@localhost>\n\
             Installed-Size: {kibibytes}\n\
             Depends: passwd\n\
             Section: net\n\
             Priority: optional\n\
             Description: seat server: signs people in against the seats of a licence\n \
             It gives the seats of a signed licence to the people of an institute, keeps them signed\n \
             in, and signs what the licensed application checks. It needs no internet.\n",
            version = contents.version(),
            architecture = self.platform.debian(),
            kibibytes = data.bytes().div_ceil(1024),
        )
    }
}

fn data(workspace: &Workspace, programs: &Programs, contents: &Contents) -> Result<Tree, Failure> {
    let root = workspace.root();
    let package = workspace.packaging();
    let mut tree = Tree::default();
    tree.add_program(&format!("usr/bin/{NAME}"), files::read(&programs.path(NAME))?);
    tree.copy(
        &package.join("licence-server.service"),
        "usr/lib/systemd/system/licence-server.service",
    )?;
    tree.copy(&package.join("licence-server.default"), SETTINGS)?;
    archive::add_manual(&mut tree, "usr/", programs, NAME)?;
    let documents = Path::new("usr/share/doc").join(NAME);
    let mut document =
        |from: &str, to: &str| tree.copy(&root.join(from), &documents.join(to).to_string_lossy());
    document("docs/install.md", "install.md")?;
    document("CHANGELOG.md", "changelog.md")?;
    document("LICENSE-MIT", "LICENSE-MIT")?;
    document("LICENSE-APACHE", "LICENSE-APACHE")?;
    let sample = programs.printed(NAME, &["config", "sample"])?;
    tree.add(&documents.join("examples/config.toml").to_string_lossy(), sample);
    tree.add(&documents.join("copyright").to_string_lossy(), notices::text(contents)?);
    Ok(tree)
}

/// The archive around it: a line of sixty characters before each member, an even length after it.
fn ar(members: &[(&str, Vec<u8>)], commit: &Commit) -> Vec<u8> {
    let mut archive = b"!<arch>\n".to_vec();
    for (name, content) in members {
        let (time, size) = (commit.unix_secs, content.len());
        let header = format!("{name:<16}{time:<12}{:<6}{:<6}{:<8}{size:<10}`\n", 0, 0, 100_644);
        archive.extend_from_slice(header.as_bytes());
        archive.extend_from_slice(content);
        if size % 2 == 1 {
            archive.push(b'\n');
        }
    }
    archive
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_member_has_a_header_of_sixty_characters_and_an_even_length() {
        let commit = Commit { unix_secs: 1_700_000_000, time: String::new() };
        let archive = ar(&[("a", b"odd".to_vec()), ("b", b"even".to_vec())], &commit);
        assert_eq!(
            String::from_utf8(archive).unwrap(),
            "!<arch>\n\
             a               1700000000  0     0     100644  3         `\nodd\n\
             b               1700000000  0     0     100644  4         `\neven"
        );
    }
}
