//! A plan for people: changes by address, then notes, then the sum.

use std::fmt::Write as _;

use owo_colors::OwoColorize as _;
use provision_core::contract::{Note, Severity};
use provision_core::model::{Address, Value};
use provision_core::plan::{Action, Change, FieldChange, Plan, Reason, ShownEffect, Tables};

use super::value::short;
use super::{cost, count, heading, human, plain, seconds};

/// Values of a new object that are shown beside it.
const GLIMPSES: usize = 3;

/// The whole plan, in words of its kinds' tables; `verbose` = with notes on what does not change.
#[must_use]
pub fn human(plan: &Plan, tables: &Tables, verbose: bool) -> String {
    let mut out = changes(plan, tables);
    out += &stops(plan);
    let notes = notes(plan, verbose);
    if !notes.is_empty() {
        let _ = writeln!(out, "{notes}");
    }
    if let Some(cost) = &plan.cost {
        out += &cost::of_plan(cost);
    }
    out += &sum(plan);
    out
}

/// What is worth saying now. What is merely good to know is said when it is made or changed, and not with every plan
/// after that; programs get all of it.
fn notes(plan: &Plan, verbose: bool) -> String {
    // Why something is blocked stands beside it already.
    let notes = plan.notes.iter().filter(|note| note.code != "blocked");
    let (said, unsaid): (Vec<&Note>, Vec<&Note>) =
        notes.partition(|note| verbose || note.severity > Severity::Info || is_news(plan, note));
    let said: Vec<Note> = said.into_iter().cloned().collect();
    let mut out = human::notes(&said);
    if !unsaid.is_empty() {
        let more = count(unsaid.len(), "note");
        let text = format!("{more} on what does not change: --verbose");
        let _ = writeln!(out, "{}", text.dimmed());
    }
    out
}

/// Whether it is about something that changes, or about the plan itself.
fn is_news(plan: &Plan, note: &Note) -> bool {
    let address = note.address.as_deref().map(|address| {
        let (address, _) = address.split_once('/').unwrap_or((address, ""));
        Address::new(address)
    });
    let mut changes = plan.changes.iter();
    address.is_none_or(|address| changes.any(|change| change.address == address))
}

fn changes(plan: &Plan, tables: &Tables) -> String {
    let mut out = String::new();
    let mut address: Option<&Address> = None;
    for change in &plan.changes {
        if address != Some(&change.address) {
            if address.is_some() {
                out.push('\n');
            }
            let _ = writeln!(out, "{}", heading(&plain(change.address.as_str())));
            address = Some(&change.address);
        }
        one(&mut out, change, tables);
    }
    if !plan.changes.is_empty() {
        out.push('\n');
    }
    out
}

/// The order of what goes by stops: an upgrade over several minors.
fn stops(plan: &Plan) -> String {
    let mut steps = plan
        .steps
        .iter()
        .filter(|step| !step.set.is_empty())
        .peekable();
    if steps.peek().is_none() {
        return String::new();
    }
    let mut out = format!("{}\n", heading("In this order"));
    for step in steps {
        let (n, id) = (step.n, plain(&step.id.to_string()));
        let time = seconds(u64::from(step.seconds)).dimmed().to_string();
        let _ = writeln!(out, "  {n:>3}  {:<52} {id}  {time}", plain(&step.phase));
    }
    out.push('\n');
    out
}

/// What a destroy says that finds nothing. What the plan warns of may be what the stack's clusters left, and is said.
#[must_use]
pub fn nothing_left(plan: &Plan, place: &str) -> String {
    let stack = plain(&plan.stack);
    let nothing = heading("Nothing to destroy.");
    let warned = |note: &&Note| note.severity > Severity::Info;
    let notes: Vec<Note> = plan.notes.iter().filter(warned).cloned().collect();
    let mut out = human::notes(&notes);
    if !out.is_empty() {
        out.push('\n');
    }
    let _ = writeln!(
        out,
        "{nothing} Stack `{stack}` has no objects in {}.",
        plain(place)
    );
    out
}

/// The last line: `Plan: 41 to create, 1 to update. About 14 min.`
#[must_use]
pub fn sum(plan: &Plan) -> String {
    let badly = badly(plan);
    if plan.steps.is_empty() && plan.changes.is_empty() {
        let what = match plan.partial {
            true => "What was asked for is as the spec says",
            false => "The cloud is as the spec says",
        };
        return format!("{} {what}{badly}.\n", heading("No changes."));
    }
    let all = &plan.summary;
    let counts = [
        (all.create, "to create"),
        (all.update, "to update"),
        (all.replace, "to replace"),
        (all.delete, "to delete"),
        (all.adopt, "to adopt"),
        (all.run, "to run"),
        (all.keep, "kept"),
        (all.blocked, "blocked"),
    ];
    let words: Vec<String> = counts
        .iter()
        .filter(|(number, _)| *number > 0)
        .map(|(number, word)| format!("{number} {word}"))
        .collect();
    let mut out = format!("{} {}.", heading("Plan:"), words.join(", "));
    if plan.estimate.seconds > 0 {
        let time = seconds(u64::from(plan.estimate.seconds));
        let _ = write!(out, " About {time} on a real cloud.");
    }
    if plan.partial {
        out += " Partial: only what was asked for and what it needs.";
    }
    out.push('\n');
    out
}

