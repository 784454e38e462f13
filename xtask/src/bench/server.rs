//! The running server beside the least that a server does, the home-made way, and the disk.

mod latency;
mod requests;
mod sign_in;
mod stage;

use std::time::Duration;

use super::effort::Effort;
use super::lock_file;
use super::peer::Package;
use super::report::Section;
use super::{load, site};
use crate::failure::Failure;
use crate::workspace::Workspace;
use stage::Stage;

pub(super) const TITLE: &str = "The server";

const HELLO: Package = Package { folder: "server/hello", program: "peer-hello" };
const BARE: Package = Package { folder: "server/bare", program: "peer-bare" };

pub(super) const FULL: Effort =
    Effort { repetitions: 5, rounds: 4, slice: Duration::from_millis(400) };
pub(super) const QUICK: Effort =
    Effort { repetitions: 2, rounds: 2, slice: Duration::from_millis(250) };

const INTRODUCTION: &str = "\
Each server has one core to itself and the load generator the other; requests come over 64 connections that are kept, each
with one request at a time. Contenders are processes of their own and take turns. `hello, world` is axum with one route,
built like the server and with its allocator. The home-made way is `tests/peers/fastapi`: FastAPI, PyJWT, SQLAlchemy over SQLite with a table of
tokens that are good no more, one worker of uvicorn. Our store has 20,000 people with sessions; a refresh rotates the
refresh token, renews the seat and appends to the audit log, and all of it is on disk before the answer. *In memory* is
the same program with its data directory on a file system in memory, where bringing something to the disk costs nothing.
Ratios are those of requests per second; the processor time is the server's alone. Our server logs warnings only here: by
default it writes a line for each request as well.

By callgrind, which counts a copied byte as an instruction where the processor copies in bulk, and executes no SHA
extensions: `GET /v1/me` takes some 61,000 instructions. Half of them copy the future of the layer around the routes, three
kilobytes that are moved nine times; the JSON takes 4,000, and so do the allocator and the header maps, each. A refresh takes
some 430,000: the signature 135,000, SHA-256 84,000, such copies 40,000, and of the writer's share redb's commit 31,000 in
batches of sixteen.";

/// Builds everything that takes part.
pub(super) fn build(workspace: &Workspace) -> Result<(), Failure> {
    site::build(workspace)?;
    [HELLO, BARE, load::LOAD].into_iter().try_for_each(|package| package.build(workspace))
}

pub(super) fn measure(workspace: &Workspace, effort: &Effort) -> Result<Section, Failure> {
    let stage = Stage::set_up(workspace)?;
    let mut tables = requests::measure(&stage, effort)?;
    tables.push(latency::measure(&stage, effort)?);
    tables.extend(sign_in::measure(&stage, effort)?);
    let version = |name| lock_file::version(workspace.root(), name);
    Ok(Section {
        title: TITLE,
        introduction: INTRODUCTION,
        tables,
        versions: vec![
            ("axum", version("axum")?),
            ("redb", version("redb")?),
            ("hyper", version("hyper")?),
            ("tokio", version("tokio")?),
            ("argon2", version("argon2")?),
        ],
    })
}
