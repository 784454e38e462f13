use licence_core::{
    AcceptedLicence, Part, PublicKey, Refusal, SignedCheckpoint, SignedRequest, SignedRevocations,
    UnverifiedLicence, ValidAdmin,
};

use super::asked::{now, policy, product, roots, site};
use crate::runner::Implementation;
use crate::vectors::{Facts, Input, Vector, Verdict, Verify};

/// licence-core itself.
pub struct Core;

impl Implementation for Core {
    fn name(&self) -> &'static str {
        "licence-core"
    }

    fn verify(&mut self, vector: &Vector) -> Verdict {
        let verify = match vector.verify {
            Verify::Usage => return usage(vector).unwrap_or_else(|refusal| Err(refusal).into()),
            Verify::Licence => licence,
            Verify::Access => access,
            Verify::Admin => admin,
            Verify::Revoked => revoked,
            Verify::Lease => lease,
            Verify::Checkpoint => checkpoint,
            Verify::Request => request,
            Verify::Revocations => revocations,
            Verify::Key => key,
        };
        verify(vector).into()
    }
}

fn licence(vector: &Vector) -> Result<Facts, Refusal> {
    let accepted = accept(vector, &vector.input)?;
    let valid = accepted.at(now(vector))?;
    let claims = valid.claims();
    let root = accepted.signed().root();
    Ok(Facts::licence(valid.state(), claims.jti, claims.seats.active_max.number(), root))
}

fn access(vector: &Vector) -> Result<Facts, Refusal> {
    let (licence, token, now) = (accept_its_licence(vector)?, vector.input.bytes(), now(vector));
    let token = match &vector.revoked {
        Some(list) => {
            let list = licence.verify_revoked(&list.bytes(), now)?;
            licence.verify_access_unless(&list, &token, now)
        }
        None => licence.verify_access(&token, now),
    }?;
    Ok(Facts::access(&token.claims().sign_in))
}

fn admin(vector: &Vector) -> Result<Facts, Refusal> {
    let (site, product) = (site(vector), product(vector));
    let token = ValidAdmin::verify(&vector.input.bytes(), &site, &product, now(vector))?;
    Ok(Facts::access(&token.claims().sign_in))
}

fn revoked(vector: &Vector) -> Result<Facts, Refusal> {
    let licence = accept_its_licence(vector)?;
    let list = licence.verify_revoked(&vector.input.bytes(), now(vector))?;
    Ok(Facts::revoked(list.claims()))
}

fn lease(vector: &Vector) -> Result<Facts, Refusal> {
    let licence = accept_its_licence(vector)?;
    let lease = licence.verify_lease(&vector.input.bytes(), now(vector))?;
    Ok(Facts::lease(lease.claims()))
}

fn checkpoint(vector: &Vector) -> Result<Facts, Refusal> {
    let (site, product) = (site(vector), product(vector));
    let checkpoint = SignedCheckpoint::verify(&vector.input.bytes(), &site, &product)?;
    Ok(Facts::checkpoint(checkpoint.claims()))
}

/// What speaks against a statement that was verified is a verdict, and no refusal of the verifier's.
fn usage(vector: &Vector) -> Result<Verdict, Refusal> {
    let licence = accept_its_licence(vector)?;
    let previous = vector.previous.as_ref();
    let previous = previous.map(|text| licence.verify_usage(&text.bytes())).transpose()?;
    let statement = licence.verify_usage(&vector.input.bytes())?;
    let objections = statement.objections(&[licence.signed().claims()], previous.as_ref());
    Ok(match objections.first() {
        Some(first) => Verdict::refused(Part::Usage, first.code()),
        None => Verdict::Ok(Facts::usage(statement.claims())),
    })
}

fn request(vector: &Vector) -> Result<Facts, Refusal> {
    let request = SignedRequest::parse(&vector.input.bytes(), now(vector))?;
    Ok(Facts::request(request.claims()))
}

fn revocations(vector: &Vector) -> Result<Facts, Refusal> {
    let list = SignedRevocations::parse(&vector.input.bytes(), &roots(vector))?;
    Ok(Facts::revocations(list.claims().seq))
}

fn key(vector: &Vector) -> Result<Facts, Refusal> {
    Ok(Facts::key(PublicKey::parse(&vector.input.bytes())?.id()))
}

fn accept_its_licence(vector: &Vector) -> Result<AcceptedLicence, Refusal> {
    accept(vector, vector.licence.as_ref().expect("it is verified under a licence"))
}

/// What the verifier holds is looked at before what it is given.
fn accept(vector: &Vector, file: &Input) -> Result<AcceptedLicence, Refusal> {
    let roots = roots(vector);
    let policy = policy(vector, &roots)?;
    let file = UnverifiedLicence::parse(&file.bytes())?;
    let accepted = file.accept(&roots, &policy);
    // One step at a time, without the site's key where the signatures are checked, is the same.
    let stepwise = file.verify_signatures(&roots).and_then(|signed| signed.accept(&policy));
    assert_eq!(accepted.as_ref().err(), stepwise.as_ref().err());
    accepted
}
