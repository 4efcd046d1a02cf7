//! `[cluster.NAME]`: the account of its nodes, the control plane with its pools, and what is to be known of them.

use std::collections::BTreeMap;

use provision_core::contract::{Context, ExpandAnswer, ExpandRequest, Facts, Note, Severity};
use provision_core::model::{Platform, ResourceId};
use provision_core::spec::{Cluster as Block, Network};
use provision_kind::{Field, Tags};

use super::version::NO_CHANNEL;
use super::{Made, keep, named, network, note, refused, resource};
use crate::existing::network::{Ground, ground};
use crate::kinds::project_binding::NODE_ROLE;
use crate::kinds::{Cluster, Firewall, NewPool, ProjectBinding, ServiceAccount, email};

/// Longest name of a cluster (projects.locations.clusters.create).
const CLUSTER_NAME: usize = 40;

/// Longest name of a firewall rule (firewalls.insert).
const FIREWALL_NAME: usize = 63;

/// Longest id of a service account (serviceAccounts.create).
const ACCOUNT_ID: usize = 30;

/// What nodes may do is what the roles of their account say.
pub(super) const SCOPE: &str = "https://www.googleapis.com/auth/cloud-platform";

/// Whoever is on the internet.
const EVERYBODY: &str = "0.0.0.0/0";

/// How long a window of maintenance is unless the spec says otherwise: the least that GKE takes.
const WINDOW_HOURS: i64 = 4;

pub(super) fn expand(
    request: &ExpandRequest,
    name: &str,
    block: &Block,
    answer: &mut ExpandAnswer,
) {
    let Some(network) = request.spec.networks.get(&block.network) else {
        return;
    };
    let mut plan = Plan {
        context: &request.context,
        facts: request.facts.as_ref(),
        project: request.context.account.clone().unwrap_or_default(),
        address: format!("cluster.{name}"),
        name: format!("{}-{name}", request.context.stack),
        block,
        network,
        account: String::new(),
    };
    if let Err(failure) = plan.check_version() {
        answer.failures.push(failure);
        return;
    }
    let account = plan.account();
    if let Ok(account) = &account {
        plan.account = email(&plan.project, account.name.as_deref().unwrap_or_default());
    }
    let root = plan.adopted_cluster();
    let makes_nodes = |pool: &String| plan.adopted_pool(pool).is_none();
    let mut all = match root.is_none() || block.pools.keys().any(makes_nodes) {
        true => vec![account, plan.binding()],
        false => Vec::new(),
    };
    let mut seeds = Vec::new();
    let mut pools = Vec::new();
    for (name, pool) in &block.pools {
        match plan.pool(name, pool) {
            Ok((seed, made)) => {
                seeds.extend(seed);
                pools.push(Ok(made));
            }
            Err(failure) => pools.push(Err(failure)),
        }
    }
    all.push(plan.cluster(seeds).map(|cluster| match &root {
        Some(root) => plan.taken_cluster(cluster, root),
        None => cluster,
    }));
    all.extend(pools);
    all.extend(plan.webhooks(root.is_some()));
    keep(answer, all);
    plan.notes(&mut answer.notes);
    for (name, pool) in &block.pools {
        answer.notes.extend(plan.spread_notes(name, pool));
    }
    let adopted = root.as_deref().map(|root| plan.adoption_note(root));
    answer.notes.extend(adopted);
}

/// One cluster on its way to resources.
pub(super) struct Plan<'a> {
    pub(super) context: &'a Context,
    pub(super) facts: Option<&'a Facts>,
    project: String,
    pub(super) address: String,
    /// `shop-prod`: the cluster's name, and what the names of the rest begin with.
    name: String,
    pub(super) block: &'a Block,
    pub(super) network: &'a Network,
    /// The address of its nodes' account.
    pub(super) account: String,
}

