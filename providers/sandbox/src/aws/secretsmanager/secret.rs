//! Secrets: what they are, and CreateSecret.

use jiff::Timestamp;
use serde::{Deserialize, Serialize};

use super::common::{CODE, arn, content, invalid, invalid_request, key, short, token};
use super::deletion::Deleted;
use super::{shadow, tags};
use crate::aws::shape::{Tag, Tags, body, length};
use crate::aws::{Call, Outcome};
use crate::store::{Document, Place, Tx};
use crate::wire::{ApiError, Body};

/// The most versions of a secret.
const VERSIONS: usize = 100;

/// A secret.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub(crate) struct Secret {
    /// Its name, which is its id.
    pub(crate) name: String,
    /// Its ARN, which ends in six random signs.
    pub(crate) arn: String,
    /// What somebody wrote about it.
    pub(crate) description: Option<String>,
    /// The KMS key, when it is not the service's own.
    pub(crate) key: Option<String>,
    /// Its tags.
    pub(crate) tags: Tags,
    /// Its versions, oldest first.
    pub(crate) versions: Vec<Version>,
    /// When it was marked for deletion, and how.
    pub(crate) deleted: Option<Deleted>,
    /// When it last changed.
    pub(crate) changed: Timestamp,
    /// When it was made.
    pub(crate) created: Timestamp,
}

/// A version of a secret.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub(crate) struct Version {
    /// Its id: the token of the call that made it.
    pub(crate) id: String,
    /// Its stages; without one it is deprecated.
    pub(crate) stages: Vec<String>,
    /// Its value.
    pub(crate) content: Content,
    /// When it was made.
    pub(crate) created: Timestamp,
}

/// A value.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub(crate) enum Content {
    /// A text.
    Text(String),
    /// Bytes, as base64.
    Binary(String),
}

impl Document for Secret {
    const SERVICE: &'static str = "secretsmanager";
    const KIND: &'static str = "secret";

    fn id(&self) -> String {
        self.name.clone()
    }

    fn created(&self) -> Timestamp {
        self.created
    }
}

impl Secret {
    /// The secret with a name, an ARN, or an ARN without its random end.
    pub(crate) fn find(tx: &Tx<'_>, place: &Place, id: &str) -> Option<Self> {
        let Some(rest) = id.strip_prefix(&arn(place, "")) else {
            return tx.get(place, id);
        };
        let whole = |name: &str| tx.get::<Self>(place, name).filter(|one| one.arn == id);
        let by_whole = rest.rsplit_once('-').and_then(|(name, _)| whole(name));
        // What looks like the random end is taken for it, so that such a name is not found by a partial ARN.
        let looks_whole = rest.rsplit_once('-').is_some_and(|(_, end)| {
            end.len() == 6 && end.bytes().all(|byte| byte.is_ascii_alphanumeric())
        });
        by_whole.or_else(|| (!looks_whole).then(|| tx.get(place, rest)).flatten())
    }

    /// Whether it is not marked for deletion.
    pub(crate) fn live(&self) -> bool {
        self.deleted.is_none()
    }

    /// The version with an id.
    pub(crate) fn version(&self, id: &str) -> Option<&Version> {
        self.versions.iter().find(|version| version.id == id)
    }

    /// The version with a stage.
    pub(crate) fn staged(&self, stage: &str) -> Option<&Version> {
        let has = |version: &&Version| version.stages.iter().any(|one| one == stage);
        self.versions.iter().find(has)
    }

    /// Adds a version with its stages. The first one is the current one in any case.
    pub(super) fn add(
        &mut self,
        id: &str,
        content: Content,
        stages: &[String],
        now: Timestamp,
    ) -> Result<(), ApiError> {
        let first = self.versions.is_empty();
        self.forget(now);
        if self.versions.len() >= VERSIONS {
            return Err(ApiError::bad(
                "LimitExceededException",
                "You've exceeded a Secrets Manager service quota: versions per secret.",
            ));
        }
        self.versions.push(Version {
            id: id.to_owned(),
            stages: Vec::new(),
            content,
            created: now,
        });
        for stage in stages {
            self.attach(stage, id);
        }
        if first && self.staged("AWSCURRENT").is_none() {
            self.attach("AWSCURRENT", id);
        }
        self.changed = now;
        Ok(())
    }

    /// Deprecated versions go when there are many, but not within a day.
    fn forget(&mut self, now: Timestamp) {
        let old = |version: &Version| {
            version.stages.is_empty() && now.duration_since(version.created).as_hours() >= 24
        };
        while self.versions.len() >= VERSIONS {
            let Some(at) = self.versions.iter().position(old) else {
                return;
            };
            self.versions.remove(at);
        }
    }

