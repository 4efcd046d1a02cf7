//! The messages of the API, by which every request is read and every answer is written as the real front end does it:
//! unknown names and values of the wrong type are refused, enums may come as names or numbers, a field that has its
//! default is absent unless its presence means something.
//!
//! `messages.txt` has a message or an enum a line. `text?` has presence of its own, `[x]` is a list, `{x}` a map, `#x` an
//! enum. Source: the public descriptors of google.container.v1 (2026-10).

use std::collections::BTreeMap;
use std::sync::OnceLock;

use serde_json::{Map, Value};

/// What a field holds.
#[derive(Clone, Debug, PartialEq, Eq)]
enum Kind {
    Text,
    Bool,
    Int,
    Long,
    Real,
    Bytes,
    Time,
    Span,
    Enum(&'static str),
    Message(&'static str),
    List(Box<Kind>),
    Map(Box<Kind>),
}

#[derive(Clone, Debug)]
struct Field {
    name: &'static str,
    kind: Kind,
    /// Whether being there means something, so that a default is shown too.
    present: bool,
}

#[derive(Default)]
struct Schema {
    messages: BTreeMap<&'static str, Vec<Field>>,
    enums: BTreeMap<&'static str, Vec<(&'static str, i64)>>,
}

fn schema() -> &'static Schema {
    static SCHEMA: OnceLock<Schema> = OnceLock::new();
    SCHEMA.get_or_init(|| parse(include_str!("messages.txt")))
}

fn parse(text: &'static str) -> Schema {
    let mut schema = Schema::default();
    for line in text.lines() {
        let mut words = line.split(' ');
        let Some(head) = words.next() else { continue };
        match head.strip_prefix('#') {
            Some(name) => {
                let values = words.filter_map(|word| {
                    let (name, number) = word.split_once('=')?;
                    Some((name, number.parse().ok()?))
                });
                schema.enums.insert(name, values.collect());
            }
            None => {
                let fields = words.filter_map(|word| {
                    let (name, kind) = word.split_once(':')?;
                    let bare = kind.strip_suffix('?');
                    Some(Field {
                        name,
                        kind: parse_kind(bare.unwrap_or(kind)),
                        present: bare.is_some(),
                    })
                });
                schema.messages.insert(head, fields.collect());
            }
        }
    }
    schema
}

fn parse_kind(word: &'static str) -> Kind {
    let within = |open, close| word.strip_prefix(open)?.strip_suffix(close);
    if let Some(inner) = within('[', ']') {
        return Kind::List(Box::new(parse_kind(inner)));
    }
    if let Some(inner) = within('{', '}') {
        return Kind::Map(Box::new(parse_kind(inner)));
    }
    match word {
        "text" => Kind::Text,
        "bool" => Kind::Bool,
        "int" => Kind::Int,
        "long" => Kind::Long,
        "real" => Kind::Real,
        "bytes" => Kind::Bytes,
        "time" => Kind::Time,
        "span" => Kind::Span,
        _ => match word.strip_prefix('#') {
            Some(name) => Kind::Enum(name),
            None => Kind::Message(word),
        },
    }
}

/// A request's message in the form in which it is kept; or what is wrong with it, in the words of the front end.
pub(super) fn read(message: &str, value: &Value) -> Result<Value, String> {
    let mut reader = Reader::default();
    let read = reader.message(message, value, "");
    match reader.wrongs.is_empty() {
        true => Ok(read.unwrap_or_else(|| Value::Object(Map::new()))),
        false => Err(reader.wrongs.join("\n")),
    }
}

#[derive(Default)]
struct Reader {
    wrongs: Vec<String>,
}

impl Reader {
    fn message(&mut self, name: &str, value: &Value, at: &str) -> Option<Value> {
        if value.is_null() {
            return None;
        }
        let (Some(fields), Some(members)) = (schema().messages.get(name), value.as_object()) else {
            return self.wrong(at, &format!("type.googleapis.com/{}", full(name)), value);
        };
        let mut read = Map::new();
        for (key, value) in members {
            let known = |field: &&Field| field.name == key || snake(field.name) == *key;
            let Some(field) = fields.iter().find(known) else {
                self.unknown(key, at);
                continue;
            };
            let path = match at.is_empty() {
                true => snake(field.name),
                false => format!("{at}.{}", snake(field.name)),
            };
            let Some(value) = self.value(&field.kind, value, &path) else {
                continue;
            };
            if field.present || !is_default(&field.kind, &value) {
                read.insert(field.name.to_owned(), value);
            }
        }
        Some(Value::Object(read))
    }

