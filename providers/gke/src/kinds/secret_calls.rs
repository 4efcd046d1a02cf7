//! The calls of `gcp.secret`.

use google_cloud_secretmanager_v1::model::replication::user_managed::Replica;
use google_cloud_secretmanager_v1::model::replication::{Replication as Policy, UserManaged};
use google_cloud_secretmanager_v1::model::secret_version::State;
use google_cloud_secretmanager_v1::model::{
    Replication, Secret as Wire, SecretPayload, SecretVersion,
};
use google_cloud_wkt::FieldMask;
use provision_core::model::SecretValue;
use provision_kind::Tags;

use super::Stop;
use super::compute::{found, pages};
use super::operation::last;
use crate::client::Gcp;
use crate::error::Fault;

/// The list of a project's secrets.
pub(super) const LIST: &str = "secretmanager.secrets.list";

/// A secret as the service tells it, without its versions.
#[derive(Clone, Debug, Default)]
pub(super) struct Found {
    /// Its handle, with the project's id: answers write the number.
    pub(super) physical: String,
    /// Its name.
    pub(super) name: String,
    /// All its labels.
    pub(super) labels: Tags,
    /// All its annotations.
    pub(super) annotations: Tags,
    /// Of this state of it.
    pub(super) etag: String,
    /// Where its values lie; none = wherever Google likes.
    pub(super) locations: Vec<String>,
}

/// A version of a secret.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) struct Version {
    /// Its number.
    pub(super) number: u64,
    /// Its value can be read.
    pub(super) enabled: bool,
    /// Its value is gone.
    pub(super) destroyed: bool,
}

/// The handle of a secret.
pub(super) fn handle(gcp: &Gcp, name: &str) -> String {
    format!("projects/{}/secrets/{name}", gcp.project())
}

fn of_wire(gcp: &Gcp, wire: Wire) -> Found {
    let name = last(&wire.name).to_owned();
    let policy = wire
        .replication
        .and_then(|replication| replication.replication);
    let locations = match policy {
        Some(Policy::UserManaged(managed)) => {
            let replicas = managed.replicas.into_iter();
            replicas.map(|replica| replica.location).collect()
        }
        _ => Vec::new(),
    };
    Found {
        physical: handle(gcp, &name),
        name,
        labels: wire.labels.into_iter().collect(),
        annotations: wire.annotations.into_iter().collect(),
        etag: wire.etag,
        locations,
    }
}

fn version_of(wire: &SecretVersion) -> Version {
    Version {
        number: last(&wire.name).parse().unwrap_or_default(),
        enabled: wire.state == State::Enabled,
        destroyed: wire.state == State::Destroyed,
    }
}

/// All secrets of the project.
pub(super) async fn list(gcp: &Gcp) -> Result<Vec<Found>, Fault> {
    let client = gcp.secrets().await?;
    let pages = pages(|token| async move {
        let request = client
            .list_secrets()
            .set_parent(format!("projects/{}", gcp.project()))
            .set_page_token(token.unwrap_or_default());
        let page = gcp.read(LIST, || request.clone().send()).await?;
        Ok((page.secrets, Some(page.next_page_token)))
    });
    let all = pages.await?.into_iter().flatten();
    Ok(all.map(|wire| of_wire(gcp, wire)).collect())
}

/// A secret by its handle; `None` when there is none.
pub(super) async fn get(gcp: &Gcp, physical: &str) -> Result<Option<Found>, Fault> {
    let client = gcp.secrets().await?;
    let request = client.get_secret().set_name(physical);
    let answer = gcp
        .read("secretmanager.secrets.get", || request.clone().send())
        .await;
    let wire = found(answer.map_err(|fault| fault.about(physical)))?;
    Ok(wire.map(|wire| of_wire(gcp, wire)))
}

/// All versions of a secret, the newest first.
pub(super) async fn versions(gcp: &Gcp, physical: &str) -> Result<Vec<Version>, Fault> {
    let client = gcp.secrets().await?;
    let pages = pages(|token| async move {
        let request = client
            .list_secret_versions()
            .set_parent(physical)
            .set_page_token(token.unwrap_or_default());
        let call = "secretmanager.versions.list";
        let page = gcp.read(call, || request.clone().send()).await;
        let page = page.map_err(|fault| fault.about(physical))?;
        Ok((page.versions, Some(page.next_page_token)))
    });
    let all = pages.await?;
    let mut all: Vec<Version> = all.iter().flatten().map(version_of).collect();
    all.sort_by_key(|version| std::cmp::Reverse(version.number));
    Ok(all)
}

/// A version by its number. Unlike a list, such a read knows a version as soon as it is there.
pub(super) async fn version(
    gcp: &Gcp,
    physical: &str,
    number: u64,
) -> Result<Option<Version>, Fault> {
    let client = gcp.secrets().await?;
    let request = client
        .get_secret_version()
        .set_name(format!("{physical}/versions/{number}"));
    let answer = gcp
        .read("secretmanager.versions.get", || request.clone().send())
        .await;
    let wire = found(answer.map_err(|fault| fault.about(physical)))?;
    Ok(wire.as_ref().map(version_of))
}

