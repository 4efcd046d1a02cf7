//! From `[network.NAME]`, `[cluster.NAME]` and `[secret.NAME]` to resources.
//!
//! What is made in which order follows from references, parents and `after`; deletion goes the other way round. Pools are
//! made with their cluster, in the same operation, and each is a resource as well: its own create finds it there. Nodes come
//! after their way to the internet and after their account may write logs.

use provision_core::contract::{
    Class, Context, ExpandAnswer, ExpandRequest, Failure, Note, Severity,
};
use provision_core::model::{Kind, Open, Platform, Resource, ResourceId, physical_name};
use provision_kind::{fields_of, internal};
use serde::Serialize;

use crate::PROVIDER;

pub(crate) mod adopted;
mod cluster;
mod network;
mod pool;
mod secret;
#[cfg(test)]
mod tests;
mod version;
mod zones;

/// A desired resource, or why there is none.
type Made = Result<Resource<Open>, Failure>;

/// The blocks that are lowered to this provider.
pub(crate) fn expand(request: &ExpandRequest) -> ExpandAnswer {
    let mut answer = ExpandAnswer::default();
    for (name, block) in &request.spec.networks {
        if request.blocks.contains(&format!("network.{name}")) {
            match block.existing {
                Some(_) => network::judge(request, name, block, &mut answer),
                None => network::expand(request, name, block, &mut answer),
            }
        }
    }
    for (name, block) in &request.spec.clusters {
        if request.blocks.contains(&format!("cluster.{name}")) {
            cluster::expand(request, name, block, &mut answer);
        }
    }
    for (name, block) in &request.spec.secrets {
        if request.blocks.contains(&format!("secret.{name}")) {
            secret::expand(request, name, block, &mut answer);
        }
    }
    answer
}

fn keep(answer: &mut ExpandAnswer, all: Vec<Made>) {
    for made in all {
        match made {
            Ok(resource) => answer.resources.push(resource),
            Err(failure) => answer.failures.push(failure),
        }
    }
}

/// A desired resource of this provider.
fn resource<S: Serialize>(id: ResourceId, kind: &str, fields: &S) -> Made {
    Ok(Resource {
        id,
        kind: Kind::new(kind),
        provider: PROVIDER.to_owned(),
        platform: Some(Platform::Gke),
        name: None,
        parent: None,
        fields: fields_of(fields).map_err(|error| internal(error.to_string()))?,
        after: Vec::new(),
        outlives: Vec::new(),
        adopt: None,
        protect: false,
    })
}

/// The physical name of a resource; `global` where all regions of a project have one space of names.
fn named(
    context: &Context,
    resource: &Resource<Open>,
    wanted: &str,
    limit: usize,
    global: bool,
) -> String {
    let place = (context.stack.as_str(), context.region.as_str());
    physical_name(wanted, limit, global, place, &resource.id, &resource.kind)
}

/// A refusal of what the spec says.
fn refused(address: &str, code: &str, message: String, advice: impl Into<String>) -> Failure {
    Failure {
        class: Class::Invalid,
        code: code.to_owned(),
        message,
        call: None,
        object: Some(address.to_owned()),
        advice: Some(advice.into()),
    }
}

fn note(address: &str, severity: Severity, code: &str, message: String) -> Note {
    Note {
        severity,
        code: code.to_owned(),
        message,
        address: Some(address.to_owned()),
    }
}
