//! Versions of launch templates, which never change.

use std::collections::BTreeMap;

use jiff::Timestamp;
use serde::{Deserialize, Serialize};

use super::LaunchTemplate;
use super::common::{invalid, made_before, missing, number, remember, stamp, truth, well_formed};
use super::launch_template::named;
use super::resource::{Listing, page};
use crate::aws::{Call, Outcome};
use crate::store::Document;
use crate::wire::{ApiError, Body, Fields, Params};

/// Parameters that describe instances.
pub(super) const DATA: &[&str] = &[
    "LaunchTemplateData.EbsOptimized",
    "LaunchTemplateData.ImageId",
    "LaunchTemplateData.InstanceType",
    "LaunchTemplateData.KeyName",
    "LaunchTemplateData.UserData",
    "LaunchTemplateData.SecurityGroupId.N",
    "LaunchTemplateData.BlockDeviceMapping.N.DeviceName",
    "LaunchTemplateData.BlockDeviceMapping.N.Ebs.DeleteOnTermination",
    "LaunchTemplateData.BlockDeviceMapping.N.Ebs.Encrypted",
    "LaunchTemplateData.BlockDeviceMapping.N.Ebs.Iops",
    "LaunchTemplateData.BlockDeviceMapping.N.Ebs.KmsKeyId",
    "LaunchTemplateData.BlockDeviceMapping.N.Ebs.SnapshotId",
    "LaunchTemplateData.BlockDeviceMapping.N.Ebs.Throughput",
    "LaunchTemplateData.BlockDeviceMapping.N.Ebs.VolumeSize",
    "LaunchTemplateData.BlockDeviceMapping.N.Ebs.VolumeType",
    "LaunchTemplateData.TagSpecification.N.ResourceType",
    "LaunchTemplateData.TagSpecification.N.Tag.N.Key",
    "LaunchTemplateData.TagSpecification.N.Tag.N.Value",
    "LaunchTemplateData.MetadataOptions.HttpEndpoint",
    "LaunchTemplateData.MetadataOptions.HttpProtocolIpv6",
    "LaunchTemplateData.MetadataOptions.HttpPutResponseHopLimit",
    "LaunchTemplateData.MetadataOptions.HttpTokens",
    "LaunchTemplateData.MetadataOptions.InstanceMetadataTags",
    "LaunchTemplateData.Monitoring.Enabled",
    "LaunchTemplateData.IamInstanceProfile.Arn",
    "LaunchTemplateData.IamInstanceProfile.Name",
];

/// A version of a launch template.
#[derive(Clone, Debug, Serialize, Deserialize)]
pub(crate) struct LaunchTemplateVersion {
    /// The template.
    pub(crate) template_id: String,
    /// Its number, from 1.
    pub(crate) number: u64,
    /// The words beside it.
    pub(crate) description: Option<String>,
    /// The instances, as the request described them: `BlockDeviceMapping.1.Ebs.VolumeSize`.
    pub(crate) data: BTreeMap<String, String>,
    /// Who made it.
    pub(crate) created_by: String,
    /// When it was made.
    pub(crate) created: Timestamp,
}

impl LaunchTemplateVersion {
    /// The document's key.
    pub(super) fn key(template_id: &str, number: u64) -> String {
        format!("{template_id}/{number:08}")
    }

    /// Makes the template's newest version.
    pub(super) fn make(
        call: &mut Call<'_>,
        template: &LaunchTemplate,
        data: BTreeMap<String, String>,
    ) -> Self {
        let version = Self {
            template_id: template.id.clone(),
            number: template.latest_version,
            description: call.params.get("VersionDescription").map(str::to_owned),
            data,
            created_by: call.caller.clone(),
            created: call.now(),
        };
        call.tx.put(&call.place, &version);
        version
    }

    /// The description of the instances, as parameters.
    pub(crate) fn params(&self) -> Params {
        let mut params = Params::default();
        self.data
            .iter()
            .for_each(|(name, value)| params.set(name, value));
        params
    }

    fn fields(&self, template: &LaunchTemplate) -> Fields {
        Fields::new()
            .text("launchTemplateId", &self.template_id)
            .text("launchTemplateName", &template.name)
            .text("versionNumber", self.number)
            .maybe("versionDescription", self.description.as_ref())
            .text("createTime", stamp(self.created))
            .text("createdBy", &self.created_by)
            .text("defaultVersion", self.number == template.default_version)
            .fields("launchTemplateData", shown(&self.params()))
    }
}

