//! What a schedule calls, as what: ECS tasks, and anything else that has an ARN.

use serde::{Deserialize, Serialize};

use super::common::{CODE, invalid};
use crate::aws::Call;
use crate::aws::iam::Role;
use crate::aws::shape::{constraint, length, one_of, within};
use crate::wire::ApiError;

/// The target of a schedule.
#[derive(Clone, Debug, Serialize, Deserialize)]
#[serde(rename_all = "PascalCase", deny_unknown_fields)]
pub(super) struct Target {
    arn: String,
    role_arn: String,
    #[serde(skip_serializing_if = "Option::is_none")]
    dead_letter_config: Option<DeadLetter>,
    #[serde(default)]
    retry_policy: Retry,
    #[serde(skip_serializing_if = "Option::is_none")]
    input: Option<String>,
    #[serde(skip_serializing_if = "Option::is_none")]
    ecs_parameters: Option<Ecs>,
}

#[derive(Clone, Debug, Serialize, Deserialize)]
#[serde(rename_all = "PascalCase", deny_unknown_fields)]
struct DeadLetter {
    #[serde(skip_serializing_if = "Option::is_none")]
    arn: Option<String>,
}

#[derive(Clone, Debug, Serialize, Deserialize)]
#[serde(default, rename_all = "PascalCase", deny_unknown_fields)]
struct Retry {
    maximum_event_age_in_seconds: i64,
    maximum_retry_attempts: i64,
}

impl Default for Retry {
    fn default() -> Self {
        Self {
            maximum_event_age_in_seconds: 86_400,
            maximum_retry_attempts: 185,
        }
    }
}

#[derive(Clone, Debug, Serialize, Deserialize)]
#[serde(rename_all = "PascalCase", deny_unknown_fields)]
struct Ecs {
    task_definition_arn: String,
    #[serde(default = "one")]
    task_count: i64,
    #[serde(skip_serializing_if = "Option::is_none")]
    launch_type: Option<String>,
    #[serde(skip_serializing_if = "Option::is_none")]
    network_configuration: Option<Network>,
    #[serde(skip_serializing_if = "Option::is_none")]
    platform_version: Option<String>,
    #[serde(skip_serializing_if = "Option::is_none")]
    group: Option<String>,
    #[serde(skip_serializing_if = "Option::is_none")]
    capacity_provider_strategy: Option<Vec<Strategy>>,
    #[serde(
        rename = "EnableECSManagedTags",
        skip_serializing_if = "Option::is_none"
    )]
    managed_tags: Option<bool>,
    #[serde(skip_serializing_if = "Option::is_none")]
    enable_execute_command: Option<bool>,
    #[serde(skip_serializing_if = "Option::is_none")]
    propagate_tags: Option<String>,
    #[serde(skip_serializing_if = "Option::is_none")]
    reference_id: Option<String>,
    #[serde(skip_serializing_if = "Option::is_none")]
    tags: Option<Vec<std::collections::BTreeMap<String, String>>>,
}

fn one() -> i64 {
    1
}

#[derive(Clone, Debug, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
struct Network {
    #[serde(rename = "awsvpcConfiguration")]
    awsvpc: Option<Awsvpc>,
}

#[derive(Clone, Debug, Serialize, Deserialize)]
#[serde(rename_all = "PascalCase", deny_unknown_fields)]
struct Awsvpc {
    subnets: Vec<String>,
    #[serde(skip_serializing_if = "Option::is_none")]
    security_groups: Option<Vec<String>>,
    #[serde(skip_serializing_if = "Option::is_none")]
    assign_public_ip: Option<String>,
}

#[derive(Clone, Debug, Serialize, Deserialize)]
#[serde(rename_all = "camelCase", deny_unknown_fields)]
struct Strategy {
    capacity_provider: String,
    #[serde(skip_serializing_if = "Option::is_none")]
    weight: Option<i64>,
    #[serde(skip_serializing_if = "Option::is_none")]
    base: Option<i64>,
}

