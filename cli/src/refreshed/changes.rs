//! How prices that were read differ from those that are built in.

use std::collections::BTreeMap;

use provision_data::ListPrice;

/// How refreshed prices differ from the built-in ones.
#[derive(Clone, Debug, Default)]
pub struct Changes {
    /// Those that differ; the largest change first.
    pub changed: Vec<Change>,
    /// Items that have no built-in price.
    pub new: Vec<ListPrice>,
    /// How many are equal.
    pub same: usize,
    /// Built-in prices that nothing was read for.
    pub stay: Vec<ListPrice>,
}

/// A price that changed.
#[derive(Clone, Debug)]
pub struct Change {
    /// The item.
    pub item: String,
    /// The built-in price.
    pub was: ListPrice,
    /// The refreshed one.
    pub now: ListPrice,
}

impl Changes {
    /// Compares.
    #[must_use]
    pub fn of(built_in: Vec<ListPrice>, refreshed: &[ListPrice]) -> Self {
        let mut changes = Self::default();
        let mut left: BTreeMap<String, ListPrice> = built_in
            .into_iter()
            .map(|price| (price.item.clone(), price))
            .collect();
        for now in refreshed {
            match left.remove(&now.item) {
                None => changes.new.push(now.clone()),
                Some(was) if was.nanos == now.nanos => changes.same += 1,
                Some(was) => changes.changed.push(Change {
                    item: now.item.clone(),
                    was,
                    now: now.clone(),
                }),
            }
        }
        changes.stay = left.into_values().collect();
        let size = |change: &Change| change.permille().unsigned_abs();
        changes
            .changed
            .sort_by_key(|change| std::cmp::Reverse(size(change)));
        changes
    }
}

impl Change {
    /// By how much, in tenths of a per cent of the built-in price.
    #[must_use]
    pub fn permille(&self) -> i64 {
        let (was, now) = (i128::from(self.was.nanos), i128::from(self.now.nanos));
        let twice = 2 * 1000 * (now - was) / was.max(1);
        i64::try_from((twice + twice.signum()) / 2).unwrap_or(i64::MAX)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn price(item: &str, nanos: u64) -> ListPrice {
        ListPrice {
            item: item.to_owned(),
            unit: "hour".into(),
            nanos,
            as_of: String::new(),
            source: String::new(),
            quality: String::new(),
        }
    }

    #[test]
    fn the_largest_change_comes_first() {
        let built_in = ["a", "b", "c", "d"].map(|item| price(item, 1000)).to_vec();
        let refreshed = [("a", 1000), ("b", 1042), ("c", 500), ("e", 7)];
        let changes = Changes::of(built_in, &refreshed.map(|(item, nanos)| price(item, nanos)));
        let changed: Vec<(&str, i64)> = changes
            .changed
            .iter()
            .map(|change| (change.item.as_str(), change.permille()))
            .collect();
        assert_eq!(changed, [("c", -500), ("b", 42)]);
        let items = |prices: &[ListPrice]| {
            prices
                .iter()
                .map(|price| price.item.clone())
                .collect::<String>()
        };
        assert_eq!(
            (items(&changes.new), items(&changes.stay), changes.same),
            ("e".to_owned(), "d".to_owned(), 1)
        );
    }
}
