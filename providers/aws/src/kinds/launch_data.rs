//! The data of a launch template's version, both ways.

use aws_sdk_ec2::types::{
    InstanceType, LaunchTemplateBlockDeviceMappingRequest as Disk,
    LaunchTemplateEbsBlockDeviceRequest as Ebs, LaunchTemplateHttpTokensState as Tokens,
    LaunchTemplateInstanceMetadataEndpointState as Endpoint,
    LaunchTemplateInstanceMetadataOptionsRequest as Metadata,
    LaunchTemplateTagSpecificationRequest as TagSpec, LaunchTemplateVersion,
    RequestLaunchTemplateData, ResourceType, VolumeType,
};
use provision_core::contract::Context;
use provision_core::model::digest8;

use super::ec2::{tag_list, tags};
use super::{LaunchTemplate, Stop};
use crate::marks::{STACK, Tags, plain};

/// The description of a version: the digest of its data.
pub(super) fn described(want: &LaunchTemplate) -> String {
    let data = LaunchTemplate {
        newest: None,
        tags: Tags::new(),
        ..want.clone()
    };
    let text = serde_json::to_string(&data).unwrap_or_default();
    format!("provision {}", digest8(&[&text]))
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
        // Somebody has let go of the tokens: shown as a difference, so that it is put right.
        metadata_hops: if required { hops } else { 0 },
        security_groups: groups.map(|group| group.as_str().into()).collect(),
        node_tags: plain(&tags(instance.and_then(|spec| spec.tags.as_ref()))),
        newest: None,
        tags: Tags::new(),
    }
}
