//! The calls of `eks.addon`.

use std::collections::BTreeMap;

use aws_sdk_eks::operation::create_addon::builders::CreateAddonFluentBuilder;
use aws_sdk_eks::types::{
    Addon as Wire, AddonHealth, AddonPodIdentityAssociations, AddonStatus, ResolveConflicts,
};
use futures::future::try_join_all;
use provision_aws::kind::{Ailment, Cx, Live, Next, Stop, changing, deleting, map, text};
use provision_aws::{Aws, Fault, Field, internal, plain};
use provision_core::contract::Failure;
use provision_core::model::{Observed, Status};

use super::Addon;
use super::eks::{changed, cluster_of, eks, found, name_of, parent, tag_map, tags};
use crate::health::{Came, Health, degraded, failed};

/// Installs an add-on.
pub(super) async fn create(cx: &Cx<'_>, want: &Addon) -> Result<Next, Stop> {
    let request = request(cx, want)?;
    let answer = cx
        .aws
        .write_once("eks:CreateAddon", || request.clone().send())
        .await?;
    let physical = answer.addon.and_then(|addon| addon.addon_arn);
    Ok(Next::Waits {
        phase: "CREATING".to_owned(),
        physical: physical.unwrap_or_default(),
    })
}

fn request(cx: &Cx<'_>, want: &Addon) -> Result<CreateAddonFluentBuilder, Failure> {
    let roles = roles(want)?;
    let roles = (!roles.is_empty())
        .then(|| associations(roles))
        .transpose()?;
    Ok(eks(cx.aws)
        .create_addon()
        .cluster_name(parent(cx)?)
        .addon_name(&want.name)
        .client_request_token(cx.token)
        .set_addon_version(version(want)?)
        .set_configuration_values(want.configuration.clone())
        .set_pod_identity_associations(roles)
        .set_resolve_conflicts(conflicts(want))
        .set_tags(tag_map(cx.marked(&want.tags))))
}

fn version(want: &Addon) -> Result<Option<String>, Failure> {
    want.version
        .as_ref()
        .map(|version| version.known("version").cloned())
        .transpose()
}

fn conflicts(want: &Addon) -> Option<ResolveConflicts> {
    let word = want.resolve_conflicts.as_str();
    (!word.is_empty()).then(|| ResolveConflicts::from(word))
}

fn roles(want: &Addon) -> Result<BTreeMap<String, String>, Failure> {
    want.pod_identity
        .iter()
        .map(|(account, role)| Ok((account.clone(), role.known("pod_identity")?.clone())))
        .collect()
}

fn associations(
    roles: BTreeMap<String, String>,
) -> Result<Vec<AddonPodIdentityAssociations>, Failure> {
    roles
        .into_iter()
        .map(|(account, role)| {
            AddonPodIdentityAssociations::builder()
                .service_account(account)
                .role_arn(role)
                .build()
                .map_err(|error| internal(error.to_string()))
        })
        .collect()
}

/// Brings version, settings and roles to what is wanted, in one call. EKS takes a role or settings that the call leaves
/// out for unwanted, so what somebody gave an add-on that was taken over is said again. What somebody changed in the cluster by hand is
/// preserved: an upgrade is no reason to undo it, and `OVERWRITE`, right for a new add-on, would.
pub(super) async fn change(
    cx: &Cx<'_>,
    want: &Addon,
    live: &Observed,
) -> Result<Option<Next>, Stop> {
    let (version, roles) = (version(want)?, roles(want)?);
    let other_version =
        cx.wants("version") && version.is_some() && version.as_deref() != text(live, "version");
    let other_settings = cx.wants("configuration")
        && want
            .configuration
            .as_deref()
            .is_some_and(|wanted| !same_json(wanted, text(live, "configuration")));
    let other_roles = cx.wants("pod_identity") && roles != map(live, "pod_identity");
    if !(other_version || other_settings || other_roles) {
        return Ok(None);
    }
    let kept = (!other_roles || roles.is_empty()).then(|| text(live, "service_role"));
    let roles = other_roles.then(|| associations(roles)).transpose()?;
    let request = eks(cx.aws)
        .update_addon()
        .cluster_name(cluster_of(&live.physical))
        .addon_name(name_of(&live.physical))
        .client_request_token(cx.token)
        .set_addon_version(version)
        .set_configuration_values(settings(want, live))
        .set_service_account_role_arn(kept.flatten().map(str::to_owned))
        .set_pod_identity_associations(roles)
        .resolve_conflicts(ResolveConflicts::Preserve);
    let answer = cx
        .aws
        .write_once("eks:UpdateAddon", || request.clone().send())
        .await;
    changed(live, answer.map(|answer| answer.update), "UPDATING").map(Some)
}

