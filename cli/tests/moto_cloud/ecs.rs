//! What moto lacks of ECS, in one table, and the stand-in for it. Everything else of the life cycle is moto's.
//!
//! Not stood in for, so that it is not told on moto: instance refreshes (moto has none: another machine or disk of a pool),
//! tasks of services and the health of their targets, deployments that fail, and tasks that end badly. Where moto differs
//! and nothing depends on it, `clients/ecs_left.py` says so.

use std::collections::{BTreeMap, BTreeSet};

use serde_json::{Map, Value, json};

use super::front::{Answer, Request};

/// Operations whose answers are not moto's alone, and why.
pub const LACKS: &[(&str, &str)] = &[
    (
        "DescribeCapacityProviders",
        "500 without names, where ECS tells of all there are",
    ),
    (
        "CreateService",
        "forgets placement, how deployments go, the grace period, exec and Service Connect",
    ),
    (
        "UpdateService",
        "keeps one deployment for ever, with the revision that it was made with",
    ),
    (
        "DescribeServices",
        "tasks of services never run, so that no deployment is ever through",
    ),
    (
        "RegisterContainerInstance",
        "machines of a group have no agent that joins the cluster, so that the stand-in calls for them",
    ),
];

/// Words of a service that moto takes at create and does not return.
const FORGETS: &[&str] = &[
    "capacityProviderStrategy",
    "deploymentConfiguration",
    "healthCheckGracePeriodSeconds",
    "enableExecuteCommand",
];

/// Words of an update that ECS answers with another deployment.
const ROLLS: &[&str] = &[
    "taskDefinition",
    "capacityProviderStrategy",
    "networkConfiguration",
    "loadBalancers",
    "serviceConnectConfiguration",
];

/// The stand-in's memory.
#[derive(Default)]
pub struct Ecs {
    providers: BTreeSet<String>,
    services: BTreeMap<String, Kept>,
    /// The cluster that machines join.
    cluster: Option<String>,
    /// Machines of groups, and whether they have joined.
    machines: BTreeMap<String, bool>,
    /// Operations stood in for.
    pub used: BTreeSet<&'static str>,
}

/// What moto forgets of a service.
#[derive(Default)]
struct Kept {
    fields: Map<String, Value>,
    connect: Value,
    /// How many deployments there have been.
    deployments: u32,
}

const PREFIX: &str = "AmazonEC2ContainerServiceV20141113.";

/// The operation of ECS that a request asks for.
fn operation(request: &Request) -> Option<&str> {
    request.target()?.strip_prefix(PREFIX)
}

impl Ecs {
    /// Answers in moto's place, or asks it something that it understands.
    pub fn before(&mut self, request: &mut Request) -> Option<Answer> {
        let mut given = request.json();
        let name = |given: &Value| given["name"].as_str().map(str::to_owned);
        match operation(request)? {
            "CreateCapacityProvider" => self.providers.extend(name(&given)),
            "CreateCluster" => self.cluster = given["clusterName"].as_str().map(str::to_owned),
            "DescribeCapacityProviders" if given["capacityProviders"].is_null() => {
                self.used.insert("DescribeCapacityProviders");
                if self.providers.is_empty() {
                    let none = json!({ "capacityProviders": [], "failures": [] });
                    return Some(Answer::json(200, &none));
                }
                given["capacityProviders"] = self.providers.iter().cloned().collect();
                request.body = given.to_string().into_bytes();
            }
            _ => {}
        }
        None
    }

    /// What agents of machines ask, before a task is placed on them.
    pub fn agents(&mut self, request: &Request) -> Vec<Request> {
        let Some(cluster) = self.cluster.clone() else {
            return Vec::new();
        };
        if operation(request) != Some("RunTask") {
            return Vec::new();
        }
        let mut joins = Vec::new();
        for (machine, joined) in &mut self.machines {
            if !std::mem::replace(joined, true) {
                let document = json!({ "instanceId": machine }).to_string();
                let body = json!({ "cluster": cluster, "instanceIdentityDocument": document });
                joins.push(request.another(&format!("{PREFIX}RegisterContainerInstance"), &body));
                self.used.insert("RegisterContainerInstance");
            }
        }
        joins
    }

