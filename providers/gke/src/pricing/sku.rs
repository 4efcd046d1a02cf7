//! A SKU of the catalogue, as far as prices go.

use google_cloud_billing_v1::model;

use super::GLOBAL;
use super::items::Service;

/// What something is sold by, in the catalogue's words.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Per {
    /// An hour.
    Hour,
    /// A GiB for an hour.
    GibHour,
    /// A GiB for a month.
    GibMonth,
    /// A GiB.
    Gib,
    /// A month.
    Month,
    /// One of it.
    One,
}

/// How it is used.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Usage {
    /// Paid for as it is used.
    OnDemand,
    /// May be taken away: Spot.
    Preemptible,
}

/// One SKU with its price of today.
#[derive(Clone, Debug)]
pub(super) struct Sku {
    pub(super) service: Service,
    /// `2E27-4F75-95CD`.
    pub(super) id: String,
    /// `N1 Predefined Instance Core running in Americas`.
    pub(super) description: String,
    /// `Compute`.
    pub(super) family: String,
    /// `CPU`.
    pub(super) group: String,
    pub(super) usage: Usage,
    regions: Vec<String>,
    /// In effect since this day.
    since: String,
    price: Option<Price>,
}

#[derive(Clone, Debug)]
struct Price {
    /// `GiBy.mo`.
    unit: String,
    /// From which amount on, and nano-dollars; in order.
    steps: Vec<(f64, i128)>,
    /// All of it is in US dollars.
    dollars: bool,
}

impl Sku {
    /// Reads one; nothing where it is a commitment, a reservation or the like.
    pub(super) fn of(service: Service, wire: model::Sku) -> Option<Self> {
        let category = wire.category.unwrap_or_default();
        let usage = match category.usage_type.as_str() {
            "OnDemand" => Usage::OnDemand,
            "Preemptible" => Usage::Preemptible,
            _ => return None,
        };
        // A timeline in order; unless a time is asked for, of one entry.
        let now = wire.pricing_info.into_iter().next_back();
        let now = now.unwrap_or_default();
        let since = now.effective_time.map(String::from).unwrap_or_default();
        Some(Self {
            service,
            id: wire.sku_id,
            description: wire.description,
            family: category.resource_family,
            group: category.resource_group,
            usage,
            regions: wire.service_regions,
            since: since.split('T').next().unwrap_or_default().to_owned(),
            price: now.pricing_expression.map(Price::of),
        })
    }

    /// Whether it is sold in the region, or everywhere.
    pub(super) fn concerns(&self, region: &str) -> bool {
        self.is_in(region) || self.is_in(GLOBAL)
    }

    /// Whether it is sold in the region itself.
    pub(super) fn is_in(&self, region: &str) -> bool {
        self.regions.iter().any(|one| one == region)
    }

    /// Where a price was read.
    pub(super) fn source(&self) -> String {
        let (service, id) = (self.service.id(), &self.id);
        match self.since.as_str() {
            "" => format!("{service} {id}"),
            since => format!("{service} {id}, in effect since {since}"),
        }
    }

    /// Nano-dollars of one unit: of a price in steps, the first that is to be paid. What is free before it is free for the
    /// billing account, and no part of a price.
    pub(super) fn nanos(&self, per: Per) -> Result<u64, String> {
        let id = &self.id;
        let Some(price) = &self.price else {
            return Err(format!("{id} has no price"));
        };
        if !price.dollars {
            return Err(format!("{id} has no price in US dollars"));
        }
        if price.unit != per.word() {
            return Err(format!("{id} is priced by `{}`", price.unit));
        }
        let paid = price.steps.iter().find(|(_, nanos)| *nanos != 0);
        let nanos = paid.and_then(|(_, nanos)| u64::try_from(*nanos).ok());
        nanos.ok_or_else(|| format!("{id} costs nothing"))
    }
}

impl Price {
    fn of(wire: model::PricingExpression) -> Self {
        let mut steps = Vec::new();
        let mut dollars = true;
        for rate in wire.tiered_rates {
            let money = rate.unit_price.unwrap_or_default();
            dollars &= money.currency_code == "USD";
            let nanos = i128::from(money.units) * 1_000_000_000 + i128::from(money.nanos);
            steps.push((rate.start_usage_amount, nanos));
        }
        steps.sort_by(|(one, _), (other, _)| one.total_cmp(other));
        Self {
            unit: wire.usage_unit,
            steps,
            dollars,
        }
    }
}

impl Per {
    /// As `usageUnit` has it.
    const fn word(self) -> &'static str {
        match self {
            Self::Hour => "h",
            Self::GibHour => "GiBy.h",
            Self::GibMonth => "GiBy.mo",
            Self::Gib => "GiBy",
            Self::Month => "mo",
            Self::One => "count",
        }
    }
}

/// Whether a description is these words, alone or with a place of the region behind them: ` in Belgium`, ` for Mumbai`,
/// ` running in Americas`, ` (europe-west1)`. Other words behind or before make other things of it: `Regional Balanced PD
/// Capacity` costs twice as much.
pub(super) fn is(description: &str, words: &str, region: &str) -> bool {
    let Some(behind) = description.strip_prefix(words) else {
        return false;
    };
    let in_brackets = |rest: &str| rest.strip_suffix(')') == Some(region);
    behind.is_empty()
        || [" in ", " for ", " running in "]
            .iter()
            .any(|word| behind.starts_with(word))
        || behind.strip_prefix(" (").is_some_and(in_brackets)
}