    fn value(&mut self, kind: &Kind, value: &Value, at: &str) -> Option<Value> {
        if value.is_null() {
            return None;
        }
        let read = match kind {
            Kind::Text | Kind::Bytes | Kind::Time | Kind::Span => {
                value.is_string().then(|| value.clone())
            }
            Kind::Bool => value.is_boolean().then(|| value.clone()),
            Kind::Int => number(value)
                .filter(|n| i32::try_from(*n).is_ok())
                .map(Value::from),
            Kind::Long => number(value).map(|n| Value::from(n.to_string())),
            Kind::Real => value.is_number().then(|| value.clone()),
            Kind::Enum(name) => enum_name(name, value).map(Value::from),
            Kind::Message(name) => return self.message(name, value, at),
            Kind::List(inner) => return self.list(inner, value, at),
            Kind::Map(inner) => return self.map(inner, value, at),
        };
        match read {
            Some(read) => Some(read),
            None => self.wrong(at, &type_name(kind), value),
        }
    }

    fn list(&mut self, inner: &Kind, value: &Value, at: &str) -> Option<Value> {
        let Some(items) = value.as_array() else {
            return self.wrong(at, &type_name(inner), value);
        };
        let items = items.iter().enumerate();
        let read = items.filter_map(|(n, item)| self.value(inner, item, &format!("{at}[{n}]")));
        Some(Value::Array(read.collect()))
    }

    fn map(&mut self, inner: &Kind, value: &Value, at: &str) -> Option<Value> {
        let Some(members) = value.as_object() else {
            return self.wrong(at, &type_name(inner), value);
        };
        let members = members.iter();
        let read = members.filter_map(|(key, item)| {
            let path = format!("{at}[{key}].value");
            Some((key.clone(), self.value(inner, item, &path)?))
        });
        Some(Value::Object(read.collect()))
    }

    fn unknown(&mut self, key: &str, at: &str) {
        let place = match at.is_empty() {
            true => String::new(),
            false => format!(" at '{at}'"),
        };
        self.wrongs.push(format!(
            "Invalid JSON payload received. Unknown name \"{key}\"{place}: Cannot find field."
        ));
    }

    fn wrong(&mut self, at: &str, kind: &str, value: &Value) -> Option<Value> {
        self.wrongs
            .push(format!("Invalid value at '{at}' ({kind}), {value}"));
        None
    }
}

fn full(name: &str) -> String {
    match name.starts_with("google.") {
        true => name.to_owned(),
        false => format!("google.container.v1.{name}"),
    }
}

fn type_name(kind: &Kind) -> String {
    let name = match kind {
        Kind::Text => "TYPE_STRING",
        Kind::Bool => "TYPE_BOOL",
        Kind::Int => "TYPE_INT32",
        Kind::Long => "TYPE_INT64",
        Kind::Real => "TYPE_DOUBLE",
        Kind::Bytes => "TYPE_BYTES",
        Kind::Time => "type.googleapis.com/google.protobuf.Timestamp",
        Kind::Span => "type.googleapis.com/google.protobuf.Duration",
        Kind::Enum(name) | Kind::Message(name) => {
            return format!("type.googleapis.com/{}", full(name));
        }
        Kind::List(inner) | Kind::Map(inner) => return type_name(inner),
    };
    name.to_owned()
}

fn number(value: &Value) -> Option<i64> {
    match value {
        Value::String(text) => text.parse().ok(),
        other => other.as_i64(),
    }
}

fn enum_name(name: &str, value: &Value) -> Option<&'static str> {
    let values = schema().enums.get(name)?;
    let found = match value {
        Value::String(text) => values.iter().find(|(name, _)| name == text),
        other => {
            let wanted = other.as_i64()?;
            values.iter().find(|(_, number)| *number == wanted)
        }
    };
    found.map(|(name, _)| *name)
}

/// The number of a value of an enum.
pub(super) fn enum_number(name: &str, value: &str) -> Option<i64> {
    let values = schema().enums.get(name)?;
    let found = values.iter().find(|(name, _)| *name == value);
    found.map(|(_, number)| *number)
}

