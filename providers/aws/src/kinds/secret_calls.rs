//! The calls of `secretsmanager.secret`.

use aws_sdk_secretsmanager::types::{Filter, FilterNameStringType, Tag};
use aws_smithy_types::date_time::Format;
use provision_core::model::SecretValue;

use super::{Stop, pages};
use crate::client::Aws;
use crate::error::Fault;
use crate::marks::{Marks, STACK, Tags};
use crate::secrets::unquoted;

/// The stage of the version that is read when nobody says which.
const CURRENT: &str = "AWSCURRENT";

/// A secret as DescribeSecret tells it.
#[derive(Clone, Debug, Default)]
pub(super) struct Found {
    /// Its ARN.
    pub(super) arn: String,
    /// Its name.
    pub(super) name: String,
    /// All its tags.
    pub(super) tags: Tags,
    /// Since when, or until when, its deletion is scheduled: a day.
    pub(super) deleted: Option<String>,
    /// The id of the current version.
    pub(super) current: Option<String>,
    /// Ids of versions that have a stage.
    pub(super) versions: Vec<String>,
}

impl Found {
    /// Its marks.
    pub(super) fn marks(&self) -> Marks {
        Marks::of(&self.tags)
    }
}

fn tag_list(tags: &Tags) -> Vec<Tag> {
    tags.iter()
        .map(|(key, value)| Tag::builder().key(key).value(value).build())
        .collect()
}

/// Reads a secret by name or ARN, also one that waits for its deletion; `None` when there is none.
pub(super) async fn describe(aws: &Aws, id: &str) -> Result<Option<Found>, Fault> {
    let request = aws.secrets().describe_secret().secret_id(id);
    let answer = aws
        .read("secretsmanager:DescribeSecret", || request.clone().send())
        .await;
    let answer = match answer {
        Ok(answer) => answer,
        Err(fault) if fault.is_not_found() => return Ok(None),
        Err(fault) => return Err(fault.about(id)),
    };
    let day = |date: aws_smithy_types::DateTime| {
        let text = date.fmt(Format::DateTime).unwrap_or_default();
        text.chars().take(10).collect()
    };
    let stages = answer.version_ids_to_stages.unwrap_or_default();
    let is_current = |stages: &[String]| stages.iter().any(|stage| stage == CURRENT);
    let current = stages.iter().find(|(_, stages)| is_current(stages));
    let tags = answer.tags.unwrap_or_default().into_iter();
    Ok(Some(Found {
        arn: answer.arn.unwrap_or_default(),
        name: answer.name.unwrap_or_default(),
        tags: tags
            .filter_map(|tag| Some((tag.key?, tag.value?)))
            .collect(),
        deleted: answer.deleted_date.map(day),
        current: current.map(|(id, _)| id.clone()),
        versions: stages.into_keys().collect(),
    }))
}

/// ARNs of the secrets that are marked as the stack's, as far as the list knows.
pub(super) async fn list(aws: &Aws, stack: &str) -> Result<Vec<String>, Fault> {
    let filter =
        |key: FilterNameStringType, value: &str| Filter::builder().key(key).values(value).build();
    let filters = vec![
        filter(FilterNameStringType::TagKey, STACK),
        filter(FilterNameStringType::TagValue, stack),
    ];
    let secrets = pages(|token| async {
        let request = aws
            .secrets()
            .list_secrets()
            .set_filters(Some(filters.clone()))
            .max_results(100)
            .set_next_token(token);
        let answer = aws
            .read("secretsmanager:ListSecrets", || request.clone().send())
            .await?;
        Ok((answer.secret_list, answer.next_token))
    })
    .await?;
    Ok(secrets.into_iter().filter_map(|one| one.arn).collect())
}

/// The current value; `None` when it is no text, or there is none yet.
pub(super) async fn value(aws: &Aws, arn: &str) -> Result<Option<SecretValue>, Fault> {
    let request = aws.secrets().get_secret_value().secret_id(arn);
    let answer = aws
        .read("secretsmanager:GetSecretValue", || request.clone().send())
        .await;
    match answer {
        Ok(answer) => Ok(answer.secret_string.and_then(SecretValue::new)),
        Err(fault) if fault.is_not_found() => Ok(None),
        Err(fault) => Err(fault.about(arn)),
    }
}

