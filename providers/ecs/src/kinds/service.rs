//! `ecs.service`: tasks of a workload that run all the time.
//!
//! How many run is somebody's who scales it: the number the service begins with is ours, and a live one within the
//! bounds is no difference. Where the image is somebody else's, the revision that runs is as well, as long as it is newer
//! than ours.

use std::collections::BTreeMap;

use provision_aws::kind::{
    Ask, Cx, Live, Next, Progress, Seen, Served, Stop, Uses, fixed, outputs, scalar, seconds,
    table, tags as tags_row,
};
use provision_aws::{Fault, Field, Tags};
use provision_core::cost::Usage;
use provision_core::model::{
    Effect, FieldKind, Identity, Lane, Observed, Row, Seconds, Status, Table,
};
use serde::{Deserialize, Serialize};

use super::call::{Capacity, ecs, retag};
use super::{
    service_calls as calls, service_live, service_reads as reads, service_rollout, task_usage,
};

/// The fields of a service. Its name is the resource's physical name.
#[derive(Clone, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
#[serde(default)]
pub(crate) struct Service {
    /// The cluster, by name.
    pub cluster: String,
    /// The revision that runs, by ARN.
    pub task_definition: Field<String>,
    /// Somebody else sets the image, and so the revision.
    pub image_external: bool,
    /// At least so many run; of a live one, its number where that is less.
    pub least: i64,
    /// At most so many run; of a live one, its number where that is more.
    pub most: i64,
    /// How many run at the start; after that the autoscaler's.
    pub count: i64,
    /// Where tasks are placed; `None` = as the cluster says.
    pub capacity: Option<Vec<Capacity>>,
    /// Subnets of the tasks.
    pub subnets: Vec<Field<String>>,
    /// Security groups of the tasks.
    pub security_groups: Vec<Field<String>>,
    /// Target groups that the tasks are in.
    pub balancers: Vec<Balancer>,
    /// Seconds in which failed health checks of balancers do not count.
    pub grace: i64,
    /// So many percent run during a deployment.
    pub minimum_percent: i64,
    /// So many percent may run during a deployment.
    pub maximum_percent: i64,
    /// A deployment whose tasks do not come up is stopped.
    pub circuit_breaker: bool,
    /// And what ran before comes back.
    pub rollback: bool,
    /// Commands may be run in its containers.
    pub exec: bool,
    /// Whose tags its tasks get.
    pub propagate_tags: String,
    /// The namespace in which it calls others by name, by ARN.
    pub namespace: Option<Field<String>>,
    /// Names under which others call it there, with the port.
    pub connect: BTreeMap<String, i64>,
    /// Its tags.
    pub tags: Tags,
}

/// A target group with tasks in it.
#[derive(Clone, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
#[serde(default)]
pub(crate) struct Balancer {
    /// The target group, by ARN.
    pub target_group: Field<String>,
    /// The container.
    pub container: String,
    /// Its port.
    pub port: i32,
}

impl Served for Service {
    const KIND: &'static str = "ecs.service";
    const PROVIDER: &'static str = crate::PROVIDER;

    fn table() -> Table {
        Table {
            outputs: outputs(&["arn", "name", "tasks"]),
            seconds: Seconds {
                rolling: 120,
                ..seconds(90, 20, 120)
            },
            lane: Some(Lane::Itself),
            loss: Some("its tasks are stopped".to_owned()),
            rolls: "tasks".to_owned(),
            ..table(Self::KIND, "ECS service", Identity::Named, rows())
        }
    }

    fn usage(of: &Uses<'_>) -> Usage {
        task_usage::service(of)
    }

    async fn survey(ask: &Ask<'_>) -> Seen {
        reads::survey(ask).await
    }

    async fn create(cx: &Cx<'_>, want: &Self) -> Result<Next, Stop> {
        calls::create(cx, want).await
    }

    async fn change(cx: &Cx<'_>, want: &Self, live: &Observed) -> Result<Option<Next>, Stop> {
        if let Some(next) = calls::change(cx, want, live).await? {
            return Ok(Some(next));
        }
        retag(cx, &want.tags, live).await
    }

    async fn delete(cx: &Cx<'_>, live: &Observed) -> Result<Next, Stop> {
        if !matches!(live.status, Status::Deleting { .. }) {
            let request = ecs(cx.aws)
                .delete_service()
                .cluster(super::call::cluster_of(&live.physical))
                .service(&live.physical)
                .force(true);
            let sent = cx
                .aws
                .write("ecs:DeleteService", || request.clone().send())
                .await;
            match sent {
                Err(fault) if fault.is(&["ServiceNotActiveException"]) => return Ok(Next::Gone),
                Err(fault) => return Err(Stop::Fault(fault.about(&live.physical))),
                Ok(_) => {}
            }
        }
        Ok(Next::Waits {
            phase: "DRAINING".to_owned(),
            physical: live.physical.clone(),
        })
    }

    async fn read(cx: &Cx<'_>, physical: &str) -> Result<Option<Live>, Fault> {
        reads::read(cx, physical).await
    }

    async fn holder(cx: &Cx<'_>, want: &Self) -> Result<Option<Live>, Fault> {
        let name = cx.name().unwrap_or_default();
        let found = reads::describe(cx.aws, &want.cluster, &[name.to_owned()]).await?;
        Ok(found.first().map(|one| service_live::live(one, Some(want))))
    }

    async fn progress(cx: &Cx<'_>, physical: &str, update: &str) -> Result<Progress, Fault> {
        service_rollout::progress(cx, physical, update).await
    }
}

/// How deployments go, and what else is changed without new tasks.
fn manners() -> Vec<Row> {
    vec![
        scalar(
            "grace",
            "seconds in which failed health checks do not count",
        ),
        scalar("minimum_percent", "so many percent run in a deployment"),
        scalar("maximum_percent", "so many percent may run in a deployment"),
        scalar(
            "circuit_breaker",
            "whether a deployment that does not come up is stopped",
        ),
        scalar("rollback", "whether what ran before comes back then"),
        scalar("exec", "whether commands may be run in it"),
        scalar("propagate_tags", "whose tags its tasks get"),
        tags_row(),
    ]
}

fn rows() -> Vec<Row> {
    let row = |name: &str, kind, effect, doc: &str| Row::new(name, kind, effect, doc);
    let once = |name: &str, doc: &str| row(name, FieldKind::Scalar, Effect::CreateOnly, doc);
    let rolling = |name: &str, kind, doc: &str| row(name, kind, Effect::Rolling, doc);
    let mut rows = vec![
        fixed("cluster", "its cluster"),
        rolling(
            "task_definition",
            FieldKind::Scalar,
            "the revision that runs",
        ),
        once("image_external", "somebody else sets the image"),
        scalar("least", "at least so many run"),
        scalar("most", "at most so many run"),
        once("count", "how many run at the start").shared_with("the autoscaler"),
        rolling("capacity", FieldKind::Set, "where tasks are placed"),
        rolling("subnets", FieldKind::Set, "subnets of the tasks"),
        rolling(
            "security_groups",
            FieldKind::Set,
            "security groups of the tasks",
        ),
        rolling(
            "balancers",
            FieldKind::Set,
            "target groups that the tasks are in",
        ),
        rolling(
            "namespace",
            FieldKind::Scalar,
            "where it calls others by name",
        ),
        rolling(
            "connect",
            FieldKind::Map { owned_only: false },
            "names under which others call it",
        ),
    ];
    rows.extend(manners());
    rows
}
