//! `ecs.cluster`: a cluster; a name that tasks, services and capacity belong to.
//!
//! CreateCluster of a name that is there answers with what is there, whoever made it. So a create is preceded by a read, and
//! what is answered is looked at.

use aws_sdk_ecs::types::{
    Cluster as Wire, ClusterConfiguration, ClusterServiceConnectDefaultsRequest as Connect,
    ClusterSetting, ClusterSettingName, ExecuteCommandConfiguration, ExecuteCommandLogging,
};
use provision_aws::kind::{
    Ask, Cx, Live, Next, Seen, Served, Stop, Uses, changing, deleting, outputs, scalar, seconds,
    table, tags as tags_row, text,
};
use provision_aws::{Fault, Field, How, Tags, internal, live_fields, plain};
use provision_core::contract::Failure;
use provision_core::cost::{Meter, Part, Usage};
use provision_core::model::{Identity, Lane, Observed, Status, Table};
use serde::{Deserialize, Serialize};

use super::call::{ecs, retag, tag_list, tags};
use super::cluster_reads as reads;
use super::container_instance;

/// The fields of a cluster. Its name is the resource's physical name.
#[derive(Clone, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
#[serde(default)]
pub(crate) struct Cluster {
    /// The namespace in which its services call each other by name, by ARN.
    pub namespace: Field<String>,
    /// What Container Insights measures: `disabled`, `enabled`, `enhanced`.
    pub insights: String,
    /// Where the output of commands that are run in its containers goes: `DEFAULT`, to the logs of the container; `NONE`.
    pub exec_logging: String,
    /// Its tags.
    pub tags: Tags,
}

impl Served for Cluster {
    const KIND: &'static str = "ecs.cluster";
    const PROVIDER: &'static str = crate::PROVIDER;

    fn table() -> Table {
        let setting = |name: &str, doc: &str| scalar(name, doc).in_group("settings");
        let rows = vec![
            setting("namespace", "where its services call each other by name"),
            setting("insights", "what Container Insights measures"),
            setting("exec_logging", "where the output of commands goes"),
            tags_row(),
        ];
        Table {
            outputs: outputs(&["arn", "name"]),
            seconds: seconds(5, 2, 3),
            lane: Some(Lane::Itself),
            loss: Some("the cluster is gone, with everything that runs in it".to_owned()),
            ..table(Self::KIND, "ECS cluster", Identity::Named, rows)
        }
    }

    fn usage(of: &Uses<'_>) -> Usage {
        let insights = match of.text("insights") {
            Some(word @ ("enabled" | "enhanced")) => word,
            _ => return Usage::free("a cluster on ECS is free of charge: what runs in it costs"),
        };
        let why = "Container Insights is billed by the metric: how many there are depends on the tasks and services that \
                   run";
        let component = format!("Container Insights ({insights})");
        Usage::Charged {
            meters: vec![Meter::unlisted(&component, Part::Management, why)],
        }
    }

    async fn survey(ask: &Ask<'_>) -> Seen {
        reads::survey(ask, None).await.clusters
    }

    async fn create(cx: &Cx<'_>, want: &Self) -> Result<Next, Stop> {
        let name = cx.name()?;
        if reads::cluster(cx.aws, name).await?.is_some() {
            return Err(Stop::Fault(there(name)));
        }
        let all = cx.marked(&want.tags);
        let request = ecs(cx.aws)
            .create_cluster()
            .cluster_name(name)
            .settings(insights(want))
            .configuration(configuration(want))
            .service_connect_defaults(connect(want)?)
            .set_tags(Some(tag_list(&all)));
        let answer = cx
            .aws
            .write("ecs:CreateCluster", || request.clone().send())
            .await?;
        let Some(made) = answer.cluster else {
            return Err(Stop::Later("the new cluster is not visible yet".to_owned()));
        };
        // Somebody may have been faster.
        let whose = tags(made.tags());
        if !whose.is_empty() && whose != all {
            return Err(Stop::Fault(there(name)));
        }
        let mut made_live = live(&made);
        made_live.marks = provision_aws::Marks::of(&all);
        made_live.fields = live_fields(want).unwrap_or(made_live.fields);
        match made_live.status {
            Status::Ready => Ok(Next::More {
                did: format!("created {name}"),
                observed: cx.made(made_live),
            }),
            _ => Ok(Next::Waits {
                phase: made.status.unwrap_or_default(),
                physical: made_live.physical,
            }),
        }
    }

    async fn change(cx: &Cx<'_>, want: &Self, live: &Observed) -> Result<Option<Next>, Stop> {
        let namespace = want.namespace.known("namespace")?;
        let settings = [
            ("namespace", namespace),
            ("insights", &want.insights),
            ("exec_logging", &want.exec_logging),
        ];
        let differs = |(field, wanted): &(&str, &String)| {
            cx.wants(field) && text(live, field) != Some(wanted.as_str())
        };
        if settings.iter().any(differs) {
            return set(cx, want, live).await.map(Some);
        }
        retag(cx, &want.tags, live).await
    }

    async fn delete(cx: &Cx<'_>, live: &Observed) -> Result<Next, Stop> {
        let waits = || Next::Waits {
            phase: "DEPROVISIONING".to_owned(),
            physical: live.physical.clone(),
        };
        if matches!(live.status, Status::Deleting { .. }) {
            return Ok(waits());
        }
        if let Some(did) = container_instance::forget_one(cx, &live.physical).await? {
            return Ok(Next::Cleared { did });
        }
        let request = ecs(cx.aws).delete_cluster().cluster(&live.physical);
        let answer = cx
            .aws
            .write("ecs:DeleteCluster", || request.clone().send())
            .await
            .map_err(|fault| Stop::Fault(fault.about(&live.physical)))?;
        let status = answer.cluster.and_then(|cluster| cluster.status);
        match status.as_deref() {
            Some("INACTIVE") => Ok(Next::Gone),
            _ => Ok(waits()),
        }
    }

