//! What providers say beside a plan: of dates, and of fields that go by stops.

use std::collections::BTreeMap;

use futures::future::join_all;
use jiff::Timestamp;
use provision_core::contract::{
    Advice, Advised, Facts, Note, RemarkRequest, Severity, SurveyAnswer, SurveyRequest,
};
use provision_core::model::{Observed, Pending, Resource, ResourceId, Sight};
use provision_core::plan::{self, Decided, Goal, Inputs};

use super::survey::of_provider;
use super::{add_new, other_answer};
use crate::registry::Registry;

/// All that is live of what is wanted.
pub(super) fn live(sights: &BTreeMap<ResourceId, Sight>) -> Vec<&Observed> {
    sights.values().filter_map(Sight::live).collect()
}

/// What all providers remark.
pub(super) fn remarks(
    registry: &Registry,
    facts: &BTreeMap<String, Facts>,
    resources: &[Resource<Pending>],
    live: &[&Observed],
    now: Option<Timestamp>,
) -> Vec<Note> {
    let mut notes = Vec::new();
    for (name, provider) in &registry.providers {
        let Some(context) = registry.contexts.get(name) else {
            continue;
        };
        notes.extend(provider.remark(&RemarkRequest {
            context: context.clone(),
            facts: facts.get(name).cloned(),
            today: now.map(|now| now.strftime("%Y-%m-%d").to_string()),
            resources: of_provider(resources, name),
            live: served(live, name),
        }));
    }
    notes
}

fn served(live: &[&Observed], provider: &str) -> Vec<Observed> {
    let own = live.iter().filter(|live| live.provider == provider);
    own.map(|live| (*live).clone()).collect()
}

/// What providers advise about fields that go by stops. One that cannot answer costs a note, not the plan.
pub(super) async fn advice(
    registry: &Registry,
    inputs: &Inputs,
    decided: &Decided,
    now: Timestamp,
) -> Advice {
    if inputs.goal != Goal::Reach {
        return Advice::default();
    }
    let walks = plan::walks(decided, &inputs.tables);
    let live = live(&inputs.sights);
    let asked = registry.providers.iter().filter_map(|(name, provider)| {
        let own = walks.iter().filter(|walk| walk.live.provider == *name);
        let request = SurveyRequest::Advice(Advised {
            context: registry.contexts.get(name)?.clone(),
            walks: own.cloned().collect(),
            live: served(&live, name),
            now: now.as_second(),
        });
        Some(async move {
            match provider.survey(&request).await {
                Ok(SurveyAnswer::Advice(advice)) => advice,
                Ok(_) => unread(&other_answer(provider.name()).to_string()),
                Err(failure) => unread(&failure.to_string()),
            }
        })
    });
    let mut all = Advice::default();
    for advice in join_all(asked).await {
        add_new(&mut all.notes, advice.notes);
        all.not_ready.extend(advice.not_ready);
        all.follow.extend(advice.follow);
    }
    all
}

fn unread(why: &str) -> Advice {
    Advice {
        notes: vec![Note {
            severity: Severity::Warning,
            code: "advice-unread".to_owned(),
            message: format!("whether everything is ready for the change could not be read: {why}"),
            address: None,
        }],
        ..Advice::default()
    }
}
