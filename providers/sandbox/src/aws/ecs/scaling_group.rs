//! Auto Scaling groups, as far as ECS looks at them; what it changes there it does in `managed_size`.
//!
//! The seam to Auto Scaling: a group is read by its ARN as that service keeps it, its instances by the tag that it puts
//! on every instance it starts.

use crate::aws::autoscaling::Group;
use crate::aws::ec2::Instance;
use crate::store::{Place, Tx};

/// The visible group with an ARN.
pub(super) fn of_arn(tx: &Tx<'_>, place: &Place, arn: &str) -> Option<Group> {
    let (_, name) = arn.split_once(":autoScalingGroupName/")?;
    tx.see::<Group>(place, name)
        .filter(|group| group.arn == arn)
}

/// The instances of a group that run.
pub(super) fn instances(tx: &Tx<'_>, place: &Place, arn: &str) -> Vec<Instance> {
    let Some((_, name)) = arn.split_once(":autoScalingGroupName/") else {
        return Vec::new();
    };
    let of_it = |one: &Instance| {
        one.phase.is("running")
            && one
                .tags
                .get("aws:autoscaling:groupName")
                .is_some_and(|group| group == name)
    };
    let mut all = tx.list::<Instance>(place);
    all.retain(of_it);
    all
}
