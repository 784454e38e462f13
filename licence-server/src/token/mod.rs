//! Tokens: access tokens minted and verified, refresh tokens made and read.

mod ahead;
mod bearer;
mod cache;
mod claims;
mod mint;
mod refresh_token;
mod revoked_list;
mod service_key;
mod sightings;

pub use ahead::{Ahead, TokensAhead};
pub use bearer::{BearerRefusal, BearerVerifier};
pub use claims::{TokenClaims, VerifiedToken};
pub use mint::{MintFailed, Minted, Minter};
pub use refresh_token::{RefreshKey, RefreshSecret, RefreshToken};
pub use revoked_list::{NoList, RevokedList, RevokedLists};
pub use service_key::ServiceKey;
pub use sightings::Sightings;

#[cfg(test)]
pub(crate) mod testing {
    use licence_core::claims::{AccessClaims, Epoch, Features, LogPosition, SignInClaims};
    use licence_core::{
        ChainHead, LicenceId, Product, Role, SessionId, Text, TokenId, UnixTime, UserId, Uuid,
    };

    use crate::domain::{Grant, NextSecret, Scope, SeatGrant};

    /// The claims of some token.
    pub(crate) fn claims() -> AccessClaims {
        let id = Uuid::v7(1, [1; 10]);
        AccessClaims {
            sign_in: SignInClaims {
                iss: Text::parse("urn:licence-site:x").unwrap(),
                sub: UserId(id),
                client_id: Text::parse("app").unwrap(),
                iat: UnixTime::MIN,
                exp: UnixTime::MIN.plus(900),
                jti: TokenId(id),
                sid: SessionId(id),
                auth_time: UnixTime::MIN,
                scope: Text::parse("seat").unwrap(),
                roles: Vec::new(),
                ext_id: None,
            },
            product: Product::parse("app").unwrap(),
            lic: LicenceId(id),
            features: Features::default(),
            dat: None,
            position: LogPosition {
                epoch: Epoch { counter: 1, tag: 1 },
                seq: 1,
                head: ChainHead::EMPTY,
            },
        }
    }

    /// A grant of that token.
    pub(crate) fn grant() -> Grant {
        let AccessClaims { sign_in, lic, position, .. } = claims();
        Grant {
            user: sign_in.sub,
            roles: vec![Role::parse("editor").unwrap()],
            ext_id: None,
            session: sign_in.sid,
            session_end: UnixTime::MAX,
            auth_time: sign_in.auth_time,
            scope: Scope::Seat,
            jti: sign_in.jti,
            iat: sign_in.iat,
            exp: sign_in.exp,
            seat: Some(SeatGrant { lease_end: sign_in.exp, licence: lic, in_use: 1, total: 1 }),
            next: NextSecret::First,
            public: None,
            position,
        }
    }
}
