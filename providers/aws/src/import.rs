//! What other tools made, in the words of a spec: networks, launch templates, machines on their own.

use std::collections::{BTreeMap, BTreeSet};

use aws_sdk_ec2::types::{InstanceStateName, Reservation, ResponseLaunchTemplateData};
use provision_core::contract::{Class, Words};
use serde_json::{Value as Json, json};

use crate::client::Aws;
use crate::error::Fault;
use crate::kinds::adopt::survey;
use crate::kinds::ec2::tags;
use crate::kinds::{block_of, filter, pages};
use crate::marks::{Marks, STACK};

/// The words of the network that a VPC is, and what they leave out.
///
/// # Errors
/// It cannot be read.
pub async fn network_words(aws: &Aws, vpc: &str) -> Result<(Words, Vec<String>), Fault> {
    let found = survey(aws, vpc).await?;
    let mut left = Vec::new();
    let zones = found.zones().len();
    let nat = match found.nats() {
        0 => "none",
        1 => "single",
        number if number >= zones => "per-zone",
        _ => "single",
    };
    let mut others = found.others(zones, nat == "per-zone");
    left.append(&mut others);
    let words = BTreeMap::from([
        ("adopt".to_owned(), Json::from(vpc)),
        ("cidr".to_owned(), Json::from(found.cidr())),
        ("zones".to_owned(), json!(zones.clamp(1, 6))),
        ("nat".to_owned(), Json::from(nat)),
    ]);
    Ok((words, left))
}

/// What a launch template says that a spec can say, and what it cannot.
#[derive(Clone, Debug, Default)]
pub struct TemplateWords {
    /// The machine type.
    pub machine: Option<String>,
    /// The size of its first disk, in GiB.
    pub disk_gib: Option<i32>,
    /// The rest.
    pub left: Vec<String>,
}

/// The words of one version of a launch template.
///
/// # Errors
/// It cannot be read.
pub async fn template_words(aws: &Aws, id: &str, version: &str) -> Result<TemplateWords, Fault> {
    let request = aws
        .ec2
        .describe_launch_template_versions()
        .launch_template_id(id)
        .versions(version);
    let answer = aws
        .read("ec2:DescribeLaunchTemplateVersions", || {
            request.clone().send()
        })
        .await?;
    let versions = answer.launch_template_versions.unwrap_or_default();
    let Some(data) = versions
        .first()
        .and_then(|version| version.launch_template_data.as_ref())
    else {
        return Ok(TemplateWords::default());
    };
    let machine = data
        .instance_type()
        .map(|machine| machine.as_str().to_owned());
    Ok(TemplateWords {
        left: unsaid(data, machine.as_deref()),
        disk_gib: data
            .block_device_mappings()
            .first()
            .and_then(|disk| disk.ebs()?.volume_size()),
        machine,
    })
}

/// What no word says of a template's data.
fn unsaid(data: &ResponseLaunchTemplateData, machine: Option<&str>) -> Vec<String> {
    let named = |what: &str, name: Option<&str>| name.map(|name| format!("{what} {name}"));
    let groups = data.security_group_ids().join(", ");
    let some = |there: bool, what: &str| there.then(|| what.to_owned());
    [
        some(data.user_data().is_some(), "user data"),
        named("the image", data.image_id()),
        named("the SSH key", data.key_name()),
        some(!data.block_device_mappings().is_empty(), "disks of its own"),
        named(
            "the security groups",
            Some(groups.as_str()).filter(|groups| !groups.is_empty()),
        ),
        some(data.metadata_options().is_some(), "metadata options"),
        named("the machine type", machine),
    ]
    .into_iter()
    .flatten()
    .collect()
}

/// How many machines of a cluster no managed node group made.
///
/// # Errors
/// They cannot be listed.
pub async fn loose_machines(aws: &Aws, cluster: &str) -> Result<usize, Fault> {
    let tag = format!("kubernetes.io/cluster/{cluster}");
    let filters = filter("tag-key", [tag.as_str()]);
    let filters = &filters;
    let reservations = pages(|token| async move {
        let request = aws
            .ec2
            .describe_instances()
            .set_filters(Some(filters.clone()))
            .set_next_token(token);
        let answer = aws
            .read("ec2:DescribeInstances", || request.clone().send())
            .await?;
        Ok((answer.reservations, answer.next_token))
    })
    .await?;
    let machines = reservations.iter().flat_map(Reservation::instances);
    let loose = machines.filter(|machine| {
        let state = machine.state().and_then(|state| state.name());
        let managed = |key: Option<&str>| {
            key.is_some_and(|key| key == "eks:nodegroup-name" || key == "aws:eks:cluster-name")
        };
        state != Some(&InstanceStateName::Terminated)
            && !machine.tags().iter().any(|tag| managed(tag.key()))
    });
    Ok(loose.count())
}

/// Where machines or tasks stand.
#[derive(Clone, Debug, Default, PartialEq, Eq, PartialOrd, Ord)]
pub struct Home {
    /// The VPC.
    pub vpc: String,
    /// The block of the network, where the subnets carry the marks of the stack.
    pub block: Option<String>,
}

/// The network that subnets lie in; of none of them, that of the stack. `None` where there is none, or more than one.
///
/// # Errors
/// It cannot be read.
pub async fn home(aws: &Aws, subnets: &[String], stack: &str) -> Result<Option<Home>, Fault> {
    let request = match subnets.first() {
        Some(first) => aws.ec2.describe_subnets().subnet_ids(first),
        None => {
            let ours = filter(&format!("tag:{STACK}"), [stack]);
            aws.ec2.describe_subnets().set_filters(Some(ours))
        }
    };
    let answer = aws
        .read("ec2:DescribeSubnets", || request.clone().send())
        .await?;
    let found = answer.subnets.unwrap_or_default();
    let homes: BTreeSet<Home> = found
        .into_iter()
        .map(|subnet| Home {
            block: block_of(&Marks::of(&tags(subnet.tags.as_ref())), stack),
            vpc: subnet.vpc_id.unwrap_or_default(),
        })
        .collect();
    let mut homes = homes.into_iter();
    Ok(homes.next().filter(|_| homes.next().is_none()))
}

/// The block of a secret that the stack made, by the ARN of the secret or parameter; `None` of somebody else's.
///
/// # Errors
/// It cannot be read. One that may not be read is somebody else's.
pub async fn secret_block(aws: &Aws, arn: &str, stack: &str) -> Result<Option<String>, Fault> {
    match crate::kinds::secret_tags(aws, arn).await {
        Ok(tags) => Ok(tags.and_then(|tags| block_of(&Marks::of(&tags), stack))),
        Err(fault) if fault.failure().class == Class::Denied => Ok(None),
        Err(fault) => Err(fault),
    }
}
