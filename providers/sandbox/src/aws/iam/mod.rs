//! IAM: roles with their policies, and OpenID Connect providers. It is global; AWS-managed policies are a list.
//!
//! For other services: [`Role::usable_by`] tells whether a service can take a role; [`Role::has_policy`] whether an
//! attached policy is in force; [`InstanceProfile`] holds a role as node groups do.
//!
//! Codes and messages: the IAM API reference, recorded answers, and what users of the API quote in public issues.

mod attached;
mod common;
mod details;
mod document;
mod inline;
mod instance_profile;
mod instance_profile_calls;
mod managed;
mod operations;
mod oracle;
mod principal;
mod provider;
mod provider_change;
mod role;
mod role_change;
mod role_words;
mod service_linked;
mod tags;

#[cfg(test)]
mod tests;

use super::Service;
use crate::store::Tx;
use crate::wire::Protocol;

pub(crate) use instance_profile::InstanceProfile;
pub(crate) use provider::Provider;
pub(crate) use role::{Role, Unusable};

/// The service.
pub(crate) const SERVICE: Service = Service {
    name: "iam",
    protocol: Protocol::Query("https://iam.amazonaws.com/doc/2010-05-08/"),
    global: true,
    operations: operations::OPERATIONS,
    settle,
    objects: oracle::objects,
};

/// Nothing of IAM has states.
fn settle(_: &mut Tx<'_>) {}
