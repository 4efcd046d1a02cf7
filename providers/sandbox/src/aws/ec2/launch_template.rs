//! Launch templates.

use jiff::Timestamp;
use serde::{Deserialize, Serialize};

use super::common::{invalid, made_before, missing, number, remember, required, stamp, within};
use super::launch_template_version::{LaunchTemplateVersion, checked_data};
use super::resource::{Listing, Resource, Words, find, page};
use super::tags::{self, Tags};
use crate::aws::{Call, Outcome};
use crate::store::{Document, Place, Tx};
use crate::wire::{ApiError, Body, Fields};

/// A launch template.
#[derive(Clone, Debug, Serialize, Deserialize)]
pub(crate) struct LaunchTemplate {
    /// Its id.
    pub(crate) id: String,
    /// Its name, unique in the region.
    pub(crate) name: String,
    /// The version used when none is named.
    pub(crate) default_version: u64,
    /// The newest version.
    pub(crate) latest_version: u64,
    /// Who made it.
    pub(crate) created_by: String,
    /// Its tags.
    pub(crate) tags: Tags,
    /// When it was made.
    pub(crate) created: Timestamp,
}

impl LaunchTemplate {
    /// The number of a version word: a number, `$Default` or `$Latest`.
    pub(crate) fn resolve(&self, version: &str) -> Option<u64> {
        match version {
            "$Latest" => Some(self.latest_version),
            "$Default" => Some(self.default_version),
            number => number.parse().ok(),
        }
    }

    /// The version with the number.
    pub(crate) fn version(
        &self,
        tx: &Tx<'_>,
        place: &Place,
        number: u64,
    ) -> Option<LaunchTemplateVersion> {
        tx.get::<LaunchTemplateVersion>(place, &LaunchTemplateVersion::key(&self.id, number))
    }

    /// All versions, oldest first.
    pub(super) fn versions(&self, tx: &Tx<'_>, place: &Place) -> Vec<LaunchTemplateVersion> {
        (1..=self.latest_version)
            .filter_map(|number| self.version(tx, place, number))
            .collect()
    }
}

impl Document for LaunchTemplate {
    const SERVICE: &'static str = "ec2";
    const KIND: &'static str = "launch-template";

    fn id(&self) -> String {
        self.id.clone()
    }

    fn created(&self) -> Timestamp {
        self.created
    }
}

impl Resource for LaunchTemplate {
    const WORDS: Words = Words {
        prefix: "lt",
        noun: "The specified launch template, with template ID",
        not_found: "InvalidLaunchTemplateId.NotFound",
        malformed: "InvalidLaunchTemplateId.Malformed",
        filters: &["launch-template-name", "create-time"],
    };

    fn tags(&self) -> &Tags {
        &self.tags
    }

    fn tags_mut(&mut self) -> &mut Tags {
        &mut self.tags
    }

    fn values(&self, filter: &str, _tx: &Tx<'_>, _place: &Place) -> Vec<String> {
        vec![if filter == "create-time" {
            stamp(self.created)
        } else {
            self.name.clone()
        }]
    }

    fn fields(&self, _tx: &Tx<'_>, _place: &Place) -> Fields {
        let fields = Fields::new()
            .text("launchTemplateId", &self.id)
            .text("launchTemplateName", &self.name)
            .text("createTime", stamp(self.created))
            .text("createdBy", &self.created_by)
            .text("defaultVersionNumber", self.default_version)
            .text("latestVersionNumber", self.latest_version);
        tags::set(fields, &self.tags)
    }
}

