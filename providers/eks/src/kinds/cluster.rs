//! `eks.cluster`: a control plane.
//!
//! EKS takes one kind of change per call and one change at a time, so each group of fields is a step of its own.

use provision_aws::kind::{fixed, seconds, table, tags as tags_row};
use provision_aws::{Field, Tags};
use provision_core::model::{Condition, Effect, FieldKind, Identity, Lane, Output, Row, Table};
use serde::{Deserialize, Serialize};

/// The fields of a cluster. Its name is the resource's physical name.
#[derive(Clone, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
pub struct Cluster {
    /// The role that the control plane takes, by ARN.
    pub role: Field<String>,
    /// The Kubernetes minor: `1.34`.
    pub version: Field<String>,
    /// Subnets of the control plane's interfaces: at least two, in two zones.
    pub subnets: Vec<Field<String>>,
    /// Groups on those interfaces, beside the one that EKS makes; at most five.
    pub security_groups: Vec<Field<String>>,
    /// The API can be reached from the internet.
    pub public_access: bool,
    /// The API can be reached from the network.
    pub private_access: bool,
    /// From where the API can be reached over the internet: `0.0.0.0/0`. Empty when it cannot be.
    pub public_cidrs: Vec<String>,
    /// Logs of the control plane that are kept: `api`, `audit`, `authenticator`, `controllerManager`, `scheduler`.
    pub logging: Vec<String>,
    /// `STANDARD`: EKS upgrades at the end of standard support. `EXTENDED`: support goes on, at a higher price.
    pub support: String,
    /// EKS refuses to delete it. Always on with `protect`, so it should be wanted whenever that is.
    pub deletion_protection: bool,
    /// How callers are known: `API`, `API_AND_CONFIG_MAP`, `CONFIG_MAP`.
    pub authentication_mode: String,
    /// Whoever creates it becomes its administrator. Never returned.
    pub creator_admin: bool,
    /// EKS installs network, proxy and DNS by itself. Never returned.
    pub self_managed_addons: bool,
    /// Its tags.
    pub tags: Tags,
}

impl Cluster {
    /// The kind's table. Durations are medians of run logs.
    pub(crate) fn schema() -> Table {
        let output = |name: &str, volatile| Output {
            name: name.to_owned(),
            volatile,
        };
        Table {
            outputs: vec![
                output("name", false),
                output("arn", false),
                output("endpoint", false),
                output("ca", false),
                output("security_group", false),
                output("oidc_issuer", false),
                output("version", true),
            ],
            seconds: seconds(617, 540, 300),
            lane: Some(Lane::Itself),
            loss: Some(
                "the cluster is gone with everything that runs in it; volumes and balancers made \
                 from inside it stay behind"
                    .to_owned(),
            ),
            ..table("eks.cluster", "EKS cluster", Identity::Named, rows())
        }
    }
}

fn rows() -> Vec<Row> {
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
        tags_row(),
    ]
}

fn when(condition: Condition, otherwise: &str) -> Effect {
    Effect::When {
        condition,
        then: Box::new(Effect::InPlace),
        otherwise: Box::new(Effect::Refused {
            advice: otherwise.to_owned(),
        }),
    }
}

fn version() -> Effect {
    when(
        Condition::NextMinor,
        "EKS goes up by one Kubernetes minor at a time and never down: set the next minor, apply, \
         and go on from there",
    )
}

/// The zones of a control plane are those it was made in (EKS user guide, "network requirements").
fn subnets() -> Effect {
    when(
        Condition::SameZones,
        "a control plane stays in its network and zones: keep them, or declare a second cluster, \
         move what runs, then remove this one",
    )
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
