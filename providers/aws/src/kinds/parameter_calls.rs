//! The calls of `ssm.parameter`.

use std::collections::BTreeMap;

use aws_sdk_ssm::types::{
    ParameterMetadata, ParameterStringFilter, ParameterTier, ParameterType,
    ResourceTypeForTagging as TagType, Tag,
};
use futures::future::{join_all, try_join_all};
use provision_core::model::SecretValue;

use super::{Stop, pages};
use crate::client::Aws;
use crate::error::Fault;
use crate::field::internal;
use crate::marks::{STACK, Tags};
use crate::secrets::unquoted;

/// Names that one filter takes.
const NAMES: usize = 50;

/// A parameter, without its value.
#[derive(Clone, Debug, Default)]
pub(super) struct Found {
    /// Its name.
    pub(super) name: String,
    /// Its ARN, where the service tells it.
    pub(super) arn: Option<String>,
    /// Its description.
    pub(super) description: String,
    /// Its version.
    pub(super) version: i64,
    /// All its tags.
    pub(super) tags: Tags,
}

/// Reads the parameters of these names, and all of a stack when one is named, with their tags.
pub(super) async fn list(
    aws: &Aws,
    names: &[String],
    stack: Option<&str>,
) -> Result<BTreeMap<String, Found>, Fault> {
    let mut filters: Vec<ParameterStringFilter> = Vec::new();
    for names in names.chunks(NAMES) {
        filters.extend(filter("Name", names.to_vec()));
    }
    let of_stack = stack.map(|stack| filter(&format!("tag:{STACK}"), vec![stack.to_owned()]));
    filters.extend(of_stack.flatten());
    let reads = filters.iter().map(|filter| described(aws, filter));
    let all = try_join_all(reads).await?.into_iter().flatten();
    let rows: BTreeMap<String, ParameterMetadata> = all
        .filter_map(|row| Some((row.name.clone()?, row)))
        .collect();
    let found = join_all(rows.into_values().map(|row| tagged(aws, row))).await;
    let mut by_name = BTreeMap::new();
    for found in found {
        if let Some(found) = found? {
            by_name.insert(found.name.clone(), found);
        }
    }
    Ok(by_name)
}

/// Reads one parameter by its name; `None` when there is none.
pub(super) async fn one(aws: &Aws, name: &str) -> Result<Option<Found>, Fault> {
    let names = [name.to_owned()];
    Ok(list(aws, &names, None).await?.remove(name))
}

fn filter(key: &str, values: Vec<String>) -> Option<ParameterStringFilter> {
    let filter = ParameterStringFilter::builder().key(key).option("Equals");
    filter.set_values(Some(values)).build().ok()
}

async fn described(
    aws: &Aws,
    filter: &ParameterStringFilter,
) -> Result<Vec<ParameterMetadata>, Fault> {
    pages(|token| async {
        let request = aws
            .ssm()
            .describe_parameters()
            .parameter_filters(filter.clone())
            .max_results(50)
            .set_next_token(token);
        let answer = aws
            .read("ssm:DescribeParameters", || request.clone().send())
            .await?;
        Ok((answer.parameters, answer.next_token))
    })
    .await
}

/// Adds the tags; `None` when the parameter has just gone.
async fn tagged(aws: &Aws, row: ParameterMetadata) -> Result<Option<Found>, Fault> {
    let name = row.name.unwrap_or_default();
    let request = aws
        .ssm()
        .list_tags_for_resource()
        .resource_type(TagType::Parameter)
        .resource_id(&name);
    let answer = aws
        .read("ssm:ListTagsForResource", || request.clone().send())
        .await;
    let tags = match answer {
        Ok(answer) => answer.tag_list.unwrap_or_default(),
        Err(fault) if fault.is_not_found() => return Ok(None),
        Err(fault) => return Err(fault.about(name)),
    };
    Ok(Some(Found {
        name,
        arn: row.arn,
        description: row.description.unwrap_or_default(),
        version: row.version,
        tags: tags.into_iter().map(|tag| (tag.key, tag.value)).collect(),
    }))
}