impl Target {
    /// Refuses what cannot be called, or not as the role it names.
    pub(super) fn check(&self, call: &Call<'_>) -> Result<(), ApiError> {
        length(CODE, "target.arn", &self.arn, 1, 1600)?;
        let parts: Vec<&str> = self.arn.splitn(6, ':').collect();
        let ["arn", _, service, region, _, what] = parts.as_slice() else {
            return Err(invalid("Provided Arn is not in correct format."));
        };
        let retry = &self.retry_policy;
        let (age, times) = (
            retry.maximum_event_age_in_seconds,
            retry.maximum_retry_attempts,
        );
        let member = "target.retryPolicy.maximumEventAgeInSeconds";
        within(CODE, member, Some(age), (60, 86_400, 0))?;
        let member = "target.retryPolicy.maximumRetryAttempts";
        within(CODE, member, Some(times), (0, 185, 0))?;
        let is_ecs = *service == "ecs" && what.starts_with("cluster/");
        match &self.ecs_parameters {
            Some(ecs) if is_ecs => ecs.check()?,
            Some(_) => {
                return Err(invalid(
                    "EcsParameters are only for a target of Amazon ECS.",
                ));
            }
            None if is_ecs => {
                return Err(invalid(
                    "EcsParameters must be set for a target of Amazon ECS.",
                ));
            }
            None => {}
        }
        if is_ecs && *region != call.region {
            return Err(invalid("Provided Arn is not in correct format."));
        }
        self.check_role(call)
    }

    /// Scheduler tries the role at once, and does not tell an absent one from one that does not let it in.
    fn check_role(&self, call: &Call<'_>) -> Result<(), ApiError> {
        if !(self.role_arn.starts_with("arn:aws:iam::") && self.role_arn.contains(":role/")) {
            let rule = "satisfy regular expression pattern: \
                        ^arn:aws[a-z-]*:iam::\\d{12}:role\\/[\\w+=,.@\\/-]+$";
            return Err(constraint(CODE, "target.roleArn", &self.role_arn, rule));
        }
        let account = &call.place.account;
        let role = Role::usable_by(&call.tx, account, &self.role_arn, "scheduler.amazonaws.com");
        match role {
            Ok(_) => Ok(()),
            Err(_) => Err(invalid(
                "The execution role you provide must allow AWS EventBridge Scheduler to assume the role.",
            )),
        }
    }
}

impl Ecs {
    fn check(&self) -> Result<(), ApiError> {
        let start = "target.ecsParameters";
        let definition = &self.task_definition_arn;
        length(
            CODE,
            &format!("{start}.taskDefinitionArn"),
            definition,
            1,
            1600,
        )?;
        if !(definition.starts_with("arn:aws:ecs:") && definition.contains(":task-definition/")) {
            return Err(invalid(
                "Provided TaskDefinitionArn is not in correct format.",
            ));
        }
        let member = format!("{start}.taskCount");
        within(CODE, &member, Some(self.task_count), (1, 10, 1))?;
        if let Some(kind) = &self.launch_type {
            let kinds = ["EC2", "FARGATE", "EXTERNAL"];
            one_of(CODE, &format!("{start}.launchType"), kind, &kinds)?;
        }
        if self.launch_type.is_some() && self.capacity_provider_strategy.is_some() {
            return Err(invalid(
                "EcsParameters can have LaunchType or CapacityProviderStrategy, not both.",
            ));
        }
        if let Some(from) = &self.propagate_tags {
            let member = format!("{start}.propagateTags");
            one_of(CODE, &member, from, &["TASK_DEFINITION"])?;
        }
        let network = self.network_configuration.as_ref();
        match network.and_then(|network| network.awsvpc.as_ref()) {
            Some(awsvpc) => {
                awsvpc.check(&format!("{start}.networkConfiguration.awsvpcConfiguration"))
            }
            None => Ok(()),
        }
    }
}

impl Awsvpc {
    fn check(&self, start: &str) -> Result<(), ApiError> {
        let groups = self.security_groups.as_ref().map_or(1, Vec::len);
        for (member, have, most) in [
            ("subnets", self.subnets.len(), 16),
            ("securityGroups", groups, 5),
        ] {
            if !(1..=most).contains(&have) {
                let rule = format!("have length between 1 and {most}");
                return Err(constraint(CODE, &format!("{start}.{member}"), "[]", &rule));
            }
        }
        match &self.assign_public_ip {
            None => Ok(()),
            Some(word) => {
                let member = format!("{start}.assignPublicIp");
                one_of(CODE, &member, word, &["ENABLED", "DISABLED"])
            }
        }
    }
}
