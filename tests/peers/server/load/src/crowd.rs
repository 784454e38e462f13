//! The loop: who may send sends, who has an answer takes it.

use std::collections::VecDeque;
use std::net::SocketAddr;
use std::str::FromStr;
use std::time::{Duration, Instant};

use mio::{Events, Poll, Token};

use crate::Failure;
use crate::connection::Connection;
use crate::work::Work;

/// A server that says nothing for so long is not measured any more.
const PATIENCE: Duration = Duration::from_secs(30);

/// How the loop waits for answers.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Waiting {
    /// It turns. Whoever sleeps must be woken by the server with each answer, which is a tenth of what
    /// an answer costs where cores are virtual, and is paid by none whose clients are on other machines.
    Awake,
    /// It sleeps, and leaves the core to another that measures.
    Asleep,
}

impl FromStr for Waiting {
    type Err = Failure;

    fn from_str(word: &str) -> Result<Self, Failure> {
        match word {
            "awake" => Ok(Self::Awake),
            "asleep" => Ok(Self::Asleep),
            _ => Err(format!("say `awake` or `asleep` instead of `{word}`").into()),
        }
    }
}

/// What is asked for.
pub(crate) struct Demand {
    requests: u32,
    /// From one request to the next; `None`: each as soon as a connection is free.
    every: Option<Duration>,
}

impl Demand {
    pub(crate) fn count(requests: u32) -> Self {
        Self { requests, every: None }
    }

    pub(crate) fn paced(per_sec: u32, millis: u32) -> Self {
        let per_sec = per_sec.max(1);
        let requests = u64::from(per_sec) * u64::from(millis) / 1000;
        let every = Some(Duration::from_secs(1) / per_sec);
        Self { requests: u32::try_from(requests).unwrap_or(u32::MAX), every }
    }

    /// When a request is due, counted from the start.
    fn due(&self, number: u32) -> Duration {
        self.every.map_or(Duration::ZERO, |every| every * number)
    }
}

/// What came of it.
pub(crate) struct Run {
    pub(crate) wall: Duration,
    /// Of each paced request, from when it was due.
    pub(crate) latencies: Vec<Duration>,
}

/// Connections that are kept.
pub(crate) struct Crowd {
    address: SocketAddr,
    poll: Poll,
    connections: Vec<Connection>,
    waiting: Waiting,
}

impl Crowd {
    pub(crate) fn connect(
        address: SocketAddr,
        count: usize,
        waiting: Waiting,
    ) -> Result<Self, Failure> {
        let poll = Poll::new()?;
        let connections = (0..count)
            .map(|number| Connection::open(address, Token(number), poll.registry()))
            .collect::<Result<_, _>>()?;
        Ok(Self { address, poll, connections, waiting })
    }

    pub(crate) fn size(&self) -> usize {
        self.connections.len()
    }

    /// Opens again what the server has closed meanwhile.
    fn reopen(&mut self) -> Result<(), Failure> {
        for (number, connection) in self.connections.iter_mut().enumerate() {
            if connection.is_closed() {
                *connection = Connection::open(self.address, Token(number), self.poll.registry())?;
            }
        }
        Ok(())
    }

    /// Sends what is asked for and waits for every answer.
    pub(crate) fn run(&mut self, work: &mut dyn Work, demand: &Demand) -> Result<Run, Failure> {
        self.reopen()?;
        let start = Instant::now();
        let mut progress = Progress::new(self.size());
        let mut events = Events::with_capacity(self.size());
        while progress.answered < demand.requests {
            self.send(&mut progress, work, demand, start)?;
            self.poll.poll(&mut events, Some(self.pause(demand)))?;
            if start.elapsed().saturating_sub(progress.heard) > PATIENCE {
                return Err("the server has said nothing for half a minute".into());
            }
            for event in &events {
                let number = event.token().0;
                let Some(connection) = self.connections.get_mut(number) else { continue };
                if event.is_writable() {
                    connection.go_on_sending()?;
                }
                // Readiness is told once: whatever has come is to be read, also where nobody asked.
                if connection.receive(|response| work.take(number, &response))?.is_some() {
                    progress.take(number, demand, start);
                }
            }
        }
        Ok(Run { wall: start.elapsed(), latencies: progress.latencies })
    }

    /// How long the system may wait for an answer.
    fn pause(&self, demand: &Demand) -> Duration {
        // No timer of the system is fine enough for what is due.
        if self.waiting == Waiting::Awake || demand.every.is_some() {
            Duration::ZERO
        } else {
            PATIENCE
        }
    }

    /// Sends what is due, as far as there are free connections.
    fn send(
        &mut self,
        progress: &mut Progress,
        work: &mut dyn Work,
        demand: &Demand,
        start: Instant,
    ) -> Result<(), Failure> {
        while progress.sent < demand.requests {
            let due = demand.due(progress.sent);
            if !due.is_zero() && due > start.elapsed() {
                break;
            }
            let Some(number) = progress.free.pop_front() else { break };
            let Some(connection) = self.connections.get_mut(number) else { continue };
            connection.send(|request| work.ask(number, request))?;
            if let Some(asked) = progress.asked.get_mut(number) {
                *asked = due;
            }
            progress.sent += 1;
        }
        Ok(())
    }
}

/// How far a run has come.
struct Progress {
    sent: u32,
    answered: u32,
    /// Connections without a request; they take turns, because servers close one that says nothing.
    free: VecDeque<usize>,
    /// When the request of each connection was due.
    asked: Vec<Duration>,
    latencies: Vec<Duration>,
    /// When the last answer came.
    heard: Duration,
}

impl Progress {
    fn new(connections: usize) -> Self {
        Self {
            sent: 0,
            answered: 0,
            free: (0..connections).collect(),
            asked: vec![Duration::ZERO; connections],
            latencies: Vec::new(),
            heard: Duration::ZERO,
        }
    }

    fn take(&mut self, number: usize, demand: &Demand, start: Instant) {
        self.answered += 1;
        self.free.push_back(number);
        self.heard = start.elapsed();
        if demand.every.is_some() {
            let due = self.asked.get(number).copied().unwrap_or_default();
            self.latencies.push(self.heard.saturating_sub(due));
        }
    }
}
