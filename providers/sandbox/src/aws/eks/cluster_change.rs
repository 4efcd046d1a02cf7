//! Changes of a cluster: one kind at a time.

use std::collections::BTreeSet;

use serde::Deserialize;
use serde_json::{Value, json};

use super::cluster::TIERS;
use super::cluster_create::{Endpoint, Logging, MODES, Network, Policy, SUPPORT, Scaling};
use super::common::{body, cluster, in_use, invalid, invalid_request, one_of};
use super::token::remember;
use super::update::{New, Target, made_before};
use super::{Cluster, Update, network};
use crate::aws::ec2::Subnet;
use crate::aws::{Call, Outcome};
use crate::wire::ApiError;

#[derive(Deserialize)]
#[serde(rename_all = "camelCase", deny_unknown_fields)]
struct Config {
    resources_vpc_config: Option<Network>,
    logging: Option<Logging>,
    access_config: Option<Access>,
    upgrade_policy: Option<Policy>,
    control_plane_scaling_config: Option<Scaling>,
    deletion_protection: Option<bool>,
    #[serde(rename = "clientRequestToken")]
    _token: Option<String>,
}

#[derive(Deserialize)]
#[serde(rename_all = "camelCase", deny_unknown_fields)]
struct Access {
    authentication_mode: Option<String>,
}

