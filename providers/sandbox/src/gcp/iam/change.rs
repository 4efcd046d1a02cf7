//! Service accounts: changed, deleted, brought back, and their policies.

use serde::Deserialize;
use serde_json::json;

use super::account::{Account, Settings, gone, named};
use crate::gcp::refusal::{exists, invalid, not_found};
use crate::gcp::shape::read;
use crate::gcp::{Call, Outcome, policy};
use crate::wire::ApiError;

#[derive(Deserialize)]
#[serde(rename_all = "camelCase", deny_unknown_fields)]
struct Patch {
    #[serde(default)]
    service_account: Settings,
    #[serde(default)]
    update_mask: String,
}

/// `patch`: what the mask names.
pub(super) fn patch(call: &mut Call<'_>) -> Outcome {
    let wanted: Patch = read(call.operation, &call.json)?;
    let (place, mut account) = named(call)?;
    wanted.service_account.legal()?;
    let mask = match call.param("updateMask") {
        "" => wanted.update_mask.as_str(),
        mask => mask,
    };
    if mask.is_empty() {
        return Err(invalid("The update mask must not be empty."));
    }
    for name in mask.split(',') {
        match name {
            "displayName" | "display_name" => {
                account
                    .display_name
                    .clone_from(&wanted.service_account.display_name);
            }
            "description" => account
                .description
                .clone_from(&wanted.service_account.description),
            other => return Err(invalid(format!("Invalid field in update mask: {other}"))),
        }
    }
    call.tx.put(&place, &account);
    Ok(account.show(&place.account))
}

fn deleted_member(account: &Account) -> String {
    format!(
        "deleted:serviceAccount:{}?uid={}",
        account.email, account.unique_id
    )
}

fn resource(project: &str, account: &Account) -> String {
    format!("projects/{project}/serviceAccounts/{}", account.unique_id)
}

/// `delete`. Policies go on to name it, as deleted.
pub(super) fn delete(call: &mut Call<'_>) -> Outcome {
    let (place, mut account) = named(call).map_err(|error| as_gone(call, error))?;
    call.tx.delete::<Account>(&place, &account.email);
    account.ended = Some(call.now());
    call.tx.put(&place, &account);
    let member = format!("serviceAccount:{}", account.email);
    policy::rename(&mut call.tx, &member, &deleted_member(&account));
    Ok(json!({}))
}

/// `undelete`, by the number: as long as the name is not taken.
pub(super) fn undelete(call: &mut Call<'_>) -> Outcome {
    let number = call.param("account").to_owned();
    let all = call.tx.everywhere::<Account>().into_iter();
    let mut all = all.filter(|(at, _)| call.project.is_empty() || at.account == call.project);
    let found = all.find(|(_, account)| account.unique_id == number && account.deleted());
    let Some((place, mut account)) = found else {
        return Err(not_found("Unknown service account"));
    };
    if call.tx.get::<Account>(&place, &account.email).is_some() {
        let text = format!("Service account {} already exists.", account.email);
        return Err(exists(text));
    }
    let member = deleted_member(&account);
    call.tx
        .delete::<Account>(&place, &format!("deleted/{number}"));
    account.ended = None;
    call.tx.put(&place, &account);
    policy::rename(
        &mut call.tx,
        &member,
        &format!("serviceAccount:{}", account.email),
    );
    Ok(json!({ "restoredAccount": account.show(&place.account) }))
}

fn switch(call: &mut Call<'_>, disabled: bool) -> Outcome {
    let (place, mut account) = named(call)?;
    account.disabled = disabled;
    call.tx.put(&place, &account);
    Ok(json!({}))
}

/// `disable`.
pub(super) fn disable(call: &mut Call<'_>) -> Outcome {
    switch(call, true)
}

/// `enable`.
pub(super) fn enable(call: &mut Call<'_>) -> Outcome {
    switch(call, false)
}

fn as_gone(call: &Call<'_>, error: ApiError) -> ApiError {
    match error.status {
        404 => gone(call),
        _ => error,
    }
}

fn with_policy(call: &Call<'_>) -> Result<String, ApiError> {
    let (place, account) = named(call).map_err(|error| as_gone(call, error))?;
    Ok(resource(&place.account, &account))
}

/// `getIamPolicy`.
pub(super) fn policy(call: &mut Call<'_>) -> Outcome {
    let resource = with_policy(call)?;
    Ok(policy::get(call, &resource))
}

/// `setIamPolicy`.
pub(super) fn set_policy(call: &mut Call<'_>) -> Outcome {
    let resource = with_policy(call)?;
    policy::set(call, &resource)
}

/// `testIamPermissions`.
pub(super) fn test(call: &mut Call<'_>) -> Outcome {
    with_policy(call)?;
    policy::test(call)
}
