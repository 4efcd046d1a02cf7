//! The calls of `autoscaling.group`; those that replace machines are in `autoscaling_refresh`.

use std::collections::BTreeMap;

use aws_sdk_autoscaling::Client;
use aws_sdk_autoscaling::types::{
    InstancesDistribution, LaunchTemplate, LaunchTemplateOverrides, LaunchTemplateSpecification,
    MixedInstancesPolicy, Tag,
};
use provision_aws::kind::{Cx, Next, Stop, list_value, map, map_value, texts, to_change};
use provision_aws::{Aws, Tags, internal};
use provision_core::contract::Failure;
use provision_core::model::{Observed, Value};

use super::autoscaling_group::AutoScalingGroup;
use super::call::all_known;

/// The tag by which ECS knows groups that it scales; machines have it as well.
pub(super) const MANAGED: &str = "AmazonECSManaged";

/// What tags of a group are tags of.
const SORT: &str = "auto-scaling-group";

/// The word for spot machines.
pub(super) const SPOT: &str = "SPOT";

/// Auto Scaling.
pub(super) fn scaling(aws: &Aws) -> Client {
    aws.client(Client::new)
}

/// The name in a group's ARN; a name is one already.
pub(super) fn name_of(physical: &str) -> &str {
    physical
        .rsplit_once("autoScalingGroupName/")
        .map_or(physical, |(_, name)| name)
}

/// What machines are made of, as the API takes it: a template, or one with other types or spot machines.
struct Source {
    plain: Option<LaunchTemplateSpecification>,
    mixed: Option<MixedInstancesPolicy>,
}

fn source(want: &AutoScalingGroup) -> Result<Source, Failure> {
    let template = LaunchTemplateSpecification::builder()
        .launch_template_id(want.template_id.known("template_id")?)
        .version(want.template_version.known("template_version")?.to_string())
        .build();
    let types = all_known(&want.instance_types, "instance_types")?;
    let spot = want.capacity == SPOT;
    if types.is_empty() && !spot {
        return Ok(Source {
            plain: Some(template),
            mixed: None,
        });
    }
    let one = |name: String| {
        LaunchTemplateOverrides::builder()
            .instance_type(name)
            .build()
    };
    let overrides: Vec<_> = types.into_iter().map(one).collect();
    let template = LaunchTemplate::builder()
        .launch_template_specification(template)
        .set_overrides((!overrides.is_empty()).then_some(overrides));
    let how = InstancesDistribution::builder()
        .on_demand_allocation_strategy("prioritized")
        .on_demand_base_capacity(0)
        .on_demand_percentage_above_base_capacity(if spot { 0 } else { 100 })
        .spot_allocation_strategy("price-capacity-optimized");
    let mixed = MixedInstancesPolicy::builder()
        .launch_template(template.build())
        .instances_distribution(how.build());
    Ok(Source {
        plain: None,
        mixed: Some(mixed.build()),
    })
}

/// What new machines are made of, in the words in which it is compared.
pub(super) fn made_of(
    template: &str,
    version: &str,
    types: &[String],
    capacity: &str,
) -> BTreeMap<String, String> {
    let entry = |name: &str, value: &str| (name.to_owned(), value.to_owned());
    BTreeMap::from([
        entry("template", template),
        entry("version", version),
        entry("types", &types.join(",")),
        entry("capacity", capacity),
    ])
}

fn wanted(want: &AutoScalingGroup) -> Result<BTreeMap<String, String>, Failure> {
    Ok(made_of(
        want.template_id.known("template_id")?,
        &want.template_version.known("template_version")?.to_string(),
        &all_known(&want.instance_types, "instance_types")?,
        &want.capacity,
    ))
}

fn count(number: i64) -> Result<i32, Failure> {
    i32::try_from(number).map_err(|_| internal(format!("{number} is no number of machines")))
}

fn tag(name: &str, key: &str, value: &str) -> Tag {
    Tag::builder()
        .resource_id(name)
        .resource_type(SORT)
        .key(key)
        .value(value)
        .propagate_at_launch(key == MANAGED)
        .build()
}

