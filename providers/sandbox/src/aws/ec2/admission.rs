//! Whether security groups let traffic in.

use std::net::Ipv4Addr;

use super::cidr::Cidr;
use super::rule::{Peer, SecurityGroupRule};
use crate::store::{Place, Tx};

/// Whether one of the groups lets TCP in at the port, from a member of one of the other groups or from one of the
/// addresses.
pub(crate) fn lets_in(
    tx: &Tx<'_>,
    place: &Place,
    groups: &[String],
    port: u16,
    from_groups: &[String],
    from: &[Ipv4Addr],
) -> bool {
    let port = i64::from(port);
    let admits = |rule: &SecurityGroupRule| {
        let traffic = &rule.traffic;
        let by_port = match traffic.protocol.as_str() {
            "-1" => true,
            "tcp" | "6" => (traffic.from..=traffic.to).contains(&port),
            _ => false,
        };
        let by_peer = match &traffic.peer {
            Peer::Group(id) => from_groups.contains(id),
            Peer::Cidr4(range) => {
                let range = Cidr::parse(range);
                range.is_some_and(|range| from.iter().any(|address| range.has(*address)))
            }
            Peer::Cidr6(_) | Peer::PrefixList(_) => false,
        };
        !rule.egress && by_port && by_peer
    };
    let mut rules = groups
        .iter()
        .flat_map(|group| tx.with_key::<SecurityGroupRule>(place, group));
    rules.any(|rule| admits(&rule))
}
