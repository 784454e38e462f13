//! Settings that a backup brings along, and those of the machine on which it is restored.

use std::fs;
use std::process::Command;

use super::{back_up, institute, restore};
use crate::programs::{Institute, binary};

fn restore_with(
    institute: &Institute,
    words: &[&str],
    variables: &[(&str, &str)],
) -> (bool, String) {
    let mut command = Command::new(binary("licence-server"));
    command.current_dir(institute.path("")).envs(variables.iter().copied());
    command.args(["restore", "site.backup", "--passphrase-file", "passphrase", "--data", "new"]);
    let output = command.args(words).output().unwrap();
    (output.status.success(), String::from_utf8(output.stderr).unwrap())
}

/// What is missing in the file may have stood in the environment of a machine that is gone.
#[test]
fn a_site_is_restored_whatever_its_settings_say() {
    let mut institute = institute(&["--seats", "2", "--borrow", "5:2"], &["ann"]);
    for broken in ["backup_dir = '/srv/backups'\n", "listen = \n", "no_such_key = 1\n"] {
        fs::write(institute.path("site/config.toml"), broken).unwrap();
        // The server read its settings when it began.
        back_up_as_it_is(&institute);
        let (is_restored, told) = restore_with(&institute, &[], &[]);
        assert!(is_restored && told.contains("the settings are not right"), "{broken}: {told}");
        assert!(told.contains("Seats that are lent"), "they are held back all the same: {told}");
        assert_eq!(fs::read_to_string(institute.path("new/config.toml")).unwrap(), broken);
        fs::remove_dir_all(institute.path("new")).unwrap();
        fs::remove_file(institute.path("site.backup")).unwrap();
    }
    fs::write(institute.path("site/config.toml"), "").unwrap();
    back_up(&institute, "site.backup", &[]);
    institute.kill();
    restore(&institute, "site.backup", "new");
}

/// The command beside the server needs settings that are right; a file of its own has them.
fn back_up_as_it_is(institute: &Institute) {
    fs::write(institute.path("good.toml"), "").unwrap();
    back_up(institute, "site.backup", &["--config", "good.toml"]);
}

#[test]
fn a_restore_goes_by_the_settings_of_its_own_machine_as_every_command_does() {
    let institute = institute(&["--seats", "1"], &["ann"]);
    fs::write(institute.path("site/config.toml"), "backup_dir = '/srv/backups'\n").unwrap();
    back_up_as_it_is(&institute);
    let variable = [("LICENCE_SERVER_BACKUP_PASSPHRASE_FILE", "/etc/passphrase")];
    let (is_restored, told) = restore_with(&institute, &[], &variable);
    assert!(is_restored && !told.contains("not right"), "{told}");
    fs::remove_dir_all(institute.path("new")).unwrap();
    let (is_restored, told) = restore_with(&institute, &["--config", "good.toml"], &[]);
    assert!(is_restored && !told.contains("not right"), "{told}");
    fs::remove_dir_all(institute.path("new")).unwrap();
    let (is_restored, told) = restore_with(&institute, &["--config", "missing.toml"], &[]);
    assert!(!is_restored && told.contains("missing.toml"), "{told}");
    assert!(!institute.path("new").exists());
}
