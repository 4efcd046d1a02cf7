//! The calls of `eks.nodegroup`.

use std::collections::BTreeMap;

use aws_sdk_eks::operation::create_nodegroup::builders::CreateNodegroupFluentBuilder;
use aws_sdk_eks::types::{
    AmiTypes, CapacityTypes, LaunchTemplateSpecification, Nodegroup as Wire, NodegroupHealth,
    NodegroupScalingConfig, NodegroupStatus, NodegroupUpdateConfig, Taint, TaintEffect,
    UpdateLabelsPayload, UpdateTaintsPayload,
};
use provision_aws::kind::{Ailment, Cx, Live, Next, Stop, changing, deleting, map, text};
use provision_aws::{Aws, Fault, Field, internal, plain};
use provision_core::contract::Failure;
use provision_core::model::{Observed, Status, Value};

use super::NodeGroup;
use super::cluster_calls::known;
use super::eks::{changed, cluster_of, eks, found, name_of, parent, tag_map, tags};
use crate::health::{Came, Health, degraded, failed};

/// Names of effects in Kubernetes and in EKS.
const EFFECTS: [(&str, TaintEffect); 3] = [
    ("NoExecute", TaintEffect::NoExecute),
    ("NoSchedule", TaintEffect::NoSchedule),
    ("PreferNoSchedule", TaintEffect::PreferNoSchedule),
];

/// Makes a node group.
pub(super) async fn create(cx: &Cx<'_>, want: &NodeGroup) -> Result<Next, Stop> {
    let request = request(cx, want)?;
    let answer = cx
        .aws
        .write_once("eks:CreateNodegroup", || request.clone().send())
        .await?;
    let physical = answer.nodegroup.and_then(|group| group.nodegroup_arn);
    Ok(Next::Waits {
        phase: "CREATING".to_owned(),
        physical: physical.unwrap_or_default(),
    })
}

fn request(cx: &Cx<'_>, want: &NodeGroup) -> Result<CreateNodegroupFluentBuilder, Failure> {
    let machines = known(&want.instance_types, "instance_types")?;
    let desired = want.desired.clamp(want.min, want.max.max(want.min));
    Ok(eks(cx.aws)
        .create_nodegroup()
        .cluster_name(parent(cx)?)
        .nodegroup_name(cx.name()?)
        .client_request_token(cx.token)
        .node_role(want.role.known("role")?)
        .set_subnets(Some(known(&want.subnets, "subnets")?))
        .launch_template(template(want)?)
        .set_instance_types((!machines.is_empty()).then_some(machines))
        .capacity_type(CapacityTypes::from(want.capacity.as_str()))
        .ami_type(AmiTypes::from(want.ami_type.as_str()))
        .version(want.version.known("version")?)
        .scaling_config(scaling(want, desired)?)
        .update_config(roll(want)?)
        .set_labels(tag_map(want.labels.clone()))
        .set_taints(Some(taints(&want.taints)?))
        .set_tags(tag_map(cx.marked(&want.tags))))
}

/// Of a group that was taken over the template is left as it is.
fn wants_template(want: &NodeGroup) -> bool {
    want.template_id.get().is_some_and(|id| !id.is_empty())
}

fn template(want: &NodeGroup) -> Result<LaunchTemplateSpecification, Failure> {
    Ok(LaunchTemplateSpecification::builder()
        .id(want.template_id.known("template_id")?)
        .version(want.template_version.known("template_version")?.to_string())
        .build())
}

fn scaling(want: &NodeGroup, desired: i64) -> Result<NodegroupScalingConfig, Failure> {
    Ok(NodegroupScalingConfig::builder()
        .min_size(count(want.min)?)
        .max_size(count(want.max)?)
        .desired_size(count(desired)?)
        .build())
}

fn roll(want: &NodeGroup) -> Result<NodegroupUpdateConfig, Failure> {
    Ok(NodegroupUpdateConfig::builder()
        .max_unavailable(count(want.max_unavailable)?)
        .build())
}

fn count(number: i64) -> Result<i32, Failure> {
    i32::try_from(number).map_err(|_| internal(format!("{number} is no number of nodes")))
}

fn taints(taints: &BTreeMap<String, String>) -> Result<Vec<Taint>, Failure> {
    taints
        .iter()
        .map(|(key, value)| taint(key, value))
        .collect()
}

/// `KEY:EFFECT` and its value as EKS takes them.
fn taint(key: &str, value: &str) -> Result<Taint, Failure> {
    let (name, effect) = key.rsplit_once(':').unwrap_or((key, ""));
    let effect = EFFECTS.iter().find(|(word, _)| *word == effect);
    let (_, effect) = effect.ok_or_else(|| internal(format!("`{key}` is no taint: KEY:EFFECT")))?;
    let taint = Taint::builder().key(name).effect(effect.clone());
    let value = (!value.is_empty()).then(|| value.to_owned());
    Ok(taint.set_value(value).build())
}

