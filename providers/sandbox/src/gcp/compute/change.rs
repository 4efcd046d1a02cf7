//! Making, changing, deleting: each call is checked, and answers with an operation that does the rest.

use serde_json::{Map, Value, json};

use super::call::{home, kind, named};
use super::item::{CHANGING, CREATING, DELETING, Item, READY};
use super::kind::{Kind, invalid, not_ready, required, stale, user_of};
use super::work;
use crate::gcp::operation::{self, Work};
use crate::gcp::shape::number;
use crate::gcp::{Call, Outcome};
use crate::store::Place;
use crate::wire::ApiError;

/// The answer that was given to the same request id before, when there was one.
fn repeated(call: &Call<'_>, place: &Place) -> Result<Option<Value>, ApiError> {
    let id = call.param("requestId");
    if id.is_empty() {
        return Ok(None);
    }
    let parsed = uuid::Uuid::parse_str(id);
    if parsed.is_ok_and(|id| !id.is_nil()) {
        let mut all = operation::list(&call.tx, place, "compute").into_iter();
        let found = all.find(|work| work.request_id == id);
        return Ok(found.map(|work| work::show(&work, place)));
    }
    Err(invalid("requestId", id, "Must be a valid non-zero UUID"))
}

/// Starts an operation and answers it.
pub(super) fn start(
    call: &mut Call<'_>,
    place: &Place,
    item: &Item,
    what: &str,
    seconds: u64,
    detail: Value,
) -> Outcome {
    let path = item.path(place);
    let mut work = Work::new(call, "compute", what, &path, (0, seconds));
    work.target_number.clone_from(&item.number);
    work.detail = detail;
    operation::put(&mut call.tx, place, &work);
    Ok(work::show(&work, place))
}

/// `insert`.
pub(super) fn insert(call: &mut Call<'_>) -> Outcome {
    let (kind, place) = (kind(call)?, home(call)?);
    if let Some(answer) = repeated(call, &place)? {
        return Ok(answer);
    }
    let mut fields = call.body();
    fields.retain(|_, value| !value.is_null());
    for made_up in [
        "kind",
        "id",
        "selfLink",
        "creationTimestamp",
        "region",
        "zone",
    ] {
        fields.remove(made_up);
    }
    let name = fields.remove("name").unwrap_or_default();
    let name = checked(name.as_str().unwrap_or_default())?;
    let item = Item {
        api: kind.api.to_owned(),
        collection: kind.collection.to_owned(),
        name: name.clone(),
        number: number(&mut call.tx),
        fields: Map::new(),
        state: CREATING.to_owned(),
        own: false,
        created: call.now(),
    };
    let id = format!("{}/{name}", kind.collection);
    if call.tx.get::<Item>(&place, &id).is_some() {
        let path = item.full_path(&place);
        let text = format!("The resource '{path}' already exists");
        return Err(ApiError::new(409, "alreadyExists", text));
    }
    quota(call, &place, kind)?;
    (kind.insert)(call, &place, &mut fields)?;
    let item = Item { fields, ..item };
    call.tx.put(&place, &item);
    let detail = json!({ "do": "insert" });
    start(call, &place, &item, "insert", kind.seconds.0, detail)
}

/// A name as the API wants it.
fn checked(name: &str) -> Result<String, ApiError> {
    let sign = |byte: u8| byte.is_ascii_lowercase() || byte.is_ascii_digit() || byte == b'-';
    let legal = name.len() <= 63
        && name.starts_with(|first: char| first.is_ascii_lowercase())
        && name.bytes().all(sign)
        && !name.ends_with('-');
    match name {
        "" => Err(required("resource.name")),
        _ if legal => Ok(name.to_owned()),
        _ => {
            let why = "Must be a match of regex '(?:[a-z](?:[-a-z0-9]{0,61}[a-z0-9])?)'";
            Err(invalid("resource.name", name, why))
        }
    }
}

fn quota(call: &Call<'_>, place: &Place, kind: &Kind) -> Result<(), ApiError> {
    let Some((ours, theirs)) = kind.quota else {
        return Ok(());
    };
    let limit = call.tx.config().quota(ours);
    let everywhere = !matches!(kind.api, "addresses");
    let counts = |(at, item): &&(Place, Item)| {
        at.account == place.account
            && item.api == kind.api
            && !item.own
            && (everywhere || at.region == place.region)
    };
    let all = call.tx.everywhere::<Item>();
    let used = all.iter().filter(counts).count();
    if u64::try_from(used).unwrap_or(u64::MAX) < limit {
        return Ok(());
    }
    let of = match everywhere {
        true => "globally".to_owned(),
        false => format!("in region {}", place.region),
    };
    let text = format!("Quota '{theirs}' exceeded.  Limit: {limit}.0 {of}.");
    Err(ApiError::new(403, "quotaExceeded", text))
}

