use axum::extract::FromRequestParts;
use axum::http::request::Parts;
use licence_core::Code;

use crate::http::App;
use crate::http::problem::Problem;
use crate::http::visit::Visit;

/// Whoever may administer the server because the operating system says so: the request came over
/// the socket in the data directory, or from a command inside this process.
#[derive(Clone, Copy, Debug)]
pub(crate) struct LocalAdmin(());

/// Lets what comes through this copy of the app administer the server.
///
/// INVARIANT: only the socket's listener and commands in process call it; a listener on the network
/// never does.
pub fn open_admin_door(app: App) -> App {
    app.with_admin_door(LocalAdmin(()))
}

impl LocalAdmin {
    /// The refusal of whoever comes over the network, a person in the role of an administrator included.
    pub(crate) fn missing() -> Problem {
        Problem::new(Code::Forbidden)
            .detail("this is open to commands on the server's own machine only")
            .mend("run the command on that machine, as the user who runs the server")
    }
}

impl<S: Sync> FromRequestParts<S> for LocalAdmin {
    type Rejection = Problem;

    async fn from_request_parts(parts: &mut Parts, _: &S) -> Result<Self, Problem> {
        Visit::of(&mut parts.extensions).local_admin.ok_or_else(Self::missing)
    }
}
