//! Words that are no secret where a password is used: the institute's, the product's, the person's own.

/// Shorter words are in too many others.
const WORD_CHARS_MIN: usize = 4;

/// Words at most: an institute, a product, a person.
const WORDS_MAX: usize = 64;

/// What a password must have besides such words.
const FURTHER_CHARS_MIN: usize = 6;

/// The words that anyone would try first for this person, here.
#[derive(Clone, Debug, Default)]
pub struct OwnWords {
    /// In lower case, the longest first.
    words: Vec<String>,
}

impl OwnWords {
    /// The words of names, addresses and titles: the whole, and each part of four characters or more.
    pub fn of<'t>(texts: impl IntoIterator<Item = &'t str>) -> Self {
        let folded = texts.into_iter().map(str::to_lowercase);
        let mut words: Vec<String> = folded
            .flat_map(|text| [spelt_out(&text), text])
            .flat_map(|text| {
                let parts = text.split(|c: char| !c.is_alphanumeric()).map(str::to_owned);
                parts.chain([text.clone()]).collect::<Vec<_>>()
            })
            .filter(|word| word.chars().count() >= WORD_CHARS_MIN)
            .collect();
        words.sort_unstable_by(|one, other| other.len().cmp(&one.len()).then(one.cmp(other)));
        words.dedup();
        words.truncate(WORDS_MAX);
        Self { words }
    }

    /// Whether a password in lower case is made of these words and little else.
    pub(super) fn are_nearly_all_of(&self, folded: &str) -> bool {
        [folded.to_owned(), spelt_out(folded)].into_iter().any(|mut rest| {
            let whole = rest.len();
            for word in &self.words {
                rest = rest.replace(word, "");
            }
            let further = rest.chars().filter(|c| c.is_alphanumeric()).count();
            rest.len() < whole && further < FURTHER_CHARS_MIN
        })
    }
}

/// As people write it who have no umlauts on their keyboard.
fn spelt_out(text: &str) -> String {
    text.replace('ä', "ae").replace('ö', "oe").replace('ü', "ue").replace('ß', "ss")
}

#[cfg(test)]
mod tests {
    use super::OwnWords;

    fn own() -> OwnWords {
        let address = "anna.mueller@fkp.uni-ulm.de";
        OwnWords::of(["Institut für Festkörperphysik", "viewer", "lab-app", "Anna Müller", address])
    }

    #[test]
    fn what_everybody_knows_of_a_person_is_no_password() {
        for text in [
            "annamüller",
            "anna.mueller",
            "annamueller1990",
            "1990-müller-anna!",
            "festkörperphysik",
            "festkoerperphysik1",
            "viewer2026",
            "viewerviewer",
            "institut-viewer",
            "lab-app-2026",
        ] {
            assert!(own().are_nearly_all_of(text), "{text}");
        }
    }

    #[test]
    fn a_sentence_may_hold_an_own_word() {
        for text in ["anna isst gern kuchen", "der viewer zeigt wolken", "correct horse battery"] {
            assert!(!own().are_nearly_all_of(text), "{text}");
        }
        assert!(!OwnWords::default().are_nearly_all_of("annamüller"));
    }

    #[test]
    fn short_parts_are_not_looked_for_and_long_lists_are_cut() {
        assert!(!own().are_nearly_all_of("fkp-uni-"));
        let many: Vec<String> = (0..1000).map(|number| format!("word{number}")).collect();
        assert_eq!(OwnWords::of(many.iter().map(String::as_str)).words.len(), super::WORDS_MAX);
    }
}
