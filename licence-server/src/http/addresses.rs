//! By which address of the API a request came, as the log and the metrics name it.

use std::sync::Arc;

/// The addresses that routes have, with their parameters by name.
///
/// The router matches a path as well, by the same means, but tells nobody who stands around it.
#[derive(Debug, Default)]
pub(super) struct Addresses(matchit::Router<Arc<str>>);

impl Addresses {
    /// The address that a path is of, if there is a route at one.
    pub(super) fn of(&self, path: &str) -> Option<Arc<str>> {
        self.0.at(path).ok().map(|found| Arc::clone(found.value))
    }
}

impl FromIterator<String> for Addresses {
    /// One that clashes with another is left out; the router has refused it before.
    fn from_iter<I: IntoIterator<Item = String>>(addresses: I) -> Self {
        let mut own = Self::default();
        for address in addresses {
            let _ = own.0.insert(address.clone(), address.into());
        }
        own
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::http::{page, routes};

    #[test]
    fn a_path_is_named_by_its_route_and_never_by_itself() {
        let routes = routes::router().addresses().into_iter().chain(page::addresses());
        let addresses: Addresses = routes.collect();
        for (path, address) in [
            ("/v1/me", Some("/v1/me")),
            ("/v1/admin/users/0198c3a0-7a3b-7c1e-9d2f-1a2b3c4d5e6f", Some("/v1/admin/users/{who}")),
            ("/docs/index.html", Some("/docs/{file}")),
            ("/admin", Some("/admin")),
            ("/built-in/admin.js", Some("/built-in/{name}")),
            ("/v1", None),
            ("/v1/me/nothing/there", None),
            ("", None),
        ] {
            assert_eq!(addresses.of(path).as_deref(), address, "{path}");
        }
    }
}
