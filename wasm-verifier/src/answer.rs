//! What goes back to JavaScript, as JSON.

use licence_core::claims::Claims as _;
use licence_core::json::{ObjectWriter, object};
use licence_core::{AcceptedLicence, Refusal};

/// Why there is no result.
pub(crate) enum Failure {
    /// What was given is refused.
    Refused(Refusal),
    /// The caller passed an option that is not what it should be: a mistake in a program.
    Option(&'static str),
}

impl From<Refusal> for Failure {
    fn from(refusal: Refusal) -> Self {
        Self::Refused(refusal)
    }
}

impl Failure {
    pub(crate) fn tell(self) -> String {
        object(|answer| match self {
            Self::Refused(refusal) => {
                answer.boolean("ok", false);
                refusal.write_json(answer);
            }
            Self::Option(name) => answer.string("option", name),
        })
    }
}

/// Tells a result, whose members `write` writes, or why there is none.
pub(crate) fn tell<T>(
    result: Result<T, Failure>,
    write: impl FnOnce(T, &mut ObjectWriter<'_>),
) -> String {
    result.map_or_else(Failure::tell, |found| {
        object(|answer| {
            answer.boolean("ok", true);
            write(found, answer);
        })
    })
}

/// The links from the root down to the site's key, each with what it says.
pub(crate) fn chain(licence: &AcceptedLicence) -> String {
    let signed = licence.signed();
    object(|chain| {
        chain.string("root", signed.root());
        if let Some(issuer) = signed.issuer() {
            chain.object("issuer", |link| {
                link.string("kid", issuer.key.id());
                link.object("claims", |claims| issuer.write(claims));
            });
        }
        chain.object("licence", |link| {
            link.object("claims", |claims| signed.claims().write(claims));
        });
        if let Some(site) = licence.site() {
            chain.string("site", site.id());
        }
    })
}
