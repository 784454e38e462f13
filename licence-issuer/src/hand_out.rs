//! From a signature to the user, by way of the ledger.

use licence_cli::files::{Access, Delivery, Sink};
use licence_cli::{Facts, Failure, Format, output};

use crate::ledger::{LedgerWriter, Records};

/// What is told of a signed text, and where the text goes.
pub(crate) struct Telling<'s> {
    pub(crate) facts: Facts,
    pub(crate) sink: &'s Sink,
    pub(crate) format: Format,
}

/// Hands out once more what is in the ledger.
pub(crate) fn hand_out_again(file: &str, telling: Telling<'_>) -> Result<(), Failure> {
    let Telling { facts, sink, format } = telling;
    Way::prepare(sink, file, format)?.finish(facts)
}

/// Records what was signed, then hands it out and tells what it is.
///
/// INVARIANT: this is the only way out for one signed text (`import` hands out many), and the
/// ledger's entry is on disk before it. What can fail without a record (a name that is taken, a full
/// disk) fails before it.
pub(crate) fn hand_out(
    file: &str,
    records: &Records,
    ledger: &mut LedgerWriter,
    Telling { facts, sink, format }: Telling<'_>,
) -> Result<(), Failure> {
    let way = Way::prepare(sink, file, format)?;
    let receipt = ledger.record(records)?;
    let facts = facts.with("ledger_entry", receipt.number).with_text("ledger_head", receipt.head);
    way.finish(facts)
}

/// Standard output takes one thing: the file, or the JSON that holds it.
enum Way<'f> {
    File(Delivery, Format),
    Stream(Delivery),
    Json(&'f str),
}

impl<'f> Way<'f> {
    fn prepare(sink: &Sink, file: &'f str, format: Format) -> Result<Self, Failure> {
        let delivery = || Delivery::prepare(sink, file.as_bytes(), Access::Shared);
        Ok(match (sink, format) {
            (Sink::File(_), _) => Self::File(delivery()?, format),
            (Sink::Stdout, Format::Text) => Self::Stream(delivery()?),
            (Sink::Stdout, Format::Json) => Self::Json(file),
        })
    }

    fn finish(self, facts: Facts) -> Result<(), Failure> {
        match self {
            Self::File(delivery, format) => {
                delivery.hand_out()?;
                format.print(&facts)
            }
            Self::Stream(delivery) => {
                delivery.hand_out()?;
                output::note(facts.to_string().trim_end());
                Ok(())
            }
            Self::Json(file) => Format::Json.print(&facts.with("file", file)),
        }
    }
}
