//! What leaves a cloud for the Internet: a line of a bill that no resource of a provider stands for.

use std::collections::{BTreeMap, BTreeSet};

use provision_core::cost::{Meter, Part, Quantity, Usage, UsageAnswer, UsageRequest};
use provision_core::model::{Kind, Pending, Resource, ResourceId};
use provision_data::Cloud;

/// What leaves a cloud, as a resource with what it uses, and the region whose price holds.
pub(super) type Leaves = (Resource<Pending>, Usage, String);

/// What leaves each cloud for the Internet, as `[prices]` tells: the traffic of all clusters there.
pub(super) fn egress(requests: &[(Cloud, UsageRequest<'_>, UsageAnswer)]) -> Vec<Leaves> {
    let mut clusters: BTreeMap<(Cloud, &str), (u64, BTreeSet<ResourceId>)> = BTreeMap::new();
    for (cloud, request, _) in requests {
        let data = request.terms.egress_gb;
        let ids = request.resources.iter().map(|of| &of.resource.id);
        let of_clusters = ids.filter(|id| id.address.as_str().starts_with("cluster."));
        if data > 0 {
            let place = (*cloud, request.context.region.as_str());
            let all = clusters.entry(place).or_default();
            all.0 = data;
            all.1.extend(of_clusters.cloned());
        }
    }
    let of = |((cloud, region), (data, clusters)): ((Cloud, &str), (u64, BTreeSet<_>))| {
        let (item, unit) = match cloud {
            Cloud::Gcp => ("network.out", "GiB"),
            Cloud::Aws => ("transfer.out", "GB"),
        };
        let part = Part::Network;
        let data = Quantity::whole(data);
        let meter = Meter::listed("data to the Internet", part, item, unit, data);
        let free = match cloud {
            Cloud::Gcp => "",
            Cloud::Aws => {
                "; the 100 GB a month that each account has free of charge are not taken off"
            }
        };
        let said = format!("as `prices.{}.egress_gb` says{free}", cloud.word());
        let resource = Resource {
            id: ResourceId::new("internet", cloud.word()),
            kind: Kind::new("internet"),
            provider: String::new(),
            platform: None,
            name: None,
            parent: None,
            fields: BTreeMap::new(),
            after: clusters.into_iter().collect(),
            outlives: Vec::new(),
            adopt: None,
            protect: false,
        };
        let usage = Usage::one(meter.assuming(said));
        (resource, usage, region.to_owned())
    };
    clusters.into_iter().map(of).collect()
}
