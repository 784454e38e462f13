//! From when to when.

use licence_cli::Failure;
use licence_core::UnixTime;
use licence_core::claims::Period;

use crate::cli::TermArgs;
use crate::value::{Days, When};

/// How long before the end it is announced where nobody says: time enough to order a renewal.
const WARN_DAYS: Days = Days::constant::<30>();

/// When a renewal starts where nobody says.
#[derive(Clone, Copy, Debug, Eq, PartialEq)]
pub(super) enum Start {
    /// At the old end.
    OldEnd,
    /// At once: a site that lost its key cannot use the old revision to its end.
    Now,
}

/// The period that was asked for, `now` being its start where none was.
pub(super) fn fresh(term: &TermArgs, now: UnixTime) -> Result<Period, Failure> {
    let nbf = term.from.map_or(now, When::start);
    let end = end(term, nbf)?.ok_or_else(|| {
        Failure::usage("nothing says how long the licence lasts")
            .mend("give --days N, --until DATE or --perpetual, or one of them in the plan")
    })?;
    Term { nbf, end, warn_secs: warn_secs(term), grace_secs: grace_secs(term) }.period()
}

/// The period that follows `last`. Its warning and its grace are as long as they were, where nobody
/// says.
pub(super) fn renewal(
    term: &TermArgs,
    last: &Period,
    start: Start,
    now: UnixTime,
) -> Result<Period, Failure> {
    let nbf = match (term.from, last.exp(), start) {
        (Some(from), _, _) => from.start(),
        (None, Some(exp), Start::OldEnd) => exp,
        (None, _, _) => now.max(last.nbf()),
    };
    let stays = || match (last.exp(), start) {
        (Some(exp), Start::Now) => Ok(End::At(exp)),
        (None, _) => Ok(End::Never),
        (Some(_), Start::OldEnd) => Err(Failure::usage("nothing says how long the renewal lasts")
            .mend("give --days N, --until DATE or --perpetual, or one of them in the plan")),
    };
    let end = end(term, nbf)?.map_or_else(stays, Ok)?;
    let before = |time: Option<UnixTime>| Some(last.exp()?.since(time?));
    let is_limited = end != End::Never;
    Term {
        nbf,
        end,
        warn_secs: warn_secs(term).or_else(|| before(last.warn_at()).filter(|_| is_limited)),
        grace_secs: grace_secs(term)
            .or_else(|| before(last.grace_until()).map(i64::saturating_neg).filter(|_| is_limited)),
    }
    .fitted(term)
    .period()
}

/// A term with everything said.
struct Term {
    nbf: UnixTime,
    end: End,
    warn_secs: Option<i64>,
    grace_secs: Option<i64>,
}

#[derive(Clone, Copy, Debug, Eq, PartialEq)]
enum End {
    At(UnixTime),
    Never,
}

impl Term {
    fn period(self) -> Result<Period, Failure> {
        let Self { nbf, end, warn_secs, grace_secs } = self;
        let exp = match end {
            End::At(exp) => exp,
            End::Never if warn_secs.or(grace_secs).is_some() => {
                return Err(Failure::usage("a licence without an end has no days around its end")
                    .mend("leave out --warn-days and --grace-days, or give it an end"));
            }
            End::Never => return Ok(Period::perpetual(nbf)),
        };
        if exp <= nbf {
            return Err(Failure::usage(format!(
                "the term ends at {exp}, which is not after its start, {nbf}"
            ))
            .mend("check --from, --until and --days"));
        }
        let warn_at = warn_at(warn_secs, nbf, exp)?;
        let grace_until = grace_secs.map(|secs| exp.plus(secs));
        Period::limited(nbf, exp, warn_at, grace_until).ok_or_else(|| {
            Failure::usage(format!("a term from {nbf} to {exp} cannot be written"))
                .mend("end it before the year 9999, or use --perpetual")
        })
    }

    /// A warning that nobody asked for gives way where the term is too short for it.
    fn fitted(self, asked: &TermArgs) -> Self {
        let length = match self.end {
            End::At(exp) => exp.since(self.nbf),
            End::Never => 0,
        };
        let is_asked = asked.warn_days.is_some();
        Self { warn_secs: self.warn_secs.filter(|secs| is_asked || *secs < length), ..self }
    }
}

