//! Reading: one, a page of one place, a page of all places.

use serde_json::{Map, Value, json};

use super::item::Item;
use super::kind::{Kind, not_found};
use super::link::{link, scope};
use super::place;
use crate::gcp::filter::Filter;
use crate::gcp::shape::page;
use crate::gcp::{Call, Outcome};
use crate::store::Place;
use crate::wire::ApiError;

/// The kind that the operation is of.
pub(super) fn kind(call: &Call<'_>) -> Result<&'static Kind, ApiError> {
    let api = call.operation.split('.').nth(1).unwrap_or_default();
    Kind::of(api).ok_or_else(|| ApiError::new(501, "notImplemented", call.operation))
}

/// The place that the path names.
pub(super) fn home(call: &Call<'_>) -> Result<Place, ApiError> {
    let (region, zone) = (call.param("region"), call.param("zone"));
    if !region.is_empty() && !place::is_region(region) {
        return Err(super::kind::invalid("region", region, "Unknown region."));
    }
    if !zone.is_empty() && !place::is_zone(zone) {
        return Err(super::kind::invalid("zone", zone, "Unknown zone."));
    }
    Ok(call.place(if region.is_empty() { zone } else { region }))
}

/// The object that the path names.
pub(super) fn named(call: &Call<'_>, place: &Place, kind: &Kind) -> Result<Item, ApiError> {
    let name = call.param("resource");
    let number = |item: &Item| item.collection == kind.collection && item.number == name;
    let id = format!("{}/{name}", kind.collection);
    let found = call.tx.get::<Item>(place, &id);
    let found = found.or_else(|| call.tx.list::<Item>(place).into_iter().find(number));
    found.ok_or_else(|| {
        let scope = scope(&place.region);
        not_found(&format!(
            "projects/{}/{scope}/{}/{name}",
            place.account, kind.collection
        ))
    })
}

/// `get`.
pub(super) fn get(call: &mut Call<'_>) -> Outcome {
    let (kind, place) = (kind(call)?, home(call)?);
    let item = named(call, &place, kind)?;
    Ok(item.show(&call.tx, &place))
}

/// `list`.
pub(super) fn list(call: &mut Call<'_>) -> Outcome {
    let (kind, place) = (kind(call)?, home(call)?);
    let mut items = call.tx.see_all::<Item>(&place);
    items.retain(|item| item.api == kind.api);
    let rows = items
        .iter()
        .map(|item| item.show(&call.tx, &place))
        .collect();
    rows_of(call, &place.region, kind.collection, kind.kind, rows)
}

/// The answer of a list: one page of the rows that the filter lets through.
pub(super) fn rows_of(
    call: &Call<'_>,
    location: &str,
    collection: &str,
    kind: &str,
    rows: Vec<Value>,
) -> Outcome {
    let (rows, next) = paged(call, rows)?;
    let path = match collection {
        "zones" | "regions" => collection.to_owned(),
        _ => format!("{}/{collection}", scope(location)),
    };
    let mut answer = json!({
        "kind": format!("compute#{kind}List"),
        "id": format!("projects/{}/{path}", call.project),
        "selfLink": link(&call.project, &path),
    });
    if !rows.is_empty() {
        answer["items"] = Value::Array(rows);
    }
    if let Some(next) = next {
        answer["nextPageToken"] = json!(next);
    }
    Ok(answer)
}

fn paged(call: &Call<'_>, mut rows: Vec<Value>) -> Result<(Vec<Value>, Option<String>), ApiError> {
    let wrong = |text: String| super::kind::invalid("filter", call.param("filter"), &text);
    let filter = Filter::parse(call.param("filter")).map_err(wrong)?;
    rows.retain(|row| filter.lets(row));
    // A link tells apart what has one name in two places.
    let key = |row: &Value| {
        let of = |name: &str| row.get(name).and_then(Value::as_str).unwrap_or_default();
        format!("{} {}", of("name"), of("selfLink"))
    };
    rows.sort_by_key(key);
    let size = match call.param("maxResults") {
        "" => 500,
        number => match number.parse() {
            Ok(size @ 1..=500) => size,
            _ => {
                let why = "Value must be in the range [0, 500].";
                return Err(super::kind::invalid("maxResults", number, why));
            }
        },
    };
    page(rows, key, size, call.param("pageToken")).map_err(|_| {
        super::kind::invalid("pageToken", call.param("pageToken"), "Invalid page token.")
    })
}

/// `aggregatedList`.
pub(super) fn aggregated(call: &mut Call<'_>) -> Outcome {
    let kind = kind(call)?;
    // The global and the regional kind of one collection are read together.
    let here = |item: &Item| item.collection == kind.collection;
    let mut rows = Vec::new();
    for (place, item) in call.tx.everywhere::<Item>() {
        if place.account == call.project && here(&item) && call.tx.visible(&item) {
            rows.push(item.show(&call.tx, &place));
        }
    }
    aggregate(call, kind.collection, kind.kind, rows)
}

/// The answer of an aggregated list: the rows of one page under their places, and a warning under the others.
pub(super) fn aggregate(
    call: &Call<'_>,
    collection: &str,
    kind: &str,
    rows: Vec<Value>,
) -> Outcome {
    let silent = &call.tx.config().unreachable;
    let (rows, next) = paged(call, rows)?;
    let mut scopes: Map<String, Value> = Map::new();
    for scope in place::scopes(collection) {
        scopes.insert(scope.clone(), json!({ "warning": nothing(&scope) }));
    }
    let mut unreachables: Vec<String> = silent.iter().map(|at| scope(at)).collect();
    unreachables.retain(|scope| scopes.contains_key(scope));
    for row in rows {
        let text = |name: &str| {
            row.get(name)
                .and_then(Value::as_str)
                .map(crate::gcp::shape::last)
        };
        let location = text("zone").or_else(|| text("region")).unwrap_or_default();
        let scope = scope(location);
        if unreachables.contains(&scope) {
            continue;
        }
        let under = scopes.entry(scope).or_insert_with(|| json!({}));
        if let Some(list) = under.get_mut(collection).and_then(Value::as_array_mut) {
            list.push(row);
        } else {
            *under = json!({ collection: [row] });
        }
    }
    for scope in &unreachables {
        let data = json!([{ "key": "scope", "value": scope }]);
        let text = format!("The scope '{scope}' could not be reached.");
        let warning = json!({ "code": "UNREACHABLE", "message": text, "data": data });
        scopes.insert(scope.clone(), json!({ "warning": warning }));
    }
    let plural = if kind == "healthCheck" {
        "healthChecks"
    } else {
        kind
    };
    let path = format!("aggregated/{collection}");
    let mut answer = json!({
        "kind": format!("compute#{plural}AggregatedList"),
        "id": format!("projects/{}/{path}", call.project),
        "items": scopes,
        "selfLink": link(&call.project, &path),
    });
    if let Some(next) = next {
        answer["nextPageToken"] = json!(next);
    }
    if !unreachables.is_empty() {
        answer["unreachables"] = json!(unreachables);
    }
    Ok(answer)
}

fn nothing(scope: &str) -> Value {
    json!({
        "code": "NO_RESULTS_ON_PAGE",
        "message": format!("There are no results for scope '{scope}' on this page."),
        "data": [{ "key": "scope", "value": scope }],
    })
}
