//! Volumes: made for claims of pods by a cluster's storage driver, which is played by the plant.

use jiff::Timestamp;
use serde::{Deserialize, Serialize};

use super::common::{done, required, stamp};
use super::resource::{Listing, Resource, Words, describe, find};
use super::tags::{self, Tags};
use crate::aws::{Call, Outcome};
use crate::phase::{Phase, StateTable, Step};
use crate::store::{Document, Place, Tx};
use crate::wire::{ApiError, Fields};

/// States of a volume.
const STATES: StateTable = &[Step {
    from: "deleting",
    seconds: 5,
    to: "gone",
}];

/// A volume.
#[derive(Clone, Debug, Serialize, Deserialize)]
pub(crate) struct Volume {
    /// Its id.
    pub(crate) id: String,
    /// Its zone.
    pub(crate) zone: String,
    /// Its size in GiB.
    pub(crate) size: u32,
    /// The instance it is attached to.
    pub(crate) instance_id: Option<String>,
    /// Its state: `available`, `in-use`, `deleting`.
    pub(crate) phase: Phase,
    /// Its tags.
    pub(crate) tags: Tags,
    /// When it was made.
    pub(crate) created: Timestamp,
}

impl Volume {
    /// Makes a volume that nothing is attached to.
    pub(crate) fn make(tx: &mut Tx<'_>, place: &Place, zone: &str, size: u32, tags: Tags) -> Self {
        let volume = Self {
            id: tx.fresh_id("vol"),
            zone: zone.to_owned(),
            size,
            instance_id: None,
            phase: Phase::new("available", tx.now()),
            tags,
            created: tx.now(),
        };
        tx.put(place, &volume);
        volume
    }

    /// Brings volumes to the present.
    pub(super) fn settle(tx: &mut Tx<'_>) {
        for (place, mut volume) in tx.everywhere::<Self>() {
            if volume.phase.advance(STATES, tx.config(), tx.now()) {
                tx.delete::<Self>(&place, &volume.id);
            }
        }
    }
}

impl Document for Volume {
    const SERVICE: &'static str = "ec2";
    const KIND: &'static str = "volume";

    fn id(&self) -> String {
        self.id.clone()
    }

    fn created(&self) -> Timestamp {
        self.created
    }
}

impl Resource for Volume {
    const WORDS: Words = Words {
        prefix: "vol",
        noun: "The volume",
        not_found: "InvalidVolume.NotFound",
        malformed: "InvalidVolumeID.Malformed",
        filters: &[
            "volume-id",
            "status",
            "availability-zone",
            "attachment.instance-id",
        ],
    };

    fn tags(&self) -> &Tags {
        &self.tags
    }

    fn tags_mut(&mut self) -> &mut Tags {
        &mut self.tags
    }

    fn values(&self, filter: &str, _: &Tx<'_>, _: &Place) -> Vec<String> {
        match filter {
            "volume-id" => vec![self.id.clone()],
            "status" => vec![self.phase.state.clone()],
            "availability-zone" => vec![self.zone.clone()],
            _ => self.instance_id.iter().cloned().collect(),
        }
    }

    fn fields(&self, _: &Tx<'_>, _: &Place) -> Fields {
        let attached = self.instance_id.iter().map(|instance| {
            Fields::new()
                .text("volumeId", &self.id)
                .text("instanceId", instance)
                .text("status", "attached")
        });
        let fields = Fields::new()
            .text("volumeId", &self.id)
            .text("size", self.size)
            .text("snapshotId", "")
            .text("availabilityZone", &self.zone)
            .text("status", &self.phase.state)
            .text("createTime", stamp(self.created))
            .list("attachmentSet", "item", attached.collect::<Vec<_>>())
            .text("volumeType", "gp3")
            .text("encrypted", false);
        tags::set(fields, &self.tags)
    }
}

/// DescribeVolumes.
pub(super) fn volumes(call: &mut Call<'_>) -> Outcome {
    describe::<Volume>(
        call,
        &Listing {
            ids: "VolumeId",
            set: "volumeSet",
            least: 5,
            most: 1000,
        },
    )
}

/// DeleteVolume: refused while it is attached.
pub(super) fn delete(call: &mut Call<'_>) -> Outcome {
    let mut volume = find::<Volume>(call, &required(call, "VolumeId")?)?;
    if let Some(instance) = &volume.instance_id {
        let text = format!("Volume {} is currently attached to {instance}", volume.id);
        return Err(ApiError::bad("VolumeInUse", text));
    }
    if volume.phase.is("deleting") {
        return done();
    }
    volume.phase = Phase::new("deleting", call.now());
    call.tx.put(&call.place, &volume);
    done()
}
