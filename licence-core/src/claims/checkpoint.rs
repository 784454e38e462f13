use super::{
    Claims, Kind, LogPosition, Object, ObjectWriter, Reason, audience, need, product_of, time,
};
use crate::text::Product;
use crate::time::UnixTime;

/// `checkpoint+jwt`: where a site's audit log stood, so that what came before can be pruned and the
/// rest still be proved.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct CheckpointClaims {
    /// The application: `aud` is `checkpoint:<product>`.
    pub product: Product,
    /// When it was signed.
    pub iat: UnixTime,
    /// Where the log stood: the position of the last entry that was pruned.
    pub position: LogPosition,
}

impl Claims for CheckpointClaims {
    const KIND: Kind = Kind::Checkpoint;

    fn read(claims: &Object<'_>) -> Result<Self, Reason> {
        Ok(Self {
            product: product_of("checkpoint", claims)?,
            iat: need(claims, "iat", time)?,
            position: LogPosition::read(claims)?,
        })
    }

    fn write(&self, claims: &mut ObjectWriter<'_>) {
        claims.string("aud", audience("checkpoint", &self.product));
        claims.integer("iat", self.iat.secs());
        self.position.write(claims);
    }
}
