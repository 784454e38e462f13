//! Every field of every body, said wrongly in every way: a refusal with its code, and nothing is changed.

use axum::body::Body;
use axum::http::Method;
use serde_json::{Map, Value, json};

use crate::http::testing::{Answer, PASSWORD, World};

/// What a field takes.
#[derive(Clone, Copy, Debug)]
enum Kind {
    Text,
    Switch,
    Integer,
    List,
    Key,
}

use Kind::{Integer, Key, List, Switch, Text};

/// A route with a body, and its fields.
struct Form {
    method: Method,
    path: &'static str,
    door: Door,
    fields: &'static [(&'static str, Kind)],
}

/// How whoever asks comes in.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
enum Door {
    Open,
    Person,
    Admin,
}

const SIGN_IN: &[(&str, Kind)] = &[
    ("grant_type", Text),
    ("username", Text),
    ("password", Text),
    ("scope", Text),
    ("delivery", Text),
    ("device", Text),
    ("remember", Switch),
    ("wait", Integer),
    ("end_session", Text),
];

const FORMS: &[Form] = &[
    form(Method::POST, "/v1/auth/token", Door::Open, SIGN_IN),
    form(
        Method::POST,
        "/v1/auth/refresh",
        Door::Open,
        &[("refresh_token", Text), ("wait", Integer)],
    ),
    form(Method::POST, "/v1/auth/logout", Door::Open, &[("refresh_token", Text)]),
    form(
        Method::POST,
        "/v1/auth/revoke",
        Door::Open,
        &[("token", Text), ("token_type_hint", Text)],
    ),
    form(
        Method::POST,
        "/v1/me/password",
        Door::Person,
        &[("current", Text), ("password", Text), ("end_other_sessions", Switch)],
    ),
    form(Method::POST, "/v1/seats/borrow", Door::Person, &[("days", Integer), ("key", Key)]),
    form(
        Method::POST,
        "/v1/admin/users",
        Door::Admin,
        &[
            ("username", Text),
            ("email", Text),
            ("password", Text),
            ("roles", List),
            ("app_roles", List),
            ("ext_id", Text),
            ("is_verified", Switch),
        ],
    ),
    form(
        Method::PATCH,
        "/v1/admin/users/user1",
        Door::Admin,
        &[
            ("username", Text),
            ("email", Text),
            ("roles", List),
            ("app_roles", List),
            ("ext_id", Text),
            ("is_verified", Switch),
        ],
    ),
    form(Method::POST, "/v1/auth/set-password", Door::Open, &[("code", Text), ("password", Text)]),
    form(Method::POST, "/v1/admin/seats/release", Door::Admin, &[("user", Text), ("for", Text)]),
    form(Method::POST, "/v1/admin/audit/prune", Door::Admin, &[("before", Integer)]),
    form(
        Method::POST,
        "/v1/admin/usage/statements",
        Door::Admin,
        &[("from", Integer), ("to", Integer)],
    ),
    form(Method::POST, "/v1/admin/clock/reset", Door::Admin, &[("reason", Text)]),
    form(Method::POST, "/v1/admin/backup", Door::Admin, &[("passphrase", Text), ("final", Switch)]),
    form(Method::POST, "/v1/admin/backup/noted", Door::Admin, &[("taken", Integer)]),
];

/// Where the body is JSON of any shape, or a file: what is no body of any of them is refused there, too.
const OTHERS: &[Form] = &[
    form(Method::PUT, "/v1/session/data", Door::Person, &[]),
    form(Method::PUT, "/v1/me/data", Door::Person, &[]),
];

const fn form(
    method: Method,
    path: &'static str,
    door: Door,
    fields: &'static [(&'static str, Kind)],
) -> Form {
    Form { method, path, door, fields }
}

impl Kind {
    /// What it takes.
    fn right(self, name: &str) -> Value {
        match (self, name) {
            (Text, "grant_type") => json!("password"),
            (Text, "scope") => json!("seat"),
            (Text, "delivery") => json!("body"),
            (Text, "email") => json!("someone@example.org"),
            (Text, "password" | "current") => json!(PASSWORD),
            (Text, "end_session") => json!("00000000-0000-7000-8000-000000000000"),
            (Text, "user" | "for") => json!("user1"),
            (Text, _) => json!("someone"),
            (Switch, _) => json!(false),
            (Integer, "before" | "taken") => json!(1_600_000_000),
            (Integer, _) => json!(1),
            (List, "roles") => json!(["admin"]),
            (List, _) => json!(["editor"]),
            (Key, _) => json!({
                "kty": "OKP", "crv": "Ed25519", "x": "11qYAYKxCrfVS_7TyWQHOg7hcvPapiMlrwIaaPcHURo",
            }),
        }
    }

    /// What it does not take, of the other kinds and of none.
    fn wrong(self) -> Vec<Value> {
        let all = [
            (json!("no such thing"), &[Switch, Integer, List, Key][..]),
            (json!("no\u{0}thing"), &[Switch, Integer, List, Key]),
            (json!(1), &[Text, Switch, List, Key]),
            (json!(-1.5), &[Text, Switch, Integer, List, Key]),
            (json!(1e300), &[Text, Switch, Integer, List, Key]),
            (json!(true), &[Text, Integer, List, Key]),
            (json!(["a"]), &[Text, Switch, Integer, Key]),
            (json!([1, null]), &[Text, Switch, Integer, List, Key]),
            (json!([["a"]]), &[Text, Switch, Integer, List, Key]),
            (json!({}), &[Text, Switch, Integer, List, Key]),
            (json!({ "a": 1 }), &[Text, Switch, Integer, List, Key]),
        ];
        let is_own = |kind: &Kind| std::mem::discriminant(kind) == std::mem::discriminant(&self);
        let wrong = all.into_iter().filter(|(_, kinds)| kinds.iter().any(is_own));
        wrong.map(|(value, _)| value).collect()
    }
}

