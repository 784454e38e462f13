use std::collections::BTreeSet;

use axum::Router;
use axum::http::Method;
use licence_core::Code;

use super::testing::operations;
use super::{TAGS, document};
use crate::http::routes;
use crate::http::testing::World;
use crate::state::AppState;

#[test]
fn the_description_is_the_one_that_is_checked_in() {
    let checked_in = concat!(env!("CARGO_MANIFEST_DIR"), "/../docs/openapi.json");
    assert!(
        std::fs::read_to_string(checked_in).unwrap() == document(),
        "licence-server openapi >docs/openapi.json"
    );
}

#[test]
fn every_route_is_described_and_nothing_else_is() {
    let router: Router<AppState> = routes::router().merge(routes::metrics()).into();
    // A router tells its routes to nobody but a debugger: `RouteId(7): "/v1/me"`.
    let told = format!("{router:?}");
    let routes: BTreeSet<_> = told
        .split("RouteId(")
        .filter_map(|rest| rest.split_once("): \""))
        .filter(|(id, _)| id.bytes().all(|byte| byte.is_ascii_digit()))
        .filter_map(|(_, rest)| rest.split('"').next())
        // `/` and `/{*...}`: where every router answers what none of its routes takes.
        .filter(|path| *path != "/" && !path.contains('*'))
        .collect();
    let described: BTreeSet<_> = operations().map(|(path, _, _)| path).collect();
    assert!(routes.len() > 30, "{routes:?}");
    assert_eq!(routes, described);
}

#[tokio::test]
async fn every_path_takes_the_methods_that_are_described_and_no_others() {
    let world = World::new();
    let paths: BTreeSet<_> = operations().map(|(path, _, _)| path).collect();
    for path in paths {
        let refused = world.call(Method::TRACE, path).send().await;
        refused.assert_problem(405, "invalid_request");
        let allowed: BTreeSet<_> =
            refused.header("allow").split(',').filter(|method| *method != "HEAD").collect();
        let methods = operations().filter(|(own, _, _)| *own == path);
        let methods: Vec<_> = methods.map(|(_, method, _)| method.to_uppercase()).collect();
        assert_eq!(allowed, methods.iter().map(String::as_str).collect(), "{path}");
    }
}

#[test]
fn every_operation_has_a_name_of_its_own_a_group_and_a_summary() {
    let mut names = BTreeSet::new();
    for (path, method, operation) in operations() {
        let name = operation["operationId"].as_str().unwrap();
        assert!(names.insert(name), "{name} stands twice");
        let tags = operation["tags"].as_array().unwrap();
        let is_known = |tag: &str| TAGS.iter().any(|(known, _)| *known == tag);
        assert!(tags.len() == 1 && is_known(tags[0].as_str().unwrap()), "{method} {path}");
        assert!(!operation["summary"].as_str().unwrap().is_empty(), "{method} {path}");
        assert!(operation["security"].is_array(), "{method} {path} does not say who may call it");
    }
}

#[test]
fn every_refusal_is_one_of_the_list() {
    let known: BTreeSet<_> = Code::ALL.iter().map(|code| code.name()).collect();
    let mut count = 0;
    for (path, method, operation) in operations() {
        for (status, answer) in operation["responses"].as_object().unwrap() {
            let refusal = &answer["content"]["application/problem+json"]["schema"]["allOf"][1];
            let codes = refusal["properties"]["code"]["enum"].as_array();
            let is_refusal = status.as_str() >= "400";
            assert_eq!(codes.is_some_and(|codes| !codes.is_empty()), is_refusal, "{method} {path}");
            for code in codes.into_iter().flatten() {
                assert!(known.contains(code.as_str().unwrap()), "{method} {path}: {code}");
                count += 1;
            }
        }
    }
    assert!(count > 200, "{count}");
}
