//! A live cluster on ECS in the words of a spec, and what no word can say.
//!
//! What carries the marks of the asking stack is written under the names that the marks tell, so that a plan of it has
//! nothing to do. What another tool made cannot be taken over: it is written with names made of its own, for another one
//! beside it.

use std::collections::{BTreeMap, BTreeSet};

use aws_sdk_ecs::types::ExecuteCommandLogging;
use provision_aws::{Aws, Fault, Marks, block_of, home, network_words, plain};
use provision_core::contract::{
    Called, Class, Context, Failure, Import, Imported, LeftOut, Standing, Words,
};
use provision_core::spec::block_name;
use serde_json::{Value as Json, json};

use crate::kinds::{FoundCluster, Unread, found};

mod balancers;
mod pools;
mod run;
mod secrets;

/// The block of a network that nothing tells the name of.
const NETWORK: &str = "main";

/// What is read on the way.
struct Reading<'a> {
    aws: &'a Aws,
    context: &'a Context,
    /// The cluster's block.
    cluster: String,
    /// The network's block.
    network: String,
    /// Whether the cluster carries the marks of the stack.
    ours: bool,
    pools: BTreeMap<String, Words>,
    /// Pools by the name of their capacity provider.
    providers: BTreeMap<String, String>,
    /// Blocks by sort and name.
    blocks: BTreeMap<String, BTreeMap<String, Words>>,
    /// Blocks of secrets, by what containers name them with.
    secrets: BTreeMap<String, String>,
    left: Vec<LeftOut>,
}

/// Reads a cluster and what is in it.
///
/// # Errors
/// It is not there, or may not be read.
pub(crate) async fn import(aws: &Aws, wish: &Import) -> Result<Imported, Failure> {
    let fault = |fault: Fault| fault.about(&wish.cluster).failure();
    let read = found(aws, &wish.context, &wish.cluster).await;
    let cluster = match read {
        Ok(Some(cluster)) => cluster,
        Ok(None) => return Err(not_there(wish)),
        Err(Unread::Fault(why)) => return Err(fault(why)),
        Err(Unread::Failure(failure)) => return Err(failure),
    };
    let name = cluster.wire.cluster_name().unwrap_or_default();
    let mut reading = Reading::new(aws, &wish.context, &cluster);
    let network = reading.network(&cluster).await.map_err(fault)?;
    let words = reading.cluster(&cluster);
    reading.machines(&cluster).await.map_err(fault)?;
    reading.runs(&cluster).await.map_err(fault)?;
    reading.fronts(&cluster).await.map_err(fault)?;
    Ok(Imported {
        name: name.to_owned(),
        network,
        cluster: words,
        pools: reading.pools,
        left: reading.left,
        standing: match reading.ours {
            true => Standing::Ours,
            false => Standing::Beside,
        },
        called: Some(Called {
            cluster: reading.cluster,
            network: reading.network,
        }),
        labels: match reading.ours {
            true => labels(&cluster),
            false => BTreeMap::new(),
        },
        blocks: reading.blocks,
    })
}

/// Tags that everything of the stack has.
fn labels(cluster: &FoundCluster) -> BTreeMap<String, String> {
    let mut all = plain(&cluster.tags);
    all.remove("Name");
    all
}

fn not_there(wish: &Import) -> Failure {
    Failure {
        class: Class::NotFound,
        code: "cluster".to_owned(),
        message: format!(
            "there is no ECS cluster {} in {}",
            wish.cluster, wish.context.region
        ),
        call: Some("ecs:DescribeClusters".to_owned()),
        object: Some(wish.cluster.clone()),
        advice: Some("name a cluster of this account, and its region with --region".to_owned()),
    }
}

impl<'a> Reading<'a> {
    fn new(aws: &'a Aws, context: &'a Context, cluster: &FoundCluster) -> Self {
        let name = cluster.wire.cluster_name().unwrap_or_default();
        let block = block_of(&Marks::of(&cluster.tags), &context.stack);
        Self {
            aws,
            context,
            ours: block.is_some(),
            cluster: block.unwrap_or_else(|| block_name(name, &[])),
            network: NETWORK.to_owned(),
            pools: BTreeMap::new(),
            providers: BTreeMap::new(),
            blocks: BTreeMap::new(),
            secrets: BTreeMap::new(),
            left: Vec::new(),
        }
    }

    fn leave(&mut self, of: &str, what: impl Into<String>) {
        self.left.push(LeftOut {
            of: of.to_owned(),
            what: what.into(),
        });
    }

