//! What a group's instances are made of: a launch template alone, or one with other types and with spot instances.

use serde::{Deserialize, Serialize};

use super::common::{invalid, number};
use super::template;
use crate::aws::Call;
use crate::wire::{ApiError, Fields, Params};

/// Parameters of a source.
pub(super) const ACCEPTS: &[&str] = &[
    "LaunchTemplate.LaunchTemplateId",
    "LaunchTemplate.LaunchTemplateName",
    "LaunchTemplate.Version",
    "MixedInstancesPolicy.LaunchTemplate.LaunchTemplateSpecification.LaunchTemplateId",
    "MixedInstancesPolicy.LaunchTemplate.LaunchTemplateSpecification.LaunchTemplateName",
    "MixedInstancesPolicy.LaunchTemplate.LaunchTemplateSpecification.Version",
    "MixedInstancesPolicy.LaunchTemplate.Overrides.member.N.InstanceType",
    "MixedInstancesPolicy.InstancesDistribution.OnDemandAllocationStrategy",
    "MixedInstancesPolicy.InstancesDistribution.OnDemandBaseCapacity",
    "MixedInstancesPolicy.InstancesDistribution.OnDemandPercentageAboveBaseCapacity",
    "MixedInstancesPolicy.InstancesDistribution.SpotAllocationStrategy",
    "MixedInstancesPolicy.InstancesDistribution.SpotInstancePools",
    "MixedInstancesPolicy.InstancesDistribution.SpotMaxPrice",
];

const ON_DEMAND: &[&str] = &["lowest-price", "prioritized"];
const SPOT: &[&str] = &[
    "lowest-price",
    "capacity-optimized",
    "capacity-optimized-prioritized",
    "price-capacity-optimized",
];

/// A launch template and one of its versions.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub(super) struct Template {
    /// Its id.
    pub(super) id: String,
    /// Its name.
    pub(super) name: String,
    /// A number, `$Latest` or `$Default`.
    pub(super) version: String,
}

/// What instances are made of.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub(super) struct Source {
    /// The template.
    pub(super) template: Template,
    /// Types and kinds of instances, when not the template's alone.
    pub(super) mixed: Option<Mixed>,
}

/// A mixed instances policy.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub(super) struct Mixed {
    /// Types in place of the template's.
    pub(super) types: Vec<String>,
    /// `OnDemandAllocationStrategy`.
    on_demand: String,
    /// `OnDemandBaseCapacity`.
    base: i64,
    /// `OnDemandPercentageAboveBaseCapacity`.
    percentage: i64,
    /// `SpotAllocationStrategy`.
    spot: String,
    /// `SpotInstancePools`, of the strategy that takes the lowest price.
    pools: Option<i64>,
    /// `SpotMaxPrice`.
    price: Option<String>,
}

/// The refusal of a call that names no source, or two.
pub(super) fn missing() -> ApiError {
    invalid(
        "Valid requests must contain either LaunchTemplate, LaunchConfigurationName, InstanceId or \
         MixedInstancesPolicy parameter.",
    )
}

impl Template {
    /// It in an answer.
    pub(super) fn fields(&self) -> Fields {
        Fields::new()
            .text("LaunchTemplateId", &self.id)
            .text("LaunchTemplateName", &self.name)
            .text("Version", &self.version)
    }
}

impl Source {
    /// What the call names; none when it names nothing.
    pub(super) fn read(call: &Call<'_>) -> Result<Option<Self>, ApiError> {
        let plain = call.params.under("LaunchTemplate");
        let mixed = call.params.under("MixedInstancesPolicy");
        match (plain.is_empty(), mixed.is_empty()) {
            (true, true) => Ok(None),
            (false, true) => {
                let template = template::find(call, &plain)?;
                template::check(call, &template, &[])?;
                Ok(Some(Self {
                    template,
                    mixed: None,
                }))
            }
            (true, false) => {
                let of = mixed.under("LaunchTemplate");
                let template = template::find(call, &of.under("LaunchTemplateSpecification"))?;
                let policy = Mixed::read(&mixed)?;
                template::check(call, &template, &policy.types)?;
                Ok(Some(Self {
                    template,
                    mixed: Some(policy),
                }))
            }
            (false, false) => Err(missing()),
        }
    }

    /// Whether the next instance is a spot one, when so many on-demand ones are there and so many are wanted in all.
    pub(super) fn next_is_spot(&self, on_demand: i64, wanted: i64) -> bool {
        let Some(mixed) = &self.mixed else {
            return false;
        };
        let above = (wanted - mixed.base).max(0);
        // A part of an instance counts as a whole one, on demand.
        let share = (above * mixed.percentage + 99) / 100;
        on_demand >= (mixed.base + share).min(wanted)
    }

    /// It in an answer.
    pub(super) fn fields(&self, fields: Fields) -> Fields {
        let Some(mixed) = &self.mixed else {
            return fields.fields("LaunchTemplate", self.template.fields());
        };
        let types = mixed.types.iter();
        let types = types.map(|name| Fields::new().text("InstanceType", name));
        let template = Fields::new()
            .fields("LaunchTemplateSpecification", self.template.fields())
            .list("Overrides", "member", types.collect::<Vec<_>>());
        let policy = Fields::new()
            .fields("LaunchTemplate", template)
            .fields("InstancesDistribution", mixed.fields());
        fields.fields("MixedInstancesPolicy", policy)
    }
}

impl Mixed {
    fn read(policy: &Params) -> Result<Self, ApiError> {
        let overrides = policy.structures("LaunchTemplate.Overrides.member");
        let types = overrides.iter();
        let types = types.map(|one| one.get("InstanceType").unwrap_or_default().to_owned());
        let how = policy.under("InstancesDistribution");
        let word = |name: &str, usual: &str, legal: &[&str]| {
            let value = how.get(name).unwrap_or(usual);
            match legal.contains(&value) {
                true => Ok(value.to_owned()),
                false => Err(invalid(format!(
                    "Invalid {name} '{value}'. Valid values are [{}].",
                    legal.join(", ")
                ))),
            }
        };
        let spot = word("SpotAllocationStrategy", "lowest-price", SPOT)?;
        let pools = number(&how, "SpotInstancePools", 1, 20)?;
        if pools.is_some() && spot != "lowest-price" {
            return Err(invalid(
                "SpotInstancePools option is only available with the lowest-price allocation strategy.",
            ));
        }
        let most = i64::from(u32::MAX);
        Ok(Self {
            types: types.collect(),
            on_demand: word("OnDemandAllocationStrategy", "prioritized", ON_DEMAND)?,
            base: number(&how, "OnDemandBaseCapacity", 0, most)?.unwrap_or(0),
            percentage: number(&how, "OnDemandPercentageAboveBaseCapacity", 0, 100)?.unwrap_or(100),
            pools: pools.or((spot == "lowest-price").then_some(2)),
            spot,
            price: how.get("SpotMaxPrice").map(str::to_owned),
        })
    }

    fn fields(&self) -> Fields {
        Fields::new()
            .text("OnDemandAllocationStrategy", &self.on_demand)
            .text("OnDemandBaseCapacity", self.base)
            .text("OnDemandPercentageAboveBaseCapacity", self.percentage)
            .text("SpotAllocationStrategy", &self.spot)
            .maybe("SpotInstancePools", self.pools)
            .maybe("SpotMaxPrice", self.price.as_ref())
    }
}
