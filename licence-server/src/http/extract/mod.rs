//! What handlers take from a request, each refused with a problem of its own.

mod administrator;
mod bearer;
mod device;
mod email;
mod fields;
mod local_admin;
mod now;
mod path_id;
mod seated;
mod service_caller;
mod whole_body;

pub(super) use administrator::Administrator;
pub(super) use bearer::{Bearer, PastBearer, in_cookie};
pub(super) use device::Device;
pub(super) use email::email;
pub(super) use fields::Fields;
pub(super) use local_admin::LocalAdmin;
pub use local_admin::open_admin_door;
pub(super) use now::Now;
pub(super) use path_id::PathId;
pub(super) use seated::Seated;
pub(super) use service_caller::ServiceCaller;
pub(super) use whole_body::WholeBody;
