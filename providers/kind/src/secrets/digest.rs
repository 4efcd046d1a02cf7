//! Digests of values: Argon2id over the value, with a random salt that lies beside the digest in the store.
//!
//! Whoever may list secrets sees both, so that a weak value could be tried out. That is why it is Argon2id, which makes each
//! try dear; `compare = "read"` stores no digest at all. There is no key, because there is no place to keep one that every
//! machine could reach and no reader of tags could.

use argon2::{Algorithm, Argon2, Params, Version};
use provision_core::contract::Failure;
use provision_core::model::SecretValue;
use uuid::Builder;

use crate::field::internal;

/// Memory in KiB, passes, lanes: the least that OWASP's cheat sheet on storing passwords names. They are part of what a
/// digest means: another figure, another digest.
const COST: (u32, u32, u32) = (19_456, 2, 1);

/// Bytes of a digest and of a salt.
const BYTES: usize = 16;

/// A new salt, in hex.
///
/// # Errors
/// This machine gives no random numbers.
pub fn salt() -> Result<String, Failure> {
    Ok(hex(&random()?))
}

/// The id of a version that tells nothing of its value.
///
/// # Errors
/// This machine gives no random numbers.
pub fn random_id() -> Result<String, Failure> {
    let id = Builder::from_random_bytes(random()?).into_uuid();
    Ok(id.to_string())
}

fn random() -> Result<[u8; BYTES], Failure> {
    let mut bytes = [0; BYTES];
    getrandom::fill(&mut bytes)
        .map_err(|error| internal(format!("this machine gives no random numbers: {error}")))?;
    Ok(bytes)
}

/// The digest of a value; `None` when the salt is none of ours.
pub async fn digest(value: &SecretValue, salt: &str) -> Option<[u8; BYTES]> {
    let (value, salt) = (value.clone(), salt.to_owned());
    // It is meant to take its time, which other calls can use.
    let work = tokio::task::spawn_blocking(move || {
        let (memory, passes, lanes) = COST;
        let params = Params::new(memory, passes, lanes, Some(BYTES)).ok()?;
        let argon = Argon2::new(Algorithm::Argon2id, Version::V0x13, params);
        let mut digest = [0; BYTES];
        let value = value.reveal().as_bytes();
        argon
            .hash_password_into(value, salt.as_bytes(), &mut digest)
            .ok()?;
        Some(digest)
    });
    work.await.ok().flatten()
}

/// The digest in the form of a UUID, which Secrets Manager takes as the id of a version; `None` when the salt is none of
/// ours.
pub async fn version_id(value: &SecretValue, salt: &str) -> Option<String> {
    let digest = digest(value, salt).await?;
    let id = Builder::from_custom_bytes(digest).into_uuid();
    Some(id.to_string())
}

/// Bytes in hex.
#[must_use]
pub fn hex(bytes: &[u8]) -> String {
    bytes.iter().map(|byte| format!("{byte:02x}")).collect()
}

#[cfg(test)]
mod tests {
    #![allow(clippy::unwrap_used)]
    use super::*;

    const SALT: &str = "000102030405060708090a0b0c0d0e0f";

    fn value(text: &str) -> SecretValue {
        SecretValue::new(text.to_owned()).unwrap()
    }

    #[tokio::test]
    async fn the_same_value_and_salt_are_the_same_version_and_nothing_else_is() {
        let id = version_id(&value("hunter2"), SALT).await.unwrap();
        assert_eq!(version_id(&value("hunter2"), SALT).await.unwrap(), id);
        assert_ne!(version_id(&value("hunter3"), SALT).await.unwrap(), id);
        let other = salt().unwrap();
        assert_ne!(version_id(&value("hunter2"), &other).await.unwrap(), id);
        // All APIs take tokens of this length, and it quotes nothing.
        assert!(id.len() == 36 && !id.contains("hunter"));
    }

    #[tokio::test]
    async fn a_salt_that_somebody_cut_is_none() {
        assert_eq!(digest(&value("hunter2"), "00").await, None);
    }

    #[test]
    fn salts_differ() {
        let (one, other) = (salt().unwrap(), salt().unwrap());
        assert!(one.len() == 32 && one != other);
    }
}
