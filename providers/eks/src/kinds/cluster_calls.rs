//! The calls of `eks.cluster`, one for each group of fields.

use aws_sdk_eks::operation::create_cluster::builders::CreateClusterFluentBuilder;
use aws_sdk_eks::operation::update_cluster_config::builders::UpdateClusterConfigFluentBuilder;
use aws_sdk_eks::types::{
    AuthenticationMode, ControlPlaneScalingConfig, CreateAccessConfigRequest, LogSetup, LogType,
    Logging, ProvisionedControlPlaneTier, SupportType, UpdateAccessConfigRequest,
    UpgradePolicyRequest, VpcConfigRequest,
};
use provision_aws::Field;
use provision_aws::kind::{Cx, Next, Stop, text, texts};
use provision_core::contract::Failure;
use provision_core::model::{Minor, Observed, Value};

use super::Cluster;
use super::eks::{changed, eks, tag_map};
use super::encryption;

/// Logs that a control plane can keep.
const LOGS: [&str; 5] = [
    "api",
    "audit",
    "authenticator",
    "controllerManager",
    "scheduler",
];

/// The tier of a control plane that is not provisioned, which is what EKS makes unless told otherwise.
pub(super) const STANDARD: &str = "standard";

/// Makes a cluster.
pub(super) async fn create(cx: &Cx<'_>, want: &Cluster) -> Result<Next, Stop> {
    let request = request(cx, want)?;
    let answer = cx
        .aws
        .write_once("eks:CreateCluster", || request.clone().send())
        .await?;
    let physical = answer.cluster.and_then(|cluster| cluster.arn);
    Ok(Next::Waits {
        phase: "CREATING".to_owned(),
        physical: physical.unwrap_or_default(),
    })
}

fn request(cx: &Cx<'_>, want: &Cluster) -> Result<CreateClusterFluentBuilder, Failure> {
    let network = endpoint(want)
        .set_subnet_ids(Some(known(&want.subnets, "subnets")?))
        .set_security_group_ids(Some(known(&want.security_groups, "security_groups")?));
    let access = CreateAccessConfigRequest::builder()
        .authentication_mode(AuthenticationMode::from(want.authentication_mode.as_str()))
        .bootstrap_cluster_creator_admin_permissions(want.creator_admin);
    let support =
        UpgradePolicyRequest::builder().support_type(SupportType::from(want.support.as_str()));
    Ok(eks(cx.aws)
        .create_cluster()
        .name(cx.name()?)
        .client_request_token(cx.token)
        .version(want.version.known("version")?)
        .role_arn(want.role.known("role")?)
        .resources_vpc_config(network.build())
        .logging(logs(&want.logging))
        .set_encryption_config(encryption::config(&want.kms_keys))
        .access_config(access.build())
        .upgrade_policy(support.build())
        .set_control_plane_scaling_config((want.tier != STANDARD).then(|| scaling(&want.tier)))
        .deletion_protection(want.deletion_protection || cx.protect())
        .bootstrap_self_managed_addons(want.self_managed_addons)
        .set_tags(tag_map(cx.marked(&want.tags))))
}

fn scaling(tier: &str) -> ControlPlaneScalingConfig {
    let tier = ProvisionedControlPlaneTier::from(tier);
    ControlPlaneScalingConfig::builder().tier(tier).build()
}

/// The known texts of a list of fields.
pub(super) fn known(list: &[Field<String>], name: &str) -> Result<Vec<String>, Failure> {
    list.iter().map(|item| item.known(name).cloned()).collect()
}

fn endpoint(want: &Cluster) -> aws_sdk_eks::types::builders::VpcConfigRequestBuilder {
    let cidrs =
        (want.public_access && !want.public_cidrs.is_empty()).then(|| want.public_cidrs.clone());
    VpcConfigRequest::builder()
        .endpoint_public_access(want.public_access)
        .endpoint_private_access(want.private_access)
        .set_public_access_cidrs(cidrs)
}

