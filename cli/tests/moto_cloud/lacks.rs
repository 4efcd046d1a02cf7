//! What moto lacks of EKS, in one table, and the stand-in for it.

use std::collections::{BTreeMap, BTreeSet};

use serde_json::{Map, Value, json};

use super::ecs::Ecs;
use super::front::{Answer, Request};

/// Operations that moto answers with 404 or 500, by method and path, and fields that it forgets. `*` is any one part.
/// Everything else of the life cycle is moto's.
pub const LACKS: &[(&str, &str, &str)] = &[
    ("GET", "cluster-versions", "DescribeClusterVersions"),
    ("GET", "addons/supported-versions", "DescribeAddonVersions"),
    ("GET", "clusters/*/updates/*", "DescribeUpdate"),
    (
        "GET",
        "clusters/*/node-groups/*/updates/*",
        "DescribeUpdate",
    ),
    ("POST", "clusters/*/addons", "CreateAddon"),
    ("GET", "clusters/*/addons", "ListAddons"),
    ("GET", "clusters/*/addons/*", "DescribeAddon"),
    ("POST", "clusters/*/addons/*/update", "UpdateAddon"),
    ("DELETE", "clusters/*/addons/*", "DeleteAddon"),
    ("POST", "clusters/*/access-entries", "CreateAccessEntry"),
    ("GET", "clusters/*/access-entries", "ListAccessEntries"),
    ("GET", "clusters/*/access-entries/*", "DescribeAccessEntry"),
    ("DELETE", "clusters/*/access-entries/*", "DeleteAccessEntry"),
    (
        "POST",
        "clusters/*/access-entries/*/access-policies",
        "AssociateAccessPolicy",
    ),
    (
        "GET",
        "clusters/*/access-entries/*/access-policies",
        "ListAssociatedAccessPolicies",
    ),
    (
        "GET",
        "clusters/*/pod-identity-associations",
        "ListPodIdentityAssociations",
    ),
    (
        "GET",
        "clusters/*/pod-identity-associations/*",
        "DescribePodIdentityAssociation",
    ),
];

/// Fields that moto takes at create and does not return, or returns with another value.
const FORGETS: &[(&str, &[&str])] = &[
    (
        "cluster",
        &["accessConfig", "upgradePolicy", "deletionProtection"],
    ),
    ("nodegroup", &["instanceTypes", "version"]),
];

/// The group that EKS makes for a cluster, which moto does not.
const SECURITY_GROUP: &str = "sg-0c1a2b3d4e5f60718";

/// The stand-in's memory.
#[derive(Default)]
pub struct Lacks {
    /// Objects by path.
    objects: BTreeMap<String, Value>,
    /// Fields that moto forgets, by the path of their object.
    forgotten: BTreeMap<String, Map<String, Value>>,
    /// What it knows of ECS.
    pub ecs: Ecs,
    /// Operations stood in for.
    pub used: BTreeSet<&'static str>,
}

impl Lacks {
    /// Answers in moto's place, when the table says so.
    pub fn stand_in(&mut self, request: &mut Request) -> Option<Answer> {
        if request.target().is_some() {
            return self.ecs.before(request);
        }
        let parts = request.parts();
        let fits = |path: &str| {
            let want: Vec<&str> = path.split('/').collect();
            want.len() == parts.len()
                && want
                    .iter()
                    .zip(&parts)
                    .all(|(want, have)| *want == "*" || want == have)
        };
        let (_, _, operation) = LACKS
            .iter()
            .find(|(method, path, _)| *method == request.method && fits(path))?;
        self.used.insert(operation);
        Some(self.answer(operation, request, &parts))
    }

    fn answer(&mut self, operation: &str, request: &Request, parts: &[String]) -> Answer {
        let path = parts.join("/");
        match operation {
            "DescribeClusterVersions" => Answer::json(200, &versions()),
            "DescribeAddonVersions" => Answer::json(200, &addon_versions(&request.query)),
            "DescribeUpdate" => Answer::json(
                200,
                &json!({ "update": { "id": parts.last(), "status": "Successful", "errors": [] } }),
            ),
            "CreateAddon" => self.create(&path, "addonName", "addon", request),
            "CreateAccessEntry" => self.create(&path, "principalArn", "accessEntry", request),
            "ListAddons" => self.list(&path, "addons", "addonName"),
            "ListAccessEntries" => self.list(&path, "accessEntries", "principalArn"),
            "DescribeAddon" => self.describe(&path, "addon"),
            "DescribeAccessEntry" => self.describe(&path, "accessEntry"),
            "DescribePodIdentityAssociation" => self.describe(&path, "association"),
            "UpdateAddon" => Answer::error(500, "ServerException", "not in this life cycle"),
            "DeleteAddon" | "DeleteAccessEntry" => self.delete(&path),
            "AssociateAccessPolicy" => {
                let mut policy = request.json();
                policy["associatedAt"] = json!(0);
                let entry = self.objects.get_mut(parts[..4].join("/").as_str());
                match entry.and_then(|entry| entry["policies"].as_array_mut()) {
                    Some(policies) => {
                        policies.push(policy.clone());
                        Answer::json(200, &json!({ "associatedAccessPolicy": policy }))
                    }
                    None => missing(),
                }
            }
            "ListAssociatedAccessPolicies" => {
                match self.objects.get(parts[..4].join("/").as_str()) {
                    Some(entry) => Answer::json(
                        200,
                        &json!({ "associatedAccessPolicies": entry["policies"] }),
                    ),
                    None => missing(),
                }
            }
            "ListPodIdentityAssociations" => Answer::json(200, &json!({ "associations": [] })),
            _ => missing(),
        }
    }

