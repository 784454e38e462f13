//! RFC 7468 text: labelled blocks of base64, as licences and keys travel by mail and clipboard.
//!
//! Strict inside a block (64 characters to a line, canonical base64, matching labels), and tolerant
//! around the blocks of what mail programs do: CRLF, a byte order mark, blank lines. Anything else
//! between blocks is refused, so that a file shows all that it says.

use crate::base64url::{append_decoded, append_standard, standard_bytes_max, standard_chars};
use crate::limits::FILE_BYTES_MAX;
use crate::refusal::Flaw;

/// Characters to a line, by RFC 7468 section 2.
const LINE_CHARS: usize = 64;

/// What a full line says.
const LINE_BYTES: usize = LINE_CHARS / 4 * 3;

const BEGIN: &str = "-----BEGIN ";
const END: &str = "-----END ";
const DASHES: &str = "-----";

/// What a block holds.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Label {
    /// A compact `licence+jwt`.
    Licence,
    /// A compact `issuer+jwt`.
    IssuerKey,
    /// A compact `revocations+jwt`.
    Revocations,
    /// A compact `request+jwt`.
    Request,
    /// SubjectPublicKeyInfo.
    PublicKey,
    /// PKCS#8 in the clear.
    PrivateKey,
    /// PKCS#8 under a passphrase.
    EncryptedPrivateKey,
}

impl Label {
    const ALL: [Self; 7] = [
        Self::Licence,
        Self::IssuerKey,
        Self::Revocations,
        Self::Request,
        Self::PublicKey,
        Self::PrivateKey,
        Self::EncryptedPrivateKey,
    ];

    /// The words between the dashes.
    #[must_use]
    pub const fn text(self) -> &'static str {
        match self {
            Self::Licence => "LICENCE",
            Self::IssuerKey => "ISSUER KEY",
            Self::Revocations => "REVOCATIONS",
            Self::Request => "LICENCE REQUEST",
            Self::PublicKey => "PUBLIC KEY",
            Self::PrivateKey => "PRIVATE KEY",
            Self::EncryptedPrivateKey => "ENCRYPTED PRIVATE KEY",
        }
    }
}

/// Whether the text looks armoured, so that the bare compact form can be told from it: no compact
/// form holds a space.
#[must_use]
pub fn is_armoured(bytes: &[u8]) -> bool {
    bytes.windows(BEGIN.len()).any(|window| window == BEGIN.as_bytes())
}

/// Writes blocks one after another.
#[must_use]
pub fn write(blocks: &[(Label, &[u8])]) -> String {
    // Room for all of it at once: a buffer that outgrows its place leaves a copy of a key there.
    let mut text = Vec::with_capacity(blocks.iter().map(written_bytes).sum());
    for (label, bytes) in blocks {
        text.extend_from_slice(boundary(BEGIN, *label).as_bytes());
        for line in bytes.chunks(LINE_BYTES) {
            append_standard(line, &mut text);
            text.push(b'\n');
        }
        text.extend_from_slice(boundary(END, *label).as_bytes());
    }
    // Labels and base64 are ASCII.
    String::from_utf8(text).unwrap_or_default()
}

fn written_bytes((label, bytes): &(Label, &[u8])) -> usize {
    let boundaries = boundary(BEGIN, *label).len() + boundary(END, *label).len();
    let line_breaks = bytes.len().div_ceil(LINE_BYTES);
    boundaries + standard_chars(bytes.len()) + line_breaks
}

fn boundary(side: &str, label: Label) -> String {
    [side, label.text(), DASHES, "\n"].concat()
}

/// Reads all blocks of a text, in their order; at least one.
///
/// # Errors
/// [`Flaw::Armour`] where a block is not as [`write()`] writes it, or something stands beside the
/// blocks; [`Flaw::Blocks`] where a label is unknown or there is no block.
pub fn parse(bytes: &[u8]) -> Result<Vec<(Label, Vec<u8>)>, Flaw> {
    parse_into(bytes)
}

/// [`parse`] into buffers of the caller's choice: one that wipes itself, where the block is secret.
pub(crate) fn parse_into<B: Default + AsMut<Vec<u8>>>(
    bytes: &[u8],
) -> Result<Vec<(Label, B)>, Flaw> {
    if bytes.len() > FILE_BYTES_MAX {
        return Err(Flaw::Armour);
    }
    // As text, whose search for a character takes a word at a time. What is none is no armour.
    let text = core::str::from_utf8(without_mark(bytes)).map_err(|_| Flaw::Armour)?;
    let mut lines = Lines(Some(text));
    let mut blocks = Vec::new();
    while let Some(line) = lines.next() {
        if !line.is_empty() {
            let label = label_of(line, BEGIN)?;
            blocks.push((label, parse_body(&mut lines, label)?));
        }
    }
    if blocks.is_empty() { Err(Flaw::Blocks) } else { Ok(blocks) }
}

/// The lines that are left of a text.
struct Lines<'a>(Option<&'a str>);

impl<'a> Iterator for Lines<'a> {
    type Item = &'a [u8];

    fn next(&mut self) -> Option<&'a [u8]> {
        let text = self.0?;
        let (line, rest) =
            text.split_once('\n').map_or((text, None), |(line, rest)| (line, Some(rest)));
        self.0 = rest;
        Some(without_return(line.as_bytes()))
    }
}