fn is_default(kind: &Kind, value: &Value) -> bool {
    match (kind, value) {
        (Kind::Bool, Value::Bool(on)) => !on,
        (Kind::Int | Kind::Real, Value::Number(n)) => n.as_f64() == Some(0.0),
        (Kind::Long, Value::String(text)) => text == "0",
        (Kind::Text | Kind::Bytes, Value::String(text)) => text.is_empty(),
        (Kind::Enum(name), Value::String(text)) => {
            enum_name(name, &Value::from(0)).is_some_and(|first| first == text)
        }
        (Kind::List(_), Value::Array(items)) => items.is_empty(),
        (Kind::Map(_), Value::Object(members)) => members.is_empty(),
        _ => false,
    }
}

/// `nodeConfig` as `node_config`.
fn snake(name: &str) -> String {
    let mut text = String::with_capacity(name.len() + 4);
    for letter in name.chars() {
        if letter.is_ascii_uppercase() {
            text.push('_');
        }
        text.push(letter.to_ascii_lowercase());
    }
    text
}

/// An answer's message with its enums as numbers: `$alt=json;enum-encoding=int`.
pub(crate) fn with_numbers(message: &str, value: &mut Value) {
    numbers(&Kind::Message(known(message)), value);
}

fn known(message: &str) -> &'static str {
    let found = schema().messages.get_key_value(message);
    found.map_or("", |(name, _)| *name)
}

fn numbers(kind: &Kind, value: &mut Value) {
    match (kind, value) {
        (Kind::Enum(name), value) => {
            let values = schema().enums.get(name).into_iter().flatten();
            let found = values.into_iter().find(|(name, _)| *value == *name);
            if let Some((_, number)) = found {
                *value = Value::from(*number);
            }
        }
        (Kind::Message(name), Value::Object(members)) => {
            let fields = schema().messages.get(name).into_iter().flatten();
            for field in fields {
                if let Some(value) = members.get_mut(field.name) {
                    numbers(&field.kind, value);
                }
            }
        }
        (Kind::List(inner), Value::Array(items)) => {
            items.iter_mut().for_each(|item| numbers(inner, item));
        }
        (Kind::Map(inner), Value::Object(members)) => {
            members.values_mut().for_each(|item| numbers(inner, item));
        }
        _ => {}
    }
}

#[cfg(test)]
mod tests {
    #![allow(clippy::unwrap_used)]
    use super::*;
    use serde_json::json;

    #[test]
    fn numbers_and_names_of_enums_are_the_same_and_defaults_go() {
        let cluster = json!({
            "name": "shop", "releaseChannel": {"channel": 2}, "initial_node_count": "0", "autopilot": {"enabled": false},
            "controlPlaneEndpointsConfig": {"dnsEndpointConfig": {"allowExternalTraffic": false}},
            "defaultMaxPodsConstraint": {"maxPodsPerNode": 32}, "locations": [],
        });
        let read = read("Cluster", &cluster).unwrap();
        assert_eq!(
            read,
            json!({
                "name": "shop", "releaseChannel": {"channel": "REGULAR"}, "autopilot": {},
                "controlPlaneEndpointsConfig": {"dnsEndpointConfig": {"allowExternalTraffic": false}},
                "defaultMaxPodsConstraint": {"maxPodsPerNode": "32"},
            })
        );
        let mut shown = read;
        with_numbers("Cluster", &mut shown);
        assert_eq!(shown["releaseChannel"]["channel"], 2);
    }

    #[test]
    fn what_is_wrong_is_told_by_its_path() {
        let request = json!({"nodePool": {"name": 7, "config": {
            "colour": "red", "taints": [{"key": "a", "effect": "NO"}],
        }}});
        let wrong = read("CreateNodePoolRequest", &request).unwrap_err();
        for text in [
            "Unknown name \"colour\" at 'node_pool.config': Cannot find field.",
            "Invalid value at 'node_pool.config.taints[0].effect' (type.googleapis.com/google.container.v1.NodeTaint.Effect), \"NO\"",
            "Invalid value at 'node_pool.name' (TYPE_STRING), 7",
        ] {
            assert!(wrong.contains(text), "{wrong}");
        }
    }

    #[test]
    fn every_type_that_is_named_is_there() {
        let schema = schema();
        fn leaf(kind: &Kind) -> &Kind {
            match kind {
                Kind::List(inner) | Kind::Map(inner) => leaf(inner),
                other => other,
            }
        }
        for (message, fields) in &schema.messages {
            for field in fields {
                match leaf(&field.kind) {
                    Kind::Enum(name) => {
                        assert!(schema.enums.contains_key(name), "{message}.{name}");
                    }
                    Kind::Message(name) => {
                        assert!(schema.messages.contains_key(name), "{message}.{name}");
                    }
                    _ => {}
                }
            }
        }
        assert!(schema.messages.len() > 200);
    }
}
