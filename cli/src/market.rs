//! What both clouds sell in the regions of a spec, for comparisons; which region stands for one that a spec does not name; and
//! what providers know of it.

use std::collections::{BTreeMap, BTreeSet};

use provision_aws::{Wish, billed_endpoints, choosable};
use provision_core::cost::compare::{
    AutoMode, BootDisk, Demand, Machine, Market, Markets, ON_DEMAND, Providers,
};
use provision_core::cost::{Meter, Terms};
use provision_core::model::Platform;
use provision_core::spec::{Arch, Cluster, Spec};
use provision_data::partner;
use provision_data::{Cloud, aws, gcp, service_nanos};

use crate::error::Error;
use crate::{price, refreshed};

/// What providers know of a spec that is compared.
pub struct Known {
    /// The day for which it is asked: support of versions has an end.
    pub day: String,
}

impl Providers for Known {
    fn endpoints(&self, spec: &Spec, network: &str) -> Vec<String> {
        billed_endpoints(spec, network)
    }

    fn on_top(&self, cluster: &Cluster) -> Vec<Meter> {
        match cluster.platform {
            Platform::Eks => provision_eks::control_plane(cluster, &self.day),
            Platform::Gke => provision_gke::control_plane(cluster, &self.day)
                .into_iter()
                .collect(),
            Platform::Ecs | Platform::Kubernetes => Vec::new(),
        }
    }
}

/// What both clouds sell where a spec is, or where it would be on the cloud that it does not name.
///
/// # Errors
/// When nothing stands for its region.
pub fn of(spec: &Spec, demand: &Demand) -> Result<Markets, Error> {
    let (aws, gcp) = regions(spec, demand)?;
    both(aws, gcp, &spec.prices)
}

fn both(aws: &str, gcp: &str, terms: &Terms) -> Result<Markets, Error> {
    let mut markets = Markets {
        aws: of_aws(aws),
        gcp: of_gcp(gcp),
        egress_gb: [Cloud::Aws, Cloud::Gcp]
            .map(|cloud| terms.of(cloud.word()).egress_gb)
            .into_iter()
            .max()
            .unwrap_or_default(),
        free_cluster: terms.of(Cloud::Gcp.word()).free_cluster,
        agreed: terms.change_prices(),
        terms: terms.words(&Cloud::ALL.map(Cloud::word).into()),
        auto_fees: aws::auto_fees(),
        ..Markets::default()
    };
    price::add_region(&mut markets.catalogue, Cloud::Aws, aws, terms)?;
    price::add_region(&mut markets.catalogue, Cloud::Gcp, gcp, terms)?;
    for (item, price) in price::on_demand(Cloud::Aws, aws, terms)? {
        let item = format!("{ON_DEMAND}{item}");
        markets.catalogue.add(aws, item, price);
    }
    Ok(markets)
}

/// The regions on both clouds, of which a spec names one or both: for the other one the nearest that has prices of what the
/// spec needs.
///
/// # Errors
/// It names none, or one that no region of the other cloud stands for.
pub fn regions<'a>(spec: &'a Spec, demand: &Demand) -> Result<(&'a str, &'a str), Error> {
    let aws = spec.aws.as_ref().map(|cloud| cloud.region.as_str());
    let gcp = spec.gcp.as_ref().map(|cloud| cloud.region.as_str());
    let near = |region, items: &[&str], other| {
        let found = partner(region, |region| has_prices(region, items));
        found.ok_or_else(|| alone(region, other))
    };
    match (aws, gcp) {
        (Some(aws), Some(gcp)) => Ok((aws, gcp)),
        (Some(aws), None) => Ok((aws, near(aws, &needs_of_gcp(demand), Cloud::Gcp.word())?)),
        (None, Some(gcp)) => Ok((near(gcp, &needs_of_aws(demand), Cloud::Aws.word())?, gcp)),
        (None, None) => {
            let problem = "the spec names no region: it has neither [cloud.aws] nor [cloud.gcp]";
            Err(Error::Usage(problem.to_owned()))
        }
    }
}

/// Whether all of these have a price in a region, be it a refreshed one.
fn has_prices(region: &str, items: &[&str]) -> bool {
    let known = |item: &&str| service_nanos(region, item).is_some();
    if items.iter().all(known) {
        return true;
    }
    // A table that cannot be used is told of where prices are asked for.
    let read = refreshed::only(region).unwrap_or_default();
    let read: BTreeSet<&str> = read.iter().map(|price| price.item.as_str()).collect();
    items.iter().all(|item| known(item) || read.contains(item))
}

