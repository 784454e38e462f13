//! Passphrases of key files: from a file or a prompt, never from the command line, which every user
//! of the machine can read.

mod descriptor;
mod prompt;

use std::fmt;

use clap::Args;
use zeroize::Zeroizing;

use self::descriptor::Descriptor;
use self::prompt::{Prompt, Terminal};
use crate::failure::Failure;
use crate::files::{self, ByteLimit, Source};

/// The longest passphrase, in bytes: more than a person types, less than a wrong file holds.
const PASSPHRASE_BYTES_MAX: usize = 1024;

/// A passphrase. It is wiped when dropped, and nothing prints it.
pub struct Passphrase(Zeroizing<String>);

impl Passphrase {
    /// The secret itself, for the one call that opens or seals a key.
    #[must_use]
    pub fn secret(&self) -> &str {
        &self.0
    }
}

impl fmt::Debug for Passphrase {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("Passphrase(..)")
    }
}

/// How a key file that is being made is to be protected.
#[derive(Args, Clone, Debug, Default)]
#[group(id = "protection", multiple = false)]
pub struct NewPassphraseFlags {
    /// Encrypt the private key with the first line of FILE (`-`: standard input)
    #[arg(long, value_name = "FILE")]
    passphrase_file: Option<Source>,

    /// The same from the open file descriptor N, such as `3<file`
    #[arg(long, value_name = "N")]
    passphrase_fd: Option<Descriptor>,

    /// Leave the private key unencrypted: whoever reads the file can sign
    #[arg(long)]
    no_passphrase: bool,
}

impl NewPassphraseFlags {
    /// The passphrase to encrypt with, or `None` where the user chose to have none. On a terminal
    /// it is asked for, twice.
    ///
    /// # Errors
    /// If nothing was chosen and there is no terminal to ask on; if the passphrase is empty, too
    /// long, or not typed the same way twice.
    pub fn choose(&self) -> Result<Option<Passphrase>, Failure> {
        self.choose_with(Terminal::found())
    }

    fn choose_with(&self, terminal: Option<impl Prompt>) -> Result<Option<Passphrase>, Failure> {
        let given = source(self.passphrase_file.as_ref(), self.passphrase_fd);
        match (given, terminal) {
            _ if self.no_passphrase => Ok(None),
            (Some(file), _) => from_file(&file).map(Some),
            (None, Some(terminal)) => ask_twice(&terminal).map(Some),
            (None, None) => Err(Failure::usage("there is no terminal to ask for a passphrase on")
                .mend(
                    "give --passphrase-file FILE, or --no-passphrase to leave the key unencrypted",
                )),
        }
    }
}

/// How an encrypted key file is to be opened.
#[derive(Args, Clone, Debug, Default)]
pub struct PassphraseFlags {
    /// Open the private key with the first line of FILE (`-`: standard input)
    #[arg(long, value_name = "FILE")]
    passphrase_file: Option<Source>,

    /// The same from the open file descriptor N, such as `3<file`
    #[arg(long, value_name = "N", conflicts_with = "passphrase_file")]
    passphrase_fd: Option<Descriptor>,
}

impl PassphraseFlags {
    /// The passphrase that opens `key`; on a terminal it is asked for. Call this only for a key
    /// that is encrypted.
    ///
    /// # Errors
    /// If none was given and there is no terminal to ask on, or it is empty or too long.
    pub fn open(&self, key: &Source) -> Result<Passphrase, Failure> {
        self.open_with(key, Terminal::found())
    }

    fn open_with(
        &self,
        key: &Source,
        terminal: Option<impl Prompt>,
    ) -> Result<Passphrase, Failure> {
        match (source(self.passphrase_file.as_ref(), self.passphrase_fd), terminal) {
            (Some(file), _) => from_file(&file),
            (None, Some(terminal)) => checked(terminal.ask(&format!("Passphrase of {key}: "))?),
            (None, None) => Err(Failure::usage(format!(
                "{key} is encrypted, and there is no terminal to ask for its passphrase on"
            ))
            .mend("give --passphrase-file FILE")),
        }
    }
}

/// The passphrase of what is never without one.
#[derive(Args, Clone, Debug, Default)]
pub struct BackupPassphraseFlags {
    /// The passphrase is the first line of FILE (`-`: standard input)
    #[arg(long, value_name = "FILE")]
    passphrase_file: Option<Source>,