    /// A copy that says nothing of the values.
    pub(super) fn without_values(&self) -> Self {
        let mut copy = self.clone();
        for version in &mut copy.versions {
            version.content = Content::Text(String::new());
        }
        copy
    }
}

#[derive(Deserialize)]
#[serde(rename_all = "PascalCase", deny_unknown_fields)]
struct Request {
    name: String,
    client_request_token: Option<String>,
    description: Option<String>,
    kms_key_id: Option<String>,
    secret_binary: Option<String>,
    secret_string: Option<String>,
    #[serde(default)]
    tags: Vec<Tag>,
}

/// CreateSecret. The same call again, with its token, is the same secret.
pub(super) fn create(call: &mut Call<'_>) -> Outcome {
    let request: Request = body(call, CODE)?;
    check_name(&request.name)?;
    let description = request.description.as_deref().unwrap_or_default();
    length(CODE, "Description", description, 0, 2048)?;
    let token = token(request.client_request_token)?;
    let tags = tags::given(request.tags)?;
    let content = content(request.secret_string, request.secret_binary)?;
    if let Some(secret) = call.tx.get::<Secret>(&call.place, &request.name) {
        return again(&secret, &token, content.as_ref());
    }
    key(request.kms_key_id.as_deref())?;
    within_quota(call)?;
    let now = call.now();
    let mut secret = Secret {
        arn: format!(
            "{}-{}",
            arn(&call.place, &request.name),
            suffix(&mut call.tx)
        ),
        name: request.name,
        description: request.description,
        key: request.kms_key_id,
        tags,
        versions: Vec::new(),
        deleted: None,
        changed: now,
        created: now,
    };
    let mut answer = short(&secret);
    if let Some(content) = content {
        secret.add(&token, content, &["AWSCURRENT".to_owned()], now)?;
        answer["VersionId"] = token.into();
    }
    shadow::keep(&mut call.tx, &call.place, &secret);
    Ok(Body::Json(answer))
}

fn within_quota(call: &Call<'_>) -> Result<(), ApiError> {
    let have = call.tx.list::<Secret>(&call.place).len() as u64;
    match have < call.tx.config().quota("secretsmanager:secrets") {
        true => Ok(()),
        false => Err(ApiError::bad(
            "LimitExceededException",
            "You've exceeded a Secrets Manager service quota: secrets per account.",
        )),
    }
}

/// A create whose name is taken.
fn again(secret: &Secret, token: &str, content: Option<&Content>) -> Outcome {
    if !secret.live() {
        return Err(invalid_request(
            "You can't create this secret because a secret with this name is already scheduled for deletion.",
        ));
    }
    match (secret.version(token), content) {
        (Some(version), Some(content)) if version.content == *content => {
            let mut answer = short(secret);
            answer["VersionId"] = token.into();
            Ok(Body::Json(answer))
        }
        (Some(_), _) => Err(in_use(token, secret)),
        (None, _) => Err(ApiError::bad(
            "ResourceExistsException",
            format!(
                "The operation failed because the secret {} already exists.",
                secret.name
            ),
        )),
    }
}

/// The refusal of a token that made another version.
pub(super) fn in_use(token: &str, secret: &Secret) -> ApiError {
    ApiError::bad(
        "ResourceExistsException",
        format!(
            "You can't use ClientRequestToken {token} because that value is already in use for a version of secret {}.",
            secret.arn
        ),
    )
}

fn check_name(name: &str) -> Result<(), ApiError> {
    length(CODE, "Name", name, 1, 512)?;
    let legal = |byte: u8| byte.is_ascii_alphanumeric() || b"-/_+=.@!".contains(&byte);
    match name.bytes().all(legal) {
        true => Ok(()),
        false => Err(ApiError::bad(
            CODE,
            "Invalid name. Must be a valid name containing alphanumeric characters, or any of the following: -/_+=.@!",
        )),
    }
}

/// Six signs that nobody can guess.
pub(super) fn suffix(tx: &mut Tx<'_>) -> String {
    const SIGNS: &[u8; 62] = b"ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789";
    let hex = tx.fresh_hex("secret");
    let sign = |at: usize| {
        let number = usize::from_str_radix(hex.get(at * 4..at * 4 + 4)?, 16).ok()?;
        SIGNS
            .get(number % SIGNS.len())
            .map(|sign| char::from(*sign))
    };
    (0..6).filter_map(sign).collect()
}

/// Refuses more tags than a secret can have.
pub(super) fn check_count(tags: &Tags) -> Result<(), ApiError> {
    match tags.len() > 50 {
        true => Err(invalid("A secret can have no more than 50 tags.")),
        false => Ok(()),
    }
}
