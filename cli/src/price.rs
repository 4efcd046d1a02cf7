//! From resources to money: usages of the providers, prices of the tables, bills of the core.

use std::collections::{BTreeMap, BTreeSet};

use jiff::Timestamp;
use jiff::tz::TimeZone;
use provision_core::cost::{
    self, Bill, Budget, Catalogue, Item, Money, Price, Rate, Usage, UsageOf, UsageRequest,
};
use provision_core::model::{Pending, Resource, ResourceId};
use provision_core::plan::PlanFile;
use provision_data::list_prices;

use crate::error::Error;
use crate::registry::Registry;

/// Prices a plan, and holds it against a budget.
///
/// # Errors
/// The plan costs more than the budget, and more than what is live.
pub fn plan(
    registry: &Registry,
    made: &mut PlanFile,
    as_of: Option<Timestamp>,
    budget: Option<Money>,
) -> Result<(), Error> {
    let standing = cost::standing(made);
    let day = day(as_of);
    let catalogue = catalogue(registry);
    let before = usages(registry, &standing.before, &day);
    let after = standing
        .after
        .as_ref()
        .map(|after| usages(registry, after, &day));
    let was = items(registry, &standing.before, &before);
    let will = match (&standing.after, &after) {
        (Some(resources), Some(usages)) => items(registry, resources, usages),
        _ => was.clone(),
    };
    let priced = cost::plan_cost(&was, &will, &catalogue, budget);
    if let Some(budget) = budget {
        Budget(budget).check(&priced)?;
    }
    made.plan.cost = Some(priced.cost);
    Ok(())
}

/// The bill of these resources.
#[must_use]
pub fn bill(registry: &Registry, resources: &[UsageOf], as_of: Option<Timestamp>) -> Bill {
    let usages = usages(registry, resources, &day(as_of));
    let items = items(registry, resources, &usages);
    cost::bill(&items, &catalogue(registry))
}

/// The day that prices are asked for, in UTC.
fn day(as_of: Option<Timestamp>) -> String {
    let now = as_of.unwrap_or_else(Timestamp::now);
    TimeZone::UTC.to_datetime(now).date().to_string()
}

/// The prices of all regions that the stack is in.
fn catalogue(registry: &Registry) -> Catalogue {
    let contexts = registry.contexts.values();
    let regions: BTreeSet<&str> = contexts.map(|context| context.region.as_str()).collect();
    let mut catalogue = Catalogue::default();
    for region in regions {
        for listed in list_prices(region) {
            let price = Price {
                unit: listed.unit.into_owned(),
                rate: Rate::nanos(i64::try_from(listed.nanos).unwrap_or(i64::MAX)),
                as_of: listed.as_of,
                source: listed.source,
            };
            catalogue.add(region, listed.item, price);
        }
    }
    catalogue
}

/// What every resource uses, as its provider says.
fn usages(registry: &Registry, resources: &[UsageOf], day: &str) -> BTreeMap<ResourceId, Usage> {
    let all: BTreeMap<&ResourceId, &Resource<Pending>> = resources
        .iter()
        .map(|of| (&of.resource.id, &of.resource))
        .collect();
    let mut usages = BTreeMap::new();
    for (name, provider) in &registry.providers {
        let Some(context) = registry.contexts.get(name) else {
            continue;
        };
        let own = resources.iter().filter(|of| of.resource.provider == *name);
        let own: Vec<UsageOf> = own.cloned().collect();
        let request = UsageRequest {
            context: context.clone(),
            as_of: day.to_owned(),
            referred: referred(&own, name, &all),
            resources: own,
        };
        usages.extend(provider.usage(&request).usages);
    }
    usages
}

/// What resources of one provider refer to and another one serves.
fn referred(
    own: &[UsageOf],
    provider: &str,
    all: &BTreeMap<&ResourceId, &Resource<Pending>>,
) -> Vec<Resource<Pending>> {
    let mut ids: BTreeSet<ResourceId> = BTreeSet::new();
    for of in own {
        ids.extend(of.resource.referenced());
        ids.extend(of.resource.after.iter().cloned());
    }
    let others = ids.iter().filter_map(|id| all.get(id));
    others
        .filter(|other| other.provider != provider)
        .map(|other| (*other).clone())
        .collect()
}

fn items<'a>(
    registry: &'a Registry,
    resources: &'a [UsageOf],
    usages: &'a BTreeMap<ResourceId, Usage>,
) -> Vec<Item<'a>> {
    let region = |provider: &str| {
        let context = registry.contexts.get(provider);
        context.map_or("", |context| context.region.as_str())
    };
    resources
        .iter()
        .map(|of| Item {
            region: region(&of.resource.provider),
            usage: usages.get(&of.resource.id),
            resource: &of.resource,
        })
        .collect()
}

#[cfg(test)]
mod tests {
    #![allow(clippy::unwrap_used)]
    use provision_aws::AwsProvider;
    use provision_core::contract::{Context, Provider, Shim};
    use provision_core::cost::{Charge, UsageAnswer};
    use provision_eks::EksProvider;

    use super::*;

    /// An object of every kind, without a single field.
    fn bare(provider: &dyn Provider) -> UsageRequest {
        let bare = |kind| UsageOf {
            resource: Resource {
                id: ResourceId::new("cluster.main", format!("{kind}")),
                kind,
                provider: provider.name().to_owned(),
                platform: None,
                name: None,
                parent: None,
                fields: BTreeMap::new(),
                after: Vec::new(),
                outlives: Vec::new(),
                protect: false,
            },
            live: None,
        };
        let kinds = provider.describe().into_iter().map(|table| table.kind);
        UsageRequest {
            context: Context {
                stack: "shop".to_owned(),
                account: None,
                region: "us-east-1".to_owned(),
                labels: BTreeMap::new(),
            },
            as_of: "2026-11-25".to_owned(),
            resources: kinds.map(bare).collect(),
            referred: Vec::new(),
        }
    }

    fn check(request: &UsageRequest, answer: &UsageAnswer) {
        let listed = list_prices("us-east-1");
        for of in &request.resources {
            let kind = &of.resource.kind;
            match answer.usages.get(&of.resource.id) {
                None => panic!("{kind} does not say what it uses"),
                Some(Usage::Free { why }) => assert!(!why.is_empty(), "{kind}: no reason"),
                Some(Usage::Charged { meters }) => {
                    assert!(!meters.is_empty(), "{kind}: nothing is charged for");
                    for meter in meters {
                        let Charge::Listed { item, unit } = &meter.charge else {
                            continue;
                        };
                        let price = listed.iter().find(|price| price.item == *item);
                        assert_eq!(&price.unwrap().unit, unit, "{kind}: {item}");
                    }
                }
            }
        }
    }

    #[test]
    fn every_kind_of_every_provider_says_what_it_uses() {
        let (aws, eks) = (AwsProvider::offline(), EksProvider::offline());
        let direct: [&dyn Provider; 2] = [&aws, &eks];
        assert_eq!(direct.len(), crate::registry::offline().len());
        for provider in direct {
            let request = bare(provider);
            check(&request, &provider.usage(&request));
        }
        let (aws, eks) = (Shim(aws.clone()), Shim(eks.clone()));
        let shimmed: [&dyn Provider; 2] = [&aws, &eks];
        for (shimmed, direct) in shimmed.into_iter().zip(direct) {
            let request = bare(direct);
            assert_eq!(shimmed.usage(&request), direct.usage(&request));
        }
    }
}
