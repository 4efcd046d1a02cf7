//! Secrets as containers get them: by reference, pinned to a version, so that a changed one makes a new revision.

use provision_aws::{Field, whole_secret};
use provision_core::model::{Piece, Reference, ResourceId};
use provision_core::spec::{Secret, SecretSource};

use super::unit::{Unit, text};

/// A secret that a container gets.
pub(super) struct Reached {
    /// Its ARN, for `valueFrom`.
    pub(super) value_from: Field<String>,
    /// Its ARN, for policies.
    pub(super) resource: Field<String>,
    /// The call that reads it.
    pub(super) action: &'static str,
}

const FROM_MANAGER: &str = "secretsmanager:GetSecretValue";
const FROM_SSM: &str = "ssm:GetParameters";

/// How a container reaches a secret.
pub(super) fn reached(unit: &Unit<'_>, name: &str, secret: &Secret) -> Reached {
    if let SecretSource::Existing(stores) = &secret.from {
        let stored = stores.get("aws").map_or("", String::as_str);
        return existing(unit, stored, secret.store.as_deref() == Some("ssm"));
    }
    let address = format!("secret.{name}");
    if secret.store.as_deref() == Some("ssm") {
        let id = ResourceId::new(address, "parameter");
        return Reached {
            value_from: Field::output(&id, "arn"),
            resource: Field::output(&id, "arn"),
            action: FROM_SSM,
        };
    }
    let id = ResourceId::new(address, "secret");
    let piece = |output: &str| {
        Piece::Ref(Reference {
            id: id.clone(),
            output: output.to_owned(),
        })
    };
    // ARN, key, stage, version: key and stage are left open.
    let pinned = vec![
        piece("arn"),
        Piece::Text(":::".to_owned()),
        piece("version"),
    ];
    Reached {
        value_from: text(pinned),
        resource: Field::output(&id, "arn"),
        action: FROM_MANAGER,
    }
}

/// One that somebody else keeps: its newest version, when a task starts.
fn existing(unit: &Unit<'_>, stored: &str, ssm: bool) -> Reached {
    let action = match ssm || stored.contains(":ssm:") {
        true => FROM_SSM,
        false => FROM_MANAGER,
    };
    if stored.starts_with("arn:") {
        return Reached {
            value_from: stored.into(),
            resource: whole_secret(stored).into(),
            action,
        };
    }
    if ssm {
        let name = stored.trim_start_matches('/');
        let arn = unit.arn("ssm", &format!("parameter/{name}"));
        return Reached {
            value_from: arn.as_str().into(),
            resource: arn.into(),
            action,
        };
    }
    // Secrets Manager adds a hyphen and six characters to the name, and takes an ARN without them.
    let arn = unit.arn("secretsmanager", &format!("secret:{stored}"));
    Reached {
        resource: format!("{arn}-??????").into(),
        value_from: arn.into(),
        action,
    }
}
