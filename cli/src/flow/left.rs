//! The last wave: what others made from inside of what is to be removed. Asked for only then.

use std::collections::BTreeMap;

use futures::future::join_all;
use provision_core::contract::{Leaver, Leavers, Left, SurveyAnswer, SurveyRequest};
use provision_core::model::{Observed, ResourceId, Sight};
use provision_core::plan::{self, Decided, Inputs};

use super::survey::{needs, owners};
use super::{add_new, other_answer};
use crate::error::Error;
use crate::registry::Registry;

/// Asks all providers what was left, and adds it to the inputs.
///
/// # Errors
/// When a provider cannot be asked at all.
pub(super) async fn ask(
    registry: &Registry,
    inputs: &mut Inputs,
    decided: &Decided,
) -> Result<(), Error> {
    let going = plan::leavers(inputs, decided);
    if going.is_empty() {
        return Ok(());
    }
    let stays = plan::stays(inputs, decided);
    let asked = registry.providers.iter().filter_map(|(name, provider)| {
        let request = SurveyRequest::Left(Leavers {
            context: registry.contexts.get(name)?.clone(),
            going: going.clone(),
            stays: stays.clone(),
            data: inputs.delete_data,
        });
        Some(async move { (name.clone(), provider.survey(&request).await) })
    });
    let (mut all, mut failures) = (Vec::new(), Vec::new());
    for (name, answer) in join_all(asked).await {
        match answer {
            Ok(SurveyAnswer::Left { left, notes }) => {
                all.extend(left);
                add_new(&mut inputs.notes, notes);
            }
            Ok(_) => add_new(&mut failures, vec![other_answer(&name)]),
            Err(failure) => add_new(&mut failures, vec![failure]),
        }
    }
    if !failures.is_empty() {
        return Err(Error::Cloud { failures });
    }
    link(inputs, &mut all, &going);
    inputs.left = all;
    Ok(())
}

/// Makes needs of handles: of what was left, and of what is live.
fn link(inputs: &Inputs, all: &mut [Left], going: &[Leaver]) {
    let present = inputs.sights.values().filter_map(Sight::live);
    let lives = present
        .chain(&inputs.orphans)
        .chain(going.iter().filter_map(|one| one.live.as_ref()));
    let found: Vec<&Observed> = all.iter().map(|left| &left.observed).collect();
    let owners: BTreeMap<String, ResourceId> = owners(lives.chain(found));
    for left in all {
        needs(&mut left.observed, &owners);
    }
}
