use std::fs;

use super::{back_up, institute, restore, restore_as};
use crate::programs::Institute;

#[track_caller]
fn told(institute: &Institute, words: &[&str]) -> (Option<i32>, String) {
    let output = institute.try_run("licence-server", words);
    (output.status.code(), String::from_utf8(output.stderr).unwrap())
}

#[test]
fn a_site_moves_with_its_final_backup_and_the_old_server_serves_nobody() {
    let mut institute = institute(&["--seats", "2", "--borrow", "5:2"], &["ann", "ben"]);
    let token = institute.sign_in("ann").expect(200).text("refresh_token").to_owned();
    back_up(&institute, "final.backup", &["--final"]);

    assert_eq!(institute.refresh(&token).expect(503).text("code"), "retired");
    institute.get("/v1/licence", None).expect(503);
    institute.get("/readyz", None).expect(503);
    institute.get("/healthz", None).expect(200);
    let (_, refused) = told(&institute, &["user", "disable", "ann", "--data", "site"]);
    assert!(refused.contains("moved to another machine"), "{refused}");
    institute.kill();
    let serve = ["serve", "--data", "site", "--listen", "127.0.0.1:0", "--json"];
    let (status, refused) = told(&institute, &serve);
    assert_eq!(status, Some(2));
    assert!(refused.contains("was moved away on"), "{refused}");
    assert!(refused.contains("\"retired\""), "a script is told the code: {refused}");

    let restored = restore_as(&institute, "final.backup", "new", &["--first-restore"]);
    assert_eq!(restored["borrowed_seats"], 0, "nothing can have been lent since: {restored}");
    assert_eq!(restored["lost_secs"], 0, "{restored}");
    fs::rename(institute.path("site"), institute.path("old")).unwrap();
    fs::rename(institute.path("new"), institute.path("site")).unwrap();
    institute.serve();
    institute.refresh(&token).expect(200);
    institute.sign_in("ben").expect(200);
}

/// The file may not have reached its place: nobody is left without a way on.
#[test]
fn a_final_backup_can_be_made_again() {
    let mut institute = institute(&["--seats", "1"], &["ann"]);
    back_up(&institute, "first.backup", &["--final"]);
    back_up(&institute, "second.backup", &["--final"]);
    institute.kill();
    back_up(&institute, "third.backup", &["--final"]);
    restore(&institute, "third.backup", "new");
}
