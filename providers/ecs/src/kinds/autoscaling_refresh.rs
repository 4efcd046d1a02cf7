//! How the machines of a group are replaced: by an instance refresh.

use aws_sdk_autoscaling::types::{
    InstanceRefresh, InstanceRefreshStatus as State, RefreshPreferences, RefreshStrategy,
    ScaleInProtectedInstances,
};
use provision_aws::kind::{Ailment, Cx, Next, Progress, Stop, texts};
use provision_aws::{Aws, Fault};
use provision_core::model::{Observed, Value};

use super::autoscaling_calls::{name_of, scaling};
use super::autoscaling_group::AutoScalingGroup;
use super::call::all_known;

/// A new machine serves before an old one goes.
const LEAST_HEALTHY: i32 = 100;

/// So many percent of the machines may run meanwhile.
const MOST_HEALTHY: i32 = 110;

/// What is wrong with the machines that run.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
enum Behind {
    /// Some are of an older template: those that are not may stay.
    Template,
    /// Some are of other types.
    Types,
}

/// Replaces machines that are not what new ones would be.
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
    if !sets.iter().any(|field| cx.wants(field)) {
        return Ok(None);
    }
    let version = *want.template_version.known("template_version")?;
    let types = all_known(&want.instance_types, "instance_types")?;
    let Some(behind) = behind(version, &types, live) else {
        return Ok(None);
    };
    let name = name_of(&live.physical);
    let request = scaling(cx.aws)
        .start_instance_refresh()
        .auto_scaling_group_name(name)
        .strategy(RefreshStrategy::Rolling)
        .preferences(preferences(behind));
    let sent = cx
        .aws
        .write("autoscaling:StartInstanceRefresh", || {
            request.clone().send()
        })
        .await;
    let id = match sent {
        Ok(answer) => answer.instance_refresh_id,
        // Of an earlier run, or of somebody: what is left after it is found then.
        Err(fault) if fault.is(&["InstanceRefreshInProgress"]) => running(cx.aws, name).await?,
        Err(fault) => return Err(Stop::OfNew(fault.about(&live.physical))),
    };
    let Some(update) = id else {
        return Err(Stop::Later(
            "a refresh of the machines is not visible yet".to_owned(),
        ));
    };
    Ok(Some(Next::Updates {
        phase: "machines are replaced".to_owned(),
        physical: live.physical.clone(),
        update,
    }))
}

fn behind(version: i64, types: &[String], live: &Observed) -> Option<Behind> {
    if live.fields.get("template_version") != Some(&Value::Int(version)) {
        return Some(Behind::Template);
    }
    let stranger = |name: &String| !types.contains(name);
    let strange = !types.is_empty() && texts(live, "instance_types").iter().any(stranger);
    strange.then_some(Behind::Types)
}

fn preferences(behind: Behind) -> RefreshPreferences {
    RefreshPreferences::builder()
        .min_healthy_percentage(LEAST_HEALTHY)
        .max_healthy_percentage(MOST_HEALTHY)
        .scale_in_protected_instances(ScaleInProtectedInstances::Refresh)
        .skip_matching(behind == Behind::Template)
        .build()
}

async fn refreshes(aws: &Aws, name: &str, id: Option<&str>) -> Result<Vec<InstanceRefresh>, Fault> {
    let request = scaling(aws)
        .describe_instance_refreshes()
        .auto_scaling_group_name(name)
        .set_instance_refresh_ids(id.map(|id| vec![id.to_owned()]));
    let answer = aws
        .read("autoscaling:DescribeInstanceRefreshes", || {
            request.clone().send()
        })
        .await?;
    Ok(answer.instance_refreshes.unwrap_or_default())
}

/// The refresh that runs.
async fn running(aws: &Aws, name: &str) -> Result<Option<String>, Fault> {
    let all = refreshes(aws, name, None).await?.into_iter();
    let mut running = all.filter(|one| matches!(stands(one), Progress::Works { .. }));
    Ok(running.next().and_then(|one| one.instance_refresh_id))
}

/// How a refresh is coming along.
pub(super) async fn progress(cx: &Cx<'_>, physical: &str, id: &str) -> Result<Progress, Fault> {
    match refreshes(cx.aws, name_of(physical), Some(id)).await {
        // Forgotten, so long past.
        Ok(found) => Ok(found.first().map_or(Progress::Through, stands)),
        Err(fault) if fault.is_not_found() => Ok(Progress::Through),
        Err(fault) => Err(fault),
    }
}

fn stands(one: &InstanceRefresh) -> Progress {
    let word = one.status().map_or("Pending", State::as_str);
    match one.status() {
        Some(State::Successful) => Progress::Through,
        Some(
            State::Failed
            | State::Cancelled
            | State::Cancelling
            | State::RollbackFailed
            | State::RollbackSuccessful,
        ) => Progress::Failed(Ailment {
            code: word.to_owned(),
            message: one
                .status_reason()
                .unwrap_or("the machines were not all replaced")
                .to_owned(),
            advice: "put right what Auto Scaling names, then apply again: machines that are new already stay".to_owned(),
            passes: false,
        }),
        _ => Progress::Works {
            phase: match one.percentage_complete() {
                Some(percent) => format!("machines are replaced: {percent} %"),
                None => "machines are replaced".to_owned(),
            },
            trouble: one.status_reason().map(str::to_owned),
        },
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use provision_aws::Tags;
    use provision_aws::kind::Live;
    use provision_core::model::{Kind, ResourceId};

    fn observed(version: i64, types: &[&str]) -> Observed {
        let fields = AutoScalingGroup {
            template_version: version.into(),
            instance_types: types.iter().map(|name| (*name).into()).collect(),
            ..AutoScalingGroup::default()
        };
        let id = ResourceId::new("cluster.prod.pool.web", "group");
        let live = Live::new("g", &Tags::new(), &fields);
        live.observed(
            crate::PROVIDER,
            &Kind::new("autoscaling.group"),
            id,
            Vec::new(),
        )
    }

    #[test]
    fn machines_of_older_templates_or_other_types_are_behind() {
        let types = ["m7i.large".to_owned(), "m6i.large".to_owned()];
        assert_eq!(behind(2, &[], &observed(1, &[])), Some(Behind::Template));
        assert_eq!(behind(2, &[], &observed(2, &[])), None);
        assert_eq!(
            behind(2, &types, &observed(2, &["m7i.large", "m6i.large"])),
            None
        );
        assert_eq!(
            behind(2, &types, &observed(2, &["m7i.large", "c5.large"])),
            Some(Behind::Types)
        );
        assert_eq!(preferences(Behind::Template).skip_matching(), Some(true));
        assert_eq!(preferences(Behind::Types).skip_matching(), Some(false));
    }

    #[test]
    fn a_failed_refresh_says_why() {
        let one = InstanceRefresh::builder()
            .status(State::Failed)
            .status_reason("launching failed");
        assert!(
            matches!(stands(&one.build()), Progress::Failed(why) if why.message == "launching failed")
        );
        let one = InstanceRefresh::builder()
            .status(State::InProgress)
            .percentage_complete(40);
        assert!(
            matches!(stands(&one.build()), Progress::Works { phase, .. } if phase.ends_with("40 %"))
        );
    }
}
