//! Task definitions of workloads and jobs: their containers, their size, their logs.

use std::collections::{BTreeMap, BTreeSet};

use provision_aws::{Field, LogGroup, SecurityGroup};
use provision_core::contract::{Failure, Note, Severity};
use provision_core::spec::{Arch, Container as Words};

use super::secret::reached;
use super::size::{LARGEST, Size, Wish, cpu_words, fargate, memory_words, mib, units};
use super::unit::{Made, Unit};
use crate::kinds::{Container, TaskDefinition};

/// Longest name of a family (RegisterTaskDefinition).
const FAMILY: usize = 255;

/// Longest name of a security group (CreateSecurityGroup).
const GROUP_NAME: usize = 255;

/// Days that logs are kept.
const RETENTION_DAYS: i32 = 30;

/// Fargate ends what has not stopped after so many seconds.
const LONGEST_STOP: u64 = 120;

/// What a main container listens and is asked on, beside the words that all containers have.
#[derive(Default)]
pub(super) struct Main<'a> {
    /// Its port, and others that balancers reach it on, by name.
    pub(super) ports: BTreeMap<String, i32>,
    /// A command that tells its health.
    pub(super) health: Option<&'a [String]>,
    /// Seconds that it may take to start.
    pub(super) start: u64,
    /// Seconds between the polite and the hard end.
    pub(super) stop_timeout: Option<u64>,
    /// The service whose pipeline sets the image: `CLUSTER/NAME`.
    pub(super) image_from: Option<String>,
    /// Containers beside it.
    pub(super) sidecars: Option<&'a BTreeMap<String, Words>>,
}

