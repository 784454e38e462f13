//! Backups, taken at some step and put back at another: the store forgets what came in between, and
//! everybody else does not.

use super::broken::Broken;
use super::engine::Rows;
use super::model::{Life, Model};
use super::server::End;
use super::simulation::Simulation;

/// A copy of the store, with what the contract said then.
pub(crate) struct Backup {
    bytes: Vec<u8>,
    rows: Rows,
    model: Model,
}

impl Simulation {
    pub(crate) fn back_up(&mut self) {
        let (bytes, rows) = (self.server.copy_disk(), self.server.rows().clone());
        self.backup = Some(Backup { bytes, rows, model: self.model.clone() });
    }

    /// Puts the backup back, if there is one, and starts the server over it.
    pub(crate) fn put_back(&mut self) -> Result<(), Broken> {
        let Some(Backup { bytes, rows, mut model }) = self.backup.take() else { return Ok(()) };
        self.lives += 1;
        let life = Life::restored(self.lives, self.server.now());
        self.server.put_back(bytes, rows, self.lives, self.server.now());
        // Whoever has an access token of the old life has it still, and it opens nothing.
        let mut tokens = std::mem::take(&mut self.model.tokens);
        tokens.revoke_every();
        (model.life, model.tokens) = (life, tokens);
        self.model = model;
        self.tally.restores += 1;
        self.started(End::Stopped)?;
        self.now = self.server.now();
        self.devices.iter_mut().for_each(|device| device.set_back(self.now));
        self.check_standing()
    }
}
