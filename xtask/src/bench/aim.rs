//! What a measurement is to reach.

/// A bound of a ratio, or of a number with a unit.
#[derive(Clone, Copy, Debug)]
pub(super) enum Aim {
    AtLeast(f64),
    AtMost(f64),
}

impl Aim {
    /// `at least 0.65: met`
    pub(super) fn judged(self, value: f64) -> String {
        let (bound, is_met) = match self {
            Self::AtLeast(least) => (format!("at least {}", short(least)), value >= least),
            Self::AtMost(most) => (format!("at most {}", short(most)), value <= most),
        };
        format!("{bound}: {}", if is_met { "met" } else { "missed" })
    }
}

/// With decimals where there are any.
fn short(bound: f64) -> String {
    if bound.fract() == 0.0 { format!("{bound:.0}") } else { format!("{bound:.2}") }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn an_aim_is_met_at_its_bound() {
        assert_eq!(Aim::AtLeast(0.65).judged(0.65), "at least 0.65: met");
        assert_eq!(Aim::AtLeast(30.0).judged(29.9), "at least 30: missed");
        assert_eq!(Aim::AtMost(3.0).judged(3.0), "at most 3: met");
        assert_eq!(Aim::AtMost(3.0).judged(3.1), "at most 3: missed");
    }
}