impl Form {
    fn right(&self) -> Map<String, Value> {
        let right = |(name, kind): &(&str, Kind)| ((*name).to_owned(), kind.right(name));
        self.fields.iter().map(right).collect()
    }

    async fn send(&self, world: &World, token: &str, kind: &str, body: impl Into<Body>) -> Answer {
        let call = world.call(self.method.clone(), self.path).header("content-type", kind);
        let call = call.body(body);
        match self.door {
            Door::Open => call.send().await,
            Door::Person => call.bearer(token).send().await,
            Door::Admin => call.send_locally().await,
        }
    }
}

async fn world() -> (World, String) {
    let world = World::licensed(2, 1).await;
    let token = world.sign_in("user1").await.string("access_token");
    (world, token)
}

fn written(world: &World) -> u64 {
    world.state.mirror().site().position.seq
}

const JSON: &str = "application/json";

#[tokio::test]
async fn a_value_that_a_field_does_not_take_is_refused_by_its_name() {
    let (world, token) = world().await;
    let before = written(&world);
    for form in FORMS {
        for (name, kind) in form.fields {
            for wrong in kind.wrong() {
                let mut body = form.right();
                body.insert((*name).to_owned(), wrong);
                let body = Value::Object(body).to_string();
                let refused = form.send(&world, &token, JSON, body.clone()).await;
                let told = format!("{} {body}: {}", form.path, refused.text);
                assert_eq!(refused.status, 400, "{told}");
                assert_eq!(refused.string("code"), "invalid_request", "{told}");
                assert!(refused.string("detail").contains(&format!("`{name}`")), "{told}");
            }
        }
    }
    assert_eq!(written(&world), before, "nothing was done");
}

#[tokio::test]
async fn what_is_no_body_is_refused_everywhere() {
    let (world, token) = world().await;
    let before = written(&world);
    let deep = format!("{{\"a\":{}{}}}", "[".repeat(40), "]".repeat(40));
    let many: String = (0..40).map(|number| format!("\"n{number}\":1,")).collect();
    let many = format!("{{{}}}", many.trim_end_matches(','));
    let bodies: [&[u8]; 10] = [
        b"{",
        b"[]",
        b"\"text\"",
        b"{\"a\":1,\"a\":2}",
        b"{} {}",
        b"{\"a\":\"\\ud800\"}",
        b"{\"a\":\"\xff\"}",
        b"\xef\xbb\xbf{}",
        deep.as_bytes(),
        many.as_bytes(),
    ];
    for form in FORMS {
        for body in bodies {
            let refused = form.send(&world, &token, JSON, body.to_vec()).await;
            let told = format!("{} {}", form.path, String::from_utf8_lossy(body));
            assert_eq!(refused.status, 400, "{told}: {}", refused.text);
            assert_eq!(refused.string("code"), "invalid_request", "{told}");
        }
        let other = form.send(&world, &token, "text/plain", "{}").await;
        other.assert_problem(415, "invalid_request");
    }
    for form in OTHERS {
        for body in
            [&b"{"[..], b"{\"a\":1,\"a\":2}", b"{} {}", b"{\"a\":\"\xff\"}", deep.as_bytes()]
        {
            let refused = form.send(&world, &token, JSON, body.to_vec()).await;
            refused.assert_problem(400, "invalid_request");
        }
    }
    assert_eq!(written(&world), before, "nothing was done");
}

#[tokio::test]
async fn a_name_of_ten_megabytes_is_refused_before_it_is_read() {
    let (world, token) = world().await;
    let before = written(&world);
    for form in FORMS {
        let Some((name, _)) = form.fields.iter().find(|(_, kind)| matches!(kind, Text)) else {
            continue;
        };
        let mut body = form.right();
        body.insert((*name).to_owned(), json!("n".repeat(10_000_000)));
        let body = Value::Object(body).to_string();
        form.send(&world, &token, JSON, body).await.assert_problem(413, "too_large");
        let form_body = format!("{name}={}", "n".repeat(10_000_000));
        let kind = "application/x-www-form-urlencoded";
        form.send(&world, &token, kind, form_body).await.assert_problem(413, "too_large");
    }
    for form in OTHERS {
        let body = format!("\"{}\"", "n".repeat(10_000_000));
        form.send(&world, &token, JSON, body).await.assert_problem(413, "too_large");
    }
    assert_eq!(written(&world), before, "nothing was done");
}

/// The same bodies with nothing wrong in them, so that what was refused above was refused for what it is.
#[tokio::test]
async fn the_right_bodies_are_understood() {
    let (world, token) = world().await;
    for form in FORMS {
        let body = Value::Object(form.right()).to_string();
        let answer = form.send(&world, &token, JSON, body).await;
        assert_ne!(answer.status, 400, "{}: {}", form.path, answer.text);
        assert!(!answer.status.is_server_error(), "{}: {}", form.path, answer.text);
    }
}
