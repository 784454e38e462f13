//! Completions and man pages, made by the tool itself.

use std::fs;

use crate::run::Desk;

#[test]
fn every_shell_gets_its_completions() {
    let desk = Desk::new();
    for shell in ["bash", "zsh", "fish", "powershell", "elvish"] {
        let script = desk.ok(&format!("completions {shell}"));
        assert!(script.contains("revocations") && script.contains("signer-secs"), "{shell}");
    }
    desk.write("complete", desk.ok("completions bash"));
    let answer = desk.shell("bash -n complete");
    assert_eq!(answer.status, 0, "{answer:?}");
}

#[test]
fn every_verb_gets_its_man_page() {
    let desk = Desk::new();
    assert!(desk.ok("man").contains(".TH licence-issuer 1"));
    desk.ok("man --out man/man1");
    let page = desk.read("man/man1/licence-issuer-owner-add.1");
    assert!(page.contains("surname"), "{page}");
    let help = desk.ok("--help");
    let verbs = help.lines().skip_while(|line| *line != "Commands:").skip(1);
    for verb in verbs.take_while(|line| !line.is_empty()) {
        let Some(name) = verb.strip_prefix("  ").filter(|rest| !rest.starts_with(' ')) else {
            continue;
        };
        let name = name.split(' ').next().unwrap();
        assert!(desk.path().join(format!("man/man1/licence-issuer-{name}.1")).exists(), "{name}");
    }
    let again = desk.json("man --out man/man1");
    assert_eq!(fs::read_dir(desk.path().join("man/man1")).unwrap().count(), again["pages"]);
}
