//! Workloads and jobs: services, schedules, and what their tasks are made of.

use std::collections::BTreeMap;

use provision_aws::{Fault, block_of};
use provision_core::contract::Words;
use serde_json::{Value as Json, json};

use super::{Reading, text, texts};
use crate::expand::cron_expression;
use crate::kinds::{
    Capacity, Container, FARGATE, FoundCluster, FoundJob, PORT_NAME, Runs, TaskDefinition,
};

/// Seconds in which failed checks of a balancer do not count, where a spec says nothing.
const GRACE: i64 = 60;

impl Reading<'_> {
    /// Everything that runs.
    pub(super) async fn runs(&mut self, cluster: &FoundCluster) -> Result<(), Fault> {
        for one in &cluster.services {
            let own = block_of(&one.marks, &self.context.stack);
            let name = own.unwrap_or_else(|| self.free_name("workload", &one.name));
            let words = self.workload(&name, one).await?;
            self.keep("workload", &name, words);
        }
        for job in &cluster.jobs {
            let own = block_of(&job.marks, &self.context.stack);
            let name = own.unwrap_or_else(|| self.free_name("job", &job.name));
            let words = self.job(&name, job).await?;
            self.keep("job", &name, words);
        }
        Ok(())
    }

    async fn workload(&mut self, name: &str, one: &Runs) -> Result<Words, Fault> {
        let of = format!("workload {name}");
        let service = &one.service;
        let balanced = service.balancers.first();
        let listens = balanced.map(|balancer| balancer.container.as_str());
        let main = main(&one.definition, listens.unwrap_or(name));
        let (mut words, mut beside) = self.unit(&of, &one.definition, &main).await?;
        if let Some(pool) = self.pool_of(&of, service.capacity.as_ref(), &one.definition) {
            words.insert("pool".to_owned(), Json::from(pool));
        }
        words.insert("replicas".to_owned(), replicas(one));
        let container = one.definition.containers.get(&main);
        let container = container.cloned().unwrap_or_default();
        let port = container.ports.get(PORT_NAME).copied();
        let port = port.or_else(|| balanced.map(|balancer| balancer.port));
        let port = port.or_else(|| container.ports.values().next().copied());
        if let Some(port) = port {
            words.insert("port".to_owned(), Json::from(port));
        }
        if !container.health.is_empty() {
            let mut health = json!({ "command": texts(&container.health) });
            if container.health_start > 0 {
                health["start"] = seconds(i64::from(container.health_start));
            }
            words.insert("health".to_owned(), health);
        }
        if let Some(sidecars) = beside.take().filter(|all| !all.is_empty()) {
            words.insert("sidecars".to_owned(), json!(sidecars));
        }
        self.leave_of_service(&of, one);
        Ok(words)
    }

    /// Settings of a service that no word says.
    fn leave_of_service(&mut self, of: &str, one: &Runs) {
        let service = &one.service;
        for policy in &one.scaled_by {
            self.leave(of, format!("scaling by {policy}"));
        }
        if self.ours {
            return;
        }
        if (service.minimum_percent, service.maximum_percent) != (100, 200) {
            let what = format!(
                "in a rollout {} to {} % of its tasks run",
                service.minimum_percent, service.maximum_percent
            );
            self.leave(of, what);
        }
        if !(service.circuit_breaker && service.rollback) {
            self.leave(of, "a rollout that fails is not rolled back");
        }
        let groups = service.security_groups.iter();
        let groups: Vec<String> = groups.filter_map(|one| one.get().cloned()).collect();
        if !groups.is_empty() {
            self.leave(of, format!("its security groups {}", groups.join(", ")));
        }
    }

    async fn job(&mut self, name: &str, job: &FoundJob) -> Result<Words, Fault> {
        let of = format!("job {name}");
        let main = main(&job.definition, name);
        let (mut words, beside) = self.unit(&of, &job.definition, &main).await?;
        if beside.is_some_and(|all| !all.is_empty()) {
            self.leave(&of, "containers beside its main one");
        }
        let Some(schedule) = &job.schedule else {
            // The pool says the processor; which sort of capacity a run takes nothing live tells.
            let arm = job.definition.architecture == "ARM64" && job.definition.launch == "FARGATE";
            if arm {
                let fargate = Capacity {
                    provider: FARGATE.into(),
                    weight: 1,
                    base: 0,
                };
                let pool = self.placed(&of, Some(&vec![fargate]), true);
                words.extend(pool.map(|pool| ("pool".to_owned(), Json::from(pool))));
            }
            self.leave(
                &of,
                "the workloads that it runs ahead of (`before`), which nothing live tells",
            );
            return Ok(words);
        };
        if let Some(pool) = self.pool_of(&of, schedule.capacity.as_ref(), &job.definition) {
            words.insert("pool".to_owned(), Json::from(pool));
        }
        if !schedule.enabled {
            self.leave(&of, "its schedule is off: this one is on");
        }
        match five_fields(&schedule.expression) {
            Some(cron) => {
                let when = json!({
                    "cron": cron, "timezone": schedule.timezone, "overlap": "allow",
                });
                words.insert("schedule".to_owned(), when);
            }
            None => {
                let what = format!(
                    "its schedule {}, which no `cron` of five fields says",
                    schedule.expression
                );
                self.leave(&of, what);
            }
        }
        Ok(words)
    }

    fn pool_of(
        &mut self,
        of: &str,
        capacity: Option<&Vec<Capacity>>,
        definition: &TaskDefinition,
    ) -> Option<String> {
        self.placed(of, capacity, definition.architecture == "ARM64")
    }

    /// What workloads and jobs have in common, and the containers beside the main one.
    async fn unit(
        &mut self,
        of: &str,
        definition: &TaskDefinition,
        main: &str,
    ) -> Result<(Words, Option<BTreeMap<String, Words>>), Fault> {
        let mut words = Words::new();
        let mut beside = BTreeMap::new();
        for (name, container) in &definition.containers {
            let own = self.container(container).await?;
            if name == main {
                words.extend(own);
                if container.stop_timeout > 0 {
                    let stop = seconds(i64::from(container.stop_timeout));
                    words.insert("stop_timeout".to_owned(), stop);
                }
            } else {
                if container.essential {
                    self.leave(of, format!("the task ends with its container {name}"));
                }
                beside.insert(name.clone(), own);
            }
        }
        words.insert("cluster".to_owned(), Json::from(self.cluster.as_str()));
        self.size(&mut words, definition);
        self.permissions(of, &mut words, definition).await?;
        if definition.image_from.is_some() {
            words.insert("image_managed".to_owned(), Json::from("external"));
        }
        Ok((words, Some(beside)))
    }

    /// A container that says no size of its own has that of its task, where it is alone.
    fn size(&self, words: &mut Words, definition: &TaskDefinition) {
        if self.ours || definition.containers.len() != 1 {
            return;
        }
        if definition.cpu > 0 {
            let cpu = || cpu(definition.cpu);
            words.entry("cpu".to_owned()).or_insert_with(cpu);
        }
        if definition.memory > 0 {
            let memory = || Json::from(format!("{}MiB", definition.memory));
            words.entry("memory".to_owned()).or_insert_with(memory);
        }
    }

    async fn container(&mut self, one: &Container) -> Result<Words, Fault> {
        let mut words = Words::new();
        let image = one.image.as_deref().unwrap_or_default();
        words.insert("image".to_owned(), text(image));
        if !one.entrypoint.is_empty() {
            words.insert("entrypoint".to_owned(), texts(&one.entrypoint));
        }
        if !one.command.is_empty() {
            words.insert("command".to_owned(), texts(&one.command));
        }
        if one.cpu > 0 {
            words.insert("cpu".to_owned(), cpu(i64::from(one.cpu)));
        }
        if one.memory > 0 {
            let memory = format!("{}MiB", one.memory);
            words.insert("memory".to_owned(), Json::from(memory));
        }
        if !one.env.is_empty() {
            let env = one
                .env
                .iter()
                .map(|(name, value)| (name.clone(), text(value)));
            words.insert("env".to_owned(), Json::Object(env.collect()));
        }
        let mut secrets = serde_json::Map::new();
        for (variable, from) in &one.secrets {
            if let Some(from) = from.get() {
                let block = self.secret(from).await?;
                secrets.insert(variable.clone(), Json::from(block));
            }
        }
        if !secrets.is_empty() {
            words.insert("secrets".to_owned(), Json::Object(secrets));
        }
        Ok(words)
    }

    /// The policies of its task role.
    async fn permissions(
        &mut self,
        of: &str,
        words: &mut Words,
        definition: &TaskDefinition,
    ) -> Result<(), Fault> {
        let role = definition.task_role.get().filter(|role| !role.is_empty());
        let Some(name) = role.and_then(|role| role.rsplit('/').next()) else {
            return Ok(());
        };
        let request = self.aws.iam.list_attached_role_policies().role_name(name);
        let answer = self
            .aws
            .read("iam:ListAttachedRolePolicies", || request.clone().send())
            .await?;
        let policies = answer.attached_policies.unwrap_or_default().into_iter();
        let policies: Vec<String> = policies.filter_map(|one| one.policy_arn).collect();
        if !policies.is_empty() {
            let identity = json!({ "aws": { "policies": policies } });
            words.insert("identity".to_owned(), identity);
        }
        if !self.ours {
            self.leave(
                of,
                format!("inline policies of its task role {name}, if it has any"),
            );
        }
        Ok(())
    }

    /// What a balancer asks of a workload's health, unless a command tells it.
    pub(super) fn asked(&mut self, workload: &str, path: Option<&str>, grace: i64) {
        let blocks = self.blocks.get_mut("workload");
        let Some(words) = blocks.and_then(|all| all.get_mut(workload)) else {
            return;
        };
        let mut health = words.remove("health").unwrap_or_else(|| json!({}));
        if let (Some(path), None) = (path, health.get("command")) {
            health["path"] = text(path);
        }
        if grace != GRACE && grace > 0 {
            health["start"] = seconds(grace);
        }
        if health.as_object().is_some_and(|all| !all.is_empty()) {
            words.insert("health".to_owned(), health);
        }
    }
}

