//! Holds every answer that a test gets against the description.

use std::sync::LazyLock;

use serde_json::Value;

use super::document;

static DOCUMENT: LazyLock<Value> = LazyLock::new(|| serde_json::from_str(document()).unwrap());

/// The operations, each with its path and its method.
pub(super) fn operations() -> impl Iterator<Item = (&'static str, &'static str, &'static Value)> {
    let paths = DOCUMENT["paths"].as_object().unwrap().iter();
    paths.flat_map(|(path, item)| {
        let methods = item.as_object().unwrap().iter();
        methods.map(move |(method, operation)| (path.as_str(), method.as_str(), operation))
    })
}

/// Asserts that the description has an answer: its status, and the code of a refusal.
///
/// What is no operation at all is left to those who ask for it.
#[track_caller]
pub(crate) fn assert_described(method: &str, path: &str, status: u16, body: &str) {
    let Some(operation) = find(method, path) else { return };
    let answer = &operation["responses"][status.to_string()];
    assert!(answer.is_object(), "{method} {path}: {status} is not described: {body}");
    let refusal = &answer["content"]["application/problem+json"]["schema"]["allOf"][1];
    if let Some(codes) = refusal["properties"]["code"]["enum"].as_array() {
        let body: Value = serde_json::from_str(body).unwrap();
        assert!(codes.contains(&body["code"]), "{method} {path}: {status} {body} is not described");
    }
}

/// The operation that a request is for; a path that is written out goes before one with a parameter.
fn find(method: &str, path: &str) -> Option<&'static Value> {
    let path = path.split('?').next().unwrap_or_default();
    let matching = operations()
        .filter(|(template, own, _)| own.eq_ignore_ascii_case(method) && is_like(template, path));
    let found = matching.min_by_key(|(template, _, _)| template.matches('{').count());
    found.map(|(_, _, operation)| operation)
}

fn is_like(template: &str, path: &str) -> bool {
    template.split('/').count() == path.split('/').count()
        && template
            .split('/')
            .zip(path.split('/'))
            .all(|(own, part)| own == part || own.starts_with('{') && !part.is_empty())
}
