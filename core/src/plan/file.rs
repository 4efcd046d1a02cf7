//! The plan file: JSON that people can read, and that is refused when a single byte of it is not as written.
//!
//! `{"magic": "provision-plan", "format_version": 1, "integrity": "sha256:…", "plan": …, …}`. The digest is over the
//! whole text with its own 64 digits as zeros, so neither the order of keys nor a newer tool's extra fields matter.
//! It guards against damage and careless edits, not against somebody who computes it anew.

use std::collections::BTreeMap;

use serde::{Deserialize, Serialize};
use sha2::{Digest, Sha256};

use super::digest::hex;
use super::make::MAGIC;
use super::{FORMAT_VERSION, Plan, PlanFile, Step};
use crate::contract::{Context, Does};
use crate::model::{Kind, Observed, Pending, Resource, ResourceId};
use crate::spec::SecretSource;

const BEFORE_DIGITS: &str = "\"integrity\": \"sha256:";
const DIGITS: usize = 64;

/// A text that is no plan file that can be executed.
#[derive(Clone, Debug, PartialEq, Eq, thiserror::Error)]
pub enum FileError {
    /// No JSON.
    #[error("not a plan file: line {line}, column {column}: {reason}")]
    NotJson {
        /// From 1.
        line: usize,
        /// From 1; 0 at the start of a line.
        column: usize,
        /// The parser's words.
        reason: String,
    },
    /// JSON that ends too early.
    #[error(
        "the plan file is cut off at line {line}, column {column}; write it again with `plan --out`"
    )]
    CutOff {
        /// From 1.
        line: usize,
        /// From 1; 0 at the start of a line.
        column: usize,
    },
    /// Something else.
    #[error("not a plan file: its `magic` is {found}, not `{MAGIC}`")]
    Magic {
        /// What stands there, in quotes, or `missing`.
        found: String,
    },
    /// Of a newer tool.
    #[error(
        "the plan file has format {found}, this provision reads up to {FORMAT_VERSION}; use the newer one"
    )]
    Newer {
        /// Its format.
        found: u32,
    },
    /// Not as it was written.
    #[error(
        "the plan file was edited or damaged: its digest does not fit; write it again with `plan --out`"
    )]
    Integrity,
    /// A field is missing or of another shape.
    #[error("the plan file is malformed: {reason}")]
    Malformed {
        /// Which field, and where.
        reason: String,
    },
    /// Its steps cannot be executed.
    #[error("the plan file is malformed: step {step}: {reason}")]
    Step {
        /// Its number.
        step: u32,
        /// What is wrong with it.
        reason: String,
    },
}

/// The form on disk.
#[derive(Serialize)]
struct Written<'a> {
    magic: &'a str,
    format_version: u32,
    integrity: String,
    plan: &'a Plan,
    contexts: &'a BTreeMap<String, Context>,
    access: &'a BTreeMap<String, String>,
    #[serde(skip_serializing_if = "BTreeMap::is_empty")]
    secrets: &'a BTreeMap<String, SecretSource>,
    desired: &'a BTreeMap<ResourceId, Resource<Pending>>,
    live: &'a BTreeMap<ResourceId, Observed>,
    digests: &'a BTreeMap<ResourceId, String>,
}

/// What is read first, of whatever the file is.
#[derive(Deserialize)]
struct Head {
    magic: Option<serde_json::Value>,
    format_version: Option<u32>,
}

/// The text of a plan file, ended by a newline.
#[must_use]
pub fn encode(file: &PlanFile) -> String {
    let written = Written {
        magic: MAGIC,
        format_version: FORMAT_VERSION,
        integrity: format!("sha256:{}", "0".repeat(DIGITS)),
        plan: &file.plan,
        contexts: &file.contexts,
        access: &file.access,
        secrets: &file.secrets,
        desired: &file.desired,
        live: &file.live,
        digests: &file.digests,
    };
    // Maps with text keys and plain values always serialise.
    let mut text = serde_json::to_string_pretty(&written).unwrap_or_default();
    text.push('\n');
    let digest = hex(&Sha256::digest(&text));
    if let Some(at) = digits(&text) {
        text.replace_range(at..at + DIGITS, &digest);
    }
    text
}