/// What has to have a price on AWS, apart from machines.
fn needs_of_aws(demand: &Demand) -> Vec<&'static str> {
    let mut items = vec!["ebs.gp3", "fargate.vcpu", "fargate.memory"];
    if !demand.ways.is_empty() {
        items.extend(["vpc.nat", "vpc.nat.data", "vpc.ipv4"]);
    }
    if !demand.doors.is_empty() {
        items.extend(["vpc.endpoint", "vpc.endpoint.data"]);
    }
    for balancer in &demand.balancers {
        match balancer.http {
            true => items.extend(["elb.alb", "elb.alb.lcu"]),
            false => items.extend(["elb.nlb", "elb.nlb.lcu"]),
        }
    }
    items
}

/// What has to have a price on Google Cloud, apart from machines.
fn needs_of_gcp(demand: &Demand) -> Vec<&'static str> {
    let mut items = vec![
        "gce.disk.pd-balanced",
        "gke.autopilot.vcpu",
        "gke.autopilot.memory",
    ];
    if !demand.ways.is_empty() {
        items.extend(["nat.vm", "nat.data", "gce.ipv4"]);
    }
    // What is public and for HTTP is global.
    let mut balancers = demand.balancers.iter();
    if balancers.any(|balancer| !balancer.http || !balancer.public) {
        items.extend(["lb.rules", "lb.data"]);
    }
    items
}

fn alone(region: &str, other: &str) -> Error {
    let problem = format!(
        "no region of the other cloud stands for `{region}`: say which one is meant, with [cloud.{other}] in the spec"
    );
    Error::Usage(problem)
}

/// Machines of EC2. Those that are chosen unnamed are the ones that a plan would choose.
fn of_aws(region: &str) -> Market {
    let prices = aws::prices(region).unwrap_or_default().iter();
    let prices: BTreeMap<&str, u64> = prices
        .map(|price| (price.name.as_str(), price.usd_micros))
        .collect();
    let chosen: BTreeSet<String> = [Arch::Amd64, Arch::Arm64]
        .into_iter()
        .flat_map(|arch| chosen(region, arch))
        .collect();
    let mut sold: Vec<(u64, &aws::Shape)> = aws::shapes()
        .iter()
        .filter_map(|shape| Some((*prices.get(shape.name.as_str())?, shape)))
        .collect();
    sold.sort_by_key(|(micros, shape)| (*micros, &shape.name));
    let (general, named): (Vec<Machine>, Vec<Machine>) = sold
        .into_iter()
        .map(|(_, shape)| Machine {
            name: shape.name.clone(),
            item: format!("ec2.instance.{}", shape.name),
            vcpu: shape.vcpu,
            memory_mib: shape.memory_mib,
            arch: arch(&shape.arch),
            most_pods: shape.max_pods,
            interfaces: shape.interfaces,
            shared: false,
            accelerated: shape.is_accelerated(),
            auto: aws::auto_mode(shape).map(|auto| AutoMode {
                permille: auto.permille,
                unnamed: auto.unnamed,
            }),
            disk: BootDisk::Ebs,
        })
        .partition(|machine| chosen.contains(&machine.name));
    Market {
        region: region.to_owned(),
        general,
        named,
    }
}

/// The machines that a plan chooses from.
fn chosen(region: &str, arch: Arch) -> Vec<String> {
    let any = Wish {
        arch,
        cpu_milli: 0,
        memory: 0,
    };
    let options = choosable(region, &[]).fitting(any);
    let names = options.iter().filter_map(|option| option.value.as_text());
    names.map(str::to_owned).collect()
}

/// Machines of Compute Engine, each with the disks that it boots from.
fn of_gcp(region: &str) -> Market {
    let mut market = Market {
        region: region.to_owned(),
        ..Market::default()
    };
    for offer in gcp::offers(region) {
        let name = offer.shape.name.as_str();
        let family = gcp::family(name);
        let sustained = family.is_some_and(|family| family.sustained_percent > 0);
        let machine = Machine {
            name: name.to_owned(),
            item: match sustained {
                true => format!("gce.sustained.{name}"),
                false => format!("gce.instance.{name}"),
            },
            vcpu: offer.shape.vcpu,
            memory_mib: offer.shape.memory_mib,
            arch: arch(&offer.shape.arch),
            most_pods: None,
            interfaces: None,
            shared: offer.shape.shares_cores(),
            accelerated: offer.shape.gpu_milli > 0,
            auto: None,
            disk: match family.and_then(|family| family.disks) {
                Some(gcp::Disks::Pd) => BootDisk::Persistent,
                Some(gcp::Disks::Hyperdisk) => BootDisk::Hyperdisk,
                Some(gcp::Disks::Both) | None => BootDisk::Either,
            },
        };
        let known = family.is_some_and(|family| family.disks.is_some());
        match offer.shape.is_general() && known {
            true => market.general.push(machine),
            false => market.named.push(machine),
        }
    }
    market
}

fn arch(word: &str) -> Arch {
    match word {
        "arm64" => Arch::Arm64,
        _ => Arch::Amd64,
    }
}

#[cfg(test)]
mod tests;
