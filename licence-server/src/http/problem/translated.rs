//! What other rooms refuse, as a problem: one place for each of their refusals.

use licence_core::{Code, Refusal};

use super::Problem;
use crate::domain;
use crate::password;
use crate::rng::NoRandomBytes;
use crate::store::StoreError;
use crate::token::MintFailed;
use crate::writer;

/// What the verifier refused, in its own words.
impl From<Refusal> for Problem {
    fn from(refusal: Refusal) -> Self {
        Self::new(refusal.code()).detail(refusal.to_string()).with("at", refusal.at.name())
    }
}

impl From<writer::Unavailable> for Problem {
    fn from(unavailable: writer::Unavailable) -> Self {
        match unavailable {
            writer::Unavailable::Busy => Self::new(Code::Busy),
            writer::Unavailable::Failed => Self::internal(unavailable),
        }
    }
}

impl From<password::Unavailable> for Problem {
    fn from(unavailable: password::Unavailable) -> Self {
        match unavailable {
            password::Unavailable::Busy => Self::new(Code::Busy),
            password::Unavailable::Failed(cause) => Self::internal(cause),
        }
    }
}

impl From<StoreError> for Problem {
    fn from(error: StoreError) -> Self {
        Self::internal(error)
    }
}

impl From<NoRandomBytes> for Problem {
    fn from(error: NoRandomBytes) -> Self {
        Self::internal(error)
    }
}

impl From<MintFailed> for Problem {
    fn from(error: MintFailed) -> Self {
        Self::internal(error)
    }
}

impl From<domain::LicenceRefusal> for Problem {
    fn from(refusal: domain::LicenceRefusal) -> Self {
        let problem = Self::new(domain::Refusal::Licence(refusal).code());
        match refusal {
            domain::LicenceRefusal::None => problem,
            domain::LicenceRefusal::NotYet { from } => problem
                .detail(format!("the institute's licence begins at {from}"))
                .with("from", from.secs()),
            domain::LicenceRefusal::Expired { until } => problem
                .detail(format!("the institute's licence ended at {until}"))
                .with("until", until.secs()),
            domain::LicenceRefusal::Revoked => {
                problem.detail("the vendor took the institute's licence back")
            }
        }
    }
}

/// What the rules refused. Routes that show evidence add their own.
impl From<&domain::Refusal> for Problem {
    fn from(refusal: &domain::Refusal) -> Self {
        if let domain::Refusal::Licence(why) = refusal {
            return (*why).into();
        }
        let problem = Self::new(refusal.code());
        if let domain::Refusal::Taken(what) = refusal { taken(problem, *what) } else { problem }
    }
}

/// Which of the things that are one person's alone somebody else has.
fn taken(problem: Problem, what: domain::Taken) -> Problem {
    let detail = match what {
        domain::Taken::Username => "someone else signs in with that `username` already",
        domain::Taken::Email => "someone else signs in with that `email` already",
        domain::Taken::ExtId => "someone else has that `ext_id` already",
    };
    let problem = problem.detail(detail).with("taken", what.name());
    problem.mend("choose another, or look up who has it")
}