/// The settings that are wanted, or else those that it has.
fn settings(want: &Addon, live: &Observed) -> Option<String> {
    let wanted = want.configuration.as_deref();
    wanted
        .or_else(|| text(live, "configuration"))
        .map(str::to_owned)
}

/// Whether two texts are one JSON document.
fn same_json(wanted: &str, live: Option<&str>) -> bool {
    let Some(live) = live else {
        return false;
    };
    let parse = |text: &str| serde_json::from_str::<serde_json::Value>(text).ok();
    wanted == live || parse(wanted).is_some_and(|wanted| parse(live) == Some(wanted))
}

/// Reads an add-on, with the roles of its service accounts.
pub(super) async fn read(aws: &Aws, cluster: &str, name: &str) -> Result<Option<Live>, Fault> {
    let request = eks(aws)
        .describe_addon()
        .cluster_name(cluster)
        .addon_name(name);
    let answer = aws
        .read("eks:DescribeAddon", || request.clone().send())
        .await;
    let Some(addon) = found(answer)?.and_then(|answer| answer.addon) else {
        return Ok(None);
    };
    let ids = addon
        .pod_identity_associations()
        .iter()
        .map(|arn| name_of(arn));
    let roles = try_join_all(ids.map(|id| role(aws, cluster, id))).await?;
    Ok(Some(live(&addon, roles.into_iter().flatten().collect())))
}

/// Service account and role of one association; the add-on tells only its ARN.
async fn role(
    aws: &Aws,
    cluster: &str,
    id: &str,
) -> Result<Option<(String, Field<String>)>, Fault> {
    let request = eks(aws)
        .describe_pod_identity_association()
        .cluster_name(cluster)
        .association_id(id);
    let answer = aws
        .read("eks:DescribePodIdentityAssociation", || {
            request.clone().send()
        })
        .await;
    let association = found(answer)?.and_then(|answer| answer.association);
    Ok(association.and_then(|association| {
        let role = association.role_arn?;
        Some((association.service_account?, Field::Known(role)))
    }))
}

/// An add-on as read.
pub(super) fn live(addon: &Wire, roles: BTreeMap<String, Field<String>>) -> Live {
    let all = tags(addon.tags.as_ref());
    let arn = addon.addon_arn().unwrap_or_default();
    let fields = Addon {
        name: addon.addon_name().unwrap_or_default().to_owned(),
        version: addon.addon_version().map(Field::from),
        configuration: addon.configuration_values.clone(),
        pod_identity: roles,
        service_role: addon.service_account_role_arn.clone(),
        resolve_conflicts: String::new(),
        tags: plain(&all),
    };
    let refs: Vec<String> = fields
        .pod_identity
        .values()
        .filter_map(|role| role.get().cloned())
        .collect();
    let health = addon.health().map(AddonHealth::issues);
    let health = Health::of_addon(health.unwrap_or_default());
    let (status, ailment) = status(addon, &health);
    let mut live = Live::new(arn, &all, &fields)
        .output("arn", arn)
        .maybe("version", addon.addon_version())
        .status(status)
        .needs(refs);
    live.fields.remove("resolve_conflicts");
    live.trouble = health.trouble();
    live.ailment = ailment;
    live.names.extend(addon.addon_name.clone());
    live
}

/// Its state, and what is wrong with it. One that does badly is not made anew: DNS without nodes comes up by itself, and
/// taking the network out to put it in again would be worse.
fn status(addon: &Wire, health: &Health) -> (Status, Option<Ailment>) {
    let word = addon.status().map_or("CREATING", AddonStatus::as_str);
    let came = match addon.status() {
        Some(AddonStatus::CreateFailed) => Came::Unmade,
        Some(AddonStatus::DeleteFailed) => Came::Undeleted,
        Some(AddonStatus::UpdateFailed) => Came::Unchanged,
        Some(AddonStatus::Degraded) => Came::Badly,
        Some(AddonStatus::Active) => return (Status::Ready, None),
        Some(AddonStatus::Deleting) => return (deleting(word), None),
        _ => return (changing(word), None),
    };
    let ailment = health.ailment(word, came);
    let status = match came {
        Came::Badly | Came::Unchanged => degraded(&ailment),
        Came::Unmade | Came::Undeleted => failed(&ailment),
    };
    (status, Some(ailment))
}
