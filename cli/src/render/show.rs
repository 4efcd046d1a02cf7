//! What is live: each object with its health, handle and outputs.

use std::collections::BTreeMap;
use std::fmt::Write as _;

use owo_colors::OwoColorize as _;
use provision_core::model::{Address, Kind, Observed, ResourceId, Sight, Status, Value};
use provision_core::plan::Inputs;
use serde_json::{Value as Json, json};

use super::value::short;
use super::{count, heading, hung, plain};

/// Words that fit beside an object.
const SHORT: usize = 40;
/// Where what is said below an object begins.
const INDENT: usize = 14;

/// One object, wanted or found.
pub struct Row<'a> {
    id: &'a ResourceId,
    kind: &'a Kind,
    declared: bool,
    state: State<'a>,
}

/// What can be said of it.
enum State<'a> {
    Live(&'a Observed),
    Absent,
    Unknown(&'a str),
    Foreign(&'a str),
    Adoptable(&'a str),
    Twice(&'a [String]),
}

/// All objects within an address, in the order of their ids.
#[must_use]
pub fn rows<'a>(seen: &'a Inputs, only: Option<&Address>) -> Vec<Row<'a>> {
    let declared = seen.resources.iter().map(|resource| Row {
        id: &resource.id,
        kind: &resource.kind,
        declared: true,
        state: state(seen.sights.get(&resource.id)),
    });
    let orphans = seen.orphans.iter().map(|orphan| Row {
        id: &orphan.id,
        kind: &orphan.kind,
        declared: false,
        state: State::Live(orphan),
    });
    let within = |row: &Row<'_>| only.is_none_or(|only| row.id.address.is_within(only));
    let mut rows: Vec<Row<'a>> = declared.chain(orphans).filter(within).collect();
    rows.sort_by_key(|row| row.id);
    rows
}

fn state(sight: Option<&Sight>) -> State<'_> {
    match sight {
        None => State::Unknown("it was not among the answers"),
        Some(Sight::Present(live)) => State::Live(live),
        Some(Sight::Adoptable(live)) => State::Adoptable(&live.physical),
        Some(Sight::Absent) => State::Absent,
        Some(Sight::Unknown { reason }) => State::Unknown(reason),
        Some(Sight::Clash { physical, .. }) => State::Foreign(physical),
        Some(Sight::Twice { physical, .. }) => State::Twice(physical),
    }
}

impl Row<'_> {
    /// `ready`, `changing`, …: one word.
    fn word(&self) -> &'static str {
        match &self.state {
            State::Live(live) => match live.status {
                Status::Ready => "ready",
                Status::Degraded { .. } => "degraded",
                Status::Changing { .. } => "changing",
                Status::Deleting { .. } => "deleting",
                Status::Failed { .. } => "failed",
            },
            State::Absent => "absent",
            State::Unknown(_) => "unknown",
            State::Foreign(_) | State::Adoptable(_) => "foreign",
            State::Twice(_) => "twice",
        }
    }

    /// The cloud's own words, where there are any.
    fn detail(&self) -> Option<String> {
        match &self.state {
            State::Live(live) => match &live.status {
                Status::Ready => None,
                Status::Changing { phase } | Status::Deleting { phase } => Some(phase.clone()),
                Status::Degraded { reason } | Status::Failed { reason } => Some(reason.clone()),
            },
            State::Absent => None,
            State::Unknown(reason) => Some((*reason).to_owned()),
            State::Adoptable(physical) => Some(format!("{physical} is not adopted yet")),
            State::Foreign(physical) => Some(format!("{physical} holds its name")),
            State::Twice(physical) => Some(physical.join(", ")),
        }
    }

    fn live(&self) -> Option<&Observed> {
        match self.state {
            State::Live(live) => Some(live),
            _ => None,
        }
    }
}

