//! What is printed, as it is printed: `tests/cmd/*.trycmd`.

use crate::fixtures;

/// `TRYCMD=overwrite` writes down what is printed now.
#[test]
fn every_answer_is_the_one_written_down() {
    fixtures::check();
    trycmd::TestCases::new().case("tests/cmd/*.trycmd");
}
