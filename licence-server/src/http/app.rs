//! The whole service as one value that takes a request and gives an answer.

use std::convert::Infallible;
use std::pin::Pin;
use std::sync::Arc;
use std::task::{Context, Poll};

use axum::Router;
use axum::extract::Request;
use axum::response::Response;
use tower::Service;

use super::extract::LocalAdmin;
use super::surroundings::{self, Surroundings};
use super::visit::Visit;
use super::{page, routes, spa};
use crate::state::AppState;

/// What answers requests. Clones are the same.
#[derive(Clone)]
pub struct App {
    routes: Router,
    around: Option<Arc<Surroundings>>,
    local_admin: Option<LocalAdmin>,
}

/// An answer that is being made.
pub type Answer = Pin<Box<dyn Future<Output = Response> + Send>>;

/// The service over a state.
///
/// A request over the network comes through it as it is; one that may administer comes through
/// [`open_admin_door`](super::open_admin_door).
pub fn app(state: AppState) -> App {
    let routes = match state.config().metrics_listen {
        Some(_) => routes::router(),
        None => routes::router().merge(routes::metrics()),
    };
    let addresses = routes.addresses().into_iter().chain(page::addresses());
    let around = Arc::new(Surroundings::new(&state, addresses));
    let router = Router::from(routes).merge(page::router());
    let router = router.method_not_allowed_fallback(routes::wrong_method);
    let router = match &state.config().app {
        Some(folder) => router.fallback_service(spa::service(folder)),
        None => router.fallback(routes::not_found),
    };
    App { around: Some(around), ..App::from(router.with_state(state)) }
}

/// What a listener of its own serves to monitoring, and nothing else.
pub fn metrics_app(state: AppState) -> App {
    App::from(Router::from(routes::metrics()).with_state(state))
}

impl App {
    /// Answers a request, of which so much is known beside what it says itself.
    pub fn answer(&self, mut request: Request, mut visit: Visit) -> Answer {
        visit.local_admin = self.local_admin;
        let mut routes = self.routes.clone();
        if let Some(around) = &self.around {
            return surroundings::answer(around, &mut routes, request, visit);
        }
        request.extensions_mut().insert(visit);
        let answer = routes.call(request);
        Box::pin(async {
            let Ok(response) = answer.await;
            response
        })
    }

    /// The same, and what comes through it may administer the server.
    pub(super) fn with_admin_door(self, admin: LocalAdmin) -> Self {
        Self { local_admin: Some(admin), ..self }
    }
}

/// Routes with nothing around them.
impl From<Router> for App {
    fn from(routes: Router) -> Self {
        Self { routes, around: None, local_admin: None }
    }
}

/// For commands and tests, whose requests come through no listener.
impl Service<Request> for App {
    type Response = Response;
    type Error = Infallible;
    type Future = Pin<Box<dyn Future<Output = Result<Response, Infallible>> + Send>>;

    fn poll_ready(&mut self, _: &mut Context<'_>) -> Poll<Result<(), Infallible>> {
        Poll::Ready(Ok(()))
    }

    fn call(&mut self, mut request: Request) -> Self::Future {
        let visit = request.extensions_mut().remove().unwrap_or_default();
        let answer = self.answer(request, visit);
        Box::pin(async { Ok(answer.await) })
    }
}
