use std::fmt;
use std::fs::{self, Permissions};
use std::os::unix::fs::PermissionsExt as _;
use std::path::Path;

use licence_cli::Failure;
use licence_cli::files::{self, Access, StagedFolder};
use licence_core::claims::Epoch;
use licence_core::{PrivateKey, UnixTime, base64url, keyfile};
use zeroize::Zeroizing;

use super::{DataDir, KEPT, REFRESH_KEY, SITE_FILE, SITE_KEY, SiteFile};
use crate::rng::{NoRandomBytes, Rng};
use crate::store::{NewSite, RedbStore};

/// A data directory in the making. It stands beside its final place, can be worked on there, and
/// appears complete or not at all.
#[derive(Debug)]
pub struct NewDataDir {
    staged: StagedFolder,
}

impl NewDataDir {
    /// Makes keys and an empty store. `site` says what the site is, once its key is known.
    ///
    /// # Errors
    /// If there is something at `target` already, or a file cannot be written.
    pub fn beside(
        target: &Path,
        site: impl FnOnce(&PrivateKey) -> Option<SiteFile>,
        now: UnixTime,
        rng: &dyn Rng,
    ) -> Result<Self, Failure> {
        let staged = StagedFolder::beside(target)?;
        let new = Self { staged };
        let key = new.write_site_key(rng)?;
        new.write_refresh_key(rng)?;
        let site = site(&key).ok_or_else(|| Failure::usage("the site cannot be named"))?;
        new.write(SITE_FILE, site.to_json().as_bytes(), Access::Shared)?;
        let tag = u64::from_be_bytes(rng.bytes().map_err(no_random_bytes)?);
        let first = NewSite { epoch: Epoch { counter: 1, tag }, mark: now };
        new.make_store(first)?;
        Ok(new)
    }

    /// Begins one that is filled from a backup.
    ///
    /// # Errors
    /// If there is something at `target` already.
    pub fn to_fill(target: &Path) -> Result<Self, Failure> {
        Ok(Self { staged: StagedFolder::beside(target)? })
    }

    /// Takes a file over, if it is one that makes a site; else `None`.
    ///
    /// # Errors
    /// If it cannot be written, or is there already.
    pub fn take_over(&self, name: &str, bytes: &[u8]) -> Result<Option<()>, Failure> {
        let Some((name, access)) = KEPT.iter().find(|(kept, _)| *kept == name) else {
            return Ok(None);
        };
        self.write(name, bytes, *access).map(Some)
    }

    /// The directory as it stands now.
    #[must_use]
    pub fn dir(&self) -> DataDir {
        DataDir::at(self.staged.path())
    }

    /// Moves it into place.
    ///
    /// # Errors
    /// If something has come to stand there meanwhile.
    pub fn publish(self, target: &Path) -> Result<(), Failure> {
        self.staged.publish(target)
    }

    fn write_site_key(&self, rng: &dyn Rng) -> Result<PrivateKey, Failure> {
        let seed = rng.secret().map_err(no_random_bytes)?;
        let key = PrivateKey::from_seed(&seed)
            .ok_or_else(|| Failure::usage("the drawn key is unsound").mend("try again"))?;
        self.write(SITE_KEY, keyfile::write(&key).as_bytes(), Access::Private)?;
        Ok(key)
    }

    fn write_refresh_key(&self, rng: &dyn Rng) -> Result<(), Failure> {
        let key = rng.secret::<32>().map_err(no_random_bytes)?;
        let mut text = Zeroizing::new(base64url::encode(key.as_ref()));
        text.push('\n');
        self.write(REFRESH_KEY, text.as_bytes(), Access::Private)
    }

    fn make_store(&self, first: NewSite) -> Result<(), Failure> {
        let path = self.dir().store();
        let failed =
            |error: &dyn fmt::Display| Failure::usage(format!("the store cannot be made: {error}"));
        RedbStore::create(&path, first).map_err(|error| failed(&error))?;
        self.keep_store_private()
    }

    /// Takes the store's file away from everyone else: the folder keeps others out already, and a copy of the
    /// file keeps its own mode.
    ///
    /// # Errors
    /// If there is none.
    pub fn keep_store_private(&self) -> Result<(), Failure> {
        fs::set_permissions(self.dir().store(), Permissions::from_mode(0o600))
            .map_err(|error| Failure::usage(format!("the store cannot be made: {error}")))
    }

    fn write(&self, name: &str, bytes: &[u8], access: Access) -> Result<(), Failure> {
        files::create(&self.staged.path().join(name), bytes, access)
    }
}

fn no_random_bytes(error: NoRandomBytes) -> Failure {
    Failure::usage(error.to_string()).mend("run this where `getrandom` is allowed")
}