/// For people.
#[must_use]
pub fn human(seen: &Inputs, rows: &[Row<'_>]) -> String {
    let mut out = String::new();
    let mut address: Option<&Address> = None;
    for row in rows {
        if address != Some(&row.id.address) {
            if address.is_some() {
                out.push('\n');
            }
            let _ = writeln!(out, "{}", heading(row.id.address.as_str()));
            address = Some(&row.id.address);
        }
        one(&mut out, row);
    }
    let live = rows.iter().filter(|row| row.live().is_some()).count();
    let ready = rows.iter().filter(|row| row.word() == "ready").count();
    if !rows.is_empty() {
        out.push('\n');
    }
    for (kind, reason) in &seen.unread {
        let word = "unread:".red().bold().to_string();
        let _ = writeln!(out, "{word} {} ({})", plain(reason), plain(kind));
    }
    for stray in &seen.strays {
        let word = "elsewhere:".red().bold().to_string();
        let (what, place) = (plain(&stray.physical), plain(&stray.place));
        let _ = writeln!(out, "{word} {what} in {place}");
    }
    let _ = writeln!(
        out,
        "{} {} of {} live, {ready} ready.",
        heading(&format!("Stack `{}`:", plain(&seen.stack))),
        live,
        count(rows.len(), "object"),
    );
    out
}

fn one(out: &mut String, row: &Row<'_>) {
    let word = format!("{:<8}", row.word());
    let word = match row.word() {
        "ready" => word.green().to_string(),
        "degraded" | "changing" | "deleting" | "absent" => word.yellow().to_string(),
        _ => word.red().to_string(),
    };
    let physical = row.live().map_or("", |live| live.physical.as_str());
    let _ = write!(out, "  {word}  {:<29} {}", row.id.part, plain(physical));
    let detail = row.detail().map(|detail| plain(&detail));
    let long = |detail: &&String| detail.len() > SHORT;
    if let Some(detail) = detail.as_ref().filter(|detail| !long(detail)) {
        let _ = write!(out, "  {detail}");
    }
    if !row.declared {
        let _ = write!(out, "  {}", "not declared".yellow());
    }
    out.push('\n');
    if let Some(detail) = detail.as_ref().filter(long) {
        *out += &hung(&" ".repeat(INDENT - 1), detail, INDENT);
    }
    let Some(live) = row.live() else {
        return;
    };
    for (name, value) in live.outputs.iter().filter(|(_, value)| tells(live, value)) {
        let _ = writeln!(out, "              {name:<14} {}", short(value).dimmed());
    }
    for child in &live.foreign {
        let _ = writeln!(
            out,
            "              {} {}",
            "foreign:".yellow(),
            plain(child)
        );
    }
}

/// An output that the handle does not say already.
fn tells(live: &Observed, value: &Value<provision_core::model::Never>) -> bool {
    match value {
        Value::Text(text) => *text != live.physical && !text.is_empty(),
        Value::List(items) => !items.is_empty(),
        _ => false,
    }
}

/// For programs: `{format_version, stack, resources: […], outputs: {ADDRESS: {PART: {…}}}, unread, strays}`.
#[must_use]
pub fn json(seen: &Inputs, rows: &[Row<'_>]) -> Json {
    let mut outputs: BTreeMap<&str, BTreeMap<&str, Json>> = BTreeMap::new();
    for row in rows {
        if let Some(live) = row.live() {
            let of_address = outputs.entry(row.id.address.as_str()).or_default();
            of_address.insert(&row.id.part, json!(live.outputs));
        }
    }
    json!({
        "format_version": 1,
        "stack": seen.stack,
        "resources": rows.iter().map(row_json).collect::<Vec<_>>(),
        "outputs": outputs,
        "unread": seen.unread,
        "strays": seen.strays,
        "notes": seen.notes,
    })
}

fn row_json(row: &Row<'_>) -> Json {
    let live = row.live();
    json!({
        "id": row.id,
        "address": row.id.address,
        "kind": row.kind,
        "declared": row.declared,
        "state": row.word(),
        "detail": row.detail(),
        "physical": live.map(|live| &live.physical),
        "protect": live.is_some_and(|live| live.protect),
        "outputs": live.map(|live| &live.outputs),
        "foreign": live.map(|live| &live.foreign),
    })
}