/// Makes a secret with its value and its tags.
pub(super) async fn create(
    aws: &Aws,
    name: &str,
    value: &SecretValue,
    token: &str,
    tags: &Tags,
) -> Result<Found, Stop> {
    let request = aws
        .secrets()
        .create_secret()
        .name(name)
        .client_request_token(token)
        .secret_string(value.reveal())
        .set_tags(Some(tag_list(tags)));
    let answer = aws
        .write_once("secretsmanager:CreateSecret", || request.clone().send())
        .await
        .map_err(|fault| Stop::Fault(unquoted(fault, value).about(name)))?;
    let version = answer.version_id.unwrap_or_else(|| token.to_owned());
    Ok(Found {
        arn: answer.arn.unwrap_or_default(),
        name: name.to_owned(),
        tags: tags.clone(),
        deleted: None,
        current: Some(version.clone()),
        versions: vec![version],
    })
}

/// Puts a new version; answers whether it is the current one. One that was there before is left as it is.
pub(super) async fn put(
    aws: &Aws,
    arn: &str,
    value: &SecretValue,
    token: &str,
) -> Result<bool, Stop> {
    let request = aws
        .secrets()
        .put_secret_value()
        .secret_id(arn)
        .client_request_token(token)
        .secret_string(value.reveal());
    let answer = aws
        .write_once("secretsmanager:PutSecretValue", || request.clone().send())
        .await
        .map_err(|fault| Stop::OfNew(unquoted(fault, value).about(arn)))?;
    Ok(answer.version_stages().iter().any(|stage| stage == CURRENT))
}

/// Makes a version that is there the current one.
pub(super) async fn make_current(
    aws: &Aws,
    arn: &str,
    version: &str,
    before: Option<&str>,
) -> Result<(), Stop> {
    let request = aws
        .secrets()
        .update_secret_version_stage()
        .secret_id(arn)
        .version_stage(CURRENT)
        .move_to_version_id(version)
        .set_remove_from_version_id(before.map(str::to_owned));
    let call = "secretsmanager:UpdateSecretVersionStage";
    aws.write(call, || request.clone().send())
        .await
        .map_err(|fault| Stop::Fault(fault.about(arn)))?;
    Ok(())
}

/// Sets tags.
pub(super) async fn tag(aws: &Aws, arn: &str, tags: &Tags) -> Result<(), Stop> {
    let request = aws
        .secrets()
        .tag_resource()
        .secret_id(arn)
        .set_tags(Some(tag_list(tags)));
    aws.write("secretsmanager:TagResource", || request.clone().send())
        .await
        .map_err(|fault| Stop::OfNew(fault.about(arn)))?;
    Ok(())
}

/// Removes tags.
pub(super) async fn untag(aws: &Aws, arn: &str, keys: Vec<String>) -> Result<(), Stop> {
    let request = aws
        .secrets()
        .untag_resource()
        .secret_id(arn)
        .set_tag_keys(Some(keys));
    aws.write("secretsmanager:UntagResource", || request.clone().send())
        .await
        .map_err(|fault| Stop::OfNew(fault.about(arn)))?;
    Ok(())
}

/// Takes a deletion back.
pub(super) async fn restore(aws: &Aws, arn: &str) -> Result<(), Stop> {
    let request = aws.secrets().restore_secret().secret_id(arn);
    aws.write("secretsmanager:RestoreSecret", || request.clone().send())
        .await
        .map_err(|fault| Stop::Fault(fault.about(arn)))?;
    Ok(())
}

/// Schedules a deletion. One that is scheduled already stays as it is.
pub(super) async fn delete(aws: &Aws, arn: &str, days: u16) -> Result<(), Stop> {
    let request = aws
        .secrets()
        .delete_secret()
        .secret_id(arn)
        .recovery_window_in_days(i64::from(days));
    let answer = aws
        .write("secretsmanager:DeleteSecret", || request.clone().send())
        .await;
    match answer {
        Ok(_) => Ok(()),
        Err(fault) if is_scheduled(&fault) => Ok(()),
        Err(fault) => Err(Stop::Fault(fault.about(arn))),
    }
}

fn is_scheduled(fault: &Fault) -> bool {
    fault.is(&["InvalidRequestException"]) && fault.message.contains("deletion")
}

/// Whether there is a secret of this name or ARN that can be read.
pub(crate) async fn has_secret(aws: &Aws, id: &str) -> Result<bool, Fault> {
    let found = describe(aws, id).await?;
    Ok(found.is_some_and(|found| found.deleted.is_none()))
}
/// The tags of a secret or of a parameter, by its ARN; `None` when there is none.
pub(crate) async fn secret_tags(aws: &Aws, arn: &str) -> Result<Option<Tags>, Fault> {
    match arn.split_once(":parameter/") {
        Some((_, name)) => {
            let found = super::parameter_calls::one(aws, &format!("/{name}")).await?;
            Ok(found.map(|found| found.tags))
        }
        None => Ok(describe(aws, arn).await?.map(|found| found.tags)),
    }
}
