//! `ec2.security_group`: a group of network interfaces with rules.
//!
//! Its name is unique in its VPC. Rules are objects of their own; those without marks are noted.

use std::collections::BTreeMap;

use aws_sdk_ec2::types::{Filter, ResourceType, SecurityGroup as Wire};
use provision_core::cost::Usage;
use provision_core::model::{Identity, Observed, Table};
use serde::{Deserialize, Serialize};

use super::ec2::{asked, filter, pages, retag, spec, tag_list, tags};
use super::survey::tagged;
use super::tables::{fixed, outputs, seconds, table, tags as tags_row};
use super::{Ask, Cx, Live, Next, Seen, Served, Stop, Uses, holders, security_group_rule};
use crate::client::Aws;
use crate::error::Fault;
use crate::field::Field;
use crate::marks::{Marks, Tags, plain};

/// The fields of a security group. Its name is the resource's physical name.
#[derive(Clone, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
pub struct SecurityGroup {
    /// Its VPC.
    pub vpc: Field<String>,
    /// What it is for. Cannot be changed.
    pub description: String,
    /// Its tags.
    pub tags: Tags,
}

impl Served for SecurityGroup {
    const KIND: &'static str = "ec2.security_group";

    fn table() -> Table {
        let rows = vec![
            fixed("vpc", "the VPC it is part of"),
            fixed("description", "what it is for"),
            tags_row(),
        ];
        Table {
            outputs: outputs(&["id"]),
            seconds: seconds(1, 1, 2),
            // Of a cluster that is gone its groups are what tells last that it was there.
            leaves: true,
            ..table(Self::KIND, "security group", Identity::Named, rows)
        }
    }

    fn usage(_of: &Uses<'_>) -> Usage {
        Usage::free("security groups are free of charge")
    }

    async fn survey(ask: &Ask<'_>) -> Seen {
        tagged(ask, list(ask.aws, &asked(ask)).await)
    }

    async fn create(cx: &Cx<'_>, want: &Self) -> Result<Next, Stop> {
        let all = cx.marked(&want.tags);
        let vpc = want.vpc.known("vpc")?;
        let request = cx
            .aws
            .ec2
            .create_security_group()
            .group_name(cx.name()?)
            .description(&want.description)
            .vpc_id(vpc)
            .tag_specifications(spec(ResourceType::SecurityGroup, &all));
        let answer = cx
            .aws
            .write("ec2:CreateSecurityGroup", || request.clone().send())
            .await?;
        let group = Wire::builder()
            .set_group_id(answer.group_id)
            .vpc_id(vpc)
            .description(&want.description)
            .set_tags(Some(tag_list(&all)))
            .build();
        let live = live(&group);
        Ok(Next::More {
            did: format!("created {}", live.physical),
            observed: cx.made(live),
        })
    }

    async fn change(cx: &Cx<'_>, want: &Self, live: &Observed) -> Result<Option<Next>, Stop> {
        retag(cx, &want.tags, live).await
    }

    /// Interfaces of tasks and of balancers outlive these by up to minutes, and only AWS can take them away: until then EC2
    /// would refuse, so it is not asked.
    async fn delete(cx: &Cx<'_>, live: &Observed) -> Result<Next, Stop> {
        let held = holders::attached_of_group(cx.aws, &live.physical).await;
        if !held.is_empty() {
            let held = held.join(", ");
            return Err(Stop::Later(format!(
                "security group {} still has {held}; what of it is not ours is yours to remove, then run it again",
                live.physical
            )));
        }
        let request = cx.aws.ec2.delete_security_group().group_id(&live.physical);
        cx.aws
            .write("ec2:DeleteSecurityGroup", || request.clone().send())
            .await?;
        Ok(Next::Gone)
    }

    async fn holders(cx: &Cx<'_>, live: &Observed) -> Vec<String> {
        holders::of_group(cx.aws, &live.physical).await
    }

    async fn read(cx: &Cx<'_>, physical: &str) -> Result<Option<Live>, Fault> {
        Ok(list(cx.aws, &filter("group-id", [physical])).await?.pop())
    }

    async fn holder(cx: &Cx<'_>, want: &Self) -> Result<Option<Live>, Fault> {
        let vpc = want.vpc.get().map_or("", String::as_str);
        let mut filters = filter("vpc-id", [vpc]);
        filters.extend(filter("group-name", cx.name().ok()));
        Ok(list(cx.aws, &filters).await?.pop())
    }
}

/// Groups by filter, as they are read.
pub(super) async fn wires(aws: &Aws, filters: &[Filter]) -> Result<Vec<Wire>, Fault> {
    pages(|token| async {
        let request = aws
            .ec2
            .describe_security_groups()
            .set_filters(Some(filters.to_vec()))
            .set_next_token(token);
        let answer = aws
            .read("ec2:DescribeSecurityGroups", || request.clone().send())
            .await?;
        Ok((answer.security_groups, answer.next_token))
    })
    .await
}

async fn list(aws: &Aws, filters: &[Filter]) -> Result<Vec<Live>, Fault> {
    let groups = wires(aws, filters).await?;
    let mut lives: Vec<Live> = groups.iter().map(live).collect();
    if !lives.is_empty() {
        let foreign = foreign_rules(aws, &lives).await?;
        for live in &mut lives {
            live.foreign = foreign.get(&live.physical).cloned().unwrap_or_default();
        }
    }
    Ok(lives)
}

/// Rules without our marks, by group. The one that lets everything out comes with every group.
async fn foreign_rules(aws: &Aws, groups: &[Live]) -> Result<BTreeMap<String, Vec<String>>, Fault> {
    let ids = groups.iter().map(|group| group.physical.as_str());
    let rules = security_group_rule::wires(aws, &filter("group-id", ids)).await?;
    let mut foreign: BTreeMap<String, Vec<String>> = BTreeMap::new();
    for rule in rules {
        let ours = Marks::of(&tags(rule.tags.as_ref())).stack.is_some();
        let default = rule.is_egress == Some(true) && rule.ip_protocol() == Some("-1");
        if let (false, Some(group), Some(id)) = (
            ours || default,
            rule.group_id.clone(),
            rule.security_group_rule_id(),
        ) {
            foreign.entry(group).or_default().push(format!("rule {id}"));
        }
    }
    Ok(foreign)
}

fn live(group: &Wire) -> Live {
    let all = tags(group.tags.as_ref());
    let fields = SecurityGroup {
        vpc: group.vpc_id().unwrap_or_default().into(),
        description: group.description().unwrap_or_default().to_owned(),
        tags: plain(&all),
    };
    let id = group.group_id().unwrap_or_default();
    Live::new(id, &all, &fields)
        .output("id", id)
        .needs(group.vpc_id())
}
