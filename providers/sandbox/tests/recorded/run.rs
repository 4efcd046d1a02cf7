//! What changes from run to run, as it is in this run: recordings hold placeholders for it.

use std::collections::BTreeMap;

use serde_json::Value;

use super::Exchange;

/// The moment that stands for all moments in recordings. As one that a request says, it is one to come.
const MOMENT: &str = "2024-04-01T12:34:56.123456Z";
const TO_COME: &str = "2036-01-01T00:00:00Z";

/// The names and marks of one run.
#[derive(Default)]
pub(super) struct Run {
    /// Etags and fingerprints that were read last.
    seen: BTreeMap<String, String>,
    operation: String,
    /// Versions of policies: in the recording, and here.
    versions: BTreeMap<String, String>,
    /// What a placeholder stands for: `subnetworkID` for each subnetwork that was made, the newest counts.
    names: BTreeMap<String, Vec<String>>,
}

impl Run {
    /// Address and body of a request.
    pub(super) fn ask(&mut self, exchange: &Exchange) -> (String, String) {
        let made = exchange.verb == "POST" && exchange.status == 200;
        if let Some(key) = made.then(|| collection(&exchange.url)).flatten() {
            self.named(&key, &exchange.body);
        }
        let absent = exchange.status == 404;
        let url = match absent {
            true => self.filled(&exchange.url, |_| None),
            false => self.filled(&exchange.url, <[String]>::last),
        };
        // What refers to others refers to those that were made first, but what is made names itself.
        let body = match made {
            true => self.own(&exchange.url, &exchange.body),
            false => exchange.body.clone(),
        };
        let body = self.filled(&body, <[String]>::first);
        // The one of which the recording spoke last is gone; those that were made before it are left.
        let gone = exchange.verb == "DELETE" && exchange.status == 200;
        let names = placeholder(&exchange.url).and_then(|key| self.names.get_mut(key));
        if let Some(names) = names.filter(|names| gone && names.len() > 1) {
            names.pop();
        }
        (url, body)
    }

    /// What is made now has a name of its own.
    fn named(&mut self, key: &str, body: &str) {
        let body: Value = serde_json::from_str(body).unwrap_or_default();
        let Some(name) = body["name"].as_str() else {
            return;
        };
        let count = self.names.get(key).map_or(0, Vec::len);
        let name = match name.contains("${") && name.contains("ID}") {
            true => format!("{}{count}", key.to_lowercase()),
            false => self.filled(name, <[String]>::last),
        };
        let name = name.replace("${uniqueId}", "u1");
        self.names.entry(key.to_owned()).or_default().push(name);
    }

    /// The body with its own name in it.
    fn own(&self, url: &str, body: &str) -> String {
        let newest = collection(url).and_then(|key| Some((self.names.get(&key)?.last()?, key)));
        match newest {
            Some((name, key)) => {
                let old = format!("\"name\": \"${{{key}}}\"");
                body.replacen(&old, &format!("\"name\": \"{name}\""), 1)
            }
            None => body.to_owned(),
        }
    }

    /// A text with the names of this run: of several the one that is chosen, and one that nothing has where none is.
    fn filled(&self, text: &str, choose: fn(&[String]) -> Option<&String>) -> String {
        let mut out = text
            .replace("${projectId}", "acme-prod")
            .replace("${operationID}", &self.operation)
            .replace("${uniqueId}", "u1")
            .replace(MOMENT, TO_COME);
        while let Some((before, rest)) = out.split_once("${") {
            let (key, after) = rest.split_once('}').unwrap();
            let name = self.names.get(key).and_then(|names| choose(names));
            let name = name.cloned().unwrap_or_else(|| key.to_lowercase());
            out = format!("{before}{name}{after}");
        }
        for (recorded, here) in &self.versions {
            out = out.replace(recorded, here);
        }
        for (name, value) in &self.seen {
            let old = format!("\"{name}\": \"abcdef0123A=\"");
            out = out.replace(
                &old,
                &format!("\"{name}\": {}", Value::from(value.as_str())),
            );
        }
        out
    }

    /// Remembers the marks of an answer.
    pub(super) fn learn(&mut self, answer: &Value, recorded: &Value) {
        let version = |of: &Value| {
            of["maintenancePolicy"]["resourceVersion"]
                .as_str()
                .map(str::to_owned)
        };
        if let (Some(recorded), Some(here)) = (version(recorded), version(answer)) {
            self.versions.insert(recorded, here);
        }
        for name in ["etag", "fingerprint", "labelFingerprint"] {
            if let Some(value) = answer[name].as_str() {
                self.seen.insert(name.to_owned(), value.to_owned());
            }
        }
        if answer["kind"] == "compute#operation" || !answer["operationType"].is_null() {
            answer["name"]
                .as_str()
                .unwrap()
                .clone_into(&mut self.operation);
        }
    }
}

/// `${subnetworkID}` for `…/subnetworks?alt=json`.
fn collection(url: &str) -> Option<String> {
    let last = url.split('?').next()?.rsplit('/').next()?;
    let one = last.strip_suffix('s')?;
    let one = match one.strip_suffix("sse") {
        Some(stem) => format!("{stem}ss"),
        None => one.to_owned(),
    };
    Some(format!("{one}ID"))
}

/// The placeholder at the end of an address.
fn placeholder(url: &str) -> Option<&str> {
    let last = url.split('?').next()?.rsplit('/').next()?;
    last.strip_prefix("${")?.strip_suffix('}')
}
