//! Capacity provider strategies: how tasks are shared out among providers.

use serde::{Deserialize, Serialize};
use serde_json::Value;

use super::common::{invalid, items, text, whole};
use crate::wire::ApiError;

/// One provider's share.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "camelCase")]
pub(super) struct Share {
    /// The provider's name.
    pub(super) capacity_provider: String,
    /// Its part of the tasks above all bases.
    pub(super) weight: i64,
    /// How many tasks it has at least.
    pub(super) base: i64,
}

/// Whether it is one of Fargate's own providers.
pub(super) fn is_fargate(provider: &str) -> bool {
    ["FARGATE", "FARGATE_SPOT"].contains(&provider)
}

/// Reads a strategy whose providers must be among those of the cluster.
pub(super) fn read(of: &Value, member: &str, providers: &[String]) -> Result<Vec<Share>, ApiError> {
    let share = |item: &Value| Share {
        capacity_provider: text(item, "capacityProvider")
            .unwrap_or_default()
            .to_owned(),
        weight: whole(item, "weight").unwrap_or_default(),
        base: whole(item, "base").unwrap_or_default(),
    };
    let strategy: Vec<Share> = items(of, member).iter().map(share).collect();
    check(&strategy, providers)?;
    Ok(strategy)
}

fn check(strategy: &[Share], providers: &[String]) -> Result<(), ApiError> {
    if strategy.len() > 20 {
        return Err(invalid(
            "A capacity provider strategy can contain a maximum of 20 capacity providers.",
        ));
    }
    for (at, share) in strategy.iter().enumerate() {
        let name = &share.capacity_provider;
        if !providers.contains(name) {
            return Err(invalid(
                "The specified capacity provider strategy cannot contain a capacity provider that is not associated \
                 with the cluster. Associate the capacity provider with the cluster and try again.",
            ));
        }
        if strategy
            .iter()
            .take(at)
            .any(|other| other.capacity_provider == *name)
        {
            return Err(invalid(
                "The specified capacity provider strategy cannot contain duplicate capacity providers.",
            ));
        }
        if !(0..=1000).contains(&share.weight) {
            return Err(invalid(
                "Capacity provider weight must be between 0 and 1000.",
            ));
        }
        if !(0..=100_000).contains(&share.base) {
            return Err(invalid(
                "Capacity provider base must be between 0 and 100000.",
            ));
        }
    }
    if strategy.iter().filter(|share| share.base > 0).count() > 1 {
        return Err(invalid(
            "The specified capacity provider strategy can have only one capacity provider with a defined base.",
        ));
    }
    if !strategy.is_empty() && strategy.iter().all(|share| share.weight == 0) {
        return Err(invalid(
            "The specified capacity provider strategy must contain at least one capacity provider with a weight \
             greater than 0.",
        ));
    }
    let fargate = |share: &&Share| is_fargate(&share.capacity_provider);
    let of_fargate = strategy.iter().filter(fargate).count();
    if of_fargate > 0 && of_fargate < strategy.len() {
        return Err(invalid(
            "The specified capacity provider strategy cannot contain capacity providers of different types. Specify \
             either Fargate or Auto Scaling group capacity providers.",
        ));
    }
    Ok(())
}

/// The provider of the next task when so many tasks run on each: bases first, then the one furthest below its weight.
pub(super) fn next(strategy: &[Share], running: impl Fn(&str) -> i64) -> Option<&Share> {
    let count = |share: &Share| running(&share.capacity_provider);
    if let Some(short) = strategy.iter().find(|share| count(share) < share.base) {
        return Some(short);
    }
    // Cross-multiplied, so that the comparison stays in whole numbers.
    let weighted = strategy.iter().filter(|share| share.weight > 0);
    weighted.min_by(|one, other| {
        let above = |share: &Share| (count(share) - share.base).max(0);
        (above(one) * other.weight).cmp(&(above(other) * one.weight))
    })
}

#[cfg(test)]
mod tests {
    use super::*;

    fn share(name: &str, weight: i64, base: i64) -> Share {
        Share {
            capacity_provider: name.to_owned(),
            weight,
            base,
        }
    }

    #[test]
    fn tasks_are_shared_out_by_base_and_weight() {
        let strategy = [share("FARGATE", 1, 2), share("FARGATE_SPOT", 3, 0)];
        let mut running = std::collections::BTreeMap::<String, i64>::new();
        for _ in 0..10 {
            let count = |name: &str| running.get(name).copied().unwrap_or_default();
            let to = next(&strategy, count).map(|share| share.capacity_provider.clone());
            *running.entry(to.unwrap_or_default()).or_default() += 1;
        }
        assert_eq!(running["FARGATE"], 4);
        assert_eq!(running["FARGATE_SPOT"], 6);
    }

    #[test]
    fn a_strategy_has_one_base_and_some_weight() {
        let both = ["FARGATE".to_owned(), "FARGATE_SPOT".to_owned()];
        assert!(check(&[share("FARGATE", 0, 1)], &both).is_err());
        assert!(
            check(
                &[share("FARGATE", 1, 1), share("FARGATE_SPOT", 1, 1)],
                &both
            )
            .is_err()
        );
        assert!(check(&[share("other", 1, 0)], &both).is_err());
        assert!(
            check(
                &[share("FARGATE", 1, 1), share("FARGATE_SPOT", 1, 0)],
                &both
            )
            .is_ok()
        );
    }
}
