//! What the file grows to.

use std::path::Path;

use licence_server::data_dir::DataDir;

use crate::Failure;
use crate::house::House;

/// Refreshes of one turn: the most that the writer takes together.
const BATCH: usize = 1024;

/// Rotates refresh tokens of random sessions; says after each tenth how many there were and how many
/// bytes the file has, and at the end what is left of it once it is compacted, and once its log is pruned as well.
pub(crate) fn run(data: &Path, accounts: &Path, rotations: usize) -> Result<(), Failure> {
    let store = DataDir::open(data).map_err(|failure| format!("{failure:?}"))?.store();
    let mut house = House::open(data, accounts)?;
    let told_every = (rotations / 10).max(1);
    let (mut done, mut told) = (0, 0);
    println!("0 {}", bytes(&store)?);
    while done < rotations {
        let first = house.random.below(house.sessions.len());
        // Neighbours by number, which are strangers on disk: ids of one second lie at random.
        let commands: Vec<_> = (0..BATCH.min(house.sessions.len()))
            .map(|offset| house.refresh((first + offset) % house.sessions.len()))
            .collect();
        house.turn(&commands)?;
        done += commands.len();
        if done / told_every > told {
            told = done / told_every;
            println!("{done} {}", bytes(&store)?);
        }
    }
    drop(house);
    println!("compacted {}", compacted(&store)?);
    let mut house = House::open(data, accounts)?;
    while house.prune()? {}
    drop(house);
    println!("pruned {}", compacted(&store)?);
    Ok(())
}

fn compacted(file: &Path) -> Result<u64, Failure> {
    redb::Database::open(file)?.compact()?;
    bytes(file)
}

fn bytes(file: &Path) -> Result<u64, Failure> {
    Ok(std::fs::metadata(file)?.len())
}
