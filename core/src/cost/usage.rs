//! What a resource uses: the answer of the contract's call `usage`.

use std::borrow::Cow;

use serde::{Deserialize, Serialize};

use super::{CloudTerms, Part, Quantity};
use crate::contract::Context;
use crate::model::{Fields, Pending, Resource};

/// Asks a provider what its resources use.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct UsageRequest<'a> {
    /// The context.
    pub context: Context,
    /// The day for which it is asked, `2026-11-25`: some prices have an end.
    pub as_of: String,
    /// Resources of this provider.
    pub resources: Vec<UsageOf<'a>>,
    /// What those refer to and other providers serve.
    pub referred: Vec<Cow<'a, Resource<Pending>>>,
    /// What was agreed with the cloud: some of it changes how much is used, and not what that costs.
    #[serde(default)]
    pub terms: CloudTerms,
}

/// A resource whose usage is wanted. Whoever asks keeps it: a bill is made of thousands.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct UsageOf<'a> {
    /// The resource, as declared or as it is live.
    pub resource: Cow<'a, Resource<Pending>>,
    /// What is live of it, where something else is declared: the number of nodes is the autoscaler's. `None` also for a
    /// resource that is given as it is live.
    pub live: Option<Cow<'a, Fields>>,
}

impl<'a> UsageOf<'a> {
    /// A resource as it is declared, with nothing live of it.
    #[must_use]
    pub const fn declared(resource: &'a Resource<Pending>) -> Self {
        Self {
            resource: Cow::Borrowed(resource),
            live: None,
        }
    }
}

/// One usage for each resource that was asked about.
#[derive(Clone, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
pub struct UsageAnswer {
    /// In the order of the resources; `None` where the provider does not know.
    pub usages: Vec<Option<Usage>>,
}

/// What one resource uses in a month.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(tag = "usage", rename_all = "snake_case")]
pub enum Usage {
    /// It costs nothing by itself.
    Free {
        /// Why: `IAM is free of charge`.
        why: Cow<'static, str>,
    },
    /// It is charged for, in one or several ways.
    Charged {
        /// Each of them.
        meters: Vec<Meter>,
    },
}

/// One thing that is charged for.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct Meter {
    /// What it is, for people: `control plane`, `m5.large`.
    pub component: String,
    /// The part of the bill.
    pub part: Part,
    /// How it is charged.
    pub charge: Charge,
    /// How many there are.
    pub count: Range<u64>,
    /// How many units each of them uses in a month.
    pub each: Quantity,
    /// What was assumed because nobody declares it: `100 GB a month`.
    pub assumption: Option<String>,
}

/// How something is charged.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum Charge {
    /// By a price of the catalogue.
    Listed {
        /// The item: `ec2.instance.m5.large`.
        item: String,
        /// The unit in which it is used: `hour`. The price must be for the same one.
        unit: String,
    },
    /// There is no list price for it.
    Unlisted {
        /// Why.
        why: String,
    },
}

/// The least, the expected and the most of something.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, PartialOrd, Ord, Serialize, Deserialize)]
pub struct Range<T> {
    /// The least.
    pub min: T,
    /// What is reckoned with.
    pub expected: T,
    /// The most.
    pub max: T,
}

impl<T: Copy> Range<T> {
    /// Always the same.
    pub const fn exactly(value: T) -> Self {
        Self {
            min: value,
            expected: value,
            max: value,
        }
    }

    /// The same range of something else.
    pub fn map<U>(self, mut f: impl FnMut(T) -> U) -> Range<U> {
        Range {
            min: f(self.min),
            expected: f(self.expected),
            max: f(self.max),
        }
    }
}

impl Usage {
    /// Nothing to pay.
    #[must_use]
    pub const fn free(why: &'static str) -> Self {
        Self::Free {
            why: Cow::Borrowed(why),
        }
    }

    /// One thing to pay for.
    #[must_use]
    pub fn one(meter: Meter) -> Self {
        Self::Charged {
            meters: vec![meter],
        }
    }
}

impl Meter {
    /// The price of the catalogue that it goes by; `None` where there is none.
    #[must_use]
    pub fn item(&self) -> Option<&str> {
        match &self.charge {
            Charge::Listed { item, .. } => Some(item),
            Charge::Unlisted { .. } => None,
        }
    }

    /// One of something, at a price of the catalogue.
    #[must_use]
    pub fn listed(component: &str, part: Part, item: &str, unit: &str, each: Quantity) -> Self {
        Self {
            component: component.to_owned(),
            part,
            charge: Charge::Listed {
                item: item.to_owned(),
                unit: unit.to_owned(),
            },
            count: Range::exactly(1),
            each,
            assumption: None,
        }
    }

    /// One of something that has no list price.
    #[must_use]
    pub fn unlisted(component: &str, part: Part, why: &str) -> Self {
        Self {
            component: component.to_owned(),
            part,
            charge: Charge::Unlisted {
                why: why.to_owned(),
            },
            count: Range::exactly(1),
            each: Quantity::whole(1),
            assumption: None,
        }
    }

    /// So many of them.
    #[must_use]
    pub const fn count(mut self, count: Range<u64>) -> Self {
        self.count = count;
        self
    }

    /// By this assumption.
    #[must_use]
    pub fn assuming(mut self, assumption: impl Into<String>) -> Self {
        self.assumption = Some(assumption.into());
        self
    }
}
