//! The data of a launch template's version, both ways.

use aws_sdk_ec2::types::{
    InstanceType, LaunchTemplateBlockDeviceMappingRequest as Disk,
    LaunchTemplateEbsBlockDeviceRequest as Ebs, LaunchTemplateHttpTokensState as Tokens,
    LaunchTemplateIamInstanceProfileSpecificationRequest as Profile,
    LaunchTemplateInstanceMetadataEndpointState as Endpoint,
    LaunchTemplateInstanceMetadataOptionsRequest as Metadata,
    LaunchTemplateTagSpecificationRequest as TagSpec, LaunchTemplateVersion,
    RequestLaunchTemplateData, ResourceType, VolumeType,
};
use aws_smithy_types::base64;
use provision_core::contract::Context;
use provision_core::model::digest8;
use serde_json::Value as Json;

use super::ec2::{tag_list, tags};
use super::{LaunchTemplate, Stop};
use crate::field::Field;
use crate::marks::{STACK, Tags, plain};

/// What an agent of ECS is told in its configuration.
const ECS_CLUSTER: &str = "ECS_CLUSTER=";

/// Fields that not every template has.
const OPTIONAL: [&str; 3] = ["image", "user_data", "instance_profile"];

/// The cluster that a script makes the machine join.
pub(super) fn ecs_cluster(script: &str) -> Option<&str> {
    let (_, rest) = script.split_once(ECS_CLUSTER)?;
    let end = |sign: char| sign.is_whitespace() || sign == '"' || sign == '\'';
    rest.split(end).next().filter(|name| !name.is_empty())
}

/// The description of a version: the digest of its data, of which what it does not have is no part.
pub(super) fn described(want: &LaunchTemplate) -> String {
    let data = LaunchTemplate {
        newest: None,
        tags: Tags::new(),
        ..want.clone()
    };
    format!("provision {}", digest8(&[&text(&data)]))
}

fn text(data: &LaunchTemplate) -> String {
    let mut data = serde_json::to_value(data).unwrap_or_default();
    if let Json::Object(fields) = &mut data {
        fields.retain(|name, value| !OPTIONAL.contains(&name.as_str()) || !value.is_null());
    }
    data.to_string()
}

/// What is sent.
pub(super) fn data(
    context: &Context,
    want: &LaunchTemplate,
) -> Result<RequestLaunchTemplateData, Stop> {
    let disk = Ebs::builder()
        .volume_type(VolumeType::Gp3)
        .volume_size(want.disk_gib)
        .encrypted(true)
        .delete_on_termination(true);
    let disk = Disk::builder()
        .device_name(&want.disk_device)
        .ebs(disk.build());
    let metadata = Metadata::builder()
        .http_tokens(Tokens::Required)
        .http_endpoint(Endpoint::Enabled)
        .http_put_response_hop_limit(want.metadata_hops);
    let mut builder = RequestLaunchTemplateData::builder()
        .block_device_mappings(disk.build())
        .metadata_options(metadata.build());
    let machine = want.instance_type.known("instance_type")?;
    if !machine.is_empty() {
        builder = builder.instance_type(InstanceType::from(machine.as_str()));
    }
    builder = builder.set_image_id(want.image.clone());
    if let Some(script) = &want.user_data {
        builder = builder.user_data(base64::encode(script.known("user_data")?));
    }
    if let Some(profile) = &want.instance_profile {
        let profile = Profile::builder().arn(profile.known("instance_profile")?);
        builder = builder.iam_instance_profile(profile.build());
    }
    for group in &want.security_groups {
        builder = builder.security_group_ids(group.known("security_groups")?);
    }
    let mut node_tags = want.node_tags.clone();
    node_tags.insert(STACK.to_owned(), context.stack.clone());
    for kind in [
        ResourceType::Instance,
        ResourceType::Volume,
        ResourceType::NetworkInterface,
    ] {
        let tags = TagSpec::builder()
            .resource_type(kind)
            .set_tags(Some(tag_list(&node_tags)));
        builder = builder.tag_specifications(tags.build());
    }
    Ok(builder.build())
}

/// A script as it was before it was sent.
fn script(sent: &str) -> Option<String> {
    String::from_utf8(base64::decode(sent).ok()?).ok()
}

/// What is read.
pub(super) fn fields(version: &LaunchTemplateVersion) -> LaunchTemplate {
    let Some(data) = version.launch_template_data.as_ref() else {
        return LaunchTemplate::default();
    };
    let disk = data.block_device_mappings().first();
    let metadata = data.metadata_options.as_ref();
    let required = metadata
        .and_then(|options| options.http_tokens.as_ref())
        .map(AsRef::as_ref)
        == Some("required");
    let hops = metadata
        .and_then(|options| options.http_put_response_hop_limit)
        .unwrap_or(1);
    let instance = data
        .tag_specifications()
        .iter()
        .find(|spec| spec.resource_type() == Some(&ResourceType::Instance));
    let groups = data.security_group_ids().iter();
    LaunchTemplate {
        instance_type: data
            .instance_type
            .as_ref()
            .map(InstanceType::as_str)
            .unwrap_or_default()
            .into(),
        disk_gib: disk
            .and_then(|disk| disk.ebs.as_ref()?.volume_size)
            .unwrap_or_default(),
        disk_device: disk
            .and_then(|disk| disk.device_name.clone())
            .unwrap_or_default(),
        image: data.image_id.clone(),
        user_data: data.user_data().and_then(script).map(Field::from),
        instance_profile: data
            .iam_instance_profile()
            .and_then(|profile| profile.arn().or(profile.name()))
            .map(Field::from),
        // Somebody has let go of the tokens: shown as a difference, so that it is put right.
        metadata_hops: if required { hops } else { 0 },
        security_groups: groups.map(|group| group.as_str().into()).collect(),
        node_tags: plain(&tags(instance.and_then(|spec| spec.tags.as_ref()))),
        newest: None,
        tags: Tags::new(),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn scripts_tell_the_cluster_that_machines_join() {
        let script = "#!/bin/bash\necho ECS_CLUSTER=shop-prod >> /etc/ecs/ecs.config\n";
        assert_eq!(ecs_cluster(script), Some("shop-prod"));
        assert_eq!(ecs_cluster("echo \"ECS_CLUSTER=a\" > x"), Some("a"));
        assert_eq!(ecs_cluster("#!/bin/bash"), None);
    }

    #[test]
    fn what_a_template_does_not_have_is_no_part_of_its_digest() {
        let bare = LaunchTemplate {
            disk_gib: 50,
            ..LaunchTemplate::default()
        };
        let image = LaunchTemplate {
            image: Some("ami-1".to_owned()),
            ..bare.clone()
        };
        assert_ne!(described(&bare), described(&image));
        let text = text(&bare);
        assert!(OPTIONAL.iter().all(|name| !text.contains(name)), "{text}");
        assert!(
            text.starts_with("{\"instance_type\":\"\",\"disk_gib\":50,"),
            "{text}"
        );
    }
}
