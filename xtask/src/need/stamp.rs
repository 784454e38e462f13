//! Remembers for which list of packages a folder was filled.

use std::fs;
use std::path::PathBuf;

use crate::failure::Failure;

/// A copy of the list, put into the folder once everything on it is installed there: an
/// installation that was cut short has none, and a changed list no longer equals it.
pub(crate) struct Stamp {
    list: PathBuf,
    copy: PathBuf,
}

impl Stamp {
    pub(crate) fn new(list: PathBuf, copy: PathBuf) -> Self {
        Self { list, copy }
    }

    pub(crate) fn is_current(&self) -> bool {
        matches!((fs::read(&self.list), fs::read(&self.copy)), (Ok(list), Ok(copy)) if list == copy)
    }

    pub(crate) fn set(&self) -> Result<(), Failure> {
        fs::copy(&self.list, &self.copy).map_err(Failure::file("copy", &self.list))?;
        Ok(())
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_stamp_is_current_from_its_setting_until_the_list_changes() {
        let place = tempfile::tempdir().unwrap();
        let list = place.path().join("list");
        fs::write(&list, "one").unwrap();
        let stamp = Stamp::new(list.clone(), place.path().join("copy"));
        assert!(!stamp.is_current());
        stamp.set().unwrap();
        assert!(stamp.is_current());
        fs::write(&list, "one, two").unwrap();
        assert!(!stamp.is_current());
    }
}
