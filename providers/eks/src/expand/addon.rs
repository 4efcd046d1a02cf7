//! The add-ons of a cluster.

use provision_aws::Field;

use super::{Made, Plan};
use crate::addons::{self, ADDONS, AGENT, Listed};
use crate::kinds::Addon;

impl Plan<'_> {
    /// Those before the nodes, or those on them: none without pools, for EKS waits for them in vain.
    pub(super) fn addons(&self, before_nodes: bool) -> Vec<Made> {
        if !before_nodes && self.block.pools.is_empty() {
            return Vec::new();
        }
        ADDONS
            .iter()
            .filter(|listed| listed.before_nodes == before_nodes)
            .map(|listed| self.addon(listed))
            .collect()
    }

    fn addon(&self, listed: &Listed) -> Made {
        let role = Field::output(&self.id("ebs-csi-role"), "arn");
        let fields = Addon {
            name: listed.name.to_owned(),
            version: None,
            configuration: None,
            pod_identity: listed
                .account
                .map(|account| (account.to_owned(), role))
                .into_iter()
                .collect(),
            service_role: None,
            resolve_conflicts: "OVERWRITE".to_owned(),
            tags: self.tags(&format!("-{}", listed.name)),
        };
        let id = self.id(&addons::part(listed.name));
        let mut addon = self.child(id, "eks.addon", listed.name, &fields)?;
        if !listed.before_nodes {
            addon.after.extend(self.node_groups());
        }
        if listed.account.is_some() {
            addon.after.push(self.id(&addons::part(AGENT)));
        }
        Ok(addon)
    }
}
