//! PyPI's PyJWT.

use licence_tests::json_lines::JsonLines;

use super::library::Library;
use crate::python;

fn pyjwt() -> Library {
    let program = JsonLines::start("PyJWT", &mut python::script("pyjwt.py"), python::MEND);
    Library::new(program, "InvalidAudienceError", "InvalidSignatureError")
}

#[test]
fn pyjwt_verifies_what_we_sign() {
    pyjwt().verifies_what_we_sign();
}

#[test]
fn we_verify_what_pyjwt_signs() {
    pyjwt().signs_what_we_verify();
}

#[test]
fn pyjwt_takes_no_other_kind_for_an_access_token() {
    pyjwt().takes_no_other_kind_for_an_access_token();
}
