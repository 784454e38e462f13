//! How backups are called where nobody says, and which of them are too many.

use licence_core::{KeyId, Product, UnixTime};

/// Characters of the site key's id in a name: servers that share a folder leave each other's backups alone.
const KEY_CHARS: usize = 8;

/// How the name of every backup ends.
const ENDING: &str = ".backup";

/// What stands before the ending in the name of one that the server made by itself. Nothing else is ever deleted.
const AUTOMATIC: &str = "-auto";

/// The names of the backups of one site.
///
/// ```text
/// PRODUCT-KEY-20261122T103000Z.backup        made by hand
/// PRODUCT-KEY-20261122T103000Z-auto.backup   made by the server itself
/// PRODUCT-KEY-broken-log.backup              the newest of a store whose audit log was not what had been written
/// PRODUCT-KEY-unsound.backup                 the newest of one whose rows were not, which no restore takes
/// ```
#[derive(Clone, Debug)]
pub struct Names {
    /// `PRODUCT-KEY-`.
    stem: String,
}

impl Names {
    /// Those of a site.
    #[must_use]
    pub fn of(product: &Product, site_key: KeyId) -> Self {
        let key: String = site_key.to_string().chars().take(KEY_CHARS).collect();
        Self { stem: format!("{product}-{key}-") }
    }

    /// The name of one that is made by hand.
    #[must_use]
    pub fn by_hand(&self, taken: UnixTime) -> String {
        format!("{}{}{ENDING}", self.stem, stamp(taken))
    }

    /// The name of one that the server makes by itself.
    #[must_use]
    pub fn automatic(&self, taken: UnixTime) -> String {
        format!("{}{}{AUTOMATIC}{ENDING}", self.stem, stamp(taken))
    }

    /// The one name of all that a restore takes only with their log cut off: each takes the place of the one before.
    #[must_use]
    pub fn broken_log(&self) -> String {
        format!("{}broken-log{ENDING}", self.stem)
    }

    /// The one name of all that no restore takes: each takes the place of the one before, and of no better one.
    #[must_use]
    pub fn unsound(&self) -> String {
        format!("{}unsound{ENDING}", self.stem)
    }

    /// Those of the names that are to go, so that the automatic backup of a time and the newest before it are
    /// as many as are kept. Names of a later time stay: a clock that was set back explains them, and they may
    /// be all there is.
    #[must_use]
    pub fn too_many(&self, mut names: Vec<String>, taken: UnixTime, keep: usize) -> Vec<String> {
        let taken = stamp(taken);
        names.retain(|name| self.stamp_in(name).is_some_and(|stamp| *stamp < *taken));
        // Stamps sort by time, and the stem is the same.
        names.sort_unstable();
        names.truncate(names.len().saturating_sub(keep.saturating_sub(1)));
        names
    }

    /// When the automatic backup with that name was made, if it is one of this site.
    fn stamp_in<'n>(&self, name: &'n str) -> Option<&'n str> {
        let rest = name.strip_prefix(self.stem.as_str())?;
        let stamp = rest.strip_suffix(ENDING)?.strip_suffix(AUTOMATIC)?;
        let digits = stamp.chars().map(|c| if c.is_ascii_digit() { '0' } else { c });
        digits.eq("00000000T000000Z".chars()).then_some(stamp)
    }
}

/// A time as names have it: `20261122T103000Z`.
fn stamp(time: UnixTime) -> String {
    time.to_string().chars().filter(|c| !matches!(c, '-' | ':')).collect()
}

#[cfg(test)]
mod tests {
    use licence_core::PrivateKey;

    use super::*;

    const NOON: UnixTime = UnixTime::MIN.plus(200_000_000);
    const DAY_SECS: i64 = 86_400;

    fn names_of(product: &str, seed: u8) -> Names {
        let key = PrivateKey::from_seed(&[seed; 32]).unwrap();
        Names::of(&Product::parse(product).unwrap(), key.public().id())
    }

    fn on_day(day: i64) -> UnixTime {
        NOON.plus(day * DAY_SECS)
    }

    #[test]
    fn the_newest_are_kept_with_the_one_that_was_just_made() {
        let own = names_of("app", 1);
        let all: Vec<String> = (0..5).map(|day| own.automatic(on_day(day))).collect();
        assert_eq!(own.too_many(all.clone(), on_day(4), 3), all[..2]);
        assert_eq!(own.too_many(all.clone(), on_day(4), 9), [""; 0]);
        assert_eq!(own.too_many(all.clone(), on_day(4), 1), all[..4]);
    }

    /// Once the names were all that counted, and after a clock was set back the newest was deleted as the oldest.
    #[test]
    fn the_one_that_was_just_made_stays_and_so_does_what_is_called_later() {
        let own = names_of("app", 1);
        let later: Vec<String> = (5..9).map(|day| own.automatic(on_day(day))).collect();
        let just_made = own.automatic(on_day(3));
        let before = own.automatic(on_day(2));
        let names = [later, vec![just_made, before.clone()]].concat();
        assert_eq!(own.too_many(names.clone(), on_day(3), 2), [""; 0]);
        assert_eq!(own.too_many(names, on_day(3), 1), [before]);
    }

    #[test]
    fn nothing_is_too_many_that_is_made_by_hand_or_of_another_site() {
        let own = names_of("app", 1);
        let others = [
            own.by_hand(on_day(0)),
            own.unsound(),
            own.broken_log(),
            names_of("app", 2).automatic(on_day(0)),
            names_of("ap", 1).automatic(on_day(0)),
            names_of("app-app", 1).automatic(on_day(0)),
            own.automatic(on_day(0)).replace('T', "t"),
            "notes.txt".to_owned(),
        ];
        assert_eq!(own.too_many(others.to_vec(), on_day(9), 1), [""; 0]);
    }
}
