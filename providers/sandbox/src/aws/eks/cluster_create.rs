//! The making of a cluster.

use std::collections::{BTreeMap, BTreeSet};

use serde::Deserialize;
use serde_json::json;

use super::cluster::{LOGS, TIERS};
use super::common::{body, in_use, invalid, name, one_of, present, within};
use super::encryption::{self, Encryption};
use super::token::{made_before, remember};
use super::{AccessEntry, Cluster, access_policy, network, role_check, tags, version};
use crate::aws::iam::Role;
use crate::aws::{Call, Outcome};
use crate::phase::Phase;
use crate::wire::{ApiError, Body};

#[derive(Deserialize)]
#[serde(rename_all = "camelCase", deny_unknown_fields)]
struct Request {
    name: String,
    role_arn: String,
    resources_vpc_config: Network,
    version: Option<String>,
    kubernetes_network_config: Option<Services>,
    logging: Option<Logging>,
    access_config: Option<Access>,
    upgrade_policy: Option<Policy>,
    control_plane_scaling_config: Option<Scaling>,
    bootstrap_self_managed_addons: Option<bool>,
    deletion_protection: Option<bool>,
    encryption_config: Option<Vec<Encryption>>,
    client_request_token: Option<String>,
    #[serde(default)]
    tags: BTreeMap<String, String>,
}

/// `resourcesVpcConfig` of a request.
#[derive(Clone, Default, Deserialize)]
#[serde(rename_all = "camelCase", deny_unknown_fields)]
pub(super) struct Network {
    /// Where its interfaces may lie.
    pub(super) subnet_ids: Option<Vec<String>>,
    /// Groups on them.
    pub(super) security_group_ids: Option<Vec<String>>,
    /// Whether the endpoint answers to the internet.
    pub(super) endpoint_public_access: Option<bool>,
    /// Whether it answers to the VPC.
    pub(super) endpoint_private_access: Option<bool>,
    /// From where in the internet.
    pub(super) public_access_cidrs: Option<Vec<String>>,
}

#[derive(Deserialize)]
#[serde(rename_all = "camelCase", deny_unknown_fields)]
struct Services {
    service_ipv4_cidr: Option<String>,
    ip_family: Option<String>,
}

/// `logging` of a request.
#[derive(Deserialize)]
#[serde(rename_all = "camelCase", deny_unknown_fields)]
pub(super) struct Logging {
    #[serde(default)]
    cluster_logging: Vec<Setup>,
}

#[derive(Deserialize)]
#[serde(rename_all = "camelCase", deny_unknown_fields)]
struct Setup {
    #[serde(default)]
    types: Vec<String>,
    enabled: Option<bool>,
}

#[derive(Deserialize)]
#[serde(rename_all = "camelCase", deny_unknown_fields)]
struct Access {
    authentication_mode: Option<String>,
    bootstrap_cluster_creator_admin_permissions: Option<bool>,
}

/// `upgradePolicy` of a request.
#[derive(Deserialize)]
#[serde(rename_all = "camelCase", deny_unknown_fields)]
pub(super) struct Policy {
    /// `STANDARD` or `EXTENDED`.
    pub(super) support_type: Option<String>,
}

/// `controlPlaneScalingConfig` of a request.
#[derive(Deserialize)]
#[serde(rename_all = "camelCase", deny_unknown_fields)]
pub(super) struct Scaling {
    /// `standard`, or a tier.
    pub(super) tier: Option<String>,
}

/// How callers are known, from the loosest.
pub(super) const MODES: &[&str] = &["CONFIG_MAP", "API_AND_CONFIG_MAP", "API"];

/// What happens at the end of standard support.
pub(super) const SUPPORT: &[&str] = &["STANDARD", "EXTENDED"];

impl Request {
    /// Whether whoever makes the cluster becomes its administrator: unless told not to.
    fn makes_admin(&self) -> bool {
        let wish = self.access_config.as_ref();
        wish.and_then(|wish| wish.bootstrap_cluster_creator_admin_permissions)
            .unwrap_or(true)
    }
}

impl Logging {
    /// The logs that are on after this, given those that were.
    pub(super) fn over(&self, before: &BTreeSet<String>) -> Result<BTreeSet<String>, ApiError> {
        let mut on = before.clone();
        for setup in &self.cluster_logging {
            for kind in &setup.types {
                one_of("The log type", kind, &LOGS)?;
                match setup.enabled {
                    Some(true) => on.insert(kind.clone()),
                    _ => on.remove(kind),
                };
            }
        }
        Ok(on)
    }
}

