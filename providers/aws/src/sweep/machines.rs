//! Volumes that were made for claims of pods. A volume lies in no network: only the cluster's own tags tell.

use aws_sdk_ec2::types::{Filter, Volume, VolumeState};

use super::found::{Busy, Found, Sort};
use crate::client::Aws;
use crate::error::Fault;
use crate::kinds::ec2::tags;
use crate::kinds::{filter, pages};

/// The volumes of these clusters.
pub(super) async fn volumes(aws: &Aws, clusters: &[String]) -> Result<Vec<Found>, Fault> {
    if clusters.is_empty() {
        return Ok(Vec::new());
    }
    // All volumes of a claim, whatever named its cluster: which that is, is told from the tags.
    let claims = ["CSIVolumeName", "kubernetes.io/created-for/pvc/name"];
    let mut found: Vec<Found> = list(aws, filter("tag-key", claims))
        .await?
        .iter()
        .map(volume)
        .collect();
    found.sort_by(|a, b| a.physical.cmp(&b.physical));
    Ok(found)
}

/// Volumes by filter.
pub(super) async fn list(aws: &Aws, filters: Vec<Filter>) -> Result<Vec<Volume>, Fault> {
    let filters = &filters;
    pages(|token| async move {
        let request = aws
            .ec2
            .describe_volumes()
            .set_filters(Some(filters.clone()))
            .set_next_token(token);
        let answer = aws
            .read("ec2:DescribeVolumes", || request.clone().send())
            .await?;
        Ok((answer.volumes, answer.next_token))
    })
    .await
}

/// A volume as it was found.
pub(super) fn volume(wire: &Volume) -> Found {
    let id = wire.volume_id().unwrap_or_default();
    let tags = tags(wire.tags.as_ref());
    let claim = tags
        .get("kubernetes.io/created-for/pvc/name")
        .or_else(|| tags.get("CSIVolumeName"));
    let held = wire.attachments().iter().find_map(|one| one.instance_id());
    let busy = match wire.state() {
        Some(VolumeState::Available) | None => None,
        Some(VolumeState::Deleting) => Some(Busy::Going("deletion".to_owned())),
        Some(state) => Some(Busy::Held(match held {
            Some(instance) => format!("instance {instance}"),
            None => state.as_str().to_owned(),
        })),
    };
    Found {
        sort: Sort::Volume,
        physical: id.to_owned(),
        name: claim.map_or_else(|| id.to_owned(), Clone::clone),
        vpc: None,
        tags,
        uses: Vec::new(),
        size: wire
            .volume_type()
            .map(|of| of.as_str().to_owned())
            .zip(wire.size().map(i64::from)),
        busy,
    }
}
