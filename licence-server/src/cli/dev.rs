//! The verb for who writes an application.

use std::net::SocketAddr;
use std::path::PathBuf;
use std::str::FromStr;

use clap::Args;
use licence_core::claims::SeatCount;
use licence_core::{Role, Text};
use zeroize::Zeroizing;

use super::value::seats;
use crate::config::Origin;

/// Where a throw-away server listens when nobody says: this machine only.
const LISTEN: &str = "127.0.0.1:8080";

#[derive(Args, Debug)]
pub(crate) struct DevArgs {
    /// Seats of the licence
    #[arg(long, value_name = "N", value_parser = seats, default_value = "3")]
    pub(crate) seats: SeatCount,

    /// Someone who may sign in; without any, four are made up
    #[arg(long = "user", value_name = "NAME:PASSWORD[:ROLE]")]
    pub(crate) users: Vec<DevUser>,

    /// The address of this machine to listen on; port 0 takes a free one
    #[arg(long, value_name = "ADDR", default_value = LISTEN)]
    pub(crate) listen: SocketAddr,

    /// Serve a single-page application from this folder; links in it are followed, wherever they lead
    #[arg(long, value_name = "DIR")]
    pub(crate) app: Option<PathBuf>,

    /// Let the pages of another origin call this server, such as `http://localhost:5173`
    #[arg(long = "origin", value_name = "ORIGIN")]
    pub(crate) origins: Vec<Origin>,
}

/// Someone who may sign in to a throw-away site. The password is typed on the command line, where
/// everyone on the machine can read it: it opens nothing else.
#[derive(Clone, Debug)]
pub(crate) struct DevUser {
    pub(crate) name: Text,
    pub(crate) password: Zeroizing<String>,
    pub(crate) role: Option<Role>,
}

impl FromStr for DevUser {
    type Err = String;

    fn from_str(typed: &str) -> Result<Self, String> {
        let wrong = || "it is written NAME:PASSWORD or NAME:PASSWORD:ROLE".to_owned();
        let mut parts = typed.splitn(3, ':');
        let (Some(name), Some(password)) = (parts.next(), parts.next()) else {
            return Err(wrong());
        };
        let role = parts.next().map(|role| Role::parse(role).ok_or_else(wrong)).transpose()?;
        let name = Text::parse(name).ok_or_else(wrong)?;
        Ok(Self { name, password: Zeroizing::new(password.to_owned()), role })
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn someone_for_a_throw_away_site_is_read() {
        let user: DevUser = "ann:secret phrase:admin".parse().unwrap();
        assert_eq!(user.name.as_str(), "ann");
        assert_eq!(*user.password, "secret phrase");
        assert_eq!(user.role.unwrap().as_str(), "admin");
        assert!("ann:secret".parse::<DevUser>().unwrap().role.is_none());
        for wrong in ["ann", ":secret", "ann:secret:a b"] {
            assert!(wrong.parse::<DevUser>().is_err(), "{wrong}");
        }
    }
}
