//! What the annotations of a secret say of its value, and whether that is the one at hand.

use std::collections::BTreeMap;

use provision_core::contract::{Class, Failure};
use provision_core::model::{Hole, SecretValue, Value};
use provision_kind::secrets::{ANOTHER, AS_DECLARED, READ, digest, hex, salt, word};
use provision_kind::{Tags, internal};

use super::secret::Secret;
use super::secret_calls::{self as calls, Found, Version};
use super::{Cx, Stop};
use crate::client::Gcp;
use crate::error::Fault;

/// The value between two calls of ours: what is to be added is written down.
pub(super) const PENDING: &str = "pending";

/// The value between two calls of ours: the version is there.
pub(super) const STORED: &str = "stored";

/// To a survey: there is no version with a value.
pub(super) const NONE: &str = "none";

/// To a survey: a run died before it was through.
pub(super) const UNFINISHED: &str = "unfinished";

/// Annotations.
const SALT: &str = "provision-salt";
const DIGEST: &str = "provision-digest";
const VERSION: &str = "provision-version";
const BEFORE: &str = "provision-before";
const COMING: &str = "provision-pending";

/// What is pending where there is no digest.
const PLAIN: &str = "undigested";

/// So many versions, at most, are looked for that a list does not show yet.
const UNSEEN: u64 = 8;

/// How a value is compared.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub(super) struct Wish {
    /// By reading it.
    reads: bool,
    /// Not at all: it was made by us.
    generated: bool,
}

impl Wish {
    /// Of a desired resource.
    pub(super) fn of<H: Hole>(fields: &BTreeMap<String, Value<H>>) -> Self {
        let compare = fields.get("compare").and_then(Value::as_text);
        let generate = fields.get("generate");
        Self {
            reads: compare == Some(READ),
            generated: generate.is_some_and(|value| !matches!(value, Value::Null)),
        }
    }

    /// Of the fields of a kind.
    pub(super) fn of_want(want: &Secret) -> Self {
        Self {
            reads: want.kept.reads(),
            generated: want.kept.generate.is_some(),
        }
    }

    /// What the store holds, against the value at hand, in one word; nothing where nothing can be said.
    pub(super) async fn held(
        self,
        gcp: &Gcp,
        found: &Found,
        versions: &[Version],
        value: Option<&SecretValue>,
    ) -> Result<Option<String>, Fault> {
        if value.is_none() && !self.generated {
            return Ok(None);
        }
        let Some(newest) = versions.first() else {
            return Ok(Some(NONE.to_owned()));
        };
        let noted = Noted::of(&found.annotations);
        if noted.pending.is_some() {
            return Ok(Some(UNFINISHED.to_owned()));
        }
        let Some(value) = value.filter(|_| !self.generated) else {
            let lost = versions.iter().all(|version| version.destroyed);
            return Ok(Some(if lost { NONE } else { AS_DECLARED }.to_owned()));
        };
        if !newest.enabled {
            return Ok(Some(ANOTHER.to_owned()));
        }
        if self.reads {
            let held = calls::access(gcp, &found.physical, newest.number).await?;
            return Ok(word(Some(held.as_ref() == Some(value))));
        }
        Ok(word(Some(noted.is_of(value, newest.number).await)))
    }
}

/// What the annotations say.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub(super) struct Noted {
    salt: Option<String>,
    digest: Option<String>,
    /// The version that was settled last.
    version: Option<u64>,
    /// The one before it.
    pub(super) before: Option<u64>,
    /// The digest of the value that is to be added.
    pub(super) pending: Option<String>,
}

impl Noted {
    /// Reads them.
    pub(super) fn of(annotations: &Tags) -> Self {
        let text = |key: &str| annotations.get(key).cloned();
        let number = |key: &str| annotations.get(key)?.parse().ok();
        Self {
            salt: text(SALT),
            digest: text(DIGEST),
            version: number(VERSION),
            before: number(BEFORE),
            pending: text(COMING),
        }
    }

    /// Whether the digest is of this value and of this version.
    async fn is_of(&self, value: &SecretValue, number: u64) -> bool {
        let (Some(salt), Some(held)) = (&self.salt, &self.digest) else {
            return false;
        };
        let digest = digest(value, salt).await;
        self.version == Some(number) && digest.is_some_and(|digest| hex(&digest) == *held)
    }

    /// The annotations once a version is current.
    pub(super) fn settled(&self, annotations: &Tags, number: u64, wish: Wish) -> Tags {
        let mut all = annotations.clone();
        let digest = self.pending.clone().filter(|one| one != PLAIN);
        let digest = digest.filter(|_| !wish.reads && !wish.generated);
        let before = self.version.filter(|version| *version != number);
        for (key, value) in [
            (COMING, None),
            (DIGEST, digest),
            (VERSION, Some(number.to_string())),
            (BEFORE, before.map(|number| number.to_string())),
        ] {
            match value {
                Some(value) => all.insert(key.to_owned(), value),
                None => all.remove(key),
            };
        }
        all
    }
}