    /// Sees which machines groups have.
    pub fn see(&mut self, request: &Request, answer: &Answer) {
        let body = String::from_utf8_lossy(&request.body);
        if body.contains("Action=DescribeAutoScalingGroups") {
            let text = String::from_utf8_lossy(&answer.body);
            let ids = text.split("<InstanceId>").skip(1);
            let ids = ids.filter_map(|rest| rest.split_once('<'));
            for (id, _) in ids {
                self.machines.entry(id.to_owned()).or_default();
            }
        }
    }

    /// Adds to moto's answer what it forgets, and remembers what it was given; `None` where there is nothing to add.
    pub fn after(&mut self, request: &Request, answer: &Answer) -> Option<Answer> {
        let asked = operation(request)?;
        let (asked, _) = LACKS.iter().find(|(name, _)| *name == asked)?;
        let mut body: Value = serde_json::from_slice(&answer.body).ok()?;
        if answer.status != 200 {
            return None;
        }
        match *asked {
            "DescribeCapacityProviders" => {
                // What is gone is not among all there are.
                let all = self.providers.len();
                let there = body["capacityProviders"].as_array().map_or(0, Vec::len);
                let said = body["failures"].as_array().map_or(0, Vec::len);
                if there + said == all {
                    body["failures"] = json!([]);
                }
            }
            "DescribeServices" => {
                let services = body["services"].as_array_mut()?;
                services.iter_mut().for_each(|one| self.tell(one));
            }
            made => {
                let service = body.get_mut("service")?;
                self.remember(made, service, &request.json());
                self.tell(service);
            }
        }
        self.used.insert(asked);
        Some(Answer::json(200, &body))
    }

    fn remember(&mut self, operation: &str, service: &Value, given: &Value) {
        let arn = service["serviceArn"].as_str().unwrap_or_default();
        let kept = self.services.entry(arn.to_owned()).or_default();
        let has = |word: &&str| !given[*word].is_null();
        if operation == "CreateService" {
            *kept = Kept::default();
        } else if ROLLS.iter().any(&has) || given["forceNewDeployment"] == json!(true) {
            kept.deployments += 1;
        }
        for word in FORGETS.iter().filter(|word| has(word)) {
            kept.fields.insert((*word).to_owned(), given[*word].clone());
        }
        if has(&"serviceConnectConfiguration") {
            kept.connect = given["serviceConnectConfiguration"].clone();
        }
    }

    /// A service with what moto has forgotten of it, its deployment through.
    fn tell(&self, service: &mut Value) {
        let arn = service["serviceArn"].as_str().unwrap_or_default();
        let Some(kept) = self
            .services
            .get(arn)
            .filter(|_| service["status"] == "ACTIVE")
        else {
            return;
        };
        for (word, value) in &kept.fields {
            service[word] = value.clone();
        }
        let count = service["desiredCount"].clone();
        let mut deployment = json!({
            "id": format!("{}{}", service["deployments"][0]["id"].as_str().unwrap_or_default(), kept.deployments),
            "status": "PRIMARY",
            "taskDefinition": service["taskDefinition"],
            "desiredCount": count,
            "runningCount": count,
            "pendingCount": 0,
            "failedTasks": 0,
            "rolloutState": "COMPLETED",
            "rolloutStateReason": "ECS deployment completed.",
        });
        if !kept.connect.is_null() {
            deployment["serviceConnectConfiguration"] = kept.connect.clone();
        }
        service["runningCount"] = count;
        service["pendingCount"] = json!(0);
        service["deployments"] = json!([deployment]);
        // It is placed by a strategy, and ECS tells of one of both.
        if let Some(all) = service.as_object_mut() {
            all.remove("launchType");
        }
    }
}
