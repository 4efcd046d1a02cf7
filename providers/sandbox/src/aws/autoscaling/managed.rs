//! What another service sees of a group whose size it keeps, and what it may change there: ECS by a target tracking
//! policy that it puts on the group, and by the protection of instances.

use super::Group;
use super::fleet::{LOOKS, after};
use super::template;
use crate::aws::ec2::Subnet;
use crate::store::{Place, Tx};

/// The size of a group.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) struct Size {
    /// The least number of instances.
    pub(crate) min: i64,
    /// The greatest.
    pub(crate) max: i64,
    /// How many there are to be now.
    pub(crate) desired: i64,
}

impl Group {
    /// Its size; none while it is being deleted.
    pub(crate) fn size(&self) -> Option<Size> {
        let sizes = self.sizes;
        self.deleting.is_none().then_some(Size {
            min: sizes.min,
            max: sizes.max,
            desired: sizes.desired,
        })
    }

    /// The type of the next instance; none when there could be none.
    pub(crate) fn next_type(&self, tx: &Tx<'_>, place: &Place) -> Option<String> {
        let template = template::resolved(tx, place, &self.source.template)?;
        let mut subnets = self.subnets.iter();
        let subnet = subnets.find_map(|id| tx.get::<Subnet>(place, id))?;
        let launch = template::launch(tx, place, self, &template, &subnet).ok()?;
        Some(launch.instance_type)
    }

    /// Sets how many instances there are to be, as an alarm and a policy make it; the group looks soon.
    pub(crate) fn scale(&mut self, tx: &Tx<'_>, to: i64, policy: &str) {
        let from = std::mem::replace(&mut self.sizes.desired, to);
        let stamp = tx.now().strftime("%Y-%m-%dT%H:%M:%SZ");
        self.cause = format!(
            "At {stamp} a monitor alarm TargetTracking-{}-{policy} in state ALARM triggered policy {policy} changing \
             the desired capacity from {from} to {to}.",
            self.name
        );
        self.due = after(tx, LOOKS);
    }

    /// Protects an instance from scaling in, or lets it go; tells whether that is a change.
    pub(crate) fn guard(&mut self, id: &str, protected: bool) -> bool {
        let mut members = self.members.iter_mut();
        let member = members.find(|one| one.id == id && one.protected != protected);
        match member {
            Some(member) => {
                member.protected = protected;
                true
            }
            None => false,
        }
    }
}
