//! What an administrator may set: in a TOML file, by variables of the environment over the same names,
//! and on the command line, each going before the one named before it.

mod choice;
mod effective;
mod hook_url;
mod host;
mod log_filter;
mod network;
mod origin;
mod reading;
mod reference;
mod sample;
mod setting;
mod settings;
mod variables;
mod within;

/// Bytes of a configuration file at most.
pub const CONFIG_BYTES_MAX: usize = 64 * 1024;

pub use choice::{ForwardedHeader, LogFormat, Registration};
pub use effective::{
    BackupPlan, Certificate, Config, ConnectionLimits, Hook, Permission, SessionLife,
};
pub use hook_url::{HookUrl, NotAHookUrl};
pub use host::{Host, NotAHost};
pub use log_filter::LogFilter;
pub use network::{AddressPrefix, Network, NotANetwork};
pub use origin::{NotAnOrigin, Origin, Transport};
pub use reading::{Fault, NotSettings, Shown, Whence};
pub use reference::reference;
pub use sample::sample;
pub use settings::{Loaded, Row, Settings};
pub use variables::Variables;
pub use within::Within;

#[cfg(test)]
mod tests;
