//! Injected ailments: what EKS says of an object's health, without the cause being there; how tasks of ECS end.
//!
//! An ailment holds for as long as the knob is set. What failed meanwhile stays failed, as it does in the real cloud; what
//! merely did badly recovers.

use serde::{Deserialize, Serialize};

use crate::ailment_codes::{CODES, UPDATES};
use crate::ailment_tasks;

/// One thing that EKS complains of, or one way in which tasks end.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Ailment {
    /// The sort of objects.
    pub on: Patient,
    /// Their name; a star at the end stands for any rest.
    #[serde(default = "any")]
    pub name: String,
    /// When it shows.
    pub when: Stage,
    /// EKS's code: `InsufficientFreeAddresses`.
    pub code: String,
    /// EKS's words; without any the usual ones.
    #[serde(default)]
    pub message: String,
    /// What it is about; without any what is usual for the code.
    #[serde(default)]
    pub resources: Vec<String>,
    /// Of tasks: after how many real seconds of running it shows; without any what is usual for the code.
    #[serde(default)]
    pub after: Option<u64>,
}

fn any() -> String {
    "*".to_owned()
}

/// What can do badly.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "lowercase")]
pub enum Patient {
    /// Control planes.
    Cluster,
    /// Node groups.
    Nodegroup,
    /// Add-ons.
    Addon,
    /// Tasks of ECS, by the family of their definition.
    Task,
    /// Tasks of an ECS service, by its name.
    Service,
}

/// When it shows.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "lowercase")]
pub enum Stage {
    /// While it is being made, which then fails.
    Create,
    /// While it works: a node group or an add-on is `DEGRADED`.
    Active,
    /// While it changes: the update fails, with one of the codes of updates.
    Update,
    /// While it goes, which then fails.
    Delete,
}

impl Ailment {
    /// `nodegroup:create:InsufficientFreeAddresses`, with `nodegroup/NAME` for a single one.
    ///
    /// # Errors
    /// What is wrong with the text.
    pub fn parse(text: &str) -> Result<Self, String> {
        let parts: Vec<&str> = text.splitn(3, ':').collect();
        let [on, when, code] = parts.as_slice() else {
            return Err(format!("{text:?} is not ON:WHEN:CODE"));
        };
        let (on, name) = on.split_once('/').unwrap_or((on, "*"));
        let word = |word: &str| serde_json::Value::from(word);
        let ailment = Self {
            on: serde_json::from_value(word(on)).map_err(|error| error.to_string())?,
            name: name.to_owned(),
            when: serde_json::from_value(word(when)).map_err(|error| error.to_string())?,
            code: (*code).to_owned(),
            message: String::new(),
            resources: Vec::new(),
            after: None,
        };
        ailment.problem().map_or(Ok(ailment), Err)
    }

    /// Why EKS could not say this, or a task not end so, when it could not.
    pub(crate) fn problem(&self) -> Option<String> {
        let known = match self.when {
            when if self.of_tasks() => ailment_tasks::known(when, &self.code),
            _ if self.after.is_some() => false,
            Stage::Update => UPDATES.iter().any(|(code, _)| *code == self.code),
            _ => self.usual().is_some(),
        };
        (!known).then(|| {
            format!(
                "{:?} is no code of {:?} at {:?}",
                self.code, self.on, self.when
            )
        })
    }

    /// Whether it is of that object, now.
    pub(crate) fn hits(&self, on: Patient, when: Stage, name: &str) -> bool {
        let named = match self.name.strip_suffix('*') {
            Some(start) => name.starts_with(start),
            None => self.name == name,
        };
        self.on == on && self.when == when && named
    }

    /// EKS's words.
    pub(crate) fn words(&self) -> String {
        if !self.message.is_empty() {
            return self.message.clone();
        }
        let of_update = || {
            let found = UPDATES.iter().find(|(code, _)| *code == self.code);
            found.map(|(_, words)| *words)
        };
        let usual = match self.when {
            when if self.of_tasks() => ailment_tasks::words(when, &self.code),
            Stage::Update => of_update(),
            _ => self.usual(),
        };
        usual.unwrap_or_default().to_owned()
    }

    fn of_tasks(&self) -> bool {
        [Patient::Task, Patient::Service].contains(&self.on)
    }

    fn usual(&self) -> Option<&'static str> {
        let mut rows = CODES.iter();
        rows.find(|(on, code, _)| *on == self.on && *code == self.code)
            .map(|(_, _, words)| *words)
    }
}

/// The codes by which EKS names what is wrong with an object.
pub fn health_codes(on: Patient) -> impl Iterator<Item = &'static str> {
    let rows = CODES.iter().filter(move |(of, _, _)| *of == on);
    rows.map(|(_, code, _)| *code)
}

/// The codes by which EKS names why a change failed.
pub fn update_codes() -> impl Iterator<Item = &'static str> {
    UPDATES.iter().map(|(code, _)| *code)
}

#[cfg(test)]
mod tests {
    #![allow(clippy::unwrap_used)]
    use super::*;

    #[test]
    fn texts_name_what_when_and_the_code() {
        let one = Ailment::parse("nodegroup/web*:create:InsufficientFreeAddresses").unwrap();
        assert!(one.hits(Patient::Nodegroup, Stage::Create, "web-1a"));
        assert!(!one.hits(Patient::Nodegroup, Stage::Active, "web-1a"));
        assert!(!one.hits(Patient::Nodegroup, Stage::Create, "jobs"));
        assert!(one.words().contains("free addresses"), "{}", one.words());
        for wrong in [
            "nodegroup:create",
            "node:create:Unknown",
            "nodegroup:born:Unknown",
            "cluster:create:PodEvictionFailure",
            "cluster:update:KmsKeyDisabled",
            "task:active:Exit:many",
            "service:update:Exit:1",
        ] {
            assert!(Ailment::parse(wrong).is_err(), "{wrong}");
        }
        assert!(Ailment::parse("addon:update:K8sResourceNotFound").is_ok());
    }

    #[test]
    fn every_code_of_the_api_is_there_once() {
        let count = |on: Patient| CODES.iter().filter(|(of, _, _)| *of == on).count();
        assert_eq!(count(Patient::Cluster), 19);
        assert_eq!(count(Patient::Nodegroup), 36);
        assert_eq!(count(Patient::Addon), 10);
        assert_eq!(UPDATES.len(), 17);
        let mut all: Vec<String> = CODES
            .iter()
            .map(|(on, code, _)| format!("{on:?}{code}"))
            .collect();
        all.sort();
        all.dedup();
        assert_eq!(all.len(), CODES.len());
    }
}
