//! `licence-issuer verify`, run once for each vector.

use std::fs;
use std::io::Write as _;
use std::path::PathBuf;
use std::process::{Command, Output, Stdio};

use licence_core::{Code, UnixTime};
use licence_tests::runner::Implementation;
use licence_tests::vectors::{Facts, Input, Jwk, Vector, Verdict, Verify};
use serde_json::Value;
use tempfile::TempDir;

use crate::programs::binary;

/// The vendor's tool. It verifies licences; the rest is the server's and the browser's.
pub(crate) struct Cli {
    folder: TempDir,
}

impl Cli {
    pub(crate) fn new() -> Self {
        Self { folder: tempfile::tempdir().unwrap() }
    }

    fn file(&self, name: &str, bytes: &[u8]) -> PathBuf {
        let path = self.folder.path().join(name);
        fs::write(&path, bytes).unwrap();
        path
    }

    fn key(&self, name: &str, key: &Jwk) -> PathBuf {
        self.file(name, &serde_json::to_vec(key).unwrap())
    }

    fn command(&self, vector: &Vector) -> Command {
        let mut command = Command::new(binary("licence-issuer"));
        command.args(["--json", "verify", "-", "--at"]);
        command.arg(UnixTime::from_secs(vector.now).unwrap().to_string());
        for (number, root) in vector.roots.iter().enumerate() {
            command.arg("--root").arg(self.key(&format!("root-{number}"), root));
        }
        let policy = &vector.policy;
        if let Some(product) = &policy.product {
            command.args(["--product", product]);
        }
        if let Some(site) = &policy.site {
            command.arg("--site").arg(self.key("site", site));
        }
        if let Some(list) = &policy.revocations {
            command.arg("--revocations").arg(self.file("revocations", &list.bytes()));
        }
        let switches =
            [("--allow-unbound", policy.allow_unbound), ("--allow-test", policy.allow_test)];
        command.args(switches.iter().filter(|(_, is_set)| *is_set).map(|(switch, _)| switch));
        command
    }
}

impl Implementation for Cli {
    fn name(&self) -> &'static str {
        "licence-issuer verify"
    }

    fn covers(&self, vector: &Vector) -> bool {
        vector.verify == Verify::Licence
    }

    fn verify(&mut self, vector: &Vector) -> Verdict {
        let output = run(&mut self.command(vector), &vector.input);
        if output.status.success() {
            return Verdict::Ok(facts(&serde_json::from_slice(&output.stdout).unwrap()));
        }
        let refusal: Value = serde_json::from_slice(&output.stderr)
            .unwrap_or_else(|_| panic!("{}", String::from_utf8_lossy(&output.stderr)));
        let code = text(&refusal, "code");
        let exit = Code::ALL.iter().find(|own| own.name() == code).unwrap().exit();
        assert_eq!(output.status.code(), Some(exit.status().into()), "{refusal}");
        // What is longer than any file is refused while it is read, before it is taken for anything.
        let at = refusal.get("at").and_then(Value::as_str).unwrap_or("file").to_owned();
        Verdict::Refused { at, code }
    }
}

fn run(command: &mut Command, input: &Input) -> Output {
    let piped = command.stdin(Stdio::piped()).stdout(Stdio::piped()).stderr(Stdio::piped());
    let mut child = piped.spawn().unwrap();
    // It stops reading where a file may be no longer, so the pipe may break.
    let _ = child.stdin.take().unwrap().write_all(&input.bytes());
    child.wait_with_output().unwrap()
}

fn facts(verified: &Value) -> Facts {
    let link = |name: &str| {
        let mut links = verified.get("chain").and_then(Value::as_array).unwrap().iter();
        text(links.find(|link| text(link, "link") == name).unwrap(), "id")
    };
    let seats = verified.pointer("/licence/seats").unwrap().clone();
    Facts::of([
        ("state", text(verified, "state").into()),
        ("jti", link("licence").into()),
        ("seats", seats),
        ("root", link("root_key").into()),
    ])
}

#[track_caller]
fn text(value: &Value, name: &str) -> String {
    value.get(name).and_then(Value::as_str).unwrap().to_owned()
}