/// What a change of the cluster is made of.
pub(super) struct Change {
    /// `LoggingUpdate`.
    pub(super) kind: &'static str,
    /// Words and values that tell what it does.
    pub(super) params: Vec<(&'static str, String)>,
    /// Members of the cluster, as they are after it.
    pub(super) changes: Vec<(&'static str, Value)>,
}

/// UpdateClusterConfig.
pub(super) fn config(call: &mut Call<'_>) -> Outcome {
    let request: Config = body(call)?;
    let cluster = cluster(call)?;
    if let Some(update) = made_before(call)? {
        return update.answer();
    }
    let named = |error: ApiError| error.with("clusterName", cluster.name.as_str());
    let change = read(call, &cluster, &request).map_err(named)?;
    free(call, &cluster, change.kind).map_err(named)?;
    begin(call, &cluster, change)
}

fn read(call: &Call<'_>, cluster: &Cluster, request: &Config) -> Result<Change, ApiError> {
    let mut all = Vec::new();
    if let Some(wish) = &request.resources_vpc_config {
        let endpoint = wish.endpoint_public_access.is_some()
            || wish.endpoint_private_access.is_some()
            || wish.public_access_cidrs.is_some();
        if endpoint {
            all.push(Wish::Endpoint(wish));
        }
        if wish.subnet_ids.is_some() || wish.security_group_ids.is_some() {
            all.push(Wish::Network(wish));
        }
    }
    all.extend(request.logging.as_ref().map(Wish::Logging));
    let mode = request
        .access_config
        .as_ref()
        .and_then(|wish| wish.authentication_mode.as_deref());
    all.extend(mode.map(Wish::Mode));
    let support = request
        .upgrade_policy
        .as_ref()
        .and_then(|wish| wish.support_type.as_deref());
    all.extend(support.map(Wish::Support));
    let tier = request
        .control_plane_scaling_config
        .as_ref()
        .and_then(|wish| wish.tier.as_deref());
    all.extend(tier.map(Wish::Tier));
    all.extend(request.deletion_protection.map(Wish::Protection));
    match all.as_slice() {
        [] => Err(invalid("No changes needed")),
        [one] => one.change(call, cluster),
        _ => Err(invalid("Only one type of update can be allowed.")),
    }
}

enum Wish<'a> {
    Endpoint(&'a Network),
    Network(&'a Network),
    Logging(&'a Logging),
    Mode(&'a str),
    Support(&'a str),
    Tier(&'a str),
    Protection(bool),
}

impl Wish<'_> {
    fn change(&self, call: &Call<'_>, cluster: &Cluster) -> Result<Change, ApiError> {
        match self {
            Self::Endpoint(wish) => endpoint(cluster, wish),
            Self::Network(wish) => interfaces(call, cluster, wish),
            Self::Logging(wish) => logging(cluster, wish),
            Self::Mode(wish) => mode(cluster, wish),
            Self::Support(wish) => support(cluster, wish),
            Self::Tier(wish) => tier(cluster, wish),
            Self::Protection(wish) => protection(cluster, *wish),
        }
    }
}

fn endpoint(cluster: &Cluster, wish: &Network) -> Result<Change, ApiError> {
    let after = Endpoint::read(wish, Some(cluster))?;
    let same = after.public_access == cluster.public_access
        && after.private_access == cluster.private_access
        && after.public_cidrs == cluster.public_cidrs;
    if same {
        return Err(invalid(format!(
            "Cluster is already at the desired configuration with endpointPrivateAccess: {} , endpointPublicAccess: \
             {}, and Public Endpoint Restrictions: [{}]",
            after.private_access,
            after.public_access,
            after.public_cidrs.join(", ")
        )));
    }
    Ok(Change {
        kind: "EndpointAccessUpdate",
        params: vec![
            ("EndpointPublicAccess", after.public_access.to_string()),
            ("EndpointPrivateAccess", after.private_access.to_string()),
            ("PublicAccessCidrs", json!(after.public_cidrs).to_string()),
        ],
        changes: vec![
            ("public_access", json!(after.public_access)),
            ("private_access", json!(after.private_access)),
            ("public_cidrs", json!(after.public_cidrs)),
        ],
    })
}

/// Other subnets: of the same VPC and in the same zones ("Amazon EKS networking requirements").
fn interfaces(call: &Call<'_>, cluster: &Cluster, wish: &Network) -> Result<Change, ApiError> {
    let subnets = wish
        .subnet_ids
        .clone()
        .unwrap_or_else(|| cluster.subnet_ids.clone());
    let groups = wish.security_group_ids.clone();
    let groups = groups.unwrap_or_else(|| cluster.security_group_ids.clone());
    if same(&subnets, &cluster.subnet_ids) && same(&groups, &cluster.security_group_ids) {
        return Err(invalid(format!(
            "Cluster is already at the desired configuration with subnets: [{}] and security groups: [{}]",
            subnets.join(", "),
            groups.join(", ")
        )));
    }
    let found = network::control_plane(call, &subnets)?;
    if found.iter().any(|subnet| subnet.vpc_id != cluster.vpc_id) {
        return Err(invalid(format!(
            "Provided subnets {} do not belong to the VPC {} of the cluster",
            subnets.join(" "),
            cluster.vpc_id
        )));
    }
    let before: Vec<Subnet> = cluster
        .subnet_ids
        .iter()
        .filter_map(|id| call.tx.get::<Subnet>(&call.place, id))
        .collect();
    if zones(&found) != zones(&before) {
        return Err(invalid(format!(
            "Provided subnets belong to the AZs '{}'. But they should belong to the exact set of AZs '{}' in which \
             subnets were provided during cluster creation.",
            zones(&found).into_iter().collect::<Vec<_>>().join(","),
            zones(&before).into_iter().collect::<Vec<_>>().join(",")
        )));
    }
    network::groups(call, &groups, &cluster.vpc_id)?;
    Ok(Change {
        kind: "VpcConfigUpdate",
        params: vec![
            ("SecurityGroups", json!(groups).to_string()),
            ("Subnets", json!(subnets).to_string()),
        ],
        changes: vec![
            ("subnet_ids", json!(subnets)),
            ("security_group_ids", json!(groups)),
        ],
    })
}

fn same(one: &[String], other: &[String]) -> bool {
    let set = |list: &[String]| list.iter().cloned().collect::<BTreeSet<_>>();
    set(one) == set(other)
}

fn zones(subnets: &[Subnet]) -> BTreeSet<String> {
    subnets.iter().map(|subnet| subnet.zone.clone()).collect()
}

fn logging(cluster: &Cluster, wish: &Logging) -> Result<Change, ApiError> {
    let after = wish.over(&cluster.logging)?;
    if after == cluster.logging {
        return Err(invalid("No changes needed for the logging config provided"));
    }
    Ok(Change {
        kind: "LoggingUpdate",
        params: vec![("ClusterLogging", json!({"enabled": after}).to_string())],
        changes: vec![("logging", json!(after))],
    })
}

/// One way: towards access entries.
fn mode(cluster: &Cluster, wish: &str) -> Result<Change, ApiError> {
    one_of("The authenticationMode", wish, MODES)?;
    let rank = |mode: &str| MODES.iter().position(|one| *one == mode);
    let before = cluster.authentication_mode.as_str();
    if wish == before {
        return Err(invalid_request(format!(
            "Unsupported authentication mode update from {before} to {wish}"
        )));
    }
    if rank(wish) < rank(before) || (before == "CONFIG_MAP" && wish == "API") {
        return Err(invalid(format!(
            "Unsupported authentication mode update from {before} to {wish}"
        )));
    }
    Ok(Change {
        kind: "AccessConfigUpdate",
        params: vec![("AuthenticationMode", wish.to_owned())],
        changes: vec![("authentication_mode", json!(wish))],
    })
}

fn support(cluster: &Cluster, wish: &str) -> Result<Change, ApiError> {
    one_of("The supportType", wish, SUPPORT)?;
    if wish == cluster.support_type {
        return Err(invalid(format!(
            "No changes needed: the support type is {wish} already"
        )));
    }
    Ok(Change {
        kind: "UpgradePolicyUpdate",
        params: vec![("UpgradePolicy", json!({"supportType": wish}).to_string())],
        changes: vec![("support_type", json!(wish))],
    })
}

fn tier(cluster: &Cluster, wish: &str) -> Result<Change, ApiError> {
    one_of("The control plane scaling tier", wish, TIERS)?;
    if wish == cluster.tier {
        return Err(invalid(format!(
            "No changes needed: the control plane scaling tier is {wish} already"
        )));
    }
    Ok(Change {
        kind: "ControlPlaneScalingConfigUpdate",
        params: vec![
            ("UpdatedTier", wish.to_owned()),
            ("PreviousTier", cluster.tier.clone()),
        ],
        changes: vec![("tier", json!(wish))],
    })
}

fn protection(cluster: &Cluster, wish: bool) -> Result<Change, ApiError> {
    if wish == cluster.deletion_protection {
        return Err(invalid(format!(
            "No changes needed: deletion protection is {wish} already"
        )));
    }
    Ok(Change {
        kind: "DeletionProtectionUpdate",
        params: vec![("DeletionProtection", wish.to_string())],
        changes: vec![("deletion_protection", json!(wish))],
    })
}

/// Refuses a change of a cluster that is not ready for one.
pub(super) fn free(call: &Call<'_>, cluster: &Cluster, kind: &str) -> Result<(), ApiError> {
    if let Some(update) = Update::running(&call.tx, &call.place, &cluster.name, &Target::Cluster) {
        return Err(in_use(format!(
            "Cannot {kind} because cluster {} currently has update {} in progress",
            cluster.name, update.id
        )));
    }
    match cluster.phase.is("ACTIVE") {
        true => Ok(()),
        false => Err(in_use(format!(
            "Cannot {kind} because cluster {} is currently {}, in progress",
            cluster.name, cluster.phase.state
        ))),
    }
}

/// Begins the change.
pub(super) fn begin(call: &mut Call<'_>, cluster: &Cluster, change: Change) -> Outcome {
    let new = New {
        cluster: &cluster.name,
        target: Target::Cluster,
        kind: change.kind,
        params: change.params,
        changes: change.changes,
    };
    let update = Update::begin(&mut call.tx, &call.place, new);
    let id = crate::store::Document::id(&update);
    remember(call, &id);
    update.answer()
}