/// CreateCluster.
pub(super) fn create(call: &mut Call<'_>) -> Outcome {
    let request: Request = body(call)?;
    if let Some(cluster) =
        made_before(call)?.and_then(|id| call.tx.get::<Cluster>(&call.place, &id))
    {
        return Ok(Body::Json(json!({"cluster": cluster.json(&call.place)})));
    }
    name("cluster", &request.name, 100)?;
    if call.tx.get::<Cluster>(&call.place, &request.name).is_some() {
        let text = format!("Cluster already exists with name: {}", request.name);
        return Err(in_use(text).with("clusterName", request.name.as_str()));
    }
    let named = |error: ApiError| error.with("clusterName", request.name.as_str());
    let mut cluster = fresh(call, &request).map_err(named)?;
    cluster.own_group_id =
        network::make_group(&mut call.tx, &call.place, &cluster.name, &cluster.vpc_id);
    network::connect(&mut call.tx, &call.place, &mut cluster);
    Role::service_linked(&mut call.tx, &call.place.account, "eks.amazonaws.com");
    call.tx.put(&call.place, &cluster);
    if cluster.has_entries() && request.makes_admin() {
        let maker = role_check::behind(&call.tx, &call.caller);
        let entry =
            AccessEntry::ensure(&mut call.tx, &call.place, &cluster.name, &maker, "STANDARD");
        access_policy::make_admin(&mut call.tx, &call.place, entry);
    }
    remember(call, &cluster.name);
    Ok(Body::Json(json!({"cluster": cluster.json(&call.place)})))
}

/// The cluster that a request asks for, checked.
fn fresh(call: &mut Call<'_>, request: &Request) -> Result<Cluster, ApiError> {
    present("roleArn", &request.role_arn)?;
    let version = chosen_version(call, request.version.as_deref())?;
    tags::check(&request.tags)?;
    let wish = &request.resources_vpc_config;
    let subnets = network::control_plane(call, wish.subnet_ids.as_deref().unwrap_or_default())?;
    let vpc_id = subnets
        .first()
        .map(|one| one.vpc_id.clone())
        .unwrap_or_default();
    let groups = wish.security_group_ids.clone().unwrap_or_default();
    network::groups(call, &groups, &vpc_id)?;
    let endpoint = Endpoint::read(wish, None)?;
    role_check::usable(
        &call.tx,
        &call.place,
        &request.role_arn,
        "eks.amazonaws.com",
    )?;
    let have = call.tx.list::<Cluster>(&call.place).len();
    within(
        &call.tx,
        "eks:clusters",
        have,
        "Cluster limit exceeded for this account and Region",
    )?;
    let logging = request.logging.as_ref();
    let uid = call.tx.fresh_hex("eks-cluster").to_ascii_uppercase();
    Ok(Cluster {
        name: request.name.clone(),
        uid: uid.get(..32).unwrap_or_default().to_owned(),
        version,
        role_arn: request.role_arn.clone(),
        vpc_id,
        subnet_ids: subnets.into_iter().map(|one| one.id).collect(),
        security_group_ids: groups,
        own_group_id: String::new(),
        interfaces: Vec::new(),
        public_access: endpoint.public_access,
        private_access: endpoint.private_access,
        public_cidrs: endpoint.public_cidrs,
        service_cidr: service_range(request.kubernetes_network_config.as_ref())?,
        logging: logging.map_or(Ok(BTreeSet::new()), |one| one.over(&BTreeSet::new()))?,
        authentication_mode: mode(request.access_config.as_ref())?,
        support_type: support(request.upgrade_policy.as_ref())?,
        tier: tier(request.control_plane_scaling_config.as_ref())?,
        deletion_protection: request.deletion_protection.unwrap_or(false),
        key_arn: encryption::key(call, request.encryption_config.as_deref())?,
        self_managed_addons: request.bootstrap_self_managed_addons.unwrap_or(true),
        token: request.client_request_token.clone(),
        issues: Vec::new(),
        phase: Phase::new("CREATING", call.now()),
        tags: request.tags.clone(),
        created: call.now(),
    })
}

