//! One container of a task definition, as a spec has it and as ECS has it.
//!
//! Everything is always written down, what is not set as nothing: so a word that goes from the spec is a difference.

use std::collections::BTreeMap;

use aws_sdk_ecs::types::{
    ContainerDefinition, HealthCheck, KeyValuePair, LogConfiguration, LogDriver, PortMapping,
    Secret, TransportProtocol,
};
use provision_aws::{Field, internal};
use provision_core::contract::Failure;
use serde::{Deserialize, Serialize};

/// A container. Its name is its key.
#[derive(Clone, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
#[serde(default)]
pub(crate) struct Container {
    /// The image; `None` where somebody else sets it.
    pub image: Option<String>,
    /// The task ends when it does.
    pub essential: bool,
    /// Replaces the image's ENTRYPOINT.
    pub entrypoint: Vec<String>,
    /// Replaces the image's CMD.
    pub command: Vec<String>,
    /// Its share of the CPU, 1024 to a core; 0 = none of its own.
    pub cpu: i32,
    /// The MiB at which it is ended; 0 = as many as the task has.
    pub memory: i32,
    /// Ports it listens on, by name.
    pub ports: BTreeMap<String, i32>,
    /// Environment.
    pub env: BTreeMap<String, String>,
    /// Environment from secrets: variable → ARN, with the version where it is pinned.
    pub secrets: BTreeMap<String, Field<String>>,
    /// A command that ends with 0 while it is well.
    pub health: Vec<String>,
    /// Seconds in which failures of that do not count.
    pub health_start: i32,
    /// Seconds between the polite and the hard end; 0 = 30.
    pub stop_timeout: i32,
}

/// Where containers write their logs.
#[derive(Clone, Copy, Debug)]
pub(super) struct Logs<'a> {
    /// The group.
    pub(super) group: &'a str,
    /// The region.
    pub(super) region: &'a str,
}

/// Health is asked every so many seconds, of which it may take so many, and three failures in a row count.
const HEALTH_INTERVAL: i32 = 10;
const HEALTH_TIMEOUT: i32 = 5;
const HEALTH_RETRIES: i32 = 3;

impl Container {
    /// As ECS takes it.
    pub(super) fn wire(
        &self,
        name: &str,
        image: &str,
        logs: Logs<'_>,
    ) -> Result<ContainerDefinition, Failure> {
        let ports = self.ports.iter().map(|(name, port)| {
            PortMapping::builder()
                .name(name)
                .container_port(*port)
                .protocol(TransportProtocol::Tcp)
                .build()
        });
        let env = self
            .env
            .iter()
            .map(|(name, value)| KeyValuePair::builder().name(name).value(value).build());
        let above = |value: i32| (value > 0).then_some(value);
        let list = |list: &[String]| (!list.is_empty()).then(|| list.to_vec());
        Ok(ContainerDefinition::builder()
            .name(name)
            .image(image)
            .essential(self.essential)
            .cpu(self.cpu)
            .set_entry_point(list(&self.entrypoint))
            .set_command(list(&self.command))
            .set_memory(above(self.memory))
            .set_port_mappings(Some(ports.collect()))
            .set_environment(Some(env.collect()))
            .set_secrets(Some(self.secret_list()?))
            .set_health_check(self.health_check()?)
            .set_stop_timeout(above(self.stop_timeout))
            .log_configuration(logs.wire(name)?)
            .build())
    }

    fn secret_list(&self) -> Result<Vec<Secret>, Failure> {
        let secrets = self.secrets.iter().map(|(variable, from)| {
            Secret::builder()
                .name(variable)
                .value_from(from.known("secrets")?)
                .build()
                .map_err(|error| internal(error.to_string()))
        });
        secrets.collect()
    }

