//! Running the tool.

use std::io::Write as _;
use std::path::Path;
use std::process::{Command, Output, Stdio};

/// A folder to work in, and the tool in it.
pub(crate) struct Desk(tempfile::TempDir);

/// What the tool answered.
#[derive(Debug)]
pub(crate) struct Answer {
    pub(crate) status: i32,
    pub(crate) stdout: String,
    pub(crate) stderr: String,
}

impl Desk {
    pub(crate) fn new() -> Self {
        Self(tempfile::tempdir().unwrap())
    }

    /// A desk with a vendor's folder `vendor` on it.
    pub(crate) fn with_vendor() -> Self {
        let desk = Self::new();
        desk.ok("init vendor --vendor Acme --product viewer --no-passphrase");
        desk
    }

    pub(crate) fn path(&self) -> &Path {
        self.0.path()
    }

    pub(crate) fn read(&self, name: &str) -> String {
        std::fs::read_to_string(self.path().join(name)).unwrap()
    }

    pub(crate) fn write(&self, name: &str, content: impl AsRef<[u8]>) {
        std::fs::write(self.path().join(name), content).unwrap();
    }

    /// Runs a shell's script in which `licence-issuer` is the tool.
    pub(crate) fn shell(&self, script: &str) -> Answer {
        Answer::from(self.shell_command(script).output().unwrap())
    }

    pub(crate) fn shell_command(&self, script: &str) -> Command {
        let tool = Path::new(env!("CARGO_BIN_EXE_licence-issuer")).parent().unwrap();
        let path = std::env::var_os("PATH").unwrap_or_default();
        let path = std::iter::once(tool.to_owned()).chain(std::env::split_paths(&path));
        let mut shell = Command::new("sh");
        shell
            .current_dir(self.path())
            .env_remove("LICENCE_VENDOR")
            .env("PATH", std::env::join_paths(path).unwrap())
            .args(["-euc", script])
            .stdin(Stdio::null());
        shell
    }

    /// What the tool tells as JSON; it must succeed.
    #[track_caller]
    pub(crate) fn json(&self, words: &str) -> serde_json::Value {
        serde_json::from_str(&self.ok(&format!("{words} --json"))).unwrap()
    }

    /// The serial of the licence that answered an order in the folder `vendor`.
    #[track_caller]
    pub(crate) fn serial(&self, reference: &str) -> String {
        let told = self.json(&format!("--vendor-dir vendor show --reference {reference}"));
        told.get("serial").unwrap().as_str().unwrap().to_owned()
    }

    /// The tool with words that hold no spaces.
    pub(crate) fn command(&self, words: &str) -> Command {
        let mut command = Command::new(env!("CARGO_BIN_EXE_licence-issuer"));
        command.current_dir(self.path()).env_remove("LICENCE_VENDOR").args(words.split(' '));
        command
    }

    /// Runs the tool with `input` as its standard input.
    pub(crate) fn run_with(&self, words: &str, input: &[u8]) -> Answer {
        let mut command = self.command(words);
        command.stdin(Stdio::piped()).stdout(Stdio::piped()).stderr(Stdio::piped());
        let mut child = command.spawn().unwrap();
        // A tool that reads no input may have closed it already.
        let _ = child.stdin.take().unwrap().write_all(input);
        Answer::from(child.wait_with_output().unwrap())
    }

    pub(crate) fn run(&self, words: &str) -> Answer {
        self.run_with(words, b"")
    }

    /// Runs the tool, which must succeed, and returns its standard output.
    #[track_caller]
    pub(crate) fn ok(&self, words: &str) -> String {
        let answer = self.run(words);
        assert_eq!(answer.status, 0, "{words}: {}", answer.stderr);
        answer.stdout
    }
}

impl From<Output> for Answer {
    fn from(output: Output) -> Self {
        Self {
            // A process that a signal ended has no status; no test expects -1.
            status: output.status.code().unwrap_or(-1),
            stdout: String::from_utf8(output.stdout).unwrap(),
            stderr: String::from_utf8(output.stderr).unwrap(),
        }
    }
}
