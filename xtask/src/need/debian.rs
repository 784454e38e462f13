//! Packages of Debian and of what is made from it.

use std::process::Command;

use crate::command;
use crate::failure::Failure;

/// Installs packages where that needs no password, and says what to run where it does.
pub(crate) fn install(packages: &[&str]) -> Result<(), Failure> {
    let prefix = command::find("apt-get").and_then(|_| privilege());
    let Some(prefix) = prefix else {
        let packages = packages.join(" ");
        return Err(Failure::Missing {
            what: format!("Debian's `{packages}`"),
            mend: format!("run `sudo apt-get install {packages}`, or its like on other systems"),
        });
    };
    command::run(apt_get(prefix).arg("update"))?;
    command::run(
        apt_get(prefix).args(["install", "--yes", "--no-install-recommends"]).args(packages),
    )
}

/// A command as root, where that needs no password.
pub(super) fn as_root(program: &str) -> Result<Command, Failure> {
    let prefix = privilege().ok_or_else(|| Failure::Missing {
        what: format!("the right to run `{program}` as root"),
        mend: "run this as root, or where `sudo -n true` succeeds".to_owned(),
    })?;
    Ok(prefixed(prefix, &[program]))
}

/// What goes before a command so that root runs it; none where that takes a password.
fn privilege() -> Option<&'static [&'static str]> {
    let is_root = command::output(Command::new("id").arg("-u")).is_ok_and(|id| id.trim() == "0");
    if is_root {
        return Some(&[]);
    }
    command::succeeds(Command::new("sudo").args(["-n", "true"])).then_some(&["sudo", "-n"])
}

fn apt_get(prefix: &[&str]) -> Command {
    // A question that nobody is there to answer would wait for ever. `env`, because sudo drops ours.
    prefixed(prefix, &["env", "DEBIAN_FRONTEND=noninteractive", "apt-get"])
}

fn prefixed(prefix: &[&str], words: &[&str]) -> Command {
    let mut words = prefix.iter().chain(words);
    let mut command = Command::new(words.next().copied().unwrap_or_default());
    command.args(words);
    command
}
