use super::{
    Claims, Features, Kind, LogPosition, Object, ObjectWriter, Reason, SessionData, SignInClaims,
    may, need, parsed,
};
use crate::id::LicenceId;
use crate::text::{Audience, Product};

/// `at+jwt`: one person may use the application now (shaped like RFC 9068).
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct AccessClaims {
    /// Who, from when to when.
    pub sign_in: SignInClaims,
    /// The application: `aud`.
    pub product: Product,
    /// The licence that it was made under.
    pub lic: LicenceId,
    /// Features of the licence that the server was told to copy.
    pub features: Features,
    /// The public data of the session.
    pub dat: Option<SessionData>,
    /// Where the server's audit log stood.
    pub position: LogPosition,
}

impl Claims for AccessClaims {
    const KIND: Kind = Kind::Access;

    fn read(claims: &Object<'_>) -> Result<Self, Reason> {
        // Before everything else: what opens the administration has other claims.
        let product = match need(claims, "aud", parsed(Audience::parse))? {
            Audience::Application(product) => product,
            audience @ Audience::Administration(_) => {
                return Err(Reason::WrongProduct { audience });
            }
        };
        Ok(Self {
            sign_in: SignInClaims::read(claims)?,
            product,
            lic: need(claims, "lic", parsed(LicenceId::parse))?,
            features: may(claims, "features", Features::read)?.unwrap_or_default(),
            dat: may(claims, "dat", SessionData::read)?,
            position: LogPosition::read(claims)?,
        })
    }

    fn write(&self, claims: &mut ObjectWriter<'_>) {
        self.sign_in.write(&self.product.clone().into(), claims);
        claims.id("lic", self.lic);
        if self.features.iter().len() > 0 {
            self.features.write(claims);
        }
        if let Some(dat) = &self.dat {
            dat.write(claims);
        }
        self.position.write(claims);
    }
}
