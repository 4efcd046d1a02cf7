//! What both clouds sell in the regions of a spec, for comparisons; and which region stands for one that a spec does not name.

use std::collections::{BTreeMap, BTreeSet};

use provision_aws::{Wish, choosable};
use provision_core::cost::Terms;
use provision_core::cost::compare::{AutoMode, BootDisk, Machine, Market, Markets, ON_DEMAND};
use provision_core::spec::{Arch, Spec};
use provision_data::{Cloud, aws, gcp};

use crate::error::Error;
use crate::price;

/// Regions of AWS and of Google Cloud that stand for each other: near ones, those with prices of machines first. The first row
/// with a region is its own.
const PAIRS: [(&str, &str); 49] = [
    ("af-south-1", "africa-south1"),
    ("ap-east-1", "asia-east2"),
    ("ap-east-1", "asia-east1"),
    ("ap-east-2", "asia-east1"),
    ("ap-northeast-1", "asia-northeast1"),
    ("ap-northeast-2", "asia-northeast3"),
    ("ap-northeast-3", "asia-northeast2"),
    ("ap-south-1", "asia-south1"),
    ("ap-south-1", "asia-south2"),
    ("ap-south-2", "asia-south1"),
    ("ap-southeast-1", "asia-southeast1"),
    ("ap-southeast-1", "asia-southeast3"),
    ("ap-southeast-2", "australia-southeast1"),
    ("ap-southeast-3", "asia-southeast2"),
    ("ap-southeast-4", "australia-southeast2"),
    ("ap-southeast-5", "asia-southeast1"),
    ("ap-southeast-6", "australia-southeast1"),
    ("ap-southeast-7", "asia-southeast3"),
    ("ca-central-1", "northamerica-northeast1"),
    ("ca-central-1", "northamerica-northeast2"),
    ("ca-west-1", "us-west1"),
    ("eu-central-1", "europe-west3"),
    ("eu-central-1", "europe-west4"),
    ("eu-central-1", "europe-west10"),
    ("eu-central-1", "europe-central2"),
    ("eu-central-2", "europe-west6"),
    ("eu-north-1", "europe-north2"),
    ("eu-north-1", "europe-north1"),
    ("eu-south-1", "europe-west8"),
    ("eu-south-1", "europe-west12"),
    ("eu-south-2", "europe-southwest1"),
    ("eu-west-1", "europe-west1"),
    ("eu-west-2", "europe-west2"),
    ("eu-west-3", "europe-west9"),
    ("il-central-1", "me-west1"),
    ("me-central-1", "me-central1"),
    ("me-south-1", "me-central2"),
    ("mx-central-1", "northamerica-south1"),
    ("sa-east-1", "southamerica-east1"),
    ("sa-east-1", "southamerica-west1"),
    ("us-east-1", "us-east4"),
    ("us-east-1", "us-east1"),
    ("us-east-2", "us-east5"),
    ("us-east-2", "us-central1"),
    ("us-east-2", "us-south1"),
    ("us-west-1", "us-west2"),
    ("us-west-1", "us-west4"),
    ("us-west-2", "us-west1"),
    ("us-west-2", "us-west3"),
];