    /// The same from the open file descriptor N, such as `3<file`
    #[arg(long, value_name = "N", conflicts_with = "passphrase_file")]
    passphrase_fd: Option<Descriptor>,
}

impl BackupPassphraseFlags {
    /// The passphrase to seal with: the one that was given, else the first line of the `usual` file. On a
    /// terminal it is asked for, twice.
    ///
    /// # Errors
    /// If there is none and no terminal to ask on; if it is empty, too long, or not typed the same way
    /// twice.
    pub fn seal(&self, usual: Option<&Source>) -> Result<Passphrase, Failure> {
        self.seal_with(usual, Terminal::found())
    }

    fn seal_with(
        &self,
        usual: Option<&Source>,
        terminal: Option<impl Prompt>,
    ) -> Result<Passphrase, Failure> {
        let given = source(self.passphrase_file.as_ref(), self.passphrase_fd);
        match (given.or_else(|| usual.cloned()), terminal) {
            (Some(file), _) => from_file(&file),
            (None, Some(terminal)) => ask_twice(&terminal),
            (None, None) => Err(Failure::usage("there is no terminal to ask for a passphrase on")
                .mend("give --passphrase-file FILE")),
        }
    }

    /// The passphrase that opens `file`; on a terminal it is asked for.
    ///
    /// # Errors
    /// As [`PassphraseFlags::open`].
    pub fn open(&self, file: &Source) -> Result<Passphrase, Failure> {
        let Self { passphrase_file, passphrase_fd } = self.clone();
        PassphraseFlags { passphrase_file, passphrase_fd }.open(file)
    }
}

fn source(file: Option<&Source>, descriptor: Option<Descriptor>) -> Option<Source> {
    file.cloned().or_else(|| descriptor.map(Descriptor::source))
}

/// The first line of a file, without its end.
///
/// # Errors
/// If the file cannot be read, or the line is empty, too long or no text.
pub fn from_file(file: &Source) -> Result<Passphrase, Failure> {
    // One byte more than the longest line and its end, so that a longer line is seen to be longer.
    let start = files::read_start(file, ByteLimit(PASSPHRASE_BYTES_MAX.saturating_add(3)))?;
    let start = Zeroizing::new(start);
    let line = start.split(|byte| *byte == b'\n').next().unwrap_or_default();
    let line = line.strip_suffix(b"\r").unwrap_or(line);
    let text = std::str::from_utf8(line).map_err(|_| {
        Failure::usage(format!("the first line of {file} is not text in UTF-8"))
            .mend("write the passphrase as the first line of a text file")
    })?;
    checked(Zeroizing::new(text.to_owned()))
}

fn ask_twice(terminal: &impl Prompt) -> Result<Passphrase, Failure> {
    let first = checked(terminal.ask("New passphrase: ")?)?;
    let second = terminal.ask("The same once more: ")?;
    if first.0 == second {
        return Ok(first);
    }
    Err(Failure::usage("the two passphrases are not the same").mend("try again"))
}

fn checked(typed: Zeroizing<String>) -> Result<Passphrase, Failure> {
    if typed.is_empty() {
        return Err(Failure::usage("the passphrase is empty")
            .mend("give one of several words, or choose --no-passphrase when the key is made"));
    }
    if typed.len() > PASSPHRASE_BYTES_MAX {
        return Err(Failure::usage(format!(
            "the passphrase is longer than {PASSPHRASE_BYTES_MAX} bytes"
        ))
        .mend("check that its file is the one you mean"));
    }
    Ok(Passphrase(typed))
}

#[cfg(test)]
mod tests {
    use std::cell::RefCell;
    use std::fs;

    use super::prompt::Prompt;
    use super::{
        BackupPassphraseFlags, NewPassphraseFlags, Passphrase, PassphraseFlags, from_file,
    };
    use crate::failure::Failure;
    use crate::files::Source;
    use zeroize::Zeroizing;

    /// It does not compile where a part that is secret is left behind.
    #[test]
    fn a_passphrase_is_wiped_when_it_is_dropped() {
        fn is_wiped<T: zeroize::ZeroizeOnDrop>(_: &T) {}
        let Passphrase(text) = Passphrase(Zeroizing::new("a long sentence".to_owned()));
        is_wiped(&text);
    }

