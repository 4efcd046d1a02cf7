//! From `[secret.NAME]` to a secret in Secret Manager.
//!
//! What already is there is no resource: others refer to it, and that it is there has been read (`existing`).

use provision_core::contract::{Class, ExpandAnswer, ExpandRequest, Failure};
use provision_core::model::ResourceId;
use provision_core::spec::{Secret as Wanted, SecretSource};
use provision_kind::Serves as _;
use provision_kind::secrets::{AS_DECLARED, Kept, kept_as_it_is};

use super::{Made, keep, named, resource};
use crate::account::OFF;
use crate::existing::secret::judge;
use crate::kinds::Secret;

/// Longest name of a secret (projects.secrets.create).
const NAME: usize = 255;

/// The service that keeps them.
const SERVICE: &str = "secretmanager.googleapis.com";

pub(super) fn expand(
    request: &ExpandRequest,
    name: &str,
    wanted: &Wanted,
    answer: &mut ExpandAnswer,
) {
    if let Err(failure) = is_enabled(request, name) {
        answer.failures.push(failure);
        return;
    }
    if let SecretSource::Existing(stores) = &wanted.from {
        answer.failures.extend(judge(request, name, stores));
        return;
    }
    let not_at_hand = request.not_at_hand.get(name);
    answer
        .notes
        .extend(not_at_hand.map(|why| kept_as_it_is(name, why)));
    let mut kept = Kept::wanted(wanted, not_at_hand.is_none());
    if kept.generate.is_some() {
        // A secret and its value are made by calls of their own, so that one may be there without the other.
        kept.value = Some(AS_DECLARED.to_owned());
    }
    keep(answer, vec![secret(request, name, kept)]);
}

fn secret(request: &ExpandRequest, name: &str, kept: Kept) -> Made {
    let context = &request.context;
    let id = ResourceId::new(format!("secret.{name}"), "secret");
    let fields = Secret {
        kept,
        // In the region alone: what the spec says of where things are holds for values too, and a policy on places
        // refuses a secret that is everywhere. It costs the same.
        locations: vec![context.region.clone()],
        tags: context.labels.clone(),
        ..Secret::default()
    };
    let mut one = resource(id, Secret::KIND, &fields)?;
    let readable = format!("{}-{name}", context.stack);
    one.name = Some(named(context, &one, &readable, NAME, true));
    Ok(one)
}

/// Whether the project has switched the service on, where that could be asked.
fn is_enabled(request: &ExpandRequest, name: &str) -> Result<(), Failure> {
    let off = request
        .facts
        .as_ref()
        .and_then(|facts| facts.extra.get(OFF));
    if !off.is_some_and(|off| off.split(' ').any(|service| service == SERVICE)) {
        return Ok(());
    }
    let project = request.context.account.as_deref().unwrap_or_default();
    Err(Failure {
        class: Class::Denied,
        code: "SERVICE_DISABLED".to_owned(),
        message: format!("Secret Manager is not enabled in project {project}"),
        call: None,
        object: Some(format!("secret.{name}")),
        advice: Some(format!(
            "enable it, wait a minute, then run it again: gcloud services enable {SERVICE} --project {project}"
        )),
    })
}
