use axum::Router;
use axum::extract::DefaultBodyLimit;
use utoipa::openapi::OpenApi;
use utoipa::openapi::path::Paths;
use utoipa_axum::router::{OpenApiRouter, UtoipaMethodRouter, UtoipaMethodRouterExt as _};

use crate::state::AppState;

/// Routes, each with its description and its whole address.
///
/// Not a router until the last prefix is known: one that is nested in another has every request rewrite
/// its address, for each prefix once more.
#[derive(Default)]
pub(in crate::http) struct Routes(Vec<UtoipaMethodRouter<AppState>>);

impl Routes {
    pub(in crate::http) fn new() -> Self {
        Self::default()
    }

    /// Adds what [`routes!`](utoipa_axum::routes) makes of handlers.
    pub(in crate::http) fn routes(mut self, handlers: UtoipaMethodRouter<AppState>) -> Self {
        self.0.push(handlers);
        self
    }

    /// Adds others as they are.
    pub(in crate::http) fn merge(mut self, others: Self) -> Self {
        self.0.extend(others.0);
        self
    }

    /// Adds others whose addresses begin with a prefix.
    pub(in crate::http) fn nest(mut self, prefix: &str, others: Self) -> Self {
        let prefixed = |(schemas, paths, methods)| (schemas, Self::under(prefix, paths), methods);
        self.0.extend(others.0.into_iter().map(prefixed));
        self
    }

    /// Gives each of them another bound on its body than every route has.
    pub(in crate::http) fn layer(self, body: DefaultBodyLimit) -> Self {
        Self(self.0.into_iter().map(|handlers| handlers.layer(body)).collect())
    }

    /// The addresses at which they are.
    pub(in crate::http) fn addresses(&self) -> Vec<String> {
        self.0.iter().flat_map(|(_, paths, _)| paths.paths.keys().cloned()).collect()
    }

    /// What the frame has not: the operations.
    pub(super) fn described_in(self, frame: OpenApi) -> OpenApi {
        self.router(frame).into_openapi()
    }

    fn under(prefix: &str, mut paths: Paths) -> Paths {
        let own = std::mem::take(&mut paths.paths);
        paths.paths =
            own.into_iter().map(|(path, item)| (format!("{prefix}{path}"), item)).collect();
        paths
    }

    fn router(self, frame: OpenApi) -> OpenApiRouter<AppState> {
        self.0.into_iter().fold(OpenApiRouter::with_openapi(frame), OpenApiRouter::routes)
    }
}

impl From<Routes> for Router<AppState> {
    fn from(routes: Routes) -> Self {
        routes.router(OpenApi::default()).into()
    }
}
