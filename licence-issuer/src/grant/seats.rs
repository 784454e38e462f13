//! How many, and how.

use licence_cli::Failure;
use licence_core::claims::{SeatCount, Seats};

use crate::cli::SeatArgs;

/// The seats that were typed, by the format's defaults where nothing was.
pub(super) fn seats(typed: &SeatArgs) -> Result<Seats, Failure> {
    let active_max = typed.seats;
    let default = Seats::new(active_max);

    if let Some(registered) =
        typed.registered.filter(|registered| *registered < active_max.number())
    {
        return Err(Failure::usage(format!(
            "{registered} registered people cannot take {} seats",
            active_max.number()
        ))
        .mend("let --registered be at least --seats"));
    }
    let borrow = typed.borrow.map(|arg| arg.0);
    if let Some(borrow) = borrow.filter(|borrow| borrow.seats_max > active_max.number()) {
        return Err(Failure::usage(format!(
            "{} seats cannot be borrowed where there are {}",
            borrow.seats_max,
            active_max.number()
        ))
        .mend("let the SEATS of --borrow be at most --seats"));
    }
    Ok(Seats {
        active_max,
        registered_max: typed.registered,
        holder: typed.per.unwrap_or(default.holder),
        overage: typed.overage.map_or(default.overage, SeatCount::number),
        lease_secs: typed.lease.unwrap_or(default.lease_secs),
        idle_secs: typed.idle.unwrap_or(default.idle_secs),
        sessions_max: typed.sessions.unwrap_or(default.sessions_max),
        borrow,
    })
}

#[cfg(test)]
mod tests {
    use clap::CommandFactory as _;
    use licence_core::claims::{SeatCount, Seats};

    use super::{SeatArgs, seats};
    use crate::cli::Cli;

    fn typed(number: u32) -> SeatArgs {
        SeatArgs {
            seats: SeatCount::new(number).unwrap(),
            registered: None,
            per: None,
            overage: None,
            lease: None,
            idle: None,
            sessions: None,
            borrow: None,
        }
    }

    #[test]
    fn what_is_not_typed_is_the_formats_default() {
        assert_eq!(seats(&typed(3)).unwrap(), Seats::new(SeatCount::new(3).unwrap()));
    }

    #[test]
    fn the_help_tells_the_formats_defaults() {
        let default = Seats::new(SeatCount::new(1).unwrap());
        let command = Cli::command();
        let issue = command.find_subcommand("issue").unwrap();
        for (flag, value) in [
            ("per", default.holder.name().to_owned()),
            ("overage", default.overage.to_string()),
            ("lease", default.lease_secs.to_string()),
            ("idle", default.idle_secs.to_string()),
            ("sessions", default.sessions_max.to_string()),
        ] {
            let arg = issue.get_arguments().find(|arg| arg.get_id() == flag).unwrap();
            let help = arg.get_help().unwrap().to_string();
            assert!(help.ends_with(&format!("[default: {value}]")), "{help}");
        }
    }

    #[test]
    fn numbers_that_contradict_each_other_are_refused() {
        let few = SeatArgs { registered: Some(2), ..typed(3) };
        let failure = seats(&few).unwrap_err();
        assert_eq!(failure.report().unwrap().message, "2 registered people cannot take 3 seats");
        let many = SeatArgs { borrow: "7:4".parse().ok(), ..typed(3) };
        let failure = seats(&many).unwrap_err();
        assert_eq!(
            failure.report().unwrap().message,
            "4 seats cannot be borrowed where there are 3"
        );
    }
}
