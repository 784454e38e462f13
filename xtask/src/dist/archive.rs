//! What an archive holds: enough to run a program on a machine without a network.

use super::crates::Contents;
use super::notices;
use super::programs::Programs;
use super::tree::Tree;
use crate::failure::Failure;
use crate::files;
use crate::workspace::Workspace;

/// Shells, and where the completions of each are looked for.
const SHELLS: [(&str, &str); 3] = [
    ("bash", "share/bash-completion/completions/NAME"),
    ("fish", "share/fish/vendor_completions.d/NAME.fish"),
    ("zsh", "share/zsh/vendor-completions/_NAME"),
];

pub(super) fn tree(
    workspace: &Workspace,
    programs: &Programs,
    contents: &Contents,
) -> Result<Tree, Failure> {
    let name = contents.name();
    let mut tree = Tree::default();
    tree.add_program(name, files::read(&programs.path(name))?);
    let root = workspace.root();
    for document in ["LICENSE-APACHE", "LICENSE-MIT", "CHANGELOG.md", "SECURITY.md"] {
        tree.copy(&root.join(document), document)?;
    }
    tree.copy(&root.join("docs/install.md"), "README.md")?;
    tree.add("THIRD-PARTY", notices::text(contents)?);
    add_manual(&mut tree, "", programs, name)?;
    if name == "licence-server" {
        tree.add("config.toml", programs.printed(name, &["config", "sample"])?);
        tree.copy(&workspace.packaging().join("licence-server.service"), "licence-server.service")?;
        // With these an image is built in the unpacked folder.
        tree.copy(&root.join("Dockerfile"), "Dockerfile")?;
        tree.add_folder("data");
    }
    Ok(tree)
}

/// Man pages and completions, which a program writes itself.
pub(super) fn add_manual(
    tree: &mut Tree,
    below: &str,
    programs: &Programs,
    name: &str,
) -> Result<(), Failure> {
    for page in programs.man_pages(name)? {
        let file = page.file_name().unwrap_or_default().to_string_lossy();
        tree.copy(&page, &format!("{below}share/man/man1/{file}"))?;
    }
    for (shell, path) in SHELLS {
        let script = programs.printed(name, &["completions", shell])?;
        tree.add(&format!("{below}{}", path.replace("NAME", name)), script);
    }
    Ok(())
}
