//! RFC 7468 text: labelled blocks of base64, as licences and keys travel by mail and clipboard.
//!
//! Strict inside a block (64 characters to a line, canonical base64, matching labels), and tolerant
//! around the blocks of what mail programs do: CRLF, a byte order mark, blank lines. Anything else
//! between blocks is refused, so that a file shows all that it says.

use crate::base64url::{decode_standard, encode_standard};
use crate::limits::FILE_BYTES_MAX;
use crate::refusal::Flaw;

/// Characters to a line, by RFC 7468 section 2.
const LINE_CHARS: usize = 64;

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
    let marker = b"-----BEGIN ";
    bytes.windows(marker.len()).any(|window| window == marker)
}

/// Writes blocks one after another.
#[must_use]
pub fn write(blocks: &[(Label, &[u8])]) -> String {
    let mut text = String::new();
    for (label, bytes) in blocks {
        text.extend(["-----BEGIN ", label.text(), "-----\n"]);
        for (at, c) in encode_standard(bytes).chars().enumerate() {
            if at > 0 && at % LINE_CHARS == 0 {
                text.push('\n');
            }
            text.push(c);
        }
        text.extend(["\n-----END ", label.text(), "-----\n"]);
    }
    text
}

/// Reads all blocks of a text, in their order; at least one.
///
/// # Errors
/// [`Flaw::Armour`] where a block is not as [`write`] writes it, or something stands beside the
/// blocks; [`Flaw::Blocks`] where a label is unknown or there is no block.
pub fn parse(bytes: &[u8]) -> Result<Vec<(Label, Vec<u8>)>, Flaw> {
    if bytes.len() > FILE_BYTES_MAX {
        return Err(Flaw::Armour);
    }
    let mut lines = without_mark(bytes).split(|byte| *byte == b'\n').map(without_return);
    let mut blocks = Vec::new();
    while let Some(line) = lines.next() {
        if !line.is_empty() {
            let label = label_of(line, b"-----BEGIN ")?;
            blocks.push((label, parse_body(&mut lines, label)?));
        }
    }
    if blocks.is_empty() { Err(Flaw::Blocks) } else { Ok(blocks) }
}

/// The lines of one block up to and with its end. All lines are full but the last.
fn parse_body<'a>(
    lines: &mut impl Iterator<Item = &'a [u8]>,
    label: Label,
) -> Result<Vec<u8>, Flaw> {
    let mut base64 = Vec::new();
    let mut is_last = false;
    for line in lines {
        if line.starts_with(b"-") {
            let is_own_end = label_of(line, b"-----END ")? == label;
            return decode_standard(&base64)
                .filter(|bytes| is_own_end && !bytes.is_empty())
                .ok_or(Flaw::Armour);
        }
        if is_last || line.is_empty() || line.len() > LINE_CHARS {
            return Err(Flaw::Armour);
        }
        is_last = line.len() < LINE_CHARS;
        base64.extend_from_slice(line);
    }
    Err(Flaw::Armour)
}

fn label_of(line: &[u8], prefix: &[u8]) -> Result<Label, Flaw> {
    let label = line.strip_prefix(prefix).and_then(|rest| rest.strip_suffix(b"-----"));
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
    fn a_short_line_is_the_last() {
        let (text, _) = sample(100);
        let (begin, rest) = text.split_once('\n').unwrap();
        let (start, end) = rest.split_at(32);
        let broken = format!("{begin}\n{start}\n{end}");
        assert_eq!(parse(broken.as_bytes()), Err(Flaw::Armour));
    }
}
