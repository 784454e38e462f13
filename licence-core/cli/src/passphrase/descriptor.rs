use std::str::FromStr;

use crate::files::Source;

/// An open file descriptor that a script hands over, so that a secret stands in no file and on no
/// command line.
#[derive(Clone, Copy, Debug, Eq, PartialEq)]
pub(super) struct Descriptor(u16);

impl Descriptor {
    /// Where it is read. The system shows open descriptors as files, so none is taken from the
    /// process that opened it.
    pub(super) fn source(self) -> Source {
        match self.0 {
            0 => Source::Stdin,
            number => Source::File(format!("/dev/fd/{number}").into()),
        }
    }
}

impl FromStr for Descriptor {
    type Err = &'static str;

    fn from_str(typed: &str) -> Result<Self, Self::Err> {
        if cfg!(not(unix)) {
            return Err("descriptors are read on Unix only: give --passphrase-file FILE");
        }
        let number = typed.parse().ok().filter(|number| !matches!(number, 1 | 2));
        number.map(Self).ok_or("the number of an open descriptor is needed, 0 or from 3")
    }
}

#[cfg(test)]
mod tests {
    use super::{Descriptor, Source};

    #[test]
    #[cfg(unix)]
    fn a_descriptor_is_read_as_the_system_shows_it() {
        assert_eq!("3".parse::<Descriptor>().unwrap().source(), Source::File("/dev/fd/3".into()));
        assert_eq!("0".parse::<Descriptor>().unwrap().source(), Source::Stdin);
        for typed in ["1", "2", "-1", "x", "", "70000"] {
            assert!(typed.parse::<Descriptor>().is_err(), "{typed}");
        }
    }
}
