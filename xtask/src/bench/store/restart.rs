//! The server over the largest store: its memory, and how soon it is back after it was killed.

use std::rc::Rc;
use std::time::Duration;

use peer_protocol::work;

use super::table;
use crate::bench::aim::Aim;
use crate::bench::effort::Effort;
use crate::bench::load::Loaded;
use crate::bench::report::Table;
use crate::bench::site::Site;
use crate::bench::statistics::Spread;
use crate::clock::Stopwatch;
use crate::failure::Failure;
use crate::workspace::Workspace;

const CONNECTIONS: usize = 64;

/// Of a server that keeps the newest rows in memory; one that kept none ought to do with 250.
const MEMORY: Aim = Aim::AtMost(400.0);

/// Requests of each of two kinds before the server is killed.
const REQUESTS: u32 = 10_000;

struct Life {
    ready: Duration,
    bytes: u64,
    bytes_max: u64,
}

pub(super) fn measure(
    workspace: &Workspace,
    site: &Site<'_>,
    sessions: u32,
    effort: &Effort,
) -> Result<Table, Failure> {
    // The first start is not counted: nobody had killed it before.
    live(workspace, site)?;
    let lives = (0..effort.repetitions).map(|_| live(workspace, site));
    let lives = lives.collect::<Result<Vec<_>, _>>()?;
    let row = |what: &str, aim: Option<Aim>, of: fn(&Life) -> f64| {
        let spread = Spread::of(lives.iter().map(of));
        let judged = spread.zip(aim).map(|(spread, aim)| aim.judged(spread.median));
        let cell = spread.map_or_else(String::new, |spread| spread.to_string());
        [what.to_owned(), cell, judged.unwrap_or_default()]
    };
    let title = format!(
        "The server over {sessions} sessions, killed after {} requests and started again",
        2 * REQUESTS
    );
    Ok(table(
        &title,
        vec![
            row("ready after, s", Some(Aim::AtMost(2.0)), |life| life.ready.as_secs_f64()),
            row("resident memory, MB", Some(MEMORY), |life| megabytes(life.bytes)),
            row("most memory since its start, MB", None, |life| megabytes(life.bytes_max)),
        ],
    ))
}

/// Starts, answers for a while, and is killed. The system keeps what was written, as it does where a program crashes.
fn live(workspace: &Workspace, site: &Site<'_>) -> Result<Life, Failure> {
    let stopwatch = Stopwatch::start();
    let server = Rc::new(site.serve()?);
    let ready = stopwatch.elapsed();
    let accounts = site.accounts();
    let load = Loaded::connect(workspace, Rc::clone(&server), CONNECTIONS, Some(&accounts))?;
    load.send(work::ME, REQUESTS)?;
    load.send(work::REFRESH, REQUESTS)?;
    let process = server.process();
    let (bytes, bytes_max) = (process.resident_bytes()?, process.resident_bytes_max()?);
    server.kill();
    Ok(Life { ready, bytes, bytes_max })
}

#[expect(clippy::cast_precision_loss, reason = "memory has fewer than 2^53 bytes")]
fn megabytes(bytes: u64) -> f64 {
    bytes as f64 / 1e6
}
