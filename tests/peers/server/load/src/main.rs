//! Sends requests to a server over many kept connections, and says how long they took.
//!
//! One thread and no framework: what sends must cost less than what answers, or it would measure
//! itself.
//!
//! ```text
//! peer-load ADDRESS PID CONNECTIONS awake|asleep [ACCOUNTS]
//! ```
//!
//! The server's address and process; how many connections to keep; whether to keep the core while there
//! is nothing to do; and a file with the accounts that the requests are made for, which is written back
//! at the end, because refresh tokens change.

mod accounts;
mod connection;
mod crowd;
mod process;
mod response;
mod work;

use std::cell::RefCell;
use std::error::Error;
use std::io::{self, Write as _};
use std::path::PathBuf;
use std::{env, fs};

use peer_protocol::{Latencies, Paced, Request, Slice};

use accounts::Accounts;
use crowd::{Crowd, Demand};
use process::Process;

/// What any part of this may fail with; it is told to a person, and nothing depends on its kind.
type Failure = Box<dyn Error>;

fn main() -> Result<(), Failure> {
    let arguments: Vec<_> = env::args().skip(1).collect();
    let [address, pid, connections, waiting, file @ ..] = arguments.as_slice() else {
        return Err("say which server, its process, how many connections, and how to wait".into());
    };
    let file = file.first().map(PathBuf::from);
    let text = file.as_ref().map_or(Ok(String::new()), fs::read_to_string)?;
    let accounts = RefCell::new(Accounts::parse(&text)?);
    let crowd = Crowd::connect(address.parse()?, connections.parse()?, waiting.parse()?)?;
    let mut load = Load { crowd, server: Process::new(pid), accounts: &accounts };
    for line in io::stdin().lines() {
        let answer = load.answer(&line?)?;
        writeln!(io::stdout(), "{answer}")?;
    }
    if let Some(file) = file {
        fs::write(file, accounts.borrow().to_string())?;
    }
    Ok(())
}

struct Load<'a> {
    crowd: Crowd,
    server: Process,
    accounts: &'a RefCell<Accounts>,
}

impl Load<'_> {
    fn answer(&mut self, line: &str) -> Result<String, Failure> {
        if let Ok(Paced { work, per_sec, millis }) = line.parse() {
            let measured = self.measure(&work, &Demand::paced(per_sec, millis))?.0;
            return Ok(Latencies::of(measured).ok_or("nothing was asked for")?.to_string());
        }
        let Request { work, operations } = line.parse()?;
        Ok(self.measure(&work, &Demand::count(operations))?.1.to_string())
    }

    fn measure(
        &mut self,
        work: &str,
        demand: &Demand,
    ) -> Result<(Vec<std::time::Duration>, Slice), Failure> {
        let mut work = work::named(work, &mut self.crowd, self.accounts)?;
        let cpu = self.server.cpu()?;
        let run = self.crowd.run(work.as_mut(), demand)?;
        let cpu = self.server.cpu()?.saturating_sub(cpu);
        Ok((run.latencies, Slice { wall: run.wall, cpu }))
    }
}
