//! How a signed text leaves a command, beside what is told of it.

use licence_cli::files::{Access, Delivery, Sink};
use licence_cli::{Facts, Failure, Format, output};

/// Standard output takes one thing: the file, or the JSON that holds it.
pub(super) fn hand_out(
    file: &str,
    facts: Facts,
    sink: &Sink,
    format: Format,
) -> Result<(), Failure> {
    match (sink, format) {
        (Sink::Stdout, Format::Json) => format.print(&facts.with("file", file)),
        (Sink::Stdout, Format::Text) => {
            Delivery::prepare(sink, file.as_bytes(), Access::Shared)?.hand_out()?;
            output::note(facts.to_string().trim_end());
            Ok(())
        }
        (Sink::File(_), _) => {
            Delivery::prepare(sink, file.as_bytes(), Access::Shared)?.hand_out()?;
            format.print(&facts)
        }
    }
}
