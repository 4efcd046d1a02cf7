//! Rules of security groups.

use jiff::Timestamp;
use serde::{Deserialize, Serialize};

use super::SecurityGroup;
use super::common::arn;
use super::resource::{Resource, Words};
use super::tags::{self, Tags};
use crate::store::{Document, Indexed, Place, Tx};
use crate::wire::Fields;

/// A rule of a security group.
#[derive(Clone, Debug, Serialize, Deserialize)]
pub(crate) struct SecurityGroupRule {
    /// Its id.
    pub(crate) id: String,
    /// Its group.
    pub(crate) group_id: String,
    /// Whether it lets out; otherwise in.
    pub(crate) egress: bool,
    /// What it lets through.
    pub(crate) traffic: Traffic,
    /// The words beside it.
    pub(crate) description: Option<String>,
    /// Its tags.
    pub(crate) tags: Tags,
    /// When it was made.
    pub(crate) created: Timestamp,
}

/// What a rule lets through: no group has two rules with the same.
#[derive(Clone, Debug, PartialEq, Eq, PartialOrd, Ord, Serialize, Deserialize)]
pub(crate) struct Traffic {
    /// `tcp`, `udp`, `icmp`, `icmpv6`, a number, or `-1` for all.
    pub(crate) protocol: String,
    /// The first port, or the ICMP type; -1 for all.
    pub(crate) from: i64,
    /// The last port, or the ICMP code; -1 for all.
    pub(crate) to: i64,
    /// The other side.
    pub(crate) peer: Peer,
}

/// The other side of a rule.
#[derive(Clone, Debug, PartialEq, Eq, PartialOrd, Ord, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub(crate) enum Peer {
    /// An IPv4 range.
    Cidr4(String),
    /// An IPv6 range.
    Cidr6(String),
    /// A prefix list.
    PrefixList(String),
    /// A security group.
    Group(String),
}

impl Traffic {
    /// Everything with a peer.
    fn all(peer: Peer) -> Self {
        Self {
            protocol: "-1".to_owned(),
            from: -1,
            to: -1,
            peer,
        }
    }

    /// The traffic in the words of an error.
    pub(super) fn words(&self) -> String {
        let (Peer::Cidr4(peer) | Peer::Cidr6(peer) | Peer::PrefixList(peer) | Peer::Group(peer)) =
            &self.peer;
        match self.protocol.as_str() {
            "-1" => format!("peer: {peer}, ALL, ALLOW"),
            protocol => {
                let (name, from, to) = (protocol.to_ascii_uppercase(), self.from, self.to);
                format!("peer: {peer}, {name}, from port: {from}, to port: {to}, ALLOW")
            }
        }
    }
}

impl SecurityGroupRule {
    /// Makes a rule.
    pub(crate) fn make(
        tx: &mut Tx<'_>,
        place: &Place,
        group_id: &str,
        egress: bool,
        traffic: Traffic,
        description: Option<String>,
        tags: Tags,
    ) -> Self {
        let id = tx.fresh_id("sgr");
        let rule = Self {
            id,
            group_id: group_id.to_owned(),
            egress,
            traffic,
            description,
            tags,
            created: tx.now(),
        };
        tx.put(place, &rule);
        rule
    }

    /// Whether the other side is that group.
    pub(super) fn names_group(&self, id: &str) -> bool {
        matches!(&self.traffic.peer, Peer::Group(group) if group == id)
    }
}

/// The rule that lets everything out.
pub(super) fn allow_out(tx: &mut Tx<'_>, place: &Place, group: &SecurityGroup) {
    let traffic = Traffic::all(Peer::Cidr4("0.0.0.0/0".to_owned()));
    SecurityGroupRule::make(tx, place, &group.id, true, traffic, None, Tags::new());
}

/// The rule that lets members of the group talk to each other.
pub(crate) fn allow_members(tx: &mut Tx<'_>, place: &Place, group: &SecurityGroup) {
    let traffic = Traffic::all(Peer::Group(group.id.clone()));
    SecurityGroupRule::make(tx, place, &group.id, false, traffic, None, Tags::new());
}

/// The rule that lets members of another group in.
pub(crate) fn allow_group(tx: &mut Tx<'_>, place: &Place, group: &str, peer: &str) {
    let traffic = Traffic {
        protocol: "tcp".to_owned(),
        from: 0,
        to: 65_535,
        peer: Peer::Group(peer.to_owned()),
    };
    let words = Some("elbv2.k8s.aws/targetGroupBinding=shared".to_owned());
    SecurityGroupRule::make(tx, place, group, false, traffic, words, Tags::new());
}

/// The rules of a group.
pub(super) fn of_group(tx: &Tx<'_>, place: &Place, id: &str) -> Vec<SecurityGroupRule> {
    tx.list_where(place, |rule: &SecurityGroupRule| rule.group_id == id)
}

