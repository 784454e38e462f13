use std::fmt;
use std::net::{IpAddr, Ipv6Addr};
use std::str::FromStr;

use thiserror::Error;

use super::setting::{Setting, quoted};

/// Bits of an IPv6 address that one subscriber or one host may vary at will (RFC 6177, RFC 8981).
const HOST_BITS: u32 = 64;

/// A range of addresses: `10.0.0.0/8`, `2001:db8::/32`, or one address.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Network {
    first: IpAddr,
    bits: u32,
}

/// The text is no range of addresses.
#[derive(Clone, Copy, Debug, Error, PartialEq, Eq)]
#[error("a range of addresses is written `10.0.0.0/8`, `2001:db8::/32` or `192.0.2.7`")]
pub struct NotANetwork;

/// Who shares a limit: an IPv4 address, or the /64 of an IPv6 address, because whoever has one
/// address of it has them all.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash, PartialOrd, Ord)]
pub struct AddressPrefix(IpAddr);

impl Network {
    /// Whether an address lies in the range. An IPv4 address in IPv6's writing is an IPv4 address.
    #[must_use]
    pub fn contains(&self, address: IpAddr) -> bool {
        let address = address.to_canonical();
        address.is_ipv4() == self.first.is_ipv4() && masked(address, self.bits) == self.first
    }
}

impl AddressPrefix {
    /// The prefix of an address.
    #[must_use]
    pub fn of(address: IpAddr) -> Self {
        match address.to_canonical() {
            v4 @ IpAddr::V4(_) => Self(v4),
            v6 @ IpAddr::V6(_) => Self(masked(v6, HOST_BITS)),
        }
    }

    /// Whether it is this machine.
    #[must_use]
    pub fn is_loopback(self) -> bool {
        self == Self::of(Ipv6Addr::LOCALHOST.into()) || self.0.is_loopback()
    }
}

impl fmt::Display for AddressPrefix {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self.0 {
            IpAddr::V4(v4) => v4.fmt(f),
            IpAddr::V6(v6) => write!(f, "{v6}/{HOST_BITS}"),
        }
    }
}

/// The address with all but its first bits cleared.
fn masked(address: IpAddr, bits: u32) -> IpAddr {
    match address {
        IpAddr::V4(v4) => {
            let mask = u32::MAX.checked_shl(32_u32.saturating_sub(bits)).unwrap_or(0);
            IpAddr::V4((v4.to_bits() & mask).into())
        }
        IpAddr::V6(v6) => {
            let mask = u128::MAX.checked_shl(128_u32.saturating_sub(bits)).unwrap_or(0);
            IpAddr::V6(Ipv6Addr::from_bits(v6.to_bits() & mask))
        }
    }
}

impl FromStr for Network {
    type Err = NotANetwork;

    fn from_str(text: &str) -> Result<Self, NotANetwork> {
        let (address, bits) = match text.split_once('/') {
            Some((address, bits)) => (address, Some(bits)),
            None => (text, None),
        };
        let first: IpAddr = address.parse().map_err(|_| NotANetwork)?;
        let all = if first.is_ipv4() { 32 } else { 128 };
        let bits = match bits {
            Some(bits) if bits.bytes().all(|byte| byte.is_ascii_digit()) => {
                bits.parse().ok().filter(|bits| *bits <= all).ok_or(NotANetwork)?
            }
            Some(_) => return Err(NotANetwork),
            None => all,
        };
        // Bits behind the prefix are a slip, and which half of it was meant is not known.
        (masked(first, bits) == first).then_some(Self { first, bits }).ok_or(NotANetwork)
    }
}

impl fmt::Display for Network {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "{}/{}", self.first, self.bits)
    }
}

impl Setting for Network {
    fn expected() -> String {
        "`10.0.0.0/8`, `2001:db8::/32` or one address; no bit may be set behind the prefix"
            .to_owned()
    }

    fn of_text(text: &str) -> Option<Self> {
        text.parse().ok()
    }

    fn to_toml(&self) -> String {
        quoted(&self.to_string())
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[track_caller]
    fn network(text: &str) -> Network {
        text.parse().unwrap()
    }

    #[track_caller]
    fn address(text: &str) -> IpAddr {
        text.parse().unwrap()
    }

    #[test]
    fn a_range_holds_its_addresses_and_no_others() {
        for (range, inside, outside) in [
            ("10.0.0.0/8", "10.255.0.1", "11.0.0.1"),
            ("192.0.2.7", "192.0.2.7", "192.0.2.8"),
            ("192.0.2.6/31", "::ffff:192.0.2.7", "::ffff:192.0.2.8"),
            ("2001:db8::/32", "2001:db8:ffff::1", "2001:db9::"),
            ("::1", "::1", "127.0.0.1"),
            ("0.0.0.0/0", "203.0.113.1", "::1"),
            ("::/0", "2001:db8::1", "203.0.113.1"),
        ] {
            assert!(network(range).contains(address(inside)), "{inside} in {range}");
            assert!(!network(range).contains(address(outside)), "{outside} in {range}");
        }
    }

    #[test]
    fn what_is_no_range_is_refused() {
        for text in [
            "",
            "10.0.0.0/33",
            "::/129",
            "10.0.0.1/8",
            "10.0.0.0/",
            "10.0.0.0/+8",
            "host",
            "10.0.0",
            "2001:db8::1/64",
            "10.0.0.0/8/8",
        ] {
            assert_eq!(text.parse::<Network>(), Err(NotANetwork), "{text}");
        }
    }

    #[test]
    fn a_limit_is_shared_by_a_whole_ipv6_network_and_by_one_ipv4_address() {
        let prefix = |text: &str| AddressPrefix::of(address(text)).to_string();
        assert_eq!(prefix("2001:db8:0:7:1:2:3:4"), "2001:db8:0:7::/64");
        assert_eq!(prefix("2001:db8:0:7::"), "2001:db8:0:7::/64");
        assert_eq!(prefix("192.0.2.7"), "192.0.2.7");
        assert_eq!(prefix("::ffff:192.0.2.7"), "192.0.2.7");
    }
}
