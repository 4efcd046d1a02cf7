//! From resources to money: usages of the providers, prices of the tables, bills of the core.

use std::borrow::Cow;
use std::collections::{BTreeMap, BTreeSet};

use jiff::Timestamp;
use jiff::tz::TimeZone;
use provision_core::cost::compare::Demand;
use provision_core::cost::{
    self, Bill, Budget, Catalogue, Item, Money, Percent, PlanCost, Price, Rate, Sold, Terms,
    UsageAnswer, UsageOf, UsageRequest,
};
use provision_core::model::{Pending, Resource, ResourceId};
use provision_core::plan::PlanFile;
use provision_core::spec::Spec;
use provision_data::{Cloud, ListPrice, is_machine};

use crate::error::Error;
use crate::market;
use crate::refreshed;
use crate::registry::{Registry, is_google};

mod egress;

use egress::{Leaves, egress};

/// Prices a plan, and holds it against a budget.
///
/// # Errors
/// The plan costs more than the budget, and more than what is live; refreshed prices cannot be used.
pub fn plan(
    registry: &Registry,
    made: &mut PlanFile,
    as_of: Option<Timestamp>,
    budget: Option<Money>,
) -> Result<(), Error> {
    let standing = cost::standing(made);
    let day = day(as_of);
    let before = Asked::of(registry, standing.before, &day);
    let after = standing.after.map(|after| Asked::of(registry, after, &day));
    let was = before.items();
    let will = match &after {
        Some(after) => after.items(),
        None => was.clone(),
    };
    let priced = cost::plan_cost(&was, &will, &catalogue(registry)?, budget);
    let held = budget.map(|budget| Budget(budget).check(&priced));
    made.plan.cost = Some(PlanCost {
        terms: registry.terms.clone(),
        ..priced.cost
    });
    match held {
        Some(Err(over)) => Err(Error::OverBudget {
            over,
            made: Box::new(made.clone()),
        }),
        _ => Ok(()),
    }
}

/// The bill of these resources.
///
/// # Errors
/// Refreshed prices cannot be used.
pub fn bill(
    registry: &Registry,
    resources: Vec<UsageOf<'_>>,
    as_of: Option<Timestamp>,
) -> Result<Bill, Error> {
    let asked = Asked::of(registry, resources, &day(as_of));
    let mut bill = cost::bill(&asked.items(), &registry.networks, &catalogue(registry)?);
    let clouds = registry.contexts.keys().map(|name| cloud_of(name).word());
    let clouds: BTreeSet<&str> = clouds.collect();
    bill.assumptions.extend(registry.terms.words(&clouds));
    Ok(bill)
}

/// The day that prices are asked for, in UTC.
#[must_use]
pub fn day(as_of: Option<Timestamp>) -> String {
    let now = as_of.unwrap_or_else(Timestamp::now);
    TimeZone::UTC.to_datetime(now).date().to_string()
}

/// The prices of all regions that the stack is in.
fn catalogue(registry: &Registry) -> Result<Catalogue, Error> {
    let contexts = registry.contexts.iter();
    let regions = contexts.map(|(name, context)| (cloud_of(name), context.region.as_str()));
    let regions: BTreeSet<(Cloud, &str)> = regions.collect();
    let mut catalogue = Catalogue::default();
    for (cloud, region) in regions {
        add_region(&mut catalogue, cloud, region, &registry.terms)?;
    }
    Ok(catalogue)
}

/// The cloud of a provider: its regions need not be in our tables to have prices, nor for anything to have been agreed.
fn cloud_of(provider: &str) -> Cloud {
    match is_google(provider) {
        true => Cloud::Gcp,
        false => Cloud::Aws,
    }
}

/// Adds what is paid in a region.
///
/// # Errors
/// Refreshed prices cannot be used.
pub fn add_region(
    catalogue: &mut Catalogue,
    cloud: Cloud,
    region: &str,
    terms: &Terms,
) -> Result<(), Error> {
    for (item, price) in paid(cloud, region, terms)? {
        catalogue.add(region, item, price);
    }
    Ok(())
}

/// Prices of machines in a region as they are without a commitment, on which fees are reckoned.
///
/// # Errors
/// Refreshed prices cannot be used.
pub fn on_demand(cloud: Cloud, region: &str, terms: &Terms) -> Result<Vec<(String, Price)>, Error> {
    let listed = refreshed::list_prices(region)?.into_iter().map(priced);
    let without = Terms {
        items: BTreeMap::new(),
        ..terms.clone()
    };
    let machines = listed.filter(|(item, _)| is_machine(item));
    let pay = |(item, list): (String, Price)| {
        let price = without.price(cloud.word(), &item, Sold::Other, list);
        (item, price)
    };
    Ok(machines.map(pay).collect())
}

