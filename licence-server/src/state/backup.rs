//! What a backup of the running site is made of.

use std::io::Write;

use licence_cli::Failure;
use licence_core::UnixTime;

use super::AppState;
use crate::backup::{self, About, Source};

impl AppState {
    /// Writes a backup of the site, while the site goes on.
    ///
    /// # Errors
    /// If the site's files or the store cannot be read, or the bytes cannot be written.
    pub(crate) fn write_backup<W: Write>(
        &self,
        out: W,
        passphrase: &str,
        taken: UnixTime,
    ) -> Result<W, Failure> {
        let about = About {
            program: env!("CARGO_PKG_VERSION").to_owned(),
            product: self.site().product.clone(),
            site_key: self.site_key().id(),
            taken,
        };
        let files = self.0.data.kept_files()?;
        let source = Source { about, files, reader: self.reader() };
        backup::write(out, passphrase, &source, self.rng()).map_err(|error| {
            Failure::usage(format!("the backup cannot be written: {error}"))
                .mend("make room where it is to stand, and check the disk of the data directory")
        })
    }
}
