//! Packages of Debian and of what is made from it.

use std::process::Command;

use crate::command;
use crate::failure::Failure;

/// Installs packages where that needs no password, and says what to run where it does.
pub(crate) fn install(packages: &[&str]) -> Result<(), Failure> {
    let Some(prefix) = privilege() else {
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

/// What goes before `apt-get`; none where it cannot be run.
fn privilege() -> Option<&'static [&'static str]> {
    command::find("apt-get")?;
    let is_root = command::output(Command::new("id").arg("-u")).is_ok_and(|id| id.trim() == "0");
    if is_root {
        return Some(&[]);
    }
    command::succeeds(Command::new("sudo").args(["-n", "true"])).then_some(&["sudo", "-n"])
}

fn apt_get(prefix: &[&str]) -> Command {
    // A question that nobody is there to answer would wait for ever. `env`, because sudo drops ours.
    let quiet = ["env", "DEBIAN_FRONTEND=noninteractive", "apt-get"];
    let mut words = prefix.iter().chain(&quiet);
    let mut command = Command::new(words.next().copied().unwrap_or_default());
    command.args(words);
    command
}