impl Plan<'_> {
    pub(super) fn id(&self, part: &str) -> ResourceId {
        ResourceId::new(self.address.as_str(), part)
    }

    pub(super) fn labels(&self) -> Tags {
        self.context.labels.clone()
    }

    /// The account that nodes are, so that they are not the project's default one, which may do nearly everything.
    fn account(&self) -> Made {
        let fields = ServiceAccount {
            display_name: format!("nodes of {}", self.name),
        };
        let mut made = resource(self.id("node-account"), "gcp.service_account", &fields)?;
        made.name = Some(named(self.context, &made, &self.name, ACCOUNT_ID, true));
        Ok(made)
    }

    fn binding(&self) -> Made {
        let fields = ProjectBinding {
            role: NODE_ROLE.to_owned(),
            member: format!("serviceAccount:{}", self.account),
        };
        let mut made = resource(self.id("node-binding"), "gcp.project_binding", &fields)?;
        made.after.push(self.id("node-account"));
        Ok(made)
    }

    fn cluster(&self, pools: Vec<NewPool>) -> Made {
        let (block, gke) = (self.block, &self.block.gke);
        let public = &block.endpoint.public;
        let everybody = public.iter().any(|range| range == EVERYBODY);
        let window = gke.maintenance.as_ref();
        let ground = self.ground();
        let autopilots = |text: &str| match gke.autopilot {
            true => text.to_owned(),
            false => String::new(),
        };
        let fields = Cluster {
            location: self.location(),
            autopilot: gke.autopilot,
            network: ground.network,
            subnetwork: ground.subnetwork,
            pods_range: ground.pods_range,
            datapath: "ADVANCED_DATAPATH".to_owned(),
            version: block.version.clone(),
            channel: self.channel(),
            zones: self.zones(),
            private_nodes: true,
            public_endpoint: !public.is_empty(),
            restricted: (!public.is_empty()).then_some(!everybody),
            authorized_networks: if everybody {
                Vec::new()
            } else {
                public.clone()
            },
            dns_endpoint: gke.dns_endpoint,
            workload_pool: format!("{}.svc.id.goog", self.project),
            shielded_nodes: true,
            kms_key: gke.kms_key.clone().unwrap_or_default(),
            logging: self.logging(),
            managed_prometheus: gke.prometheus,
            maintenance_start: window.map(|one| one.start.clone()).unwrap_or_default(),
            maintenance_hours: window.map_or(0, |one| one.hours.map_or(WINDOW_HOURS, i64::from)),
            maintenance_days: window.map(|one| self.days(&one.days)).unwrap_or_default(),
            addons: gke.addons.clone(),
            tags: self.labels(),
            node_account: autopilots(&self.account),
            node_scopes: if gke.autopilot {
                vec![SCOPE.to_owned()]
            } else {
                Vec::new()
            },
            pools,
            ..Cluster::default()
        };
        let mut made = resource(self.id("cluster"), "gke.cluster", &fields)?;
        made.name = Some(named(self.context, &made, &self.name, CLUSTER_NAME, false));
        made.protect = block.protect;
        made.after = vec![self.id("node-account"), self.id("node-binding")];
        made.after.extend(self.way_out());
        Ok(made)
    }

    /// Where it lies: in our network, or in somebody else's.
    fn ground(&self) -> Ground {
        let name = &self.block.network;
        if self.network.existing.is_some() {
            return ground(&self.context.region, name, self.network, self.facts);
        }
        let subnet = network::id(name, "subnet");
        Ground {
            network: Field::output(&network::id(name, "network"), "id"),
            subnetwork: Field::output(&subnet, "id"),
            pods_range: Field::output(&subnet, "pods"),
        }
    }

    /// What lets the control plane reach webhooks, where they listen on ports that GKE does not open by itself.
    fn webhooks(&self, adopted: bool) -> Option<Made> {
        let ports = &self.block.gke.webhook_ports;
        if ports.is_empty() {
            return None;
        }
        if adopted || self.network.existing.is_some() {
            let message = format!(
                "{}: no firewall rule is made for `webhook_ports` where the network or the nodes are somebody else's",
                self.address
            );
            let advice = "let these ports in there, from the control plane to the nodes, and leave the word out";
            return Some(Err(refused(
                &self.address,
                "webhooks-elsewhere",
                message,
                advice,
            )));
        }
        Some(self.webhook_rule(ports))
    }

    fn webhook_rule(&self, ports: &[u16]) -> Made {
        let mut ports: Vec<String> = ports.iter().map(u16::to_string).collect();
        ports.sort();
        ports.dedup();
        let fields = Firewall {
            network: Field::output(&network::id(&self.block.network, "network"), "id"),
            source: Field::output(&self.id("cluster"), "control_plane"),
            ports,
            account: self.account.clone(),
        };
        let mut made = resource(self.id("webhooks"), "gcp.firewall", &fields)?;
        let name = format!("{}-webhooks", self.name);
        made.name = Some(named(self.context, &made, &name, FIREWALL_NAME, true));
        Ok(made)
    }

    fn days(&self, days: &[String]) -> Vec<String> {
        days.iter().map(|day| day.to_uppercase()).collect()
    }

    fn logging(&self) -> Vec<String> {
        let words = self.block.gke.logging.iter();
        let mut words: Vec<String> = words
            .map(|word| word.to_uppercase().replace('-', "_"))
            .collect();
        words.sort();
        words
    }

    /// The router: without it the first nodes could not reach the internet.
    fn way_out(&self) -> Option<ResourceId> {
        let has = self.network.nat != provision_core::spec::Nat::None;
        (has && self.network.existing.is_none()).then(|| network::id(&self.block.network, "router"))
    }

    /// Named types that the tables do not have, with their pools. Custom ones are in no table.
    fn unknown_machines(&self) -> impl Iterator<Item = (&String, &String)> {
        let known = |name: &str| {
            provision_data::gcp::shapes()
                .iter()
                .any(|one| one.name == name)
        };
        let named = self.block.pools.iter().flat_map(|(pool, block)| {
            let types = block
                .machine
                .types
                .get(&Platform::Gke)
                .into_iter()
                .flatten();
            types.map(move |name| (pool, name))
        });
        named.filter(move |(_, name)| !known(name) && !name.contains("custom-"))
    }

    fn notes(&self, notes: &mut Vec<Note>) {
        let mut say =
            |severity, code, text: String| notes.push(note(&self.address, severity, code, text));
        if self.block.protect {
            let text = "GKE has no switch against deletion: `protect` is a label that only provision heeds";
            say(Severity::Info, "protect-label", text.to_owned());
        }
        if self.channel() == NO_CHANNEL {
            let text = "Google lets only its older customers leave clusters out of release channels, and moves those that are left to \
                        Stable on 2027-06-14: name a channel";
            say(Severity::Warning, "no-channel", text.to_owned());
        }
        for (pool, name) in self.unknown_machines() {
            let text = format!(
                "no machine type `{name}` is in our tables: whether Google has it shows when it is made, and it has no price here ({pool})"
            );
            say(Severity::Warning, "unknown-machine", text);
        }
        if self.network.zones == 1 && !self.block.gke.autopilot {
            let text = "a zonal cluster has one control plane: while it is upgraded or its zone fails, the API is away";
            say(Severity::Info, "zonal", text.to_owned());
        }
        let has = self.facts.map_or(usize::MAX, |facts| facts.zones.len());
        if usize::from(self.network.zones) > has && has > 0 {
            let text = format!("the region has {has} zones; the cluster uses {has}");
            say(Severity::Warning, "zones-clamped", text);
        }
        if self.block.endpoint.public.is_empty() && !self.block.gke.dns_endpoint {
            let text = "the API can be reached from inside the network alone";
            say(Severity::Info, "private-endpoint", text.to_owned());
        }
    }
}

/// Counts by name, as the kind has them.
pub(super) fn counts(all: &BTreeMap<String, u32>) -> BTreeMap<String, i64> {
    let one = |(name, number): (&String, &u32)| (name.clone(), i64::from(*number));
    all.iter().map(one).collect()
}