/// Those that are wanted are on, all others off.
fn logs(wanted: &[String]) -> Logging {
    let setup = |enabled: bool| {
        let types = LOGS
            .iter()
            .filter(|name| wanted.iter().any(|wanted| wanted == *name) == enabled)
            .map(|name| LogType::from(*name))
            .collect::<Vec<_>>();
        let some = !types.is_empty();
        some.then(|| {
            LogSetup::builder()
                .set_types(Some(types))
                .enabled(enabled)
                .build()
        })
    };
    let all = [setup(true), setup(false)].into_iter().flatten().collect();
    Logging::builder().set_cluster_logging(Some(all)).build()
}

/// The next change that brings a live cluster to what is wanted: one kind of change per call.
pub(super) async fn change(
    cx: &Cx<'_>,
    want: &Cluster,
    live: &Observed,
) -> Result<Option<Next>, Stop> {
    let version = want.version.known("version")?;
    if cx.wants("version") && text(live, "version") != Some(version.as_str()) {
        // The way back may lead into extended support, which the policy must allow first.
        let back = Minor::of(version) < text(live, "version").and_then(Minor::of);
        if back && want.support == "EXTENDED" && text(live, "support") == Some("STANDARD") {
            return policy(cx, want, live).await.map(Some);
        }
        return upgrade(cx, want, live, version).await.map(Some);
    }
    let subnets = known(&want.subnets, "subnets")?;
    let groups = known(&want.security_groups, "security_groups")?;
    if is_other(cx, live, "subnets", &subnets) || is_other(cx, live, "security_groups", &groups) {
        // Subnets for nodes alone are no subnets of the control plane.
        let subnets = match cx.wants("subnets") {
            true => subnets,
            false => texts(live, "subnets"),
        };
        let network = VpcConfigRequest::builder()
            .set_subnet_ids(Some(subnets))
            .set_security_group_ids(Some(groups));
        let call = |request: UpdateClusterConfigFluentBuilder| {
            request.resources_vpc_config(network.build())
        };
        return update(cx, live, "network", call).await.map(Some);
    }
    if endpoint_differs(cx, want, live) {
        let call = |request: UpdateClusterConfigFluentBuilder| {
            request.resources_vpc_config(endpoint(want).build())
        };
        return update(cx, live, "endpoint", call).await.map(Some);
    }
    if is_other(cx, live, "kms_keys", &want.kms_keys) {
        return encryption::associate(cx, want, live).await.map(Some);
    }
    if is_other(cx, live, "logging", &want.logging) {
        let call = |request: UpdateClusterConfigFluentBuilder| request.logging(logs(&want.logging));
        return update(cx, live, "logging", call).await.map(Some);
    }
    switches(cx, want, live).await
}

/// Support, tier, protection and how callers are known.
async fn switches(cx: &Cx<'_>, want: &Cluster, live: &Observed) -> Result<Option<Next>, Stop> {
    let differs = |field: &str, wanted: &str| {
        cx.wants(field) && text(live, field).is_some_and(|now| now != wanted)
    };
    if differs("support", &want.support) {
        return policy(cx, want, live).await.map(Some);
    }
    if differs("tier", &want.tier) {
        let config = scaling(&want.tier);
        let call = |request: UpdateClusterConfigFluentBuilder| {
            request.control_plane_scaling_config(config)
        };
        return update(cx, live, "tier", call).await.map(Some);
    }
    let protected = want.deletion_protection || cx.protect();
    let now = live.fields.get("deletion_protection");
    let wants = cx.wants("deletion_protection");
    if wants && now.is_some_and(|now| *now != Value::Bool(protected)) {
        return protect(cx, live, protected).await.map(Some);
    }
    if differs("authentication_mode", &want.authentication_mode) {
        let mode = AuthenticationMode::from(want.authentication_mode.as_str());
        let access = UpdateAccessConfigRequest::builder().authentication_mode(mode);
        let call =
            |request: UpdateClusterConfigFluentBuilder| request.access_config(access.build());
        return update(cx, live, "authentication", call).await.map(Some);
    }
    Ok(None)
}

