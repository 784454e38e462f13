//! `cargo xtask demo`
//!
//! Plays a vendor and an institute with the real programs, so that what it prints is what one
//! would type.

mod app;
mod institute;
mod people;
mod server;
mod vendor;

use std::ffi::OsStr;
use std::net::{SocketAddr, TcpListener};
use std::path::{Path, PathBuf};
use std::process::Command;

use crate::command;
use crate::failure::Failure;
use crate::files;
use crate::step::Steps;
use crate::test::build;
use crate::wasm;
use crate::workspace::Workspace;
use people::PEOPLE;
use server::Server;

const SEATS: usize = 3;

#[derive(clap::Args)]
pub(crate) struct Options {
    /// Where the server listens; port 0 takes a free one
    #[arg(long, value_name = "ADDR", default_value = "127.0.0.1:8080")]
    listen: SocketAddr,
    /// Ends as soon as the server has answered
    #[arg(long)]
    check: bool,
}

pub(crate) fn run(
    options: &Options,
    workspace: &Workspace,
    steps: &mut Steps,
) -> Result<(), Failure> {
    let address = free_address(options.listen)?;
    steps.take("build", || build(workspace))?;
    wasm::run(workspace, steps)?;
    let site = Site::new(workspace, address);
    steps.take("vendor and institute", || site.set_up())?;
    let mut server = steps.take("server", || Server::start(&site))?;
    site.introduce();
    if options.check {
        return Ok(());
    }
    println!("\nCtrl-C ends it.");
    server.wait()
}

/// The address itself, or with the port that the system chose for port 0; tried before anything is
/// built or thrown away.
fn free_address(listen: SocketAddr) -> Result<SocketAddr, Failure> {
    let taken = |source| Failure::Listen { address: listen, source };
    TcpListener::bind(listen).and_then(|listener| listener.local_addr()).map_err(taken)
}

/// Everything of one demonstration. The folder is named after the port, so that two of them do
/// not throw each other's store away.
struct Site<'w> {
    workspace: &'w Workspace,
    address: SocketAddr,
    folder: PathBuf,
}

impl<'w> Site<'w> {
    fn new(workspace: &'w Workspace, address: SocketAddr) -> Self {
        let folder = workspace.target().join("demo").join(address.port().to_string());
        Self { workspace, address, folder }
    }

    fn set_up(&self) -> Result<(), Failure> {
        files::fresh_folder(&self.folder)?;
        vendor::found(self)?;
        institute::found(self)?;
        vendor::issue(self)?;
        institute::install(self)?;
        institute::admit(self, &PEOPLE)?;
        app::assemble(self)
    }

    fn introduce(&self) {
        println!("\nOpen {} ({SEATS} seats) and sign in as:\n", self.url());
        people::print(&PEOPLE);
    }

    /// The address as a browser calls it.
    fn url(&self) -> String {
        format!("http://localhost:{}", self.address.port())
    }

    fn path(&self, name: &str) -> PathBuf {
        self.folder.join(name)
    }

    fn issuer(&self) -> Tool {
        self.tool("licence-issuer")
    }

    fn server(&self) -> Tool {
        self.tool("licence-server")
    }

    fn tool(&self, name: &str) -> Tool {
        let mut command = Command::new(self.workspace.binary(name));
        command.current_dir(self.workspace.root());
        Tool(command)
    }
}

/// One of our command-line tools, about to be run.
struct Tool(Command);

impl Tool {
    fn words(mut self, words: &[&str]) -> Self {
        self.0.args(words);
        self
    }

    fn option(mut self, name: &str, value: impl AsRef<OsStr>) -> Self {
        self.0.arg(name).arg(value);
        self
    }

    fn file(mut self, file: &Path) -> Self {
        self.0.arg(file);
        self
    }

    fn run(mut self) -> Result<(), Failure> {
        command::run(&mut self.0)
    }
}
