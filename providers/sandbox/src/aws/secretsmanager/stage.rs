//! Stages of versions: AWSCURRENT, AWSPREVIOUS, AWSPENDING and what people call theirs.

use serde::Deserialize;

use super::common::{CODE, invalid, not_found, short, usable};
use super::secret::Secret;
use super::shadow;
use crate::aws::shape::{body, length};
use crate::aws::{Call, Outcome};
use crate::wire::{ApiError, Body};

const CURRENT: &str = "AWSCURRENT";
const PREVIOUS: &str = "AWSPREVIOUS";

impl Secret {
    /// Takes a stage from whatever version has it.
    fn detach(&mut self, stage: &str) {
        for version in &mut self.versions {
            version.stages.retain(|one| one != stage);
        }
    }

    /// Moves a stage to a version. What was current becomes the previous one.
    pub(super) fn attach(&mut self, stage: &str, id: &str) {
        let had = self.staged(stage).map(|version| version.id.clone());
        self.detach(stage);
        self.give(stage, id);
        if stage != CURRENT {
            return;
        }
        if let Some(had) = had.filter(|had| had != id) {
            self.detach(PREVIOUS);
            self.give(PREVIOUS, &had);
        }
    }

    fn give(&mut self, stage: &str, id: &str) {
        let mut versions = self.versions.iter_mut();
        if let Some(version) = versions.find(|version| version.id == id) {
            version.stages.push(stage.to_owned());
            version.stages.sort();
        }
    }
}

#[derive(Deserialize)]
#[serde(rename_all = "PascalCase", deny_unknown_fields)]
struct Request {
    secret_id: String,
    version_stage: String,
    remove_from_version_id: Option<String>,
    move_to_version_id: Option<String>,
}

/// UpdateSecretVersionStage.
pub(super) fn update(call: &mut Call<'_>) -> Outcome {
    let request: Request = body(call, CODE)?;
    length(CODE, "VersionStage", &request.version_stage, 1, 256)?;
    let mut secret = usable(call, &request.secret_id)?;
    let stage = request.version_stage.as_str();
    check(&secret, &request)?;
    match &request.move_to_version_id {
        Some(to) => secret.attach(stage, to),
        None if stage == CURRENT => {
            return Err(invalid(
                "You can't remove the staging label AWSCURRENT; you can only move it to another version.",
            ));
        }
        None => secret.detach(stage),
    }
    secret.changed = call.now();
    shadow::keep(&mut call.tx, &call.place, &secret);
    Ok(Body::Json(short(&secret)))
}

/// A stage that a version has is only moved by who says which one that is.
fn check(secret: &Secret, request: &Request) -> Result<(), ApiError> {
    let stage = &request.version_stage;
    let (from, to) = (&request.remove_from_version_id, &request.move_to_version_id);
    if from.is_none() && to.is_none() {
        return Err(invalid(
            "You must specify MoveToVersionId, RemoveFromVersionId, or both.",
        ));
    }
    for id in from.iter().chain(to) {
        if secret.version(id).is_none() {
            return Err(not_found(format!(
                "Secrets Manager can't find the specified secret value for VersionId: {id}"
            )));
        }
    }
    match (secret.staged(stage), from) {
        (Some(has), None) if Some(&has.id) != to.as_ref() => Err(invalid(format!(
            "The parameter RemoveFromVersionId can't be empty. Staging label {stage} is currently attached to version \
             {}, so you must explicitly reference that version in RemoveFromVersionId.",
            has.id
        ))),
        (has, Some(from)) if has.is_none_or(|has| has.id != *from) => Err(invalid(format!(
            "When you move staging label {stage}, if you specify RemoveFromVersionId, it must be set to the version \
             that currently has the staging label {stage}."
        ))),
        _ => Ok(()),
    }
}
