//! Capacity providers: make, describe. Fargate's own are everywhere.

use jiff::Timestamp;
use serde::{Deserialize, Serialize};
use serde_json::{Map, Value, json};

use super::common::{
    arn, between, client, fresh_uuid, invalid, is_name, limit, missing, named, text, texts,
};
use super::managed::Alarm;
use super::scaling_group;
use super::shape::check as shape;
use super::strategy::is_fargate;
use super::tags::{self, Tags};
use super::{requests, role};
use crate::aws::autoscaling::Group;
use crate::aws::{Call, Outcome};
use crate::phase::{Phase, StateTable, Step};
use crate::store::{Document, Place};
use crate::wire::{ApiError, Body};

/// States of a change to a provider; a deleted one is still told of for a while.
pub(super) const STATES: StateTable = &[
    Step {
        from: "UPDATE_IN_PROGRESS",
        seconds: 5,
        to: "UPDATE_COMPLETE",
    },
    Step {
        from: "DELETE_IN_PROGRESS",
        seconds: 15,
        to: "DELETE_COMPLETE",
    },
];

/// A provider of an Auto Scaling group's instances.
#[derive(Clone, Debug, Serialize, Deserialize)]
pub(crate) struct CapacityProvider {
    /// Its name.
    pub(super) name: String,
    /// The group's ARN.
    pub(super) group: String,
    /// How ECS scales the group.
    pub(super) scaling: Scaling,
    /// Whether instances with tasks are kept from ending.
    pub(super) protection: String,
    /// Whether tasks are moved before an instance ends.
    pub(super) draining: String,
    /// Id of its scaling policy.
    pub(super) policy: String,
    /// Since when the group is too small or too large, and which.
    #[serde(default)]
    pub(super) alarm: Option<Alarm>,
    /// The state of its last change.
    pub(super) update: Phase,
    /// Its tags.
    pub(super) tags: Tags,
    /// When it was made.
    pub(super) created: Timestamp,
}

/// How ECS scales a group.
#[derive(Clone, Debug, Serialize, Deserialize)]
#[serde(rename_all = "camelCase")]
pub(super) struct Scaling {
    /// `ENABLED` or `DISABLED`.
    pub(super) status: String,
    /// The percentage that the reservation is held at.
    pub(super) target_capacity: i64,
    /// How many instances are added at once at least.
    pub(super) minimum_scaling_step_size: i64,
    /// How many instances are added at once at most.
    pub(super) maximum_scaling_step_size: i64,
    /// Seconds that a new instance takes until it counts as idle.
    pub(super) instance_warmup_period: i64,
}

impl Default for Scaling {
    fn default() -> Self {
        Self {
            status: "DISABLED".to_owned(),
            target_capacity: 100,
            minimum_scaling_step_size: 1,
            maximum_scaling_step_size: 10_000,
            instance_warmup_period: 300,
        }
    }
}

impl Document for CapacityProvider {
    const SERVICE: &'static str = "ecs";
    const KIND: &'static str = "capacity-provider";

    fn id(&self) -> String {
        self.name.clone()
    }

    fn created(&self) -> Timestamp {
        self.created
    }
}

impl CapacityProvider {
    /// Whether it can be used.
    pub(super) fn active(&self) -> bool {
        !self.update.is("DELETE_COMPLETE")
    }

    /// Whether it is being deleted.
    pub(super) fn leaving(&self) -> bool {
        self.update.is("DELETE_IN_PROGRESS")
    }

    /// Whether ECS scales its group.
    pub(super) fn scales(&self) -> bool {
        self.scaling.status == "ENABLED"
    }

    /// Whether ECS keeps instances with tasks from ending.
    pub(super) fn protects(&self) -> bool {
        self.protection == "ENABLED"
    }

