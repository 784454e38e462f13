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
use std::net::{Ipv4Addr, SocketAddr, TcpListener};
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
pub(crate) use server::Server;

const SEATS: usize = 3;

/// What the tests of the page are told: the address of a demonstration that is theirs alone.
pub(crate) const VARIABLE: &str = "LICENCE_DEMO_URL";

#[derive(clap::Args)]
pub(crate) struct Options {
    /// Where on this machine the server listens; port 0 takes a free one
    #[arg(long, value_name = "ADDR", default_value = "127.0.0.1:8080")]
    listen: SocketAddr,
    /// Ends as soon as the server listens
    #[arg(long)]
    check: bool,
}

pub(crate) fn run(
    options: &Options,
    workspace: &Workspace,
    steps: &mut Steps,
) -> Result<(), Failure> {
    try_address(options.listen)?;
    steps.take("build", || build(workspace))?;
    wasm::run(workspace, steps)?;
    let site = Site::new(workspace, options.listen, &options.listen.port().to_string());
    let mut server = found(&site, steps)?;
    introduce(server.url());
    if options.check {
        return Ok(());
    }
    println!("\nCtrl-C ends it.");
    server.wait()
}

/// The demonstration as the tests of its page visit it: of what is built already, on a free port.
pub(crate) fn for_tests(workspace: &Workspace, steps: &mut Steps) -> Result<Server, Failure> {
    let any = SocketAddr::from((Ipv4Addr::LOCALHOST, 0));
    found(&Site::new(workspace, any, "test"), steps)
}

/// Plays vendor and institute until the server listens.
fn found(site: &Site<'_>, steps: &mut Steps) -> Result<Server, Failure> {
    steps.take("vendor and institute", || site.set_up())?;
    steps.take("server", || Server::start(site))
}

/// Fails on a taken address before anything is built or thrown away.
fn try_address(listen: SocketAddr) -> Result<(), Failure> {
    let taken = |source| Failure::Listen { address: listen, source };
    TcpListener::bind(listen).map(drop).map_err(taken)
}

fn introduce(url: &str) {
    println!("\nOpen {url} ({SEATS} seats) and sign in as:\n");
    people::print(&PEOPLE);
}

/// Everything of one demonstration. The folder has a name for each port asked for, so that two
/// demonstrations do not throw each other's store away.
struct Site<'w> {
    workspace: &'w Workspace,
    listen: SocketAddr,
    folder: PathBuf,
}

impl<'w> Site<'w> {
    fn new(workspace: &'w Workspace, listen: SocketAddr, name: &str) -> Self {
        Self { workspace, listen, folder: workspace.target().join("demo").join(name) }
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
