//! Someone who follows a page: its shell blocks are run in their order, as they stand there.

use std::collections::BTreeMap;
use std::path::{Path, PathBuf};
use std::process::{Command, Stdio};

use serde_json::Value;

use crate::programs::{ANY_PORT, Serving, binary};

/// The serial of a licence, as pages show one.
const A_SERIAL: &str = "M3QX-5Q40-57RN-VK8E";

/// The id of a session, as pages show one.
const A_SESSION: &str = "01a20220-3578-7231-b6c9-97ca7941cb7b";

/// The shell blocks of a page or a part of one, in their order.
pub(crate) fn blocks(text: &str) -> Vec<String> {
    let blocks = text.split("```sh\n").skip(1);
    blocks.map(|block| block.split("```").next().unwrap_or_default().to_owned()).collect()
}

/// A shell in a folder, with our programs on its path.
pub(crate) struct Newcomer {
    dir: PathBuf,
    /// What `export` said in an earlier block: each runs in a shell of its own.
    exported: BTreeMap<String, String>,
    serving: Option<Serving>,
}

impl Newcomer {
    pub(crate) fn at(dir: &Path) -> Self {
        Self { dir: dir.to_owned(), exported: BTreeMap::new(), serving: None }
    }

    pub(crate) fn is_serving(&self) -> bool {
        self.serving.is_some()
    }

    /// Runs one block; the server that it starts goes on for the blocks behind it. Says what it printed.
    #[track_caller]
    pub(crate) fn follow(&mut self, block: &str) -> String {
        for line in block.lines().filter_map(|line| line.strip_prefix("export ")) {
            let (name, value) = line.split_once('=').unwrap();
            self.exported.insert(name.to_owned(), value.to_owned());
        }
        let block = self.with_what_is_at_hand(block);
        let (before, serve) = match block.find("licence-server serve") {
            Some(at) => block.split_at(at),
            None => (block.as_str(), ""),
        };
        let printed = self.run(before);
        if !serve.is_empty() {
            let serve = if serve.contains("--listen") {
                serve.to_owned()
            } else {
                format!("{} --listen {ANY_PORT}", serve.trim_end())
            };
            let log = self.dir.join("log");
            self.serving = Some(Serving::start(self.shell(&format!("exec {serve}")), &log));
        }
        printed
    }

    /// A page names one address, one serial and one session; here are those that there are.
    #[track_caller]
    fn with_what_is_at_hand(&self, block: &str) -> String {
        let url = self.serving.as_ref().map_or("http://localhost:8080", Serving::url);
        let mut block =
            block.replace("http://localhost:8080", url).replace("127.0.0.1:8080", ANY_PORT);
        if block.contains(A_SERIAL) {
            let serial = self.one_of("licence-issuer list --json", "/0/serial");
            block = block.replace(A_SERIAL, &serial);
        }
        if block.contains(A_SESSION) {
            let session = self.one_of("licence-server session list --json", "/items/0/session");
            block = block.replace(A_SESSION, &session);
        }
        block
    }

    /// A text of what a command prints as JSON.
    #[track_caller]
    fn one_of(&self, command: &str, place: &str) -> String {
        let printed: Value = serde_json::from_str(&self.run(command)).unwrap();
        printed.pointer(place).and_then(Value::as_str).unwrap().to_owned()
    }

    fn shell(&self, script: &str) -> Command {
        let programs = binary("licence-server");
        let programs = programs.parent().unwrap().to_owned();
        let path = std::env::var_os("PATH").unwrap_or_default();
        let path = std::iter::once(programs).chain(std::env::split_paths(&path));
        let mut shell = Command::new("sh");
        shell.current_dir(&self.dir).stdin(Stdio::null()).args(["-e", "-u", "-c", script]);
        shell.env("PATH", std::env::join_paths(path).unwrap()).envs(&self.exported);
        shell
    }

    #[track_caller]
    pub(crate) fn run(&self, script: &str) -> String {
        let output = self.shell(script).output().unwrap();
        let errors = String::from_utf8_lossy(&output.stderr);
        assert!(output.status.success(), "{script}\n{errors}");
        String::from_utf8(output.stdout).unwrap()
    }
}