/// Whether a list is wanted otherwise; order does not count.
fn is_other(cx: &Cx<'_>, live: &Observed, field: &str, wanted: &[String]) -> bool {
    let sorted = |mut list: Vec<String>| {
        list.sort();
        list.dedup();
        list
    };
    cx.wants(field)
        && live.fields.contains_key(field)
        && sorted(texts(live, field)) != sorted(wanted.to_vec())
}

fn endpoint_differs(cx: &Cx<'_>, want: &Cluster, live: &Observed) -> bool {
    let switch = |field: &str, wanted: bool| {
        cx.wants(field) && live.fields.get(field) != Some(&Value::Bool(wanted))
    };
    switch("public_access", want.public_access)
        || switch("private_access", want.private_access)
        || want.public_access && is_other(cx, live, "public_cidrs", &want.public_cidrs)
}

/// To the next minor, or back to the one before; the planner has every minor on the way as a step.
async fn upgrade(
    cx: &Cx<'_>,
    want: &Cluster,
    live: &Observed,
    version: &str,
) -> Result<Next, Stop> {
    let request = eks(cx.aws)
        .update_cluster_version()
        .name(super::eks::cluster_of(&live.physical))
        .version(version)
        .set_force(want.force_upgrade.then_some(true))
        .client_request_token(cx.token);
    let answer = cx
        .aws
        .write_once("eks:UpdateClusterVersion", || request.clone().send())
        .await;
    changed(live, answer.map(|answer| answer.update), "UPDATING version")
}

async fn policy(cx: &Cx<'_>, want: &Cluster, live: &Observed) -> Result<Next, Stop> {
    let support = SupportType::from(want.support.as_str());
    let policy = UpgradePolicyRequest::builder()
        .support_type(support)
        .build();
    let call = |request: UpdateClusterConfigFluentBuilder| request.upgrade_policy(policy);
    update(cx, live, "support", call).await
}

async fn update(
    cx: &Cx<'_>,
    live: &Observed,
    what: &str,
    fill: impl FnOnce(UpdateClusterConfigFluentBuilder) -> UpdateClusterConfigFluentBuilder,
) -> Result<Next, Stop> {
    let request = fill(eks(cx.aws).update_cluster_config())
        .name(super::eks::cluster_of(&live.physical))
        .client_request_token(cx.token);
    let answer = cx
        .aws
        .write_once("eks:UpdateClusterConfig", || request.clone().send())
        .await;
    changed(
        live,
        answer.map(|answer| answer.update),
        &format!("UPDATING {what}"),
    )
}

async fn protect(cx: &Cx<'_>, live: &Observed, on: bool) -> Result<Next, Stop> {
    let call = |request: UpdateClusterConfigFluentBuilder| request.deletion_protection(on);
    update(cx, live, "protection", call).await
}

/// Switches off what would refuse a deletion; `None` when it is off. The planner has refused what `protect` covers.
pub(super) async fn unprotect(cx: &Cx<'_>, live: &Observed) -> Result<Option<Next>, Stop> {
    let on = live.fields.get("deletion_protection") == Some(&Value::Bool(true));
    if !on {
        return Ok(None);
    }
    let call = |request: UpdateClusterConfigFluentBuilder| request.deletion_protection(false);
    let request = call(eks(cx.aws).update_cluster_config())
        .name(super::eks::cluster_of(&live.physical))
        .client_request_token(cx.token);
    cx.aws
        .write_once("eks:UpdateClusterConfig", || request.clone().send())
        .await
        .map_err(|fault| Stop::Fault(fault.about(&live.physical)))?;
    let observed = provision_aws::kind::with(live, "deletion_protection", false);
    Ok(Some(Next::More {
        did: "switched deletion protection off".to_owned(),
        observed,
    }))
}
