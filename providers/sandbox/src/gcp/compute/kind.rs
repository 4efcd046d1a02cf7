//! What is special about each kind of object, and how objects find each other.

use serde_json::{Map, Value};

use super::item::{Item, READY};
use super::link::{relative, split};
use super::{address, disk, firewall, forwarding, group, network, route, router, subnetwork};
use crate::gcp::Call;
use crate::store::{Place, Tx};
use crate::wire::ApiError;

/// The fields of an object.
pub(super) type Fields = Map<String, Value>;

/// One kind.
pub(crate) struct Kind {
    /// Its name in method ids: `globalAddresses`.
    pub(super) api: &'static str,
    /// The collection in paths: `addresses`.
    pub(super) collection: &'static str,
    /// The word after `compute#`.
    pub(super) kind: &'static str,
    /// What messages call it: `subnetwork`, `health_check`.
    pub(super) noun: &'static str,
    /// What making, changing and deleting take, in seconds.
    pub(super) seconds: (u64, u64, u64),
    /// The sandbox's and the API's name of its quota.
    pub(super) quota: Option<(&'static str, &'static str)>,
    /// Whether only the operation finds out that it is in use, and not the call already.
    pub(super) late: bool,
    /// Checks what is to be made, and fills in what the cloud chooses.
    pub(super) insert: fn(&mut Call<'_>, &Place, &mut Fields) -> Result<(), ApiError>,
    /// Checks a change; answers the fields after it.
    pub(super) patch: fn(&mut Call<'_>, &Place, &Item, &Fields) -> Result<Fields, ApiError>,
    /// Adds what is only computed.
    pub(super) show: fn(&Tx<'_>, &Place, &Item, &mut Fields),
    /// Links of what it uses.
    pub(super) uses: fn(&Item) -> Vec<String>,
    /// It is there now.
    pub(super) made: fn(&mut Tx<'_>, &Place, &Item),
    /// It is gone.
    pub(super) gone: fn(&mut Tx<'_>, &Place, &Item),
}

/// A kind that is only kept: fields as they come, no change, no use of others.
pub(super) const PLAIN: Kind = Kind {
    api: "",
    collection: "",
    kind: "",
    noun: "",
    seconds: (3, 3, 3),
    quota: None,
    late: false,
    insert: |_, _, _| Ok(()),
    patch: |_, _, item, _| Ok(item.fields.clone()),
    show: |_, _, _, _| {},
    uses: |_| Vec::new(),
    made: |_, _, _| {},
    gone: |_, _, _| {},
};

/// Every kind.
const KINDS: &[Kind] = &[
    network::KIND,
    subnetwork::KIND,
    router::KIND,
    firewall::KIND,
    address::REGIONAL,
    address::GLOBAL,
    route::KIND,
    disk::KIND,
    forwarding::REGIONAL_RULE,
    forwarding::GLOBAL_RULE,
    forwarding::TARGET_POOL,
    forwarding::HEALTH_CHECK,
    forwarding::BACKEND_SERVICE,
    forwarding::REGIONAL_SERVICE,
    forwarding::ENDPOINT_GROUP,
    group::MANAGER,
    group::GROUP,
    group::INSTANCE,
];

impl Kind {
    /// The kind of a name in method ids.
    pub(super) fn of(api: &str) -> Option<&'static Self> {
        KINDS.iter().find(|kind| kind.api == api)
    }
}

/// The object that a link names, and where it lies.
pub(crate) fn find(tx: &Tx<'_>, project: &str, link: &str) -> Option<(Place, Item)> {
    let (location, collection, name) = split(relative(project, link)?)?;
    let place = Place {
        account: project.to_owned(),
        region: location.to_owned(),
    };
    let item = tx.get::<Item>(&place, &format!("{collection}/{name}"))?;
    Some((place, item))
}

/// The object that a link names, for something that is going to use it.
///
/// # Errors
/// It is not there, or not ready.
pub(crate) fn usable(tx: &Tx<'_>, project: &str, link: &str) -> Result<(Place, Item), ApiError> {
    let shown = relative(project, link).map_or_else(
        || link.to_owned(),
        |path| format!("projects/{project}/{path}"),
    );
    match find(tx, project, link) {
        Some((_, item)) if item.state != READY && item.state != super::item::CHANGING => {
            Err(not_ready(&shown))
        }
        Some(found) => Ok(found),
        None => Err(not_found(&shown)),
    }
}

/// The object that uses this one, when there is any: its path with the project.
pub(super) fn user_of(tx: &Tx<'_>, place: &Place, item: &Item) -> Option<String> {
    let path = item.path(place);
    let uses = |(at, other): &(Place, Item)| {
        at.account == place.account
            && other.kind().is_some_and(|kind| {
                let mut links = (kind.uses)(other).into_iter();
                links.any(|link| relative(&place.account, &link) == Some(path.as_str()))
            })
    };
    let found = tx.everywhere::<Item>().into_iter().find(uses);
    found.map(|(at, other)| other.full_path(&at))
}

/// The refusal of something that is not there.
pub(super) fn not_found(path: &str) -> ApiError {
    ApiError::new(
        404,
        "notFound",
        format!("The resource '{path}' was not found"),
    )
}

/// The refusal of something that is not ready yet.
pub(super) fn not_ready(path: &str) -> ApiError {
    ApiError::new(
        400,
        "resourceNotReady",
        format!("The resource '{path}' is not ready"),
    )
}

/// The refusal of a field's value.
pub(super) fn invalid(field: &str, value: &str, why: &str) -> ApiError {
    let text = format!("Invalid value for field '{field}': '{value}'. {why}");
    ApiError::new(400, "invalid", text)
}

/// The refusal of a field that is not there.
pub(super) fn required(field: &str) -> ApiError {
    ApiError::new(
        400,
        "required",
        format!("Required field '{field}' not specified"),
    )
}

/// The refusal of a fingerprint that is not the present one.
pub(super) fn stale(what: &str) -> ApiError {
    ApiError::new(
        412,
        "conditionNotMet",
        format!("{what} fingerprint either invalid or resource {what}s have changed"),
    )
}

/// A text among fields; empty when it is not there.
pub(super) fn text<'a>(fields: &'a Fields, name: &str) -> &'a str {
    fields.get(name).and_then(Value::as_str).unwrap_or_default()
}

/// Sets what was not set.
pub(super) fn default(fields: &mut Fields, name: &str, value: impl Into<Value>) {
    fields
        .entry(name.to_owned())
        .or_insert_with(|| value.into());
}

/// The words of an enum.
pub(super) fn one_of(fields: &Fields, name: &str, words: &[&str]) -> Result<(), ApiError> {
    match text(fields, name) {
        "" => Ok(()),
        word if words.contains(&word) => Ok(()),
        word => Err(invalid(
            &format!("resource.{name}"),
            word,
            &format!("'{word}' is not a valid value for enum"),
        )),
    }
}
