//! Refusals in the description: the codes of each status, out of the one list in `licence-core`.

use std::collections::BTreeMap;

use licence_core::Code;
use utoipa::openapi::extensions::ExtensionsBuilder;
use utoipa::openapi::schema::{AllOfBuilder, Type};
use utoipa::openapi::{
    ContentBuilder, Object, ObjectBuilder, Ref, RefOr, Response, ResponseBuilder, Schema,
};

/// The name of the schema that every refusal has.
pub(super) const SCHEMA: &str = "Problem";

/// The media type of RFC 9457.
const MEDIA_TYPE: &str = "application/problem+json";

/// Where codes stand until all of an operation's are together.
const CODES: &str = "x-codes";

/// Names the codes with which a handler refuses: `problems!(Refused: NotFound, Malformed = 401)`.
///
/// A code has the status of the list where none is given. What handlers have in common is not named:
/// it is added to all that take a body, a query, an id or a token.
macro_rules! problems {
    ($name:ident: $($code:ident $(= $status:literal)?),+ $(,)?) => {
        enum $name {}

        impl utoipa::IntoResponses for $name {
            fn responses() -> std::collections::BTreeMap<
                String,
                utoipa::openapi::RefOr<utoipa::openapi::Response>,
            > {
                $crate::http::openapi::named(&[
                    $($crate::http::openapi::problems!(@ $code $($status)?)),+
                ])
            }
        }
    };
    (@ $code:ident) => {
        (licence_core::Code::$code.http_status(), licence_core::Code::$code)
    };
    (@ $code:ident $status:literal) => {
        ($status, licence_core::Code::$code)
    };
}
pub(in crate::http) use problems;

/// Codes by their status, and in the order of the list.
pub(super) type ByStatus = BTreeMap<u16, Vec<Code>>;

/// Adds a code, once.
pub(super) fn add(codes: &mut ByStatus, status: u16, code: Code) {
    let of_status = codes.entry(status).or_default();
    if !of_status.contains(&code) {
        of_status.push(code);
    }
}

/// Answers that name codes and say nothing else yet.
pub(in crate::http) fn named(codes: &[(u16, Code)]) -> BTreeMap<String, RefOr<Response>> {
    let mut by_status = ByStatus::new();
    for (status, code) in codes {
        add(&mut by_status, *status, *code);
    }
    let answers = by_status.into_iter().map(|(status, codes)| {
        let names: Vec<_> = codes.iter().map(|code| code.name()).collect();
        let extensions = ExtensionsBuilder::new().add(CODES, names).build();
        let answer = ResponseBuilder::new().extensions(Some(extensions)).build();
        (status.to_string(), RefOr::T(answer))
    });
    answers.collect()
}

/// The codes that an answer names.
pub(super) fn codes(answer: &RefOr<Response>) -> Vec<Code> {
    let RefOr::T(answer) = answer else { return Vec::new() };
    let names = answer.extensions.as_ref().and_then(|extensions| extensions.get(CODES));
    let names = names.and_then(|names| names.as_array()).map_or(&[][..], Vec::as_slice);
    let is_named = |code: &&Code| names.iter().any(|name| name == code.name());
    Code::ALL.iter().filter(is_named).copied().collect()
}

/// The answer that refuses with one of the codes.
pub(super) fn answer(codes: &[Code]) -> Response {
    let about: Vec<_> = codes.iter().map(|code| format!("`{code}`: {}.", code.title())).collect();
    let one_of = ObjectBuilder::new()
        .schema_type(Type::String)
        .enum_values(Some(codes.iter().map(|code| code.name())))
        .build();
    let schema = AllOfBuilder::new()
        .item(Ref::from_schema_name(SCHEMA))
        .item(ObjectBuilder::new().property("code", one_of).build())
        .build();
    ResponseBuilder::new()
        .description(about.join("\n\n"))
        .content(MEDIA_TYPE, ContentBuilder::new().schema(Some(Schema::AllOf(schema))).build())
        .build()
}

/// What every refusal says; [`Problem`](crate::http::Problem) writes it.
pub(super) fn schema() -> Object {
    let text = |about: &str| {
        ObjectBuilder::new().schema_type(Type::String).description(Some(about)).build()
    };
    let codes = ObjectBuilder::new()
        .schema_type(Type::String)
        .description(Some("What went wrong, in one word that never changes."))
        .enum_values(Some(Code::ALL.iter().map(|code| code.name())));
    let status = ObjectBuilder::new()
        .schema_type(Type::Integer)
        .description(Some("The status of the answer."));
    ObjectBuilder::new()
        .description(Some(
            "A refusal (RFC 9457). Evidence stands beside these members under names of its own; a \
             5xx has none.",
        ))
        .property("type", text("The code as a URN: `urn:problem-type:licence:CODE`."))
        .required("type")
        .property("title", text("What the code means, in English."))
        .required("title")
        .property("status", status)
        .required("status")
        .property("code", codes)
        .required("code")
        .property("mend", text("What to do about it."))
        .required("mend")
        .property("detail", text("What happened this time."))
        .property("error", text("On token routes: the error of RFC 6749 section 5.2."))
        .property("error_description", text("On token routes: as `detail`."))
        .build()
}
