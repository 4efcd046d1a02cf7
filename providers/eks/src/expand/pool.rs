//! Pools: a launch template and a managed node group each.

use std::collections::BTreeMap;

use provision_aws::{Field, LaunchTemplate, one_type};
use provision_core::model::ResourceId;
use provision_core::spec::{Arch, Pool, Taint, TaintEffect};

use super::{Made, Plan};
use crate::addons::{self, ADDONS};
use crate::kinds::NodeGroup;

/// Longest name of a launch template (CreateLaunchTemplate).
const TEMPLATE_NAME: usize = 128;

/// Longest name of a node group (CreateNodegroup), less room for the suffix of its replacement.
const NODE_GROUP_NAME: usize = 63 - 9;

/// The root disk of Amazon Linux 2023.
const ROOT_DISK: &str = "/dev/xvda";

/// Instance metadata stays on the node, as EKS has it for Amazon Linux 2023: pods get roles from Pod Identity, not
/// from the node.
const METADATA_HOPS: i32 = 1;

/// So many nodes are replaced at a time.
const MAX_UNAVAILABLE: i64 = 1;

/// The label that tells the pool, whatever its node group is called.
pub(super) const POOL_LABEL: &str = "provision-pool";

impl Plan<'_> {
    pub(super) fn pool(&self, name: &str, pool: &Pool) -> Vec<Made> {
        let group = self.group_of_nodes(name, pool);
        match self.adopted_pool(name) {
            Some(live) => vec![group.and_then(|group| {
                let machines = self.machines(name, pool)?;
                Ok(self.taken_pool(group, &live, &machines))
            })],
            None => vec![self.template(name, pool), group],
        }
    }

    /// Machine type, disk, metadata, groups and tags of a node. No image: EKS picks that of the node group's version.
    ///
    /// A template holds one machine type, and another one rolls the nodes. Several stand in the node group, where they
    /// can only be had anew.
    fn template(&self, name: &str, pool: &Pool) -> Made {
        let suffix = format!("-{name}");
        let mut groups = vec![
            Field::output(&self.cluster_id(), "security_group"),
            Field::output(&self.node_group(), "id"),
        ];
        groups.extend(self.groups.iter().map(|group| group.as_str().into()));
        let fields = LaunchTemplate {
            // What is wrong with the machines is said of the node group.
            instance_type: self.machines(name, pool).map(one_type).unwrap_or_default(),
            disk_gib: i32::try_from(pool.disk.div_ceil(1 << 30)).unwrap_or(i32::MAX),
            disk_device: ROOT_DISK.to_owned(),
            image: None,
            user_data: None,
            instance_profile: None,
            metadata_hops: METADATA_HOPS,
            security_groups: groups,
            node_tags: self.tags(&suffix),
            newest: None,
            tags: self.tags(&suffix),
        };
        let id = self.template_id(name);
        let mut template = self.shared(id, "ec2.launch_template", &fields)?;
        let wanted = format!("{}{suffix}", self.name);
        template.name = Some(self.physical(&template, &wanted, TEMPLATE_NAME, false));
        Ok(template)
    }

    fn template_id(&self, pool: &str) -> ResourceId {
        self.pool_id(pool, "launch-template")
    }

    fn group_of_nodes(&self, name: &str, pool: &Pool) -> Made {
        let template = self.template_id(name);
        let mut labels = pool.node_labels.clone();
        labels.insert(POOL_LABEL.to_owned(), name.to_owned());
        let least = i64::from(pool.nodes.min);
        let machines = self.machines(name, pool)?;
        let fields = NodeGroup {
            role: Field::output(&self.id("node-role"), "arn"),
            subnets: self.ground.nodes.clone(),
            template_id: Field::output(&template, "id"),
            template_version: Field::output(&template, "version"),
            instance_types: if machines.len() > 1 {
                machines
            } else {
                Vec::new()
            },
            capacity: if pool.spot { "SPOT" } else { "ON_DEMAND" }.to_owned(),
            ami_type: image(pool.machine.arch).to_owned(),
            version: Field::output(&self.cluster_id(), "version"),
            min: least,
            max: i64::from(pool.nodes.max.max(1)),
            desired: least,
            labels,
            taints: taints(pool),
            max_unavailable: MAX_UNAVAILABLE,
            disk_gib: None,
            tags: self.tags(&format!("-{name}")),
        };
        let id = self.pool_id(name, "nodegroup");
        let mut group = self.child(id, "eks.nodegroup", "", &fields)?;
        group.name = Some(self.physical(&group, name, NODE_GROUP_NAME, false));
        group.after.extend(self.ground.ready.clone());
        let first = ADDONS.iter().filter(|addon| addon.before_nodes);
        group
            .after
            .extend(first.map(|addon| self.id(&addons::part(addon.name))));
        Ok(group)
    }
}

/// The image of nodes: Amazon Linux 2023.
const fn image(arch: Arch) -> &'static str {
    match arch {
        Arch::Amd64 => "AL2023_x86_64_STANDARD",
        Arch::Arm64 => "AL2023_ARM_64_STANDARD",
    }
}

/// Values by key and effect, as EKS tells taints apart.
fn taints(pool: &Pool) -> BTreeMap<String, String> {
    let taint = |taint: &Taint| {
        let key = format!("{}:{}", taint.key, effect(taint.effect));
        (key, taint.value.clone())
    };
    pool.taints.iter().map(taint).collect()
}

const fn effect(effect: TaintEffect) -> &'static str {
    match effect {
        TaintEffect::NoSchedule => "NoSchedule",
        TaintEffect::PreferNoSchedule => "PreferNoSchedule",
        TaintEffect::NoExecute => "NoExecute",
    }
}
