//! Instance refreshes: all instances of a group are replaced, a part at a time.

use jiff::Timestamp;
use serde::{Deserialize, Serialize};

use super::fleet::{after, end};
use super::{Group, template};
use crate::store::{Document, Place, Tx};
use crate::wire::Fields;

/// Seconds after which a refresh that cannot go on has failed.
const PATIENCE: u64 = 3600;

/// A refresh.
#[derive(Clone, Debug, Serialize, Deserialize)]
pub(super) struct Refresh {
    /// Its id.
    pub(super) id: String,
    /// Its group.
    pub(super) group: String,
    /// `Pending`, `InProgress`, `Cancelling`, or how it ended.
    pub(super) status: String,
    /// Why it has the status.
    pub(super) reason: Option<String>,
    /// `MinHealthyPercentage`.
    pub(super) min_healthy: i64,
    /// `MaxHealthyPercentage`, when it was given.
    pub(super) max_healthy: Option<i64>,
    /// `InstanceWarmup`, when it was given.
    pub(super) warmup: Option<i64>,
    /// Whether instances stay that are of the group's template already.
    pub(super) skip_matching: bool,
    /// What becomes of protected instances: `Refresh`, `Ignore` or `Wait`.
    pub(super) protected: String,
    /// Instances that it has yet to end.
    pub(super) todo: Vec<String>,
    /// How many there were at first.
    pub(super) total: usize,
    /// When it gives up.
    pub(super) gives_up: Option<Timestamp>,
    /// When it ended.
    pub(super) ended: Option<Timestamp>,
    /// When it was started.
    pub(super) created: Timestamp,
}

impl Document for Refresh {
    const SERVICE: &'static str = "autoscaling";
    const KIND: &'static str = "instance-refresh";

    fn id(&self) -> String {
        format!("{}/{}", self.group, self.id)
    }

    fn created(&self) -> Timestamp {
        self.created
    }
}

impl Refresh {
    /// All of a group, the newest first.
    pub(super) fn of_group(tx: &Tx<'_>, place: &Place, group: &str) -> Vec<Self> {
        let mut all = tx.list::<Self>(place);
        all.retain(|one| one.group == group);
        all.sort_by_key(|one| std::cmp::Reverse((one.ended.is_none(), one.created)));
        all
    }

    /// The one of a group that runs.
    pub(super) fn active(tx: &Tx<'_>, place: &Place, group: &str) -> Option<Self> {
        let mut all = Self::of_group(tx, place, group).into_iter();
        all.find(|one| one.ended.is_none())
    }

    /// Forgets those of a group.
    pub(super) fn remove_all(tx: &mut Tx<'_>, place: &Place, group: &str) {
        for one in Self::of_group(tx, place, group) {
            tx.delete::<Self>(place, &one.id());
        }
    }

    fn finish(&mut self, tx: &mut Tx<'_>, place: &Place, status: &str, reason: Option<String>) {
        self.status = status.to_owned();
        self.reason = reason;
        self.ended = Some(tx.now());
        tx.put(place, self);
    }

    /// Takes the next step of the group's refresh, when there is one.
    pub(super) fn settle(tx: &mut Tx<'_>, place: &Place, mut group: Group) {
        let Some(mut one) = Self::active(tx, place, &group.name) else {
            return;
        };
        match one.status.as_str() {
            "Cancelling" => {
                let reason = Some("Cancelled due to user request.".to_owned());
                one.finish(tx, place, "Cancelled", reason);
                return;
            }
            "Pending" => one.begin(tx, place, &group),
            _ => {}
        }
        let gone = |id: &String| !group.members.iter().any(|member| member.id == *id);
        one.todo.retain(|id| !gone(id));
        // Every step waits until all instances are in service.
        let wanted = usize::try_from(group.sizes.desired).unwrap_or_default();
        let serving =
            |member: &&super::group::Member| member.lifecycle(tx, place) == Some("InService");
        let healthy = group.members.iter().filter(serving).count();
        let calm = healthy == wanted && group.members.len() == wanted && group.due.is_none();
        if !calm {
            tx.put(place, &one);
            return;
        }
        if one.todo.is_empty() {
            one.finish(tx, place, "Successful", None);
            return;
        }
        one.replace(tx, place, &mut group);
    }

    /// Which instances are to go.
    fn begin(&mut self, tx: &Tx<'_>, place: &Place, group: &Group) {
        let now = template::resolved(tx, place, &group.source.template);
        let matching = |member: &super::group::Member| {
            self.skip_matching && Some(&member.template) == now.as_ref()
        };
        let ignored =
            |member: &super::group::Member| member.protected && self.protected == "Ignore";
        let members = group.members.iter();
        let todo = members.filter(|member| !matching(member) && !ignored(member));
        self.todo = todo.map(|member| member.id.clone()).collect();
        self.total = self.todo.len();
        self.status = "InProgress".to_owned();
        self.gives_up = after(tx, PATIENCE);
    }

    /// Ends the next part of the instances; the group makes new ones.
    fn replace(&mut self, tx: &mut Tx<'_>, place: &Place, group: &mut Group) {
        let stays = |id: &String| {
            let mut members = group.members.iter();
            self.protected == "Wait" && members.any(|one| one.id == *id && one.protected)
        };
        let free: Vec<String> = self.todo.iter().filter(|id| !stays(id)).cloned().collect();
        if free.is_empty() {
            let words = "Waiting for remaining instances to be available. For example: scale-in protected instances.";
            self.reason = Some(words.to_owned());
            match self.gives_up.is_some_and(|at| at <= tx.now()) {
                true => self.finish(tx, place, "Failed", Some(words.to_owned())),
                false => tx.put(place, self),
            }
            return;
        }
        self.reason = None;
        self.gives_up = after(tx, PATIENCE);
        let part = group.sizes.desired * (100 - self.min_healthy) / 100;
        let part = usize::try_from(part.max(1)).unwrap_or(1);
        for id in free.iter().take(part) {
            end(tx, place, group, id);
            self.todo.retain(|one| one != id);
        }
        group.due = Some(tx.now());
        tx.put(place, group);
        tx.put(place, self);
    }

    /// It in an answer.
    pub(super) fn fields(&self) -> Fields {
        let done = self.total.saturating_sub(self.todo.len());
        let percentage = match (self.status.as_str(), self.total) {
            ("Successful", _) => 100,
            (_, 0) => 0,
            (_, total) => done * 100 / total,
        };
        let preferences = Fields::new()
            .text("MinHealthyPercentage", self.min_healthy)
            .maybe("MaxHealthyPercentage", self.max_healthy)
            .maybe("InstanceWarmup", self.warmup)
            .text("SkipMatching", self.skip_matching)
            .text("AutoRollback", false)
            .text("ScaleInProtectedInstances", &self.protected)
            .text("StandbyInstances", "Wait");
        Fields::new()
            .text("InstanceRefreshId", &self.id)
            .text("AutoScalingGroupName", &self.group)
            .text("Status", &self.status)
            .maybe("StatusReason", self.reason.as_ref())
            .text("StartTime", self.created)
            .maybe("EndTime", self.ended)
            .text("PercentageComplete", percentage)
            .text("InstancesToUpdate", self.todo.len())
            .fields("Preferences", preferences)
    }
}
