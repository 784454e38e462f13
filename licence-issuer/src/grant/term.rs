//! From when to when.

use licence_cli::Failure;
use licence_core::UnixTime;
use licence_core::claims::Period;

use crate::cli::TermArgs;
use crate::value::{Days, When};

/// How long before the end it is announced where nobody says: time enough to order a renewal.
const WARN_DAYS: Days = Days::constant::<30>();

/// The period that was typed, `now` being its start where none was.
pub(super) fn period(term: &TermArgs, now: UnixTime) -> Result<Period, Failure> {
    let nbf = term.from.map_or(now, When::start);
    let Some(exp) = end(term, nbf) else { return Ok(Period::perpetual(nbf)) };
    if exp <= nbf {
        return Err(Failure::usage(format!(
            "the term ends at {exp}, which is not after its start, {nbf}"
        ))
        .mend("check --from, --until and --days"));
    }
    let warn_at = warn_at(term, nbf, exp)?;
    let grace_until = term.grace_days.map(|days| exp.plus(days.secs()));
    Period::limited(nbf, exp, warn_at, grace_until).ok_or_else(|| {
        Failure::usage(format!("a term from {nbf} to {exp} cannot be written"))
            .mend("end it before the year 9999, or use --perpetual")
    })
}

fn end(term: &TermArgs, nbf: UnixTime) -> Option<UnixTime> {
    term.until.map(When::end).or_else(|| term.days.map(|days| nbf.plus(days.secs())))
}

/// A short term is announced at its half, unless something else was asked for.
fn warn_at(term: &TermArgs, nbf: UnixTime, exp: UnixTime) -> Result<Option<UnixTime>, Failure> {
    let Some(days) = term.warn_days else {
        let half = exp.since(nbf).div_euclid(2);
        return Ok(Some(exp.plus(-half.min(WARN_DAYS.secs())))
            .filter(|warn_at| nbf < *warn_at && *warn_at < exp));
    };
    let warn_at = exp.plus(-days.secs());
    if warn_at <= nbf {
        return Err(Failure::usage(format!(
            "the end would be announced ({warn_at}) before the term begins ({nbf})"
        ))
        .mend("give fewer --warn-days"));
    }
    Ok(Some(warn_at))
}

#[cfg(test)]
mod tests {
    use licence_core::UnixTime;
    use licence_core::claims::Period;

    use super::{TermArgs, period};

    fn typed() -> TermArgs {
        TermArgs {
            days: None,
            until: None,
            perpetual: false,
            from: None,
            warn_days: None,
            grace_days: None,
        }
    }

    fn now() -> UnixTime {
        UnixTime::from_date("2026-11-22").unwrap()
    }

    #[track_caller]
    fn shown(term: &TermArgs) -> [String; 4] {
        let period = period(term, now()).unwrap();
        let end = |time: Option<UnixTime>| time.map_or("-".to_owned(), |time| time.to_string());
        [
            period.nbf().to_string(),
            end(period.warn_at()),
            end(period.exp()),
            end(period.grace_until()),
        ]
    }

    #[track_caller]
    fn refusal(term: &TermArgs) -> String {
        period(term, now()).unwrap_err().report().unwrap().message.clone()
    }

    #[test]
    fn days_are_counted_from_the_start() {
        let term = TermArgs { days: "365".parse().ok(), grace_days: "14".parse().ok(), ..typed() };
        assert_eq!(
            shown(&term),
            [
                "2026-11-22T00:00:00Z",
                "2027-10-23T00:00:00Z",
                "2027-11-22T00:00:00Z",
                "2027-12-06T00:00:00Z"
            ]
        );
    }

    #[test]
    fn the_last_day_belongs_to_the_term() {
        let term = TermArgs {
            from: "2027-01-01".parse().ok(),
            until: "2027-12-31".parse().ok(),
            ..typed()
        };
        assert_eq!(shown(&term)[0], "2027-01-01T00:00:00Z");
        assert_eq!(shown(&term)[2], "2028-01-01T00:00:00Z");
    }

    #[test]
    fn a_short_term_is_announced_at_its_half() {
        let term = TermArgs { days: "14".parse().ok(), ..typed() };
        assert_eq!(shown(&term)[1], "2026-11-29T00:00:00Z");
    }

    #[test]
    fn a_perpetual_licence_has_no_times_but_its_start() {
        let term = TermArgs { perpetual: true, ..typed() };
        assert_eq!(period(&term, now()).unwrap(), Period::perpetual(now()));
    }

    #[test]
    fn a_term_that_ends_before_it_begins_is_refused() {
        let term = TermArgs { until: "2026-11-21".parse().ok(), ..typed() };
        assert_eq!(
            refusal(&term),
            "the term ends at 2026-11-22T00:00:00Z, which is not after its start, 2026-11-22T00:00:00Z"
        );
    }

    #[test]
    fn a_warning_before_the_start_is_refused() {
        let term = TermArgs { days: "10".parse().ok(), warn_days: "10".parse().ok(), ..typed() };
        assert!(refusal(&term).starts_with("the end would be announced (2026-11-22"));
    }
}