/// CreateLaunchTemplate.
pub(super) fn create(call: &mut Call<'_>) -> Outcome {
    if let Some(template) =
        made_before(call)?.and_then(|id| call.tx.get::<LaunchTemplate>(&call.place, &id))
    {
        return answer(call, &template);
    }
    let name = required(call, "LaunchTemplateName")?;
    let legal = |sign: char| sign.is_ascii_alphanumeric() || "-_./()".contains(sign);
    if !(3..=128).contains(&name.len()) || !name.chars().all(legal) {
        let text = "Launch template names must be between 3 and 128 characters, and may contain letters, numbers, and \
                    the following characters: - ( ) . / _.";
        return Err(ApiError::bad(
            "InvalidLaunchTemplateName.MalformedException",
            text,
        ));
    }
    let data = checked_data(call)?;
    let tags = tags::at_create(call, "launch-template")?;
    let have = call.tx.list::<LaunchTemplate>(&call.place);
    if have.iter().any(|template| template.name == name) {
        let text = "Launch template name already in use.";
        return Err(ApiError::bad(
            "InvalidLaunchTemplateName.AlreadyExistsException",
            text,
        ));
    }
    within(
        &call.tx,
        "ec2:launch-templates",
        have.len(),
        "LaunchTemplateLimitExceeded",
        "launch templates",
    )?;
    let template = LaunchTemplate {
        id: call.tx.fresh_id("lt"),
        name,
        default_version: 1,
        latest_version: 1,
        created_by: call.caller.clone(),
        tags,
        created: call.now(),
    };
    call.tx.put(&call.place, &template);
    LaunchTemplateVersion::make(call, &template, data);
    remember(call, &template.id);
    answer(call, &template)
}

fn answer(call: &Call<'_>, template: &LaunchTemplate) -> Outcome {
    Ok(Body::Xml(Fields::new().fields(
        "launchTemplate",
        template.fields(&call.tx, &call.place),
    )))
}

/// The template that a call names by id or by name.
pub(super) fn named(call: &Call<'_>) -> Result<LaunchTemplate, ApiError> {
    match (
        call.params.get("LaunchTemplateId"),
        call.params.get("LaunchTemplateName"),
    ) {
        (Some(id), None) => find::<LaunchTemplate>(call, id),
        (None, Some(name)) => by_name(call, name),
        (None, None) => Err(missing("LaunchTemplateId")),
        (Some(_), Some(_)) => Err(invalid(
            "Specify either the launch template ID or its name, not both.",
        )),
    }
}

fn by_name(call: &Call<'_>, name: &str) -> Result<LaunchTemplate, ApiError> {
    let mut all = call.tx.see_all::<LaunchTemplate>(&call.place).into_iter();
    all.find(|template| template.name == name).ok_or_else(|| {
        let text = format!(
            "At least one of the launch templates specified in the request does not exist: {name}"
        );
        ApiError::bad("InvalidLaunchTemplateName.NotFoundException", text)
    })
}

/// DescribeLaunchTemplates: by ids, by names, or all.
pub(super) fn describe(call: &mut Call<'_>) -> Outcome {
    let listing = Listing {
        ids: "LaunchTemplateId",
        set: "launchTemplates",
        least: 1,
        most: 200,
    };
    let names = call.params.list("LaunchTemplateName");
    if names.is_empty() {
        return super::resource::describe::<LaunchTemplate>(call, &listing);
    }
    let named: Vec<LaunchTemplate> = names
        .iter()
        .map(|name| by_name(call, name))
        .collect::<Result<_, _>>()?;
    let filters = super::resource::Filters::read(&call.params, LaunchTemplate::WORDS.filters)?;
    let admitted = named.into_iter().filter(|template| {
        filters.admit(&template.tags, |name| {
            template.values(name, &call.tx, &call.place)
        })
    });
    let (rows, next) = page(call, &listing, admitted.collect(), true, Document::id)?;
    let items: Vec<Fields> = rows
        .iter()
        .map(|row| row.fields(&call.tx, &call.place))
        .collect();
    Ok(Body::Xml(
        Fields::new()
            .list(listing.set, "item", items)
            .maybe("nextToken", next),
    ))
}

/// DeleteLaunchTemplate: with all its versions.
pub(super) fn delete(call: &mut Call<'_>) -> Outcome {
    let template = named(call)?;
    for version in template.versions(&call.tx, &call.place) {
        call.tx
            .delete::<LaunchTemplateVersion>(&call.place, &version.id());
    }
    call.tx.delete::<LaunchTemplate>(&call.place, &template.id);
    answer(call, &template)
}

/// ModifyLaunchTemplate: the default version.
pub(super) fn modify(call: &mut Call<'_>) -> Outcome {
    let mut template = named(call)?;
    let text = required(call, "SetDefaultVersion")?;
    let version: u64 = number("SetDefaultVersion", &text)?;
    if template.version(&call.tx, &call.place, version).is_none() {
        return Err(super::launch_template_version::unknown(&template, &text));
    }
    template.default_version = version;
    call.tx.put(&call.place, &template);
    answer(call, &template)
}
