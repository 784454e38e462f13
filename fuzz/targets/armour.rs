//! RFC 7468 text: what is read is written and read again, and holds no more than the text did.

#![no_main]

use libfuzzer_sys::fuzz_target;
use licence_core::UnverifiedLicence;
use licence_core::armour::{self, Label};

fuzz_target!(|bytes: &[u8]| {
    if let Ok(blocks) = armour::parse(bytes) {
        assert!(armour::is_armoured(bytes));
        let said: usize = blocks.iter().map(|(_, content)| content.len()).sum();
        assert!(said * 4 / 3 < bytes.len(), "more was read than is there");
        assert_written_is_read(&blocks);
    }
    // Bytes of any kind are written so that they can be read.
    assert_written_is_read(&[(Label::Licence, [b"x", bytes].concat())]);
    if let Ok(file) = UnverifiedLicence::parse(bytes) {
        let texts: Vec<_> = file.unverified_texts().collect();
        let again = UnverifiedLicence::parse(armour::write(&texts).as_bytes());
        // The bare form may be empty, which no block is.
        if texts.iter().all(|(_, text)| !text.is_empty()) {
            let again = again.expect("what was written is read");
            assert!(again.unverified_texts().eq(texts));
        }
    }
});

fn assert_written_is_read(blocks: &[(Label, Vec<u8>)]) {
    let borrowed: Vec<_> =
        blocks.iter().map(|(label, content)| (*label, content.as_slice())).collect();
    let text = armour::write(&borrowed);
    assert_eq!(armour::parse(text.as_bytes()).as_deref(), Ok(blocks));
}
