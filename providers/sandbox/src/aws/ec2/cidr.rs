//! IPv4 ranges.

use std::fmt;
use std::net::Ipv4Addr;

use serde::{Deserialize, Serialize};

/// A range like `10.0.0.0/16`, without host bits.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Serialize, Deserialize)]
#[serde(try_from = "String", into = "String")]
pub(crate) struct Cidr {
    base: u32,
    bits: u8,
}

impl Cidr {
    /// Reads a range; host bits are cleared, as EC2 does.
    pub(crate) fn parse(text: &str) -> Option<Self> {
        let (address, bits) = text.split_once('/')?;
        let bits: u8 = bits.parse().ok().filter(|bits| *bits <= 32)?;
        let address: Ipv4Addr = address.parse().ok()?;
        Some(Self {
            base: u32::from(address) & mask(bits),
            bits,
        })
    }

    /// The length of the prefix.
    pub(crate) fn bits(self) -> u8 {
        self.bits
    }

    /// Whether the other lies in this one.
    pub(crate) fn contains(self, other: Self) -> bool {
        other.bits >= self.bits && other.base & mask(self.bits) == self.base
    }

    /// Whether the address lies in it.
    pub(crate) fn has(self, address: Ipv4Addr) -> bool {
        u32::from(address) & mask(self.bits) == self.base
    }

    /// Whether they share an address.
    pub(crate) fn overlaps(self, other: Self) -> bool {
        self.contains(other) || other.contains(self)
    }

    /// Addresses that can be given to interfaces: AWS keeps the first four and the last.
    pub(crate) fn usable(self) -> u32 {
        let size = 1u64 << (32 - self.bits);
        u32::try_from(size.saturating_sub(5)).unwrap_or(u32::MAX)
    }

    /// The nth usable address, from 0.
    pub(crate) fn address(self, n: u32) -> Ipv4Addr {
        Ipv4Addr::from(self.base.saturating_add(4).saturating_add(n))
    }
}

fn mask(bits: u8) -> u32 {
    u32::MAX.checked_shl(32 - u32::from(bits)).unwrap_or(0)
}

impl fmt::Display for Cidr {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "{}/{}", Ipv4Addr::from(self.base), self.bits)
    }
}

impl From<Cidr> for String {
    fn from(cidr: Cidr) -> Self {
        cidr.to_string()
    }
}

impl TryFrom<String> for Cidr {
    type Error = String;

    fn try_from(text: String) -> Result<Self, String> {
        Self::parse(&text).ok_or_else(|| format!("{text:?} is not an IPv4 range"))
    }
}

#[cfg(test)]
mod tests {
    #![allow(clippy::unwrap_used)]
    use super::*;

    fn cidr(text: &str) -> Cidr {
        Cidr::parse(text).unwrap()
    }

    #[test]
    fn ranges_are_read_and_compared() {
        assert_eq!(cidr("10.0.1.7/16").to_string(), "10.0.0.0/16");
        assert_eq!(cidr("0.0.0.0/0").to_string(), "0.0.0.0/0");
        assert!(cidr("10.0.0.0/16").contains(cidr("10.0.255.0/24")));
        assert!(!cidr("10.0.0.0/16").contains(cidr("10.1.0.0/24")));
        assert!(cidr("10.0.5.0/24").overlaps(cidr("10.0.0.0/16")));
        assert_eq!(cidr("10.0.0.0/28").usable(), 11);
        assert_eq!(cidr("10.0.0.0/28").address(0).to_string(), "10.0.0.4");
        for text in ["10.0.0.0", "10.0.0/16", "10.0.0.0/33", "x/8", "010.0.0.0/8"] {
            assert_eq!(Cidr::parse(text), None, "{text}");
        }
    }
}
