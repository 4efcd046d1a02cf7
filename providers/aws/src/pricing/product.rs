//! A product as the price list has it: a JSON document in a string.

use std::collections::BTreeMap;

use serde::Deserialize;

use super::items::Per;
use super::unusable;
use crate::error::Fault;

/// One product with its terms.
#[derive(Debug, Deserialize)]
#[serde(rename_all = "camelCase")]
pub(super) struct Product {
    product: Described,
    /// `AmazonEC2`.
    #[serde(rename = "serviceCode")]
    pub(super) service: String,
    #[serde(default)]
    terms: Terms,
    #[serde(default)]
    publication_date: String,
}

#[derive(Debug, Deserialize)]
struct Described {
    sku: String,
    #[serde(default)]
    attributes: BTreeMap<String, String>,
}

#[derive(Debug, Default, Deserialize)]
struct Terms {
    /// Terms of reservations are beside it.
    #[serde(rename = "OnDemand", default)]
    on_demand: BTreeMap<String, Term>,
}

#[derive(Debug, Deserialize)]
#[serde(rename_all = "camelCase")]
struct Term {
    price_dimensions: BTreeMap<String, Dimension>,
}

/// A price, or one of its steps.
#[derive(Debug, Deserialize)]
#[serde(rename_all = "camelCase")]
struct Dimension {
    unit: String,
    #[serde(default)]
    begin_range: String,
    price_per_unit: BTreeMap<String, String>,
}

/// Reads a document of the list.
pub(super) fn parse(text: &str) -> Result<Product, Fault> {
    serde_json::from_str(text)
        .map_err(|error| unusable(&format!("a product cannot be read: {error}")))
}

impl Product {
    /// An attribute; what is not there is empty.
    pub(super) fn attribute(&self, name: &str) -> &str {
        self.product.attributes.get(name).map_or("", String::as_str)
    }

    /// Its number.
    pub(super) fn sku(&self) -> &str {
        &self.product.sku
    }

    /// Whether it is sold in the region itself. Local and Wavelength zones are places of their own.
    pub(super) fn is_in(&self, region: &str) -> bool {
        self.attribute("regionCode") == region
            && matches!(self.attribute("locationType"), "AWS Region" | "")
    }

    /// Where its price was read.
    pub(super) fn source(&self) -> String {
        let (service, sku) = (&self.service, self.sku());
        let day = self.publication_date.split('T').next().unwrap_or_default();
        let published = match day {
            "" => String::new(),
            day => format!(", published {day}"),
        };
        format!("AWS Price List {service} {sku}{published}")
    }

    /// What one of our units costs on demand: of a price in steps, the first.
    pub(super) fn nanos(&self, per: Per) -> Result<u64, String> {
        let sku = self.sku();
        let mut terms = self.terms.on_demand.values();
        let (Some(term), None) = (terms.next(), terms.next()) else {
            let count = self.terms.on_demand.len();
            return Err(format!("{sku} has {count} terms on demand, not one"));
        };
        let mut steps = term.price_dimensions.values();
        let starts = |step: &&Dimension| matches!(step.begin_range.as_str(), "0" | "");
        let Some(step) = steps.find(starts) else {
            return Err(format!("{sku} has no price from the first unit on"));
        };
        let Some(price) = step.price_per_unit.get("USD") else {
            return Err(format!("{sku} has no price in US dollars"));
        };
        let unit = &step.unit;
        let Some(units) = per.units(unit) else {
            return Err(format!("{sku} is priced by `{unit}`"));
        };
        match nanos(price, units) {
            Some(nanos) if nanos > 0 => Ok(nanos),
            _ => Err(format!("{sku} costs `{price}`")),
        }
    }
}

/// Nano-dollars of a decimal, shared by so many units; rounded half up.
fn nanos(price: &str, units: u64) -> Option<u64> {
    const DIGITS: usize = 15;
    let (whole, part) = price.split_once('.').unwrap_or((price, ""));
    let plain = |text: &str| text.bytes().all(|byte| byte.is_ascii_digit());
    if whole.is_empty() || !plain(whole) || !plain(part) || part.len() > DIGITS {
        return None;
    }
    let femtos: u128 = format!("{whole}{part:0<DIGITS$}").parse().ok()?;
    let one = 1_000_000 * u128::from(units);
    u64::try_from((femtos + one / 2) / one).ok()
}

#[cfg(test)]
mod tests {
    use super::nanos;

    #[test]
    fn decimals_become_nano_dollars() {
        for (price, units, wanted) in [
            ("0.0960000000", 1, Some(96_000_000)),
            ("40.9600000000", 1024, Some(40_000_000)),
            ("12", 1, Some(12_000_000_000)),
            ("0.0000000005", 1, Some(1)),
            ("0.0000000004", 1, Some(0)),
            ("-1", 1, None),
            ("1e-3", 1, None),
            (".5", 1, None),
            ("", 1, None),
            ("99999999999999999999", 1, None),
        ] {
            assert_eq!(nanos(price, units), wanted, "{price}");
        }
    }
}
