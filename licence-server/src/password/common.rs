//! Passwords that are guessed first.
//!
//! Guessing programs know the commonest words and dress them up: a capital, a year, an exclamation mark,
//! `0` for `o`. So a password is undressed before it is looked for. What is left of a sentence of several
//! words is none of the list.

use std::collections::HashSet;
use std::sync::LazyLock;

/// Words that passwords are made of, one to a line, folded and in order: those of sign-in pages, names of
/// people, pets, places, clubs, brands and heroes, in the languages of Europe.
const WORDS: &str = include_str!("common.txt");

static COMMON: LazyLock<HashSet<&str>> = LazyLock::new(|| WORDS.lines().collect());

/// Digits and signs around a word that make it no better: up to a date.
const AROUND_CHARS_MAX: usize = 8;

/// Fewer different characters than this are a finger that rests.
const DIFFERENT_CHARS_MIN: usize = 4;

/// A text of up to so many characters, over and over, is no longer than it.
const PERIOD_CHARS_MAX: usize = 4;

/// Keys next to each other, and letters in their order.
const ROWS: [&str; 17] = [
    "1234567890",
    "qwertyuiop",
    "qwertzuiopü",
    "azertyuiop",
    "asdfghjklöä",
    "qsdfghjklm",
    "zxcvbnm",
    "yxcvbnm",
    "wxcvbn",
    "abcdefghijklmnopqrstuvwxyz",
    "1qaz",
    "2wsx",
    "3edc",
    "4rfv",
    "5tgb",
    "6yhn",
    "7ujm",
];

/// Fewer keys in a row happen in any word.
const RUN_CHARS_MIN: usize = 3;

/// Whether a password in lower case is a common word, undressed.
pub(super) fn is_common(folded: &str) -> bool {
    let joined: String = folded.chars().filter(|c| !matches!(c, ' ' | '-' | '_' | '.')).collect();
    let bare = undressed(&joined);
    let spoken = |text: &str, one: char| text.chars().map(|c| letter(c, one)).collect::<String>();
    is_listed(bare)
        || ['i', 'l']
            .into_iter()
            .any(|one| is_listed(&spoken(bare, one)) || is_listed(undressed(&spoken(&joined, one))))
}

/// Whether a password in lower case is made by moving a finger, or is a date.
pub(super) fn is_pattern(folded: &str) -> bool {
    let chars: Vec<char> = folded.chars().collect();
    let different = chars.iter().collect::<HashSet<_>>().len();
    different < DIFFERENT_CHARS_MIN || is_periodic(&chars) || is_runs(&chars) || is_date(folded)
}

/// The word, or the word twice.
fn is_listed(word: &str) -> bool {
    let half = word.split_at_checked(word.len() / 2);
    COMMON.contains(word) || half.is_some_and(|(one, two)| one == two && COMMON.contains(one))
}

/// Without the digits and signs around it.
fn undressed(text: &str) -> &str {
    let bare = text.trim_matches(|c: char| !c.is_alphabetic());
    let around = text.chars().count().saturating_sub(bare.chars().count());
    if around <= AROUND_CHARS_MAX { bare } else { text }
}

/// The letter that a digit or a sign stands for.
const fn letter(c: char, one: char) -> char {
    match c {
        '0' => 'o',
        '1' | '!' | '|' => one,
        '3' | '€' => 'e',
        '4' | '@' => 'a',
        '5' | '$' => 's',
        '7' | '+' => 't',
        '8' => 'b',
        c => c,
    }
}

fn is_periodic(chars: &[char]) -> bool {
    (1..=PERIOD_CHARS_MAX).any(|period| {
        let mut pairs = chars.iter().zip(chars.iter().skip(period));
        chars.len() > period && pairs.all(|(one, other)| one == other)
    })
}

