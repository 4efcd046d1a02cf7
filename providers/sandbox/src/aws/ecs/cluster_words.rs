//! How a cluster is told.

use serde_json::{Value, json};

use super::cluster::Cluster;
use super::{CapacityProvider, Service, Task, container_instance, tags};
use crate::store::{Place, Tx};

/// The cluster in an answer, with what is included.
pub(super) fn words(tx: &Tx<'_>, place: &Place, cluster: &Cluster, include: &[String]) -> Value {
    let with = |what: &str| include.iter().any(|one| one == what);
    let mut tasks = tx.list::<Task>(place);
    tasks.retain(|task| task.cluster == cluster.name);
    let mut services = tx.list::<Service>(place);
    services.retain(|service| service.cluster == cluster.name);
    let active = services.iter().filter(|one| one.is("ACTIVE")).count();
    let settings = json!([{"name": "containerInsights", "value": cluster.insights}]);
    let none = json!([]);
    let mut answer = json!({
        "clusterArn": cluster.arn(place),
        "clusterName": cluster.name,
        "status": cluster.phase.state,
        "registeredContainerInstancesCount": container_instance::of_cluster(tx, place, cluster).len(),
        "runningTasksCount": tasks.iter().filter(|task| task.runs()).count(),
        "pendingTasksCount": tasks.iter().filter(|task| task.pends()).count(),
        "activeServicesCount": active,
        "statistics": match with("STATISTICS") {
            true => statistics(&tasks, &services),
            false => none.clone(),
        },
        "tags": if with("TAGS") { tags::words(&cluster.tags) } else { none.clone() },
        "settings": if with("SETTINGS") { settings } else { none },
        "capacityProviders": cluster.providers,
        "defaultCapacityProviderStrategy": cluster.strategy,
    });
    if let (true, Some(configuration)) = (with("CONFIGURATIONS"), &cluster.configuration) {
        answer["configuration"] = configuration.clone();
    }
    if let Some(namespace) = &cluster.namespace {
        answer["serviceConnectDefaults"] = json!({ "namespace": namespace });
    }
    if let (true, Some(phase)) = (with("ATTACHMENTS"), &cluster.attachments) {
        answer["attachments"] = attachments(tx, place, cluster);
        answer["attachmentsStatus"] = phase.state.clone().into();
    }
    answer
}

/// A scaling policy for each provider whose group ECS scales.
fn attachments(tx: &Tx<'_>, place: &Place, cluster: &Cluster) -> Value {
    let named = cluster.providers.iter();
    let found = named.filter_map(|name| tx.get::<CapacityProvider>(place, name));
    found
        .filter(CapacityProvider::scales)
        .map(|one| {
            json!({
                "id": one.policy,
                "type": "as_policy",
                "status": if cluster.busy() { "PRECREATED" } else { "CREATED" },
                "details": [
                    {"name": "capacityProviderName", "value": one.name},
                    {"name": "scalingPolicyName", "value": format!("ECSManagedAutoScalingPolicy-{}", one.policy)},
                ],
            })
        })
        .collect()
}

fn statistics(tasks: &[Task], services: &[Service]) -> Value {
    let count = |name: &str, value: usize| json!({"name": name, "value": value.to_string()});
    let running = |on: &str| {
        let hit = |task: &&Task| task.runs() && task.launch_type == on;
        tasks.iter().filter(hit).count()
    };
    let pending = |on: &str| {
        let hit = |task: &&Task| task.pends() && task.launch_type == on;
        tasks.iter().filter(hit).count()
    };
    let state = |state: &str, on: &str| {
        let hit = |one: &&Service| one.is(state) && one.runs_on() == on;
        services.iter().filter(hit).count()
    };
    json!([
        count("runningEC2TasksCount", running("EC2")),
        count("runningFargateTasksCount", running("FARGATE")),
        count("pendingEC2TasksCount", pending("EC2")),
        count("pendingFargateTasksCount", pending("FARGATE")),
        count("runningExternalTasksCount", 0),
        count("pendingExternalTasksCount", 0),
        count("activeEC2ServiceCount", state("ACTIVE", "EC2")),
        count("activeFargateServiceCount", state("ACTIVE", "FARGATE")),
        count("drainingEC2ServiceCount", state("DRAINING", "EC2")),
        count("drainingFargateServiceCount", state("DRAINING", "FARGATE")),
        count("activeExternalServiceCount", 0),
        count("drainingExternalServiceCount", 0),
    ])
}