    async fn read(cx: &Cx<'_>, physical: &str) -> Result<Option<Live>, Fault> {
        Ok(reads::cluster(cx.aws, physical)
            .await?
            .map(|one| live(&one)))
    }

    async fn holder(cx: &Cx<'_>, _want: &Self) -> Result<Option<Live>, Fault> {
        let found = reads::cluster(cx.aws, cx.name().unwrap_or_default()).await?;
        Ok(found.map(|one| live(&one)))
    }

    async fn holders(cx: &Cx<'_>, live: &Observed) -> Vec<String> {
        reads::inside(cx.aws, &live.physical).await
    }
}

/// The name is taken; by whom is looked at then.
fn there(name: &str) -> Fault {
    Fault {
        how: How::Refused,
        call: "ecs:CreateCluster".to_owned(),
        code: "ResourceAlreadyExistsException".to_owned(),
        message: format!("there is a cluster {name} already"),
        object: None,
    }
}

/// Brings settings to what is wanted, all in one call.
async fn set(cx: &Cx<'_>, want: &Cluster, live: &Observed) -> Result<Next, Stop> {
    let request = ecs(cx.aws)
        .update_cluster()
        .cluster(&live.physical)
        .settings(insights(want))
        .configuration(configuration(want))
        .service_connect_defaults(connect(want)?);
    cx.aws
        .write("ecs:UpdateCluster", || request.clone().send())
        .await
        .map_err(|fault| Stop::OfNew(fault.about(&live.physical)))?;
    let mut observed = Box::new(live.clone());
    let wanted = live_fields(want).map_err(|error| internal(error.to_string()))?;
    for (field, value) in wanted.into_iter().filter(|(field, _)| field != "tags") {
        observed.fields.insert(field, value);
    }
    Ok(Next::More {
        did: "changed its settings".to_owned(),
        observed,
    })
}

fn insights(want: &Cluster) -> ClusterSetting {
    ClusterSetting::builder()
        .name(ClusterSettingName::ContainerInsights)
        .value(&want.insights)
        .build()
}

fn configuration(want: &Cluster) -> ClusterConfiguration {
    let exec = ExecuteCommandConfiguration::builder()
        .logging(ExecuteCommandLogging::from(want.exec_logging.as_str()));
    ClusterConfiguration::builder()
        .execute_command_configuration(exec.build())
        .build()
}

fn connect(want: &Cluster) -> Result<Connect, Failure> {
    Connect::builder()
        .namespace(want.namespace.known("namespace")?)
        .build()
        .map_err(|error| internal(error.to_string()))
}

/// A cluster as read.
pub(super) fn live(wire: &Wire) -> Live {
    let all = tags(wire.tags());
    let arn = wire.cluster_arn().unwrap_or_default();
    let name = wire.cluster_name().unwrap_or_default();
    let namespace = wire
        .service_connect_defaults()
        .and_then(|defaults| defaults.namespace());
    let settings = wire.settings().iter();
    let mut insights = settings
        .filter(|one| one.name() == Some(&ClusterSettingName::ContainerInsights))
        .filter_map(ClusterSetting::value);
    let exec = wire
        .configuration()
        .and_then(|configuration| configuration.execute_command_configuration())
        .and_then(|exec| exec.logging());
    let fields = Cluster {
        namespace: namespace.unwrap_or_default().into(),
        insights: insights.next().unwrap_or_default().to_owned(),
        exec_logging: exec.map_or("", ExecuteCommandLogging::as_str).to_owned(),
        tags: plain(&all),
    };
    let mut live = Live::new(arn, &all, &fields)
        .output("arn", arn)
        .output("name", name)
        .status(status(wire.status()))
        .needs(namespace);
    live.names.push(name.to_owned());
    live
}

fn status(word: Option<&str>) -> Status {
    match word.unwrap_or_default() {
        "ACTIVE" => Status::Ready,
        "FAILED" => Status::Failed {
            reason: "FAILED: ECS could not make its capacity".to_owned(),
        },
        word @ ("DEPROVISIONING" | "INACTIVE") => deleting(word),
        word => changing(word),
    }
}

#[cfg(test)]
mod tests {
    #![allow(clippy::unwrap_used)]
    use aws_sdk_ecs::types::{ClusterServiceConnectDefaults, Tag};
    use provision_core::model::Value;

    use super::*;

    #[test]
    fn a_cluster_is_read_with_its_marks_and_settings() {
        let setting = insights(&Cluster {
            insights: "enhanced".to_owned(),
            ..Cluster::default()
        });
        let connect = ClusterServiceConnectDefaults::builder().namespace("arn:ns");
        let tag = |key: &str, value: &str| Tag::builder().key(key).value(value).build();
        let wire = Wire::builder()
            .cluster_arn("arn:aws:ecs:eu-west-1:1:cluster/shop-prod")
            .cluster_name("shop-prod")
            .status("ACTIVE")
            .settings(setting)
            .service_connect_defaults(connect.build())
            .tags(tag("provision-stack", "shop"))
            .tags(tag("provision-id", "cluster.prod/cluster"))
            .build();
        let live = live(&wire);
        assert_eq!(live.status, Status::Ready);
        assert_eq!(live.fields["insights"], Value::Text("enhanced".to_owned()));
        assert_eq!(live.refs, ["arn:ns"]);
        assert_eq!(
            live.marks.owner().unwrap(),
            "cluster.prod/cluster of stack shop"
        );
        assert!(matches!(status(Some("INACTIVE")), Status::Deleting { .. }));
    }
}