/// The next change that brings a live node group to what is wanted.
pub(super) async fn change(
    cx: &Cx<'_>,
    want: &NodeGroup,
    live: &Observed,
) -> Result<Option<Next>, Stop> {
    if config_differs(cx, want, live) {
        return configure(cx, want, live).await.map(Some);
    }
    let template = want.template_version.known("template_version")?;
    let template = wants_template(want)
        && cx.wants("template_version")
        && live.fields.get("template_version") != Some(&Value::Int(*template));
    let version = want.version.known("version")?;
    let version = cx.wants("version") && text(live, "version") != Some(version.as_str());
    if template || version {
        return rolls(cx, want, live).await.map(Some);
    }
    Ok(None)
}

fn config_differs(cx: &Cx<'_>, want: &NodeGroup, live: &Observed) -> bool {
    let number = |field: &str, wanted: i64| {
        cx.wants(field) && live.fields.get(field) != Some(&Value::Int(wanted))
    };
    number("min", want.min)
        || number("max", want.max)
        || number("max_unavailable", want.max_unavailable)
        || cx.wants("labels") && map(live, "labels") != want.labels
        || cx.wants("taints") && map(live, "taints") != want.taints
}

/// Sizes, labels, taints and pace of rolls in one call. The number of nodes is the autoscaler's: it is sent only to
/// bring it within new bounds, which EKS demands (hashicorp/terraform-provider-aws#18310).
async fn configure(cx: &Cx<'_>, want: &NodeGroup, live: &Observed) -> Result<Next, Stop> {
    let scaling = rescale(cx, want, live).await?;
    // Of a group that was taken over the pace is not known, and left as it is.
    let other_pace =
        want.max_unavailable > 0 && number(live, "max_unavailable") != Some(want.max_unavailable);
    let (labels, old_labels) = (&want.labels, map(live, "labels"));
    let (wanted, old) = (&want.taints, map(live, "taints"));
    let gone = old.iter().filter(|(key, _)| !wanted.contains_key(*key));
    let gone = gone.map(|(key, value)| taint(key, value));
    let taint_change = UpdateTaintsPayload::builder()
        .set_add_or_update_taints(some(taints(&changes(wanted, &old))?))
        .set_remove_taints(some(gone.collect::<Result<_, _>>()?));
    let removed = old_labels.keys().filter(|key| !labels.contains_key(*key));
    let set = changes(labels, &old_labels);
    let label_change = UpdateLabelsPayload::builder()
        .set_add_or_update_labels((!set.is_empty()).then(|| set.into_iter().collect()))
        .set_remove_labels(some(removed.cloned().collect()));
    let request = eks(cx.aws)
        .update_nodegroup_config()
        .cluster_name(cluster_of(&live.physical))
        .nodegroup_name(name_of(&live.physical))
        .client_request_token(cx.token)
        .set_labels((*labels != old_labels).then(|| label_change.build()))
        .set_taints((*wanted != old).then(|| taint_change.build()))
        .set_scaling_config(scaling)
        .set_update_config(other_pace.then(|| roll(want)).transpose()?);
    let answer = cx
        .aws
        .write_once("eks:UpdateNodegroupConfig", || request.clone().send())
        .await;
    changed(live, answer.map(|answer| answer.update), "UPDATING")
}

fn number(live: &Observed, field: &str) -> Option<i64> {
    match live.fields.get(field) {
        Some(Value::Int(number)) => Some(*number),
        _ => None,
    }
}

/// The new bounds, when they are new. How many nodes there are just now is read just before: a plan may be old.
async fn rescale(
    cx: &Cx<'_>,
    want: &NodeGroup,
    live: &Observed,
) -> Result<Option<NodegroupScalingConfig>, Stop> {
    if (number(live, "min"), number(live, "max")) == (Some(want.min), Some(want.max)) {
        return Ok(None);
    }
    let (cluster, name) = (cluster_of(&live.physical), name_of(&live.physical));
    let fresh = read(cx.aws, cluster, name).await?;
    let now = fresh.and_then(|fresh| match fresh.fields.get("desired") {
        Some(Value::Int(now)) => Some(*now),
        _ => None,
    });
    let now = now.or_else(|| number(live, "desired"));
    let outside = |now: &i64| !(want.min..=want.max).contains(now);
    let desired = now
        .filter(outside)
        .map(|now| count(now.clamp(want.min, want.max.max(want.min))))
        .transpose()?;
    let config = NodegroupScalingConfig::builder()
        .min_size(count(want.min)?)
        .max_size(count(want.max)?)
        .set_desired_size(desired);
    Ok(Some(config.build()))
}

/// What is new or has another value.
fn changes(
    wanted: &BTreeMap<String, String>,
    now: &BTreeMap<String, String>,
) -> BTreeMap<String, String> {
    let new = wanted
        .iter()
        .filter(|(key, value)| now.get(*key) != Some(value));
    new.map(|(key, value)| (key.clone(), value.clone()))
        .collect()
}

fn some<T>(list: Vec<T>) -> Option<Vec<T>> {
    (!list.is_empty()).then_some(list)
}

