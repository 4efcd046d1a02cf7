//! Calls that read, make and change schedules.

use aws_sdk_scheduler::operation::get_schedule::GetScheduleOutput;
use aws_sdk_scheduler::types::{
    AssignPublicIp, AwsVpcConfiguration, CapacityProviderStrategyItem, EcsParameters,
    FlexibleTimeWindow, FlexibleTimeWindowMode, NetworkConfiguration, PropagateTags, ScheduleState,
    Target,
};
use provision_aws::kind::{Cx, Live, Next, Stop};
use provision_aws::{Aws, Fault, from_fields, internal};
use provision_core::contract::Failure;
use provision_core::model::Observed;

use super::call::{Capacity, all_known, fields, scheduler, stop, taken};
use super::schedule::{Schedule, description, marks};
use super::schedule_group;
use super::task_definition_reads::{family_of, name_in_needs};

/// Reads a schedule; `None` when there is none.
pub(super) async fn read(aws: &Aws, group: &str, name: &str) -> Result<Option<Live>, Fault> {
    let request = scheduler(aws).get_schedule().group_name(group).name(name);
    let answer = aws
        .read("scheduler:GetSchedule", || request.clone().send())
        .await;
    match answer {
        Ok(answer) => Ok(Some(live(&answer))),
        Err(fault) if fault.is_not_found() => Ok(None),
        Err(fault) => Err(fault.about(name)),
    }
}

fn live(wire: &GetScheduleOutput) -> Live {
    let target = wire.target();
    let ecs = target.and_then(|target| target.ecs_parameters());
    let vpc = ecs.and_then(EcsParameters::network_configuration);
    let vpc = vpc.and_then(|network| network.awsvpc_configuration());
    let items = ecs.map_or(&[][..], EcsParameters::capacity_provider_strategy);
    let definition = ecs.map_or("", EcsParameters::task_definition_arn);
    let schedule = Schedule {
        group: wire.group_name().unwrap_or_default().to_owned(),
        expression: wire.schedule_expression().unwrap_or_default().to_owned(),
        timezone: wire
            .schedule_expression_timezone()
            .unwrap_or("UTC")
            .to_owned(),
        cluster: target.map_or("", Target::arn).into(),
        task_definition: definition.into(),
        role: target.map_or("", Target::role_arn).into(),
        capacity: Some(items.iter().map(capacity).collect()),
        subnets: vpc.map_or_else(Vec::new, |vpc| fields(vpc.subnets())),
        security_groups: vpc.map_or_else(Vec::new, |vpc| fields(vpc.security_groups())),
        enabled: wire.state() == Some(&ScheduleState::Enabled),
    };
    let arn = wire.arn().unwrap_or_default();
    let marks = marks(wire.description().unwrap_or_default());
    let groups = vpc.map_or(&[][..], |vpc| vpc.security_groups());
    let subnets = vpc.map_or(&[][..], |vpc| vpc.subnets());
    let group = schedule.group.clone();
    let mut live = Live::new(arn, &marks, &schedule)
        .output("arn", arn)
        .maybe("name", wire.name())
        .needs(target.map(|target| target.arn.clone()))
        .needs(target.map(|target| target.role_arn.clone()))
        .needs([name_in_needs(family_of(definition)), group])
        .needs(groups.iter().chain(subnets).cloned());
    live.parent = Some(schedule_group::id());
    live
}

fn capacity(item: &CapacityProviderStrategyItem) -> Capacity {
    Capacity {
        provider: item.capacity_provider.as_str().into(),
        weight: item.weight,
        base: item.base,
    }
}

