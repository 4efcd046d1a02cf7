//! What Google's discovery documents say of each method: which query parameters it has, and what its body is made of. What they
//! do not know is refused as the front end does it, before the sandbox says what it does not do itself.
//!
//! `documents.txt` is printed by `tests/clients/gcp_methods.py` and has a method a line, with its message and query
//! parameters, or a message, after `=`, with its fields, or an enum, after `<`, with its words. `/x` is in the path, `[x]` is a
//! list, `{x}` a map, `<x>` an enum. Bodies of Container are read by its descriptors, which know more ([`super::container`]).
//!
//! The words are those that users of the APIs quote (googleapis/google-cloud issues, 2024 to 2026). That Compute says the same,
//! with its reasons, and calls its body `resource` is assumed from its other refusals.

use std::collections::{BTreeMap, BTreeSet};
use std::sync::OnceLock;

use serde_json::{Value, json};

use super::{Operation, Service, Style, refusal};
use crate::wire::{ApiError, Params};

/// What gcloud asks every list of Compute for, and is answered; most methods are documented without it.
const UNWRITTEN: &[&str] = &["returnPartialSuccess"];

/// Words that Google takes although its documents do not have them, each from a recorded call.
const UNWRITTEN_WORDS: &[(&str, &str)] = &[("RouterNat.natIpAllocateOption", "USE_SHARED_RANGES")];

type Rows = BTreeMap<&'static str, &'static str>;

#[derive(Default)]
struct Documents {
    methods: BTreeMap<&'static str, (&'static str, Rows)>,
    /// By `service.Message`.
    messages: BTreeMap<&'static str, Rows>,
    /// By `service.Message.field`.
    enums: BTreeMap<&'static str, BTreeSet<&'static str>>,
}

fn documents() -> &'static Documents {
    static DOCUMENTS: OnceLock<Documents> = OnceLock::new();
    DOCUMENTS.get_or_init(|| parse(include_str!("documents.txt")))
}

fn parse(text: &'static str) -> Documents {
    let mut documents = Documents::default();
    for line in text.lines() {
        let mut words = line.split(' ');
        let head = words.next().unwrap_or_default();
        if let Some(name) = head.strip_prefix('<') {
            documents.enums.insert(name, words.collect());
            continue;
        }
        match head.strip_prefix('=') {
            Some(message) => {
                let rows = words.filter_map(|word| word.split_once(':'));
                documents.messages.insert(message, rows.collect());
            }
            None => {
                let message = words.next().unwrap_or_default();
                let rows = words.filter_map(|word| word.split_once(':'));
                documents.methods.insert(head, (message, rows.collect()));
            }
        }
    }
    documents
}

/// Refuses what the documents do not know of an operation.
///
/// # Errors
/// In the words of the front end, with all that is wrong.
pub(crate) fn check(
    service: &Service,
    operation: &Operation,
    params: &Params,
    body: &Value,
) -> Result<(), ApiError> {
    // A test holds that every operation is there.
    let Some((message, query)) = documents().methods.get(operation.name) else {
        return Ok(());
    };
    let mut reader = Reader {
        service: service.name,
        method: query,
        wrongs: Vec::new(),
    };
    for (name, value) in params.iter() {
        let in_path = operation.rest.contains(&format!("{{{name}}}"));
        if !in_path && !UNWRITTEN.contains(&name) {
            reader.query(name, value);
        }
    }
    // Container reads its own bodies.
    if *message != "-" && service.name != "container" {
        reader.value(message, body, &root(service, message));
    }
    match reader.wrongs.is_empty() {
        true => Ok(()),
        false => Err(refused(service, &reader.wrongs)),
    }
}

/// The name of the body: none where it is the request itself.
fn root(service: &Service, message: &str) -> String {
    match message.ends_with("Request") {
        true => String::new(),
        false if service.style == Style::Reasons => "resource".to_owned(),
        false => snake(message),
    }
}

fn refused(service: &Service, wrongs: &[(String, String)]) -> ApiError {
    let texts: Vec<&str> = wrongs.iter().map(|(_, text)| text.as_str()).collect();
    let violation = |(field, text): &(String, String)| match field.is_empty() {
        true => json!({ "description": text }),
        false => json!({ "field": field, "description": text }),
    };
    let violations: Vec<Value> = wrongs.iter().map(violation).collect();
    let details = json!([{
        "@type": "type.googleapis.com/google.rpc.BadRequest",
        "fieldViolations": violations,
    }]);
    let error = refusal::invalid(texts.join("\n")).with("details", details);
    match service.style {
        // The front end speaks, not the service: with a status.
        Style::Reasons => error.with("domain", "global"),
        _ => error,
    }
}

/// Reads a request, and gathers what is wrong with it: field and text.
struct Reader {
    service: &'static str,
    /// Its parameters.
    method: &'static Rows,
    wrongs: Vec<(String, String)>,
}

impl Reader {
    fn query(&mut self, name: &str, value: &str) {
        // The second one of several of a name is `names.2` by now.
        let several = |kind: &str, row: &str| {
            let rest = name
                .strip_prefix(row)
                .and_then(|rest| rest.strip_prefix('.'));
            kind.starts_with('[') && rest.is_some_and(|rest| rest.parse::<u32>().is_ok())
        };
        let mut rows = self.method.iter();
        let row = rows.find(|(row, kind)| self.same(row, name) || several(kind, row));
        let Some((_, kind)) = row else {
            let text = format!(
                "Invalid JSON payload received. Unknown name \"{name}\": Cannot bind query parameter. Field '{name}' could not be found in request message."
            );
            self.wrongs.push((String::new(), text));
            return;
        };
        let right = match *kind {
            "int" => value.parse::<i32>().is_ok() || value.parse::<u32>().is_ok(),
            "bool" => matches!(value, "true" | "false" | "True" | "False" | "0" | "1"),
            kind => enum_of(kind).is_none_or(|name| self.has(name, value)),
        };
        // Compute says itself what it thinks of its numbers.
        if !right && self.service != "compute" {
            self.wrong(&snake(name), kind, &json!(value));
        }
    }

