//! Auto Scaling groups: what they are and how they are shown.

use std::collections::BTreeMap;

use jiff::Timestamp;
use serde::{Deserialize, Serialize};

use super::source::{Source, Template};
use crate::aws::ec2::{Instance, Subnet};
use crate::store::{Document, Place, Tx};
use crate::wire::Fields;

/// A group.
#[derive(Clone, Debug, Serialize, Deserialize)]
pub(crate) struct Group {
    /// Its name.
    pub(crate) name: String,
    /// Its ARN.
    pub(crate) arn: String,
    /// What its instances are made of.
    pub(super) source: Source,
    /// Its sizes.
    pub(super) sizes: Sizes,
    /// Its subnets.
    pub(crate) subnets: Vec<String>,
    /// Target groups that its instances are in.
    pub(super) target_groups: Vec<String>,
    /// `NewInstancesProtectedFromScaleIn`.
    pub(crate) protected: bool,
    /// `CapacityRebalance`.
    pub(super) rebalance: Option<bool>,
    /// Members that only are told: as they were given, by their names.
    pub(super) told: BTreeMap<String, String>,
    /// Its termination policies.
    pub(super) policies: Vec<String>,
    /// ARN of the service-linked role.
    pub(super) role: String,
    /// Its tags.
    pub(super) tags: BTreeMap<String, Tag>,
    /// Its instances, the oldest first.
    pub(super) members: Vec<Member>,
    /// When it looks next whether it has as many instances as it should.
    pub(super) due: Option<Timestamp>,
    /// Why it has to change its number of instances: the start of a cause.
    pub(super) cause: String,
    /// When its deletion began.
    pub(super) deleting: Option<Timestamp>,
    /// When it was made.
    pub(crate) created: Timestamp,
}

/// How many instances.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub(super) struct Sizes {
    /// `MinSize`.
    pub(super) min: i64,
    /// `MaxSize`.
    pub(super) max: i64,
    /// `DesiredCapacity`.
    pub(super) desired: i64,
}

/// The value of a tag.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub(super) struct Tag {
    /// Its value.
    pub(super) value: String,
    /// Whether new instances get it.
    pub(super) propagate: bool,
}

/// An instance of a group.
#[derive(Clone, Debug, Serialize, Deserialize)]
pub(super) struct Member {
    /// Its id.
    pub(super) id: String,
    /// Whether scaling in passes it by.
    pub(super) protected: bool,
    /// The version of the template it is made of, as a number.
    pub(super) template: Template,
    /// Whether it is in the target groups.
    pub(super) attached: bool,
    /// The activity that started it, while that runs; then the one that ends it.
    pub(super) activity: String,
}

impl Document for Group {
    const SERVICE: &'static str = "autoscaling";
    const KIND: &'static str = "auto-scaling-group";

    fn id(&self) -> String {
        self.name.clone()
    }

    fn created(&self) -> Timestamp {
        self.created
    }
}

impl Member {
    /// `Pending`, `InService` or `Terminating`; none when the instance is gone.
    pub(super) fn lifecycle(&self, tx: &Tx<'_>, place: &Place) -> Option<&'static str> {
        let instance = tx.get::<Instance>(place, &self.id)?;
        match instance.phase.state.as_str() {
            "pending" => Some("Pending"),
            "running" => Some("InService"),
            "shutting-down" => Some("Terminating"),
            _ => None,
        }
    }

    fn fields(&self, tx: &Tx<'_>, place: &Place) -> Option<Fields> {
        let state = self.lifecycle(tx, place)?;
        let instance = tx.get::<Instance>(place, &self.id)?;
        Some(
            Fields::new()
                .text("InstanceId", &self.id)
                .text("InstanceType", instance.instance_type)
                .text("AvailabilityZone", instance.zone)
                .text("LifecycleState", state)
                .text("HealthStatus", "Healthy")
                .fields("LaunchTemplate", self.template.fields())
                .text("ProtectedFromScaleIn", self.protected),
        )
    }
}

#[cfg(test)]
impl Group {
    /// A group without instances of its own, for tests of other services.
    pub(crate) fn bare(name: &str, arn: &str, protected: bool, created: Timestamp) -> Self {
        let template = Template {
            id: "lt-0123456789abcdef0".to_owned(),
            name: name.to_owned(),
            version: "1".to_owned(),
        };
        Self {
            name: name.to_owned(),
            arn: arn.to_owned(),
            source: Source {
                template,
                mixed: None,
            },
            sizes: Sizes {
                min: 0,
                max: 0,
                desired: 0,
            },
            subnets: Vec::new(),
            target_groups: Vec::new(),
            protected,
            rebalance: None,
            told: BTreeMap::new(),
            policies: Vec::new(),
            role: String::new(),
            tags: BTreeMap::new(),
            members: Vec::new(),
            due: None,
            cause: String::new(),
            deleting: None,
            created,
        }
    }
}

impl Group {
    /// The zones of its subnets.
    pub(super) fn zones(&self, tx: &Tx<'_>, place: &Place) -> Vec<String> {
        let ids = self.subnets.iter();
        let zones = ids.filter_map(|id| Some(tx.get::<Subnet>(place, id)?.zone));
        let mut zones: Vec<String> = zones.collect();
        zones.sort();
        zones.dedup();
        zones
    }

