//! Launch templates as groups see them: looked up, checked, and made into instances.

use sha2::{Digest, Sha256};

use super::Group;
use super::common::invalid;
use super::source::Template;
use crate::aws::Call;
use crate::aws::ec2::{Launch, LaunchTemplate, SecurityGroup, Subnet, Tags, types};
use crate::aws::iam::{InstanceProfile, Role};
use crate::store::{Document, Place, Tx, hex};
use crate::wire::{ApiError, Params};

fn malformed(why: &str) -> ApiError {
    invalid(format!(
        "You must use a valid fully-formed launch template. {why}"
    ))
}

/// The template that a call names; without a version, the default one.
pub(super) fn find(call: &Call<'_>, named: &Params) -> Result<Template, ApiError> {
    let missing = |what: &str, value: &str| {
        malformed(&format!(
            "The specified launch template, with template {what} {value}, does not exist."
        ))
    };
    let found = match (
        named.get("LaunchTemplateId"),
        named.get("LaunchTemplateName"),
    ) {
        (Some(id), None) => call
            .tx
            .see::<LaunchTemplate>(&call.place, id)
            .ok_or_else(|| missing("ID", id))?,
        (None, Some(name)) => {
            let all = call.tx.see_all::<LaunchTemplate>(&call.place);
            let found = all.into_iter().find(|one| one.name == name);
            found.ok_or_else(|| missing("name", name))?
        }
        _ => {
            return Err(invalid(
                "Valid requests must contain either launchTemplateId or LaunchTemplateName",
            ));
        }
    };
    let template = Template {
        id: found.id,
        name: found.name,
        version: named.get("Version").unwrap_or("$Default").to_owned(),
    };
    match resolved(&call.tx, &call.place, &template) {
        Some(_) => Ok(template),
        None => Err(malformed(&format!(
            "Could not find the specified version {} for the launch template with ID {}.",
            template.version, template.id
        ))),
    }
}

/// The same with the number of its version; none when it is gone.
pub(super) fn resolved(tx: &Tx<'_>, place: &Place, template: &Template) -> Option<Template> {
    let found = tx.get::<LaunchTemplate>(place, &template.id)?;
    let number = found.resolve(&template.version)?;
    found.version(tx, place, number)?;
    Some(Template {
        version: number.to_string(),
        ..template.clone()
    })
}

/// What the version says of instances; none when it is gone.
fn data(tx: &Tx<'_>, place: &Place, template: &Template) -> Option<Params> {
    let found = tx.get::<LaunchTemplate>(place, &template.id)?;
    let number = found.resolve(&template.version)?;
    Some(found.version(tx, place, number)?.params())
}

/// Refuses a template of which no instance can be made.
pub(super) fn check(call: &Call<'_>, template: &Template, more: &[String]) -> Result<(), ApiError> {
    let found = data(&call.tx, &call.place, template).unwrap_or_default();
    match problem(&call.tx, &call.place, &found, more) {
        Some(why) => Err(malformed(&why)),
        None => Ok(()),
    }
}

/// Why no instance can be made of it.
fn problem(tx: &Tx<'_>, place: &Place, data: &Params, more: &[String]) -> Option<String> {
    if data.get("ImageId").is_none() {
        return Some("The request must contain the parameter ImageId".to_owned());
    }
    let own = data.get("InstanceType").map(str::to_owned);
    if own.is_none() && more.is_empty() {
        return Some("The request must contain the parameter InstanceType".to_owned());
    }
    let known = types();
    if let Some(strange) = own.iter().chain(more).find(|name| !known.contains(*name)) {
        return Some(format!(
            "The following supplied instance types do not exist: [{strange}]"
        ));
    }
    let groups = data.list("SecurityGroupId");
    let missing = |id: &&String| tx.see::<SecurityGroup>(place, id).is_none();
    if let Some(missing) = groups.iter().find(missing) {
        return Some(format!("The security group '{missing}' does not exist"));
    }
    let profile = data.under("IamInstanceProfile");
    let name = profile.get("Name").or_else(|| {
        let (_, path) = profile.get("Arn")?.split_once(":instance-profile/")?;
        path.rsplit('/').next()
    });
    match name {
        Some(name) if !profile_known(tx, place, name) => {
            Some("Invalid IAM Instance Profile name".to_owned())
        }
        None if !profile.is_empty() => Some("Invalid IAM Instance Profile ARN".to_owned()),
        _ => None,
    }
}

