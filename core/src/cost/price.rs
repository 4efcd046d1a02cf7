//! Usage times price: the lines of a bill.

use serde::{Deserialize, Serialize};

use super::{Catalogue, Charge, Meter, Money, Part, Price, Quantity, Range, Rate, Usage};
use crate::model::{Address, Pending, Resource, ResourceId};

/// A resource with what it uses.
#[derive(Clone, Copy, Debug)]
pub struct Item<'a> {
    /// The resource.
    pub resource: &'a Resource<Pending>,
    /// The region whose prices hold.
    pub region: &'a str,
    /// What it uses; `None` when its provider did not say.
    pub usage: Option<&'a Usage>,
}

/// One line of a bill.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct Line {
    /// The resource.
    pub id: ResourceId,
    /// What of it: `control plane`, `m5.large`.
    pub component: String,
    /// The part of the bill.
    pub part: Part,
    /// The price that it is reckoned with, by its name in the tables: `eks.cluster`.
    pub item: String,
    /// The region of that price.
    pub region: String,
    /// The unit.
    pub unit: String,
    /// How many units in a month, as expected.
    pub quantity: Quantity,
    /// What one costs.
    pub unit_price: Rate,
    /// What that comes to in a month.
    pub monthly: Money,
    /// The same from the least to the most.
    pub range: Range<Money>,
    /// How many there are of it.
    pub count: Range<u64>,
    /// When the price was read.
    pub as_of: String,
    /// Where.
    pub source: String,
    /// How sure the price is, in a word of the tables.
    pub quality: String,
    /// What was assumed.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub assumption: Option<String>,
}

/// Something that is charged for and has no price here.
#[derive(Clone, Debug, PartialEq, Eq, PartialOrd, Ord, Serialize, Deserialize)]
pub struct Unpriced {
    /// The resource.
    pub id: ResourceId,
    /// What of it.
    pub component: String,
    /// The part of the bill that lacks it; `None` where nobody knows what it uses.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub part: Option<Part>,
    /// How many there are of it, where that is known.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub count: Option<Range<u64>>,
    /// Why.
    pub why: String,
    /// The cluster whose bill lacks it, else what is shared; nothing beside a bill.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub of: Option<Address>,
}

impl Unpriced {
    /// Something is missing from the expected sum: of what there is none of now, the price is missing from the most alone.
    #[must_use]
    pub fn counts(&self) -> bool {
        self.count.is_none_or(|count| count.expected > 0)
    }

    /// A meter without a price.
    pub(super) fn of(id: &ResourceId, meter: &Meter, why: String) -> Self {
        Self {
            id: id.clone(),
            component: meter.component.clone(),
            part: Some(meter.part),
            count: Some(meter.count),
            why,
            of: None,
        }
    }
}

/// Prices what one resource uses. Nothing that is charged for is left out: each of its meters becomes a line or stands
/// among the unpriced.
pub(super) fn price(
    item: &Item<'_>,
    catalogue: &Catalogue,
    lines: &mut Vec<Line>,
    unpriced: &mut Vec<Unpriced>,
) {
    let id = &item.resource.id;
    let meters = match item.usage {
        Some(Usage::Free { .. }) => return,
        Some(Usage::Charged { meters }) => meters,
        None => {
            return unpriced.push(Unpriced {
                id: id.clone(),
                component: item.resource.kind.as_str().to_owned(),
                part: None,
                count: None,
                why: format!("what a {} uses is not known", item.resource.kind),
                of: None,
            });
        }
    };
    for meter in meters {
        match listed(meter, item.region, catalogue) {
            Ok(price) => lines.push(line(id, meter, price, item.region)),
            Err(why) => unpriced.push(Unpriced::of(id, meter, why)),
        }
    }
}

/// The price of a meter, or why it has none.
pub(super) fn listed<'a>(
    meter: &Meter,
    region: &str,
    catalogue: &'a Catalogue,
) -> Result<&'a Price, String> {
    let (item, unit) = match &meter.charge {
        Charge::Listed { item, unit } => (item, unit),
        Charge::Unlisted { why } => return Err(why.clone()),
    };
    let price = catalogue
        .price(region, item)
        .ok_or_else(|| format!("no price of {item} in {region}"))?;
    if price.unit != *unit {
        return Err(format!(
            "the price of {item} is per {}, its use is in {unit}",
            price.unit
        ));
    }
    Ok(price)
}

/// A meter times its price.
pub(super) fn line(id: &ResourceId, meter: &Meter, price: &Price, region: &str) -> Line {
    let range = meter
        .count
        .map(|count| price.rate.of(meter.each.times(count)));
    Line {
        id: id.clone(),
        component: meter.component.clone(),
        part: meter.part,
        item: meter.item().unwrap_or_default().to_owned(),
        region: region.to_owned(),
        unit: price.unit.clone(),
        quantity: meter.each.times(meter.count.expected),
        unit_price: price.rate,
        monthly: range.expected,
        range,
        count: meter.count,
        as_of: price.as_of.clone(),
        source: price.source.clone(),
        quality: price.quality.clone(),
        assumption: meter.assumption.clone(),
    }
}