fn end(term: &TermArgs, nbf: UnixTime) -> Result<Option<End>, Failure> {
    let until = term.until.map(|until| End::At(until.end()));
    let days = term.days.map(|days| End::At(nbf.plus(days.secs())));
    let mut ends = [until, days, term.perpetual.then_some(End::Never)].into_iter().flatten();
    match (ends.next(), ends.next()) {
        (Some(_), Some(_)) => {
            Err(Failure::usage("`days`, `until` and `perpetual` exclude each other")
                .mend("say one of them"))
        }
        (end, _) => Ok(end),
    }
}

fn warn_secs(term: &TermArgs) -> Option<i64> {
    term.warn_days.map(Days::secs)
}

fn grace_secs(term: &TermArgs) -> Option<i64> {
    term.grace_days.map(Days::secs)
}

/// A short term is announced at its half, unless something else was asked for.
fn warn_at(
    warn_secs: Option<i64>,
    nbf: UnixTime,
    exp: UnixTime,
) -> Result<Option<UnixTime>, Failure> {
    let Some(secs) = warn_secs else {
        let half = exp.since(nbf).div_euclid(2);
        return Ok(Some(exp.plus(-half.min(WARN_DAYS.secs())))
            .filter(|warn_at| nbf < *warn_at && *warn_at < exp));
    };
    let warn_at = exp.plus(-secs);
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

    use super::{Start, TermArgs, fresh, renewal};

    fn typed() -> TermArgs {
        TermArgs::default()
    }

    fn now() -> UnixTime {
        UnixTime::from_date("2026-11-22").unwrap()
    }

    #[track_caller]
    fn shown(term: &TermArgs) -> [String; 4] {
        let period = fresh(term, now()).unwrap();
        times(&period)
    }

    fn times(period: &Period) -> [String; 4] {
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
        fresh(term, now()).unwrap_err().report().unwrap().message.clone()
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
        assert_eq!(fresh(&term, now()).unwrap(), Period::perpetual(now()));
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

    fn last_year() -> Period {
        let day = |date| UnixTime::from_date(date).unwrap();
        let (warn_at, grace) = (Some(day("2026-12-01")), Some(day("2027-01-15")));
        Period::limited(day("2026-01-01"), day("2027-01-01"), warn_at, grace).unwrap()
    }

    #[test]
    fn a_renewal_starts_at_the_old_end_with_the_same_warning_and_grace() {
        let term = TermArgs { days: "365".parse().ok(), ..typed() };
        let period = renewal(&term, &last_year(), Start::OldEnd, now()).unwrap();
        assert_eq!(
            times(&period),
            [
                "2027-01-01T00:00:00Z",
                "2027-12-01T00:00:00Z",
                "2028-01-01T00:00:00Z",
                "2028-01-15T00:00:00Z"
            ]
        );
        let short = TermArgs { days: "20".parse().ok(), ..typed() };
        let period = renewal(&short, &last_year(), Start::OldEnd, now()).unwrap();
        assert_eq!(times(&period)[1], "2027-01-11T00:00:00Z", "the old warning is too long for it");
    }

    #[test]
    fn a_site_that_lost_its_key_goes_on_at_once_to_the_old_end() {
        let period = renewal(&typed(), &last_year(), Start::Now, now()).unwrap();
        assert_eq!(times(&period)[0], "2026-11-22T00:00:00Z");
        assert_eq!(times(&period)[2..], times(&last_year())[2..]);
    }

    #[test]
    fn a_renewal_says_how_long_it_lasts_unless_it_has_no_end() {
        let failure = renewal(&typed(), &last_year(), Start::OldEnd, now()).unwrap_err();
        let report = failure.report().unwrap();
        assert_eq!(report.message, "nothing says how long the renewal lasts");
        let perpetual = Period::perpetual(last_year().nbf());
        let period = renewal(&typed(), &perpetual, Start::OldEnd, now()).unwrap();
        assert_eq!(period, Period::perpetual(now()));
    }

    #[test]
    fn two_ends_are_refused() {
        let term = TermArgs { days: "3".parse().ok(), perpetual: true, ..typed() };
        assert_eq!(refusal(&term), "`days`, `until` and `perpetual` exclude each other");
        let term = TermArgs { grace_days: "3".parse().ok(), perpetual: true, ..typed() };
        assert_eq!(refusal(&term), "a licence without an end has no days around its end");
    }
}
