//! From `[secret.NAME]` to a secret in AWS Secrets Manager or a parameter in the Parameter Store.
//!
//! What already is in a store is no resource: others refer to it, and that it is there has been read (`existing::secret`).

use provision_core::contract::{ExpandRequest, Failure, Note};
use provision_core::model::{Kind, Open, Platform, Resource, ResourceId, physical_name};
use provision_core::spec::{Secret as Wanted, SecretSource};

use super::{resource, tags};
use crate::existing;
use crate::kinds::{Parameter, Secret, Served};
use crate::secrets::{Kept, kept_as_it_is};

/// What a block comes to.
#[derive(Default)]
pub(super) struct Made {
    /// At most one.
    pub(super) resources: Vec<Resource<Open>>,
    /// That its value is not at hand.
    pub(super) notes: Vec<Note>,
    /// That what it refers to is not there.
    pub(super) failures: Vec<Failure>,
}

/// Longest name of a secret.
const SECRET_NAME: usize = 512;

/// Longest name of a parameter: of its ARN, which may have 1011 signs in all.
const PARAMETER_NAME: usize = 900;

/// The resource of a block, unless it is for the API of a Kubernetes cluster.
pub(super) fn expand(request: &ExpandRequest, name: &str, wanted: &Wanted) -> Made {
    let mut made = Made::default();
    if wanted.store.is_none() && !is_ours(request, wanted) {
        return made;
    }
    if let SecretSource::Existing(stores) = &wanted.from {
        made.failures = existing::secret::judge(request, name, stores);
        return made;
    }
    let not_at_hand = request.not_at_hand.get(name);
    made.notes
        .extend(not_at_hand.map(|why| kept_as_it_is(name, why)));
    let kept = Kept::wanted(wanted, not_at_hand.is_none());
    let one = match wanted.store.as_deref() {
        Some("ssm") => parameter(request, name, kept),
        _ => secret(request, name, kept),
    };
    match one {
        Ok(one) => made.resources.push(one),
        Err(failure) => made.failures.push(failure),
    }
    made
}

/// Whether its cluster is on ECS, which has no store of its own.
fn is_ours(request: &ExpandRequest, wanted: &Wanted) -> bool {
    let cluster = wanted.cluster.as_ref();
    let cluster = cluster.and_then(|name| request.spec.clusters.get(name));
    cluster.is_some_and(|cluster| cluster.platform == Platform::Ecs)
}

fn secret(request: &ExpandRequest, name: &str, kept: Kept) -> Result<Resource<Open>, Failure> {
    let context = &request.context;
    let id = ResourceId::new(format!("secret.{name}"), "secret");
    let readable = format!("{}/{name}", context.stack);
    // AWS ends ARNs in a hyphen and six signs of its own; a name that looks like that is taken for another's ARN.
    let mistaken = readable
        .rsplit_once('-')
        .is_some_and(|(_, end)| end.len() == 6);
    let place = (context.stack.as_str(), context.region.as_str());
    let kind = Kind::new(Secret::KIND);
    let physical = physical_name(&readable, SECRET_NAME, mistaken, place, &id, &kind);
    let fields = Secret {
        kept,
        tags: tags(context, &format!("{}-{name}", context.stack)),
    };
    let mut one = resource(id, Secret::KIND, &fields)?;
    one.name = Some(physical);
    Ok(one)
}

fn parameter(request: &ExpandRequest, name: &str, kept: Kept) -> Result<Resource<Open>, Failure> {
    let context = &request.context;
    let id = ResourceId::new(format!("secret.{name}"), "parameter");
    let readable = format!("/provision/{}/{name}", context.stack);
    let place = (context.stack.as_str(), context.region.as_str());
    let kind = Kind::new(Parameter::KIND);
    let physical = physical_name(&readable, PARAMETER_NAME, false, place, &id, &kind);
    let fields = Parameter {
        kept,
        tags: tags(context, &format!("{}-{name}", context.stack)),
    };
    let mut one = resource(id, Parameter::KIND, &fields)?;
    one.name = Some(physical);
    Ok(one)
}

#[cfg(test)]
mod tests;
