use std::fs;
use std::thread;

use crate::programs::Institute;

/// Waits until the server's metrics say something.
#[track_caller]
fn wait_for(institute: &Institute, is_said: impl Fn(&str) -> bool) -> String {
    loop {
        let metrics = institute.get("/metrics", None).expect(200);
        let text = metrics.body.as_str().unwrap().to_owned();
        if is_said(&text) {
            return text;
        }
        thread::yield_now();
    }
}

#[test]
fn a_server_makes_backups_by_itself_and_tells_of_when_the_newest_is() {
    let mut institute = Institute::with_seats(1);
    let folder = institute.path("backups");
    fs::create_dir(&folder).unwrap();
    let settings = format!(
        "sweep_secs = 1\nbackup_dir = '{}'\nbackup_passphrase_file = '{}'\n",
        folder.display(),
        institute.path("passphrase").display()
    );
    fs::write(institute.path("site/config.toml"), settings).unwrap();
    institute.serve();
    // There is no passphrase yet: that is told, and tried again.
    let failed = |text: &str| text.contains("licence_server_backup_failures_total 1");
    let metrics = wait_for(&institute, failed);
    assert!(metrics.contains("licence_server_backup_timestamp_seconds 0"), "{metrics}");
    assert!(institute.log().contains("a backup was due and could not be made"));
    institute.kill();

    fs::write(institute.path("passphrase"), "seven words\n").unwrap();
    institute.serve();
    wait_for(&institute, |text| !text.contains("licence_server_backup_timestamp_seconds 0"));
    let names: Vec<_> =
        fs::read_dir(&folder).unwrap().map(|entry| entry.unwrap().file_name()).collect();
    let [name] = names.as_slice() else { panic!("{names:?}") };
    let name = format!("backups/{}", name.to_str().unwrap());
    let doctor = institute.try_run("licence-server", &["doctor", "--data", "site"]);
    let said = String::from_utf8(doctor.stdout).unwrap();
    assert!(said.contains("the newest backup is of"), "{said}");
    institute.run(
        "licence-server",
        &["restore", &name, "--passphrase-file", "passphrase", "--data", "new"],
    );
}
