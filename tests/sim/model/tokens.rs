//! The access tokens that were handed out, and which of them are good no more.

use std::collections::BTreeSet;

use licence_core::{SessionId, TokenId, UnixTime};
use licence_server::domain::{Grant, Scope};
use licence_server::mirror::{Mirror, TokenPlace};

use crate::broken::{Broken, Promise, check};
use crate::clocks::HOUR;

/// Tokens that are remembered at most.
const KEPT_MAX: usize = 512;

/// What was handed out.
#[derive(Clone, Debug, Default)]
pub(crate) struct Tokens(Vec<Access>);

/// One access token.
#[derive(Clone, Copy, Debug)]
pub(crate) struct Access {
    pub(crate) scope: Scope,
    pub(crate) place: TokenPlace,
    pub(crate) exp: UnixTime,
    /// Whether it was taken back.
    is_revoked: bool,
}

impl Access {
    pub(crate) const fn of(grant: &Grant) -> Self {
        let place = TokenPlace { session: grant.session, jti: grant.jti, position: grant.position };
        Self { scope: grant.scope, place, exp: grant.exp, is_revoked: false }
    }
}

impl Tokens {
    pub(crate) fn hand_out(&mut self, access: Access) {
        self.0.push(access);
    }

    pub(crate) fn revoke(&mut self, jti: TokenId) {
        self.revoke_where(|access| access.place.jti == jti);
    }

    /// Whether one was taken back.
    pub(crate) fn is_revoked(&self, jti: TokenId) -> bool {
        self.0.iter().any(|access| access.place.jti == jti && access.is_revoked)
    }

    pub(crate) fn revoke_all(&mut self, session: SessionId) {
        self.revoke_where(|access| access.place.session == session);
    }

    pub(crate) fn revoke_every(&mut self) {
        self.revoke_where(|_| true);
    }

    fn revoke_where(&mut self, is_meant: impl Fn(&Access) -> bool) {
        self.0.iter_mut().filter(|access| is_meant(access)).for_each(|access| {
            access.is_revoked = true;
        });
    }

    /// The latest of a session.
    pub(crate) fn latest(&self, session: SessionId) -> Option<Access> {
        self.0.iter().rfind(|access| access.place.session == session).copied()
    }

    /// Those that open something now.
    pub(crate) fn accepted<'a>(
        &'a self,
        mirror: &'a Mirror,
        now: UnixTime,
    ) -> impl Iterator<Item = &'a Access> {
        self.0
            .iter()
            .filter(move |access| !now.is_expired(access.exp) && !mirror.is_revoked(access.place))
    }

    /// What was taken back opens nothing, and everything else does until its end.
    pub(crate) fn check(&self, mirror: &Mirror, now: UnixTime) -> Result<(), Broken> {
        for access in self.0.iter().filter(|access| !now.is_expired(access.exp)) {
            let is_refused = mirror.is_revoked(access.place);
            check(is_refused == access.is_revoked, Promise::Revocation, || {
                format!("revoked is {is_refused} of {access:?}")
            })?;
        }
        Ok(())
    }

    /// Forgets those that ended long ago; and the oldest of those that were taken back, or a clock that
    /// ran ahead would fill the memory.
    pub(crate) fn forget(&mut self, now: UnixTime) {
        self.0.retain(|access| !now.is_expired(access.exp.plus(HOUR)));
        if self.0.len() > KEPT_MAX {
            let half = self.0.len() - KEPT_MAX / 2;
            let old: BTreeSet<_> = self.0.iter().take(half).map(|old| old.place.jti).collect();
            self.0.retain(|access| !access.is_revoked || !old.contains(&access.place.jti));
        }
    }
}
