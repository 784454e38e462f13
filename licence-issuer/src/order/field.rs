//! The names of a plan's keys and a table's columns, and what a text under each means.

use std::str::FromStr;

use licence_cli::nearest::nearest;

use crate::cli::OrderArgs;
use crate::value::{
    FeatureArg, institute, lease_secs, owner, positive, product, seat_count, seat_holder, text,
};

type Setter = fn(&mut OrderArgs, &str) -> Result<(), String>;

/// Every field: the name of its flag with `_` for `-`, and its reader.
const FIELDS: [(&str, Setter); 24] = [
    ("reference", |order, typed| put(&mut order.who.reference, text(typed))),
    ("owner", |order, typed| put(&mut order.who.owner, owner(typed))),
    ("institute", |order, typed| put(&mut order.who.institute, institute(typed))),
    ("affiliation", |order, typed| put(&mut order.who.affiliation, text(typed))),
    ("product", |order, typed| put(&mut order.grant.product, product(typed))),
    ("seats", |order, typed| put(&mut order.seats.seats, seat_count(typed))),
    ("registered", |order, typed| put(&mut order.seats.registered, positive(typed))),
    ("per", |order, typed| put(&mut order.seats.per, seat_holder(typed))),
    ("overage", |order, typed| put(&mut order.seats.overage, seat_count(typed))),
    ("lease", |order, typed| put(&mut order.seats.lease, lease_secs(typed))),
    ("idle", |order, typed| put(&mut order.seats.idle, positive(typed))),
    ("sessions", |order, typed| put(&mut order.seats.sessions, positive(typed))),
    ("borrow", |order, typed| put(&mut order.seats.borrow, typed.parse())),
    ("from", |order, typed| put(&mut order.term.from, typed.parse())),
    ("days", |order, typed| put(&mut order.term.days, typed.parse())),
    ("until", |order, typed| put(&mut order.term.until, typed.parse())),
    ("perpetual", |order, typed| switch(&mut order.term.perpetual, typed)),
    ("warn_days", |order, typed| put(&mut order.term.warn_days, typed.parse())),
    ("grace_days", |order, typed| put(&mut order.term.grace_days, typed.parse())),
    ("request", |order, typed| put(&mut order.site.request, Ok::<_, String>(path(typed)))),
    ("unbound", |order, typed| switch(&mut order.site.unbound, typed)),
    ("features", |order, typed| features(&mut order.grant.features, typed)),
    ("revocations_min", |order, typed| put(&mut order.grant.revocations_min, positive(typed))),
    ("test", |order, typed| switch(&mut order.grant.test, typed)),
];

/// The names of all fields.
pub(crate) const NAMES: [&str; FIELDS.len()] = {
    let mut names = [""; FIELDS.len()];
    let mut fields = FIELDS.as_slice();
    let mut left = names.as_mut_slice();
    while let ([(name, _), later @ ..], [slot, rest @ ..]) = (fields, left) {
        *slot = name;
        fields = later;
        left = rest;
    }
    names
};

/// Sets a field by its name.
///
/// # Errors
/// What is wrong with the text, or which field was probably meant.
pub(crate) fn set(order: &mut OrderArgs, name: &str, typed: &str) -> Result<(), String> {
    let Some((_, setter)) = FIELDS.iter().find(|(own, _)| *own == name) else {
        let meant = nearest(name, NAMES).map(|name| format!(", did you mean `{name}`?"));
        return Err(format!("there is no `{name}`{}", meant.unwrap_or_default()));
    };
    setter(order, typed).map_err(|why| format!("`{name}` cannot be `{typed}`: {why}"))
}

fn put<T, E: ToString>(field: &mut Option<T>, read: Result<T, E>) -> Result<(), String> {
    *field = Some(read.map_err(|why| why.to_string())?);
    Ok(())
}

fn switch(field: &mut bool, typed: &str) -> Result<(), String> {
    *field = match typed {
        "true" | "yes" => true,
        "false" | "no" => false,
        _ => return Err("`true` or `false` is needed".to_owned()),
    };
    Ok(())
}

fn path(typed: &str) -> licence_cli::files::Source {
    std::ffi::OsString::from(typed).into()
}

/// `K=V` parted by semicolons, as one cell holds them.
fn features(field: &mut Vec<FeatureArg>, typed: &str) -> Result<(), String> {
    let items = typed.split(';').map(str::trim).filter(|item| !item.is_empty());
    let items = items.map(FeatureArg::from_str).collect::<Result<Vec<_>, _>>();
    field.extend(items.map_err(str::to_owned)?);
    Ok(())
}

#[cfg(test)]
mod tests {
    use super::{NAMES, OrderArgs, set};

    #[test]
    fn a_mistyped_name_finds_the_one_that_was_meant() {
        let refusal = set(&mut OrderArgs::default(), "grace-days", "3").unwrap_err();
        assert_eq!(refusal, "there is no `grace-days`, did you mean `grace_days`?");
        let refusal = set(&mut OrderArgs::default(), "colour", "red").unwrap_err();
        assert_eq!(refusal, "there is no `colour`");
    }

    #[test]
    fn a_wrong_value_is_told_with_its_name() {
        let refusal = set(&mut OrderArgs::default(), "seats", "0").unwrap_err();
        assert_eq!(refusal, "`seats` cannot be `0`: a number of seats from 1 to 1000000 is needed");
        for name in NAMES {
            let is_free_text =
                matches!(name, "reference" | "institute" | "affiliation" | "request");
            assert_eq!(set(&mut OrderArgs::default(), name, "?").is_ok(), is_free_text, "{name}");
        }
    }
}
