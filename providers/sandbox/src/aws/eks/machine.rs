//! What nodes run on: instance types, image, disk, and how these go with a launch template.

use super::common::{invalid, invalid_request, one_of};
use super::nodegroup::{NodeGroup, Template};
use super::template;
use crate::aws::Call;
use crate::aws::ec2::types;
use crate::wire::{ApiError, Params};

/// Images with their architecture, of those that EKS makes for Kubernetes versions of today.
const IMAGES: &[&str] = &[
    "AL2023_x86_64_STANDARD",
    "AL2023_ARM_64_STANDARD",
    "AL2023_x86_64_NEURON",
    "AL2023_x86_64_NVIDIA",
    "AL2023_ARM_64_NVIDIA",
    "BOTTLEROCKET_x86_64",
    "BOTTLEROCKET_ARM_64",
    "BOTTLEROCKET_x86_64_FIPS",
    "BOTTLEROCKET_ARM_64_FIPS",
    "BOTTLEROCKET_x86_64_NVIDIA",
    "BOTTLEROCKET_ARM_64_NVIDIA",
    "WINDOWS_CORE_2019_x86_64",
    "WINDOWS_FULL_2019_x86_64",
    "WINDOWS_CORE_2022_x86_64",
    "WINDOWS_FULL_2022_x86_64",
    "WINDOWS_CORE_2025_x86_64",
    "WINDOWS_FULL_2025_x86_64",
];

/// What a request says of machines.
pub(super) struct MachineWish<'a> {
    /// `instanceTypes`.
    pub(super) types: &'a [String],
    /// `amiType`.
    pub(super) image: Option<&'a str>,
    /// `diskSize`.
    pub(super) disk: Option<i64>,
}

/// What the nodes are.
pub(super) struct Machine {
    /// Its types; empty when the launch template has one.
    pub(super) types: Vec<String>,
    /// The kind of its image.
    pub(super) image: String,
    /// The size of its disk in GiB; none when the launch template says.
    pub(super) disk: Option<i64>,
}

impl Machine {
    /// What a request asks for, checked.
    pub(super) fn read(
        call: &Call<'_>,
        wish: &MachineWish<'_>,
        template: Option<&Template>,
    ) -> Result<Self, ApiError> {
        let data = template
            .and_then(|one| template::data(&call.tx, &call.place, one))
            .unwrap_or_default();
        template::check(&data)?;
        let asked = wish.types.to_vec();
        let own_type = data.get("InstanceType").map(str::to_owned);
        if own_type.is_some() && !asked.is_empty() {
            return Err(invalid_request(
                "Cannot specify instance types in launch template and API request",
            ));
        }
        if template.is_some() && wish.disk.is_some() {
            return Err(invalid(
                "Disk size must be specified within the launch template.",
            ));
        }
        let mut shown = asked;
        if shown.is_empty() && own_type.is_none() {
            shown.push("t3.medium".to_owned());
        }
        let all: Vec<&String> = shown.iter().chain(own_type.as_ref()).collect();
        let image = image(wish.image, &data, &all)?;
        let disk = template.is_none().then(|| wish.disk.unwrap_or(20));
        Ok(Self {
            types: shown,
            image,
            disk,
        })
    }
}

/// Refuses a version of the launch template that the nodes of a group cannot be rolled onto.
pub(super) fn rolls(group: &NodeGroup, data: &Params) -> Result<(), ApiError> {
    match (data.get("InstanceType"), group.instance_types.as_slice()) {
        (Some(_), [_, ..]) => Err(invalid_request(
            "Cannot specify instance types in launch template and API request",
        )),
        (None, []) => Err(invalid_request(
            "The launch template must name an instance type, since the node group has none",
        )),
        (None, _) => Ok(()),
        (Some(own), []) => image(Some(&group.ami_type), data, &[&own.to_owned()]).map(drop),
    }
}

/// The image's type: that of the machines' architecture, without a wish.
fn image(wish: Option<&str>, data: &Params, machines: &[&String]) -> Result<String, ApiError> {
    let known = types();
    if let Some(strange) = machines.iter().find(|name| !known.contains(**name)) {
        return Err(invalid(format!(
            "The following supplied instance types do not exist: [{strange}]"
        )));
    }
    if data.get("ImageId").is_some() {
        return match wish {
            None | Some("CUSTOM") => Ok("CUSTOM".to_owned()),
            Some(_) => Err(invalid_request(
                "You cannot specify an image id within the launch template and an AMI type other than CUSTOM",
            )),
        };
    }
    let arm = machines.iter().filter(|name| is_arm(name)).count();
    if arm != 0 && arm != machines.len() {
        return Err(invalid(
            "The instance types must all have the same architecture",
        ));
    }
    let of_machines = if arm == 0 { "x86_64" } else { "ARM_64" };
    match wish {
        None => Ok(format!("AL2023_{of_machines}_STANDARD")),
        Some("CUSTOM") => Err(invalid_request(
            "AMI type CUSTOM needs an image id within the launch template",
        )),
        Some(image) => fitting(image, of_machines, machines),
    }
}

/// The image's type, when it is offered and of the machines' architecture.
fn fitting(image: &str, of_machines: &str, machines: &[&String]) -> Result<String, ApiError> {
    if image.starts_with("AL2_") {
        return Err(invalid_request(format!(
            "Requested amiType {image} is only supported for kubernetes version 1.32 or earlier"
        )));
    }
    one_of("The amiType", image, IMAGES)?;
    match image.contains(of_machines) {
        true => Ok(image.to_owned()),
        false => Err(invalid(format!(
            "{:?} is not a valid instance type for requested amiType {image}",
            machines
                .iter()
                .map(|name| name.as_str())
                .collect::<Vec<_>>()
        ))),
    }
}

/// Graviton: the family's digit is followed by a `g`.
fn is_arm(machine: &str) -> bool {
    let family = machine.split('.').next().unwrap_or_default();
    let after = family.trim_start_matches(|sign: char| sign.is_ascii_lowercase());
    after
        .trim_start_matches(|sign: char| sign.is_ascii_digit())
        .starts_with('g')
}

#[cfg(test)]
mod tests {
    use super::is_arm;

    #[test]
    fn graviton_is_told_by_the_familys_name() {
        for name in ["m7g.large", "t4g.medium", "c6gd.xlarge", "r8g.large"] {
            assert!(is_arm(name), "{name}");
        }
        for name in [
            "g5.xlarge",
            "m7i-flex.large",
            "g4dn.xlarge",
            "t3.medium",
            "c6a.large",
        ] {
            assert!(!is_arm(name), "{name}");
        }
    }
}
