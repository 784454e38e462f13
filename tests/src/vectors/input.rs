use licence_core::base64url;
use serde::{Deserialize, Serialize};

/// Bytes as a vector writes them.
#[derive(Clone, Debug, PartialEq, Deserialize, Serialize)]
#[serde(untagged)]
pub enum Input {
    /// Text.
    Text(String),
    /// Text in pieces, of which some are said once for many.
    Pieces(Vec<Piece>),
    /// What is no text.
    Bytes {
        /// The bytes.
        base64url: String,
    },
}

/// A piece of a text.
#[derive(Clone, Debug, PartialEq, Deserialize, Serialize)]
#[serde(untagged)]
pub enum Piece {
    /// As it is.
    Text(String),
    /// Many times over.
    Repeat {
        /// This,
        repeat: String,
        /// so many times.
        times: usize,
    },
}

/// Up to this a text is written out, so that most vectors can be read as they are.
const PLAIN_BYTES_MAX: usize = 6 * 1024;

/// What a filler repeats: a day of a usage statement, a line break, four characters of base64url, a line
/// of armour, an entry of a list of revoked tokens.
const UNIT_BYTES: [usize; 5] = [72, 1, 4, 65, 88];

impl Input {
    /// The bytes.
    #[must_use]
    pub fn bytes(&self) -> Vec<u8> {
        match self {
            Self::Text(text) => text.as_bytes().to_vec(),
            Self::Pieces(pieces) => pieces.iter().map(Piece::text).collect::<String>().into(),
            Self::Bytes { base64url } => base64url::decode(base64url).unwrap(),
        }
    }
}

impl Piece {
    fn text(&self) -> String {
        match self {
            Self::Text(text) => text.clone(),
            Self::Repeat { repeat, times } => repeat.repeat(*times),
        }
    }
}

impl From<String> for Input {
    fn from(text: String) -> Self {
        if text.len() <= PLAIN_BYTES_MAX {
            return Self::Text(text);
        }
        let run = UNIT_BYTES.iter().map(|unit| longest_run(&text, *unit)).max_by_key(Run::bytes);
        let run = run.filter(|run| run.times > 1).expect("what is long repeats something");
        let end = run.from + run.bytes();
        let piece = |from: usize, to: usize| Piece::Text(text[from..to].to_owned());
        let repeat = text[run.from..run.from + run.unit].to_owned();
        let middle = Piece::Repeat { repeat, times: run.times };
        Self::Pieces(vec![piece(0, run.from), middle, piece(end, text.len())])
    }
}

impl From<&str> for Input {
    fn from(text: &str) -> Self {
        text.to_owned().into()
    }
}

impl From<&[u8]> for Input {
    fn from(bytes: &[u8]) -> Self {
        Self::Bytes { base64url: base64url::encode(bytes) }
    }
}

struct Run {
    from: usize,
    unit: usize,
    times: usize,
}

impl Run {
    fn bytes(&self) -> usize {
        self.unit * self.times
    }
}

/// The longest stretch in which each byte is the one `unit` bytes before it.
fn longest_run(text: &str, unit: usize) -> Run {
    let bytes = text.as_bytes();
    let (mut longest, mut from) = (Run { from: 0, unit, times: 1 }, 0);
    for at in unit..=bytes.len() {
        if at == bytes.len() || bytes[at] != bytes[at - unit] {
            let times = (at - from) / unit;
            if times > longest.times {
                longest = Run { from, unit, times };
            }
            from = at + 1 - unit;
        }
    }
    longest
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_long_text_is_said_shortly_and_means_the_same() {
        let line = format!("{}\n", "eHh4".repeat(16));
        for text in ["a", "-----\n", "ab"] {
            for filler in ["\n", "eHh4", line.as_str()] {
                let text = format!("{text}{}{text}tail", filler.repeat(7_000));
                let input = Input::from(text.as_str());
                assert_eq!(input.bytes(), text.as_bytes());
                assert!(serde_json::to_string(&input).unwrap().len() < 300);
            }
        }
    }
}
