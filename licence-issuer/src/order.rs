//! What a licence is asked to say, from three doors: flags, a plan, a row of a table.
//!
//! The doors share their names and their readers, so that what is understood at one is understood at
//! all of them.

mod field;
mod plan;

pub(crate) use self::field::{NAMES, set};
pub(crate) use self::plan::read_plan;

use licence_cli::Failure;
use licence_cli::files::Source;

use crate::cli::{BindingArgs, GrantArgs, OrderArgs, SeatArgs, TermArgs, WhoArgs};
use crate::value::Days;

/// What was typed, and for the rest what the plan says.
pub(crate) fn with_plan(typed: &OrderArgs, plan: Option<&Source>) -> Result<OrderArgs, Failure> {
    let plan = plan.map(read_plan).transpose()?;
    Ok(typed.or(&plan.unwrap_or_default()))
}

impl OrderArgs {
    /// What is said here, and where nothing is, what is said there.
    fn or(&self, other: &Self) -> Self {
        Self {
            who: self.who.or(&other.who),
            seats: self.seats.or(&other.seats),
            term: self.term.or(&other.term),
            site: self.site.or(&other.site),
            grant: self.grant.or(&other.grant),
        }
    }
}

impl WhoArgs {
    fn or(&self, other: &Self) -> Self {
        Self {
            owner: self.owner.or(other.owner),
            institute: self.institute.as_ref().or(other.institute.as_ref()).cloned(),
            affiliation: self.affiliation.as_ref().or(other.affiliation.as_ref()).cloned(),
            reference: self.reference.as_ref().or(other.reference.as_ref()).cloned(),
        }
    }
}

impl SeatArgs {
    /// What is said here, and where nothing is, what is said there.
    pub(crate) fn or(&self, other: &Self) -> Self {
        Self {
            seats: self.seats.or(other.seats),
            registered: self.registered.or(other.registered),
            per: self.per.or(other.per),
            overage: self.overage.or(other.overage),
            lease: self.lease.or(other.lease),
            idle: self.idle.or(other.idle),
            sessions: self.sessions.or(other.sessions),
            borrow: self.borrow.or(other.borrow),
        }
    }
}

impl TermArgs {
    /// An end that is said here replaces any that is said there, whichever form it has.
    fn or(&self, other: &Self) -> Self {
        let has_end = self.days.is_some() || self.until.is_some() || self.perpetual;
        let Self { days, until, perpetual, .. } = if has_end { self } else { other };
        // A term that was said here to have no end has no use for the other's days around it.
        let around = |days: Option<Days>| days.filter(|_| !self.perpetual);
        Self {
            days: *days,
            until: *until,
            perpetual: *perpetual,
            from: self.from.or(other.from),
            warn_days: self.warn_days.or(around(other.warn_days)),
            grace_days: self.grace_days.or(around(other.grace_days)),
        }
    }
}

impl BindingArgs {
    fn or(&self, other: &Self) -> Self {
        let is_said = self.request.is_some() || self.unbound;
        if is_said { self.clone() } else { other.clone() }
    }
}

impl GrantArgs {
    fn or(&self, other: &Self) -> Self {
        let mut features = self.features.clone();
        for feature in &other.features {
            if !features.iter().any(|own| own.name == feature.name) {
                features.push(feature.clone());
            }
        }
        Self {
            features,
            test: self.test || other.test,
            revocations_min: self.revocations_min.or(other.revocations_min),
            product: self.product.as_ref().or(other.product.as_ref()).cloned(),
        }
    }
}

#[cfg(test)]
mod tests {
    use clap::{Args as _, Command, FromArgMatches as _};

    use super::{OrderArgs, set};

    #[track_caller]
    fn typed(words: &str) -> OrderArgs {
        let command = OrderArgs::augment_args(Command::new("issue").no_binary_name(true));
        let words = words.split(' ').filter(|word| !word.is_empty());
        OrderArgs::from_arg_matches(&command.try_get_matches_from(words).unwrap()).unwrap()
    }

    #[track_caller]
    fn planned(said: &[(&str, &str)]) -> OrderArgs {
        let mut order = OrderArgs::default();
        for (name, text) in said {
            set(&mut order, name, text).unwrap();
        }
        order
    }

    #[test]
    fn a_flag_wins_over_the_plan() {
        let plan = planned(&[("seats", "3"), ("registered", "8"), ("institute", "A")]);
        let order = typed("--seats 5 --institute B").or(&plan);
        assert_eq!(order.seats.seats.unwrap().number(), 5);
        assert_eq!(order.seats.registered, Some(8));
        assert_eq!(order.who.institute.unwrap().as_str(), "B");
    }

    #[test]
    fn an_end_or_a_site_that_was_typed_replaces_any_that_was_planned() {
        let plan = planned(&[("until", "2030-01-01"), ("grace_days", "14"), ("request", "r.txt")]);
        let order = typed("--days 30 --unbound").or(&plan);
        assert!(order.term.until.is_none() && order.term.days.is_some());
        assert!(order.term.grace_days.is_some());
        assert!(order.site.request.is_none() && order.site.unbound);
        let order = typed("--perpetual").or(&plan);
        assert!(order.term.grace_days.is_none() && order.term.until.is_none());
    }

    #[test]
    fn features_are_weighed_one_by_one() {
        let plan = planned(&[("features", "export=true; tier=gold")]);
        let order = typed("--feature tier=silver").or(&plan);
        let names: Vec<_> = order.grant.features.iter().map(|f| f.name.as_str()).collect();
        assert_eq!(names, ["tier", "export"]);
        assert_eq!(order.grant.features[0], "tier=silver".parse().unwrap());
    }

    /// The three doors must not drift apart: each flag has its field, each field its flag.
    #[test]
    fn every_flag_has_a_field_of_its_name() {
        let command = OrderArgs::augment_args(Command::new("issue"));
        let mut flags: Vec<_> =
            command.get_arguments().map(|flag| flag.get_id().as_str().to_owned()).collect();
        let mut fields: Vec<_> = super::NAMES.map(str::to_owned).into();
        flags.sort();
        fields.sort();
        assert_eq!(flags, fields);
    }
}
