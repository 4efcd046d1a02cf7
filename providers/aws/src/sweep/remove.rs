//! Deleting one object that was left: read again, judged again, then one call.

use provision_core::contract::{Class, Failure};
use provision_core::model::Observed;

use super::found::{Busy, Found, Sort};
use super::networks::Balancers;
use super::{balancers, groups, machines, networks, owner};
use crate::client::Aws;
use crate::error::Fault;
use crate::kinds::live::text;
use crate::kinds::{Stop, filter};

/// What a call came to.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(super) enum Did {
    /// It is gone, or was.
    Gone,
    /// The cloud works on it.
    Going,
    /// Something else had to be done first.
    More(String),
}

/// One object by its handle; `None` when it is not there.
pub(super) async fn read(aws: &Aws, sort: Sort, physical: &str) -> Result<Option<Found>, Fault> {
    match sort {
        Sort::Balancer | Sort::Classic | Sort::TargetGroup => {
            balancers::one(aws, sort, physical).await
        }
        Sort::Interface => {
            let filters = filter("network-interface-id", [physical]);
            let wires = networks::interfaces(aws, &filters).await?;
            Ok(wires
                .first()
                .map(|wire| networks::interface(wire, &Balancers::default())))
        }
        Sort::Group => {
            let wires = groups(aws, &filter("group-id", [physical])).await?;
            let Some(mut found) = wires.first().and_then(networks::group) else {
                return Ok(None);
            };
            found.busy = groups::busy(aws, physical).await?;
            Ok(Some(found))
        }
        Sort::Volume => {
            let wires = machines::list(aws, filter("volume-id", [physical])).await?;
            Ok(wires.first().map(machines::volume))
        }
    }
}

/// Whether the object is still what the plan saw: tags of the same cluster, in the same network.
///
/// # Errors
/// When it is not: then it is somebody's.
pub(super) fn judge(found: &Found, live: &Observed) -> Result<(), Failure> {
    let cluster = owner::maker(found);
    let same = match text(live, "cluster") {
        Some(name) => cluster == Some(name),
        None => cluster.is_none() && owner::is_of_node(&found.tags),
    };
    if same && found.vpc.as_deref() == text(live, "vpc") {
        return Ok(());
    }
    Err(Failure {
        class: Class::Conflict,
        code: "not-left".to_owned(),
        message: format!(
            "{} no longer carries the tags of a controller of {}: it may be somebody's now, and stays",
            found.physical,
            text(live, "cluster").unwrap_or("that cluster")
        ),
        call: None,
        object: Some(found.physical.clone()),
        advice: Some("plan again".to_owned()),
    })
}

/// The words for what holds an object.
pub(super) fn holds(found: &Found) -> Option<String> {
    match found.busy.as_ref()? {
        Busy::Going(what) => Some(format!("{} waits for {what}, which goes", found.physical)),
        Busy::Held(what) => Some(format!(
            "{} is still used by {what}: delete that first when it is not ours",
            found.physical
        )),
    }
}

/// Makes the next call that removes the object.
pub(super) async fn remove(aws: &Aws, stack: &str, found: &Found) -> Result<Did, Stop> {
    let done = match found.sort {
        Sort::Balancer | Sort::Classic | Sort::TargetGroup => balancer(aws, found).await,
        Sort::Interface => {
            let request = aws
                .ec2
                .delete_network_interface()
                .network_interface_id(&found.physical);
            let sent = aws.write("ec2:DeleteNetworkInterface", || request.clone().send());
            sent.await.map(|_| Did::Gone)
        }
        Sort::Group => {
            if let Some(did) = groups::strip(aws, stack, found).await? {
                return Ok(Did::More(did));
            }
            let request = aws.ec2.delete_security_group().group_id(&found.physical);
            let sent = aws.write("ec2:DeleteSecurityGroup", || request.clone().send());
            sent.await.map(|_| Did::Gone)
        }
        Sort::Volume => {
            let request = aws.ec2.delete_volume().volume_id(&found.physical);
            let sent = aws.write("ec2:DeleteVolume", || request.clone().send());
            sent.await.map(|_| Did::Going)
        }
    };
    match done {
        Ok(did) => Ok(did),
        Err(fault) if fault.is_not_found() => Ok(Did::Gone),
        Err(fault) if fault.is_in_use() => Err(Stop::Later(fault.to_string())),
        Err(fault) => Err(Stop::Fault(fault.about(&found.physical))),
    }
}

async fn balancer(aws: &Aws, found: &Found) -> Result<Did, Fault> {
    match found.sort {
        Sort::TargetGroup => {
            let request = aws
                .elbv2()
                .delete_target_group()
                .target_group_arn(&found.physical);
            aws.write("elasticloadbalancingv2:DeleteTargetGroup", || {
                request.clone().send()
            })
            .await?;
            return Ok(Did::Gone);
        }
        Sort::Classic => {
            let request = aws
                .elb()
                .delete_load_balancer()
                .load_balancer_name(&found.physical);
            aws.write("elasticloadbalancing:DeleteLoadBalancer", || {
                request.clone().send()
            })
            .await?;
        }
        _ => {
            let request = aws
                .elbv2()
                .delete_load_balancer()
                .load_balancer_arn(&found.physical);
            aws.write("elasticloadbalancingv2:DeleteLoadBalancer", || {
                request.clone().send()
            })
            .await?;
        }
    }
    Ok(Did::Going)
}