    fn health_check(&self) -> Result<Option<HealthCheck>, Failure> {
        if self.health.is_empty() {
            return Ok(None);
        }
        let command = std::iter::once("CMD".to_owned()).chain(self.health.iter().cloned());
        HealthCheck::builder()
            .set_command(Some(command.collect()))
            .interval(HEALTH_INTERVAL)
            .timeout(HEALTH_TIMEOUT)
            .retries(HEALTH_RETRIES)
            .start_period(self.health_start)
            .build()
            .map(Some)
            .map_err(|error| internal(error.to_string()))
    }

    /// As ECS has it.
    pub(super) fn read(wire: &ContainerDefinition) -> Self {
        let named = |port: &PortMapping| {
            let number = port.container_port?;
            let name = port.name.clone().unwrap_or_else(|| format!("tcp-{number}"));
            Some((name, number))
        };
        let pair = |pair: &KeyValuePair| {
            Some((pair.name.clone()?, pair.value.clone().unwrap_or_default()))
        };
        let secret = |secret: &Secret| (secret.name.clone(), secret.value_from.as_str().into());
        let health = wire.health_check();
        Self {
            image: wire.image.clone(),
            essential: wire.essential.unwrap_or(true),
            entrypoint: wire.entry_point().to_vec(),
            command: wire.command().to_vec(),
            cpu: wire.cpu,
            memory: wire.memory.unwrap_or_default(),
            ports: wire.port_mappings().iter().filter_map(named).collect(),
            env: wire.environment().iter().filter_map(pair).collect(),
            secrets: wire.secrets().iter().map(secret).collect(),
            health: health.map(asked).unwrap_or_default(),
            health_start: health.and_then(|health| health.start_period).unwrap_or(0),
            stop_timeout: wire.stop_timeout.unwrap_or_default(),
        }
    }
}

/// The command of a check; one for a shell is shown with its word.
fn asked(health: &HealthCheck) -> Vec<String> {
    match health.command() {
        [word, rest @ ..] if word == "CMD" => rest.to_vec(),
        other => other.to_vec(),
    }
}

impl Logs<'_> {
    /// Streams are `CONTAINER/CONTAINER/TASK`, as `awslogs` makes them.
    fn wire(self, container: &str) -> Result<LogConfiguration, Failure> {
        LogConfiguration::builder()
            .log_driver(LogDriver::Awslogs)
            .options("awslogs-group", self.group)
            .options("awslogs-region", self.region)
            .options("awslogs-stream-prefix", container)
            .build()
            .map_err(|error| internal(error.to_string()))
    }
}

/// The log group of a container.
pub(super) fn log_group(wire: &ContainerDefinition) -> Option<&String> {
    wire.log_configuration()?.options()?.get("awslogs-group")
}

#[cfg(test)]
mod tests {
    #![allow(clippy::unwrap_used)]
    use super::*;

    #[test]
    fn containers_come_back_as_they_were_sent() {
        let container = Container {
            image: Some("shop:1".to_owned()),
            essential: true,
            command: vec!["run".to_owned()],
            memory: 512,
            ports: [("http".to_owned(), 3000)].into(),
            env: [("RAILS_ENV".to_owned(), "production".to_owned())].into(),
            secrets: [("KEY".to_owned(), "arn:x:::v1".into())].into(),
            health: vec!["/bin/up".to_owned()],
            health_start: 60,
            stop_timeout: 30,
            ..Container::default()
        };
        let logs = Logs {
            group: "/provision/shop/web",
            region: "eu-west-1",
        };
        let wire = container.wire("main", "shop:1", logs).unwrap();
        assert_eq!(wire.health_check().unwrap().command()[0], "CMD");
        assert_eq!(log_group(&wire).unwrap(), "/provision/shop/web");
        assert_eq!(Container::read(&wire), container);
        let bare = Container {
            image: Some("shop:1".to_owned()),
            ..Container::default()
        };
        let wire = bare.wire("side", "shop:1", logs).unwrap();
        assert!(wire.health_check().is_none() && wire.stop_timeout.is_none());
        assert_eq!(Container::read(&wire), bare);
    }
}