/// The value; `None` when there is none.
pub(super) async fn value(aws: &Aws, name: &str) -> Result<Option<SecretValue>, Fault> {
    let request = aws.ssm().get_parameter().name(name).with_decryption(true);
    let answer = aws
        .read("ssm:GetParameter", || request.clone().send())
        .await;
    match answer {
        Ok(answer) => {
            let value = answer.parameter.and_then(|parameter| parameter.value);
            Ok(value.and_then(SecretValue::new))
        }
        Err(fault) if fault.is_not_found() => Ok(None),
        Err(fault) => Err(fault.about(name)),
    }
}

fn tag_list(tags: &Tags) -> Result<Vec<Tag>, Stop> {
    let tags = tags.iter().map(|(key, value)| {
        let tag = Tag::builder().key(key).value(value).build();
        tag.map_err(|error| Stop::Failure(internal(error.to_string())))
    });
    tags.collect()
}

/// Makes a parameter with its value, its description and its tags; answers its version.
pub(super) async fn create(
    aws: &Aws,
    name: &str,
    value: &SecretValue,
    description: &str,
    tags: &Tags,
) -> Result<i64, Stop> {
    let request = aws
        .ssm()
        .put_parameter()
        .name(name)
        .r#type(ParameterType::SecureString)
        .tier(ParameterTier::Standard)
        .value(value.reveal())
        .description(description)
        .overwrite(false)
        .set_tags(Some(tag_list(tags)?));
    let answer = aws
        .write("ssm:PutParameter", || request.clone().send())
        .await
        .map_err(|fault| Stop::Fault(unquoted(fault, value).about(name)))?;
    Ok(answer.version)
}

/// Puts a new version, with its description; answers which one it is.
pub(super) async fn put(
    aws: &Aws,
    name: &str,
    value: &SecretValue,
    description: &str,
) -> Result<i64, Stop> {
    // The tier is left as it is: one that somebody has raised cannot be lowered.
    let request = aws
        .ssm()
        .put_parameter()
        .name(name)
        .r#type(ParameterType::SecureString)
        .value(value.reveal())
        .description(description)
        .overwrite(true);
    let answer = aws
        .write("ssm:PutParameter", || request.clone().send())
        .await
        .map_err(|fault| Stop::Fault(unquoted(fault, value).about(name)))?;
    Ok(answer.version)
}

/// Sets tags.
pub(super) async fn tag(aws: &Aws, name: &str, tags: &Tags) -> Result<(), Stop> {
    let request = aws
        .ssm()
        .add_tags_to_resource()
        .resource_type(TagType::Parameter)
        .resource_id(name)
        .set_tags(Some(tag_list(tags)?));
    aws.write("ssm:AddTagsToResource", || request.clone().send())
        .await
        .map_err(|fault| Stop::OfNew(fault.about(name)))?;
    Ok(())
}

/// Removes tags.
pub(super) async fn untag(aws: &Aws, name: &str, keys: Vec<String>) -> Result<(), Stop> {
    let request = aws
        .ssm()
        .remove_tags_from_resource()
        .resource_type(TagType::Parameter)
        .resource_id(name)
        .set_tag_keys(Some(keys));
    aws.write("ssm:RemoveTagsFromResource", || request.clone().send())
        .await
        .map_err(|fault| Stop::OfNew(fault.about(name)))?;
    Ok(())
}

/// Removes a parameter.
pub(super) async fn delete(aws: &Aws, name: &str) -> Result<(), Stop> {
    let request = aws.ssm().delete_parameter().name(name);
    aws.write("ssm:DeleteParameter", || request.clone().send())
        .await
        .map_err(|fault| Stop::Fault(fault.about(name)))?;
    Ok(())
}

/// Whether there is a parameter of this name, or of the name in this ARN.
pub(crate) async fn has_parameter(aws: &Aws, stored: &str) -> Result<bool, Fault> {
    let name = match stored.split_once(":parameter/") {
        // Names without levels have no slash at their front, which an ARN does not tell.
        Some((_, name)) => vec![name.to_owned(), format!("/{name}")],
        None => vec![stored.to_owned()],
    };
    match filter("Name", name) {
        Some(filter) => Ok(!described(aws, &filter).await?.is_empty()),
        None => Ok(false),
    }
}
