use licence_core::{
    AcceptedLicence, PublicKey, Refusal, SignedRequest, SignedRevocations, UnverifiedLicence,
};

use super::asked::{now, policy, roots};
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
            Verify::Licence => licence,
            Verify::Access => access,
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
    let file = vector.licence.as_ref().expect("a token is verified under a licence");
    let token = accept(vector, file)?.verify_access(&vector.input.bytes(), now(vector))?;
    Ok(Facts::access(token.claims()))
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

/// What the verifier holds is looked at before what it is given.
fn accept(vector: &Vector, file: &Input) -> Result<AcceptedLicence, Refusal> {
    let roots = roots(vector);
    let policy = policy(vector, &roots)?;
    UnverifiedLicence::parse(&file.bytes())?.verify_signatures(&roots)?.accept(&policy)
}
