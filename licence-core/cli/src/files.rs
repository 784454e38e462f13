//! Files as both tools treat them: reads are bounded, writes are whole or absent, what is secret is
//! for its owner alone, and nothing is overwritten by accident.

mod delivery;
mod folder;
mod leftover;
mod read;
mod stream;
mod words;
mod write;

pub use delivery::Delivery;
pub use folder::{StagedFolder, create_folder};
pub use leftover::sweep_beside;
pub use read::{ByteLimit, read, read_start, read_text};
pub use stream::{Sink, Source};
pub use words::refused_by_system;
pub use write::{Access, StagedFile, create, replace};