/// The groups that a group lets in.
pub(super) fn groups_let_in(tx: &Tx<'_>, place: &Place, id: &str) -> Vec<String> {
    let peer = |rule: SecurityGroupRule| match rule.traffic.peer {
        Peer::Group(group) if !rule.egress => Some(group),
        _ => None,
    };
    of_group(tx, place, id)
        .into_iter()
        .filter_map(peer)
        .collect()
}

/// Rules in the older form: one permission for each protocol and ports, with all its peers.
pub(super) fn permissions<'a>(
    rules: impl Iterator<Item = &'a SecurityGroupRule>,
    place: &Place,
) -> Vec<Fields> {
    let mut rules: Vec<&SecurityGroupRule> = rules.collect();
    let ports = |rule: &SecurityGroupRule| {
        (
            rule.traffic.protocol.clone(),
            rule.traffic.from,
            rule.traffic.to,
        )
    };
    rules.sort_by_key(|rule| (ports(rule), rule.traffic.peer.clone()));
    rules
        .chunk_by(|a, b| ports(a) == ports(b))
        .map(|same| permission(same, place))
        .collect()
}

fn permission(rules: &[&SecurityGroupRule], place: &Place) -> Fields {
    let peers = |pick: &dyn Fn(&Peer) -> Option<Fields>| -> Vec<Fields> {
        let one = |rule: &&SecurityGroupRule| {
            Some(pick(&rule.traffic.peer)?.maybe("description", rule.description.as_ref()))
        };
        rules.iter().filter_map(one).collect()
    };
    let traffic = rules.first().map(|rule| &rule.traffic);
    let ports = traffic.filter(|traffic| traffic.protocol != "-1");
    Fields::new()
        .maybe("ipProtocol", traffic.map(|traffic| &traffic.protocol))
        .maybe("fromPort", ports.map(|traffic| traffic.from))
        .maybe("toPort", ports.map(|traffic| traffic.to))
        .list(
            "groups",
            "item",
            peers(&|peer| match peer {
                Peer::Group(id) => Some(
                    Fields::new()
                        .text("userId", &place.account)
                        .text("groupId", id),
                ),
                _ => None,
            }),
        )
        .list(
            "ipRanges",
            "item",
            peers(&|peer| match peer {
                Peer::Cidr4(cidr) => Some(Fields::new().text("cidrIp", cidr)),
                _ => None,
            }),
        )
        .list(
            "ipv6Ranges",
            "item",
            peers(&|peer| match peer {
                Peer::Cidr6(cidr) => Some(Fields::new().text("cidrIpv6", cidr)),
                _ => None,
            }),
        )
        .list(
            "prefixListIds",
            "item",
            peers(&|peer| match peer {
                Peer::PrefixList(id) => Some(Fields::new().text("prefixListId", id)),
                _ => None,
            }),
        )
}

impl Document for SecurityGroupRule {
    const SERVICE: &'static str = "ec2";
    const KIND: &'static str = "security-group-rule";

    fn id(&self) -> String {
        self.id.clone()
    }

    fn created(&self) -> Timestamp {
        self.created
    }
}

impl Indexed for SecurityGroupRule {
    /// Its group.
    fn keys(&self) -> Vec<String> {
        vec![self.group_id.clone()]
    }
}

impl Resource for SecurityGroupRule {
    const WORDS: Words = Words {
        prefix: "sgr",
        noun: "The security group rule ID",
        not_found: "InvalidSecurityGroupRuleId.NotFound",
        malformed: "InvalidSecurityGroupRuleId.Malformed",
        filters: &["group-id", "security-group-rule-id"],
    };

    fn tags(&self) -> &Tags {
        &self.tags
    }

    fn tags_mut(&mut self) -> &mut Tags {
        &mut self.tags
    }

    fn values(&self, filter: &str, _tx: &Tx<'_>, _place: &Place) -> Vec<String> {
        vec![if filter == "group-id" {
            self.group_id.clone()
        } else {
            self.id.clone()
        }]
    }

    fn fields(&self, tx: &Tx<'_>, place: &Place) -> Fields {
        let fields = Fields::new()
            .text("securityGroupRuleId", &self.id)
            .text(
                "securityGroupRuleArn",
                arn(place, "security-group-rule", &self.id),
            )
            .text("groupId", &self.group_id)
            .text("groupOwnerId", &place.account)
            .text("isEgress", self.egress)
            .text("ipProtocol", &self.traffic.protocol)
            .text("fromPort", self.traffic.from)
            .text("toPort", self.traffic.to)
            .maybe("description", self.description.as_ref());
        let fields = match &self.traffic.peer {
            Peer::Cidr4(cidr) => fields.text("cidrIpv4", cidr),
            Peer::Cidr6(cidr) => fields.text("cidrIpv6", cidr),
            Peer::PrefixList(id) => fields.text("prefixListId", id),
            Peer::Group(id) => {
                let vpc = tx.get::<SecurityGroup>(place, id).map(|group| group.vpc_id);
                let group = Fields::new()
                    .text("groupId", id)
                    .text("userId", &place.account)
                    .maybe("vpcId", vpc);
                fields.fields("referencedGroupInfo", group)
            }
        };
        tags::set(fields, &self.tags)
    }
}
