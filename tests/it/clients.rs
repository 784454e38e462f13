//! OAuth2 clients that are not ours work against the server as they are.

use std::path::Path;
use std::process::Command;

use licence_tests::json_lines::JsonLines;
use serde::Deserialize;
use serde_json::{Value, json};

use crate::programs::{Institute, PRODUCT, password};
use crate::python;

fn oauth4webapi() -> JsonLines {
    let folder = Path::new(env!("CARGO_MANIFEST_DIR")).join("node");
    assert!(
        folder.join("node_modules/oauth4webapi").is_dir(),
        "npm's oauth4webapi is not installed: run `cargo xtask test`, which sets it up"
    );
    let mut node = Command::new("node");
    node.arg(folder.join("oauth4webapi.mjs"));
    JsonLines::start("oauth4webapi", &mut node, "install Node.js 20 or later")
}

#[test]
fn oauth4webapi_discovers_refreshes_validates_introspects_and_revokes() {
    let mut institute = Institute::with_seats(1);
    institute.serve();
    institute.register("ann");
    let key = service_key(&institute, "lab-api");
    let ann = institute.sign_in("ann").expect(200);
    let mut program = oauth4webapi();
    let answers: Value = program.ask(&json!({
        "issuer": institute.url(""),
        "product": PRODUCT,
        "refreshToken": ann.text("refresh_token"),
        "service": { "name": "lab-api", "key": key },
    }));
    program.finish();
    let of = |answer: &str, member: &str| answers[answer][member].clone();
    for member in ["iss", "sub", "client_id", "sid", "scope"] {
        assert_eq!(of("claims", member), of("accessToken", member), "{member} in {answers}");
        assert_eq!(of("claims", member), of("refreshToken", member), "{member} in {answers}");
    }
    assert_eq!(of("accessToken", "jti"), of("claims", "jti"));
    assert_eq!(of("accessToken", "username"), "ann");
    assert_eq!(of("refreshToken", "active"), true);
    assert_eq!(answers["revoked"], json!({ "active": false }));
    assert_eq!(of("wrongKey", "error"), "invalid_client");
    assert_eq!(of("refreshed", "error"), "invalid_grant");
    assert_eq!(of("revokedKey", "error"), "unsupported_token_type");
    let wrong_request = json!({ "kind": "ResponseBodyError", "error": "invalid_request" });
    assert_eq!(answers["wrongRequest"], wrong_request);
}

#[derive(Deserialize)]
struct Added {
    key: String,
}

#[track_caller]
fn service_key(institute: &Institute, name: &str) -> String {
    let words = ["service", "add", name, "--scope", "introspect", "--data", "site", "--json"];
    let added: Added = serde_json::from_str(&institute.run("licence-server", &words)).unwrap();
    institute.note_secret(&added.key);
    added.key
}

#[test]
fn python_clients_of_a_password_form_sign_in_and_refresh() {
    let mut institute = Institute::with_seats(1);
    institute.serve();
    institute.register("ann");
    let mut program =
        JsonLines::start("clients.py", &mut python::script("clients.py"), python::MEND);
    let answers: Value = program.ask(&json!({
        "url": institute.url(""),
        "username": "ann",
        "password": password("ann"),
    }));
    program.finish();
    let worked = json!({ "username": "ann", "rotated": true });
    let clients = json!({ "form_by_hand": worked, "requests_oauthlib": worked, "authlib": worked });
    assert_eq!(answers, clients);
}