    /// How it is told.
    pub(super) fn words(&self, place: &Place, with_tags: bool) -> Value {
        let mut words = json!({
            "capacityProviderArn": arn(place, &format!("capacity-provider/{}", self.name)),
            "name": self.name,
            "status": if self.active() { "ACTIVE" } else { "INACTIVE" },
            "type": "EC2_AUTOSCALING",
            "autoScalingGroupProvider": {
                "autoScalingGroupArn": self.group,
                "managedScaling": self.scaling,
                "managedTerminationProtection": self.protection,
                "managedDraining": self.draining,
            },
            "tags": if with_tags { tags::words(&self.tags) } else { json!([]) },
        });
        if !self.update.is("CREATE_COMPLETE") {
            words["updateStatus"] = self.update.state.clone().into();
        }
        words
    }
}

/// One of Fargate's own.
fn fargate(place: &Place, name: &str) -> Value {
    json!({
        "capacityProviderArn": arn(place, &format!("capacity-provider/{name}")),
        "name": name,
        "status": "ACTIVE",
        "type": name,
        "tags": [],
    })
}

fn check_name(name: &str) -> Result<(), ApiError> {
    let lower = name.to_ascii_lowercase();
    let reserved = ["aws", "ecs", "fargate"];
    if is_name(name) && !reserved.iter().any(|start| lower.starts_with(start)) {
        return Ok(());
    }
    Err(invalid(
        "The specified capacity provider name is invalid. Up to 255 characters are allowed, including letters (upper \
         and lowercase), numbers, underscores, and hyphens. The name cannot be prefixed with \"aws\", \"ecs\", or \
         \"fargate\". Specify a valid name and try again.",
    ))
}

/// Scaling as a call wants it, on what there is.
pub(super) fn scaling(of: &Value, old: Scaling) -> Result<Scaling, ApiError> {
    let asked = &of["managedScaling"];
    let number = |member: &str, least: i64, most: i64, old: i64| {
        between(asked, member, least, most).map(|found| found.unwrap_or(old))
    };
    let new = Scaling {
        status: match (asked.is_object(), text(asked, "status")) {
            (true, None) => "ENABLED".to_owned(),
            (_, Some(status)) => status.to_owned(),
            (false, None) => old.status,
        },
        target_capacity: number("targetCapacity", 1, 100, old.target_capacity)?,
        minimum_scaling_step_size: number(
            "minimumScalingStepSize",
            1,
            10_000,
            old.minimum_scaling_step_size,
        )?,
        maximum_scaling_step_size: number(
            "maximumScalingStepSize",
            1,
            10_000,
            old.maximum_scaling_step_size,
        )?,
        instance_warmup_period: number(
            "instanceWarmupPeriod",
            0,
            10_000,
            old.instance_warmup_period,
        )?,
    };
    match new.minimum_scaling_step_size > new.maximum_scaling_step_size {
        true => Err(invalid(
            "The minimumScalingStepSize cannot be greater than the maximumScalingStepSize.",
        )),
        false => Ok(new),
    }
}

/// Refuses protection of instances that nothing scales, or that do not start protected.
pub(super) fn protectable(
    group: &Group,
    protection: &str,
    scaling: &Scaling,
) -> Result<(), ApiError> {
    if protection != "ENABLED" {
        return Ok(());
    }
    if scaling.status != "ENABLED" {
        return Err(client(
            "The managed termination protection setting for the capacity provider is invalid. To enable managed \
             termination protection for a capacity provider, you must enable managed scaling.",
        ));
    }
    match group.protected {
        true => Ok(()),
        false => Err(client(
            "The managed termination protection setting for the capacity provider is invalid. To enable managed \
             termination protection for a capacity provider, the Auto Scaling group must have instance protection from \
             scale in enabled.",
        )),
    }
}

