//! What a plan changes about the bill.

use std::borrow::Cow;
use std::collections::{BTreeMap, BTreeSet};

use serde::{Deserialize, Serialize};

use super::bill::sum;
use super::price::price;
use super::{CURRENCY, Catalogue, Item, Line, Money, PERIOD, Range, Terms, Unpriced, UsageOf};
use crate::model::{Observed, Pending, Resource, ResourceId, Value};
use crate::plan::{Action, PlanFile};

/// The bill before and after a plan; serialised as is in `plan --json` (contract: DESIGN 3).
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct PlanCost {
    /// Of what is live.
    pub before: Money,
    /// Of what will be.
    pub after: Money,
    /// After less before.
    pub delta: Money,
    /// [`CURRENCY`].
    pub currency: String,
    /// [`PERIOD`].
    pub period: String,
    /// What moves, most first.
    pub lines: Vec<Moved>,
    /// What will be, from the least nodes to the most.
    pub range: Range<Money>,
    /// What is charged for and has no price here; no part of any sum.
    pub unpriced: Vec<Unpriced>,
    /// The limit that the plan was held against.
    pub budget: Option<Money>,
    /// What was agreed with the clouds.
    #[serde(default, skip_serializing_if = "Terms::is_empty")]
    pub terms: Terms,
}

/// One line that moves.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct Moved {
    /// The resource.
    pub id: ResourceId,
    /// What of it.
    pub component: String,
    /// Before.
    pub before: Money,
    /// After.
    pub after: Money,
    /// After less before.
    pub delta: Money,
}

/// A plan's cost with the lines of what will be.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Priced {
    /// The sums.
    pub cost: PlanCost,
    /// Every line after the plan.
    pub after: Vec<Line>,
}

/// The resources whose usage makes the two bills of a plan.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Standing<'a> {
    /// What is live.
    pub before: Vec<UsageOf<'a>>,
    /// What will be; `None` when nothing changes.
    pub after: Option<Vec<UsageOf<'a>>>,
}

/// What stands before a plan and after it. What the plan leaves alone counts as it is live, whatever the file says.
#[must_use]
pub fn standing(file: &PlanFile) -> Standing<'_> {
    let before = file.live.values().map(as_live).collect();
    let changes = &file.plan.changes;
    if changes.is_empty() {
        return Standing {
            before,
            after: None,
        };
    }
    let actions: BTreeMap<&ResourceId, Action> = changes
        .iter()
        .map(|change| (&change.id, change.action))
        .collect();
    let ids: BTreeSet<&ResourceId> = file.live.keys().chain(actions.keys().copied()).collect();
    let after = ids.into_iter().filter_map(|id| {
        let live = file.live.get(id);
        match actions.get(id) {
            Some(Action::Delete) => None,
            Some(Action::Create | Action::Update | Action::Replace | Action::Adopt) => {
                Some(UsageOf {
                    resource: Cow::Borrowed(file.desired.get(id)?),
                    live: live.map(|live| Cow::Borrowed(&live.fields)),
                })
            }
            _ => live.map(as_live),
        }
    });
    Standing {
        before,
        after: Some(after.collect()),
    }
}

/// A live object as if it were declared the way it is.
fn as_live(live: &Observed) -> UsageOf<'static> {
    let fields = live.fields.iter();
    let known = |value: &Value<_>| {
        let filled: Result<Value<Pending>, std::convert::Infallible> =
            value.try_fill(&mut |never: &crate::model::Never| match *never {});
        match filled {
            Ok(value) => value,
            Err(never) => match never {},
        }
    };
    UsageOf {
        resource: Cow::Owned(Resource {
            id: live.id.clone(),
            kind: live.kind.clone(),
            provider: live.provider.clone(),
            platform: None,
            name: None,
            parent: live.parent.clone(),
            fields: fields
                .map(|(name, value)| (name.clone(), known(value)))
                .collect(),
            after: live.needs.clone(),
            outlives: Vec::new(),
            adopt: None,
            protect: live.protect,
        }),
        live: None,
    }
}

/// Prices both sides of a plan.
#[must_use]
pub fn plan_cost(
    before: &[Item<'_>],
    after: &[Item<'_>],
    catalogue: &Catalogue,
    budget: Option<Money>,
) -> Priced {
    let mut unpriced = Vec::new();
    let mut lines = |items: &[Item<'_>]| {
        let mut lines = Vec::new();
        for item in items {
            price(item, catalogue, &mut lines, &mut unpriced);
        }
        lines
    };
    let (before, after) = (lines(before), lines(after));
    unpriced.sort();
    unpriced.dedup();
    let range = |lines: &[Line]| sum(lines.iter().map(|line| line.range));
    let (was, will) = (range(&before).expected, range(&after));
    let cost = PlanCost {
        before: was,
        after: will.expected,
        delta: will.expected - was,
        currency: CURRENCY.to_owned(),
        period: PERIOD.to_owned(),
        lines: moved(&before, &after),
        range: will,
        unpriced,
        budget,
        terms: Terms::default(),
    };
    Priced { cost, after }
}

fn moved(before: &[Line], after: &[Line]) -> Vec<Moved> {
    let mut both: BTreeMap<(&ResourceId, &str), (Money, Money)> = BTreeMap::new();
    for line in before {
        let sums = both.entry((&line.id, &line.component)).or_default();
        sums.0 = sums.0 + line.monthly;
    }
    for line in after {
        let sums = both.entry((&line.id, &line.component)).or_default();
        sums.1 = sums.1 + line.monthly;
    }
    let mut moved: Vec<Moved> = both
        .into_iter()
        .filter(|(_, (before, after))| before != after)
        .map(|((id, component), (before, after))| Moved {
            id: id.clone(),
            component: component.to_owned(),
            before,
            after,
            delta: after - before,
        })
        .collect();
    moved.sort_by_key(|line| std::cmp::Reverse(line.delta.abs()));
    moved
}
