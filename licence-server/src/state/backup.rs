//! What a backup of the running site is made of.

use std::io::{self, Write};
use std::sync::atomic::Ordering;

use licence_cli::Failure;
use licence_core::UnixTime;

use super::AppState;
use crate::backup::{self, About, Source};
use crate::soundness::{Begun, Signers, Soundness};
use crate::store::StoreError;

impl AppState {
    /// Writes a backup of the site, while the site goes on.
    ///
    /// # Errors
    /// If the site's files or the store cannot be read, or the bytes cannot be written; or if the server is told
    /// to stop.
    pub(crate) fn write_backup<W: Write>(
        &self,
        out: W,
        passphrase: &str,
        taken: UnixTime,
    ) -> Result<(), Failure> {
        let about = About {
            program: env!("CARGO_PKG_VERSION").to_owned(),
            product: self.site().product.clone(),
            site_key: self.site_key().id(),
            taken,
        };
        let files = self.0.data.kept_files()?;
        let source = Source { about, files, reader: self.reader() };
        let out = WhileRunning { out, state: self };
        let written = backup::write(out, passphrase, &source, self.rng());
        written.map(drop).map_err(|error| {
            Failure::usage(format!("the backup cannot be written: {error}"))
                .mend("make room where it is to stand, and check the disk of the data directory")
        })
    }

    /// Looks at the whole store as a restore does, so that nobody relies on a backup that none would take.
    ///
    /// # Errors
    /// If the store cannot be read.
    pub(crate) fn soundness(&self) -> Result<Soundness, StoreError> {
        Soundness::of(self.reader(), &self.signers())
    }

    /// What a backup finds that is begun now.
    ///
    /// # Errors
    /// If the store cannot be read.
    pub(crate) fn begun(&self) -> Result<Begun, StoreError> {
        Begun::now(self.reader(), self.signers().roots)
    }

    /// By whom what is signed in the store was signed.
    pub(crate) fn signers(&self) -> Signers<'_> {
        let site = self.site();
        Signers { site_key: self.site_key(), product: &site.product, roots: &site.roots }
    }

    /// Has a backup that is under way break off, so that nothing is left of it, and waits for that.
    pub(crate) async fn end_backups(&self) {
        self.0.turns.is_backing_up_over.store(true, Ordering::Release);
        drop(self.backups().lock_owned().await);
    }

    /// Whether a backup may go on.
    ///
    /// # Errors
    /// Where the server was told to stop.
    pub(crate) fn may_back_up(&self) -> io::Result<()> {
        if self.0.turns.is_backing_up_over.load(Ordering::Acquire) {
            return Err(io::Error::other("the server was told to stop"));
        }
        Ok(())
    }
}

/// Takes bytes for as long as the server runs.
struct WhileRunning<'s, W> {
    out: W,
    state: &'s AppState,
}

impl<W: Write> Write for WhileRunning<'_, W> {
    fn write(&mut self, bytes: &[u8]) -> io::Result<usize> {
        self.state.may_back_up()?;
        self.out.write(bytes)
    }

    fn flush(&mut self) -> io::Result<()> {
        self.out.flush()
    }
}