/// Says that things are unhealthy which no change of ours can mend.
fn badly(plan: &Plan) -> String {
    let badly = plan.notes.iter().filter(|note| note.code == "degraded");
    match badly.count() {
        0 => String::new(),
        number => format!(
            ", but {} {} unhealthy and {} you (see above)",
            count(number, "object"),
            if number == 1 { "is" } else { "are" },
            if number == 1 { "needs" } else { "need" },
        ),
    }
}

/// The sign of an action, in its colour.
#[must_use]
pub fn sign(action: Action) -> String {
    match action {
        Action::Create | Action::Adopt => "+".green().bold().to_string(),
        Action::Update | Action::Run => "~".yellow().bold().to_string(),
        Action::Replace => "±".red().bold().to_string(),
        Action::Delete => "-".red().bold().to_string(),
        Action::Blocked => "!".red().bold().to_string(),
        Action::Keep | Action::Forget => "=".dimmed().to_string(),
    }
}

fn one(out: &mut String, change: &Change, tables: &Tables) {
    let glimpses: Vec<&FieldChange> = match change.action {
        Action::Create => glimpses(&change.fields).collect(),
        _ => Vec::new(),
    };
    let kind = change.kind.as_str();
    let kind = match glimpses.is_empty() {
        true => kind.to_owned(),
        false => format!("{kind:<23}"),
    };
    let _ = write!(
        out,
        "  {} {:<29} {}",
        sign(change.action),
        plain(&change.id.part),
        kind.dimmed()
    );
    for field in glimpses {
        let text = format!("{} {}", plain(&field.path), short(&field.after));
        let _ = write!(out, "  {}", text.dimmed());
    }
    out.push('\n');
    if change.action != Action::Create {
        let rolls = tables.get(&change.kind).map(|table| table.rolls.as_str());
        fields(out, &change.fields, rolls.unwrap_or("nodes"));
    }
    for reason in change.reasons.iter().filter(|reason| says_more(reason)) {
        let _ = writeln!(out, "      {}", plain(&reason.to_string()).italic());
    }
}

/// What tells a new object from others of its kind: its short known values.
fn glimpses(fields: &[FieldChange]) -> impl Iterator<Item = &FieldChange> {
    let telling = |field: &&FieldChange| {
        !field.sensitive
            && match &field.after {
                Value::Text(text) => !text.is_empty() && text.len() <= 40 && !text.contains('{'),
                Value::Int(_) => true,
                Value::List(items) => matches!(items.as_slice(), [Value::Text(_)]),
                _ => false,
            }
    };
    fields.iter().filter(telling).take(GLIMPSES)
}

fn fields(out: &mut String, fields: &[FieldChange], rolled: &str) {
    let width = fields
        .iter()
        .map(|field| field.path.chars().count())
        .max()
        .unwrap_or(0)
        .min(40);
    for field in fields {
        let (before, after) = match field.sensitive {
            true => ("(sensitive)".to_owned(), "(sensitive)".to_owned()),
            false => (short(&field.before), short(&field.after)),
        };
        let _ = writeln!(
            out,
            "      {:<width$}  {before} → {after}  {}",
            plain(&field.path),
            effect(field.effect, rolled)
        );
    }
}

fn effect(effect: ShownEffect, rolled: &str) -> String {
    match effect {
        ShownEffect::InPlace => "in place".dimmed().to_string(),
        ShownEffect::Rolling => format!("rolls the {rolled}").yellow().to_string(),
        ShownEffect::Replace => "makes it anew".red().to_string(),
        ShownEffect::Refused => "refused".red().to_string(),
    }
}

/// A reason that sign and fields do not say already.
fn says_more(reason: &Reason) -> bool {
    !matches!(
        reason,
        Reason::NotThere | Reason::Differs { .. } | Reason::Destroy
    )
}

/// What a prompt asks.
#[must_use]
pub fn question(plan: &Plan, place: &str) -> String {
    let (deleted, anew) = (plan.summary.delete, plan.summary.replace);
    let mut out = String::new();
    let lost = match (deleted, anew) {
        (0, 0) => None,
        (_, 0) => Some((deleted, "will be deleted")),
        (0, _) => Some((anew, "will be made anew")),
        _ => Some((deleted + anew, "will be deleted or made anew")),
    };
    if let Some((lost, what)) = lost {
        let text = format!("{} {what}.", count(lost as usize, "object"));
        let _ = writeln!(out, "{}", text.red().bold());
    }
    let steps = count(plan.steps.len(), "step");
    let _ = write!(
        out,
        "Apply {steps} to stack `{}` in {}? Type `yes` to continue: ",
        plain(&plan.stack),
        plain(place)
    );
    out
}
