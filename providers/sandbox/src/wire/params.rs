//! Parameters of a query request, and of a REST path: `Filter.1.Value.2=x` and the like.

use std::collections::BTreeMap;

/// Named parameters; names are flat, with dots and one-based numbers.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub(crate) struct Params(BTreeMap<String, String>);

impl Params {
    /// Decodes `a=b&c=d`. What is there again is kept as `a.2`, `a.3`, … (lists in the query of a REST request).
    pub(crate) fn decode(encoded: &[u8]) -> Self {
        let mut all = Self::default();
        for (name, value) in form_urlencoded::parse(encoded).into_owned() {
            let again = (2..).map(|n| format!("{name}.{n}"));
            let free = std::iter::once(name.clone())
                .chain(again)
                .find(|name| !all.0.contains_key(name));
            all.0.insert(free.unwrap_or(name), value);
        }
        all
    }

    /// The values of a name that may be there more than once.
    pub(crate) fn all(&self, name: &str) -> Vec<String> {
        let first = self.get(name).map(str::to_owned);
        first.into_iter().chain(self.list(name)).collect()
    }

    /// Adds a parameter.
    pub(crate) fn set(&mut self, name: impl Into<String>, value: impl Into<String>) {
        self.0.insert(name.into(), value.into());
    }

    /// Adds all of the other's.
    pub(crate) fn extend(&mut self, other: Self) {
        self.0.extend(other.0);
    }

    /// The value of a name.
    pub(crate) fn get(&self, name: &str) -> Option<&str> {
        self.0.get(name).map(String::as_str)
    }

    /// Names and values, in the order of the names.
    pub(crate) fn iter(&self) -> impl Iterator<Item = (&str, &str)> {
        self.0
            .iter()
            .map(|(name, value)| (name.as_str(), value.as_str()))
    }

    /// The values of `name.1`, `name.2`, … in the order of their numbers.
    pub(crate) fn list(&self, name: &str) -> Vec<String> {
        self.numbers(name)
            .into_iter()
            .filter_map(|n| self.get(&format!("{name}.{n}")).map(str::to_owned))
            .collect()
    }

    /// The structures `name.1.…`, `name.2.…`, each with its own parameters.
    pub(crate) fn structures(&self, name: &str) -> Vec<Self> {
        self.numbers(name)
            .into_iter()
            .map(|n| self.under(&format!("{name}.{n}")))
            .collect()
    }

    /// The parameters below `name.`, without that prefix.
    pub(crate) fn under(&self, name: &str) -> Self {
        let prefix = format!("{name}.");
        let rest = self
            .0
            .range(prefix.clone()..)
            .take_while(|(key, _)| key.starts_with(&prefix));
        Self(
            rest.map(|(key, value)| (key[prefix.len()..].to_owned(), value.clone()))
                .collect(),
        )
    }

    /// Whether there is nothing.
    pub(crate) fn is_empty(&self) -> bool {
        self.0.is_empty()
    }

    /// The first parameter that no pattern allows; `N` in a pattern stands for a number.
    pub(crate) fn unknown(&self, patterns: &[&[&str]]) -> Option<&str> {
        let common =
            |name: &str| matches!(name, "Action" | "Version") || name.starts_with("X-Amz-");
        let fits = |name: &str, pattern: &str| {
            let mut want = pattern.split('.');
            name.split('.').all(|part| match want.next() {
                Some("N") => !part.is_empty() && part.bytes().all(|byte| byte.is_ascii_digit()),
                want => want == Some(part),
            }) && want.next().is_none()
        };
        let known = |name: &str| {
            common(name)
                || patterns
                    .iter()
                    .copied()
                    .flatten()
                    .any(|pattern| fits(name, pattern))
        };
        self.0.keys().map(String::as_str).find(|name| !known(name))
    }

    fn numbers(&self, name: &str) -> Vec<u32> {
        let below = self.under(name);
        let mut numbers: Vec<u32> = below
            .0
            .keys()
            .filter_map(|key| key.split('.').next()?.parse().ok())
            .collect();
        numbers.sort_unstable();
        numbers.dedup();
        numbers
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn parameters_that_no_pattern_allows_are_named() {
        let patterns: [&[&str]; 2] = [&["VpcId.N"], &["Filter.N.Value.N"]];
        let unknown = |text: &str| {
            Params::decode(text.as_bytes())
                .unknown(&patterns)
                .map(str::to_owned)
        };
        assert_eq!(
            unknown("Action=X&Version=1&VpcId.1=a&Filter.12.Value.3=b"),
            None
        );
        assert_eq!(unknown("VpcId=a").as_deref(), Some("VpcId"));
        assert_eq!(
            unknown("Filter.1.Value=a").as_deref(),
            Some("Filter.1.Value")
        );
        assert_eq!(unknown("VpcId.1.X=a").as_deref(), Some("VpcId.1.X"));
    }

    #[test]
    fn lists_and_structures_are_in_the_order_of_their_numbers() {
        let params = Params::decode(b"V.10=j&V.2=b&F.1.Name=tag%3AN&F.1.Value.1=a+b&F.1.Value.2=c");
        assert_eq!(params.list("V"), ["b", "j"]);
        let filters = params.structures("F");
        assert_eq!(filters.len(), 1);
        assert_eq!(filters.first().and_then(|f| f.get("Name")), Some("tag:N"));
        assert_eq!(
            filters.first().map(|f| f.list("Value")),
            Some(vec!["a b".to_owned(), "c".to_owned()])
        );
    }
}