/// The value of a version; `None` when it is no text, or cannot be had any more.
pub(super) async fn access(
    gcp: &Gcp,
    physical: &str,
    number: u64,
) -> Result<Option<SecretValue>, Fault> {
    let client = gcp.secrets().await?;
    let request = client
        .access_secret_version()
        .set_name(format!("{physical}/versions/{number}"));
    let answer = gcp
        .read("secretmanager.versions.access", || request.clone().send())
        .await;
    let answer = match answer {
        Ok(answer) => answer,
        Err(fault) if fault.is_not_found() || is_off(&fault) => return Ok(None),
        Err(fault) => return Err(fault.about(physical)),
    };
    let text = answer
        .payload
        .and_then(|payload| String::from_utf8(payload.data.to_vec()).ok());
    Ok(text.and_then(SecretValue::new))
}

/// Whether a version is refused because of the state it is in.
fn is_off(fault: &Fault) -> bool {
    fault.is(&["FAILED_PRECONDITION"]) && fault.message.contains(" state")
}

/// Makes a secret without a value, in one region.
pub(super) async fn create(
    gcp: &Gcp,
    name: &str,
    locations: &[String],
    labels: &Tags,
    annotations: &Tags,
) -> Result<Found, Stop> {
    let replicas = locations
        .iter()
        .map(|location| Replica::new().set_location(location));
    let managed = UserManaged::new().set_replicas(replicas);
    let secret = Wire::new()
        .set_replication(Replication::new().set_user_managed(managed))
        .set_labels(labels.clone())
        .set_annotations(annotations.clone());
    let client = gcp.secrets().await?;
    let request = client
        .create_secret()
        .set_parent(format!("projects/{}", gcp.project()))
        .set_secret_id(name)
        .set_secret(secret);
    let made = gcp
        .write("secretmanager.secrets.create", || request.clone().send())
        .await?;
    Ok(of_wire(gcp, made))
}

/// Adds a version; answers its number. Nothing makes a second call the same as the first one.
pub(super) async fn add(gcp: &Gcp, physical: &str, value: &SecretValue) -> Result<u64, Stop> {
    let data = bytes::Bytes::copy_from_slice(value.reveal().as_bytes());
    let client = gcp.secrets().await?;
    let request = client
        .add_secret_version()
        .set_parent(physical)
        .set_payload(SecretPayload::new().set_data(data));
    let made = gcp
        .write("secretmanager.versions.add", || request.clone().send())
        .await
        .map_err(|fault| Stop::OfNew(unquoted(fault, value).about(physical)))?;
    Ok(version_of(&made).number)
}

/// A fault whose words quote no value, should a service repeat what it refuses.
fn unquoted(mut fault: Fault, value: &SecretValue) -> Fault {
    fault.message = value.masked(&fault.message);
    fault
}

/// Sets all annotations, unless somebody changed the secret since it was read.
pub(super) async fn annotate(gcp: &Gcp, of: &Found, annotations: &Tags) -> Result<(), Stop> {
    let secret = Wire::new().set_annotations(annotations.clone());
    patch(gcp, of, secret, "annotations").await
}

/// Sets all labels, unless somebody changed the secret since it was read.
pub(super) async fn label(gcp: &Gcp, of: &Found, labels: &Tags) -> Result<(), Stop> {
    let secret = Wire::new().set_labels(labels.clone());
    patch(gcp, of, secret, "labels").await
}

async fn patch(gcp: &Gcp, of: &Found, secret: Wire, field: &str) -> Result<(), Stop> {
    let client = gcp.secrets().await?;
    let request = client
        .update_secret()
        .set_secret(secret.set_name(&of.physical).set_etag(&of.etag))
        .set_update_mask(FieldMask::default().set_paths([field]));
    let answer = gcp
        .write("secretmanager.secrets.patch", || request.clone().send())
        .await;
    match answer {
        Ok(_) => Ok(()),
        // It is read again before the next try.
        Err(fault) if fault.is_stale() => Err(Stop::Later(fault.to_string())),
        Err(fault) => Err(Stop::Fault(fault.about(&of.physical))),
    }
}

/// Destroys the value of a version, for good. One that is destroyed stays so.
pub(super) async fn destroy(gcp: &Gcp, physical: &str, number: u64) -> Result<(), Stop> {
    let client = gcp.secrets().await?;
    let request = client
        .destroy_secret_version()
        .set_name(format!("{physical}/versions/{number}"));
    let answer = gcp
        .write("secretmanager.versions.destroy", || request.clone().send())
        .await;
    match answer {
        Ok(_) => Ok(()),
        Err(fault) if fault.is_not_found() || is_off(&fault) => Ok(()),
        Err(fault) => Err(Stop::Fault(fault.about(physical))),
    }
}

/// Deletes a secret with all its versions, at once and for good.
pub(super) async fn delete(gcp: &Gcp, physical: &str) -> Result<(), Stop> {
    let client = gcp.secrets().await?;
    let request = client.delete_secret().set_name(physical);
    gcp.write("secretmanager.secrets.delete", || request.clone().send())
        .await
        .map_err(|fault| Stop::Fault(fault.about(physical)))
}

/// Whether there is a secret of this handle.
pub(crate) async fn has_secret(gcp: &Gcp, physical: &str) -> Result<bool, Fault> {
    Ok(get(gcp, physical).await?.is_some())
}