/// Rolls the nodes onto another template or minor. The minor is always said: EKS would otherwise take the cluster's.
async fn rolls(cx: &Cx<'_>, want: &NodeGroup, live: &Observed) -> Result<Next, Stop> {
    let request = eks(cx.aws)
        .update_nodegroup_version()
        .cluster_name(cluster_of(&live.physical))
        .nodegroup_name(name_of(&live.physical))
        .client_request_token(cx.token)
        .version(want.version.known("version")?)
        .set_launch_template(wants_template(want).then(|| template(want)).transpose()?);
    let answer = cx
        .aws
        .write_once("eks:UpdateNodegroupVersion", || request.clone().send())
        .await;
    changed(
        live,
        answer.map(|answer| answer.update),
        "UPDATING: nodes are rolled",
    )
}

/// Reads a node group.
pub(super) async fn read(aws: &Aws, cluster: &str, name: &str) -> Result<Option<Live>, Fault> {
    let request = eks(aws)
        .describe_nodegroup()
        .cluster_name(cluster)
        .nodegroup_name(name);
    let answer = aws
        .read("eks:DescribeNodegroup", || request.clone().send())
        .await;
    let answer = found(answer)?;
    Ok(answer
        .and_then(|answer| answer.nodegroup)
        .map(|group| live(&group)))
}

/// A node group as read.
pub(super) fn live(group: &Wire) -> Live {
    let all = tags(group.tags.as_ref());
    let arn = group.nodegroup_arn().unwrap_or_default();
    let fields = NodeGroup {
        tags: plain(&all),
        ..fields(group)
    };
    let resources = group.resources();
    let asg = resources
        .and_then(|resources| resources.auto_scaling_groups().first())
        .and_then(|group| group.name());
    let refs: Vec<String> = [&fields.role, &fields.template_id]
        .into_iter()
        .chain(&fields.subnets)
        .filter_map(|field| field.get().cloned())
        .collect();
    let health = group.health().map(NodegroupHealth::issues);
    let health = Health::of_nodegroup(health.unwrap_or_default());
    let (status, ailment) = status(group, &health);
    let mut live = Live::new(arn, &all, &fields)
        .maybe("name", group.nodegroup_name())
        .output("arn", arn)
        .maybe("asg", asg)
        .status(status)
        .needs(refs);
    live.trouble = health.trouble();
    live.ailment = ailment;
    live.names.extend(group.nodegroup_name.clone());
    live
}

fn fields(group: &Wire) -> NodeGroup {
    let list = |list: &[String]| list.iter().map(|item| Field::from(item.as_str())).collect();
    let size = group.scaling_config();
    let template = group.launch_template();
    let number = |number: Option<i32>| number.map(i64::from).unwrap_or_default();
    NodeGroup {
        role: group.node_role().unwrap_or_default().into(),
        subnets: list(group.subnets()),
        template_id: template
            .and_then(|template| template.id())
            .unwrap_or_default()
            .into(),
        template_version: template
            .and_then(|template| template.version()?.parse::<i64>().ok())
            .unwrap_or_default()
            .into(),
        instance_types: list(group.instance_types()),
        capacity: group
            .capacity_type()
            .map(|capacity| capacity.as_str().to_owned())
            .unwrap_or_default(),
        ami_type: group
            .ami_type()
            .map(|ami| ami.as_str().to_owned())
            .unwrap_or_default(),
        version: group.version().unwrap_or_default().into(),
        min: number(size.and_then(|size| size.min_size)),
        max: number(size.and_then(|size| size.max_size)),
        desired: number(size.and_then(|size| size.desired_size)),
        labels: tags(group.labels.as_ref()),
        taints: group.taints().iter().filter_map(tainted).collect(),
        disk_gib: group.disk_size.map(i64::from),
        max_unavailable: number(group.update_config().and_then(|roll| roll.max_unavailable)),
        ..NodeGroup::default()
    }
}

fn tainted(taint: &Taint) -> Option<(String, String)> {
    let effect = taint.effect()?;
    let word = EFFECTS.iter().find(|(_, other)| other == effect);
    let word = word.map_or(effect.as_str(), |(word, _)| *word);
    let value = taint.value().unwrap_or_default().to_owned();
    Some((format!("{}:{word}", taint.key()?), value))
}

/// Its state, and what is wrong with it. A degraded group is not made anew: its nodes may run well enough, and what is
/// wrong is named.
fn status(group: &Wire, health: &Health) -> (Status, Option<Ailment>) {
    let word = group.status().map_or("CREATING", NodegroupStatus::as_str);
    let came = match group.status() {
        Some(NodegroupStatus::CreateFailed) => Came::Unmade,
        Some(NodegroupStatus::DeleteFailed) => Came::Undeleted,
        Some(NodegroupStatus::Degraded) => Came::Badly,
        Some(NodegroupStatus::Active) => return (Status::Ready, None),
        Some(NodegroupStatus::Deleting) => return (deleting(word), None),
        _ => return (changing(word), None),
    };
    let ailment = health.ailment(word, came);
    let status = match came {
        Came::Badly => degraded(&ailment),
        _ => failed(&ailment),
    };
    (status, Some(ailment))
}