/// The container that counts: the one of a name, else the first that the task ends with.
fn main(definition: &TaskDefinition, named: &str) -> String {
    let all = &definition.containers;
    if all.contains_key(named) {
        return named.to_owned();
    }
    let essential = all.iter().find(|(_, one)| one.essential);
    let first = essential.or_else(|| all.iter().next());
    first.map_or_else(String::new, |(name, _)| name.clone())
}

fn replicas(one: &Runs) -> Json {
    let Some(scaling) = &one.scaling else {
        return Json::from(one.service.count);
    };
    let mut words = json!({ "min": scaling.min, "max": scaling.max });
    if scaling.cpu > 0 {
        words["cpu"] = scaling.cpu.into();
    }
    if scaling.memory > 0 {
        words["memory"] = scaling.memory.into();
    }
    words
}

/// CPU units in millicores: the least number that is rounded up to them.
fn cpu(units: i64) -> Json {
    Json::from(format!("{}m", units * 1000 / 1024))
}

fn seconds(number: i64) -> Json {
    Json::from(format!("{number}s"))
}

/// An expression of Scheduler as the five fields that are written as it; `None` when there are none.
fn five_fields(expression: &str) -> Option<String> {
    let inner = expression.strip_prefix("cron(")?.strip_suffix(')')?;
    let fields: Vec<&str> = inner.split(' ').collect();
    let [minute, hour, day, month, weekday, "*"] = fields.as_slice() else {
        return None;
    };
    let any = |field: &str| if field == "?" { "*" } else { field }.to_owned();
    let (day, weekday) = (any(day), any(weekday));
    let five = [*minute, *hour, day.as_str(), *month, weekday.as_str()].join(" ");
    (cron_expression(&five).as_deref() == Ok(expression)).then_some(five)
}

#[cfg(test)]
mod tests {
    use super::{cpu, five_fields};

    #[test]
    fn schedules_are_five_fields_only_where_they_mean_the_same() {
        let of = |expression| five_fields(expression);
        assert_eq!(of("cron(30 3 * * ? *)").as_deref(), Some("30 3 * * *"));
        assert_eq!(
            of("cron(0 9 ? * MON,FRI *)").as_deref(),
            Some("0 9 * * MON,FRI")
        );
        // Sunday is 1 there and 0 here.
        assert_eq!(of("cron(0 9 ? * 2 *)"), None);
        assert_eq!(of("cron(0 9 L * ? *)"), None);
        assert_eq!(of("cron(0 9 1 1 ? 2027)"), None);
        assert_eq!(of("rate(5 minutes)"), None);
    }

    #[test]
    fn cores_come_back_as_they_were_said() {
        assert_eq!(cpu(512), "500m");
        assert_eq!(cpu(1024), "1000m");
        assert_eq!(cpu(256), "250m");
    }
}