/// Whether it consists of runs along the rows, in either direction.
fn is_runs(chars: &[char]) -> bool {
    let mut rest = chars;
    while !rest.is_empty() {
        let run = ROWS.iter().map(|row| run(rest, row)).max().unwrap_or_default();
        let Some(left) = rest.get(run..).filter(|_| run >= RUN_CHARS_MIN) else { return false };
        rest = left;
    }
    true
}

/// How many characters from the start lie along a row.
fn run(chars: &[char], row: &str) -> usize {
    let (forth, back): (Vec<_>, Vec<_>) = (row.chars().collect(), row.chars().rev().collect());
    let along = |row: &[char]| {
        let starts = (0..row.len()).filter_map(|at| row.get(at..));
        let same = |row: &[char]| chars.iter().zip(row).take_while(|(a, b)| a == b).count();
        starts.map(same).max().unwrap_or_default()
    };
    along(&forth).max(along(&back))
}

/// Eight digits that can be a day of the last or this century, in any order, with or without signs
/// between them.
fn is_date(text: &str) -> bool {
    let digits: String = text.chars().filter(|c| !matches!(c, '.' | '-' | '/' | ' ')).collect();
    let number = |from: usize, to: usize| digits.get(from..to).and_then(|n| n.parse::<u32>().ok());
    let is_day = |day: Option<u32>, month: Option<u32>, year: Option<u32>| {
        day.is_some_and(|day| (1..=31).contains(&day))
            && month.is_some_and(|month| (1..=12).contains(&month))
            && year.is_some_and(|year| (1900..2100).contains(&year))
    };
    digits.len() == 8
        && digits.bytes().all(|byte| byte.is_ascii_digit())
        && [
            (number(0, 2), number(2, 4), number(4, 8)),
            (number(2, 4), number(0, 2), number(4, 8)),
            (number(6, 8), number(4, 6), number(0, 4)),
        ]
        .into_iter()
        .any(|(day, month, year)| is_day(day, month, year))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_list_is_folded_in_order_and_says_nothing_twice() {
        let words: Vec<_> = WORDS.lines().collect();
        assert!(words.len() > 1000, "{}", words.len());
        assert!(words.is_sorted_by(|one, other| one < other));
        for word in words {
            assert!(word.chars().count() >= 4, "{word}");
            assert!(word.chars().all(char::is_alphabetic), "{word}");
            assert_eq!(word, word.to_lowercase());
        }
    }

    #[test]
    fn a_common_word_is_one_in_any_dress() {
        let text = "password password1 password123 p@ssw0rd passw0rd! pa$$word2026 12password letmein1 \
            l3tm31n!! trustno1 iloveyou i-love-you 1l0vey0u sommer2025! hallo123 hallohallo passwort \
            geheim2024 dragon01 schalke04 michael1990 motdepasse correct-horse-battery-staple \
            liverpool!! münchen1860";
        for text in text.split_whitespace() {
            assert!(is_common(text), "{text}");
        }
    }

    #[test]
    fn several_words_are_not_common() {
        for text in [
            "correct horse battery",
            "my dragon eats pizza",
            "vier worte die passen",
            "kaffee ohne milch",
            "passwordless future",
            "пароль длиной",
            "x7#kq!vbnz",
        ] {
            assert!(!is_common(text) && !is_pattern(text), "{text}");
        }
    }

    #[test]
    fn a_finger_that_rests_or_walks_and_a_date_are_patterns() {
        let text = "aaaaaaaa 12121212 abcabcabc abcdabcdabcd 12345678 87654321 1234567890 qwertyui \
            poiuytrewq asdfghjkl qwertzuiopü 1qaz2wsx 1qaz2wsx3edc abcdefgh zyxwvuts 123qweasd \
            24121990 12241990 1990-12-24 24.12.1990";
        for text in text.split_whitespace() {
            assert!(is_pattern(text), "{text}");
        }
        for text in ["99887766", "31415926", "qwerty keys", "123 sesamstraße"] {
            assert!(!is_pattern(text), "{text}");
        }
    }
}
