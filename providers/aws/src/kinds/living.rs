//! Which machines are there, of those that others say they have.

use std::collections::BTreeSet;

use aws_sdk_ec2::types::{Instance, InstanceStateName as State};

use super::ec2::{filter, pages};
use crate::client::Aws;
use crate::error::Fault;

/// Those of these machines that run, or may run again.
///
/// # Errors
/// The fault of the call.
pub async fn living(aws: &Aws, ids: &[String]) -> Result<BTreeSet<String>, Fault> {
    let filters = filter("instance-id", ids);
    let reservations = pages(|token| async {
        let request = aws
            .ec2
            .describe_instances()
            .set_filters(Some(filters.clone()))
            .set_next_token(token);
        let answer = aws
            .read("ec2:DescribeInstances", || request.clone().send())
            .await?;
        Ok((answer.reservations, answer.next_token))
    })
    .await?;
    let machines = reservations
        .into_iter()
        .flat_map(|one| one.instances.unwrap_or_default());
    let there = machines.filter(|one| !has_ended(one));
    Ok(there.filter_map(|one| one.instance_id).collect())
}

fn has_ended(machine: &Instance) -> bool {
    let state = machine.state().and_then(|state| state.name());
    matches!(state, Some(State::ShuttingDown | State::Terminated))
}
