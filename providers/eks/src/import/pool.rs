//! Node groups in the words of a spec.

use std::collections::BTreeMap;

use aws_sdk_eks::types::{CapacityTypes, Nodegroup as Wire, Taint, TaintEffect};
use futures::future::join_all;
use provision_aws::kind::pages;
use provision_aws::{Fault, template_words};
use provision_core::contract::Words;
use provision_core::model::Minor;
use serde_json::{Value as Json, json};

use super::{Reading, tags};
use crate::kinds::client as eks;

/// The least disk, in GiB, that the word says.
const LEAST_DISK: i32 = 20;

/// Labels of this prefix are not for specs to set.
const RESERVED: &str = "provision-";

impl Reading<'_> {
    /// All managed node groups.
    pub(super) async fn pools(&mut self) -> Result<BTreeMap<String, Words>, Fault> {
        let (aws, name) = (self.aws, self.name);
        let names = pages(|token| async {
            let request = eks(aws)
                .list_nodegroups()
                .cluster_name(name)
                .set_next_token(token);
            let answer = aws
                .read("eks:ListNodegroups", || request.clone().send())
                .await?;
            Ok((answer.nodegroups, answer.next_token))
        })
        .await?;
        let reads = names.iter().map(|group| {
            let request = eks(aws)
                .describe_nodegroup()
                .cluster_name(name)
                .nodegroup_name(group);
            async move {
                aws.read("eks:DescribeNodegroup", || request.clone().send())
                    .await
            }
        });
        let mut pools = BTreeMap::new();
        for (group, answer) in names.iter().zip(join_all(reads).await) {
            if let Some(found) = answer?.nodegroup {
                pools.insert(group.clone(), self.pool(group, &found).await?);
            }
        }
        Ok(pools)
    }

    async fn pool(&mut self, name: &str, group: &Wire) -> Result<Words, Fault> {
        let of = format!("pool {name}");
        let mut types = group.instance_types().to_vec();
        if let Some(template) = group.launch_template() {
            let id = template.id().unwrap_or_default();
            let version = template.version().unwrap_or("$Default");
            let found = template_words(self.aws, id, version).await?;
            if types.is_empty() {
                types.extend(found.machine);
            }
            let what = format!("launch template {id}, version {version}");
            self.leave(&of, what);
            for what in found.left {
                self.leave(&of, format!("its launch template has {what}"));
            }
        }
        let size = group.scaling_config();
        let number = |number: Option<i32>| number.unwrap_or_default();
        let min = number(size.and_then(|size| size.min_size));
        let max = number(size.and_then(|size| size.max_size));
        let mut words = Words::from([
            ("adopt".to_owned(), Json::from(name)),
            ("machine".to_owned(), machine(&types)),
            ("nodes".to_owned(), json!({ "min": min, "max": max })),
        ]);
        if group.capacity_type() == Some(&CapacityTypes::Spot) {
            words.insert("spot".to_owned(), Json::from(true));
        }
        if let Some(disk) = group.disk_size.filter(|disk| *disk >= LEAST_DISK) {
            words.insert("disk".to_owned(), Json::from(format!("{disk}GiB")));
        }
        let mut labels: BTreeMap<_, _> = group.labels.iter().flatten().collect();
        // A cluster of another stack of ours has a label that is ours to set.
        labels.retain(|key, _| !key.starts_with(RESERVED));
        if !labels.is_empty() {
            words.insert("node_labels".to_owned(), json!(labels));
        }
        let taints: Vec<Json> = group.taints().iter().filter_map(taint).collect();
        if !taints.is_empty() {
            words.insert("taints".to_owned(), Json::Array(taints));
        }
        self.leave_of_pool(&of, group);
        Ok(words)
    }

    /// Nodes that are behind their control plane do not stay so.
    pub(super) fn leave_of_nodes(&mut self, of: &str, group: &Wire) {
        let version = group.version().unwrap_or_default();
        let (nodes, plane) = (Minor::of(version), Minor::of(self.version));
        if nodes.is_some() && nodes < plane {
            let what = format!(
                "its nodes run Kubernetes {version}: the first apply rolls them to the control plane's {}",
                self.version
            );
            self.leave(of, what);
        }
    }

    fn leave_of_pool(&mut self, of: &str, group: &Wire) {
        self.leave_of_nodes(of, group);
        let image = group
            .ami_type()
            .map_or("unknown", aws_sdk_eks::types::AmiTypes::as_str);
        match image {
            "CUSTOM" => self.leave(
                of,
                "an image of its own (custom AMI): its version is not followed",
            ),
            "AL2023_x86_64_STANDARD" | "AL2023_ARM_64_STANDARD" => {}
            other => self.leave(of, format!("the image {other}, which is kept")),
        }
        if group.remote_access().is_some() {
            self.leave(of, "access to its machines by SSH");
        }
        let roll = group.update_config();
        if let Some(percent) = roll.and_then(|roll| roll.max_unavailable_percentage) {
            self.leave(
                of,
                format!("{percent} % of its nodes may be missing during a roll"),
            );
        }
        let number = roll.and_then(|roll| roll.max_unavailable);
        if let Some(number) = number.filter(|number| *number != 1) {
            self.leave(of, format!("{number} nodes may be missing during a roll"));
        }
        if let Some(tags) = tags(group.tags.as_ref()) {
            self.leave(of, tags);
        }
    }
}

fn machine(types: &[String]) -> Json {
    match types.iter().any(|name| is_arm(name)) {
        true => json!({ "eks": types, "arch": "arm64" }),
        false => json!({ "eks": types }),
    }
}

/// Families whose processor is a Graviton: the letter `g` behind the generation, and a1.
fn is_arm(name: &str) -> bool {
    let family = name.split('.').next().unwrap_or_default();
    let behind = family.trim_start_matches(|sign: char| sign.is_ascii_lowercase());
    let behind = behind.trim_start_matches(|sign: char| sign.is_ascii_digit());
    family == "a1" || behind.split('-').next().unwrap_or_default().contains('g')
}

fn taint(taint: &Taint) -> Option<Json> {
    let effect = match taint.effect()? {
        TaintEffect::NoExecute => "NoExecute",
        TaintEffect::NoSchedule => "NoSchedule",
        TaintEffect::PreferNoSchedule => "PreferNoSchedule",
        _ => return None,
    };
    let key = taint.key()?;
    Some(Json::from(match taint.value() {
        Some(value) if !value.is_empty() => format!("{key}={value}:{effect}"),
        _ => format!("{key}:{effect}"),
    }))
}