/// The object that the path names, when it may be changed.
pub(super) fn changeable(call: &Call<'_>, place: &Place, kind: &Kind) -> Result<Item, ApiError> {
    let item = named(call, place, kind)?;
    match item.state.as_str() {
        READY => Ok(item),
        _ => Err(not_ready(&item.full_path(place))),
    }
}

/// `patch` and `update`.
pub(super) fn patch(call: &mut Call<'_>) -> Outcome {
    let (kind, place) = (kind(call)?, home(call)?);
    if let Some(answer) = repeated(call, &place)? {
        return Ok(answer);
    }
    let item = changeable(call, &place, kind)?;
    let mut body = call.body();
    for same in [
        "kind",
        "id",
        "selfLink",
        "creationTimestamp",
        "region",
        "zone",
    ] {
        body.remove(same);
    }
    let renamed = body.remove("name").filter(|name| !name.is_null());
    if renamed.is_some_and(|name| name != item.name.as_str()) {
        return Err(invalid("resource.name", "", "Name cannot be changed."));
    }
    let fields = (kind.patch)(call, &place, &item, &body)?;
    let word = match (kind.api, call.operation.ends_with(".update")) {
        ("networks", _) => "updateNetwork",
        (_, true) => "update",
        (_, false) => "patch",
    };
    set(call, &place, item, word, kind.seconds.1, fields)
}

/// Starts an operation that gives an object other fields.
pub(super) fn set(
    call: &mut Call<'_>,
    place: &Place,
    mut item: Item,
    what: &str,
    seconds: u64,
    fields: Map<String, Value>,
) -> Outcome {
    CHANGING.clone_into(&mut item.state);
    call.tx.put(place, &item);
    let mut detail = json!({ "do": "set" });
    detail["fields"] = Value::Object(fields);
    start(call, place, &item, what, seconds, detail)
}

/// `delete`.
pub(super) fn delete(call: &mut Call<'_>) -> Outcome {
    let (kind, place) = (kind(call)?, home(call)?);
    if let Some(answer) = repeated(call, &place)? {
        return Ok(answer);
    }
    let mut item = changeable(call, &place, kind)?;
    if !kind.late
        && let Some(user) = user_of(&call.tx, &place, &item)
    {
        let text = in_use(kind, &item.full_path(&place), &user);
        return Err(ApiError::new(400, "resourceInUseByAnotherResource", text));
    }
    DELETING.clone_into(&mut item.state);
    call.tx.put(&place, &item);
    let detail = json!({ "do": "delete" });
    start(call, &place, &item, "delete", kind.seconds.2, detail)
}

/// What is said of something that is in use.
pub(super) fn in_use(kind: &Kind, path: &str, user: &str) -> String {
    format!(
        "The {} resource '{path}' is already being used by '{user}'",
        kind.noun
    )
}

/// `setLabels`: the one change that is done before its operation is answered.
pub(super) fn set_labels(call: &mut Call<'_>) -> Outcome {
    let (kind, place) = (kind(call)?, home(call)?);
    if let Some(answer) = repeated(call, &place)? {
        return Ok(answer);
    }
    let mut item = changeable(call, &place, kind)?;
    let body = call.body();
    if super::kind::text(&body, "labelFingerprint") != item.label_fingerprint() {
        return Err(stale("Label"));
    }
    let labels = body.get("labels").cloned().unwrap_or(json!({}));
    labels_legal(&labels)?;
    match labels.as_object().is_some_and(|labels| !labels.is_empty()) {
        true => item.fields.insert("labels".to_owned(), labels),
        false => item.fields.remove("labels"),
    };
    call.tx.put(&place, &item);
    let path = item.path(&place);
    let mut work = Work::new(call, "compute", "setLabels", &path, (0, 0)).done();
    work.target_number.clone_from(&item.number);
    operation::put(&mut call.tx, &place, &work);
    Ok(work::show(&work, &place))
}

/// Labels as the API wants them.
pub(super) fn labels_legal(labels: &Value) -> Result<(), ApiError> {
    let sign = |sign: char| {
        sign.is_lowercase()
            || sign.is_numeric()
            || sign == '-'
            || sign == '_'
            || sign.is_alphabetic() && !sign.is_uppercase()
    };
    let legal = |text: &str| text.chars().count() <= 63 && text.chars().all(sign);
    for (key, value) in labels.as_object().into_iter().flatten() {
        let value = value.as_str().unwrap_or("\u{0}");
        if key.is_empty() || !key.starts_with(char::is_lowercase) || !legal(key) {
            return Err(invalid("labels.key", key, "The label key is not valid."));
        }
        if !legal(value) {
            let why =
                "The label value is not valid: up to 63 lower-case letters, digits, '-' and '_'.";
            return Err(invalid("labels.value", value, why));
        }
    }
    Ok(())
}
