//! The API's description (OpenAPI 3.1), made of what the handlers say of themselves.
//!
//! A route is registered with [`routes!`](utoipa_axum::routes), which takes the path and the method from
//! the description above the handler: there is one registration for both, and a test finds the other.
//! What a handler has in common with others (who may call it, that a body can be too large) is added here.

mod complete;
mod described_routes;
mod problems;

use std::sync::LazyLock;

use utoipa::openapi::security::{
    ApiKey, ApiKeyValue, Flow, HttpAuthScheme, HttpBuilder, OAuth2, Password, Scopes,
    SecurityScheme,
};
use utoipa::openapi::server::Server;
use utoipa::openapi::tag::TagBuilder;
use utoipa::openapi::{Components, ComponentsBuilder, Info, InfoBuilder, OpenApi, OpenApiBuilder};

use super::routes;
use crate::domain::Scope;

pub(super) use described_routes::Routes;
pub(super) use problems::{named, problems};

/// The names of the security schemes: operations name the first, and get the second with it.
const BEARER: &str = "bearer";
const PASSWORD: &str = "password";

/// Groups of operations, in the order in which someone gets to know the API.
const TAGS: [(&str, &str); 8] = [
    ("sign-in", "Sign in, go on, sign out; what standard clients and proxies ask."),
    ("me", "Who is signed in, where, and what an application keeps for them."),
    ("seats", "The seat of whoever asks: given back for a while, or taken along offline."),
    ("proof", "What everyone may have to verify licences, tokens and the log by."),
    ("people", "Administration: accounts."),
    ("house", "Administration: who is in, licences, the clock."),
    ("audit", "Administration: what happened."),
    ("operation", "What monitoring, proxies and readers of this page ask."),
];

/// The description of every route, as indented JSON.
#[must_use]
pub fn document() -> &'static str {
    static TEXT: LazyLock<String> = LazyLock::new(|| {
        // A description that could not be written would be an empty one, which no test lets through.
        let text = described().to_pretty_json().unwrap_or_default();
        text + "\n"
    });
    &TEXT
}

/// The description of every route, those included that a setting moves to another listener.
pub(super) fn described() -> OpenApi {
    let routes = routes::router().merge(routes::metrics());
    complete::complete(routes.described_in(frame()))
}

/// All but the operations.
fn frame() -> OpenApi {
    let tags =
        TAGS.map(|(name, about)| TagBuilder::new().name(name).description(Some(about)).build());
    OpenApiBuilder::new()
        .info(info())
        .servers(Some([Server::new("/")]))
        .tags(Some(tags))
        .components(Some(components()))
        .build()
}

fn info() -> Info {
    InfoBuilder::new()
        .title("licence-server")
        .version(env!("CARGO_PKG_VERSION"))
        .description(Some(include_str!("about.md")))
        .build()
}

fn components() -> Components {
    let scopes = || {
        Scopes::from_iter([
            (Scope::Seat.name(), "use the application, on a seat"),
            (Scope::Admin.name(), "administer the server, without a seat; to be asked for alone"),
        ])
    };
    let password = OAuth2::with_description(
        [Flow::Password(Password::with_refresh_url("/v1/auth/token", scopes(), "/v1/auth/token"))],
        "Sign in with a name and a password: the form of OAuth2's password grant, for the \
         application's own sign-in. There are no clients with secrets: leave `client_id` empty.",
    );
    let bearer = HttpBuilder::new()
        .scheme(HttpAuthScheme::Bearer)
        .bearer_format("JWT")
        .description(Some(
            "An access token from `POST /v1/auth/token`. Where a scope is named, the token must \
             have been asked for with it.",
        ))
        .build();
    let service = HttpBuilder::new()
        .scheme(HttpAuthScheme::Bearer)
        .description(Some("A service key, as `licence-server service add` shows it once."))
        .build();
    let service_name = HttpBuilder::new()
        .scheme(HttpAuthScheme::Basic)
        .description(Some("A service's name, and its key as the password."))
        .build();
    let cookie = ApiKey::Cookie(ApiKeyValue::with_description(
        "__Host-refresh-SITE",
        "The refresh token where `delivery=cookie` was asked for. `SITE` is eight characters of the \
         site's key; over http on localhost the name is `refresh-PORT`.",
    ));
    ComponentsBuilder::new()
        .schema(problems::SCHEMA, problems::schema())
        .security_scheme(PASSWORD, SecurityScheme::OAuth2(password))
        .security_scheme(BEARER, SecurityScheme::Http(bearer))
        .security_scheme("service", SecurityScheme::Http(service))
        .security_scheme("service-name", SecurityScheme::Http(service_name))
        .security_scheme("cookie", SecurityScheme::ApiKey(cookie))
        .build()
}

#[cfg(test)]
pub(crate) mod testing;
#[cfg(test)]
mod tests;