/// What is paid in a region, by item.
fn paid(cloud: Cloud, region: &str, terms: &Terms) -> Result<Vec<(String, Price)>, Error> {
    let listed = refreshed::list_prices(region)?.into_iter();
    let all: BTreeMap<String, Price> = listed.map(priced).collect();
    let committed = terms.of(cloud.word()).committed > Percent::default();
    let pay = |(item, list): (&String, &Price)| {
        // A commitment takes the place of what Google gives for a whole month by itself.
        let model = item.strip_prefix("gce.sustained.").filter(|_| committed);
        let list = model
            .and_then(|model| all.get(&format!("gce.instance.{model}")))
            .unwrap_or(list);
        let sold = match is_machine(item) {
            true => Sold::Machine,
            false => Sold::Other,
        };
        // A price of one's own is for the machine, whatever the list calls a month of it.
        let own = item
            .strip_prefix("gce.sustained.")
            .map(|model| format!("gce.instance.{model}"));
        let own =
            own.filter(|own| terms.items.contains_key(own) && !terms.items.contains_key(item));
        let name = own.as_ref().unwrap_or(item);
        (
            item.clone(),
            terms.price(cloud.word(), name, sold, list.clone()),
        )
    };
    let mut paid: Vec<(String, Price)> = all.iter().map(pay).collect();
    // What the list lacks there may be known to whoever writes the spec.
    let lacking = terms.items.keys().filter(|item| !all.contains_key(*item));
    paid.extend(lacking.filter_map(|item| {
        let unit = provision_data::unit(cloud, item)?;
        Some((item.clone(), terms.unlisted(item, unit)?))
    }));
    Ok(paid)
}

fn priced(listed: ListPrice) -> (String, Price) {
    let price = Price {
        unit: listed.unit.into_owned(),
        rate: Rate::nanos(i64::try_from(listed.nanos).unwrap_or(i64::MAX)),
        as_of: listed.as_of,
        source: listed.source,
        quality: listed.quality,
    };
    (listed.item, price)
}

/// Items of `[prices]` that nothing is called: neither in the spec's regions nor anywhere in their clouds.
#[must_use]
pub fn unknown_items(spec: &Spec) -> Vec<(&str, String)> {
    if spec.prices.items.is_empty() {
        return Vec::new();
    }
    let aws = spec.aws.as_ref().map(|cloud| cloud.region.as_str());
    let gcp = spec.gcp.as_ref().map(|cloud| cloud.region.as_str());
    // A comparison prices the other cloud as well, in the region that stands for this one.
    let known = market::Known { day: day(None) };
    let regions: Vec<&str> = match market::regions(spec, &Demand::of(spec, &known)) {
        Ok((aws, gcp)) => vec![aws, gcp],
        Err(_) => aws.into_iter().chain(gcp).collect(),
    };
    // A table that cannot be used is told of where prices are asked for.
    let known = regions.iter().flat_map(|region| {
        refreshed::list_prices(region).unwrap_or_else(|_| provision_data::list_prices(region))
    });
    let known: BTreeSet<String> = known.map(|price| price.item).collect();
    let items = spec.prices.items.keys();
    let sold = |item: &str| {
        let mut clouds = Cloud::ALL.into_iter();
        clouds.any(|cloud| provision_data::unit(cloud, item).is_some())
    };
    let unknown = items.filter(|item| !known.contains(*item) && !sold(item));
    unknown
        .map(|item| (item.as_str(), wording(item, &regions)))
        .collect()
}

fn wording(item: &str, regions: &[&str]) -> String {
    let region = regions.first().copied().unwrap_or("REGION");
    let (kind, _) = item.rsplit_once('.').unwrap_or((item, ""));
    format!(
        "no price is called `{item}` in {}; see `provision prices show {region} {kind}`",
        regions.join(" and ")
    )
}

/// What providers were asked, and what they said.
struct Asked<'a> {
    requests: Vec<(Cloud, UsageRequest<'a>, UsageAnswer)>,
    /// Resources that no provider of ours serves.
    others: Vec<UsageOf<'a>>,
    /// What leaves each cloud, with the region whose price holds.
    egress: Vec<Leaves>,
}

impl<'a> Asked<'a> {
    fn of(registry: &Registry, resources: Vec<UsageOf<'a>>, day: &str) -> Self {
        let mut by_provider: BTreeMap<String, Vec<UsageOf<'a>>> = BTreeMap::new();
        for of in resources {
            match by_provider.get_mut(&of.resource.provider) {
                Some(own) => own.push(of),
                None => {
                    by_provider.insert(of.resource.provider.clone(), vec![of]);
                }
            }
        }
        let names = by_provider.keys();
        let referred: Vec<_> = names.map(|name| referred(&by_provider, name)).collect();
        let mut asked = Self {
            requests: Vec::new(),
            others: Vec::new(),
            egress: Vec::new(),
        };
        for ((name, resources), referred) in by_provider.into_iter().zip(referred) {
            let (Some(provider), Some(context)) =
                (registry.providers.get(&name), registry.contexts.get(&name))
            else {
                asked.others.extend(resources);
                continue;
            };
            let cloud = cloud_of(&name);
            let request = UsageRequest {
                context: context.clone(),
                as_of: day.to_owned(),
                terms: registry.terms.of(cloud.word()),
                resources,
                referred,
            };
            let answer = provider.usage(&request);
            asked.requests.push((cloud, request, answer));
        }
        asked.egress = egress(&asked.requests);
        asked
    }

