//! Which product of the price list is which item of our tables.
//!
//! Sources: the usage types, operations and units as the price list's offers of 2026 bear them; AWS's reference of
//! `pricing:GetProducts` for the kinds of filters.

use aws_sdk_pricing::types::FilterType;

use super::product::Product;

/// One question: a service, and what its products must have.
pub(super) struct Query {
    pub(super) service: &'static str,
    pub(super) filters: &'static [(FilterType, &'static str, &'static str)],
}

/// What a product is priced by; how units are spelled differs between services.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Per {
    /// An hour of something.
    Hour,
    /// A gigabyte.
    Gigabyte,
    /// A gigabyte for a month.
    GigabyteMonth,
    /// An operation a second for a month.
    IopsMonth,
    /// A mebibyte a second for a month; the list sells gibibytes.
    ThroughputMonth,
}

/// An item that is no machine.
struct Item {
    item: &'static str,
    service: &'static [&'static str],
    /// The usage type without the region's prefix.
    usage: &'static str,
    /// What the operation must be, where the usage type alone does not tell.
    operation: Option<&'static str>,
    unit: &'static str,
    per: Per,
}

/// Machines with Linux on shared hosts, used now: of each type there are dozens of products otherwise.
const MACHINES: &[(FilterType, &str, &str)] = &[
    (FilterType::TermMatch, "operatingSystem", "Linux"),
    (FilterType::TermMatch, "tenancy", "Shared"),
    (FilterType::TermMatch, "capacitystatus", "Used"),
    (FilterType::TermMatch, "preInstalledSw", "NA"),
    (FilterType::TermMatch, "marketoption", "OnDemand"),
];

const EC2: &str = "AmazonEC2";
const EKS: &str = "AmazonEKS";
const ECS: &str = "AmazonECS";
const VPC: &str = "AmazonVPC";
const ELB: &str = "AWSELB";
const LOGS: &str = "AmazonCloudWatch";

/// What is asked for.
pub(super) const QUERIES: &[Query] = &[
    Query {
        service: EC2,
        filters: MACHINES,
    },
    like(EC2, &[(FilterType::Contains, "usagetype", "EBS:Volume")]),
    like(EC2, &[(FilterType::Contains, "usagetype", "NatGateway-")]),
    like(
        EKS,
        &[(FilterType::Contains, "usagetype", "AmazonEKS-Hours")],
    ),
    like(ECS, &[(FilterType::Contains, "usagetype", "Fargate-")]),
    like(
        LOGS,
        &[(FilterType::Contains, "usagetype", "DataProcessing-Bytes")],
    ),
    like(
        LOGS,
        &[(FilterType::Contains, "usagetype", "TimedStorage-ByteHrs")],
    ),
    like(VPC, &[(FilterType::Contains, "usagetype", "PublicIPv4:")]),
    like(VPC, &[(FilterType::Contains, "usagetype", "VpcEndpoint-")]),
    // Balancers of us-east-1 have been in either offer.
    like(
        ELB,
        &[(FilterType::Contains, "usagetype", "LoadBalancerUsage")],
    ),
    like(ELB, &[(FilterType::Contains, "usagetype", "LCUUsage")]),
    like(
        EC2,
        &[(FilterType::Contains, "usagetype", "LoadBalancerUsage")],
    ),
    like(EC2, &[(FilterType::Contains, "usagetype", "LCUUsage")]),
];

const fn like(
    service: &'static str,
    filters: &'static [(FilterType, &'static str, &'static str)],
) -> Query {
    Query { service, filters }
}

const fn of(
    item: &'static str,
    service: &'static [&'static str],
    usage: &'static str,
    unit: &'static str,
    per: Per,
) -> Item {
    Item {
        item,
        service,
        usage,
        operation: None,
        unit,
        per,
    }
}

const fn balancer(
    item: &'static str,
    usage: &'static str,
    operation: &'static str,
    unit: &'static str,
) -> Item {
    let operation = Some(operation);
    Item {
        operation,
        ..of(item, &[ELB, EC2], usage, unit, Per::Hour)
    }
}

