//! Launch templates as node groups see them.

use serde::Deserialize;

use super::common::{invalid, invalid_request};
use super::nodegroup::Template;
use crate::aws::Call;
use crate::aws::ec2::{LaunchTemplate, Tags};
use crate::store::{Place, Tx};
use crate::wire::{ApiError, Params};

/// `launchTemplate` of a request.
#[derive(Clone, Deserialize)]
#[serde(deny_unknown_fields)]
pub(super) struct Wish {
    /// The template by name.
    pub(super) name: Option<String>,
    /// The template by id.
    pub(super) id: Option<String>,
    /// The number of a version, `$Latest` or `$Default`.
    pub(super) version: Option<String>,
}

/// The version of the launch template that a request names: its default one without a wish.
pub(super) fn find(call: &Call<'_>, wish: &Wish) -> Result<Template, ApiError> {
    let missing = |what: &str| {
        invalid_request(format!(
            "Launch template {what} does not exist (Service: AmazonEC2; Status Code: 400; Error Code: \
             InvalidLaunchTemplateId.NotFound)"
        ))
    };
    let found = match (&wish.id, &wish.name) {
        (Some(id), None) => call
            .tx
            .see::<LaunchTemplate>(&call.place, id)
            .ok_or_else(|| missing(id))?,
        (None, Some(name)) => {
            let all = call.tx.see_all::<LaunchTemplate>(&call.place);
            let found = all.into_iter().find(|one| one.name == *name);
            found.ok_or_else(|| missing(name))?
        }
        _ => {
            return Err(invalid(
                "You must specify either the launch template ID or the launch template name in the request, but not both.",
            ));
        }
    };
    let version = wish.version.as_deref().unwrap_or("$Default");
    let number = found
        .resolve(version)
        .filter(|number| found.version(&call.tx, &call.place, *number).is_some());
    let Some(number) = number else {
        return Err(invalid_request(format!(
            "Launch template version {version} of {} does not exist (Service: AmazonEC2; Status Code: 400; Error Code: \
             InvalidLaunchTemplateId.VersionNotFound)",
            found.id
        )));
    };
    Ok(Template {
        id: found.id,
        name: found.name,
        version: number,
    })
}

/// What the version says of instances; none when it is gone.
pub(super) fn data(tx: &Tx<'_>, place: &Place, template: &Template) -> Option<Params> {
    let found = tx.get::<LaunchTemplate>(place, &template.id)?;
    Some(found.version(tx, place, template.version)?.params())
}

/// Refuses a version that a node group cannot have ("Customize managed nodes with launch templates").
pub(super) fn check(data: &Params) -> Result<(), ApiError> {
    if !data.under("IamInstanceProfile").is_empty() {
        return Err(invalid_request(
            "Launch template should not specify an instance profile. The noderole in your request will be used to \
             construct an instance profile.",
        ));
    }
    Ok(())
}

/// The tags that it gives to instances.
pub(super) fn instance_tags(data: &Params) -> Tags {
    data.structures("TagSpecification")
        .iter()
        .filter(|one| one.get("ResourceType") == Some("instance"))
        .flat_map(|one| one.structures("Tag"))
        .filter_map(|tag| {
            let value = tag.get("Value").unwrap_or_default();
            Some((tag.get("Key")?.to_owned(), value.to_owned()))
        })
        .collect()
}
