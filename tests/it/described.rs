//! Every operation of the API is asked for what its description allows and for what it does not, and each
//! answer is held against the description: no 5xx, no answer that it does not name.
//!
//! schemathesis makes the requests, always the same ones.

use std::process::{Command, Output};
use std::{env, fs};

use crate::programs::{Institute, password};
use crate::python::MEND;

/// What is not asked, and why.
const LEFT_OUT: &[(&str, &str)] = &[
    ("/docs.*", "files of a page, and no interface"),
    ("/metrics", "a format of its own"),
    (
        "/v1/auth/(token|refresh|logout|revoke)",
        "they end the sign-in that asks, or wait on purpose",
    ),
    ("/v1/revoked", "it waits on purpose"),
    ("/v1/seats/release", "it takes the seat of the sign-in that asks"),
    ("/v1/admin/clock/reset", "it takes every seat"),
];

const CHECKS: &str = "not_a_server_error,status_code_conformance,content_type_conformance,\
                      response_headers_conformance,response_schema_conformance,\
                      negative_data_rejection";

/// So that nothing is held back that would have to be waited for.
const NO_PACE: &str = "changes_burst = 100000\n";

const SEAT: &str = "seat";
const ADMIN: &str = "admin";

/// Asks everything that a token of that scope is for.
fn ask(institute: &Institute, name: &str, scope: &str) -> Output {
    let token = token(institute, name, scope);
    let program = env::var_os("LICENCE_SCHEMATHESIS")
        .unwrap_or_else(|| panic!("`LICENCE_SCHEMATHESIS` names no program: {MEND}"));
    let mut left_out: Vec<_> = LEFT_OUT.iter().map(|(path, _)| format!("^{path}$")).collect();
    if scope == SEAT {
        left_out.push("^/v1/admin".to_owned());
    }
    let mut command = Command::new(program);
    command.current_dir(institute.path("")).args(["run", &institute.url("/openapi.json")]);
    command.args(["--header", &format!("Authorization: Bearer {token}"), "--checks", CHECKS]);
    command.args(["--generation-deterministic", "--phases", "examples,coverage,fuzzing"]);
    command.args(["--max-examples", "10", "--no-color", "--no-shrink"]);
    command.args(["--exclude-path-regex", &left_out.join("|")]);
    if scope == ADMIN {
        command.args(["--include-path-regex", "^/v1/admin"]);
    }
    command.output().unwrap()
}

#[track_caller]
fn is_described(output: &Output) {
    let said = String::from_utf8_lossy(&output.stdout);
    assert!(output.status.success(), "{said}\n{}", String::from_utf8_lossy(&output.stderr));
    // It warns of operations that were only ever refused: these two need nothing but the token.
    for open in ["- GET /v1/me\n", "- GET /v1/admin/seats\n"] {
        assert!(!said.contains(open), "the token opened nothing: {said}");
    }
}

/// A person's token for the use of a seat, or for administration.
fn token(institute: &Institute, name: &str, scope: &str) -> String {
    let password = password(name);
    let form = [
        ("grant_type", "password"),
        ("username", name),
        ("password", password.as_str()),
        ("scope", scope),
    ];
    institute.post("/v1/auth/token", &form).expect(200).text("access_token").to_owned()
}

#[test]
fn every_operation_answers_as_it_is_described() {
    let mut institute = Institute::with_terms(&["--seats", "3", "--borrow", "7:1"]);
    fs::write(institute.path("site/config.toml"), NO_PACE).unwrap();
    institute.register_as("ann", &["--role", "admin"]);
    institute.register("ben");
    institute.serve();
    is_described(&ask(&institute, "ben", SEAT));
    is_described(&ask(&institute, "ann", ADMIN));
}
