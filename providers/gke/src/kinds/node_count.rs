//! How many nodes a pool has. GKE tells how many it began with, and bounds; how many there are to be is told by the groups of its
//! machines.
//!
//! The autoscaler does not bring a pool between bounds that were moved past it: it "waits to take effect until a new node is
//! needed in the node pool or until a node can be safely deleted" (GKE's guide "About cluster autoscaling"). So a pool outside
//! of its bounds is read as if they were where it is, which is a change to make, and its size is set beside them.

use std::collections::BTreeMap;

use futures::future::try_join_all;
use google_cloud_container_v1::model::NodePool as Wire;

use super::compute::{found, local, pages};
use super::operation::last;
use crate::client::Gcp;
use crate::error::Fault;

/// Nodes that groups of machines are to have, by the group's path without its project. Nothing is known of a missing one.
pub(crate) type Sizes = BTreeMap<String, i64>;

/// The sizes of all groups of the project. They are a detail that a plan can do without: where they cannot be read, none is
/// known.
pub(super) async fn list(gcp: &Gcp) -> Sizes {
    read_all(gcp).await.unwrap_or_else(|fault| {
        tracing::warn!(%fault, "how many nodes pools have is not known");
        Sizes::new()
    })
}

async fn read_all(gcp: &Gcp) -> Result<Sizes, Fault> {
    let client = gcp.instance_group_managers().await?;
    let call = "compute.instanceGroupManagers.aggregatedList";
    let pages = pages(|token| async move {
        let request = client
            .aggregated_list()
            .set_project(gcp.project())
            .set_max_results(500_u32)
            .set_or_clear_page_token(token);
        let mut page = gcp.read(call, || request.clone().send()).await?;
        let token = page.next_page_token.take();
        Ok((page, token))
    });
    let pages = pages.await?;
    let scopes = pages.iter().flat_map(|page| page.items.values());
    let groups = scopes.flat_map(|scope| &scope.instance_group_managers);
    let size = |group: &google_cloud_compute_v1::model::InstanceGroupManager| {
        let path = local(group.self_link.as_deref()?);
        Some((path, i64::from(group.target_size?)))
    };
    Ok(groups.filter_map(size).collect())
}

/// The number of a pool's nodes in all zones; `None` where the size of one of its groups is not known.
pub(super) fn of(wire: &Wire, sizes: &Sizes) -> Option<i64> {
    let groups = wire.instance_group_urls.iter();
    let sizes: Option<Vec<i64>> = groups.map(|url| sizes.get(&local(url)).copied()).collect();
    sizes
        .filter(|sizes| !sizes.is_empty())
        .map(|sizes| sizes.iter().sum())
}

/// The same, read now.
pub(super) async fn read(gcp: &Gcp, wire: &Wire) -> Result<Option<i64>, Fault> {
    let client = gcp.instance_group_managers().await?;
    let groups = wire.instance_group_urls.iter().map(|url| local(url));
    let sizes = groups.map(|group| async move {
        let zone = group.split('/').nth(1).unwrap_or_default().to_owned();
        let request = client
            .get()
            .set_project(gcp.project())
            .set_zone(zone)
            .set_instance_group_manager(last(&group));
        let call = "compute.instanceGroupManagers.get";
        let answer = found(gcp.read(call, || request.clone().send()).await)?;
        let size = answer.and_then(|one| one.target_size);
        Ok::<_, Fault>(size.map(|size| (group.clone(), i64::from(size))))
    });
    let sizes: Sizes = try_join_all(sizes).await?.into_iter().flatten().collect();
    Ok(of(wire, &sizes))
}

/// Nodes for each zone that bring a pool between its bounds; `None` where it is there already. As every zone gets as many, there
/// may be fewer than a zone's worth too many, which the autoscaler takes when it can.
pub(super) fn per_zone(count: i64, zones: i64, min: i64, max: i64) -> Option<i64> {
    let zones = zones.max(1);
    let up = |nodes: i64| (nodes + zones - 1) / zones;
    if count < min {
        Some(up(min))
    } else if count >= max + zones {
        Some(up(max))
    } else {
        None
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_pool_is_brought_between_its_bounds_zone_by_zone() {
        assert_eq!(per_zone(3, 3, 3, 6), None);
        assert_eq!(per_zone(3, 3, 6, 8), Some(2));
        assert_eq!(
            per_zone(3, 3, 5, 5),
            Some(2),
            "six, and the autoscaler takes one"
        );
        assert_eq!(per_zone(6, 3, 5, 5), None, "which is not undone");
        assert_eq!(per_zone(9, 3, 1, 4), Some(2));
        assert_eq!(per_zone(4, 1, 1, 3), Some(3));
        assert_eq!(per_zone(0, 0, 1, 3), Some(1));
    }

    #[test]
    fn a_group_of_unknown_size_is_not_taken_for_an_empty_one() {
        let link = |zone: &str| {
            format!(
                "https://www.googleapis.com/compute/v1/projects/acme/zones/{zone}/instanceGroupManagers/g"
            )
        };
        let pool = Wire::new().set_instance_group_urls([link("a"), link("b")]);
        let size = |zone: &str, size| (format!("zones/{zone}/instanceGroupManagers/g"), size);
        assert_eq!(
            of(&pool, &Sizes::from([size("a", 1), size("b", 2)])),
            Some(3)
        );
        assert_eq!(of(&pool, &Sizes::from([size("a", 1)])), None);
        assert_eq!(of(&Wire::new(), &Sizes::new()), None);
    }
}