/// What both clouds sell where a spec is, or where it would be on the cloud that it does not name.
///
/// # Errors
/// When nothing stands for its region.
pub fn of(spec: &Spec) -> Result<Markets, Error> {
    let aws = spec.aws.as_ref().map(|cloud| cloud.region.as_str());
    let gcp = spec.gcp.as_ref().map(|cloud| cloud.region.as_str());
    let (aws, gcp) = regions(aws, gcp)?;
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

/// The regions on both clouds, of which a spec names one or both.
///
/// # Errors
/// It names none, or one that no region of the other cloud stands for.
pub fn regions<'a>(
    aws: Option<&'a str>,
    gcp: Option<&'a str>,
) -> Result<(&'a str, &'a str), Error> {
    match (aws, gcp) {
        (Some(aws), Some(gcp)) => Ok((aws, gcp)),
        (Some(aws), None) => match PAIRS.iter().find(|(own, _)| *own == aws) {
            Some((_, gcp)) => Ok((aws, *gcp)),
            None => Err(alone(aws, "gcp")),
        },
        (None, Some(gcp)) => match PAIRS.iter().find(|(_, own)| *own == gcp) {
            Some((aws, _)) => Ok((*aws, gcp)),
            None => Err(alone(gcp, "aws")),
        },
        (None, None) => {
            let problem = "the spec names no region: it has neither [cloud.aws] nor [cloud.gcp]";
            Err(Error::Usage(problem.to_owned()))
        }
    }
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
mod tests {
    #![allow(clippy::unwrap_used)]
    use provision_core::cost::{Money, Quantity};

    use super::*;

    #[test]
    fn regions_stand_for_each_other() {
        for (aws, gcp, both) in [
            (Some("eu-west-1"), None, ("eu-west-1", "europe-west1")),
            (None, Some("europe-west1"), ("eu-west-1", "europe-west1")),
            (None, Some("us-central1"), ("us-east-2", "us-central1")),
            (
                Some("us-east-1"),
                Some("europe-west1"),
                ("us-east-1", "europe-west1"),
            ),
        ] {
            assert_eq!(regions(aws, gcp).unwrap(), both);
        }
        assert!(regions(Some("us-gov-west-1"), None).is_err());
        assert!(regions(None, None).is_err());
    }

    #[test]
    fn every_region_with_machines_has_a_like_of_it() {
        for region in Cloud::Aws
            .regions()
            .filter(|region| !region.starts_with("us-gov"))
        {
            let (_, gcp) = PAIRS.iter().find(|(aws, _)| *aws == region).unwrap();
            assert!(!of_gcp(gcp).general.is_empty(), "{region}");
        }
        for region in Cloud::Gcp.regions() {
            assert!(PAIRS.iter().any(|(_, gcp)| *gcp == region), "{region}");
        }
    }

    /// A comparison chooses among what a plan may choose, and nothing that it refuses.
    #[test]
    fn what_is_chosen_unnamed_can_be_a_node() {
        for region in Cloud::Aws.regions() {
            let general = of_aws(region).general;
            assert!(!general.is_empty(), "{region}");
            for machine in general {
                let why = provision_aws::unfit(&machine.name);
                assert_eq!(why, None, "{region} {}", machine.name);
                assert!(!machine.accelerated, "{region} {}", machine.name);
                // Tasks are counted on every one of them.
                assert!(machine.interfaces.is_some(), "{region} {}", machine.name);
            }
        }
    }

    #[test]
    fn every_machine_has_a_price_by_the_hour_and_the_cheapest_come_first() {
        let markets = both("eu-west-1", "europe-west1", &Terms::default()).unwrap();
        for market in [&markets.aws, &markets.gcp] {
            assert!(
                market.general.len() > 100 && market.named.len() > 20,
                "{}",
                market.region
            );
            let month = |machine: &Machine| -> Money {
                let price = markets
                    .catalogue
                    .price(&market.region, &machine.item)
                    .unwrap();
                assert_eq!(price.unit, "hour", "{}", machine.item);
                price.rate.of(Quantity::month())
            };
            assert!(
                market.general.iter().map(month).is_sorted(),
                "{}",
                market.region
            );
            assert!(
                market
                    .named
                    .iter()
                    .map(month)
                    .all(|month| month > Money::ZERO)
            );
        }
        let has = |machines: &[Machine], name: &str| machines.iter().any(|one| one.name == name);
        assert!(has(&markets.aws.general, "m5.large") && has(&markets.aws.named, "t3.large"));
        assert!(has(&markets.gcp.named, "e2-medium"));
        let mut general = markets.gcp.general.iter();
        let c4 = general.find(|one| one.name == "c4-standard-4").unwrap();
        assert_eq!(c4.disk, BootDisk::Hyperdisk);
        let n2 = markets
            .gcp
            .general
            .iter()
            .find(|one| one.name == "n2-standard-4")
            .unwrap();
        assert_eq!(n2.item, "gce.sustained.n2-standard-4");
    }
}
