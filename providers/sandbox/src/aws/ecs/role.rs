//! The roles that ECS works with: its own, and those of tasks.

use super::common::{client, invalid};
use crate::aws::Call;
use crate::aws::iam::Role;
use crate::store::{Place, Tx};
use crate::wire::ApiError;

/// Makes the service-linked role when the account has none. One that was just made cannot be taken everywhere yet.
pub(super) fn ensure(call: &mut Call<'_>) -> Result<Option<String>, ApiError> {
    let role = Role::service_linked(&mut call.tx, &call.place.account, "ecs.amazonaws.com");
    Ok(role.map(|role| role.arn()))
}

/// The ARN of the service-linked role, which must be usable by now unless this very call makes it.
pub(super) fn usable(call: &mut Call<'_>) -> Result<Option<String>, ApiError> {
    let role = Role::service_linked(&mut call.tx, &call.place.account, "ecs.amazonaws.com");
    match role {
        Some(role) if role.created < call.now() && !role.known_everywhere(&call.tx) => {
            Err(invalid(
                "Unable to assume the service linked role. Please verify that the ECS service linked role exists.",
            ))
        }
        role => Ok(role.map(|role| role.arn())),
    }
}

/// The ARN of a role that a task definition names, by ARN or by name.
pub(super) fn named(call: &Call<'_>, text: &str) -> Result<String, ApiError> {
    let arn = match text.starts_with("arn:") {
        true => text.to_owned(),
        false => format!("arn:aws:iam::{}:role/{text}", call.place.account),
    };
    match Role::of_arn(&call.tx, &arn) {
        Some(role) if role.account == call.place.account => Ok(arn),
        _ => Err(client("Role is not valid")),
    }
}

/// Why tasks cannot have a role, when they cannot.
pub(super) fn for_tasks(tx: &Tx<'_>, place: &Place, arn: &str) -> Option<String> {
    let usable = Role::usable_by(tx, &place.account, arn, "ecs-tasks.amazonaws.com");
    usable.is_err().then(|| {
        format!(
            "ECS was unable to assume the role '{arn}' that was provided for this task. Please verify that the role \
             being passed has the proper trust relationship and permissions and that your IAM user has permissions to \
             pass this role."
        )
    })
}
