//! Turns of the writer as a contender: each operation is one of a batch.

use std::cell::RefCell;
use std::hint::black_box;
use std::path::Path;
use std::time::Instant;

use licence_core::{SessionId, Uuid};
use licence_server::domain::Command;
use licence_server::store::Reader as _;
use peer_protocol::{Contender, work};

use crate::house::House;
use crate::{Failure, commands};

/// People who take a seat in one turn, while as many leave theirs.
const GUESTS: usize = 16;

/// Takes turns, with so many refreshes in each of those.
pub(crate) fn serve(data: &Path, accounts: &Path, refreshes: usize) -> Result<(), Failure> {
    let house = RefCell::new(House::open(data, accounts)?);
    let guests = RefCell::new(Vec::new());
    Contender::default()
        .with(work::TURN_REFRESH, || refresh(&mut house.borrow_mut(), refreshes))
        .with(work::TURN_CLAIM, || claim(&mut house.borrow_mut(), &mut guests.borrow_mut()))
        .with(work::CHECK, || check(&house.borrow()))
        .with(work::WHOSE, || whose(&house.borrow()))
        .serve()
}

/// A batch of refreshes of random sessions.
fn refresh(house: &mut House, count: usize) -> Result<(), Failure> {
    let picked: Vec<_> = (0..count).map(|_| house.random.below(house.sessions.len())).collect();
    let commands: Vec<_> = picked.into_iter().map(|index| house.refresh(index)).collect();
    house.turn(&commands)
}

/// People without a seat take one while those who came before them leave.
fn claim(house: &mut House, guests: &mut Vec<SessionId>) -> Result<(), Failure> {
    let mut commands: Vec<Command> = guests.drain(..).map(commands::sign_out).collect();
    let first = house.random.below(house.seatless.len());
    for offset in 0..GUESTS {
        let user = house.seatless[(first + offset) % house.seatless.len()];
        let (command, session) = house.sign_in(user);
        commands.push(command);
        guests.push(session);
    }
    house.turn(&commands)
}

/// What every token that comes back is asked: is its session revoked. Its id comes with the request, so it is not
/// fetched from the list of all sessions here: that list is in no cache of the processor, and would be what is measured.
fn check(house: &House) -> Result<(), Failure> {
    let session = SessionId(Uuid::from_bytes(house.random.bytes()));
    if black_box(house.is_revoked(session)) {
        return Err("a session is revoked".into());
    }
    Ok(())
}

/// Whose it is: two rows, which nobody has read of late.
fn whose(house: &House) -> Result<(), Failure> {
    let held = house.sessions[house.random.below(house.sessions.len())];
    let (user, session) = (house.reader.user(held.user)?, house.reader.session(held.session)?);
    if user.is_none() || session.is_none() {
        return Err("a session is gone".into());
    }
    black_box((user, session));
    Ok(())
}

/// Signs everyone in who has no session, each in a turn of its own, and says how many that were and how
/// long the store was busy, in nanoseconds.
pub(crate) fn morning(data: &Path, accounts: &Path) -> Result<(), Failure> {
    let mut house = House::open(data, accounts)?;
    let start = Instant::now();
    for index in 0..house.seatless.len() {
        let (command, _) = house.sign_in(house.seatless[index]);
        house.turn(&[command])?;
    }
    println!("{} {}", house.seatless.len(), start.elapsed().as_nanos());
    Ok(())
}

/// Erases somebody after so many turns of refreshes, and says how long that took, in nanoseconds: a person's rows go
/// out of the journal at once, and with them all the others.
pub(crate) fn erase(data: &Path, accounts: &Path, turns: usize) -> Result<(), Failure> {
    const REFRESHES: usize = 64;
    let mut house = House::open(data, accounts)?;
    for _ in 0..turns {
        refresh(&mut house, REFRESHES)?;
    }
    let user = house.seatless.pop().ok_or("nobody is without a session")?;
    let start = Instant::now();
    house.turn(&[commands::erase(user)])?;
    println!("{}", start.elapsed().as_nanos());
    Ok(())
}