const ITEMS: &[Item] = &[
    of(
        "ebs.gp2",
        &[EC2],
        "EBS:VolumeUsage.gp2",
        "GB-month",
        Per::GigabyteMonth,
    ),
    of(
        "ebs.gp3",
        &[EC2],
        "EBS:VolumeUsage.gp3",
        "GB-month",
        Per::GigabyteMonth,
    ),
    of(
        "ebs.gp3.iops",
        &[EC2],
        "EBS:VolumeP-IOPS.gp3",
        "IOPS-month",
        Per::IopsMonth,
    ),
    of(
        "ebs.gp3.throughput",
        &[EC2],
        "EBS:VolumeP-Throughput.gp3",
        "MiBps-month",
        Per::ThroughputMonth,
    ),
    of(
        "ebs.io1",
        &[EC2],
        "EBS:VolumeUsage.piops",
        "GB-month",
        Per::GigabyteMonth,
    ),
    of(
        "ebs.io1.iops",
        &[EC2],
        "EBS:VolumeP-IOPS.piops",
        "IOPS-month",
        Per::IopsMonth,
    ),
    of(
        "ebs.io2",
        &[EC2],
        "EBS:VolumeUsage.io2",
        "GB-month",
        Per::GigabyteMonth,
    ),
    of(
        "ebs.sc1",
        &[EC2],
        "EBS:VolumeUsage.sc1",
        "GB-month",
        Per::GigabyteMonth,
    ),
    of(
        "ebs.st1",
        &[EC2],
        "EBS:VolumeUsage.st1",
        "GB-month",
        Per::GigabyteMonth,
    ),
    of(
        "eks.cluster",
        &[EKS],
        "AmazonEKS-Hours:perCluster",
        "hour",
        Per::Hour,
    ),
    of(
        "eks.cluster.extended",
        &[EKS],
        "AmazonEKS-Hours:extendedSupport",
        "hour",
        Per::Hour,
    ),
    balancer("elb.alb", "LoadBalancerUsage", APPLICATION, "hour"),
    balancer("elb.alb.lcu", "LCUUsage", APPLICATION, "LCU-hour"),
    balancer("elb.nlb", "LoadBalancerUsage", NETWORK, "hour"),
    balancer("elb.nlb.lcu", "LCUUsage", NETWORK, "LCU-hour"),
    of(
        "fargate.arm.memory",
        &[ECS],
        "Fargate-ARM-GB-Hours",
        "GB-hour",
        Per::Hour,
    ),
    of(
        "fargate.arm.vcpu",
        &[ECS],
        "Fargate-ARM-vCPU-Hours:perCPU",
        "vCPU-hour",
        Per::Hour,
    ),
    of(
        "fargate.ephemeral",
        &[ECS],
        "Fargate-EphemeralStorage-GB-Hours",
        "GB-hour",
        Per::Hour,
    ),
    of(
        "fargate.memory",
        &[ECS],
        "Fargate-GB-Hours",
        "GB-hour",
        Per::Hour,
    ),
    of(
        "fargate.vcpu",
        &[ECS],
        "Fargate-vCPU-Hours:perCPU",
        "vCPU-hour",
        Per::Hour,
    ),
    of(
        "logs.ingested",
        &[LOGS],
        "DataProcessing-Bytes",
        "GB",
        Per::Gigabyte,
    ),
    of(
        "logs.stored",
        &[LOGS],
        "TimedStorage-ByteHrs",
        "GB-month",
        Per::GigabyteMonth,
    ),
    of(
        "vpc.endpoint",
        &[VPC],
        "VpcEndpoint-Hours",
        "hour",
        Per::Hour,
    ),
    of(
        "vpc.endpoint.data",
        &[VPC],
        "VpcEndpoint-Bytes",
        "GB",
        Per::Gigabyte,
    ),
    of(
        "vpc.ipv4",
        &[VPC],
        "PublicIPv4:InUseAddress",
        "hour",
        Per::Hour,
    ),
    of("vpc.nat", &[EC2], "NatGateway-Hours", "hour", Per::Hour),
    of(
        "vpc.nat.data",
        &[EC2],
        "NatGateway-Bytes",
        "GB",
        Per::Gigabyte,
    ),
];

const APPLICATION: &str = "LoadBalancing:Application";
const NETWORK: &str = "LoadBalancing:Network";

/// How items of machines begin.
const MACHINE: &str = "ec2.instance.";

/// The item that a product is, and what it must be priced by.
pub(super) fn item(product: &Product) -> Option<(String, Per)> {
    if let Some(machine) = machine(product) {
        return Some((format!("{MACHINE}{machine}"), Per::Hour));
    }
    let usage = product.attribute("usagetype");
    let found = ITEMS.iter().find(|item| {
        let operation = item.operation.unwrap_or(product.attribute("operation"));
        item.service.contains(&product.service.as_str())
            && is_usage(usage, item.usage)
            && product.attribute("operation") == operation
    });
    found.map(|item| (item.item.to_owned(), item.per))
}

