//! Prices as a value.

use std::collections::BTreeMap;

use super::Rate;

/// The list price of one unit of something in one region.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Price {
    /// The unit: `hour`, `GB-month`.
    pub unit: String,
    /// What one costs.
    pub rate: Rate,
    /// When the source was read, as exactly as is known: `2026-09-28`, `2024-05`, `undated`.
    pub as_of: String,
    /// Where it was read.
    pub source: String,
    /// How sure it is, in a word of the tables: `observed`, `high`, `medium`, `refreshed`, or how it was reckoned from others.
    pub quality: String,
}

/// Prices by region and item.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Catalogue {
    regions: BTreeMap<String, BTreeMap<String, Price>>,
}

impl Catalogue {
    /// Adds a price; a later one for the same item of the same region takes the place of the earlier one.
    pub fn add(&mut self, region: &str, item: impl Into<String>, price: Price) {
        let items = match self.regions.get_mut(region) {
            Some(items) => items,
            None => self.regions.entry(region.to_owned()).or_default(),
        };
        items.insert(item.into(), price);
    }

    /// The price of an item in a region. A region has its own prices or none: those of another one do not stand in.
    #[must_use]
    pub fn price(&self, region: &str, item: &str) -> Option<&Price> {
        self.regions.get(region)?.get(item)
    }

    /// All prices of a region, by item.
    pub fn region(&self, region: &str) -> impl Iterator<Item = (&str, &Price)> {
        let items = self.regions.get(region).into_iter().flatten();
        items.map(|(item, price)| (item.as_str(), price))
    }
}
