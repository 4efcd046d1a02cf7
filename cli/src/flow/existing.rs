//! What the spec refers to and others own.

use std::collections::BTreeMap;

use futures::future::join_all;
use provision_core::contract::{Facts, SurveyAnswer, SurveyRequest};
use provision_core::spec::Spec;

use super::{add_new, other_answer};
use crate::error::Error;
use crate::registry::Registry;

/// The second half of wave 0: what the spec refers to and others own joins the facts of all providers.
///
/// # Errors
/// What could not be read.
pub(super) async fn existing(
    registry: &Registry,
    spec: &Spec,
    facts: &mut BTreeMap<String, Facts>,
) -> Result<(), Error> {
    let asked = registry.providers.iter().filter_map(|(name, provider)| {
        let request = registry.expansion(name, spec, facts.get(name))?;
        let request = SurveyRequest::Existing(Box::new(request));
        Some(async move { (name, provider.survey(&request).await) })
    });
    let (mut found, mut failures) = (BTreeMap::new(), Vec::new());
    for (name, answer) in join_all(asked).await {
        match answer {
            Ok(SurveyAnswer::Existing { facts }) => found.extend(facts),
            Ok(_) => add_new(&mut failures, vec![other_answer(name)]),
            Err(failure) => add_new(&mut failures, vec![failure]),
        }
    }
    for facts in facts.values_mut() {
        facts.extra.extend(found.clone());
    }
    match failures.is_empty() {
        true => Ok(()),
        false => Err(Error::Cloud { failures }),
    }
}
