//! The table of `eks.cluster`.

use provision_aws::kind::{fixed, tags as tags_row};
use provision_core::model::{Condition, Effect, FieldKind, Row};

use super::encryption;

/// Each field, and what changing it takes.
pub(super) fn rows() -> Vec<Row> {
    let row = |name: &str, kind, effect, group: &str, doc: &str| {
        Row::new(name, kind, effect, doc).in_group(group)
    };
    let now = || Effect::InPlace;
    let once = |name: &str, doc: &str| Row::new(name, FieldKind::Scalar, Effect::CreateOnly, doc);
    vec![
        fixed("role", "the role that the control plane takes"),
        row(
            "version",
            FieldKind::Scalar,
            version(),
            "version",
            "the Kubernetes minor",
        )
        .shared_with("EKS, which upgrades at the end of a version's support"),
        Row::new(
            "vpc",
            FieldKind::Scalar,
            encryption::vpc(),
            "the network it stays in",
        ),
        row(
            "subnets",
            FieldKind::Set,
            subnets(),
            "network",
            "subnets of the control plane's interfaces",
        ),
        row(
            "security_groups",
            FieldKind::Set,
            now(),
            "network",
            "groups on those interfaces",
        ),
        row(
            "public_access",
            FieldKind::Scalar,
            now(),
            "endpoint",
            "the API can be reached from the internet",
        ),
        row(
            "private_access",
            FieldKind::Scalar,
            now(),
            "endpoint",
            "the API can be reached from the network",
        ),
        row(
            "public_cidrs",
            FieldKind::Set,
            now(),
            "endpoint",
            "from where over the internet",
        ),
        row(
            "kms_keys",
            FieldKind::Set,
            encryption::effect(),
            "encryption",
            "the key that encrypts Kubernetes secrets",
        ),
        row(
            "logging",
            FieldKind::Set,
            now(),
            "logging",
            "logs of the control plane that are kept",
        ),
        row(
            "support",
            FieldKind::Scalar,
            now(),
            "support",
            "what happens at the end of standard support",
        ),
        row(
            "tier",
            FieldKind::Scalar,
            now(),
            "tier",
            "whether it scales by itself, or has the room of a tier",
        ),
        row(
            "deletion_protection",
            FieldKind::Scalar,
            now(),
            "deletion_protection",
            "EKS refuses to delete it",
        ),
        row(
            "authentication_mode",
            FieldKind::Scalar,
            mode(),
            "authentication_mode",
            "how callers are known",
        ),
        once(
            "creator_admin",
            "whoever creates it becomes its administrator",
        ),
        once(
            "self_managed_addons",
            "EKS installs network, proxy and DNS by itself",
        ),
        once(
            "force_upgrade",
            "the version changes although readiness insights stand in the way",
        ),
        tags_row(),
    ]
}

/// In place under a condition; refused with this advice otherwise.
pub(super) fn when(condition: Condition, otherwise: &str) -> Effect {
    Effect::When {
        condition,
        then: Box::new(Effect::InPlace),
        otherwise: Box::new(Effect::Refused {
            advice: otherwise.to_owned(),
        }),
    }
}

/// Up by any number of minors, each of them a step; back by one, which EKS allows for a while (see `advice`).
fn version() -> Effect {
    let back = Effect::When {
        condition: Condition::PreviousMinor,
        then: Box::new(Effect::Stepwise),
        otherwise: Box::new(Effect::Refused {
            advice: "EKS goes back by one Kubernetes minor at most, and only within seven days of an upgrade: \
                     keep the version, or declare a second cluster and move what runs"
                .to_owned(),
        }),
    };
    Effect::When {
        condition: Condition::NewerMinor,
        then: Box::new(Effect::Stepwise),
        otherwise: Box::new(back),
    }
}

/// The zones of a control plane are those it was made in; nodes may stand in any subnet of its network (EKS user
/// guide, "Networking requirements for VPC and subnets"). So more subnets are no change of it, and others are refused: EKS
/// takes those that lie in the same zones, which ids do not tell.
fn subnets() -> Effect {
    Effect::When {
        condition: Condition::OnlyAdds,
        then: Box::new(Effect::CreateOnly),
        otherwise: Box::new(Effect::Refused {
            advice: "a control plane stays in its network and zones: keep them, or declare a second cluster, \
                     move what runs, then remove this one; other subnets in the same zones it gets by \
                     `aws eks update-cluster-config`"
                .to_owned(),
        }),
    }
}

fn mode() -> Effect {
    let order = ["CONFIG_MAP", "API_AND_CONFIG_MAP", "API"];
    when(
        Condition::OneWay {
            order: order.map(str::to_owned).into(),
        },
        "EKS does not go back from access entries to the config map",
    )
}