    fn create(&mut self, path: &str, name: &str, wrapper: &str, request: &Request) -> Answer {
        let mut object = request.json();
        let own = object[name].as_str().unwrap_or_default().to_owned();
        let cluster = path.split('/').nth(1).unwrap_or_default().to_owned();
        object["clusterName"] = json!(cluster);
        object["status"] = json!("ACTIVE");
        if wrapper == "addon" && object["addonVersion"].is_null() {
            object["addonVersion"] = json!("v1.0.0-eksbuild.1");
        }
        object["policies"] = json!([]);
        object["podIdentityAssociations"] = self.associate(&cluster, &own, &object);
        let kind = path.rsplit('/').next().unwrap_or_default();
        let arn = format!("arn:aws:eks:eu-west-1:123456789012:{kind}/{cluster}/{own}/1");
        object[if wrapper == "addon" {
            "addonArn"
        } else {
            "accessEntryArn"
        }] = json!(arn);
        let key = format!("{path}/{own}");
        if self.objects.contains_key(&key) {
            return Answer::error(409, "ResourceInUseException", "it exists");
        }
        self.objects.insert(key, object.clone());
        Answer::json(200, &json!({ wrapper: object }))
    }

    /// The pod identities that come with an add-on, by their ARNs.
    fn associate(&mut self, cluster: &str, addon: &str, object: &Value) -> Value {
        let wanted = object["podIdentityAssociations"].as_array();
        let arns = wanted
            .into_iter()
            .flatten()
            .enumerate()
            .map(|(nth, wanted)| {
                let id = format!("a-{addon}{nth}");
                let key = format!("clusters/{cluster}/pod-identity-associations/{id}");
                self.objects.insert(key, wanted.clone());
                format!("arn:aws:eks:eu-west-1:123456789012:podidentityassociation/{cluster}/{id}")
            });
        arns.collect()
    }

    fn list(&self, path: &str, wrapper: &str, name: &str) -> Answer {
        let inside = format!("{path}/");
        let names: Vec<&Value> = self
            .objects
            .iter()
            .filter(|(key, _)| key.starts_with(&inside))
            .map(|(_, object)| &object[name])
            .collect();
        Answer::json(200, &json!({ wrapper: names }))
    }

    fn describe(&self, path: &str, wrapper: &str) -> Answer {
        match self.objects.get(path) {
            Some(object) => Answer::json(200, &json!({ wrapper: object })),
            None => missing(),
        }
    }

    fn delete(&mut self, path: &str) -> Answer {
        match self.objects.remove(path) {
            Some(object) => Answer::json(200, &json!({ "addon": object })),
            None => missing(),
        }
    }

    /// Adds to moto's answer what it forgets, and remembers what it was given.
    pub fn complete(&mut self, request: &Request, answer: Answer) -> Answer {
        if request.target().is_some() {
            return self.ecs.after(request, &answer).unwrap_or(answer);
        }
        let parts = request.parts();
        if parts.first().is_none_or(|first| first != "clusters") || answer.status != 200 {
            return answer;
        }
        let Ok(mut body) = serde_json::from_slice::<Value>(&answer.body) else {
            return answer;
        };
        for (wrapper, fields) in FORGETS {
            let Some(object) = body.get_mut(wrapper).filter(|object| object.is_object()) else {
                continue;
            };
            let arn = format!("{wrapper}Arn");
            let key = object.get(&arn).or_else(|| object.get("arn"));
            let key = key.and_then(Value::as_str).unwrap_or_default().to_owned();
            let known = self.forgotten.entry(key).or_default();
            if request.method == "POST" {
                let given = request.json();
                for field in *fields {
                    if let Some(value) = given.get(field) {
                        known.insert((*field).to_owned(), value.clone());
                    } else if *field == "instanceTypes" && given.get("launchTemplate").is_some() {
                        // The type stands in the template; moto says t3.medium.
                        known.insert((*field).to_owned(), json!([]));
                    }
                }
            }
            for (field, value) in known.iter() {
                object[field] = value.clone();
            }
            if *wrapper == "cluster" {
                object["resourcesVpcConfig"]["clusterSecurityGroupId"] = json!(SECURITY_GROUP);
            }
        }
        Answer::json(200, &body)
    }
}

fn missing() -> Answer {
    Answer::error(404, "ResourceNotFoundException", "no such thing")
}

fn versions() -> Value {
    let version = |minor: &str, default: bool| {
        json!({
            "clusterVersion": minor,
            "defaultVersion": default,
            "clusterType": "eks",
            "status": "standard-support",
            "versionStatus": "STANDARD_SUPPORT",
        })
    };
    json!({ "clusterVersions": [version("1.35", true), version("1.34", false)] })
}

fn addon_versions(query: &str) -> Value {
    let name = query
        .split('&')
        .find_map(|pair| pair.strip_prefix("addonName="))
        .unwrap_or_default();
    json!({ "addons": [{
        "addonName": name,
        "addonVersions": [{
            "addonVersion": "v1.0.0-eksbuild.1",
            "compatibilities": [{ "clusterVersion": "1.35", "defaultVersion": true }],
        }],
    }] })
}
