//! Container instances: the instances of the Auto Scaling groups whose capacity providers a cluster has.

use jiff::Timestamp;
use serde_json::{Value, json};
use sha2::{Digest, Sha256};

use super::cluster::{Cluster, any};
use super::common::{arn, invalid, listing, missing, named, stamp, text, texts};
use super::shape::check as shape;
use super::{CapacityProvider, Task, requests, scaling_group};
use crate::aws::ec2::Instance;
use crate::aws::{Call, Outcome};
use crate::store::{Place, Tx, hex};
use crate::wire::Body;

/// An instance in a cluster.
#[derive(Clone, Debug)]
pub(super) struct ContainerInstance {
    /// Its id, 32 digits.
    pub(super) id: String,
    /// Its ARN.
    pub(super) arn: String,
    /// Its zone.
    pub(super) zone: String,
    /// Id of the instance.
    pub(super) instance: String,
    image: String,
    kind: String,
    provider: String,
    cpu: i64,
    memory: i64,
    /// When it began to run.
    pub(super) since: Timestamp,
}

impl ContainerInstance {
    fn new(place: &Place, cluster: &Cluster, provider: &str, instance: Instance) -> Self {
        let hash = hex(&Sha256::digest(format!("{}/{}", cluster.name, instance.id)));
        let id: String = hash.chars().take(32).collect();
        let (cpu, memory) = size(&instance.instance_type);
        Self {
            arn: arn(place, &format!("container-instance/{}/{id}", cluster.name)),
            id,
            zone: instance.zone,
            instance: instance.id,
            image: instance.image_id,
            kind: instance.instance_type,
            provider: provider.to_owned(),
            cpu,
            memory,
            since: instance.phase.since,
        }
    }

    fn of_it<'a>(&'a self, tasks: &'a [Task]) -> impl Iterator<Item = &'a Task> {
        let on = move |task: &&Task| task.instance.as_ref() == Some(&self.arn);
        tasks.iter().filter(on).filter(|task| !task.is("STOPPED"))
    }

    /// CPU units and MiB that no task has.
    pub(super) fn free(&self, tasks: &[Task]) -> (i64, i64) {
        let used = self.of_it(tasks);
        used.fold((self.cpu, self.memory), |(cpu, memory), task| {
            (cpu - task.needs.0, memory - task.needs.1)
        })
    }

    fn words(&self, tasks: &[Task]) -> Value {
        let left = self.free(tasks);
        json!({
            "containerInstanceArn": self.arn,
            "ec2InstanceId": self.instance,
            "capacityProviderName": self.provider,
            "version": 1,
            "versionInfo": {},
            "remainingResources": resources(left),
            "registeredResources": resources((self.cpu, self.memory)),
            "status": "ACTIVE",
            "agentConnected": true,
            "runningTasksCount": self.of_it(tasks).filter(|task| task.runs()).count(),
            "pendingTasksCount": self.of_it(tasks).filter(|task| task.pends()).count(),
            "attributes": [
                {"name": "ecs.ami-id", "value": self.image},
                {"name": "ecs.availability-zone", "value": self.zone},
                {"name": "ecs.instance-type", "value": self.kind},
                {"name": "ecs.os-type", "value": "linux"},
            ],
            "registeredAt": stamp(self.since),
            "attachments": [],
            "tags": [],
        })
    }
}

fn resources((cpu, memory): (i64, i64)) -> Value {
    let number = |name: &str, value: i64| json!({"name": name, "type": "INTEGER", "doubleValue": 0.0, "longValue": 0, "integerValue": value});
    json!([number("CPU", cpu), number("MEMORY", memory)])
}

/// CPU units and MiB of an instance type; the agent keeps a part of the memory.
pub(super) fn size(kind: &str) -> (i64, i64) {
    let (family, size) = kind.split_once('.').unwrap_or((kind, "large"));
    let vcpus = match size {
        "nano" | "micro" | "small" | "medium" | "large" => 2,
        "xlarge" => 4,
        size => {
            4 * size
                .strip_suffix("xlarge")
                .and_then(|times| times.parse::<i64>().ok())
                .unwrap_or(1)
        }
    };
    let gib = match (family.as_bytes().first(), size) {
        (_, "nano") => return (2048, 460),
        (_, "micro") => 1,
        (_, "small") => 2,
        (_, "medium") => 4,
        (Some(b'c'), _) => 2 * vcpus,
        (Some(b'r'), _) => 8 * vcpus,
        _ => 4 * vcpus,
    };
    (vcpus * 1024, gib * 1024 * 95 / 100)
}

/// The instances of one of a cluster's providers.
pub(super) fn of_provider(
    tx: &Tx<'_>,
    place: &Place,
    cluster: &Cluster,
    provider: &CapacityProvider,
) -> Vec<ContainerInstance> {
    let all = scaling_group::instances(tx, place, &provider.group);
    all.into_iter()
        .map(|one| ContainerInstance::new(place, cluster, &provider.name, one))
        .collect()
}

/// The instances of a cluster.
pub(super) fn of_cluster(tx: &Tx<'_>, place: &Place, cluster: &Cluster) -> Vec<ContainerInstance> {
    let providers = cluster.providers.iter();
    let providers = providers.filter_map(|name| tx.get::<CapacityProvider>(place, name));
    providers
        .flat_map(|one| of_provider(tx, place, cluster, &one))
        .collect()
}

/// ListContainerInstances.
pub(super) fn list(call: &mut Call<'_>) -> Outcome {
    shape(call, &requests::LIST_INSTANCES)?;
    let cluster = any(call)?;
    let wanted = text(&call.json, "status").is_none_or(|status| status == "ACTIVE");
    let mut all = of_cluster(&call.tx, &call.place, &cluster);
    all.retain(|_| wanted);
    all.sort_by(|one, other| one.id.cmp(&other.id));
    let rows = all.into_iter().map(|one| (one.id, one.arn)).collect();
    listing(call, "containerInstanceArns", rows)
}

/// DescribeContainerInstances: up to 100.
pub(super) fn describe(call: &mut Call<'_>) -> Outcome {
    shape(call, &requests::DESCRIBE_INSTANCES)?;
    let cluster = any(call)?;
    let asked = texts(&call.json, "containerInstances");
    if !(1..=100).contains(&asked.len()) {
        return Err(invalid("Container instances must have 1 to 100 elements."));
    }
    let all = of_cluster(&call.tx, &call.place, &cluster);
    let tasks = call.tx.list::<Task>(&call.place);
    let (mut found, mut failures) = (Vec::new(), Vec::new());
    for text in &asked {
        let name = named(&call.place, "container-instance", text)?;
        let id = name.rsplit('/').next().unwrap_or(name);
        match all.iter().find(|one| one.id == id) {
            Some(one) => found.push(one.words(&tasks)),
            None => {
                let rest = format!("container-instance/{}/{id}", cluster.name);
                failures.push(missing(&arn(&call.place, &rest)));
            }
        }
    }
    Ok(Body::Json(
        json!({ "containerInstances": found, "failures": failures }),
    ))
}

#[cfg(test)]
mod tests {
    use super::size;

    #[test]
    fn types_have_the_size_of_their_name() {
        assert_eq!(size("m7i.large").0, 2048);
        assert_eq!(size("c7i.2xlarge"), (8192, 16 * 1024 * 95 / 100));
        assert_eq!(size("t3.micro"), (2048, 972));
    }
}
