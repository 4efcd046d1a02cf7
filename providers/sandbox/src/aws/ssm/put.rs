//! PutParameter: a new parameter, or with `Overwrite` a new version of one.

use serde::Deserialize;
use serde_json::json;

use super::Parameter;
use super::common::{CODE, invalid};
use super::name;
use super::parameter::Version;
use crate::aws::shape::{self, Tag, Tags, body, constraint, length, one_of};
use crate::aws::{Call, Outcome};
use crate::wire::{ApiError, Body};

/// The most versions that are kept.
const VERSIONS: usize = 100;

const TIERS: &[&str] = &["Standard", "Advanced", "Intelligent-Tiering"];

#[derive(Deserialize)]
#[serde(rename_all = "PascalCase", deny_unknown_fields)]
struct Request {
    name: String,
    description: Option<String>,
    value: String,
    #[serde(rename = "Type")]
    kind: Option<String>,
    key_id: Option<String>,
    #[serde(default)]
    overwrite: bool,
    tags: Option<Vec<Tag>>,
    tier: Option<String>,
    data_type: Option<String>,
}

/// PutParameter.
pub(super) fn put(call: &mut Call<'_>) -> Outcome {
    let request: Request = body(call, CODE)?;
    check(&request)?;
    let tags = tags(&request)?;
    let old = Parameter::find(&call.tx, &call.place, &request.name);
    if old.is_some() && !request.overwrite {
        return Err(ApiError::bad(
            "ParameterAlreadyExists",
            "The parameter already exists. To overwrite this value, set the overwrite option in the request to true.",
        ));
    }
    let have = call.tx.list::<Parameter>(&call.place).len() as u64;
    if old.is_none() && have >= call.tx.config().quota("ssm:parameters") {
        return Err(ApiError::bad(
            "ParameterLimitExceeded",
            "You have exceeded the number of parameters for this AWS account.",
        ));
    }
    let version = version(call, request, old.as_ref())?;
    let answer = json!({"Version": version.number, "Tier": version.tier});
    let name = call.json["Name"].as_str().unwrap_or_default().to_owned();
    let mut parameter = old.unwrap_or_else(|| Parameter {
        name,
        versions: Vec::new(),
        tags,
        created: call.now(),
    });
    make_room(&mut parameter)?;
    parameter.versions.push(version);
    call.tx.put(&call.place, &parameter);
    Ok(Body::Json(answer))
}

fn check(request: &Request) -> Result<(), ApiError> {
    name::check(&request.name)?;
    if request.value.is_empty() {
        let rule = "have length greater than or equal to 1";
        return Err(constraint(CODE, "Value", "", rule));
    }
    let description = request.description.as_deref().unwrap_or_default();
    length(CODE, "Description", description, 0, 1024)?;
    if let Some(kind) = &request.kind {
        let kinds = ["SecureString", "StringList", "String"];
        one_of(CODE, "Type", kind, &kinds)?;
    }
    if let Some(tier) = &request.tier {
        one_of(CODE, "Tier", tier, TIERS)?;
    }
    if request
        .key_id
        .as_deref()
        .is_some_and(|key| key.contains("missing"))
    {
        return Err(ApiError::bad(
            "InvalidKeyId",
            "The query key ID isn't valid.",
        ));
    }
    Ok(())
}

fn tags(request: &Request) -> Result<Tags, ApiError> {
    let Some(tags) = &request.tags else {
        return Ok(Tags::new());
    };
    if request.overwrite && !tags.is_empty() {
        return Err(invalid(
            "Invalid request: tags and overwrite can't be used together. To create a parameter with tags, please \
             remove overwrite flag. To update tags for an existing parameter, please use AddTagsToResource or \
             RemoveTagsFromResource.",
        ));
    }
    let tags = shape::tags(tags.clone()).map_err(invalid)?;
    super::tags::check_count(&tags)?;
    Ok(tags)
}

