//! Parameters that AWS owns and everybody reads: the machine images of ECS, each region with its own ids.
//!
//! Names and members: "Retrieving Amazon ECS-optimized Linux AMI metadata" (Amazon ECS developer guide).

use jiff::Timestamp;
use serde_json::json;
use sha2::{Digest, Sha256};

use super::common;
use super::parameter::{Parameter, Version};
use crate::aws::shape::Tags;
use crate::store::{Place, hex};

/// The start of what is AWS's own.
const OWNED: &str = "/aws/service/";

const BASE: &str = "/aws/service/ecs/optimized-ami/amazon-linux-2023";

/// Kernel, agent and day of the image that is recommended.
const RELEASE: &str = "2023.0.20260114";
const MINIMAL: &str = "2023.10.20260105.0";

/// A kind of image: what its name ends in, and its architecture.
const KINDS: [(&str, &str); 2] = [("", "x86_64"), ("/arm64", "arm64")];

/// The id of the ECS-optimized image that is recommended in a region for an architecture.
pub(crate) fn image(region: &str, architecture: &str) -> String {
    let seed = format!("ecs-optimized/{RELEASE}/{region}/{architecture}");
    let digits = hex(&Sha256::digest(seed));
    format!("ami-0{}", digits.get(..16).unwrap_or_default())
}

/// The ARN of a parameter; that of a public one names no account.
pub(super) fn arn(place: &Place, name: &str) -> String {
    match name.starts_with(OWNED) {
        false => common::arn(place, name),
        true => format!("arn:aws:ssm:{}::parameter{name}", place.region),
    }
}

/// The public parameter with a name or an ARN.
pub(super) fn find(place: &Place, name: &str) -> Option<Parameter> {
    let start = format!("arn:aws:ssm:{}::parameter", place.region);
    let name = name.strip_prefix(&start).unwrap_or(name);
    all(place).into_iter().find(|one| one.name == name)
}

/// Every public parameter, in the order of their names.
pub(super) fn all(place: &Place) -> Vec<Parameter> {
    let mut all: Vec<Parameter> = KINDS
        .iter()
        .flat_map(|(end, architecture)| {
            let image = image(&place.region, architecture);
            let about = about(&image, architecture);
            let name = format!("{BASE}{end}/recommended");
            [
                parameter(format!("{name}/image_id"), image, "aws:ec2:image"),
                parameter(name, about, "text"),
            ]
        })
        .collect();
    all.sort_by(|one, other| one.name.cmp(&other.name));
    all
}

fn about(image: &str, architecture: &str) -> String {
    let name = format!("al2023-ami-ecs-hvm-{RELEASE}-kernel-6.1-{architecture}");
    let source = format!("al2023-ami-minimal-{MINIMAL}-kernel-6.1-{architecture}");
    let about = json!({
        "ecs_agent_version": "1.101.1",
        "ecs_runtime_version": "Docker version 25.0.14",
        "image_id": image,
        "image_name": name,
        "image_version": RELEASE,
        "os": "Amazon Linux 2023",
        "schema_version": 1,
        "source_image_name": source,
    });
    about.to_string()
}

fn parameter(name: String, value: String, data_type: &str) -> Parameter {
    // The day of the release, as its name says it.
    let released = Timestamp::from_second(1_768_348_800).unwrap_or(Timestamp::UNIX_EPOCH);
    let version = Version {
        number: 64,
        value,
        kind: "String".to_owned(),
        key: None,
        description: None,
        tier: "Standard".to_owned(),
        data_type: data_type.to_owned(),
        labels: Vec::new(),
        modified: released,
        by: String::new(),
    };
    Parameter {
        name,
        versions: vec![version],
        tags: Tags::new(),
        created: released,
    }
}