/// The annotations by which a version is announced. A salt stays as long as the secret.
pub(super) async fn written(
    cx: &Cx<'_>,
    want: &Secret,
    annotations: &Tags,
) -> Result<Tags, Failure> {
    let mut all = annotations.clone();
    let wish = Wish::of_want(want);
    if wish.reads || wish.generated {
        all.insert(COMING.to_owned(), PLAIN.to_owned());
        return Ok(all);
    }
    let value = want.kept.at_hand(cx)?;
    let kept = all.get(SALT).cloned();
    let known = match kept {
        Some(salt) => digest(value, &salt).await.map(|digest| (salt, digest)),
        None => None,
    };
    let (salt, digest) = match known {
        Some(known) => known,
        None => {
            let salt = salt()?;
            let digest = digest(value, &salt).await;
            let digest = digest
                .ok_or_else(|| internal("the digest of a value could not be made".to_owned()))?;
            (salt, digest)
        }
    };
    all.insert(SALT.to_owned(), salt);
    all.insert(COMING.to_owned(), hex(&digest));
    Ok(all)
}

/// What an earlier run had come to before it died.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Added {
    /// It added no version, as far as can be told.
    Nothing,
    /// It added the value at hand.
    Same(u64),
    /// It added a value that was at hand then.
    Other(u64),
}

/// What an earlier run has added of what it noted. Who may not read adds once more, which does no harm.
pub(super) async fn added(
    cx: &Cx<'_>,
    want: &Secret,
    found: &Found,
    noted: &Noted,
) -> Result<Added, Stop> {
    let Some(newest) = newest(cx.gcp, &found.physical).await? else {
        return Ok(Added::Nothing);
    };
    let number = newest.number;
    if !newest.enabled || noted.version.is_some_and(|version| version >= number) {
        return Ok(Added::Nothing);
    }
    if want.kept.generate.is_some() {
        return Ok(Added::Same(number));
    }
    let held = match calls::access(cx.gcp, &found.physical, number).await {
        Ok(held) => held,
        Err(fault) if fault.failure().class == Class::Denied => return Ok(Added::Nothing),
        Err(fault) => return Err(Stop::Fault(fault)),
    };
    let Some(held) = held else {
        return Ok(Added::Nothing);
    };
    if held == *want.kept.at_hand(cx)? {
        return Ok(Added::Same(number));
    }
    let digest = match &noted.salt {
        Some(salt) => digest(&held, salt).await.map(|digest| hex(&digest)),
        None => None,
    };
    Ok(match digest.is_some() && digest == noted.pending {
        true => Added::Other(number),
        false => Added::Nothing,
    })
}

/// The newest version, also when a list does not show it yet.
async fn newest(gcp: &Gcp, physical: &str) -> Result<Option<Version>, Fault> {
    let mut newest = calls::versions(gcp, physical).await?.first().copied();
    for _ in 0..UNSEEN {
        let next = newest.map_or(0, |version| version.number) + 1;
        match calls::version(gcp, physical, next).await? {
            Some(version) => newest = Some(version),
            None => break,
        }
    }
    Ok(newest)
}

#[cfg(test)]
mod tests {
    #![allow(clippy::unwrap_used)]
    use super::*;

    fn tags(all: &[(&str, &str)]) -> Tags {
        let owned = |(key, value): &(&str, &str)| ((*key).to_owned(), (*value).to_owned());
        all.iter().map(owned).collect()
    }

    #[tokio::test]
    async fn a_digest_is_of_one_value_and_of_one_version() {
        let salt = "000102030405060708090a0b0c0d0e0f";
        let value = SecretValue::new("hunter2".to_owned()).unwrap();
        let held = hex(&digest(&value, salt).await.unwrap());
        let all = tags(&[(SALT, salt), (DIGEST, &held), (VERSION, "3")]);
        let noted = Noted::of(&all);
        assert!(noted.is_of(&value, 3).await);
        // Somebody added one.
        assert!(!noted.is_of(&value, 4).await);
        let other = SecretValue::new("hunter3".to_owned()).unwrap();
        assert!(!noted.is_of(&other, 3).await);
    }

    #[test]
    fn what_was_pending_becomes_current_and_what_was_current_the_one_before() {
        let all = tags(&[
            ("team", "web"),
            (SALT, "00"),
            (DIGEST, "aa"),
            (VERSION, "3"),
            (BEFORE, "2"),
            (COMING, "bb"),
        ]);
        let settled = Noted::of(&all).settled(&all, 4, Wish::default());
        let wanted = [
            ("team", "web"),
            (SALT, "00"),
            (DIGEST, "bb"),
            (VERSION, "4"),
            (BEFORE, "3"),
        ];
        assert_eq!(settled, tags(&wanted));
        let reads = Wish {
            reads: true,
            ..Wish::default()
        };
        assert!(!Noted::of(&all).settled(&all, 4, reads).contains_key(DIGEST));
    }
}