/// The version that the request makes. What it does not say stays.
fn version(
    call: &Call<'_>,
    request: Request,
    old: Option<&Parameter>,
) -> Result<Version, ApiError> {
    let before = old.and_then(Parameter::newest);
    let kind = request.kind.or_else(|| Some(before?.kind.clone()));
    let kind =
        kind.ok_or_else(|| invalid("A parameter type is required when you create a parameter."))?;
    let secure = kind == "SecureString";
    if request.key_id.is_some() && !secure {
        return Err(invalid(
            "KeyId is required for SecureString type parameter only.",
        ));
    }
    let usual = || "alias/aws/ssm".to_owned();
    let kept = || before.and_then(|before| before.key.clone());
    Ok(Version {
        number: before.map_or(1, |before| before.number + 1),
        key: secure.then(|| request.key_id.or_else(kept).unwrap_or_else(usual)),
        tier: tier(request.tier.as_deref(), request.value.len(), before)?,
        data_type: data_type(request.data_type, &kind, &request.value, before)?,
        description: request
            .description
            .or_else(|| before.and_then(|before| before.description.clone())),
        value: request.value,
        kind,
        labels: Vec::new(),
        modified: call.now(),
        by: call.caller.clone(),
    })
}

fn tier(wish: Option<&str>, size: usize, before: Option<&Version>) -> Result<String, ApiError> {
    let was = before.is_some_and(|before| before.tier == "Advanced");
    let tier = match wish {
        Some("Intelligent-Tiering") if was || size > 4096 => "Advanced",
        Some("Advanced") => "Advanced",
        None if was => "Advanced",
        Some("Standard") if was => {
            return Err(invalid(
                "This parameter uses the advanced-parameter tier. You can't downgrade a parameter from the \
                 advanced-parameter tier to the standard-parameter tier. If necessary, you can delete the advanced \
                 parameter and recreate it as a standard parameter.",
            ));
        }
        _ => "Standard",
    };
    match tier {
        "Standard" if size > 4096 => Err(invalid(
            "Standard tier parameters support a maximum parameter value of 4096 characters. To create a larger \
             parameter value, upgrade the parameter to use the advanced-parameter tier. For more information, see \
             https://docs.aws.amazon.com/systems-manager/latest/userguide/parameter-store-advanced-parameters.html",
        )),
        _ if size > 8192 => Err(invalid(
            "Advanced tier parameters support a maximum parameter value of 8192 characters.",
        )),
        tier => Ok(tier.to_owned()),
    }
}

fn data_type(
    wish: Option<String>,
    kind: &str,
    value: &str,
    before: Option<&Version>,
) -> Result<String, ApiError> {
    let kept = || before.map(|before| before.data_type.clone());
    let data_type = wish.or_else(kept).unwrap_or_else(|| "text".to_owned());
    match data_type.as_str() {
        "text" => Ok(data_type),
        "aws:ec2:image" if kind == "String" && value.starts_with("ami-") => Ok(data_type),
        "aws:ec2:image" => Err(invalid(
            "The parameter value is not a valid Amazon Machine Image (AMI) ID.",
        )),
        _ => Err(invalid(
            "The following data type is not supported: it can be text or aws:ec2:image.",
        )),
    }
}

/// The oldest version goes for the newest, unless somebody has put a label on it.
fn make_room(parameter: &mut Parameter) -> Result<(), ApiError> {
    if parameter.versions.len() < VERSIONS {
        return Ok(());
    }
    let name = &parameter.name;
    match parameter.versions.first() {
        Some(oldest) if !oldest.labels.is_empty() => {
            let text = format!(
                "You attempted to create a new version of {name} by calling the PutParameter API with the overwrite \
                 flag. Version {}, the oldest version, can't be deleted because it has a label associated with it. \
                 Move the label to another version of the parameter, and try again.",
                oldest.number
            );
            Err(ApiError::bad("ParameterMaxVersionLimitExceeded", text))
        }
        _ => {
            parameter.versions.remove(0);
            Ok(())
        }
    }
}