    /// Keeps a block.
    fn keep(&mut self, sort: &str, name: &str, words: Words) {
        let blocks = self.blocks.entry(sort.to_owned()).or_default();
        blocks.insert(name.to_owned(), words);
    }

    /// A name of a block of the sort, like somebody's, that is not in use.
    fn free_name(&self, sort: &str, like: &str) -> String {
        let used = self.blocks.get(sort);
        let used: Vec<String> = used.into_iter().flat_map(BTreeMap::keys).cloned().collect();
        block_name(like, &used)
    }

    async fn network(&mut self, cluster: &FoundCluster) -> Result<Words, Fault> {
        let subnets = subnets(cluster);
        let stack = &self.context.stack;
        let found = match self.ours || !subnets.is_empty() {
            true => home(self.aws, &subnets, stack).await?,
            false => None,
        };
        let Some(home) = found else {
            self.leave(
                "network",
                "nothing runs in the cluster that would tell its network: this is one with defaults",
            );
            return Ok(Words::new());
        };
        if let Some(block) = home.block.filter(|_| self.ours) {
            self.network = block;
            let (mut words, _) = network_words(self.aws, &home.vpc).await?;
            words.remove("adopt");
            return Ok(words);
        }
        self.network = block_name(&self.cluster, &[]);
        Ok(Words::from([(
            "existing".to_owned(),
            json!({ "aws": home.vpc }),
        )]))
    }

    fn cluster(&mut self, found: &FoundCluster) -> Words {
        let wire = &found.wire;
        let machines = !found.pools.is_empty();
        let capacity = if machines { "ec2" } else { "fargate" };
        let mut extras = json!({ "capacity": capacity });
        let settings = wire.settings().iter();
        let insights = settings
            .filter(|one| {
                one.name()
                    .is_some_and(|name| name.as_str() == "containerInsights")
            })
            .find_map(|one| one.value());
        if let Some(word @ ("enabled" | "enhanced")) = insights {
            extras["insights"] = word.into();
        }
        let exec = wire
            .configuration()
            .and_then(|one| one.execute_command_configuration())
            .and_then(|one| one.logging());
        match exec.map(ExecuteCommandLogging::as_str) {
            Some("DEFAULT") => extras["exec"] = true.into(),
            Some("OVERRIDE") => {
                extras["exec"] = true.into();
                self.leave("cluster", "a place of its own for the logs of `exec`");
            }
            _ => {}
        }
        let mut words = Words::from([
            ("platform".to_owned(), Json::from("ecs")),
            ("ecs".to_owned(), extras),
        ]);
        if Marks::of(&found.tags).protect {
            words.insert("protect".to_owned(), Json::from(true));
        }
        let mut providers = wire.capacity_providers().iter();
        if machines && providers.any(|one| one.starts_with("FARGATE")) {
            self.leave("cluster", "capacity on Fargate beside its machines");
        }
        self.leave_of_cluster(found);
        words
    }

    /// Settings that no word says.
    fn leave_of_cluster(&mut self, found: &FoundCluster) {
        if self.ours {
            return;
        }
        let named = found.wire.service_connect_defaults();
        if let Some(namespace) = named.and_then(|one| one.namespace()) {
            self.leave("cluster", format!("the namespace {namespace}"));
        }
        let strategy = found.wire.default_capacity_provider_strategy();
        if strategy.len() > 1 {
            self.leave(
                "cluster",
                "a default strategy of several capacity providers",
            );
        }
        let tags: Vec<String> = plain(&found.tags).into_keys().collect();
        if !tags.is_empty() {
            self.leave("cluster", format!("tags {}", tags.join(", ")));
        }
    }
}

/// The subnets of what runs in a cluster.
fn subnets(cluster: &FoundCluster) -> Vec<String> {
    let services = cluster.services.iter().flat_map(|one| &one.service.subnets);
    let schedules = cluster.jobs.iter().filter_map(|job| job.schedule.as_ref());
    let schedules = schedules.flat_map(|one| &one.subnets);
    let groups = cluster.pools.iter().flat_map(|pool| &pool.group.subnets);
    let all = services.chain(schedules).chain(groups);
    let all: BTreeSet<String> = all.filter_map(|one| one.get().cloned()).collect();
    all.into_iter().collect()
}

/// A text in which nothing is a variable.
fn text(plain: &str) -> Json {
    Json::from(plain.replace('$', "$$"))
}

/// The same of a list.
fn texts(plain: &[String]) -> Json {
    plain.iter().map(|one| text(one)).collect()
}
