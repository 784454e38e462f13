//! A result on its way to where the user wants it.

use super::stream::Sink;
use super::write::{Access, StagedFile};
use crate::failure::Failure;
use crate::output;

/// Bytes that are ready to be handed out, to standard output or as a new file.
#[derive(Debug)]
pub struct Delivery(Kind);

#[derive(Debug)]
enum Kind {
    Stream(Vec<u8>),
    File(StagedFile),
}

impl Delivery {
    /// Makes everything ready that can fail.
    ///
    /// # Errors
    /// If there is a file of that name already, or it cannot be written.
    pub fn prepare(sink: &Sink, bytes: &[u8], access: Access) -> Result<Self, Failure> {
        Ok(Self(match sink {
            Sink::Stdout => Kind::Stream(bytes.to_owned()),
            Sink::File(path) => Kind::File(StagedFile::beside(path, bytes, access)?),
        }))
    }

    /// Hands it out.
    ///
    /// # Errors
    /// If standard output is closed, or the name was taken meanwhile.
    pub fn hand_out(self) -> Result<(), Failure> {
        match self.0 {
            Kind::Stream(bytes) => output::print_bytes(&bytes),
            Kind::File(staged) => staged.publish(),
        }
    }
}

#[cfg(test)]
mod tests {
    use super::{Access, Delivery, Sink};

    #[test]
    fn a_file_appears_when_it_is_handed_out_and_not_before() {
        let dir = tempfile::tempdir().unwrap();
        let path = dir.path().join("f");
        let sink = Sink::File(path.clone());
        let delivery = Delivery::prepare(&sink, b"x", Access::Shared).unwrap();
        assert!(!path.exists());
        delivery.hand_out().unwrap();
        assert_eq!(std::fs::read(&path).unwrap(), b"x");
        Delivery::prepare(&sink, b"y", Access::Shared).unwrap_err();
    }
}
