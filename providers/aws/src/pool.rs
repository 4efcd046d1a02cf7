//! Which machine types a pool runs on, whatever keeps its nodes.

use provision_core::contract::{Class, ExpandRequest, Failure};
use provision_core::model::{Choice, Options, Platform};
use provision_core::spec::{Arch, Machine, Pool};
use provision_data::aws::{Shape, shapes};

use crate::field::Field;
use crate::machine::{Market, Wish};

/// So many types share a spot pool, so that one that runs short does not empty it.
const SPOT_TYPES: usize = 3;

/// So many near names are told when one is unknown.
const NEAR: usize = 3;

/// Families that cannot be nodes of ours, with the reason.
const UNFIT: [(&str, &str); 5] = [
    ("a1", "Amazon Linux 2023 wants ARMv8.2, which it has not"),
    ("c1", NO_ENCRYPTION),
    ("m1", NO_ENCRYPTION),
    ("m2", NO_ENCRYPTION),
    ("t1", NO_ENCRYPTION),
];

/// Of the oldest families (EC2 user guide, "Requirements for Amazon EBS encryption").
const NO_ENCRYPTION: &str = "it takes no encrypted disk";

/// A pool that wants machines.
#[derive(Clone, Copy, Debug)]
pub struct PoolWish<'a> {
    /// `cluster.prod.pool.web`.
    pub address: &'a str,
    /// The platform, under whose word types may be named.
    pub platform: Platform,
    /// The machine types of the region: [`market`].
    pub market: &'a Market<'a>,
    /// Named types are taken as they are: the nodes run already.
    pub anything: bool,
}

impl PoolWish<'_> {
    /// The named types in their order, or choices among all that fit. The live ones are kept while they fit.
    ///
    /// # Errors
    /// When a named type will not do, or nothing fits.
    pub fn machines(&self, pool: &Pool) -> Result<Vec<Field<String>>, Failure> {
        if let Some(types) = pool.machine.types.get(&self.platform) {
            let shapes = shapes();
            for one in types.iter().filter(|_| !self.anything) {
                self.check(one, pool.machine.arch, shapes)?;
            }
            return Ok(types.iter().cloned().map(Field::Known).collect());
        }
        let fitting = self.fitting(&pool.machine);
        if fitting.is_empty() {
            return Err(self.nothing_fits(&pool.machine));
        }
        let wanted = if pool.spot { SPOT_TYPES } else { 1 };
        let count = wanted.min(fitting.len());
        let choice = Choice {
            any_of: fitting,
            keep_any: false,
            distinct: (count > 1).then(|| format!("{}/machines", self.address)),
            what: "machine".to_owned(),
        };
        Ok(vec![Field::Choice(choice); count])
    }

    fn fitting(&self, machine: &Machine) -> Options {
        self.market.fitting(Wish {
            arch: machine.arch,
            cpu_milli: machine.cpu_milli.unwrap_or_default(),
            memory: machine.memory.unwrap_or_default(),
        })
    }

    fn check(&self, name: &str, arch: Arch, shapes: &[Shape]) -> Result<(), Failure> {
        let (address, offered) = (self.address, self.market.list);
        if !offered.is_empty() && !offered.iter().any(|known| known == name) {
            let region = self.market.region;
            let message = format!("{address}: {region} does not offer the machine type `{name}`");
            let advice = format!("near it are {}", near(name, offered).join(", "));
            return Err(refused(address, "machine-unknown", message, advice));
        }
        if let Some(reason) = unfit(name) {
            let message = format!("{address}: `{name}` cannot be a node: {reason}");
            let advice = "take a newer family, such as m7i or m7g";
            return Err(refused(address, "machine-unfit", message, advice));
        }
        let shape = shapes.iter().find(|shape| shape.name == name);
        match shape {
            Some(shape) if shape.arch != word(arch) => {
                let message = format!(
                    "{address}: `{name}` is an {} type, and the pool is {}",
                    shape.arch,
                    word(arch)
                );
                let advice = "set `arch` to that of the type, or take another type";
                Err(refused(address, "machine-arch", message, advice))
            }
            _ => Ok(()),
        }
    }

    /// Says what the largest machines are, so that the wish can be brought down to one.
    fn nothing_fits(&self, machine: &Machine) -> Failure {
        let address = self.address;
        let any = Machine {
            arch: machine.arch,
            ..Machine::default()
        };
        let region = self.market.region;
        let names = self.fitting(&any);
        let is_there = |shape: &&Shape| {
            let mut names = names.iter();
            names.any(|opt| opt.value.as_text() == Some(&shape.name))
        };
        let there: Vec<&Shape> = shapes().iter().filter(is_there).collect();
        let most = |size: fn(&Shape) -> u64| there.iter().max_by_key(|shape| size(shape));
        let (Some(cpu), Some(memory)) = (
            most(|shape| u64::from(shape.vcpu)),
            most(|shape| shape.memory_mib),
        ) else {
            let message = format!("{address}: no machine types are known for {region}");
            let word = self.platform.word();
            let advice = format!("name the types: machine = {{ {word} = [\"m7i.large\"] }}");
            return refused(address, "machine-none", message, advice);
        };
        let message = format!(
            "{address}: {region} has no {} machine type with {}",
            word(machine.arch),
            wish(machine)
        );
        let advice = format!(
            "ask for less: {} has the most processors, {}; {} the most memory, {} GiB",
            cpu.name,
            cpu.vcpu,
            memory.name,
            memory.memory_mib / 1024
        );
        refused(address, "machine-none", message, advice)
    }
}

