//! IPv4 ranges: `10.20.0.0/16`.

use std::net::Ipv4Addr;

use super::format::{Fault, fault};

/// A range in its canonical form: no bits set behind the prefix.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub(super) struct Range {
    pub(super) first: u32,
    pub(super) last: u32,
}

/// Address, prefix length and whether bits behind the prefix are set.
fn read(text: &str) -> Option<(u32, u32, bool)> {
    let (address, length) = text.split_once('/')?;
    let plain = length.bytes().all(|b| b.is_ascii_digit()) && (1..=2).contains(&length.len());
    let length: u32 = length.parse().ok().filter(|n| plain && *n <= 32)?;
    let address = u32::from(address.parse::<Ipv4Addr>().ok()?);
    Some((address, length, address & !mask(length) != 0))
}

fn mask(length: u32) -> u32 {
    u32::MAX.checked_shl(32 - length).unwrap_or(0)
}

/// The range of a well-formed text.
pub(super) fn range(text: &str) -> Option<Range> {
    let (address, length, _) = read(text)?;
    let first = address & mask(length);
    Some(Range {
        first,
        last: first | !mask(length),
    })
}

/// Ranges inside organisations: RFC 1918, and RFC 6598 which both clouds take for networks too.
const PRIVATE: &[&str] = &[
    "10.0.0.0/8",
    "172.16.0.0/12",
    "192.168.0.0/16",
    "100.64.0.0/10",
];

/// Ranges that no caller on the internet has (RFC 6890).
const SPECIAL: &[&str] = &[
    "127.0.0.0/8",
    "169.254.0.0/16",
    "224.0.0.0/4",
    "240.0.0.0/4",
];

fn inside(inner: Range, outers: &[&str]) -> bool {
    outers
        .iter()
        .filter_map(|outer| range(outer))
        .any(|outer| outer.first <= inner.first && inner.last <= outer.last)
}

fn well_formed(text: &str) -> Result<(Range, u32), Fault> {
    let Some((address, length, loose)) = read(text) else {
        let lone: Option<Ipv4Addr> = text.parse().ok();
        let help = match lone {
            Some(address) => format!("write \"{address}/32\" for one address"),
            None if text.contains(':') => "only IPv4 is supported".to_owned(),
            None => "write an IPv4 range such as \"10.20.0.0/16\"".to_owned(),
        };
        return Err(Fault {
            what: "is not a range".into(),
            help: Some(help),
        });
    };
    let first = address & mask(length);
    if loose {
        return Err(Fault {
            what: format!("has bits set behind its prefix /{length}"),
            help: Some(format!("write \"{}/{length}\"", Ipv4Addr::from(first))),
        });
    }
    let last = first | !mask(length);
    Ok((Range { first, last }, length))
}

/// A network's own range: private, and of a size that every cloud can split over its zones.
/// AWS takes /16 to /28 for a VPC (CreateVpc, `CidrBlock`); below /24 six zones do not fit.
pub(super) fn check_network(text: &str) -> Result<(), Fault> {
    let (range, length) = well_formed(text)?;
    if !(16..=24).contains(&length) {
        let help = format!(
            "write \"{}/16\", or a prefix up to /24",
            Ipv4Addr::from(range.first & mask(16))
        );
        return fault(
            format!("is a /{length}; a network's range is /16 to /24"),
            Some(help),
        );
    }
    if !inside(range, PRIVATE) {
        let help = "take a range of 10.0.0.0/8, 172.16.0.0/12, 192.168.0.0/16 or 100.64.0.0/10";
        return fault("is not a private range", Some(help.to_owned()));
    }
    Ok(())
}

/// A range that may reach a public endpoint; private ones never arrive there.
pub(super) fn check_public(text: &str) -> Result<(), Fault> {
    let (range, _) = well_formed(text)?;
    if inside(range, PRIVATE) || inside(range, SPECIAL) {
        let help = "callers with private addresses use `private = true`";
        return fault(
            "is a private range: nobody reaches a public endpoint from it",
            Some(help.to_owned()),
        );
    }
    Ok(())
}

#[cfg(test)]
mod tests {
    #![allow(clippy::unwrap_used)]
    use super::*;

    #[test]
    fn networks_are_private_canonical_and_of_a_usable_size() {
        assert!(check_network("10.20.0.0/16").is_ok());
        assert!(check_network("100.64.0.0/20").is_ok());
        for wrong in [
            "10.0.0.0/8",
            "10.0.0.0/28",
            "8.8.0.0/16",
            "10.0.0.0",
            "a/16",
            "10.0.0.0/+16",
            "10.0.0.0/016",
            "10.0.0.0/33",
            "::/16",
            "",
        ] {
            assert!(check_network(wrong).is_err(), "{wrong}");
        }
        let help = check_network("10.20.1.0/16").unwrap_err().help.unwrap();
        assert_eq!(help, "write \"10.20.0.0/16\"");
    }

    #[test]
    fn public_ranges() {
        assert!(check_public("0.0.0.0/0").is_ok());
        assert!(check_public("203.0.113.7/32").is_ok());
        assert!(check_public("192.168.1.0/24").is_err());
        let help = check_public("203.0.113.7").unwrap_err().help.unwrap();
        assert_eq!(help, "write \"203.0.113.7/32\" for one address");
    }
}
