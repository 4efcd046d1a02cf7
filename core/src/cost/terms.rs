//! `[prices]`: what somebody pays that differs from the list.

use std::collections::{BTreeMap, BTreeSet};

use serde::{Deserialize, Serialize};

use super::{Percent, Price, Rate};

/// What was agreed with the clouds.
#[derive(Clone, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
pub struct Terms {
    /// By cloud: `aws`, `gcp`.
    #[serde(default, skip_serializing_if = "BTreeMap::is_empty")]
    pub clouds: BTreeMap<String, CloudTerms>,
    /// Prices of one's own by item, in US dollars for the unit of the item.
    #[serde(default, skip_serializing_if = "BTreeMap::is_empty")]
    pub items: BTreeMap<String, Rate>,
}

/// What was agreed with one cloud.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
pub struct CloudTerms {
    /// Taken off everything.
    pub discount: Percent,
    /// Taken off machines on demand for a commitment, before the discount.
    pub committed: Percent,
    /// GB that leave the cloud for the Internet in a month.
    #[serde(default, skip_serializing_if = "is_zero")]
    pub egress_gb: u64,
    /// The cloud's credit for the fee of one cluster is this stack's.
    #[serde(default, skip_serializing_if = "std::ops::Not::not")]
    pub free_cluster: bool,
}

/// Whether nothing is said.
#[expect(
    clippy::trivially_copy_pass_by_ref,
    reason = "serde hands over a reference"
)]
const fn is_zero(number: &u64) -> bool {
    *number == 0
}

/// How sure a price is that the spec tells.
const OWN: &str = "declared";

/// What is sold.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Sold {
    /// A machine on demand, which a commitment makes cheaper.
    Machine,
    /// Anything else.
    Other,
}

impl Terms {
    /// Nothing was agreed.
    #[must_use]
    pub fn is_empty(&self) -> bool {
        *self == Self::default()
    }

    /// What was agreed with a cloud.
    #[must_use]
    pub fn of(&self, cloud: &str) -> CloudTerms {
        self.clouds.get(cloud).copied().unwrap_or_default()
    }

    /// A price of one's own for something that the list does not have there; `unit` is what it goes by elsewhere.
    #[must_use]
    pub fn unlisted(&self, item: &str, unit: &str) -> Option<Price> {
        let own = self.items.get(item)?;
        Some(Price {
            unit: unit.to_owned(),
            rate: *own,
            as_of: OWN.to_owned(),
            source: "[prices] of the spec; the list has none there".to_owned(),
            quality: OWN.to_owned(),
        })
    }

    /// Something of it changes a price: other than the list's is paid.
    #[must_use]
    pub fn change_prices(&self) -> bool {
        let off = |terms: &CloudTerms| {
            terms.discount > Percent::default() || terms.committed > Percent::default()
        };
        !self.items.is_empty() || self.clouds.values().any(off)
    }

    /// The price that is paid instead of one of the list. Its source says what became of that.
    #[must_use]
    pub fn price(&self, cloud: &str, item: &str, sold: Sold, list: Price) -> Price {
        if let Some(own) = self.items.get(item) {
            return Price {
                source: format!(
                    "[prices] of the spec; the list says ${} ({})",
                    list.rate, list.source
                ),
                rate: *own,
                quality: OWN.to_owned(),
                ..list
            };
        }
        let terms = self.of(cloud);
        let committed = match sold {
            Sold::Machine => terms.committed,
            Sold::Other => Percent::default(),
        };
        let off = [(committed, "committed"), (terms.discount, "negotiated")];
        let off = off.into_iter().filter(|(off, _)| off.tenths() > 0);
        let words: Vec<String> = off
            .map(|(off, word)| format!("less {off} % {word}"))
            .collect();
        if words.is_empty() {
            return list;
        }
        Price {
            source: format!("{}; ${} {}", list.source, list.rate, words.join(", ")),
            rate: list.rate.less(committed).less(terms.discount),
            ..list
        }
    }

    /// What was agreed with the clouds that a bill is about, for its foot.
    #[must_use]
    pub fn words(&self, clouds: &BTreeSet<&str>) -> Vec<String> {
        let mut words = Vec::new();
        let of_bill = |(cloud, _): &(&String, &CloudTerms)| clouds.contains(cloud.as_str());
        for (cloud, terms) in self.clouds.iter().filter(of_bill) {
            if terms.committed.tenths() > 0 {
                words.push(format!(
                    "{cloud}: {} % off machines on demand for a commitment",
                    terms.committed
                ));
            }
            if terms.discount.tenths() > 0 {
                words.push(format!(
                    "{cloud}: {} % off everything, as negotiated",
                    terms.discount
                ));
            }
            if terms.free_cluster {
                words.push(format!(
                    "{cloud}: the billing account's credit for one cluster is this stack's"
                ));
            }
        }
        match self.items.len() {
            0 => {}
            1 => words.push("one price is of the spec's own".to_owned()),
            many => words.push(format!("{many} prices are of the spec's own")),
        }
        words
    }
}

#[cfg(test)]
mod tests {
    #![allow(clippy::unwrap_used)]
    use super::*;

    fn list(rate: &str) -> Price {
        Price {
            unit: "hour".to_owned(),
            rate: rate.parse().unwrap(),
            as_of: "2026-07-01".to_owned(),
            source: "the list".to_owned(),
            quality: "high".to_owned(),
        }
    }

    fn terms() -> Terms {
        Terms {
            clouds: [(
                "aws".to_owned(),
                CloudTerms {
                    discount: "7.0".parse().unwrap(),
                    committed: "28.0".parse().unwrap(),
                    egress_gb: 0,
                    free_cluster: false,
                },
            )]
            .into(),
            items: [("ec2.instance.m5.large".to_owned(), "0.07".parse().unwrap())].into(),
        }
    }

    #[test]
    fn a_commitment_is_for_machines_and_a_discount_for_everything() {
        let paid = terms().price("aws", "ec2.instance.m5.xlarge", Sold::Machine, list("0.20"));
        // 0.20 × 0.72 × 0.93
        assert_eq!(paid.rate.to_string(), "0.13392");
        assert_eq!(
            paid.source,
            "the list; $0.20 less 28.0 % committed, less 7.0 % negotiated"
        );
        let other = terms().price("aws", "vpc.nat", Sold::Other, list("0.045"));
        assert_eq!(other.rate.to_string(), "0.04185");
        let elsewhere = terms().price("gcp", "gce.ipv4", Sold::Other, list("0.005"));
        assert_eq!(elsewhere, list("0.005"));
    }

    #[test]
    fn a_price_of_ones_own_goes_before_all_else() {
        let paid = terms().price("aws", "ec2.instance.m5.large", Sold::Machine, list("0.096"));
        assert_eq!(paid.rate.to_string(), "0.07");
        assert!(
            paid.source.contains("the list says $0.096"),
            "{}",
            paid.source
        );
        assert_eq!(terms().words(&["aws"].into()).len(), 3);
        assert_eq!(terms().words(&["gcp"].into()).len(), 1);
        let none = Terms::default();
        assert!(none.is_empty() && none.words(&["aws"].into()).is_empty());
    }
}