impl Document for LaunchTemplateVersion {
    const SERVICE: &'static str = "ec2";
    const KIND: &'static str = "launch-template-version";

    fn id(&self) -> String {
        Self::key(&self.template_id, self.number)
    }

    fn created(&self) -> Timestamp {
        self.created
    }
}

/// The data of an answer from the parameters of the request.
fn shown(data: &Params) -> Fields {
    let copy = |fields: Fields, from: &Params, names: &[&str]| {
        names.iter().fold(fields, |fields, name| {
            fields.maybe(&lower(name), from.get(name))
        })
    };
    let mut fields = copy(
        Fields::new(),
        data,
        &[
            "EbsOptimized",
            "ImageId",
            "InstanceType",
            "KeyName",
            "UserData",
        ],
    );
    let devices = data
        .structures("BlockDeviceMapping")
        .into_iter()
        .map(|device| {
            let ebs = [
                "DeleteOnTermination",
                "Encrypted",
                "Iops",
                "KmsKeyId",
                "SnapshotId",
                "Throughput",
                "VolumeSize",
            ];
            let ebs = copy(
                copy(Fields::new(), &device.under("Ebs"), &ebs),
                &device.under("Ebs"),
                &["VolumeType"],
            );
            copy(Fields::new(), &device, &["DeviceName"]).fields("ebs", ebs)
        });
    let devices: Vec<Fields> = devices.collect();
    if !devices.is_empty() {
        fields = fields.list("blockDeviceMappingSet", "item", devices);
    }
    let groups = data.list("SecurityGroupId");
    if !groups.is_empty() {
        fields = fields.texts("securityGroupIdSet", "item", groups);
    }
    let tags = data
        .structures("TagSpecification")
        .into_iter()
        .map(|specification| {
            let tags = specification.structures("Tag").into_iter();
            let tags = tags.map(|tag| copy(copy(Fields::new(), &tag, &["Key"]), &tag, &["Value"]));
            copy(Fields::new(), &specification, &["ResourceType"]).list("tagSet", "item", tags)
        });
    let tags: Vec<Fields> = tags.collect();
    if !tags.is_empty() {
        fields = fields.list("tagSpecificationSet", "item", tags);
    }
    let metadata = [
        "HttpEndpoint",
        "HttpProtocolIpv6",
        "HttpPutResponseHopLimit",
        "HttpTokens",
        "InstanceMetadataTags",
    ];
    for (name, members) in [
        ("MetadataOptions", &metadata[..]),
        ("Monitoring", &["Enabled"]),
        ("IamInstanceProfile", &["Arn", "Name"]),
    ] {
        let inner = data.under(name);
        if !inner.is_empty() {
            fields = fields.fields(&lower(name), copy(Fields::new(), &inner, members));
        }
    }
    fields
}

fn lower(name: &str) -> String {
    let mut signs = name.chars();
    signs
        .next()
        .map(|first| first.to_ascii_lowercase())
        .into_iter()
        .chain(signs)
        .collect()
}

/// The data of the request, refused when something in it cannot be. That its security groups exist is checked only
/// when instances start, as on the real cloud.
pub(super) fn checked_data(call: &Call<'_>) -> Result<BTreeMap<String, String>, ApiError> {
    let data = call.params.under("LaunchTemplateData");
    if data.is_empty() {
        return Err(missing("LaunchTemplateData"));
    }
    check(&data)?;
    Ok(data
        .iter()
        .map(|(name, value)| (name.to_owned(), value.to_owned()))
        .collect())
}

