//! Clusters and node groups that are taken over.
//!
//! What is adopted is the object that the block names, and what the block says of things in it: add-ons that EKS manages,
//! access entries, node groups. Roles, security groups, log groups, launch templates and the identity provider that it
//! stands on are used as they are and left alone: a role cannot move to another path, and others may use them too.

use std::collections::BTreeMap;

use provision_aws::Field;
use provision_core::contract::{Note, Severity};
use provision_core::model::{Adopt, Choice, Never, Open, Opt, Otherwise, Resource, Value};

use super::{Made, Plan};
use crate::kinds::parts;

/// Fields of a cluster that are compared; of all others the live value stands.
const CLUSTER: [&str; 8] = [
    "version",
    "public_access",
    "private_access",
    "public_cidrs",
    "logging",
    "support",
    "deletion_protection",
    "force_upgrade",
];

/// Fields of a node group that are compared.
const NODE_GROUP: [&str; 8] = [
    "instance_types",
    "capacity",
    "ami_type",
    "version",
    "min",
    "max",
    "labels",
    "taints",
];

/// The name in an ARN of a cluster or node group, or the name itself.
pub(crate) fn name_in(id: &str) -> &str {
    match parts(id).as_slice() {
        [_, name] => name,
        [_, _, name, ..] => name,
        _ => id,
    }
}

impl Plan<'_> {
    /// The name of the cluster that is taken over.
    pub(super) fn adopted_cluster(&self) -> Option<&str> {
        self.adopted.as_deref().map(name_in)
    }

    /// The name of the node group that a pool takes over.
    pub(super) fn adopted_pool(&self, pool: &str) -> Option<String> {
        let word = self.block.pools.get(pool)?.adopt.as_deref();
        let address = format!("{}.pool.{pool}", self.address);
        let id = provision_aws::adopted(self.request, &address, word)?;
        Some(name_in(&id).to_owned())
    }

    /// Everything of a cluster that is taken over.
    pub(super) fn taken_over(&self, root: &str) -> Vec<Made> {
        let mut all = Vec::new();
        let made = |pool: &String| self.adopted_pool(pool).is_none();
        if self.block.pools.keys().any(made) {
            all.push(self.node_role());
            all.push(self.group("node", "nodes"));
        }
        all.push(self.cluster().map(|cluster| {
            let advice =
                format!("there is no cluster {root} here: name one of this account and region");
            let mut compared = CLUSTER.to_vec();
            compared.extend(self.block.eks.kms_key.as_ref().map(|_| "kms_keys"));
            // A tier that the file does not name was bought by somebody for a reason.
            compared.extend(self.block.eks.control_plane.as_ref().map(|_| "tier"));
            self.part(cluster, root, Otherwise::Refuse { advice }, &compared)
        }));
        for before_nodes in [true, false] {
            let addons = self.addons(before_nodes).into_iter();
            let part = |addon| self.part(addon, root, Otherwise::Leave, &["name"]);
            all.extend(addons.map(|addon| addon.map(part)));
        }
        for (name, pool) in &self.block.pools {
            all.extend(self.pool(name, pool));
        }
        let access = self.access().into_iter();
        all.extend(access.map(|entry| {
            entry.map(|mut entry| {
                let (root, otherwise) = (root.to_owned(), Otherwise::Create);
                entry.adopt = Some(Adopt { root, otherwise });
                self.plain_tags(&mut entry);
                entry
            })
        }));
        all
    }

    /// A node group that is taken over.
    pub(super) fn taken_pool(
        &self,
        mut group: Resource<Open>,
        name: &str,
        machines: &[Field<String>],
    ) -> Resource<Open> {
        let advice = format!("there is no node group {name} in the cluster: name one that is");
        if let Some(Value::Map(labels)) = group.fields.get_mut("labels") {
            labels.remove(super::pool::POOL_LABEL);
        }
        if let [one] = machines {
            let types = Value::from(in_either_place(one));
            group.fields.insert("instance_types".to_owned(), types);
        }
        // Whatever its nodes boot stays.
        if let Some(ami) = group.fields.get("ami_type").and_then(Value::as_text) {
            let keep = keep(ami, "image");
            group.fields.insert("ami_type".to_owned(), keep);
        }
        group.name = Some(name.to_owned());
        self.part(group, name, Otherwise::Refuse { advice }, &NODE_GROUP)
    }

    fn part(
        &self,
        mut resource: Resource<Open>,
        root: &str,
        otherwise: Otherwise,
        compared: &[&str],
    ) -> Resource<Open> {
        resource
            .fields
            .retain(|name, _| compared.contains(&name.as_str()));
        self.plain_tags(&mut resource);
        resource.after.clear();
        let root = root.to_owned();
        resource.adopt = Some(Adopt { root, otherwise });
        resource
    }

    /// The labels of the stack, and no name for consoles: the one it has is somebody's.
    fn plain_tags(&self, resource: &mut Resource<Open>) {
        let labels = self.context.labels.iter();
        let tags: BTreeMap<String, Value<Open>> = labels
            .map(|(key, value)| (key.clone(), Value::text(value.as_str())))
            .collect();
        resource.fields.insert("tags".to_owned(), Value::Map(tags));
    }

    /// What people should know about a cluster that is taken over.
    pub(super) fn adoption_notes(&self, root: &str, notes: &mut Vec<Note>) {
        let message = format!(
            "{root} stays on the roles, security groups, log group and identity provider that it has: they are used as \
             they are and never changed or deleted; add-ons that EKS does not manage are left alone as well"
        );
        notes.push(Note {
            severity: Severity::Info,
            code: "adopted".to_owned(),
            message,
            address: Some(self.address.clone()),
        });
    }
}

/// The one machine type of a node group stands in it, or in its launch template.
fn in_either_place(machine: &Field<String>) -> Choice {
    let types: Vec<Value<Never>> = match machine {
        Field::Known(one) => vec![Value::text(one.as_str())],
        Field::Choice(choice) => choice.any_of.iter().map(|opt| opt.value.clone()).collect(),
        Field::Pending(_) => Vec::new(),
    };
    let lists = types.into_iter().map(|one| vec![one]).chain([Vec::new()]);
    let option = |list| Opt {
        value: Value::List(list),
        hourly_micros: None,
    };
    Choice {
        any_of: lists.map(option).collect(),
        keep_any: false,
        distinct: None,
        what: "machine".to_owned(),
    }
}

/// A value that is taken for a new object only.
fn keep(value: &str, what: &str) -> Value<Open> {
    Choice {
        any_of: vec![Opt {
            value: Value::text(value),
            hourly_micros: None,
        }]
        .into(),
        keep_any: true,
        distinct: None,
        what: what.to_owned(),
    }
    .into()
}
