//! JSON, read strictly and written canonically: RFC 8259 and nothing that two readers could see
//! differently.
//!
//! Two parsers that disagree about one document are how a forged claim gets past a check, so what
//! is ambiguous is refused: duplicate names at any depth, lone surrogates, trailing data, a byte
//! order mark, nesting over [`JSON_DEPTH_MAX`](crate::limits::JSON_DEPTH_MAX). Numbers stay what was
//! written: an integer is never read through a float.

mod flaw;
mod read;
mod value;
mod write;

pub use flaw::JsonFlaw;
pub use read::parse;
pub(crate) use read::parse_member;
pub use value::{Object, Value};
pub(crate) use write::text;
pub use write::{ArrayWriter, ObjectWriter, PlainText, object};