fn check(data: &Params) -> Result<(), ApiError> {
    for (name, value) in data.iter() {
        match name.rsplit('.').next().unwrap_or_default() {
            "EbsOptimized" | "DeleteOnTermination" | "Encrypted" | "Enabled" => {
                truth(name, value)?;
            }
            "VolumeSize" | "Iops" | "Throughput" | "HttpPutResponseHopLimit" => {
                number::<u32>(name, value)?;
            }
            "VolumeType" => one_of(
                name,
                value,
                &["gp2", "gp3", "io1", "io2", "st1", "sc1", "standard"],
            )?,
            "HttpTokens" => one_of(name, value, &["optional", "required"])?,
            "HttpEndpoint" | "InstanceMetadataTags" | "HttpProtocolIpv6" => {
                one_of(name, value, &["enabled", "disabled"])?;
            }
            _ => {}
        }
    }
    let groups = data.list("SecurityGroupId");
    if let Some(group) = groups.iter().find(|group| !well_formed("sg", group)) {
        let text = format!("Invalid id: \"{group}\" (expecting \"sg-...\")");
        return Err(ApiError::bad("InvalidGroupId.Malformed", text));
    }
    for specification in data.structures("TagSpecification") {
        let of = specification.get("ResourceType").unwrap_or_default();
        one_of(
            "ResourceType",
            of,
            &[
                "instance",
                "volume",
                "network-interface",
                "spot-instances-request",
            ],
        )?;
    }
    Ok(())
}

fn one_of(name: &str, value: &str, legal: &[&str]) -> Result<(), ApiError> {
    match legal.contains(&value) {
        true => Ok(()),
        false => Err(invalid(format!(
            "Value ({value}) for parameter {name} is invalid."
        ))),
    }
}

/// The refusal of a version that is not there.
pub(super) fn unknown(template: &LaunchTemplate, version: &str) -> ApiError {
    let text = format!(
        "Could not find the specified version {version} for the launch template with ID {}.",
        template.id
    );
    ApiError::bad("InvalidLaunchTemplateId.VersionNotFound", text)
}

/// CreateLaunchTemplateVersion: upon an older one when `SourceVersion` names it.
pub(super) fn create(call: &mut Call<'_>) -> Outcome {
    let mut template = named(call)?;
    if let Some(made) =
        made_before(call)?.and_then(|id| call.tx.get::<LaunchTemplateVersion>(&call.place, &id))
    {
        return answer(&made, &template);
    }
    let mut data = BTreeMap::new();
    if let Some(word) = call.params.get("SourceVersion") {
        let number = template.resolve(word);
        let source = number.and_then(|number| template.version(&call.tx, &call.place, number));
        data = source.ok_or_else(|| unknown(&template, word))?.data;
    }
    let new = checked_data(call)?;
    // A list that the request names replaces the source's list as a whole.
    let first = |name: &str| name.split('.').next().unwrap_or_default().to_owned();
    data.retain(|old, _| {
        !new.keys()
            .any(|name| first(name) == first(old) && old.contains('.'))
    });
    data.extend(new);
    template.latest_version += 1;
    call.tx.put(&call.place, &template);
    let version = LaunchTemplateVersion::make(call, &template, data);
    remember(call, &version.id());
    answer(&version, &template)
}

fn answer(version: &LaunchTemplateVersion, template: &LaunchTemplate) -> Outcome {
    Ok(Body::Xml(
        Fields::new().fields("launchTemplateVersion", version.fields(template)),
    ))
}

/// DescribeLaunchTemplateVersions: of one template.
pub(super) fn describe(call: &mut Call<'_>) -> Outcome {
    let template = named(call)?;
    let words = call.params.list("LaunchTemplateVersion");
    let rows: Vec<LaunchTemplateVersion> = if words.is_empty() {
        let bound = |name: &str| {
            call.params
                .get(name)
                .map(|text| number::<u64>(name, text))
                .transpose()
        };
        let (from, to) = (
            bound("MinVersion")?.unwrap_or(1),
            bound("MaxVersion")?.unwrap_or(u64::MAX),
        );
        let mut all = template.versions(&call.tx, &call.place);
        all.retain(|version| (from..=to).contains(&version.number));
        all
    } else {
        let one = |word: &String| {
            let found = template
                .resolve(word)
                .and_then(|number| template.version(&call.tx, &call.place, number));
            found.ok_or_else(|| unknown(&template, word))
        };
        words.iter().map(one).collect::<Result<_, _>>()?
    };
    let listing = Listing {
        ids: "LaunchTemplateVersion",
        set: "launchTemplateVersionSet",
        least: 1,
        most: 200,
    };
    let (rows, next) = page(call, &listing, rows, !words.is_empty(), Document::id)?;
    let items: Vec<Fields> = rows.iter().map(|row| row.fields(&template)).collect();
    Ok(Body::Xml(
        Fields::new()
            .list(listing.set, "item", items)
            .maybe("nextToken", next),
    ))
}
