//! Reads of Auto Scaling groups: with their machines, and with what keeps those from coming up.

use std::collections::BTreeSet;

use aws_sdk_autoscaling::types::{
    Activity, AutoScalingGroup as Wire, Filter, Instance, InstancesDistribution, LaunchTemplate,
    LifecycleState, MixedInstancesPolicy, ScalingActivityStatusCode,
};
use futures::future::{join, try_join_all};
use provision_aws::kind::{
    Ailment, Ask, Cx, Live, Seen, by_name, changing, deleting, pages, unknown,
};
use provision_aws::{Aws, Fault, STACK, Tags, plain};
use provision_core::contract::Does;
use provision_core::model::Status;

use super::autoscaling_calls::{MANAGED, SPOT, made_of, name_of, scaling};
use super::autoscaling_group::AutoScalingGroup;
use super::autoscaling_trouble::ailment;
use super::call::fields;

/// So many groups are read by name at a time.
const AT_ONCE: usize = 50;

/// So many activities are looked through for what went wrong.
const ACTIVITIES: i32 = 10;

/// Groups by their names.
pub(super) async fn named(aws: &Aws, names: &[String]) -> Result<Vec<Wire>, Fault> {
    let reads = names.chunks(AT_ONCE).map(|some| {
        pages(move |token| async move {
            let request = scaling(aws)
                .describe_auto_scaling_groups()
                .set_auto_scaling_group_names(Some(some.to_vec()))
                .set_next_token(token);
            let answer = aws
                .read("autoscaling:DescribeAutoScalingGroups", || {
                    request.clone().send()
                })
                .await?;
            Ok((answer.auto_scaling_groups, answer.next_token))
        })
    });
    Ok(try_join_all(reads).await?.into_iter().flatten().collect())
}

/// All groups with the mark of a stack.
async fn marked(aws: &Aws, stack: &str) -> Result<Vec<Wire>, Fault> {
    let filter = Filter::builder().name(format!("tag:{STACK}")).values(stack);
    let filter = filter.build();
    pages(|token| async {
        let request = scaling(aws)
            .describe_auto_scaling_groups()
            .filters(filter.clone())
            .set_next_token(token);
        let answer = aws
            .read("autoscaling:DescribeAutoScalingGroups", || {
                request.clone().send()
            })
            .await?;
        Ok((answer.auto_scaling_groups, answer.next_token))
    })
    .await
}

/// The groups that are asked for, by name, and any others of the stack.
pub(super) async fn survey(ask: &Ask<'_>) -> Seen {
    let mut seen = Seen::default();
    let names: Vec<String> = ask
        .resources
        .iter()
        .filter_map(|one| one.name.clone())
        .collect();
    let others = async {
        match ask.orphans {
            true => marked(ask.aws, &ask.context.stack).await,
            false => Ok(Vec::new()),
        }
    };
    let (asked, others) = join(named(ask.aws, &names), others).await;
    match lives(ask.aws, asked).await {
        Ok(lives) => {
            for resource in &ask.resources {
                let named =
                    |live: &&Live| resource.name.as_deref() == Some(name_of(&live.physical));
                let found = lives.iter().find(named).cloned();
                let look = by_name(ask.context, resource, Ok(found));
                seen.sights.insert(resource.id.clone(), look);
            }
        }
        Err(fault) => {
            let looks = ask.resources.iter();
            seen.sights
                .extend(looks.map(|one| (one.id.clone(), unknown(&fault))));
        }
    }
    match lives(ask.aws, others).await {
        Ok(lives) => seen.orphans.extend(lives.into_iter().filter(|live| {
            let asked = names.iter().any(|name| name == name_of(&live.physical));
            live.marks.id.is_some() && !asked
        })),
        Err(fault) => seen.unread = Some(fault.to_string()),
    }
    seen
}

async fn lives(aws: &Aws, wires: Result<Vec<Wire>, Fault>) -> Result<Vec<Live>, Fault> {
    let wires = wires?;
    let reads = wires.iter().map(|wire| async move {
        let trouble = trouble(aws, wire).await?;
        Ok(live(wire, trouble))
    });
    try_join_all(reads).await
}

/// A group by its name or ARN. While it is made, it is waited for until its least machines serve.
pub(super) async fn read(cx: &Cx<'_>, physical: &str) -> Result<Option<Live>, Fault> {
    let name = name_of(physical).to_owned();
    let Some(wire) = named(cx.aws, &[name]).await?.into_iter().next() else {
        return Ok(None);
    };
    let trouble = trouble(cx.aws, &wire).await?;
    let live = live(&wire, trouble);
    let (serving, least) = (serving(&wire), number(wire.min_size));
    let made = matches!(cx.step.does, Does::Create | Does::Wait);
    if made && live.status == Status::Ready && serving < least {
        let phase = format!("launching: {serving} of {least} serve");
        return Ok(Some(live.status(changing(&phase))));
    }
    Ok(Some(live))
}

