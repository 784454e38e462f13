//! The image: its Dockerfile followed by hand, so that no engine is needed to try what it makes.

use std::fs;
use std::path::Path;
use std::process::Command;

use serde_json::Value;

use crate::chain;
use crate::packed::{Unpacked, as_root, run};
use crate::root::Root;

/// The instructions of a Dockerfile: the word, and what follows it.
fn instructions(folder: &Path) -> Vec<(String, String)> {
    let text = fs::read_to_string(folder.join("Dockerfile")).unwrap().replace("\\\n", " ");
    let lines = text.lines().filter(|line| !line.is_empty() && !line.starts_with('#'));
    let parts = lines.map(|line| line.split_once(' ').unwrap());
    parts.map(|(word, rest)| (word.to_owned(), rest.trim().to_owned())).collect()
}

/// An image, as a Dockerfile describes it.
struct Image {
    root: Root,
    user: String,
    variables: Vec<String>,
    entry_point: Vec<String>,
    arguments: Vec<String>,
    health: Vec<String>,
}

impl Image {
    /// Follows the instructions; one that is not known here cannot have been thought of.
    #[track_caller]
    fn build(folder: &Path) -> Self {
        let (user, root) = (String::new(), Root::empty());
        let none = Vec::new;
        let mut image = Self {
            root,
            user,
            variables: none(),
            entry_point: none(),
            arguments: none(),
            health: none(),
        };
        for (word, rest) in instructions(folder) {
            match word.as_str() {
                "FROM" => assert_eq!(rest, "scratch", "nothing but our own files"),
                "COPY" => image.copy(folder, &rest),
                "USER" => image.user = rest,
                "ENV" => image.variables = rest.split_whitespace().map(str::to_owned).collect(),
                "ENTRYPOINT" => image.entry_point = words(&rest),
                "CMD" => image.arguments = words(&rest),
                "HEALTHCHECK" => image.health = words(rest.split_once("CMD ").unwrap().1),
                "VOLUME" => assert_eq!(rest, "/data"),
                "EXPOSE" => assert_eq!(rest, "8080"),
                _ => panic!("`{word}` is not followed here"),
            }
        }
        image
    }

    #[track_caller]
    fn copy(&self, folder: &Path, rest: &str) {
        let (owner, paths) = match rest.strip_prefix("--chown=") {
            Some(rest) => rest.split_once(' ').unwrap(),
            None => ("0:0", rest),
        };
        let (from, to) = paths.split_once(' ').unwrap();
        let to = self.root.join(to.trim_end_matches('/'));
        run(as_root("cp").arg("-r").arg(folder.join(from.trim_end_matches('/'))).arg(&to));
        run(as_root("chown").args(["-R", owner]).arg(to));
    }

    /// A command as the image's user, with its variables, where nothing but `/data` can be written.
    fn command(&self, words: &[&str]) -> Command {
        let mut command = as_root("unshare");
        command.args(["--mount", "--pid", "--fork", "--kill-child", "sh", "-euc", READ_ONLY, "sh"]);
        command.arg(self.root.path()).arg(&self.user).args(&self.variables).arg("--").args(words);
        command
    }
}

/// The folder read-only, its `data` not; then the program in it.
const READ_ONLY: &str = "
root=$1 user=$2; shift 2
mount --bind \"$root\" \"$root\"
mount --bind \"$root/data\" \"$root/data\"
mount -o remount,bind,ro \"$root\"
for word in \"$@\"; do
    [ \"$word\" != -- ] || break
    export \"$word\"; shift
done
shift
status=0
chroot --userspec=\"$user\" \"$root\" \"$@\" || status=$?
exit $status
";

#[track_caller]
fn words(json: &str) -> Vec<String> {
    let words: Value = serde_json::from_str(json).expect("the form without a shell");
    words.as_array().unwrap().iter().map(|word| word.as_str().unwrap().to_owned()).collect()
}

#[test]
fn an_image_serves_with_a_read_only_root_and_no_shell_as_nobody_in_particular() {
    let unpacked = Unpacked::of("licence-server");
    let mut image = Image::build(&unpacked.folder);
    let user: u32 = image.user.split(':').next().unwrap().parse().unwrap();
    assert!(user > 1000, "no user of the host's");

    let place = tempfile::tempdir().unwrap();
    chain::vendor(place.path());
    let kit = fs::File::open(place.path().join("site-kit.json")).unwrap();
    let program = image.entry_point[0].clone();
    let init = image.command(&[&program, "init", "--kit", "-"]).stdin(kit).output().unwrap();
    assert!(init.status.success(), "{}", String::from_utf8_lossy(&init.stderr));
    let refused = image.command(&[&program, "init", "--kit", "-", "--data", "/elsewhere"]).output();
    assert!(!refused.unwrap().status.success(), "the root can be written to");

    // The port is the system's choice here: another test may have 8080.
    image.variables.push("LICENCE_SERVER_LISTEN=127.0.0.1:0".to_owned());
    let started: Vec<_> =
        image.entry_point.iter().chain(&image.arguments).map(String::as_str).collect();
    let mut serve = image.command(&started);
    image.root.serve(&mut serve);
    let health: Vec<_> = image.health.iter().map(String::as_str).collect();
    run(&mut image.command(&health));
    image.root.stop();
    assert!(!image.command(&health).output().unwrap().status.success(), "nobody is there");
}

#[test]
fn an_image_holds_the_program_and_a_folder_for_data() {
    let image = Image::build(&Unpacked::of("licence-server").folder);
    let mut names: Vec<_> =
        fs::read_dir(image.root.path()).unwrap().map(|entry| entry.unwrap().file_name()).collect();
    names.sort();
    assert_eq!(names, ["data", "licence-server"]);
}
