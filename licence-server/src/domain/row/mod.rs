//! The rows of the store: what is kept of the site, of people, of their sessions and seats.

mod code;
mod data;
mod hour;
mod person;
mod revocation;
mod seat;
mod service;
mod session;
mod site;

pub use code::{CodeHandle, CodeHash, CodeKind, OpenCode};
pub use data::{Data, DataOwner};
pub use hour::Hour;
pub use person::{
    ADMIN_ROLE, Credential, CredentialVersion, LoginName, PasswordHash, Standing, User, UserKey,
};
pub use revocation::{Revocation, Revoked, RevokedToken};
pub use seat::{Borrowing, Given, Holder, Place, Ticket, TicketRank};
pub use service::{Service, ServiceId, ServiceName, ServiceScope};
pub use session::{DeviceMark, Scope, Session};
#[cfg(test)]
pub(crate) use site::testing;
pub use site::{SetBack, Site};
