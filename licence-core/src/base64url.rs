//! Strict base64url (RFC 4648 section 5): no padding, no white space, no set trailing bits.
//!
//! One value has one text, so a token cannot be changed without changing what it says.

use base64::Engine as _;
use base64::engine::general_purpose::{GeneralPurpose, STANDARD, URL_SAFE_NO_PAD};

/// Writes bytes as base64url without padding.
#[must_use]
pub fn encode(bytes: &[u8]) -> String {
    let mut text = Vec::new();
    append(&URL_SAFE_NO_PAD, bytes, &mut text);
    // Base64 is ASCII. The engine's own `encode` would describe a text that is not, which costs the
    // browser's module a kilobyte of formatting.
    String::from_utf8(text).unwrap_or_default()
}

/// Reads base64url; `None` for every spelling but the canonical one.
#[must_use]
pub fn decode(text: &str) -> Option<Vec<u8>> {
    URL_SAFE_NO_PAD.decode(text).ok()
}

/// Reads exactly `N` bytes.
#[must_use]
pub fn decode_array<const N: usize>(text: &str) -> Option<[u8; N]> {
    // Checked first, so that a long text is not decoded for nothing.
    if text.len() != (N * 4).div_ceil(3) {
        return None;
    }
    let mut bytes = [0; N];
    (URL_SAFE_NO_PAD.decode_slice(text, &mut bytes).ok()? == N).then_some(bytes)
}

/// Appends the standard alphabet with padding, as RFC 7468 text uses it inside its lines.
///
/// It is written where it stays: a private key passes through here, and leaves no copy behind.
pub(crate) fn append_standard(bytes: &[u8], text: &mut Vec<u8>) {
    append(&STANDARD, bytes, text);
}

fn append(engine: &GeneralPurpose, bytes: &[u8], text: &mut Vec<u8>) {
    let start = text.len();
    text.resize(start + standard_chars(bytes.len()), 0);
    let room = text.get_mut(start..).unwrap_or_default();
    let written = engine.encode_slice(bytes, room).unwrap_or(0);
    text.truncate(start + written);
}

/// Characters of so many bytes in the standard alphabet.
pub(crate) const fn standard_chars(bytes: usize) -> usize {
    bytes.div_ceil(3) * 4
}

/// Bytes that so many characters in the standard alphabet say at most.
pub(crate) const fn standard_bytes_max(chars: usize) -> usize {
    chars.div_ceil(4) * 3
}

/// Appends what a text in the standard alphabet says, in place as well, and as strict as [`decode`].
/// After `None`, what was appended means nothing.
pub(crate) fn append_decoded(text: &[u8], bytes: &mut Vec<u8>) -> Option<()> {
    STANDARD.decode_vec(text, bytes).ok()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn only_the_canonical_spelling_is_read() {
        assert_eq!(decode("-_8"), Some(vec![0xfb, 0xff]));
        for text in ["-_8=", "+/8", "-_9", "-_8 ", "-_\n8", "-", "-_8A=", "é"] {
            assert_eq!(decode(text), None, "{text:?}");
        }
    }

    #[test]
    fn an_array_has_its_exact_length() {
        assert_eq!(decode_array::<2>("-_8"), Some([0xfb, 0xff]));
        assert_eq!(decode_array::<1>("-_8"), None);
        assert_eq!(decode_array::<3>("-_8"), None);
    }
}
