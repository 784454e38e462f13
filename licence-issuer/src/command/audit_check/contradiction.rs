use std::fmt;

use licence_cli::Facts;
use licence_core::Code;
use serde::{Serialize, Serializer};

use super::evidence::Sighting;
use super::log::Log;

/// Pieces of evidence that cannot all be of one log.
#[derive(Clone, Debug, Serialize)]
pub(super) struct Contradiction {
    #[serde(serialize_with = "name")]
    pub(super) code: Code,
    /// What they prove.
    pub(super) message: String,
    /// The pieces.
    pub(super) between: Vec<Facts>,
}

#[expect(clippy::trivially_copy_pass_by_ref, reason = "serde hands over a reference")]
fn name<S: Serializer>(code: &Code, serializer: S) -> Result<S::Ok, S::Error> {
    serializer.serialize_str(code.name())
}

impl fmt::Display for Contradiction {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        writeln!(f, "{}: {}", self.code, self.message)?;
        for piece in &self.between {
            let told = |name| piece.spoken(name);
            let file = told("file").unwrap_or_default();
            write!(f, "  `{file}`")?;
            for (name, before) in [
                ("line", "line "),
                ("what", ""),
                ("entry", "entry "),
                ("head", "head "),
                ("at", ""),
            ] {
                if let Some(value) = told(name) {
                    write!(f, ", {before}{value}")?;
                }
            }
            writeln!(f)?;
        }
        Ok(())
    }
}

/// A piece of evidence as it is told: where it stands, and what it says.
pub(super) fn sighted(sighting: &Sighting) -> Facts {
    let Sighting { file, line, what, is_signed, position, stood } = sighting;
    Facts::new()
        .with_text("file", file)
        .with("line", *line)
        .with("what", *what)
        .with("is_signed", *is_signed)
        .with_text("epoch", position.epoch)
        .with("entry", position.seq)
        .with_text("head", position.head)
        .with_some("at", stood.map(|stood| stood.to_string()))
}

/// An entry of a log.
pub(super) fn logged(log: &Log, seq: u64) -> Facts {
    Facts::new().with_text("file", &log.file).with("what", "audit log").with("entry", seq)
}
