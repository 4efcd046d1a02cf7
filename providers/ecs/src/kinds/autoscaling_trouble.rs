//! Why machines of a group do not come up: Auto Scaling has texts for it, and no codes of its own.

use aws_sdk_autoscaling::types::Activity;
use provision_aws::kind::Ailment;

/// A cause, told by its texts.
struct Cause {
    code: &'static str,
    texts: &'static [&'static str],
    /// It may go away while it is waited for.
    passes: bool,
    advice: &'static str,
}

/// Causes, the first that fits counts. Texts: EC2 API reference, "Error codes", as scaling activities quote them; Auto Scaling
/// user guide, "Troubleshoot".
const CAUSES: &[Cause] = &[
    Cause {
        code: "capacity",
        texts: &[
            "InsufficientInstanceCapacity",
            "do not have sufficient",
            "no Spot capacity",
            "UnfulfillableCapacity",
        ],
        passes: true,
        advice: "AWS itself has no such machine free just now; the group tries again by itself. Let the pool have more types: \
                 machine = { cpu, memory } with spot = true takes three, machine = { ecs = [...] } as many as you name",
    },
    Cause {
        code: "quota",
        texts: &[
            "vCPU capacity than your current",
            "VcpuLimitExceeded",
            "InstanceLimitExceeded",
            "MaxSpotInstanceCountExceeded",
            "Max spot instance count exceeded",
        ],
        passes: false,
        advice: "raise the quota of running instances in Service Quotas (on demand: ec2 L-1216C47A, spot: ec2 L-34B43A08), \
                 or lower `nodes`; the group tries again by itself",
    },
    Cause {
        code: "new-profile",
        texts: &["Invalid IAM Instance Profile", "iamInstanceProfile"],
        passes: true,
        advice: "a profile that was made a moment ago is not known everywhere; the group tries again by itself",
    },
    Cause {
        code: "addresses",
        texts: &["InsufficientFreeAddressesInSubnet", "free addresses"],
        passes: false,
        advice: "the subnets have no address left: give the network a larger `cidr`, or lower `nodes`",
    },
    Cause {
        code: "unsupported",
        texts: &[
            "Unsupported",
            "not supported in your requested Availability Zone",
        ],
        passes: false,
        advice: "a zone of the network does not have this type: name another in machine = { ecs = [...] }",
    },
    Cause {
        code: "image",
        texts: &["InvalidAMIID", "InvalidAMI", "ImageId", "ssm:", "arameter"],
        passes: false,
        advice: "the image of the machines could not be found by its public parameter: check that the region has it and that \
                 whoever applies may call ssm:GetParameters",
    },
    Cause {
        code: "key",
        texts: &["InvalidKMSKey", "KMS"],
        passes: false,
        advice: "the key that encrypts disks by default cannot be used by Auto Scaling: its policy must let the role \
                 AWSServiceRoleForAutoScaling use it",
    },
    Cause {
        code: "denied",
        texts: &["UnauthorizedOperation", "not authorized"],
        passes: false,
        advice: "a policy of the organisation forbids it: ask whoever keeps it; the group tries again by itself",
    },
];

/// What a failed activity says, and what is known of it.
pub(super) fn ailment(activity: &Activity) -> Ailment {
    let message = activity
        .status_message()
        .or(activity.description())
        .unwrap_or("a machine could not be launched, and Auto Scaling tells no reason");
    let known = CAUSES
        .iter()
        .find(|cause| cause.texts.iter().any(|text| message.contains(text)));
    Ailment {
        code: known.map_or("launch", |cause| cause.code).to_owned(),
        message: message.to_owned(),
        advice: known
            .map_or(
                "put right what Auto Scaling names: the group tries again by itself",
                |cause| cause.advice,
            )
            .to_owned(),
        passes: known.is_some_and(|cause| cause.passes),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn of(message: &str) -> Ailment {
        ailment(&Activity::builder().status_message(message).build())
    }

    #[test]
    fn the_clouds_words_stay_and_a_cause_is_added() {
        let words = "You have requested more vCPU capacity than your current vCPU limit of 32 allows. Launching EC2 \
                     instance failed.";
        let quota = of(words);
        assert_eq!(
            (quota.message.as_str(), quota.code.as_str()),
            (words, "quota")
        );
        assert!(!quota.passes);
        let none =
            of("We currently do not have sufficient m7i.large capacity in the zone you requested.");
        assert!(none.passes && none.code == "capacity");
        let unknown = of("The moon is in the way.");
        assert!(!unknown.passes && unknown.advice.contains("tries again"));
    }
}