/// Where the digits of the digest begin.
fn digits(text: &str) -> Option<usize> {
    let at = text.find(BEFORE_DIGITS)? + BEFORE_DIGITS.len();
    text.get(at..at + DIGITS).map(|_| at)
}

/// Whether a text says of itself that it is a plan file; `apply` tells it from a spec by this.
#[must_use]
pub fn is_plan(bytes: &[u8]) -> bool {
    // The first key that is written; a spec is TOML and never begins like this.
    let head = bytes.trim_ascii_start();
    let head = &head[..head.len().min(200)];
    head.starts_with(b"{") && String::from_utf8_lossy(head).contains(MAGIC)
}

/// Reads a plan file and checks that it is whole, as written, and that its steps can be executed.
///
/// # Errors
/// [`FileError`].
pub fn decode(bytes: &[u8]) -> Result<PlanFile, FileError> {
    let text = std::str::from_utf8(bytes).map_err(|error| {
        let before = &bytes[..error.valid_up_to()];
        let mut line = before.split(|byte| *byte == b'\n');
        FileError::NotJson {
            line: line.clone().count(),
            column: line.next_back().map_or(0, <[u8]>::len) + 1,
            reason: "not UTF-8".to_owned(),
        }
    })?;
    let head: Head = serde_json::from_str(text).map_err(|error| sort(&error))?;
    match &head.magic {
        Some(serde_json::Value::String(magic)) if magic == MAGIC => {}
        other => {
            let found = other.as_ref().map(ToString::to_string);
            return Err(FileError::Magic {
                found: found.unwrap_or_else(|| "missing".to_owned()),
            });
        }
    }
    match head.format_version {
        Some(found) if found > FORMAT_VERSION => return Err(FileError::Newer { found }),
        Some(_) => {}
        None => {
            return Err(FileError::Malformed {
                reason: "missing field `format_version`".to_owned(),
            });
        }
    }
    whole(text)?;
    let file: PlanFile = serde_json::from_str(text).map_err(|error| sort(&error))?;
    executable(&file)?;
    Ok(file)
}

fn sort(error: &serde_json::Error) -> FileError {
    let (line, column) = (error.line(), error.column());
    let reason = error.to_string();
    match error.classify() {
        serde_json::error::Category::Eof => FileError::CutOff { line, column },
        serde_json::error::Category::Data => FileError::Malformed { reason },
        _ => FileError::NotJson {
            line,
            column,
            reason,
        },
    }
}

fn whole(text: &str) -> Result<(), FileError> {
    let at = digits(text).ok_or(FileError::Integrity)?;
    let mut hasher = Sha256::new();
    hasher.update(&text[..at]);
    hasher.update("0".repeat(DIGITS));
    hasher.update(&text[at + DIGITS..]);
    if hex(&hasher.finalize()) == text[at..at + DIGITS] {
        Ok(())
    } else {
        Err(FileError::Integrity)
    }
}

/// Steps come in order, wait only for earlier ones, and are about things that the file has.
fn executable(file: &PlanFile) -> Result<(), FileError> {
    let mut last = 0;
    for step in &file.plan.steps {
        let wrong = |reason: String| FileError::Step {
            step: step.n,
            reason,
        };
        if step.n != last + 1 {
            return Err(wrong(format!("it comes after step {last}")));
        }
        last = step.n;
        if let Some(after) = step
            .after
            .iter()
            .find(|after| **after == 0 || **after >= step.n)
        {
            return Err(wrong(format!(
                "it waits for step {after}, which is not before it"
            )));
        }
        if !file.contexts.contains_key(&step.provider) {
            return Err(wrong(format!(
                "no context for provider `{}`",
                step.provider
            )));
        }
        match kind(file, step) {
            Some(kind) if *kind == step.kind => {}
            Some(kind) => return Err(wrong(format!("{} is of kind {kind}", step.id))),
            None => return Err(wrong(format!("the file does not have {}", step.id))),
        }
    }
    Ok(())
}

fn kind<'a>(file: &'a PlanFile, step: &Step) -> Option<&'a Kind> {
    match step.does {
        Does::Delete | Does::Cordon | Does::Drain => file.live.get(&step.id).map(|live| &live.kind),
        _ => file.desired.get(&step.id).map(|desired| &desired.kind),
    }
}
