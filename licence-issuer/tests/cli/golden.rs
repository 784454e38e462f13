//! What is printed, as it is printed: `tests/cmd/*.trycmd`.

use std::path::Path;

use crate::fixtures;

/// `TRYCMD=overwrite` writes down what is printed now.
#[test]
fn every_answer_is_the_one_written_down() {
    fixtures::check();
    trycmd::TestCases::new()
        .register_bin(
            "with-serial",
            Path::new(env!("CARGO_MANIFEST_DIR")).join("tests/cmd/with-serial"),
        )
        .env("LICENCE_ISSUER", env!("CARGO_BIN_EXE_licence-issuer"))
        .case("tests/cmd/*.trycmd");
}
