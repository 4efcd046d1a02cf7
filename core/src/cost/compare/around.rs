//! What a cluster needs beside its machines: ways out, load balancers, secrets.

use super::demand::Balancer;
use super::sheet::Sheet;
use crate::cost::{HOURS, Meter, Part, Quantity, Range};
use crate::model::{Platform, ResourceId};

/// GB a month through each NAT gateway of AWS, and as much on Google Cloud.
const NAT_GB: u64 = 100;

/// GB a month through each private endpoint, as in a bill.
const ENDPOINT_GB: u64 = 10;

/// From so many machines on the price of Cloud NAT stays.
const NAT_MACHINES: u64 = 32;

/// Forwarding rules that cost as much as one.
const FIRST_RULES: usize = 5;

/// All of it.
pub(super) fn around(sheet: &mut Sheet<'_>) {
    ways(sheet);
    doors(sheet);
    match sheet.on_google() {
        true => forwarding(sheet),
        false => balancers(sheet),
    }
    secrets(sheet);
    egress(sheet);
}

fn network(component: &str, item: &str, unit: &str, each: Quantity) -> Meter {
    Meter::listed(component, Part::Network, item, unit, each)
}

fn ways(sheet: &mut Sheet<'_>) {
    for way in &sheet.demand.ways {
        let id = ResourceId::new(format!("network.{}", way.network), "nat");
        let data = Quantity::whole(NAT_GB * way.gateways);
        let said = format!("{NAT_GB} GB a month through each gateway that AWS would have");
        if !sheet.on_google() {
            let gateways = Range::exactly(way.gateways);
            sheet.hours(&id, "NAT gateway", Part::Network, "vpc.nat", gateways);
            sheet.hours(
                &id,
                "public IPv4 address",
                Part::Network,
                "vpc.ipv4",
                gateways,
            );
            let data = network("NAT gateway data", "vpc.nat.data", "GB", data);
            sheet.charge(&id, &data.assuming(said));
            continue;
        }
        let all = sheet.machines.iter();
        let own = all.filter(|(cluster, _)| way.clusters.contains(**cluster));
        let machines: Range<u64> = own.fold(Range::default(), |sum: Range<u64>, (_, more)| Range {
            min: sum.min + more.min,
            expected: sum.expected + more.expected,
            max: sum.max + more.max,
        });
        // The price of a gateway goes by what is behind it.
        if machines.max == 0 {
            continue;
        }
        let machines = machines.map(|machines| machines.min(NAT_MACHINES));
        sheet.hours(&id, "NAT by machines", Part::Network, "nat.vm", machines);
        sheet.hours(
            &id,
            "NAT address",
            Part::Network,
            "gce.ipv4",
            Range::exactly(1),
        );
        let data = network("NAT data", "nat.data", "GiB", data);
        sheet.charge(&id, &data.assuming(said));
    }
}

/// Private endpoints of AWS. On Google Cloud nodes without a way out reach its services by Private Google Access, for which
/// nothing is charged ("Private Google Access", VPC documentation).
fn doors(sheet: &mut Sheet<'_>) {
    let platform = sheet.variant.platform();
    for doors in &sheet.demand.doors {
        for service in doors.services.get(&platform).into_iter().flatten() {
            let part = format!("endpoint.{}", service.replace('.', "-"));
            let id = ResourceId::new(format!("network.{}", doors.network), part);
            let zones = Range::exactly(doors.zones);
            sheet.hours(&id, "VPC endpoint", Part::Network, "vpc.endpoint", zones);
            let data = Quantity::whole(ENDPOINT_GB);
            let data = network("VPC endpoint data", "vpc.endpoint.data", "GB", data);
            let said = format!("{ENDPOINT_GB} GB a month through each endpoint");
            sheet.charge(&id, &data.assuming(said));
        }
    }
}

/// Load balancers of AWS.
fn balancers(sheet: &mut Sheet<'_>) {
    for balancer in &sheet.demand.balancers {
        let id = ResourceId::new(format!("load_balancer.{}", balancer.name), "balancer");
        let (title, item) = match balancer.http {
            true => ("application load balancer", "elb.alb"),
            false => ("network load balancer", "elb.nlb"),
        };
        sheet.hours(&id, title, Part::Network, item, Range::exactly(1));
        let units = format!("{item}.lcu");
        let units = network("capacity units", &units, "LCU-hour", Quantity::month());
        sheet.charge(&id, &units.assuming("one capacity unit on average"));
        if balancer.public {
            let zones = Range::exactly(balancer.zones);
            sheet.hours(&id, "public IPv4 address", Part::Network, "vpc.ipv4", zones);
        }
    }
}

/// Load balancers of Google Cloud: what is public and for HTTP is global, the others are a region's.
fn forwarding(sheet: &mut Sheet<'_>) {
    let global = |balancer: &&Balancer| balancer.http && balancer.public;
    let all = &sheet.demand.balancers;
    for (scope, prefix) in [(true, "lb.global"), (false, "lb")] {
        let own = all.iter().filter(|balancer| global(balancer) == scope);
        for (nth, balancer) in own.enumerate() {
            let id = ResourceId::new(format!("load_balancer.{}", balancer.name), "balancer");
            if nth == 0 {
                let item = format!("{prefix}.rules");
                sheet.hours(
                    &id,
                    "first five forwarding rules",
                    Part::Network,
                    &item,
                    Range::exactly(1),
                );
            } else if nth >= FIRST_RULES {
                let item = format!("{prefix}.rule");
                sheet.hours(
                    &id,
                    "forwarding rule",
                    Part::Network,
                    &item,
                    Range::exactly(1),
                );
            }
            let data = Quantity::whole(HOURS.into());
            let data = network("balanced data", &format!("{prefix}.data"), "GiB", data);
            let said = "1 GiB an hour, which is one capacity unit of AWS";
            sheet.charge(&id, &data.assuming(said));
        }
    }
}

fn secrets(sheet: &mut Sheet<'_>) {
    let (item, component) = match sheet.on_google() {
        true => ("secretmanager.version", "secret version"),
        false => ("secrets.secret", "secret"),
    };
    let of_tasks = match sheet.variant.platform() {
        Platform::Ecs => sheet.demand.task_secrets.as_slice(),
        _ => &[],
    };
    for name in of_tasks.iter().chain(&sheet.demand.cloud_secrets) {
        let id = ResourceId::new(format!("secret.{name}"), "secret");
        let meter = Meter::listed(component, Part::Secrets, item, "month", Quantity::whole(1));
        sheet.charge(&id, &meter);
    }
}

/// What leaves for the Internet, where the spec says how much that is.
fn egress(sheet: &mut Sheet<'_>) {
    let data = sheet.markets.egress_gb;
    if data == 0 {
        return;
    }
    let (item, unit) = match sheet.on_google() {
        true => ("network.out", "GiB"),
        false => ("transfer.out", "GB"),
    };
    let id = ResourceId::new("internet", "egress");
    let meter = network("data to the Internet", item, unit, Quantity::whole(data));
    sheet.charge(&id, &meter.assuming("as `prices` tells"));
}
