//! What goes back to JavaScript, as JSON.

use licence_core::claims::Claims as _;
use licence_core::json::{ObjectWriter, object};
use licence_core::{AcceptedLicence, LicenceState, Refusal, UnverifiedParts, ValidAccess};

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

/// Something that JavaScript is told.
pub(crate) trait Answer {
    fn write(&self, answer: &mut ObjectWriter<'_>);

    fn to_json(&self) -> String {
        object(|answer| self.write(answer))
    }
}

impl Answer for Failure {
    fn write(&self, answer: &mut ObjectWriter<'_>) {
        match self {
            Self::Refused(refusal) => {
                answer.boolean("ok", false);
                refusal.write_json(answer);
            }
            Self::Option(name) => answer.string("option", name),
        }
    }
}

impl<T: Answer> Answer for Result<T, Failure> {
    fn write(&self, answer: &mut ObjectWriter<'_>) {
        match self {
            Ok(found) => {
                answer.boolean("ok", true);
                found.write(answer);
            }
            Err(failure) => failure.write(answer),
        }
    }
}

impl Answer for LicenceState {
    fn write(&self, answer: &mut ObjectWriter<'_>) {
        answer.string("state", self.name());
    }
}

impl Answer for ValidAccess {
    fn write(&self, answer: &mut ObjectWriter<'_>) {
        answer.object("claims", |claims| self.claims().write(claims));
    }
}

impl Answer for UnverifiedParts {
    fn write(&self, answer: &mut ObjectWriter<'_>) {
        answer.string("unverified_header", &self.unverified_header);
        answer.string("unverified_claims", &self.unverified_claims);
    }
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
