//! What of EC2 is live, for the oracle.

use super::resource::Resource;
use super::{
    Address, Instance, InternetGateway, LaunchTemplate, NatGateway, NetworkAcl, NetworkInterface,
    RouteTable, SecurityGroup, SecurityGroupRule, Subnet, Volume, Vpc, VpcEndpoint,
};
use crate::object::Object;
use crate::store::Tx;

/// Every live object.
pub(super) fn objects(tx: &Tx<'_>) -> Vec<Object> {
    let own_groups: Vec<String> = tx
        .everywhere::<SecurityGroup>()
        .into_iter()
        .filter_map(|(_, group)| group.own_of_cloud.then_some(group.id))
        .collect();
    let mut all = Vec::new();
    all.extend(of::<Vpc>(tx, false, |_| true, |_| false));
    all.extend(of::<Subnet>(tx, false, |_| true, |_| false));
    all.extend(of::<InternetGateway>(tx, false, |_| true, |_| false));
    all.extend(of::<Address>(tx, true, |_| true, |_| false));
    all.extend(of::<NatGateway>(tx, true, NatGateway::live, |_| false));
    all.extend(of::<VpcEndpoint>(tx, true, VpcEndpoint::live, |_| false));
    all.extend(of::<RouteTable>(tx, false, |_| true, RouteTable::is_main));
    all.extend(of::<NetworkAcl>(tx, false, |_| true, |_| true));
    all.extend(of::<SecurityGroup>(
        tx,
        false,
        |_| true,
        |group| group.own_of_cloud,
    ));
    // The rule that lets everything out comes with the group, like all rules of the cloud's own groups.
    let own_rule = |rule: &SecurityGroupRule| {
        own_groups.contains(&rule.group_id) || (rule.egress && rule.traffic.protocol == "-1")
    };
    all.extend(of::<SecurityGroupRule>(tx, false, |_| true, own_rule));
    all.extend(of::<LaunchTemplate>(tx, false, |_| true, |_| false));
    // A free one is nobody's any more: it must be cleaned up.
    all.extend(of::<NetworkInterface>(tx, false, |_| true, |one| !one.free));
    all.extend(of::<Volume>(tx, true, |_| true, |_| false));
    all.extend(of::<Instance>(
        tx,
        true,
        |one| !one.phase.is("terminated"),
        |_| true,
    ));
    all
}

fn of<R: Resource>(
    tx: &Tx<'_>,
    billable: bool,
    live: impl Fn(&R) -> bool,
    own_of_cloud: impl Fn(&R) -> bool,
) -> Vec<Object> {
    let object = |(place, row): (crate::store::Place, R)| Object {
        account: place.account,
        region: place.region,
        service: R::SERVICE.to_owned(),
        kind: R::KIND.to_owned(),
        id: row.id(),
        marks: row.tags().clone(),
        billable,
        created: row.created(),
        own_of_cloud: own_of_cloud(&row),
    };
    tx.everywhere::<R>()
        .into_iter()
        .filter(|(_, row)| live(row))
        .map(object)
        .collect()
}
