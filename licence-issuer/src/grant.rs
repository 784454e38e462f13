//! What a licence is to grant: from what was asked to what is meant.

mod less;
mod seats;
mod site;
mod term;

use licence_cli::{Failure, SiteKit};
use licence_core::claims::{Affiliated, Features, LicenceClaims, Period, Seats};
use licence_core::{Code, FeatureName, Institute, LicenceId, OwnerId, Product, Serial, UnixTime};

pub(crate) use self::less::takes_away;
pub(crate) use self::site::Site;
use crate::cli::{OrderArgs, WhoArgs};
use crate::ledger::Owner;
use crate::value::FeatureArg;

/// What a licence is to grant, to whom, from when to when.
pub(crate) struct Grant {
    pub(crate) product: Product,
    pub(crate) institute: Affiliated,
    pub(crate) period: Period,
    pub(crate) seats: Seats,
    pub(crate) features: Features,
    pub(crate) site: Site,
    pub(crate) revocations_min: Option<u32>,
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
    /// A first licence: what was asked, with what the owner and the vendor's folder say where nothing
    /// was.
    pub(crate) fn fresh(
        order: &OrderArgs,
        owner: Option<&Owner>,
        kit: &SiteKit,
        now: UnixTime,
    ) -> Result<Self, Failure> {
        let product = order.grant.product.as_ref().unwrap_or(&kit.product).clone();
        let institute = Affiliated {
            name: institute(&order.who, owner)?,
            affiliation: order.who.affiliation.clone(),
        };
        let period = term::fresh(&order.term, now)?;
        Ok(Self {
            site: Site::asked(&order.site, &product, now)?
                .ok_or_else(site::unsaid)?
                .checked(&period)?,
            seats: seats::seats(&order.seats)?,
            features: features(&order.grant.features, &Features::default())?,
            revocations_min: order.grant.revocations_min,
            is_test: order.grant.test,
            product,
            institute,
            period,
        })
    }

    /// The next revision of a licence: what was asked, with what the last one says where nothing was.
    pub(crate) fn renewal(
        order: &OrderArgs,
        last: &LicenceClaims,
        now: UnixTime,
    ) -> Result<Self, Failure> {
        let product = same_product(order, last)?;
        let site = Site::asked(&order.site, &product, now)?;
        let is_rebound = site.as_ref().is_some_and(|site| site.key() != last.site.as_ref());
        let start = if is_rebound { term::Start::Now } else { term::Start::OldEnd };
        let period = term::renewal(&order.term, &last.period, start, now)?;
        let WhoArgs { institute, affiliation, .. } = &order.who;
        Ok(Self {
            site: site.unwrap_or_else(|| Site::kept(last)).checked(&period)?,
            institute: Affiliated {
                name: institute.as_ref().unwrap_or(&last.institute.name).clone(),
                affiliation: affiliation.clone().or_else(|| last.institute.affiliation.clone()),
            },
            seats: seats::seats(&order.seats.or(&(&last.seats).into()))?,
            features: features(&order.grant.features, &last.features)?,
            revocations_min: order.grant.revocations_min.or(last.revocations_min),
            is_test: order.grant.test || last.is_test,
            product,
            period,
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
            revocations_min: self.revocations_min,
            is_test: self.is_test,
        }
    }
}

/// The institute that the licence names: the one that was named, else the owner's.
fn institute(who: &WhoArgs, owner: Option<&Owner>) -> Result<Institute, Failure> {
    let of_owner = || owner?.contact.affiliation.clone().map(Institute);
    who.institute.clone().or_else(of_owner).ok_or_else(|| match owner {
        Some(owner) => Failure::usage(format!("owner `{}` has no affiliation", owner.id))
            .mend("give --institute NAME, or note it: `owner edit ID --affiliation NAME`"),
        None => Failure::usage("nothing says whom the licence is for")
            .mend("give --owner ID or --institute NAME, or name one of them in the plan"),
    })
}

fn same_product(order: &OrderArgs, last: &LicenceClaims) -> Result<Product, Failure> {
    match &order.grant.product {
        Some(product) if *product != last.product => {
            let sentence = format!("serial `{}` is for product `{}`", last.serial, last.product);
            Err(Failure::coded(Code::WrongProduct, sentence)
                .mend("issue a licence of its own for another product"))
        }
        _ => Ok(last.product.clone()),
    }
}

/// What was asked, each name once, and what else was granted before.
fn features(typed: &[FeatureArg], before: &Features) -> Result<Features, Failure> {
    let is_typed = |name: &FeatureName| typed.iter().any(|typed| typed.name == *name);
    let kept = before.iter().filter(|(name, _)| !is_typed(name));
    let typed = typed.iter().map(|FeatureArg { name, value }| (name, value));
    typed.chain(kept).try_fold(Features::default(), |features, (name, value)| {
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

    use licence_core::claims::{Feature, Features};

    use licence_core::FeatureName;

    use super::features;

    #[test]
    fn each_feature_is_granted_once() {
        let typed = |text: &str| text.parse().unwrap();
        let name = FeatureName::parse("export").unwrap();
        let none = Features::default();
        let granted = features(&[typed("export=true"), typed("tier=gold")], &none).unwrap();
        assert_eq!(granted.value(&name), Some(&Feature::Bool(true)));
        let failure = features(&[typed("export=true"), typed("export=false")], &none).unwrap_err();
        assert_eq!(failure.report().unwrap().message, "feature `export` cannot be granted");
    }

    #[test]
    fn a_renewal_keeps_the_features_that_it_does_not_name() {
        let typed = |text: &str| text.parse().unwrap();
        let before = features(&[typed("export=true"), typed("tier=gold")], &Features::default());
        let after = features(&[typed("tier=silver")], &before.unwrap()).unwrap();
        let shown: Vec<_> = after.iter().map(|(name, value)| format!("{name}={value:?}")).collect();
        assert_eq!(shown, ["export=Bool(true)", "tier=String(\"silver\")"]);
    }
}
