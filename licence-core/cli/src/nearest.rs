//! What was probably meant by a name that nobody knows.

/// How alike two names must be, from 0 (nothing in common) to 1 (the same), for one to be offered in
/// place of the other; clap asks for as much of a mistyped flag.
const LIKENESS_MIN: f64 = 0.7;

/// The known name that is most like the one that was given, where any is like it at all.
#[must_use]
pub fn nearest<'k>(given: &str, known: impl IntoIterator<Item = &'k str>) -> Option<&'k str> {
    known
        .into_iter()
        .map(|name| (strsim::jaro(given, name), name))
        .filter(|(likeness, _)| *likeness > LIKENESS_MIN)
        .max_by(|(one, _), (other, _)| one.total_cmp(other))
        .map(|(_, name)| name)
}

#[cfg(test)]
mod tests {
    use super::nearest;

    #[test]
    fn a_slip_finds_what_was_meant_and_nonsense_finds_nothing() {
        let known = ["seats", "sessions", "registered", "grace_days"];
        assert_eq!(nearest("seat", known), Some("seats"));
        assert_eq!(nearest("registred", known), Some("registered"));
        assert_eq!(nearest("grace-days", known), Some("grace_days"));
        assert_eq!(nearest("colour", known), None);
        assert_eq!(nearest("", known), None);
    }
}