impl Lines<'_> {
    /// Bytes up to the next boundary: base64 in the standard alphabet holds no hyphen.
    fn bytes_of_body(&self) -> usize {
        self.0.map_or(0, |text| text.find('-').unwrap_or(text.len()))
    }
}

/// The lines of one block up to and with its end. All lines are full but the last.
fn parse_body<B: Default + AsMut<Vec<u8>>>(lines: &mut Lines<'_>, label: Label) -> Result<B, Flaw> {
    let mut content = B::default();
    let bytes = content.as_mut();
    // As in `write`: a buffer that grew would leave copies that nobody wipes.
    bytes.reserve_exact(standard_bytes_max(lines.bytes_of_body()));
    let mut is_last = false;
    for line in lines {
        if is_boundary(line) {
            let is_own_end = label_of(line, END)? == label;
            return if is_own_end && !bytes.is_empty() { Ok(content) } else { Err(Flaw::Armour) };
        }
        if is_last || line.is_empty() || line.len() > LINE_CHARS {
            return Err(Flaw::Armour);
        }
        let start = bytes.len();
        append_decoded(line, bytes).ok_or(Flaw::Armour)?;
        // A line that is short or padded says less than a full one.
        is_last = bytes.len() - start < LINE_BYTES;
    }
    Err(Flaw::Armour)
}

fn is_boundary(line: &[u8]) -> bool {
    line.starts_with(b"-")
}

fn label_of(line: &[u8], side: &str) -> Result<Label, Flaw> {
    let label = line.strip_prefix(side.as_bytes());
    let label = label.and_then(|rest| rest.strip_suffix(DASHES.as_bytes()));
    let label = label.ok_or(Flaw::Armour)?;
    Label::ALL.into_iter().find(|own| own.text().as_bytes() == label).ok_or(Flaw::Blocks)
}

fn without_mark(bytes: &[u8]) -> &[u8] {
    bytes.strip_prefix(b"\xef\xbb\xbf").unwrap_or(bytes)
}

fn without_return(line: &[u8]) -> &[u8] {
    line.strip_suffix(b"\r").unwrap_or(line)
}

#[cfg(test)]
mod tests {
    use super::*;

    fn sample(bytes: usize) -> (String, Vec<u8>) {
        let content: Vec<u8> = (0..=255).cycle().take(bytes).collect();
        (write(&[(Label::Licence, &content)]), content)
    }

    #[test]
    fn what_is_written_is_read_at_every_length() {
        for length in 1..200 {
            let (text, content) = sample(length);
            assert!(text.lines().all(|line| line.len() <= 64));
            assert_eq!(text.len(), written_bytes(&(Label::Licence, &content)));
            assert_eq!(parse(text.as_bytes()), Ok(vec![(Label::Licence, content)]));
        }
    }

    #[test]
    fn what_mail_programs_do_around_a_block_is_tolerated() {
        let (text, content) = sample(100);
        let mailed = format!("\u{feff}\r\n\r\n{}\r\n", text.replace('\n', "\r\n"));
        assert!(is_armoured(mailed.as_bytes()));
        assert_eq!(parse(mailed.as_bytes()), Ok(vec![(Label::Licence, content)]));
    }

    #[test]
    fn anything_else_is_refused() {
        let (text, _) = sample(100);
        let long_line = text.replacen("\n", "", 2);
        for bad in [
            format!("Dear customer,\n{text}"),
            format!("{text}Regards\n"),
            text.replace("-----END LICENCE", "-----END ISSUER KEY"),
            text.replace("LICENCE", "CERTIFICATE"),
            text.replacen("\n", "\nComment: x\n", 1),
            text.replace("\n-----END", " \n-----END"),
            text.replace("\n-----END", "\n\n-----END"),
            text.replace("=", ""),
            text.replace("-----END LICENCE-----", ""),
            text.replace("-----END LICENCE-----", "-----END LICENCE----"),
            long_line,
            String::new(),
            "-----BEGIN LICENCE-----\n-----END LICENCE-----\n".to_owned(),
        ] {
            assert!(parse(bad.as_bytes()).is_err(), "{bad}");
        }
    }

    #[test]
    fn a_padded_line_is_the_last() {
        let full = sample(47).0;
        let (begin, rest) = full.split_once('\n').unwrap();
        let (line, end) = rest.split_once('\n').unwrap();
        assert_eq!(line.len(), LINE_CHARS);
        let doubled = format!("{begin}\n{line}\n{line}\n{end}");
        assert_eq!(parse(doubled.as_bytes()), Err(Flaw::Armour));
    }

    #[test]
    fn a_buffer_is_given_its_room_at_once() {
        let (text, content) = sample(1000);
        let blocks = parse(text.as_bytes()).unwrap();
        assert!(blocks[0].1.capacity() < content.len() + LINE_BYTES);
        assert_eq!(text.capacity(), text.len());
    }

    #[test]
    fn a_short_line_is_the_last() {
        let (text, _) = sample(100);
        let (begin, rest) = text.split_once('\n').unwrap();
        let (start, end) = rest.split_at(32);
        let broken = format!("{begin}\n{start}\n{end}");
        assert_eq!(parse(broken.as_bytes()), Err(Flaw::Armour));
    }
}
