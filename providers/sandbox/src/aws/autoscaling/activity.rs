//! Scaling activities: what a group did, and why.

use jiff::Timestamp;
use serde::{Deserialize, Serialize};
use serde_json::json;

use super::Group;
use super::common::{constraint, named, page, uuid};
use crate::aws::ec2::Instance;
use crate::aws::{Call, Outcome};
use crate::store::{Document, Place, Tx};
use crate::wire::{Body, Fields};

/// An activity.
#[derive(Clone, Debug, Serialize, Deserialize)]
pub(super) struct Activity {
    id: String,
    group: String,
    group_arn: String,
    description: String,
    cause: String,
    status: String,
    message: Option<String>,
    details: String,
    ended: Option<Timestamp>,
    /// Its place in the order of all.
    serial: u64,
    created: Timestamp,
}

impl Document for Activity {
    const SERVICE: &'static str = "autoscaling";
    const KIND: &'static str = "activity";

    fn id(&self) -> String {
        key(&self.group, &self.id)
    }

    fn created(&self) -> Timestamp {
        self.created
    }
}

fn key(group: &str, id: &str) -> String {
    format!("{group}/{id}")
}

/// A moment as causes tell it.
fn stamp(at: Timestamp) -> String {
    at.strftime("%Y-%m-%dT%H:%M:%SZ").to_string()
}

impl Activity {
    fn new(tx: &mut Tx<'_>, place: &Place, group: &Group, description: String) -> Self {
        let id = uuid(&tx.fresh_hex("activity"));
        let serial = Self::of_group(tx, place, &group.name).len() as u64;
        Self {
            id,
            group: group.name.clone(),
            group_arn: group.arn.clone(),
            description,
            cause: group.cause.clone(),
            status: "InProgress".to_owned(),
            message: None,
            details: String::new(),
            ended: None,
            serial,
            created: tx.now(),
        }
    }

    fn of_group(tx: &Tx<'_>, place: &Place, group: &str) -> Vec<Self> {
        let mut all = tx.list::<Self>(place);
        all.retain(|one| one.group == group);
        all
    }

    /// Begins to tell of a start; its id.
    pub(super) fn launch(
        tx: &mut Tx<'_>,
        place: &Place,
        group: &Group,
        instance: &Instance,
    ) -> String {
        let words = format!("Launching a new EC2 instance: {}", instance.id);
        let mut one = Self::new(tx, place, group, words);
        let have = group.living(tx, place).len();
        one.cause.push_str(&format!(
            "  At {} an instance was started in response to a difference between desired and actual capacity, \
             increasing the capacity from {have} to {}.",
            stamp(tx.now()),
            have + 1
        ));
        one.details = details(&instance.subnet_id, &instance.zone);
        tx.put(place, &one);
        one.id
    }

    /// Begins to tell of an end; its id.
    pub(super) fn terminate(tx: &mut Tx<'_>, place: &Place, group: &Group, id: &str) -> String {
        let mut one = Self::new(tx, place, group, format!("Terminating EC2 instance: {id}"));
        let have = group.living(tx, place).len();
        one.cause.push_str(&format!(
            "  At {} an instance was taken out of service in response to a difference between desired and actual \
             capacity, shrinking the capacity from {have} to {}.",
            stamp(tx.now()),
            have.saturating_sub(1)
        ));
        if let Some(instance) = tx.get::<Instance>(place, id) {
            one.details = details(&instance.subnet_id, &instance.zone);
        }
        tx.put(place, &one);
        one.id
    }

    /// Tells of a start that failed.
    pub(super) fn failed(tx: &mut Tx<'_>, place: &Place, group: &Group, why: &str) {
        let words = "Launching a new EC2 instance.  Status Reason: ".to_owned() + why;
        let mut one = Self::new(tx, place, group, words);
        one.status = "Failed".to_owned();
        one.message = Some(why.to_owned());
        one.ended = Some(tx.now());
        tx.put(place, &one);
    }

    /// Tells that it went well.
    pub(super) fn end(tx: &mut Tx<'_>, place: &Place, group: &str, id: &str) {
        let found = tx.get::<Self>(place, &key(group, id));
        if let Some(mut one) = found.filter(|one| one.ended.is_none()) {
            one.status = "Successful".to_owned();
            one.ended = Some(tx.now());
            tx.put(place, &one);
        }
    }

    /// Forgets those of a group.
    pub(super) fn remove_all(tx: &mut Tx<'_>, place: &Place, group: &str) {
        for one in Self::of_group(tx, place, group) {
            tx.delete::<Self>(place, &one.id());
        }
    }

    fn fields(&self) -> Fields {
        Fields::new()
            .text("ActivityId", &self.id)
            .text("AutoScalingGroupName", &self.group)
            .text("Description", &self.description)
            .text("Cause", &self.cause)
            .text("StartTime", self.created)
            .maybe("EndTime", self.ended)
            .text("StatusCode", &self.status)
            .maybe("StatusMessage", self.message.as_ref())
            .text("Progress", if self.ended.is_some() { 100 } else { 50 })
            .text("Details", &self.details)
            .text("AutoScalingGroupARN", &self.group_arn)
    }
}

fn details(subnet: &str, zone: &str) -> String {
    json!({ "Subnet ID": subnet, "Availability Zone": zone }).to_string()
}

/// DescribeScalingActivities: of a group or of all, the newest first.
pub(super) fn describe(call: &mut Call<'_>) -> Outcome {
    let mut rows = call.tx.list::<Activity>(&call.place);
    if call.params.get("AutoScalingGroupName").is_some() {
        let group = named(call)?;
        rows.retain(|one| one.group == group.name);
    }
    let ids = call.params.list("ActivityIds.member");
    if ids.len() > 50 {
        let rule = "have length less than or equal to 50";
        return Err(constraint("ActivityIds", "[…]", rule));
    }
    rows.retain(|one| ids.is_empty() || ids.contains(&one.id));
    rows.sort_by_key(|one| std::cmp::Reverse((one.created, one.serial)));
    let (rows, next) = page(call, rows, 100, |one| one.id.clone())?;
    let rows: Vec<Fields> = rows.iter().map(Activity::fields).collect();
    Ok(Body::Xml(
        Fields::new()
            .list("Activities", "member", rows)
            .maybe("NextToken", next),
    ))
}
