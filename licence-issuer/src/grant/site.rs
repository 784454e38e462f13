//! The site that a licence is bound to.

use licence_cli::Failure;
use licence_cli::files::{self, ByteLimit};
use licence_core::claims::Period;
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
    /// Anyone who has a copy.
    Unbound,
}

impl Site {
    /// Reads the request that was named, and checks that it asks for this product.
    pub(super) fn meant(
        typed: &BindingArgs,
        product: &Product,
        period: &Period,
        now: UnixTime,
    ) -> Result<Self, Failure> {
        let Some(file) = &typed.request else { return unbound(period) };
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
        Ok(Self::Bound(Box::new(request)))
    }

    /// The site's key, where there is one.
    pub(crate) fn key(&self) -> Option<&PublicKey> {
        match self {
            Self::Bound(request) => Some(&request.claims().site),
            Self::Unbound => None,
        }
    }
}

fn unbound(period: &Period) -> Result<Site, Failure> {
    let secs_max = UNBOUND_DAYS_MAX.secs();
    if period.last_end().is_some_and(|end| end.since(period.nbf()) <= secs_max) {
        return Ok(Site::Unbound);
    }
    Err(Failure::coded(Code::Unbound, "a licence that is bound to no site lasts at most 90 days")
        .mend("give --request FILE, or shorten the term; days of grace count"))
}

#[cfg(test)]
mod tests {
    use licence_core::UnixTime;
    use licence_core::claims::Period;

    use super::unbound;

    #[test]
    fn an_unbound_licence_lasts_at_most_90_days_with_its_grace() {
        let day = |number: i64| UnixTime::MIN.plus(number * 86_400);
        let ends_at = |exp, grace| Period::limited(day(0), day(exp), None, grace).unwrap();
        assert!(unbound(&ends_at(90, None)).is_ok());
        assert!(unbound(&ends_at(60, Some(day(90)))).is_ok());
        assert!(unbound(&ends_at(91, None)).is_err());
        assert!(unbound(&ends_at(60, Some(day(91)))).is_err());
        assert!(unbound(&Period::perpetual(day(0))).is_err());
    }
}
