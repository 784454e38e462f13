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
Each server has one core to itself and the load generator the other, which it keeps while it waits: whoever sleeps must be woken
with each answer, by an interrupt that costs a server more than a microsecond on a virtual machine, and clients elsewhere cost it none.
Requests come over 64 connections that are kept, each with one request at a time. Contenders are processes of their own and take turns. `hello, world` is axum with one route,
built like the server and with its allocator. The home-made way is `tests/peers/fastapi`: FastAPI, PyJWT, SQLAlchemy over SQLite with a table of
tokens that are good no more, one worker of uvicorn. Our store has 20,000 people with sessions; a refresh rotates the
refresh token, renews the seat and appends to the audit log, and all of it is on disk before the answer; 64 of the sessions on each
connection are used. *In memory* is
the same program with its data directory on a file system in memory, where bringing something to the disk costs nothing.
Ratios are those of requests per second; the processor time is the server's alone. Our server logs warnings only here: by
default it writes a line for each request as well.

By callgrind, which executes no SHA extensions, and without optimisation across crates: `hello, world` takes some 12,000
instructions. `GET /v1/me` takes 27,400 (it was 34,900 while what is around the routes was a layer of the router): hyper and tokio as
much as there, what is around the routes 5,000, the JSON 2,700, copies of what a request is 2,300, the allocator 2,100, the token 1,300,
finding what is kept in memory 400. A refresh takes some 369,000: the signature 141,000, the writer's share 91,000 of which redb's
commit is 35,000, SHA-256 62,000, most of it for the macs of refresh tokens and less on a processor that has instructions for it, the
claims and the answer as JSON 25,000. A token that was signed here a moment ago is not verified again, which is 300,000 more for one
that is not known: the tokens here are, as they are where the same people come back.

How near to its aims a server comes is a matter of the processor and of its neighbours, too. On 2026-11-23 `GET /v1/me` had 0.68 of `hello, world`
in two other runs on the machine below, with 108,000 to 119,000 `hello, world` a second, and 0.61 on an Intel Xeon with two cores (111,487 against 182,064 a
second), where a refresh had 0.10 and a seat 0.11. Where the time goes: `GET /v1/me` spends little more in the kernel than `hello, world`, which is half of its time, and three times
as much outside of it: a token of a thousand characters that is parsed and compared, headers, the JSON and what is around the routes,
none of which is more than a tenth. A refresh and a seat spend a fifth on the signature and a quarter in the kernel, where a batch of
fifty is thirteen pages, each written and sent to the disk for itself. For a tenth of the time the core waited for those; now tokens
are signed then, by a thread that takes what nobody else wants of it, and half of that wait is left. The disk beside which a refresh is
put writes to as many scattered places as a batch does (it was 89 before rows that replace others went through a journal): some 14, and more while
rows go from the journal into their tables, as some do here; a batch at half of the rate has few refreshes and hardly fewer places. What a refresh waits for
at the longest the kernel's record says. The writer and the thread that answers have one core, both are busy for some
40 % of the time at half of the greatest rate, because batches are small then and each costs a commit; and whoever of the two has the core
keeps it until the kernel's next tick, which comes every four milliseconds, though the disk or a client has answered the other. A refresh
passes from one to the other several times. Before, huge pages that were cleared when they were first touched took four to six milliseconds each. In a
storm of sign-ins it is the same tick for which whoever asks waits, while a password is hashed at a lower priority (a shorter slice of time for who answers, by
`sched_setattr`, changed nothing); at rest
nobody waits for anything: where the machine is quiet, 99 of 100 take a third of a millisecond at most, and a storm is 10 times that. The most memory is the program itself with 13 MB, pages and rows of
20,000 people with some 20, what their sorting at the start leaves to the allocator with 9, and the tokens that were signed, beside what the passwords take.";

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