/// Makes a schedule.
pub(super) async fn create(cx: &Cx<'_>, want: &Schedule) -> Result<Next, Stop> {
    let name = cx.name()?;
    let request = scheduler(cx.aws)
        .create_schedule()
        .group_name(&want.group)
        .name(name)
        .description(description(cx.context, cx.id()))
        .schedule_expression(&want.expression)
        .schedule_expression_timezone(&want.timezone)
        .flexible_time_window(on_time()?)
        .state(state(want))
        .target(target(want)?)
        .client_token(cx.token);
    let sent = cx
        .aws
        .write_once("scheduler:CreateSchedule", || request.clone().send())
        .await;
    match sent {
        Ok(_) => {}
        Err(fault) if !fault.is(&["ConflictException"]) => return Err(stop(fault.about(name))),
        Err(fault) => match read(cx.aws, &want.group, name).await? {
            Some(live) if live.marks.are(cx.context, cx.id()) => {}
            Some(live) => return Err(Stop::Failure(taken(&live.physical, live.marks.owner()))),
            None => return Err(Stop::Later(fault.to_string())),
        },
    }
    match read(cx.aws, &want.group, name).await? {
        Some(live) => Ok(Next::More {
            did: format!("created {name}"),
            observed: cx.made(live),
        }),
        None => Err(Stop::Later(
            "the new schedule is not visible yet".to_owned(),
        )),
    }
}

/// Sets a schedule anew as a whole when anything of it differs.
pub(super) async fn change(
    cx: &Cx<'_>,
    want: &Schedule,
    live: &Observed,
) -> Result<Option<Next>, Stop> {
    let now: Schedule = from_fields(&live.fields)?;
    let mut same = want.clone();
    if same.capacity.is_none() {
        same.capacity.clone_from(&now.capacity);
    }
    if in_order(same.clone()) == in_order(now) {
        return Ok(None);
    }
    let name = cx.name()?;
    let request = scheduler(cx.aws)
        .update_schedule()
        .group_name(&want.group)
        .name(name)
        .description(description(cx.context, cx.id()))
        .schedule_expression(&want.expression)
        .schedule_expression_timezone(&want.timezone)
        .flexible_time_window(on_time()?)
        .state(state(want))
        .target(target(want)?)
        .client_token(cx.token);
    cx.aws
        .write_once("scheduler:UpdateSchedule", || request.clone().send())
        .await
        .map_err(|fault| stop(fault.about(name)))?;
    let mut observed = Box::new(live.clone());
    let fields = provision_aws::live_fields(&same);
    observed.fields = fields.map_err(|error| internal(error.to_string()))?;
    Ok(Some(Next::More {
        did: "set it anew".to_owned(),
        observed,
    }))
}

/// With its sets in one order.
fn in_order(mut schedule: Schedule) -> Schedule {
    schedule.subnets.sort_by_key(|one| one.get().cloned());
    schedule
        .security_groups
        .sort_by_key(|one| one.get().cloned());
    schedule
}

fn on_time() -> Result<FlexibleTimeWindow, Failure> {
    FlexibleTimeWindow::builder()
        .mode(FlexibleTimeWindowMode::Off)
        .build()
        .map_err(|error| internal(error.to_string()))
}

fn state(want: &Schedule) -> ScheduleState {
    match want.enabled {
        true => ScheduleState::Enabled,
        false => ScheduleState::Disabled,
    }
}

fn target(want: &Schedule) -> Result<Target, Failure> {
    let wrong = |error: aws_sdk_scheduler::error::BuildError| internal(error.to_string());
    let vpc = AwsVpcConfiguration::builder()
        .set_subnets(Some(all_known(&want.subnets, "subnets")?))
        .set_security_groups(Some(all_known(&want.security_groups, "security_groups")?))
        .assign_public_ip(AssignPublicIp::Disabled)
        .build()
        .map_err(wrong)?;
    let mut strategy = Vec::new();
    for one in want.capacity.iter().flatten() {
        let item = CapacityProviderStrategyItem::builder()
            .capacity_provider(one.provider.known("capacity")?)
            .weight(one.weight)
            .base(one.base)
            .build()
            .map_err(wrong)?;
        strategy.push(item);
    }
    let ecs = EcsParameters::builder()
        .task_definition_arn(want.task_definition.known("task_definition")?)
        .task_count(1)
        .propagate_tags(PropagateTags::TaskDefinition)
        .set_capacity_provider_strategy((!strategy.is_empty()).then_some(strategy))
        .network_configuration(
            NetworkConfiguration::builder()
                .awsvpc_configuration(vpc)
                .build(),
        )
        .build()
        .map_err(wrong)?;
    Target::builder()
        .arn(want.cluster.known("cluster")?)
        .role_arn(want.role.known("role")?)
        .ecs_parameters(ecs)
        .build()
        .map_err(wrong)
}
