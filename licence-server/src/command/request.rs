//! `request`: ask the vendor for a licence that is bound to this site's key.

use licence_cli::{Facts, Failure, Format, clock};
use licence_core::armour::{self, Label};
use licence_core::claims::{Affiliated, Claims as _, Nonce, RequestClaims};

use super::hand_out::hand_out;
use crate::cli::RequestArgs;
use crate::data_dir::DataDir;
use crate::rng::{Rng, SystemRng};

pub(super) fn run(args: &RequestArgs, data: &DataDir, format: Format) -> Result<(), Failure> {
    let key = data.site_key()?;
    let rng: &dyn Rng = &SystemRng;
    let claims = RequestClaims {
        product: data.site()?.product,
        iat: clock::now()?,
        nonce: Nonce(rng.bytes().map_err(|error| Failure::usage(error.to_string()))?),
        institute: Affiliated {
            name: args.institute.clone(),
            affiliation: args.affiliation.clone(),
        },
        site: key.public().clone(),
    };
    let signed = key.sign(claims.signing_input(key.public().id()));
    let file = armour::write(&[(Label::Request, signed.as_bytes())]);
    hand_out(&file, facts(&claims), &args.out, format)
}

/// The fingerprint is what the two ends compare, by telephone or in person: nothing else tells the
/// vendor who sent the request.
fn facts(claims: &RequestClaims) -> Facts {
    Facts::new()
        .with_text("product", &claims.product)
        .with_text("institute", &claims.institute.name)
        .with_some("affiliation", claims.institute.affiliation.as_ref().map(ToString::to_string))
        .with_text("fingerprint", claims.site.id())
}