/// The machine types of a region that can be nodes, as far as the account is known.
#[must_use]
pub fn market(request: &ExpandRequest) -> Market<'_> {
    let offered = request
        .facts
        .as_ref()
        .map(|facts| facts.machines.as_slice());
    choosable(&request.context.region, offered.unwrap_or_default())
}

/// The machine types of a region that can be nodes; `offered` is what the account is known to be offered, empty = the table of
/// prices decides.
#[must_use]
pub fn choosable<'a>(region: &'a str, offered: &'a [String]) -> Market<'a> {
    Market::new(region, offered, |name| unfit(name).is_none())
}

/// The only one of the machine types; nothing where there are several.
#[must_use]
pub fn one_type(mut machines: Vec<Field<String>>) -> Field<String> {
    let last = machines.pop().filter(|_| machines.is_empty());
    last.unwrap_or_default()
}

/// A refusal of what the spec says.
fn refused(address: &str, code: &str, message: String, advice: impl Into<String>) -> Failure {
    Failure {
        class: Class::Invalid,
        code: code.to_owned(),
        message,
        call: None,
        object: Some(address.to_owned()),
        advice: Some(advice.into()),
    }
}

/// Why a type cannot be a node.
#[must_use]
pub fn unfit(name: &str) -> Option<&'static str> {
    let family = name.split('.').next();
    let mut all = UNFIT.iter();
    all.find(|(unfit, _)| Some(*unfit) == family)
        .map(|(_, reason)| *reason)
}

/// The wish in words: `2 vCPU and 8 GiB`.
fn wish(machine: &Machine) -> String {
    let cpu = machine.cpu_milli.map(|milli| match milli % 1000 {
        0 => format!("{} vCPU", milli / 1000),
        _ => format!("{milli}m vCPU"),
    });
    let memory = machine
        .memory
        .map(|bytes| format!("{} GiB", bytes.div_ceil(1 << 30)));
    [cpu, memory]
        .into_iter()
        .flatten()
        .collect::<Vec<_>>()
        .join(" and ")
}

const fn word(arch: Arch) -> &'static str {
    match arch {
        Arch::Amd64 => "x86_64",
        Arch::Arm64 => "arm64",
    }
}

/// The offered types whose names are nearest.
fn near<'a>(name: &str, offered: &'a [String]) -> Vec<&'a str> {
    let mut all: Vec<(usize, &str)> = offered
        .iter()
        .map(|known| (strsim::levenshtein(name, known), known.as_str()))
        .collect();
    all.sort_unstable();
    all.into_iter().take(NEAR).map(|(_, known)| known).collect()
}