/// CreateCapacityProvider.
pub(super) fn create(call: &mut Call<'_>) -> Outcome {
    shape(call, &requests::CREATE_PROVIDER)?;
    let name = text(&call.json, "name").unwrap_or_default().to_owned();
    check_name(&name)?;
    let asked = call.json["autoScalingGroupProvider"].clone();
    let Some(group_arn) = text(&asked, "autoScalingGroupArn").map(str::to_owned) else {
        return Err(invalid(
            "A capacity provider must have an autoScalingGroupProvider. Specify one and try again.",
        ));
    };
    let tags = tags::read(&call.json)?;
    let others = call.tx.list::<CapacityProvider>(&call.place);
    let mut live = others.iter().filter(|one| one.active());
    if live.clone().any(|one| one.name == name) {
        return Err(client(
            "The specified capacity provider already exists. To change the configuration of an existing capacity \
             provider, update the capacity provider.",
        ));
    }
    if live.clone().count() as u64 >= call.tx.config().quota("ecs:capacity-providers") {
        return Err(limit(
            "The capacity provider limit for the account was exceeded.",
        ));
    }
    let Some(group) = scaling_group::of_arn(&call.tx, &call.place, &group_arn) else {
        return Err(client(
            "The specified Auto Scaling group ARN is invalid or does not exist. Specify a valid ARN and try again.",
        ));
    };
    if live.any(|one| one.group == group_arn) {
        return Err(client(
            "The specified Auto Scaling group ARN is already being used by another capacity provider. Specify a unique \
             Auto Scaling group ARN and try again.",
        ));
    }
    let scaling = scaling(&asked, Scaling::default())?;
    let word = |member: &str, usual: &str| text(&asked, member).unwrap_or(usual).to_owned();
    let protection = word("managedTerminationProtection", "DISABLED");
    protectable(&group, &protection, &scaling)?;
    role::ensure(call)?;
    let provider = CapacityProvider {
        name,
        group: group_arn,
        scaling,
        protection,
        draining: word("managedDraining", "ENABLED"),
        policy: fresh_uuid(&mut call.tx, "policy"),
        alarm: None,
        update: Phase::new("CREATE_COMPLETE", call.now()),
        tags,
        created: call.now(),
    };
    call.tx.put(&call.place, &provider);
    let words = provider.words(&call.place, true);
    Ok(Body::Json(json!({ "capacityProvider": words })))
}

/// DescribeCapacityProviders: all, or those named.
pub(super) fn describe(call: &mut Call<'_>) -> Outcome {
    shape(call, &requests::DESCRIBE_PROVIDERS)?;
    let with_tags = tags::asked(call);
    let asked = texts(&call.json, "capacityProviders");
    let (mut found, mut failures, mut next) = (Vec::new(), Vec::new(), None);
    if asked.is_empty() {
        (found, next) = page(call, with_tags)?;
    }
    if asked.len() > 100 {
        return Err(invalid(
            "A maximum of 100 capacity providers can be described.",
        ));
    }
    for text in &asked {
        let name = named(&call.place, "capacity-provider", text)?;
        match call.tx.see::<CapacityProvider>(&call.place, name) {
            _ if is_fargate(name) => found.push(fargate(&call.place, name)),
            Some(one) => found.push(one.words(&call.place, with_tags)),
            None => {
                let arn = arn(&call.place, &format!("capacity-provider/{name}"));
                failures.push(missing(&arn));
            }
        }
    }
    let mut answer = Map::new();
    answer.insert("capacityProviders".to_owned(), found.into());
    answer.insert("failures".to_owned(), failures.into());
    if let Some(next) = next {
        answer.insert("nextToken".to_owned(), Value::from(next));
    }
    Ok(Body::Json(answer.into()))
}

fn page(call: &Call<'_>, with_tags: bool) -> Result<(Vec<Value>, Option<String>), ApiError> {
    let size = between(&call.json, "maxResults", 1, 10)?.unwrap_or(10);
    let own = ["FARGATE", "FARGATE_SPOT"].map(|name| fargate(&call.place, name));
    let all = call.tx.see_all::<CapacityProvider>(&call.place).into_iter();
    let made = all.map(|one| one.words(&call.place, with_tags));
    let mut rows: Vec<Value> = own.into_iter().chain(made).collect();
    if let Some(token) = text(&call.json, "nextToken") {
        let at = rows.iter().position(|row| row["name"] == token);
        match at {
            Some(at) => drop(rows.drain(..=at)),
            None => return Err(invalid(format!("Invalid token {token}"))),
        }
    }
    let size = usize::try_from(size).unwrap_or(10);
    let more = rows.len() > size;
    rows.truncate(size);
    let last = rows.last().filter(|_| more);
    let next = last.and_then(|row| text(row, "name").map(str::to_owned));
    Ok((rows, next))
}
