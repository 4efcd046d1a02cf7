//! `[cluster.NAME.pool.NAME]`: a node pool.

use std::collections::BTreeMap;

use provision_core::contract::Failure;
use provision_core::model::{Choice, Open, Opt, Platform, Resource, ResourceId};
use provision_core::spec::{Arch, Pool, Taint, TaintEffect};
use provision_kind::Field;

use super::cluster::{Plan, SCOPE, counts};
use super::version::NO_CHANNEL;
use super::{named, refused, resource};
use crate::kinds::{NewPool, NodePool};
use crate::machine::{self, Wish, is_arm};

/// Longest name of a pool (nodePools.create), less room for the suffix of its replacement.
const POOL_NAME: usize = 40 - 9;

/// How blue-green rolls: a fifth at a time, and a quarter of an hour before the blue nodes go.
const BATCH_PERCENT: i64 = 20;
const BATCH_SOAK_SECONDS: i64 = 60;
const SOAK_SECONDS: i64 = 900;

/// The label that tells the pool, whatever it is called on GKE.
pub(super) const POOL_LABEL: &str = "provision-pool";

impl Plan<'_> {
    /// The pool as its cluster makes it, unless it is there already, and its resource.
    pub(super) fn pool(
        &self,
        name: &str,
        pool: &Pool,
    ) -> Result<(Option<NewPool>, Resource<Open>), Failure> {
        let id = ResourceId::new(format!("{}.pool.{name}", self.address), "nodepool");
        let fields = self.fields(name, pool)?;
        let mut made = resource(id.clone(), "gke.node_pool", &fields)?;
        let physical = named(self.context, &made, name, POOL_NAME, false);
        made.name = Some(physical.clone());
        made.parent = Some(self.id("cluster"));
        if let Some(root) = self.adopted_pool(name) {
            return Ok((None, self.taken_pool(made, &root)));
        }
        if self.adopted_cluster().is_some() {
            made.after = vec![self.id("node-account"), self.id("node-binding")];
        }
        let seed = NewPool {
            id: id.to_string(),
            name: physical,
            protect: false,
            pool: NodePool {
                machine_type: unpriced(fields.machine_type),
                ..fields
            },
        };
        Ok((Some(seed), made))
    }

    fn fields(&self, name: &str, pool: &Pool) -> Result<NodePool, Failure> {
        let gke = &pool.gke;
        let mut labels = pool.node_labels.clone();
        labels.insert(POOL_LABEL.to_owned(), name.to_owned());
        let blue_green = gke.upgrade.as_deref() == Some("blue-green");
        let surge = |number: Option<u32>, otherwise: i64| match blue_green {
            true => 0,
            false => number.map_or(otherwise, i64::from),
        };
        let settings = |value: i64| if blue_green { value } else { 0 };
        let (machine_type, disk_type) = self.machine(name, pool)?;
        let spread = self.spread(pool);
        // A machine of another family has the accelerators of its type, which GKE fills in where nobody says them.
        let bare = machine_type
            .get()
            .is_none_or(|name| name.starts_with("n1-"));
        let accelerators = counts(&gke.accelerators);
        Ok(NodePool {
            version: self.pool_version(),
            machine_type,
            arch: arch(pool.machine.arch).to_owned(),
            disk_gib: i64::try_from(pool.disk.div_ceil(1 << 30)).unwrap_or(i64::MAX),
            disk_type,
            image_type: "COS_CONTAINERD".to_owned(),
            spot: pool.spot,
            service_account: self.account.clone().into(),
            scopes: vec![SCOPE.to_owned()],
            min: i64::from(pool.nodes.min),
            max: i64::from(pool.nodes.max),
            zones: spread.named,
            initial: i64::from(spread.initial),
            nodes: spread.nodes.map(i64::from),
            labels,
            taints: taints(pool),
            auto_repair: true,
            auto_upgrade: self.channel() != NO_CHANNEL,
            strategy: if blue_green { "BLUE_GREEN" } else { "SURGE" }.to_owned(),
            max_surge: surge(gke.max_surge, 1),
            max_unavailable: surge(gke.max_unavailable, 0),
            batch_percent: settings(BATCH_PERCENT),
            batch_soak_seconds: settings(BATCH_SOAK_SECONDS),
            soak_seconds: settings(SOAK_SECONDS),
            accelerators: (bare || !accelerators.is_empty()).then_some(accelerators),
            workload_metadata: "GKE_METADATA".to_owned(),
            tags: self.labels(),
            ..NodePool::default()
        })
    }

    /// The named type, or a choice among all that fit; the live one is kept while it fits. A pool has one type: of several
    /// named ones the first is the wanted one, and the others do as well. With it comes the disk it boots from.
    fn machine(&self, name: &str, pool: &Pool) -> Result<(Field<String>, String), Failure> {
        let address = format!("{}.pool.{name}", self.address);
        let machine = &pool.machine;
        let disk = named_disk(pool);
        let region = self.context.region.as_str();
        let own = machine.types.get(&Platform::Gke).map(Vec::as_slice);
        let (any_of, disk) = match own {
            Some(types @ [first, ..]) => {
                for one in types {
                    check(&address, one, machine.arch)?;
                }
                let disk = disk.unwrap_or_else(|| machine::disk_of(first)).to_owned();
                if let [one] = types {
                    return Ok((one.clone().into(), disk));
                }
                (machine::named(region, types), disk)
            }
            _ => {
                let wish = Wish {
                    arch: machine.arch,
                    cpu_milli: machine.cpu_milli.unwrap_or_default(),
                    memory: machine.memory.unwrap_or_default(),
                    disk,
                };
                machine::fitting(region, &wish)
            }
        };
        if any_of.is_empty() {
            return Err(too_large(&address, pool));
        }
        let choice = Choice {
            any_of,
            keep_any: false,
            distinct: None,
            what: "machine".to_owned(),
        };
        Ok((Field::Choice(choice), disk))
    }
}

