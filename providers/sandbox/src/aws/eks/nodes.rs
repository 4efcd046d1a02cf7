//! The instances of node groups.

use super::{Cluster, NodeGroup, template, version};
use crate::aws::ec2::{Instance, Launch, Subnet, Tags};
use crate::store::{Place, Tx, hex};
use sha2::{Digest, Sha256};

/// Starts or ends instances until there are as many as wanted; tells nothing when a subnet is full.
pub(super) fn fit(tx: &mut Tx<'_>, place: &Place, group: &mut NodeGroup) {
    let wanted = usize::try_from(group.scaling.desired_size).unwrap_or_default();
    while group.instances.len() > wanted {
        if let Some(id) = group.instances.pop() {
            Instance::terminate(tx, place, &id);
        }
    }
    while group.instances.len() < wanted {
        match start(tx, place, group) {
            Some(id) => group.instances.push(id),
            None => break,
        }
    }
}

/// Ends every instance.
pub(super) fn end_all(tx: &mut Tx<'_>, place: &Place, group: &mut NodeGroup) {
    for id in std::mem::take(&mut group.instances) {
        Instance::terminate(tx, place, &id);
    }
}

/// After an update of the group: a new version means new instances.
pub(super) fn follow(tx: &mut Tx<'_>, place: &Place, mut group: NodeGroup, roll: bool) {
    if roll {
        end_all(tx, place, &mut group);
    }
    fit(tx, place, &mut group);
    tx.put(place, &group);
}

/// Starts one instance in the subnet with the fewest of the group, or in the next that has room.
fn start(tx: &mut Tx<'_>, place: &Place, group: &NodeGroup) -> Option<String> {
    let running: Vec<Instance> = group
        .instances
        .iter()
        .filter_map(|id| tx.get(place, id))
        .collect();
    let mut subnets: Vec<Subnet> = group
        .subnets
        .iter()
        .filter_map(|id| tx.get(place, id))
        .collect();
    subnets.sort_by_key(|subnet| {
        running
            .iter()
            .filter(|one| one.subnet_id == subnet.id)
            .count()
    });
    subnets.iter().find_map(|subnet| {
        let launch = launch(tx, place, group, subnet);
        Instance::launch(tx, place, launch).map(|instance| instance.id)
    })
}

fn launch<'a>(tx: &Tx<'_>, place: &Place, group: &NodeGroup, subnet: &'a Subnet) -> Launch<'a> {
    let data = group
        .template
        .as_ref()
        .and_then(|one| template::data(tx, place, one));
    let own = |name: &str| {
        data.as_ref()
            .and_then(|data| data.get(name).map(str::to_owned))
    };
    let mut groups = data
        .as_ref()
        .map(|data| data.list("SecurityGroupId"))
        .unwrap_or_default();
    if groups.is_empty() {
        groups.extend(
            tx.get::<Cluster>(place, &group.cluster)
                .map(|cluster| cluster.own_group_id),
        );
    }
    let mut tags = data
        .as_ref()
        .map(template::instance_tags)
        .unwrap_or_default();
    tags.extend(marks(group));
    Launch {
        instance_type: own("InstanceType")
            .or_else(|| group.instance_types.first().cloned())
            .unwrap_or_default(),
        image_id: own("ImageId").unwrap_or_else(|| image(group)),
        spot: group.capacity == "SPOT",
        subnet,
        groups,
        tags,
    }
}

/// Tags that EKS and Auto Scaling give to nodes.
fn marks(group: &NodeGroup) -> Tags {
    [
        ("eks:cluster-name".to_owned(), group.cluster.clone()),
        ("eks:nodegroup-name".to_owned(), group.name.clone()),
        ("aws:autoscaling:groupName".to_owned(), group.asg()),
        (
            format!("kubernetes.io/cluster/{}", group.cluster),
            "owned".to_owned(),
        ),
    ]
    .into()
}

/// The id of the image of a release.
fn image(group: &NodeGroup) -> String {
    let hex = hex(&Sha256::digest(format!(
        "{}/{}",
        group.ami_type, group.release
    )));
    format!("ami-0{}", hex.get(..16).unwrap_or_default())
}

/// The release of the newest image of a Kubernetes version: `1.34.2-20251016`.
pub(super) fn release(kubernetes: &str) -> String {
    format!(
        "{}-{}",
        version::patch(kubernetes),
        version::release_day(kubernetes)
    )
}
