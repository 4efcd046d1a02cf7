//! Task definitions: list, deregister, delete.

use serde_json::{Value, json};

use super::common::{client, invalid, listing, required, text, texts};
use super::shape::check as shape;
use super::task_definition::find;
use super::{TaskDefinition, definition_requests};
use crate::aws::{Call, Outcome};
use crate::phase::Phase;
use crate::wire::Body;

/// ListTaskDefinitions: by family and number.
pub(super) fn list(call: &mut Call<'_>) -> Outcome {
    shape(call, &definition_requests::LIST)?;
    let status = text(&call.json, "status").unwrap_or("ACTIVE");
    // Whole families, in spite of the member's name.
    let family = text(&call.json, "familyPrefix");
    let all = call.tx.see_all::<TaskDefinition>(&call.place).into_iter();
    let hit =
        |one: &TaskDefinition| one.is(status) && family.is_none_or(|family| one.family == family);
    let mut rows: Vec<(String, String)> = all
        .filter(hit)
        .map(|one| (one.name(), one.arn(&call.place)))
        .collect();
    if text(&call.json, "sort") == Some("DESC") {
        rows.reverse();
    }
    listing(call, "taskDefinitionArns", rows)
}

/// ListTaskDefinitionFamilies: those with an active revision, those with none, or all.
pub(super) fn families(call: &mut Call<'_>) -> Outcome {
    shape(call, &definition_requests::FAMILIES)?;
    let status = text(&call.json, "status").unwrap_or("ALL");
    let prefix = text(&call.json, "familyPrefix").unwrap_or_default();
    let mut families = std::collections::BTreeMap::<String, bool>::new();
    for one in call.tx.see_all::<TaskDefinition>(&call.place) {
        if one.family.starts_with(prefix) && !one.is("DELETE_IN_PROGRESS") {
            let active = one.is("ACTIVE");
            *families.entry(one.family).or_default() |= active;
        }
    }
    let rows = families.into_iter().filter(|(_, active)| match status {
        "ACTIVE" => *active,
        "INACTIVE" => !active,
        _ => true,
    });
    let rows = rows.map(|(family, _)| (family.clone(), family));
    listing(call, "families", rows.collect())
}

/// DeregisterTaskDefinition: a family alone names none.
pub(super) fn deregister(call: &mut Call<'_>) -> Outcome {
    shape(call, &definition_requests::DEREGISTER)?;
    let asked = required(&call.json, "taskDefinition")?;
    if TaskDefinition::key_of(&asked).is_none() {
        return Err(client("Task definition must have a revision."));
    }
    let found = find(call, &asked)?;
    let mut definition =
        found.ok_or_else(|| client("The specified task definition does not exist."))?;
    if definition.is("DELETE_IN_PROGRESS") {
        return Err(client(
            "The specified task definition is in the process of being deleted.",
        ));
    }
    if definition.is("ACTIVE") {
        definition.phase = Phase::new("INACTIVE", call.now());
        definition.deregistered = Some(call.now());
        call.tx.put(&call.place, &definition);
    }
    let words = definition.words(&call.place);
    Ok(Body::Json(json!({ "taskDefinition": words })))
}

/// DeleteTaskDefinitions: up to ten, each of them deregistered before.
pub(super) fn delete(call: &mut Call<'_>) -> Outcome {
    shape(call, &definition_requests::DELETE)?;
    let asked = texts(&call.json, "taskDefinitions");
    if asked.is_empty() {
        return Err(invalid("TaskDefinitions cannot be empty."));
    }
    if asked.len() > 10 {
        return Err(invalid("You can only delete up to 10 task definitions."));
    }
    let (mut done, mut failures) = (Vec::new(), Vec::<Value>::new());
    for text in &asked {
        let failure = |detail: &str| {
            let reason = "The specified task definition cannot be deleted.";
            json!({"arn": text, "reason": reason, "detail": detail})
        };
        if TaskDefinition::key_of(text).is_none() {
            failures.push(failure("Specify the revision of the task definition."));
            continue;
        }
        match find(call, text)? {
            None => failures.push(json!({"arn": text, "reason": "MISSING"})),
            Some(one) if one.is("ACTIVE") => failures.push(failure(
                "The specified task definition is still in ACTIVE status. Please deregister the target and try again.",
            )),
            Some(mut one) => {
                if one.is("INACTIVE") {
                    one.phase = Phase::new("DELETE_IN_PROGRESS", call.now());
                    call.tx.put(&call.place, &one);
                }
                done.push(one.words(&call.place));
            }
        }
    }
    Ok(Body::Json(
        json!({ "taskDefinitions": done, "failures": failures }),
    ))
}
