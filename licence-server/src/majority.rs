//! Who came most often, found in the memory of one.

/// A vote of which every voter is forgotten but one (Boyer and Moore, 1981): whoever has more than half of the
/// votes is the one.
#[derive(Clone, Copy, Debug)]
pub struct Majority<T> {
    ahead: Option<(T, u64)>,
}

impl<T> Default for Majority<T> {
    fn default() -> Self {
        Self { ahead: None }
    }
}

impl<T: Copy + PartialEq> Majority<T> {
    /// Counts a vote, and says whether the one who came is ahead only now.
    pub fn note(&mut self, who: T) -> bool {
        let (next, is_new) = match self.ahead {
            Some((ahead, lead)) if ahead == who => ((ahead, lead.saturating_add(1)), false),
            Some((ahead, lead)) if lead > 0 => ((ahead, lead - 1), false),
            Some(_) | None => ((who, 1), true),
        };
        self.ahead = Some(next);
        is_new
    }

    /// The one who is ahead; whoever has more than half of the votes is.
    pub const fn most(&self) -> Option<T> {
        match self.ahead {
            Some((who, _)) => Some(who),
            None => None,
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn whoever_has_more_than_half_is_found_however_they_come() {
        for votes in ["a", "abaca", "bbcaaaa", "aaaabbc", "acadaeafa!a"] {
            let mut majority = Majority::default();
            votes.chars().for_each(|vote| {
                majority.note(vote);
            });
            assert_eq!(majority.most(), Some('a'), "{votes}");
        }
        assert_eq!(Majority::<char>::default().most(), None);
    }

    #[test]
    fn who_was_first_does_not_stay_ahead_of_the_many() {
        let mut majority = Majority::default();
        assert!(majority.note("a liar"));
        assert!(!majority.note("a proxy"));
        assert!(majority.note("a proxy"));
        assert!(!majority.note("a liar"));
        assert!(!majority.note("a proxy"));
        assert_eq!(majority.most(), Some("a proxy"));
    }
}
