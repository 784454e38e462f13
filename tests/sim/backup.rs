//! Backups, taken at some step and put back at another: the store forgets what came in between, and
//! everybody else does not.

use licence_core::UnixTime;
use licence_core::claims::Epoch;
use licence_server::domain::{Actor, Command, Restore};

use super::broken::Broken;
use super::engine::Rows;
use super::model::Model;
use super::server::End;
use super::simulation::Simulation;

/// A copy of the store, with what the contract said then.
pub(crate) struct Backup {
    bytes: Vec<u8>,
    rows: Rows,
    model: Model,
    taken: UnixTime,
}

impl Simulation {
    pub(crate) fn back_up(&mut self) {
        let (bytes, rows) = (self.server.copy_disk(), self.server.rows().clone());
        let (model, taken) = (self.model.clone(), self.server.now());
        self.backup = Some(Backup { bytes, rows, model, taken });
    }

    /// Puts the backup back, if there is one, and starts the server over it.
    pub(crate) fn put_back(&mut self) -> Result<(), Broken> {
        let Some(Backup { bytes, rows, mut model, taken }) = self.backup.take() else {
            return Ok(());
        };
        self.lives += 1;
        self.server.put_back(bytes, rows);
        // Whoever has an access token of the old life has it still, and it opens nothing.
        model.tokens = std::mem::take(&mut self.model.tokens);
        self.model = model;
        self.tally.restores += 1;
        self.started(End::Stopped)?;
        let epoch = Epoch { counter: self.lives, tag: u64::from(self.lives) };
        // What may have been lent since is a matter of the writer's own tests.
        let restore = Restore {
            epoch,
            taken,
            licence: None,
            since: Vec::new(),
            spare: Vec::new(),
            is_lossless: false,
            log_broken_at: None,
            by: Actor::Local,
        };
        self.turn(&[Command::Restore(restore).into()], None)?;
        self.devices.iter_mut().for_each(|device| device.set_back(self.now));
        self.check_standing()
    }
}
