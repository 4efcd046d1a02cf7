//! What an object uses: how a kind looks at one that is declared or live, and the answer for many.

use std::collections::BTreeMap;

use provision_core::contract::Context;
use provision_core::cost::{CloudTerms, Usage, UsageAnswer, UsageOf, UsageRequest};
use provision_core::model::{Never, Pending, Resource, ResourceId, Value};

/// One object, and what its usage depends on.
#[derive(Clone, Copy, Debug)]
pub struct Uses<'a> {
    /// Stack, account, region.
    pub context: &'a Context,
    /// The day for which it is asked: `2026-11-25`.
    pub as_of: &'a str,
    /// What was agreed with the cloud.
    pub terms: CloudTerms,
    of: &'a UsageOf<'a>,
    all: &'a [UsageOf<'a>],
    others: &'a BTreeMap<&'a ResourceId, &'a Resource<Pending>>,
}

impl<'a> Uses<'a> {
    /// The same view of something else.
    fn at(self, of: &'a UsageOf<'a>) -> Self {
        Self { of, ..self }
    }

    /// Every object of a kind that is asked about at the same time.
    pub fn all(self, kind: &'a str) -> impl Iterator<Item = Self> {
        let of_kind = move |of: &&'a UsageOf<'a>| of.resource.kind.as_str() == kind;
        self.all.iter().filter(of_kind).map(move |of| self.at(of))
    }

    /// Its id.
    #[must_use]
    pub fn id(&self) -> &'a ResourceId {
        &self.of.resource.id
    }

    /// What it lies in.
    #[must_use]
    pub fn parent(&self) -> Option<&'a ResourceId> {
        self.of.resource.parent.as_ref()
    }

    /// Whether a field says the same in both, known or not.
    #[must_use]
    pub fn agrees(&self, other: &Self, field: &str) -> bool {
        let value = |of: &'a UsageOf<'a>| of.resource.fields.get(field);
        value(self.of).is_some_and(|own| value(other.of) == Some(own))
    }

    /// A field that is a known text.
    #[must_use]
    pub fn text(&self, field: &str) -> Option<&'a str> {
        self.of.resource.fields.get(field)?.as_text()
    }

    /// A field that is a known number.
    #[must_use]
    pub fn number(&self, field: &str) -> Option<i64> {
        number(self.of.resource.fields.get(field)?)
    }

    /// A field that is known to be on or off.
    #[must_use]
    pub fn flag(&self, field: &str) -> Option<bool> {
        match self.of.resource.fields.get(field)? {
            Value::Bool(on) => Some(*on),
            _ => None,
        }
    }

    /// The keys of a field that is a map.
    #[must_use]
    pub fn entries(&self, field: &str) -> Vec<&'a str> {
        match self.of.resource.fields.get(field) {
            Some(Value::Map(entries)) => entries.keys().map(String::as_str).collect(),
            _ => Vec::new(),
        }
    }

    /// The known texts of a field that is a list.
    #[must_use]
    pub fn texts(&self, field: &str) -> Vec<&'a str> {
        match self.of.resource.fields.get(field) {
            Some(Value::List(items)) => items.iter().filter_map(Value::as_text).collect(),
            _ => Vec::new(),
        }
    }

    /// The known texts under a key of the maps in a field that is a list.
    #[must_use]
    pub fn names(&self, field: &str, key: &str) -> Vec<&'a str> {
        let Some(Value::List(items)) = self.of.resource.fields.get(field) else {
            return Vec::new();
        };
        let name = |item: &'a Value<Pending>| match item {
            Value::Map(entries) => entries.get(key)?.as_text(),
            _ => None,
        };
        items.iter().filter_map(name).collect()
    }

    /// How many items a field that is a list has, whether known or not.
    #[must_use]
    pub fn length(&self, field: &str) -> usize {
        match self.of.resource.fields.get(field) {
            Some(Value::List(items)) => items.len(),
            _ => 0,
        }
    }

    /// A field of the live object that is a number.
    #[must_use]
    pub fn live_number(&self, field: &str) -> Option<i64> {
        match self.live(field)? {
            Value::Int(number) => Some(*number),
            _ => None,
        }
    }

    /// A field of the live object.
    #[must_use]
    pub fn live(&self, field: &str) -> Option<&Value<Never>> {
        self.of.live.as_ref()?.get(field)
    }

    /// Whether a field is known, and the live object has something else there.
    #[must_use]
    pub fn moves(&self, field: &str) -> bool {
        let wanted = self.of.resource.fields.get(field);
        match (wanted, self.live(field)) {
            (Some(wanted), Some(live)) => {
                *wanted != Value::Null && wanted.to_json() != live.to_json()
            }
            _ => false,
        }
    }

    /// The object of a kind that this one refers to, or is known to need.
    #[must_use]
    pub fn needed(&self, kind: &str) -> Option<&'a Resource<Pending>> {
        let resource = &self.of.resource;
        let referenced = resource.referenced();
        let mut ids = referenced.iter().chain(&resource.after);
        ids.find_map(|id| {
            let other = self.others.get(id)?;
            (other.kind.as_str() == kind).then_some(*other)
        })
    }
}

/// A known number.
#[must_use]
pub fn number(value: &Value<Pending>) -> Option<i64> {
    match value {
        Value::Int(number) => Some(*number),
        _ => None,
    }
}

/// Every resource's usage, by its kind. A kind that is not served gets no answer.
pub fn usages(
    request: &UsageRequest<'_>,
    usage: impl Fn(&str, &Uses<'_>) -> Option<Usage>,
) -> UsageAnswer {
    let own = request.resources.iter().map(|of| &*of.resource);
    let others: BTreeMap<&ResourceId, &Resource<Pending>> = request
        .referred
        .iter()
        .map(|resource| &**resource)
        .chain(own)
        .map(|resource| (&resource.id, resource))
        .collect();
    let Some(first) = request.resources.first() else {
        return UsageAnswer::default();
    };
    let uses = Uses {
        context: &request.context,
        as_of: &request.as_of,
        terms: request.terms,
        of: first,
        all: &request.resources,
        others: &others,
    };
    let resources = request.resources.iter();
    let usages = resources.map(|of| usage(of.resource.kind.as_str(), &uses.at(of)));
    UsageAnswer {
        usages: usages.collect(),
    }
}