    fn items(&self) -> Vec<Item<'_>> {
        let asked = self.requests.iter().flat_map(|(_, request, answer)| {
            let region = request.context.region.as_str();
            let said = answer.usages.iter().map(Option::as_ref);
            // What an answer that is too short leaves out is not known.
            let said = said.chain(std::iter::repeat(None));
            let all = request.resources.iter().zip(said);
            all.map(move |(of, usage)| (of, region, usage))
        });
        let all = asked.chain(self.others.iter().map(|of| (of, "", None)));
        let own = all.map(|(of, region, usage)| Item {
            resource: &of.resource,
            region,
            usage,
        });
        let egress = self.egress.iter().map(|(resource, usage, region)| Item {
            resource,
            region,
            usage: Some(usage),
        });
        own.chain(egress).collect()
    }
}

/// What resources of one provider refer to and another one serves.
fn referred<'a>(
    by_provider: &BTreeMap<String, Vec<UsageOf<'a>>>,
    provider: &str,
) -> Vec<Cow<'a, Resource<Pending>>> {
    if by_provider.len() < 2 {
        return Vec::new();
    }
    let mut ids: BTreeSet<&ResourceId> = BTreeSet::new();
    for of in by_provider.get(provider).into_iter().flatten() {
        of.resource.each_referenced(&mut |id| {
            ids.insert(id);
        });
        ids.extend(&of.resource.after);
    }
    let others = by_provider.iter().filter(|(name, _)| *name != provider);
    let others = others.flat_map(|(_, others)| others);
    others
        .filter(|of| ids.contains(&of.resource.id))
        .map(|of| of.resource.clone())
        .collect()
}

#[cfg(test)]
mod tests {
    #![allow(clippy::unwrap_used)]
    use provision_aws::AwsProvider;
    use provision_core::contract::{Context, Provider, Shim};
    use provision_core::cost::{Charge, CloudTerms, Usage};
    use provision_ecs::EcsProvider;
    use provision_eks::EksProvider;
    use provision_gke::GkeProvider;

    use super::*;

    /// An object of every kind, without a single field.
    fn bare(provider: &dyn Provider) -> UsageRequest<'static> {
        let bare = |kind| UsageOf {
            resource: Cow::Owned(Resource {
                id: ResourceId::new("cluster.main", format!("{kind}")),
                kind,
                provider: provider.name().to_owned(),
                platform: None,
                name: None,
                parent: None,
                fields: BTreeMap::new(),
                after: Vec::new(),
                outlives: Vec::new(),
                adopt: None,
                protect: false,
            }),
            live: None,
        };
        let region = match provider.name() {
            "gke" => "us-central1",
            _ => "us-east-1",
        };
        let kinds = provider.describe().into_iter().map(|table| table.kind);
        UsageRequest {
            context: Context {
                stack: "shop".to_owned(),
                account: None,
                region: region.to_owned(),
                labels: BTreeMap::new(),
            },
            as_of: "2026-11-25".to_owned(),
            resources: kinds.map(bare).collect(),
            referred: Vec::new(),
            terms: CloudTerms::default(),
        }
    }

    fn check(request: &UsageRequest<'_>, answer: &UsageAnswer) {
        let listed = provision_data::list_prices(&request.context.region);
        assert_eq!(answer.usages.len(), request.resources.len());
        for (of, usage) in request.resources.iter().zip(&answer.usages) {
            let kind = &of.resource.kind;
            match usage {
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
        let (ecs, gke) = (EcsProvider::offline(), GkeProvider::offline());
        let direct: [&dyn Provider; 4] = [&aws, &ecs, &eks, &gke];
        assert_eq!(direct.len(), crate::registry::offline().len());
        for provider in direct {
            let request = bare(provider);
            check(&request, &provider.usage(&request));
        }
        let (aws, ecs, eks) = (Shim(aws.clone()), Shim(ecs.clone()), Shim(eks.clone()));
        let gke = Shim(gke.clone());
        let shimmed: [&dyn Provider; 4] = [&aws, &ecs, &eks, &gke];
        for (shimmed, direct) in shimmed.into_iter().zip(direct) {
            let request = bare(direct);
            assert_eq!(shimmed.usage(&request), direct.usage(&request));
        }
    }
}