impl Unit<'_> {
    /// Names of all secrets of its containers.
    pub(super) fn secrets<'b>(&'b self, main: &Main<'b>) -> BTreeSet<&'b str> {
        let beside = main.sidecars.into_iter().flat_map(BTreeMap::values);
        let all = std::iter::once(self.container).chain(beside);
        all.flat_map(|one| one.secrets.values().map(String::as_str))
            .collect()
    }

    /// Images of all its containers.
    pub(super) fn images<'b>(&'b self, main: &Main<'b>) -> BTreeSet<&'b str> {
        let beside = main.sidecars.into_iter().flat_map(BTreeMap::values);
        let all = std::iter::once(self.container).chain(beside);
        all.map(|one| one.image.as_str()).collect()
    }

    /// Where its logs go. The stack's claim is a log group beside them.
    pub(super) fn log_group_name(&self) -> String {
        let stack = &self.context().stack;
        let name = self.called.strip_prefix(&format!("{stack}-"));
        match name.unwrap_or(&self.called) {
            "claim" => format!("/provision/{stack}/claim_workload"),
            name => format!("/provision/{stack}/{name}"),
        }
    }

    pub(super) fn log_group(&self) -> Made {
        let fields = LogGroup {
            retention_days: Some(RETENTION_DAYS),
            tags: self.tags(""),
        };
        let mut group = self.shared("log-group", "logs.group", &fields)?;
        group.name = Some(self.log_group_name());
        Ok(group)
    }

    /// The group of its tasks. It lets everything out, as every new group does.
    pub(super) fn security_group(&self) -> Made {
        let fields = SecurityGroup {
            vpc: self.ground.vpc.clone(),
            description: format!(
                "tasks of {} of stack {}",
                self.address,
                self.context().stack
            ),
            tags: self.tags(""),
        };
        let group = self.shared("security-group", "ec2.security_group", &fields)?;
        let wanted = format!("{}-tasks", self.called);
        Ok(self.named(group, &wanted, GROUP_NAME, false))
    }

    /// What its tasks are made of, with notes on what is rounded.
    pub(super) fn task_definition(&self, main: &Main<'_>, notes: &mut Vec<Note>) -> Made {
        let mut containers = BTreeMap::from([(self.name.to_owned(), self.main(main)?)]);
        for (name, words) in main.sidecars.into_iter().flatten() {
            if name == self.name {
                let message =
                    "a sidecar has the name of the workload, which its main container has";
                return Err(self.refused("sidecar-name", message, "call the sidecar otherwise"));
            }
            containers.insert(name.clone(), self.converted(words));
        }
        let (cpu, memory) = match self.on_machines() {
            true => (0, 0),
            false => self.size(main, notes)?,
        };
        let fields = TaskDefinition {
            launch: if self.on_machines() { "EC2" } else { "FARGATE" }.to_owned(),
            architecture: match self.arch() {
                Arch::Amd64 => "X86_64",
                Arch::Arm64 => "ARM64",
            }
            .to_owned(),
            cpu,
            memory,
            execution_role: Field::output(&self.id("execution-role"), "arn"),
            task_role: Field::output(&self.id("task-role"), "arn"),
            log_group: Field::output(&self.id("log-group"), "name"),
            containers,
            image_of: main.image_from.as_ref().map(|_| self.name.to_owned()),
            first_image: main
                .image_from
                .as_ref()
                .map(|_| self.container.image.clone()),
            image_from: main.image_from.clone(),
            digest: None,
            tags: self.tags(""),
        };
        let definition = self.own("task-definition", "ecs.task_definition", &fields)?;
        Ok(self.named(definition, &self.called, FAMILY, false))
    }

    /// The family of its task definition.
    pub(super) fn family(&self) -> Result<String, Failure> {
        let empty = self.own(
            "task-definition",
            "ecs.task_definition",
            &TaskDefinition::default(),
        )?;
        let named = self.named(empty, &self.called, FAMILY, false);
        Ok(named.name.unwrap_or_default())
    }

    fn main(&self, main: &Main<'_>) -> Result<Container, Failure> {
        let stop = main.stop_timeout.unwrap_or(0);
        if stop > LONGEST_STOP && !self.on_machines() {
            let message =
                format!("`stop_timeout` is {stop}s, and Fargate ends tasks after {LONGEST_STOP}s");
            let advice = "write \"120s\" or less, or run it on a pool of machines (ecs = { capacity = \"ec2\" })";
            return Err(self.refused("stop-timeout", &message, advice));
        }
        if self.on_machines() && self.container.memory.is_none() {
            let message = "it says no `memory`, which ECS wants of containers on machines";
            return Err(self.refused("memory-missing", message, "add memory = \"512MiB\""));
        }
        let mut container = self.converted(self.container);
        container.essential = true;
        if main.image_from.is_some() {
            container.image = None;
        }
        container.ports.clone_from(&main.ports);
        container.health = main.health.unwrap_or_default().to_vec();
        container.health_start = match main.health {
            // ECS takes no more than 300 seconds.
            Some(_) => small(main.start.min(300)),
            None => 0,
        };
        container.stop_timeout = small(stop);
        Ok(container)
    }

    /// The words that all containers have. What has no memory of its own has that of the task.
    fn converted(&self, words: &Words) -> Container {
        let secret = |(variable, name): (&String, &String)| {
            let secret = self.request.spec.secrets.get(name)?;
            Some((variable.clone(), reached(self, name, secret).value_from))
        };
        Container {
            image: Some(words.image.clone()),
            essential: false,
            entrypoint: words.entrypoint.clone().unwrap_or_default(),
            command: words.command.clone().unwrap_or_default(),
            cpu: small(words.cpu_milli.map_or(0, units)),
            memory: small(words.memory.map_or(0, mib)),
            ports: BTreeMap::new(),
            env: words.env.clone(),
            secrets: words.secrets.iter().filter_map(secret).collect(),
            health: Vec::new(),
            health_start: 0,
            stop_timeout: 0,
        }
    }

    /// The size of a task on Fargate, in CPU units and MiB.
    fn size(&self, main: &Main<'_>, notes: &mut Vec<Note>) -> Result<(i64, i64), Failure> {
        let beside = main.sidecars.into_iter().flat_map(BTreeMap::values);
        let all = || std::iter::once(self.container).chain(beside.clone());
        let wish = Wish {
            cpu: all().filter_map(|one| one.cpu_milli).map(units).sum(),
            memory: all().filter_map(|one| one.memory).map(mib).sum(),
        };
        let Some(size) = fargate(wish) else {
            let message = format!(
                "its containers want {} CPU and {}, and the largest task on Fargate has {LARGEST}",
                cpu_words(wish.cpu),
                memory_words(wish.memory)
            );
            let advice =
                "ask for less, or run it on a pool of machines (ecs = { capacity = \"ec2\" })";
            return Err(self.refused("task-too-large", &message, advice));
        };
        notes.extend(self.rounded(wish, size));
        let wide = |number: u64| i64::try_from(number).unwrap_or(i64::MAX);
        Ok((wide(size.cpu), wide(size.memory)))
    }

    /// From what to what a size is rounded.
    fn rounded(&self, wish: Wish, size: Size) -> Option<Note> {
        if (wish.cpu, wish.memory) == (size.cpu, size.memory) {
            return None;
        }
        let to = format!(
            "{} CPU and {}",
            cpu_words(size.cpu),
            memory_words(size.memory)
        );
        let from = match (wish.cpu, wish.memory) {
            (0, 0) => {
                let message = format!(
                    "it says neither `cpu` nor `memory`: its tasks on Fargate have {to}, the least"
                );
                return Some(self.note(Severity::Info, "fargate-size", message));
            }
            (cpu, 0) => format!("{} CPU", cpu_words(cpu)),
            (0, memory) => memory_words(memory),
            (cpu, memory) => format!("{} CPU and {}", cpu_words(cpu), memory_words(memory)),
        };
        let message = format!("Fargate sells certain sizes: {from} is rounded up to {to}");
        Some(self.note(Severity::Info, "fargate-size", message))
    }
}

/// A number as ECS takes it.
pub(super) fn small(number: u64) -> i32 {
    i32::try_from(number).unwrap_or(i32::MAX)
}