fn number(number: Option<i32>) -> i64 {
    number.map(i64::from).unwrap_or_default()
}

fn is_in(machine: &Instance, states: &[&str]) -> bool {
    let state = machine.lifecycle_state().map(LifecycleState::as_str);
    state.is_some_and(|state| states.contains(&state))
}

fn serving(wire: &Wire) -> i64 {
    let machines = wire.instances().iter();
    let serving = machines.filter(|one| is_in(one, &["InService"])).count();
    i64::try_from(serving).unwrap_or(i64::MAX)
}

/// What keeps machines from coming up, when fewer serve than should: the newest thing that the group tried and that failed.
async fn trouble(aws: &Aws, wire: &Wire) -> Result<Option<Ailment>, Fault> {
    if serving(wire) >= number(wire.desired_capacity) || wire.status().is_some() {
        return Ok(None);
    }
    let request = scaling(aws)
        .describe_scaling_activities()
        .set_auto_scaling_group_name(wire.auto_scaling_group_name.clone())
        .max_records(ACTIVITIES);
    let answer = aws
        .read("autoscaling:DescribeScalingActivities", || {
            request.clone().send()
        })
        .await?;
    Ok(failed(&answer.activities.unwrap_or_default()))
}

/// The newest activity comes first. One that has begun after a failure may go better.
fn failed(activities: &[Activity]) -> Option<Ailment> {
    let newest = activities.first()?;
    let failed = newest.status_code() == Some(&ScalingActivityStatusCode::Failed);
    failed.then(|| ailment(newest))
}

fn tags_of(wire: &Wire) -> Tags {
    let tags = wire.tags().iter();
    tags.filter_map(|tag| Some((tag.key.clone()?, tag.value.clone().unwrap_or_default())))
        .collect()
}

/// A group as read.
fn live(wire: &Wire, trouble: Option<Ailment>) -> Live {
    let mut all = tags_of(wire);
    all.remove(MANAGED);
    let now = now(wire);
    let arn = wire.auto_scaling_group_arn().unwrap_or_default();
    let name = wire.auto_scaling_group_name().unwrap_or_default();
    let refs: Vec<String> = now
        .subnets
        .iter()
        .chain([&now.template_id])
        .filter_map(|field| field.get().cloned())
        .collect();
    let fields = AutoScalingGroup {
        tags: plain(&all),
        ..now
    };
    let live = Live::new(arn, &all, &fields)
        .output("arn", arn)
        .output("name", name)
        .needs(refs);
    match (wire.status(), trouble) {
        (Some(word), _) => live.status(deleting(word)),
        (None, Some(ailment)) => {
            let mut live = live.status(Status::Degraded {
                reason: ailment.message.clone(),
            });
            live.trouble = Some(ailment.message.clone());
            live.ailment = Some(ailment);
            live
        }
        (None, None) => live,
    }
}

pub(super) fn now(wire: &Wire) -> AutoScalingGroup {
    let mixed = wire.mixed_instances_policy();
    let template = wire.launch_template().or_else(|| {
        let template = mixed.and_then(MixedInstancesPolicy::launch_template);
        template.and_then(|template| template.launch_template_specification())
    });
    let id = template.and_then(|one| one.launch_template_id());
    let version = template.and_then(|one| one.version()).unwrap_or_default();
    let types = types(mixed);
    let capacity = if is_spot(mixed) { SPOT } else { "ON_DEMAND" };
    let set = made_of(id.unwrap_or_default(), version, &types, capacity);
    let subnets = wire.vpc_zone_identifier().unwrap_or_default().split(',');
    let subnets: Vec<String> = subnets
        .filter(|id| !id.is_empty())
        .map(|id| id.trim().to_owned())
        .collect();
    AutoScalingGroup {
        template_id: id.unwrap_or_default().into(),
        template_version: oldest(wire, id, version).into(),
        instance_types: fields(&with_strangers(wire, types)),
        capacity: capacity.to_owned(),
        subnets: fields(&subnets),
        min: number(wire.min_size),
        max: number(wire.max_size),
        desired: number(wire.desired_capacity),
        protected: wire.new_instances_protected_from_scale_in == Some(true),
        made_of: Some(set),
        tags: Tags::new(),
    }
}

fn types(mixed: Option<&MixedInstancesPolicy>) -> Vec<String> {
    let template = mixed.and_then(MixedInstancesPolicy::launch_template);
    let overrides = template.map(LaunchTemplate::overrides);
    let names = overrides.unwrap_or_default().iter();
    names
        .filter_map(|one| one.instance_type().map(str::to_owned))
        .collect()
}

fn is_spot(mixed: Option<&MixedInstancesPolicy>) -> bool {
    let how = mixed.and_then(MixedInstancesPolicy::instances_distribution);
    how.and_then(InstancesDistribution::on_demand_percentage_above_base_capacity) == Some(0)
}

/// Machines that stay: those on their way out do not count.
fn staying(wire: &Wire) -> impl Iterator<Item = &Instance> {
    let states = ["Pending", "Pending:Wait", "Pending:Proceed", "InService"];
    wire.instances()
        .iter()
        .filter(move |one| is_in(one, &states))
}