/// The same choice without a word on prices: the pool's own resource says why it is taken.
fn unpriced(field: Field<String>) -> Field<String> {
    let Field::Choice(choice) = field else {
        return field;
    };
    let options = choice.any_of.iter().map(|option| Opt {
        value: option.value.clone(),
        hourly_micros: None,
    });
    Field::Choice(Choice {
        any_of: options.collect(),
        ..choice
    })
}

/// `amd64`, `arm64`.
fn arch(arch: Arch) -> &'static str {
    match arch {
        Arch::Amd64 => "amd64",
        Arch::Arm64 => "arm64",
    }
}

/// The disk that was asked for; the usual one stands for whatever the family of the machine takes.
fn named_disk(pool: &Pool) -> Option<&str> {
    let disk = pool.gke.disk_type.as_deref();
    disk.filter(|disk| *disk != machine::BALANCED)
}

/// Nothing satisfies the pool's words.
fn too_large(address: &str, pool: &Pool) -> Failure {
    let with = match named_disk(pool) {
        Some(disk) => format!(" and boots from {disk}"),
        None => String::new(),
    };
    let message =
        format!("{address}: no machine type of GKE's general families is that large{with}");
    let advice = "ask for less, or name a type: machine = { gke = \"n2-standard-128\" }";
    refused(address, "machine-too-large", message, advice)
}

fn check(address: &str, name: &str, arch: Arch) -> Result<(), Failure> {
    if is_arm(name) == (arch == Arch::Arm64) {
        return Ok(());
    }
    let has = match arch {
        Arch::Amd64 => Arch::Arm64,
        Arch::Arm64 => Arch::Amd64,
    };
    let (has, wanted) = (self::arch(has), self::arch(arch));
    let message = format!("{address}: `{name}` is an {has} type, and the pool is {wanted}");
    let advice = "set `arch` to that of the type, or take another type";
    Err(refused(address, "machine-arch", message, advice))
}

/// Values by key and effect.
fn taints(pool: &Pool) -> BTreeMap<String, String> {
    let taint = |taint: &Taint| {
        let effect = match taint.effect {
            TaintEffect::NoSchedule => "NoSchedule",
            TaintEffect::PreferNoSchedule => "PreferNoSchedule",
            TaintEffect::NoExecute => "NoExecute",
        };
        (format!("{}:{effect}", taint.key), taint.value.clone())
    };
    pool.taints.iter().map(taint).collect()
}