    /// Whether a name means a field: one-platform services also take it as it is in their descriptors.
    fn same(&self, field: &str, name: &str) -> bool {
        field == name || (self.service != "compute" && snake(field) == name)
    }

    fn value(&mut self, kind: &'static str, value: &Value, at: &str) {
        if value.is_null() || kind == "any" {
            return;
        }
        let inner = |open, close| kind.strip_prefix(open)?.strip_suffix(close);
        if let Some(inner) = inner('[', ']') {
            return self.list(inner, value, at);
        }
        if let Some(inner) = inner('{', '}') {
            return self.map(inner, value, at);
        }
        if let Some(name) = enum_of(kind) {
            // Generated clients send enums as numbers, too.
            let known = value.as_str().is_some_and(|word| self.has(name, word));
            return match known || value.is_i64() {
                true => {}
                false => self.wrong(at, kind, value),
            };
        }
        let right = match kind {
            "text" | "bytes" | "time" | "span" => value.is_string(),
            "bool" => value.is_boolean(),
            "int" | "long" => whole(value),
            "real" => {
                value.is_number()
                    || value
                        .as_str()
                        .is_some_and(|text| text.parse::<f64>().is_ok())
            }
            message => return self.message(message, value, at),
        };
        if !right {
            self.wrong(at, kind, value);
        }
    }

    /// Whether an enum has a word.
    fn has(&self, name: &str, word: &str) -> bool {
        let words = documents()
            .enums
            .get(format!("{}.{name}", self.service).as_str());
        words.is_some_and(|words| words.contains(word)) || UNWRITTEN_WORDS.contains(&(name, word))
    }

    fn list(&mut self, inner: &'static str, value: &Value, at: &str) {
        let Some(items) = value.as_array() else {
            return self.wrong(at, inner, value);
        };
        for (n, item) in items.iter().enumerate() {
            self.value(inner, item, &format!("{at}[{n}]"));
        }
    }

    fn map(&mut self, inner: &'static str, value: &Value, at: &str) {
        let Some(members) = value.as_object() else {
            return self.wrong(at, inner, value);
        };
        for (n, item) in members.values().enumerate() {
            self.value(inner, item, &format!("{at}[{n}].value"));
        }
    }

    fn message(&mut self, name: &str, value: &Value, at: &str) {
        let full = format!("{}.{name}", self.service);
        let Some(rows) = documents().messages.get(full.as_str()) else {
            return;
        };
        let Some(members) = value.as_object() else {
            let text = format!("Invalid value at '{at}' (Message).");
            self.wrongs.push((at.to_owned(), text));
            return;
        };
        for (key, value) in members {
            match rows.iter().find(|(field, _)| self.same(field, key)) {
                Some((field, kind)) => {
                    let dot = if at.is_empty() { "" } else { "." };
                    self.value(kind, value, &format!("{at}{dot}{}", snake(field)));
                }
                // What the path says is a part of the request, and may be said again.
                None if at.is_empty() && self.method.contains_key(format!("/{key}").as_str()) => {
                    self.value("text", value, key);
                }
                None => self.unknown(key, at),
            }
        }
    }

    fn unknown(&mut self, key: &str, at: &str) {
        let place = match at.is_empty() {
            true => String::new(),
            false => format!(" at '{at}'"),
        };
        let text = format!(
            "Invalid JSON payload received. Unknown name \"{key}\"{place}: Cannot find field."
        );
        self.wrongs.push((at.to_owned(), text));
    }

    /// A value of another type. It is told but where it may be a secret.
    fn wrong(&mut self, at: &str, kind: &str, value: &Value) {
        let name = match kind {
            "bool" => "TYPE_BOOL",
            "int" => "TYPE_INT32",
            "long" => "TYPE_INT64",
            "real" => "TYPE_DOUBLE",
            "bytes" => "TYPE_BYTES",
            "time" => "type.googleapis.com/google.protobuf.Timestamp",
            "span" => "type.googleapis.com/google.protobuf.Duration",
            "text" => "TYPE_STRING",
            kind if enum_of(kind).is_some() => "TYPE_ENUM",
            message => message,
        };
        let shown = match kind {
            "bytes" => String::new(),
            _ => format!(", {value}"),
        };
        let text = format!("Invalid value at '{at}' ({name}){shown}");
        self.wrongs.push((at.to_owned(), text));
    }
}

/// The name of an enum.
fn enum_of(kind: &str) -> Option<&str> {
    kind.strip_prefix('<')?.strip_suffix('>')
}

/// A whole number, as such or as text.
fn whole(value: &Value) -> bool {
    let text = |text: &str| text.parse::<i64>().is_ok() || text.parse::<u64>().is_ok();
    value.is_i64() || value.is_u64() || value.as_str().is_some_and(text)
}

/// `updateMask` as `update_mask`.
fn snake(name: &str) -> String {
    let mut text = String::with_capacity(name.len() + 4);
    for letter in name.chars() {
        if letter.is_ascii_uppercase() && !text.is_empty() {
            text.push('_');
        }
        text.push(letter.to_ascii_lowercase());
    }
    text
}

#[cfg(test)]
mod tests;