/// The type of a machine on demand.
fn machine(product: &Product) -> Option<&str> {
    let kind = product.attribute("instanceType");
    let usage = product.attribute("usagetype");
    // The oldest type bears no name of its own.
    let boxed = is_usage(usage, &format!("BoxUsage:{kind}"))
        || (kind == "m1.small" && is_usage(usage, "BoxUsage"));
    // Asked for in the filters; a product that slipped through would be twice the price.
    let mut wanted = MACHINES.iter();
    let fits = wanted.all(|(_, name, value)| product.attribute(name) == *value);
    let plain = product.service == EC2 && product.attribute("operation") == "RunInstances";
    (!kind.is_empty() && boxed && fits && plain).then_some(kind)
}

/// The unit of an item, as our tables have it.
pub(super) fn unit(item: &str) -> &'static str {
    let found = ITEMS.iter().find(|one| one.item == item);
    found.map_or("hour", |item| item.unit)
}

/// Whether a usage type is this one, alone or behind a region's prefix: `USE1-`, `APN1-`, and `EU-` of the oldest in Europe.
/// Other words before it make other things of it: `TS-LoadBalancerUsage` are trust stores.
fn is_usage(usage: &str, wanted: &str) -> bool {
    let Some(before) = usage.strip_suffix(wanted) else {
        return false;
    };
    match before.strip_suffix('-').map(str::as_bytes) {
        None => before.is_empty(),
        Some(b"EU") => true,
        Some([letters @ .., digit]) => {
            letters.len() == 3
                && letters.iter().all(u8::is_ascii_uppercase)
                && digit.is_ascii_digit()
        }
        Some([]) => false,
    }
}

impl Per {
    /// How many of the table's units one of the list's is; nothing where it is another sort of unit.
    pub(super) fn units(self, unit: &str) -> Option<u64> {
        let unit = unit.to_ascii_lowercase();
        let ends = |ends: &[&str]| ends.iter().any(|end| unit.ends_with(end));
        let fits = match self {
            Self::Hour => ends(&["hrs", "hours", "hour"]),
            Self::Gigabyte => ["gb", "gigabytes"].contains(&unit.as_str()),
            Self::GigabyteMonth => ends(&["gb-mo", "gb-month"]),
            Self::IopsMonth => ends(&["iops-mo", "iops-month"]),
            Self::ThroughputMonth if ends(&["gibps-mo", "gibps-month"]) => return Some(1024),
            Self::ThroughputMonth => ends(&["mibps-mo", "mibps-month"]),
        };
        fits.then_some(1)
    }
}

#[cfg(test)]
mod tests {
    use provision_data::list_prices;

    use super::*;

    #[test]
    fn every_item_is_one_of_our_tables_in_the_same_unit() {
        let built_in = list_prices("us-east-1");
        for item in ITEMS {
            let found = built_in.iter().find(|price| price.item == item.item);
            let unit = found.map(|price| price.unit.as_ref());
            assert_eq!(unit, Some(item.unit), "{}", item.item);
        }
    }

    #[test]
    fn usage_types_are_told_exactly() {
        for (usage, wanted, is) in [
            ("NatGateway-Hours", "NatGateway-Hours", true),
            ("USE2-NatGateway-Hours", "NatGateway-Hours", true),
            ("EU-NatGateway-Hours", "NatGateway-Hours", true),
            ("APN1-RegionalNatGateway-Hours", "NatGateway-Hours", false),
            ("TS-LoadBalancerUsage", "LoadBalancerUsage", false),
            ("CAN1-TS-LoadBalancerUsage", "LoadBalancerUsage", false),
            ("CAN1-ReservedLCUUsage", "LCUUsage", false),
            (
                "USE1-Fargate-Windows-vCPU-Hours:perCPU",
                "Fargate-vCPU-Hours:perCPU",
                false,
            ),
            (
                "USE1-Fargate-GB-Hours-SpotDiscount",
                "Fargate-GB-Hours",
                false,
            ),
            ("-LCUUsage", "LCUUsage", false),
        ] {
            assert_eq!(is_usage(usage, wanted), is, "{usage}");
        }
    }
}
