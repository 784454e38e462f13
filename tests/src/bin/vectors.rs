//! Writes the conformance vectors to where they are kept: `cargo xtask vectors`.

use licence_tests::vectors;

fn main() {
    vectors::write(&vectors::folder());
}
