//! What a licence is to grant: from what was typed to what is meant.

mod seats;
mod site;
mod term;

use licence_cli::{Failure, SiteKit};
use licence_core::claims::{Affiliated, Features, LicenceClaims, Period, Seats};
use licence_core::{LicenceId, OwnerId, Product, Serial, UnixTime};

pub(crate) use self::site::Site;
use crate::cli::IssueArgs;
use crate::value::FeatureArg;

/// What a licence is to grant, to whom, from when to when.
pub(crate) struct Grant {
    pub(crate) product: Product,
    pub(crate) institute: Affiliated,
    pub(crate) period: Period,
    pub(crate) seats: Seats,
    pub(crate) features: Features,
    pub(crate) site: Site,
    pub(crate) is_test: bool,
}

/// What tells a licence from all others.
pub(crate) struct Identity {
    pub(crate) id: LicenceId,
    pub(crate) owner: OwnerId,
    pub(crate) serial: Serial,
    pub(crate) revision: u32,
}

impl Grant {
    /// Takes what was typed, with what the vendor's folder says where nothing was.
    pub(crate) fn meant(args: &IssueArgs, kit: &SiteKit, now: UnixTime) -> Result<Self, Failure> {
        let product = args.product.as_ref().unwrap_or(&kit.product).clone();
        let period = term::period(&args.term, now)?;
        Ok(Self {
            site: Site::meant(&args.binding, &product, &period, now)?,
            product,
            institute: Affiliated {
                name: args.institute.clone(),
                affiliation: args.affiliation.clone(),
            },
            period,
            seats: seats::seats(&args.seats)?,
            features: features(&args.features)?,
            is_test: args.test,
        })
    }

    /// The claims that say so.
    pub(crate) fn claims(
        &self,
        identity: &Identity,
        kit: &SiteKit,
        now: UnixTime,
    ) -> LicenceClaims {
        LicenceClaims {
            iss: kit.vendor.clone(),
            sub: identity.owner,
            product: self.product.clone(),
            jti: identity.id,
            iat: now,
            period: self.period,
            serial: identity.serial,
            revision: identity.revision,
            institute: self.institute.clone(),
            seats: self.seats,
            features: self.features.clone(),
            site: self.site.key().cloned(),
            revocations_min: None,
            is_test: self.is_test,
        }
    }
}

fn features(typed: &[FeatureArg]) -> Result<Features, Failure> {
    typed.iter().try_fold(Features::default(), |features, FeatureArg { name, value }| {
        features.with(name.clone(), value.clone()).ok_or_else(|| {
            Failure::usage(format!("feature `{name}` cannot be granted")).mend(
                "name each feature once; numbers lie below 2^53, texts have at most 200 characters, \
                 lists at most 64 items",
            )
        })
    })
}

#[cfg(test)]
mod tests {
    use licence_core::FeatureName;
    use licence_core::claims::Feature;

    use super::features;

    #[test]
    fn each_feature_is_granted_once() {
        let typed = |text: &str| text.parse().unwrap();
        let name = FeatureName::parse("export").unwrap();
        let granted = features(&[typed("export=true"), typed("tier=gold")]).unwrap();
        assert_eq!(granted.value(&name), Some(&Feature::Bool(true)));
        let failure = features(&[typed("export=true"), typed("export=false")]).unwrap_err();
        assert_eq!(failure.report().unwrap().message, "feature `export` cannot be granted");
    }
}