/// The version of the machine that is furthest behind; of a group without machines, that of new ones.
fn oldest(wire: &Wire, id: Option<&str>, version: &str) -> i64 {
    let own = version.parse().unwrap_or_default();
    let of_machine = |one: &Instance| {
        let template = one.launch_template()?;
        let same = template.launch_template_id() == id;
        let number = template.version()?.parse().unwrap_or_default();
        Some(if same { number } else { 0 })
    };
    let machines = staying(wire).filter_map(of_machine);
    machines.chain([own]).min().unwrap_or(own)
}

/// Where a group names types, those that its machines have beside them.
fn with_strangers(wire: &Wire, types: Vec<String>) -> Vec<String> {
    if types.is_empty() {
        return types;
    }
    let strange: BTreeSet<String> = staying(wire)
        .filter_map(|one| one.instance_type().map(str::to_owned))
        .filter(|name| !types.contains(name))
        .collect();
    types.into_iter().chain(strange).collect()
}

#[cfg(test)]
mod tests {
    use aws_sdk_autoscaling::types::{
        LaunchTemplateOverrides, LaunchTemplateSpecification as Template, TagDescription,
    };

    use provision_aws::Field;
    use provision_core::model::Value;

    use super::*;

    fn template(version: &str) -> Template {
        Template::builder()
            .launch_template_id("lt-1")
            .version(version)
            .build()
    }

    fn machine(version: &str, kind: &str, state: LifecycleState) -> Instance {
        Instance::builder()
            .launch_template(template(version))
            .instance_type(kind)
            .lifecycle_state(state)
            .build()
    }

    fn group() -> aws_sdk_autoscaling::types::builders::AutoScalingGroupBuilder {
        let arn = "arn:aws:autoscaling:eu-west-1:1:autoScalingGroup:3a:autoScalingGroupName/shop-prod-web";
        let tag = |key: &str, value: &str| TagDescription::builder().key(key).value(value).build();
        Wire::builder()
            .auto_scaling_group_name("shop-prod-web")
            .auto_scaling_group_arn(arn)
            .min_size(1)
            .max_size(4)
            .desired_capacity(2)
            .vpc_zone_identifier("subnet-a,subnet-b")
            .tags(tag("provision-stack", "shop"))
            .tags(tag("provision-id", "cluster.prod.pool.web/group"))
            .tags(tag(MANAGED, ""))
    }

    #[test]
    fn a_group_is_what_its_machines_are() {
        let wire = group()
            .launch_template(template("3"))
            .instances(machine("3", "m7i.large", LifecycleState::InService))
            .instances(machine("2", "m7i.large", LifecycleState::InService))
            .instances(machine("1", "m7i.large", LifecycleState::Terminating))
            .build();
        let live = live(&wire, None);
        assert_eq!(live.fields["template_version"], Value::Int(2));
        assert_eq!(live.fields["instance_types"], Value::List(Vec::new()));
        assert_eq!(live.refs, ["subnet-a", "subnet-b", "lt-1"]);
        assert_eq!(live.status, Status::Ready);
        assert!(!live.fields.contains_key(MANAGED));
        let empty = group().launch_template(template("3")).build();
        assert_eq!(
            super::live(&empty, None).fields["template_version"],
            Value::Int(3)
        );
    }

    #[test]
    fn types_and_spot_are_read_from_the_policy_and_strangers_from_the_machines() {
        let one = |kind: &str| {
            LaunchTemplateOverrides::builder()
                .instance_type(kind)
                .build()
        };
        let of = LaunchTemplate::builder()
            .launch_template_specification(template("1"))
            .overrides(one("m7g.large"))
            .overrides(one("m6g.large"));
        let how = InstancesDistribution::builder().on_demand_percentage_above_base_capacity(0);
        let mixed = MixedInstancesPolicy::builder()
            .launch_template(of.build())
            .instances_distribution(how.build());
        let wire = group()
            .mixed_instances_policy(mixed.build())
            .instances(machine("1", "c7g.large", LifecycleState::InService))
            .build();
        let now = now(&wire);
        assert_eq!(now.capacity, SPOT);
        let names: Vec<&String> = now.instance_types.iter().filter_map(Field::get).collect();
        assert_eq!(names, ["m7g.large", "m6g.large", "c7g.large"]);
        assert_eq!(
            now.made_of.unwrap_or_default()["types"],
            "m7g.large,m6g.large"
        );
    }

    #[test]
    fn only_the_newest_activity_counts() {
        let activity = |code| Activity::builder().status_code(code).build();
        let failure = activity(ScalingActivityStatusCode::Failed);
        let begun = activity(ScalingActivityStatusCode::InProgress);
        assert!(failed(&[failure.clone(), begun.clone()]).is_some());
        assert!(failed(&[begun, failure]).is_none());
        assert!(failed(&[]).is_none());
    }
}