    /// Its members that run or will.
    pub(super) fn living(&self, tx: &Tx<'_>, place: &Place) -> Vec<&Member> {
        let living = |one: &&Member| {
            let state = one.lifecycle(tx, place);
            matches!(state, Some("Pending" | "InService"))
        };
        self.members.iter().filter(living).collect()
    }

    /// It in an answer.
    pub(super) fn fields(&self, tx: &Tx<'_>, place: &Place) -> Fields {
        let told = |name: &str| self.told.get(name).cloned();
        let or = |name: &str, usual: &str| told(name).unwrap_or_else(|| usual.to_owned());
        let members = self.members.iter().filter_map(|one| one.fields(tx, place));
        let fields = Fields::new()
            .text("AutoScalingGroupName", &self.name)
            .text("AutoScalingGroupARN", &self.arn);
        let fields = self
            .source
            .fields(fields)
            .text("MinSize", self.sizes.min)
            .text("MaxSize", self.sizes.max)
            .text("DesiredCapacity", self.sizes.desired)
            .text("DefaultCooldown", or("DefaultCooldown", "300"))
            .texts("AvailabilityZones", "member", self.zones(tx, place))
            .texts("LoadBalancerNames", "member", Vec::<String>::new())
            .texts("TargetGroupARNs", "member", self.target_groups.clone())
            .text("HealthCheckType", or("HealthCheckType", "EC2"))
            .text("HealthCheckGracePeriod", or("HealthCheckGracePeriod", "0"))
            .list("Instances", "member", members.collect::<Vec<_>>())
            .text("CreatedTime", self.created)
            .list("SuspendedProcesses", "member", [])
            .text("VPCZoneIdentifier", self.subnets.join(","))
            .list("EnabledMetrics", "member", [])
            .maybe("Status", self.deleting.map(|_| "Delete in progress"))
            .list("Tags", "member", self.tag_fields())
            .texts("TerminationPolicies", "member", self.policies.clone())
            .text("NewInstancesProtectedFromScaleIn", self.protected)
            .text("ServiceLinkedRoleARN", &self.role)
            .maybe("MaxInstanceLifetime", told("MaxInstanceLifetime"))
            .maybe("CapacityRebalance", self.rebalance)
            .maybe("DefaultInstanceWarmup", told("DefaultInstanceWarmup"));
        self.maintenance(fields)
    }

    fn maintenance(&self, fields: Fields) -> Fields {
        let part = |name: &str| self.told.get(&format!("InstanceMaintenancePolicy.{name}"));
        let parts = ["MinHealthyPercentage", "MaxHealthyPercentage"];
        if parts.iter().all(|name| part(name).is_none()) {
            return fields;
        }
        let policy = parts
            .iter()
            .fold(Fields::new(), |policy, name| policy.maybe(name, part(name)));
        fields.fields("InstanceMaintenancePolicy", policy)
    }

    /// Its tags in an answer.
    pub(super) fn tag_fields(&self) -> Vec<Fields> {
        let one = |(key, tag): (&String, &Tag)| {
            Fields::new()
                .text("ResourceId", &self.name)
                .text("ResourceType", "auto-scaling-group")
                .text("Key", key)
                .text("Value", &tag.value)
                .text("PropagateAtLaunch", tag.propagate)
        };
        self.tags.iter().map(one).collect()
    }
}
