//! How many, and how.

use licence_cli::Failure;
use licence_core::claims::{SeatCount, Seats};

use crate::cli::SeatArgs;
use crate::value::BorrowArg;

/// The seats that were asked for, by the format's defaults where nothing was.
pub(super) fn seats(asked: &SeatArgs) -> Result<Seats, Failure> {
    let active_max = asked.seats.ok_or_else(|| {
        Failure::usage("nothing says how many seats the licence has")
            .mend("give --seats N, or `seats` in the plan")
    })?;
    let default = Seats::new(active_max);
    let seats = Seats {
        active_max,
        registered_max: asked.registered,
        holder: asked.per.unwrap_or(default.holder),
        overage: asked.overage.map_or(default.overage, SeatCount::number),
        lease_secs: asked.lease.unwrap_or(default.lease_secs),
        idle_secs: asked.idle.unwrap_or(default.idle_secs),
        sessions_max: asked.sessions.unwrap_or(default.sessions_max),
        borrow: asked.borrow.map(|arg| arg.0),
    };
    check(&seats)?;
    Ok(seats)
}

fn check(seats: &Seats) -> Result<(), Failure> {
    let active_max = seats.active_max.number();
    if let Some(registered) = seats.registered_max.filter(|registered| *registered < active_max) {
        let sentence = format!("{registered} registered people cannot take {active_max} seats");
        return Err(Failure::usage(sentence).mend("let --registered be at least --seats"));
    }
    if let Some(borrow) = seats.borrow.filter(|borrow| borrow.seats_max > active_max) {
        let sentence =
            format!("{} seats cannot be borrowed where there are {active_max}", borrow.seats_max);
        return Err(Failure::usage(sentence).mend("let the SEATS of --borrow be at most --seats"));
    }
    Ok(())
}

/// What a licence says, as it would be asked for.
impl From<&Seats> for SeatArgs {
    fn from(seats: &Seats) -> Self {
        Self {
            seats: Some(seats.active_max),
            registered: seats.registered_max,
            per: Some(seats.holder),
            overage: SeatCount::new(seats.overage),
            lease: Some(seats.lease_secs),
            idle: Some(seats.idle_secs),
            sessions: Some(seats.sessions_max),
            borrow: seats.borrow.map(BorrowArg),
        }
    }
}

#[cfg(test)]
mod tests {
    use clap::CommandFactory as _;
    use licence_core::claims::{SeatCount, Seats};

    use super::{SeatArgs, seats};
    use crate::cli::Cli;

    fn typed(number: u32) -> SeatArgs {
        SeatArgs { seats: SeatCount::new(number), ..SeatArgs::default() }
    }

    #[test]
    fn what_is_not_typed_is_the_formats_default() {
        assert_eq!(seats(&typed(3)).unwrap(), Seats::new(SeatCount::new(3).unwrap()));
    }

    #[test]
    fn what_a_licence_says_is_asked_for_again() {
        let asked = SeatArgs { registered: Some(8), borrow: "7:2".parse().ok(), ..typed(3) };
        let granted = seats(&asked).unwrap();
        assert_eq!(seats(&(&granted).into()).unwrap(), granted);
    }

    #[test]
    fn a_licence_without_a_number_of_seats_is_refused() {
        let failure = seats(&SeatArgs::default()).unwrap_err();
        let report = failure.report().unwrap();
        assert_eq!(report.message, "nothing says how many seats the licence has");
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
