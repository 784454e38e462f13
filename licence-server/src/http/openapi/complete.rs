//! What operations have in common, added to each by what it takes.

use licence_core::Code;
use utoipa::openapi::path::{Operation, ParameterIn};
use utoipa::openapi::{OpenApi, PathItem, RefOr, SecurityRequirement};

use super::problems::{self, ByStatus};
use super::{BEARER, PASSWORD};
use crate::domain::Scope;

/// Every operation with all its answers and all the ways to sign in.
pub(super) fn complete(mut document: OpenApi) -> OpenApi {
    for path in document.paths.paths.values_mut() {
        let PathItem { get, put, post, delete, patch, .. } = path;
        if let Some(reading) = get {
            finish(reading, &[]);
        }
        for writing in [put, post, delete, patch].into_iter().flatten() {
            let more = of_changes(writing);
            finish(writing, &more);
        }
    }
    document
}

fn finish(operation: &mut Operation, more: &[(u16, Code)]) {
    let mut codes = ByStatus::new();
    for (status, answer) in &operation.responses.responses {
        for code in problems::codes(answer) {
            status.parse().into_iter().for_each(|status| problems::add(&mut codes, status, code));
        }
    }
    for (status, code) in in_common(operation).into_iter().chain(more.iter().copied()) {
        problems::add(&mut codes, status, code);
    }
    for (status, mut codes) in codes {
        codes.sort_by_key(|code| Code::ALL.iter().position(|listed| listed == code));
        let answer = RefOr::T(problems::answer(&codes));
        operation.responses.responses.insert(status.to_string(), answer);
    }
    for scopes in SCOPES {
        let security = operation.security.get_or_insert_default();
        // The button signs in where a token can be pasted.
        if security.contains(&SecurityRequirement::new(BEARER, scopes.iter().copied())) {
            security.push(SecurityRequirement::new(PASSWORD, scopes.iter().copied()));
        }
    }
    // An empty list is said: nobody is asked who they are.
}

/// What an operation may ask of a token.
const SCOPES: [&[&str]; 3] = [&[], &[Scope::Seat.name()], &[Scope::Admin.name()]];

fn of_changes(operation: &Operation) -> Vec<(u16, Code)> {
    // Any may bring the refresh cookie along, from a page that may not.
    let mut codes = vec![(403, Code::Csrf)];
    // An administrator may change as much as there is to change; where nobody need say who they are, the
    // handler says what it counts.
    let is_open =
        operation.security.iter().flatten().any(|one| *one == SecurityRequirement::default());
    let is_counted = asks_for(operation, &[]) || asks_for(operation, &[Scope::Seat.name()]);
    if is_counted && !is_open {
        codes.push((429, Code::Throttled));
    }
    codes
}

/// Whether it asks for a token with these scopes.
fn asks_for(operation: &Operation, scopes: &[&str]) -> bool {
    let asked = operation.security.as_deref().unwrap_or_default();
    asked.contains(&SecurityRequirement::new(BEARER, scopes.iter().copied()))
}

fn in_common(operation: &Operation) -> Vec<(u16, Code)> {
    // The server's own failure, a request that took too long or came while it stops, and a site that was
    // moved away.
    let mut codes = vec![(500, Code::Internal), (503, Code::Busy), (503, Code::Retired)];
    if operation.request_body.is_some() {
        codes.extend([
            (400, Code::InvalidRequest),
            (408, Code::InvalidRequest),
            (413, Code::TooLarge),
            (415, Code::InvalidRequest),
        ]);
    }
    if takes(operation, &ParameterIn::Query) {
        codes.push((400, Code::InvalidRequest));
    }
    if takes(operation, &ParameterIn::Path) {
        codes.push((404, Code::NotFound));
    }
    if SCOPES.iter().any(|scopes| asks_for(operation, scopes)) {
        codes.push((401, Code::InvalidToken));
    }
    if SCOPES.iter().any(|scopes| !scopes.is_empty() && asks_for(operation, scopes)) {
        codes.push((403, Code::Forbidden));
    }
    codes
}

fn takes(operation: &Operation, place: &ParameterIn) -> bool {
    let parameters = operation.parameters.iter().flatten();
    parameters.into_iter().any(
        |parameter| matches!(parameter, RefOr::T(parameter) if parameter.parameter_in == *place),
    )
}
