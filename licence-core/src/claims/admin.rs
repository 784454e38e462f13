use super::{Claims, Kind, LogPosition, Object, ObjectWriter, Reason, SignInClaims, need, parsed};
use crate::text::{Audience, Product};

/// `at+jwt` for a server's administration: no seat, no licence, and an `aud` that no application
/// takes for its own.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct AdminClaims {
    /// Who, from when to when.
    pub sign_in: SignInClaims,
    /// The application whose server is administered: `aud` is `admin:<product>`.
    pub product: Product,
    /// Where the server's audit log stood.
    pub position: LogPosition,
}

impl Claims for AdminClaims {
    const KIND: Kind = Kind::Access;

    fn read(claims: &Object<'_>) -> Result<Self, Reason> {
        let product = match need(claims, "aud", parsed(Audience::parse))? {
            Audience::Administration(product) => product,
            audience @ Audience::Application(_) => return Err(Reason::WrongProduct { audience }),
        };
        let (sign_in, position) = (SignInClaims::read(claims)?, LogPosition::read(claims)?);
        Ok(Self { sign_in, product, position })
    }

    fn write(&self, claims: &mut ObjectWriter<'_>) {
        self.sign_in.write(&Audience::Administration(self.product.clone()), claims);
        self.position.write(claims);
    }
}
