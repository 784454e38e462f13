use std::io::{Cursor, Read as _, Write as _};

use sha2::{Digest as _, Sha256};

use super::super::head::{CHECKSUM_BYTES, CHUNK_BYTES, HEAD_BYTES, TAG_BYTES};
use super::super::seal::Sealer;
use super::{NotRead, Opener};
use crate::rng::testing::SeededRng;

/// Bytes of what every backup begins with.
const MAGIC_BYTES: usize = 14;

const PASSPHRASE: &str = "four words of it";

fn sealed(content: &[u8]) -> Vec<u8> {
    let mut sealer = Sealer::begin(Vec::new(), PASSPHRASE, &SeededRng::new(1)).unwrap();
    sealer.write_all(content).unwrap();
    sealer.finish().unwrap()
}

fn opened(bytes: &[u8], passphrase: &str) -> Result<Vec<u8>, NotRead> {
    let mut opener = Opener::begin(Cursor::new(bytes), passphrase)?;
    let mut content = Vec::new();
    match opener.read_to_end(&mut content) {
        Ok(_) => Ok(content),
        Err(error) => Err(opener.why(error)),
    }
}

/// The bytes with a checksum that holds, as someone would write it who has no passphrase.
fn summed(mut bytes: Vec<u8>) -> Vec<u8> {
    bytes.truncate(bytes.len() - CHECKSUM_BYTES);
    let checksum = Sha256::digest(&bytes);
    bytes.extend(checksum);
    bytes
}

#[test]
fn what_was_sealed_is_opened_whatever_its_length() {
    for length in [0, 1, CHUNK_BYTES - 1, CHUNK_BYTES, CHUNK_BYTES + 1, 3 * CHUNK_BYTES] {
        let content = vec![7; length];
        let sealed = sealed(&content);
        assert_eq!(opened(&sealed, PASSPHRASE).unwrap(), content, "{length}");
        assert!(!sealed.windows(8).any(|window| window == [7; 8]), "nothing is in the clear");
    }
}

#[test]
fn a_wrong_passphrase_is_told_from_damage() {
    let sealed = sealed(b"x");
    assert!(matches!(opened(&sealed, "another"), Err(NotRead::WrongPassphrase)));
    let cut = &sealed[..sealed.len() - 1];
    assert!(matches!(opened(cut, PASSPHRASE), Err(NotRead::Damaged)));
}

#[test]
fn a_newer_format_and_another_file_are_told_apart() {
    let mut newer = sealed(b"x");
    newer[MAGIC_BYTES + 1] = 2;
    assert!(matches!(opened(&newer, PASSPHRASE), Err(NotRead::NewerFormat { found: 2, known: 1 })));
    for other in [&b""[..], b"licence-backup", &[0; 200]] {
        assert!(matches!(opened(other, PASSPHRASE), Err(NotRead::NotABackup)));
    }
}

#[test]
fn a_file_cannot_ask_for_all_the_memory() {
    let mut greedy = sealed(b"x");
    greedy[MAGIC_BYTES + 2] = 0xff;
    assert!(matches!(opened(&summed(greedy), PASSPHRASE), Err(NotRead::NotABackup)));
}

/// A checksum is no signature: everybody can make it anew.
#[test]
fn no_chunk_is_changed_left_out_or_moved_without_the_passphrase() {
    let content: Vec<u8> = (0..3 * CHUNK_BYTES).map(|n| n.to_le_bytes()[1]).collect();
    let whole = sealed(&content);
    let chunk = |number: usize| {
        let start = HEAD_BYTES + number * (CHUNK_BYTES + TAG_BYTES);
        start..start + CHUNK_BYTES + TAG_BYTES
    };
    let mut flipped = whole.clone();
    flipped[chunk(1).start] ^= 1;
    let mut without_last = whole.clone();
    without_last.drain(chunk(2));
    let mut swapped = whole.clone();
    swapped[chunk(1)].copy_from_slice(&whole[chunk(2)]);
    swapped[chunk(2)].copy_from_slice(&whole[chunk(1)]);
    let mut doubled = whole.clone();
    doubled.splice(chunk(1).end..chunk(1).end, whole[chunk(1)].iter().copied());
    let end = whole.len() - CHECKSUM_BYTES;
    let mut appended = whole.clone();
    appended.splice(end..end, whole[chunk(2)].iter().copied());
    let mut lengthened = whole.clone();
    lengthened.splice(end..end, [0; TAG_BYTES]);
    for forged in [flipped, without_last, swapped, doubled, appended, lengthened] {
        assert!(matches!(opened(&summed(forged), PASSPHRASE), Err(NotRead::Forged)));
    }
}