/// Whether EC2 has heard of the instance profile.
fn profile_known(tx: &Tx<'_>, place: &Place, name: &str) -> bool {
    let found = tx.see::<InstanceProfile>(&Role::place(&place.account), name);
    found.is_some_and(|one| {
        let known = one.created().checked_add(tx.config().propagation());
        known.is_ok_and(|known| known <= tx.now())
    })
}

/// An instance of the group in a subnet; or why there is none.
pub(super) fn launch<'a>(
    tx: &Tx<'_>,
    place: &Place,
    group: &Group,
    template: &Template,
    subnet: &'a Subnet,
) -> Result<Launch<'a>, String> {
    let data = data(tx, place, template).unwrap_or_default();
    let more = group.source.mixed.as_ref().map(|mixed| &mixed.types);
    let more = more.map_or(&[][..], Vec::as_slice);
    if let Some(why) = problem(tx, place, &data, more) {
        return Err(format!("{why}. Launching EC2 instance failed."));
    }
    let mut groups = data.list("SecurityGroupId");
    let foreign = |id: &&String| {
        let found = tx.get::<SecurityGroup>(place, id);
        found.is_none_or(|one| one.vpc_id != subnet.vpc_id)
    };
    if let Some(foreign) = groups.iter().find(foreign) {
        return Err(format!(
            "Security group {foreign} and subnet {} belong to different networks. Launching EC2 instance failed.",
            subnet.id
        ));
    }
    if groups.is_empty() {
        let all = tx.list::<SecurityGroup>(place).into_iter();
        let default = |one: &SecurityGroup| one.vpc_id == subnet.vpc_id && one.name == "default";
        groups.extend(all.filter(default).map(|one| one.id));
    }
    let own = data.get("InstanceType").map(str::to_owned);
    Ok(Launch {
        instance_type: more.first().cloned().or(own).unwrap_or_default(),
        image_id: image(data.get("ImageId").unwrap_or_default()),
        spot: false,
        subnet,
        groups,
        tags: tags(group, template, &data),
    })
}

/// The id of an image; of a parameter that names one, an id that goes with it.
fn image(named: &str) -> String {
    match named.strip_prefix("resolve:ssm:") {
        None => named.to_owned(),
        Some(parameter) => {
            let hex = hex(&Sha256::digest(parameter));
            format!("ami-0{}", hex.get(..16).unwrap_or_default())
        }
    }
}

/// The template's tags, the group's, and those of the services.
fn tags(group: &Group, template: &Template, data: &Params) -> Tags {
    let of_instances = |one: &Params| one.get("ResourceType") == Some("instance");
    let specifications = data.structures("TagSpecification").into_iter();
    let mut tags: Tags = specifications
        .filter(of_instances)
        .flat_map(|one| one.structures("Tag"))
        .filter_map(|tag| {
            let value = tag.get("Value").unwrap_or_default();
            Some((tag.get("Key")?.to_owned(), value.to_owned()))
        })
        .collect();
    let own = group.tags.iter().filter(|(_, tag)| tag.propagate);
    tags.extend(own.map(|(key, tag)| (key.clone(), tag.value.clone())));
    let pairs = [
        ("aws:autoscaling:groupName", &group.name),
        ("aws:ec2launchtemplate:id", &template.id),
        ("aws:ec2launchtemplate:version", &template.version),
    ];
    tags.extend(pairs.map(|(key, value)| (key.to_owned(), value.clone())));
    tags
}