/// Makes a group. The answer names nothing.
pub(super) async fn create(cx: &Cx<'_>, want: &AutoScalingGroup) -> Result<Next, Stop> {
    let name = cx.name()?;
    let source = source(want)?;
    let mut tags = cx.marked(&want.tags);
    tags.insert(MANAGED.to_owned(), String::new());
    let tags = tags.iter().map(|(key, value)| tag(name, key, value));
    let request = scaling(cx.aws)
        .create_auto_scaling_group()
        .auto_scaling_group_name(name)
        .set_launch_template(source.plain)
        .set_mixed_instances_policy(source.mixed)
        .min_size(count(want.min)?)
        .max_size(count(want.max)?)
        .desired_capacity(count(want.desired.clamp(want.min, want.max.max(want.min)))?)
        .vpc_zone_identifier(all_known(&want.subnets, "subnets")?.join(","))
        .new_instances_protected_from_scale_in(want.protected)
        .set_tags(Some(tags.collect()));
    cx.aws
        .write("autoscaling:CreateAutoScalingGroup", || {
            request.clone().send()
        })
        .await?;
    Ok(Next::Waits {
        phase: "launching".to_owned(),
        physical: name.to_owned(),
    })
}

/// The next change of the group itself: its bounds and subnets, or what new machines are made of.
pub(super) async fn change(
    cx: &Cx<'_>,
    want: &AutoScalingGroup,
    live: &Observed,
) -> Result<Option<Next>, Stop> {
    let sets = [
        "template_id",
        "template_version",
        "instance_types",
        "capacity",
    ];
    let made_of = wanted(want)?;
    if sets.iter().any(|field| cx.wants(field)) && map(live, "made_of") != made_of {
        return make_of(cx, want, live, &made_of).await.map(Some);
    }
    let sorted = |mut list: Vec<String>| {
        list.sort();
        list
    };
    let subnets = all_known(&want.subnets, "subnets")?;
    let other =
        |field: &str, value: Value<_>| cx.wants(field) && live.fields.get(field) != Some(&value);
    let differs = other("min", Value::Int(want.min))
        || other("max", Value::Int(want.max))
        || other("protected", Value::Bool(want.protected))
        || cx.wants("subnets") && sorted(texts(live, "subnets")) != sorted(subnets.clone());
    match differs {
        true => configure(cx, want, live, &subnets).await.map(Some),
        false => Ok(None),
    }
}

/// Sets what new machines are made of. Those that run are replaced after that.
async fn make_of(
    cx: &Cx<'_>,
    want: &AutoScalingGroup,
    live: &Observed,
    made_of: &BTreeMap<String, String>,
) -> Result<Next, Stop> {
    let source = source(want)?;
    let request = scaling(cx.aws)
        .update_auto_scaling_group()
        .auto_scaling_group_name(name_of(&live.physical))
        .set_launch_template(source.plain)
        .set_mixed_instances_policy(source.mixed);
    cx.aws
        .write("autoscaling:UpdateAutoScalingGroup", || {
            request.clone().send()
        })
        .await
        .map_err(|fault| Stop::OfNew(fault.about(&live.physical)))?;
    let mut observed = Box::new(live.clone());
    let mut set = |field: &str, value: Value<_>| {
        observed.fields.insert(field.to_owned(), value);
    };
    set("made_of", map_value(made_of));
    set("capacity", want.capacity.as_str().into());
    Ok(Next::More {
        did: "set what new machines are made of".to_owned(),
        observed,
    })
}

/// Bounds, subnets and protection in one call. The number of machines follows new bounds by itself.
async fn configure(
    cx: &Cx<'_>,
    want: &AutoScalingGroup,
    live: &Observed,
    subnets: &[String],
) -> Result<Next, Stop> {
    let request = scaling(cx.aws)
        .update_auto_scaling_group()
        .auto_scaling_group_name(name_of(&live.physical))
        .min_size(count(want.min)?)
        .max_size(count(want.max)?)
        .new_instances_protected_from_scale_in(want.protected)
        .vpc_zone_identifier(subnets.join(","));
    cx.aws
        .write("autoscaling:UpdateAutoScalingGroup", || {
            request.clone().send()
        })
        .await
        .map_err(|fault| Stop::OfNew(fault.about(&live.physical)))?;
    let mut observed = Box::new(live.clone());
    let mut set = |field: &str, value: Value<_>| {
        observed.fields.insert(field.to_owned(), value);
    };
    set("min", want.min.into());
    set("max", want.max.into());
    set("protected", want.protected.into());
    set("subnets", list_value(subnets));
    Ok(Next::More {
        did: "changed the group".to_owned(),
        observed,
    })
}