    /// A person who types these lines.
    struct Typing(RefCell<Vec<&'static str>>);

    impl Typing {
        fn lines<const N: usize>(lines: [&'static str; N]) -> Option<Self> {
            Some(Self(RefCell::new(lines.into_iter().rev().collect())))
        }
    }

    impl Prompt for Typing {
        fn ask(&self, _: &str) -> Result<Zeroizing<String>, Failure> {
            Ok(Zeroizing::new(self.0.borrow_mut().pop().unwrap().to_owned()))
        }
    }

    const NOBODY: Option<Typing> = None;

    #[track_caller]
    fn first_line(content: &[u8]) -> Result<String, String> {
        let dir = tempfile::tempdir().unwrap();
        let path = dir.path().join("p");
        fs::write(&path, content).unwrap();
        from_file(&path.as_path().into())
            .map(|passphrase| passphrase.secret().to_owned())
            .map_err(|failure| failure.report().unwrap().message.clone())
    }

    #[test]
    fn the_first_line_of_a_file_counts_without_its_end() {
        for content in ["four words of it", "four words of it\n", "four words of it\r\nmore\n"] {
            assert_eq!(first_line(content.as_bytes()).unwrap(), "four words of it");
        }
        assert_eq!(first_line(b" a \n").unwrap(), " a ", "spaces belong to it");
    }

    #[test]
    fn empty_overlong_and_binary_files_are_refused() {
        assert_eq!(first_line(b"\nx").unwrap_err(), "the passphrase is empty");
        assert_eq!(first_line(&[b'x'; 1024]).unwrap().len(), 1024);
        let overlong = "the passphrase is longer than 1024 bytes";
        assert_eq!(first_line(&[b'x'; 1025]).unwrap_err(), overlong);
        assert_eq!(first_line(&[b'x'; 9999]).unwrap_err(), overlong);
        assert!(first_line(b"\xff\n").unwrap_err().ends_with("is not text in UTF-8"));
    }

    #[test]
    fn a_new_passphrase_is_asked_for_twice() {
        let flags = NewPassphraseFlags::default();
        let chosen = flags.choose_with(Typing::lines(["abc", "abc"])).unwrap();
        assert_eq!(chosen.unwrap().secret(), "abc");
        let failure = flags.choose_with(Typing::lines(["abc", "abd"])).unwrap_err();
        assert_eq!(failure.report().unwrap().message, "the two passphrases are not the same");
    }

    #[test]
    fn without_a_terminal_the_error_names_both_flags() {
        let failure = NewPassphraseFlags::default().choose_with(NOBODY).unwrap_err();
        let help = failure.report().unwrap().help.clone().unwrap();
        assert!(help.contains("--passphrase-file") && help.contains("--no-passphrase"));
    }

    #[test]
    fn no_passphrase_asks_nobody() {
        let flags = NewPassphraseFlags { no_passphrase: true, ..Default::default() };
        assert!(flags.choose_with(Typing::lines([])).unwrap().is_none());
    }

    #[test]
    fn opening_a_key_asks_once_and_only_on_a_terminal() {
        let key = Source::File("root.key".into());
        let flags = PassphraseFlags::default();
        assert_eq!(flags.open_with(&key, Typing::lines(["abc"])).unwrap().secret(), "abc");
        let failure = flags.open_with(&key, NOBODY).unwrap_err();
        assert_eq!(
            failure.report().unwrap().message,
            "`root.key` is encrypted, and there is no terminal to ask for its passphrase on"
        );
    }

    #[test]
    fn what_is_always_sealed_has_its_usual_passphrase_and_asks_only_without_one() {
        let dir = tempfile::tempdir().unwrap();
        let path = dir.path().join("p");
        fs::write(&path, "usual\n").unwrap();
        let (flags, usual) = (BackupPassphraseFlags::default(), Source::File(path));
        assert_eq!(flags.seal_with(Some(&usual), NOBODY).unwrap().secret(), "usual");
        let typed = Typing::lines(["typed", "typed"]);
        assert_eq!(flags.seal_with(None, typed).unwrap().secret(), "typed");
        let failure = flags.seal_with(None, NOBODY).unwrap_err();
        assert!(failure.report().unwrap().help.clone().unwrap().contains("--passphrase-file"));
    }

    #[test]
    fn a_passphrase_is_not_printed() {
        let flags = PassphraseFlags::default();
        let opened = flags.open_with(&Source::Stdin, Typing::lines(["secret"])).unwrap();
        assert_eq!(format!("{opened:?}"), "Passphrase(..)");
    }
}