fn chosen_version(call: &Call<'_>, wish: Option<&str>) -> Result<String, ApiError> {
    let name = wish.map_or_else(version::default, str::to_owned);
    match version::supported(&name, call.now()) {
        Some(version) => Ok(version.name()),
        None => Err(invalid(format!("unsupported Kubernetes version {name}"))),
    }
}

fn service_range(wish: Option<&Services>) -> Result<String, ApiError> {
    if let Some(family) = wish.and_then(|wish| wish.ip_family.as_deref()) {
        one_of("The ipFamily", family, &["ipv4"])?;
    }
    let range = wish.and_then(|wish| wish.service_ipv4_cidr.clone());
    Ok(range.unwrap_or_else(|| "172.20.0.0/16".to_owned()))
}

/// Without a wish the old way, as the API does.
fn mode(wish: Option<&Access>) -> Result<String, ApiError> {
    let mode = wish
        .and_then(|wish| wish.authentication_mode.as_deref())
        .unwrap_or("CONFIG_MAP");
    one_of("The authenticationMode", mode, MODES)?;
    let bootstrap = wish.and_then(|wish| wish.bootstrap_cluster_creator_admin_permissions);
    if mode == "CONFIG_MAP" && bootstrap == Some(false) {
        return Err(invalid(
            "bootstrapClusterCreatorAdminPermissions must be true if cluster authentication mode is set to CONFIG_MAP",
        ));
    }
    Ok(mode.to_owned())
}

fn support(wish: Option<&Policy>) -> Result<String, ApiError> {
    let kind = wish
        .and_then(|wish| wish.support_type.as_deref())
        .unwrap_or("EXTENDED");
    one_of("The supportType", kind, SUPPORT)?;
    Ok(kind.to_owned())
}

fn tier(wish: Option<&Scaling>) -> Result<String, ApiError> {
    let tier = wish
        .and_then(|wish| wish.tier.as_deref())
        .unwrap_or(TIERS[0]);
    one_of("The control plane scaling tier", tier, TIERS)?;
    Ok(tier.to_owned())
}

/// Who reaches the endpoint.
#[derive(Clone, PartialEq, Eq)]
pub(super) struct Endpoint {
    /// The internet.
    pub(super) public_access: bool,
    /// The VPC.
    pub(super) private_access: bool,
    /// From where in the internet.
    pub(super) public_cidrs: Vec<String>,
}

impl Endpoint {
    /// What a request asks for, over what there is.
    pub(super) fn read(wish: &Network, before: Option<&Cluster>) -> Result<Self, ApiError> {
        let public = wish.endpoint_public_access;
        let private = wish.endpoint_private_access;
        let public_access = public.unwrap_or(before.is_none_or(|one| one.public_access));
        let private_access = private.unwrap_or(before.is_some_and(|one| one.private_access));
        if !public_access && !private_access {
            return Err(invalid(
                "Private and public endpoint access cannot be false at the same time",
            ));
        }
        let everywhere = || vec!["0.0.0.0/0".to_owned()];
        let mut public_cidrs = match (&wish.public_access_cidrs, before) {
            (Some(ranges), _) if !ranges.is_empty() => ranges.clone(),
            (_, Some(before)) if !before.public_cidrs.is_empty() => before.public_cidrs.clone(),
            _ => everywhere(),
        };
        if !public_access {
            if wish
                .public_access_cidrs
                .as_ref()
                .is_some_and(|ranges| !ranges.is_empty())
            {
                return Err(invalid(
                    "publicAccessCidrs cannot be specified when endpointPublicAccess is false",
                ));
            }
            public_cidrs = Vec::new();
        }
        public_cidrs.sort();
        public_cidrs.dedup();
        check_ranges(&public_cidrs)?;
        Ok(Self {
            public_access,
            private_access,
            public_cidrs,
        })
    }
}

fn check_ranges(ranges: &[String]) -> Result<(), ApiError> {
    let good = |range: &&String| {
        range.split_once('/').is_some_and(|(ip, bits)| {
            ip.parse::<std::net::Ipv4Addr>().is_ok()
                && bits.parse::<u8>().is_ok_and(|bits| bits <= 32)
        })
    };
    match ranges.iter().find(|range| !good(range)) {
        None => Ok(()),
        Some(range) => Err(invalid(format!(
            "The following CIDRs are invalid in publicAccessCidrs: {range}"
        ))),
    }
}
