//! The site that a licence is bound to.

use licence_cli::Failure;
use licence_cli::files::{self, ByteLimit, Source};
use licence_core::claims::{LicenceClaims, Period};
use licence_core::limits::FILE_BYTES_MAX;
use licence_core::{Code, Product, PublicKey, SignedRequest, UnixTime};

use crate::cli::BindingArgs;
use crate::value::Days;

/// The longest term of a licence that any copy can use.
const UNBOUND_DAYS_MAX: Days = Days::constant::<90>();

/// Whose licence it is.
pub(crate) enum Site {
    /// The site that signed this request.
    Bound(Box<SignedRequest>),
    /// The site of the revision before.
    Kept(Box<PublicKey>),
    /// Anyone who has a copy.
    Unbound,
}

impl Site {
    /// Reads the request that was named, and checks that it asks for this product; `None` where
    /// nothing was said.
    pub(super) fn asked(
        asked: &BindingArgs,
        product: &Product,
        now: UnixTime,
    ) -> Result<Option<Self>, Failure> {
        match (&asked.request, asked.unbound) {
            (Some(_), true) => Err(Failure::usage("`request` and `unbound` exclude each other")
                .mend("say one of them")),
            (Some(file), false) => {
                request(file, product, now).map(|request| Some(Self::Bound(Box::new(request))))
            }
            (None, is_unbound) => Ok(is_unbound.then_some(Self::Unbound)),
        }
    }

    /// That of the revision before.
    pub(super) fn kept(last: &LicenceClaims) -> Self {
        last.site.clone().map_or(Self::Unbound, |key| Self::Kept(Box::new(key)))
    }

    /// Refuses a term that is too long for a licence that any copy can use.
    pub(super) fn checked(self, period: &Period) -> Result<Self, Failure> {
        let secs_max = UNBOUND_DAYS_MAX.secs();
        let is_short = period.last_end().is_some_and(|end| end.since(period.nbf()) <= secs_max);
        if is_short || self.key().is_some() {
            return Ok(self);
        }
        Err(Failure::coded(
            Code::Unbound,
            "a licence that is bound to no site lasts at most 90 days",
        )
        .mend("give --request FILE, or shorten the term; days of grace count"))
    }

    /// The site's key, where there is one.
    pub(crate) fn key(&self) -> Option<&PublicKey> {
        match self {
            Self::Bound(request) => Some(&request.claims().site),
            Self::Kept(key) => Some(key),
            Self::Unbound => None,
        }
    }
}

/// Nobody said whose it is to be.
pub(super) fn unsaid() -> Failure {
    Failure::usage("nothing says which site the licence is bound to")
        .mend("give --request FILE or --unbound, or `request` or `unbound` in the plan")
}

fn request(file: &Source, product: &Product, now: UnixTime) -> Result<SignedRequest, Failure> {
    let bytes = files::read(file, ByteLimit(FILE_BYTES_MAX))?;
    let request = SignedRequest::parse(&bytes, now).map_err(|refusal| {
        Failure::from(refusal)
            .mend("ask the institute for a fresh file: `licence-server request` makes it")
    })?;
    let asked = &request.claims().product;
    if asked != product {
        let sentence = format!("the request is for product `{asked}`, not for `{product}`");
        return Err(Failure::coded(Code::WrongProduct, sentence)
            .mend("ask the institute for a request for this product, or give --product"));
    }
    Ok(request)
}

#[cfg(test)]
mod tests {
    use licence_core::UnixTime;
    use licence_core::claims::Period;

    use super::Site;

    #[test]
    fn an_unbound_licence_lasts_at_most_90_days_with_its_grace() {
        let day = |number: i64| UnixTime::MIN.plus(number * 86_400);
        let checked = |period: &Period| Site::Unbound.checked(period);
        let ends_at = |exp, grace| Period::limited(day(0), day(exp), None, grace).unwrap();
        assert!(checked(&ends_at(90, None)).is_ok());
        assert!(checked(&ends_at(60, Some(day(90)))).is_ok());
        assert!(checked(&ends_at(91, None)).is_err());
        assert!(checked(&ends_at(60, Some(day(91)))).is_err());
        assert!(checked(&Period::perpetual(day(0))).is_err());
    }
}