/// Lets new machines be scaled in.
pub(super) async fn unprotect(cx: &Cx<'_>, live: &Observed) -> Result<(), Stop> {
    let request = scaling(cx.aws)
        .update_auto_scaling_group()
        .auto_scaling_group_name(name_of(&live.physical))
        .new_instances_protected_from_scale_in(false);
    cx.aws
        .write("autoscaling:UpdateAutoScalingGroup", || {
            request.clone().send()
        })
        .await
        .map_err(|fault| Stop::Fault(fault.about(&live.physical)))?;
    Ok(())
}

/// Asks for the end of the group and of its machines.
pub(super) async fn delete(cx: &Cx<'_>, live: &Observed) -> Result<(), Stop> {
    let request = scaling(cx.aws)
        .delete_auto_scaling_group()
        .auto_scaling_group_name(name_of(&live.physical))
        .force_delete(true);
    cx.aws
        .write("autoscaling:DeleteAutoScalingGroup", || {
            request.clone().send()
        })
        .await
        .map_err(|fault| Stop::Fault(fault.about(&live.physical)))?;
    Ok(())
}

/// Brings the tags and the mark of protection to what is wanted.
pub(super) async fn retag(cx: &Cx<'_>, want: &Tags, live: &Observed) -> Result<Option<Next>, Stop> {
    let Some(change) = to_change(cx, want, live) else {
        return Ok(None);
    };
    let name = name_of(&live.physical);
    let sent = if change.set.is_empty() {
        let unset = change.unset.iter().map(|key| {
            Tag::builder()
                .resource_id(name)
                .resource_type(SORT)
                .key(key)
                .build()
        });
        let request = scaling(cx.aws)
            .delete_tags()
            .set_tags(Some(unset.collect()));
        let sent = cx
            .aws
            .write("autoscaling:DeleteTags", || request.clone().send());
        sent.await.map(drop)
    } else {
        let set = change.set.iter();
        let set = set.map(|(key, value)| tag(name, key, value)).collect();
        let request = scaling(cx.aws).create_or_update_tags().set_tags(Some(set));
        let sent = cx
            .aws
            .write("autoscaling:CreateOrUpdateTags", || request.clone().send());
        sent.await.map(drop)
    };
    sent.map_err(|fault| Stop::OfNew(fault.about(&live.physical)))?;
    Ok(Some(Next::More {
        did: "set tags".to_owned(),
        observed: change.observed,
    }))
}

#[cfg(test)]
mod tests {
    #![allow(clippy::unwrap_used)]
    use super::*;

    fn want(types: &[&str], capacity: &str) -> AutoScalingGroup {
        AutoScalingGroup {
            template_id: "lt-1".into(),
            template_version: 3.into(),
            instance_types: types.iter().map(|name| (*name).into()).collect(),
            capacity: capacity.to_owned(),
            ..AutoScalingGroup::default()
        }
    }

    #[test]
    fn one_type_on_demand_is_a_template_and_all_else_is_mixed() {
        let plain = source(&want(&[], "ON_DEMAND")).unwrap();
        let template = plain.plain.unwrap();
        assert_eq!(template.version(), Some("3"));
        assert!(plain.mixed.is_none());
        let percent = |capacity: &str, types: &[&str]| {
            let mixed = source(&want(types, capacity)).unwrap().mixed.unwrap();
            let how = mixed.instances_distribution().unwrap();
            let types = mixed.launch_template().unwrap().overrides().len();
            (how.on_demand_percentage_above_base_capacity(), types)
        };
        assert_eq!(percent(SPOT, &[]), (Some(0), 0));
        assert_eq!(
            percent("ON_DEMAND", &["m7i.large", "m6i.large"]),
            (Some(100), 2)
        );
    }

    #[test]
    fn arns_tell_names() {
        let arn = "arn:aws:autoscaling:eu-west-1:1:autoScalingGroup:3a-4b:autoScalingGroupName/shop-prod-web";
        assert_eq!(name_of(arn), "shop-prod-web");
        assert_eq!(name_of("shop-prod-web"), "shop-prod-web");
    }

    #[test]
    fn only_the_tag_of_ecs_reaches_machines() {
        assert_eq!(tag("g", MANAGED, "").propagate_at_launch(), Some(true));
        assert_eq!(tag("g", "team", "web").propagate_at_launch(), Some(false));
    }
}
