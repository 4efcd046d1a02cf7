//! What `prices refresh` has read, for people.

use std::collections::{BTreeMap, BTreeSet};
use std::fmt::Write as _;

use provision_data::{ListPrice, PriceList, is_machine};

use super::cost::{rate, table};
use super::{count, plain};
use crate::refreshed::{Change, Changes};

/// So many changes are shown: the largest.
const MOST: usize = 10;

/// What was read of a region `from` a list, and how it differs from what is built in.
#[must_use]
pub fn report(region: &str, from: &str, day: &str, list: &PriceList, changes: &Changes) -> String {
    let (changed, new) = (changes.changed.len(), changes.new.len());
    let read = count(list.prices.len(), "price");
    let mut out = format!(
        "{region}: {read} read from the {from} on {day}: {changed} changed, {new} new, {} as built in\n",
        changes.same
    );
    if changed > 0 {
        let mut rows = table(["item", "built in", "read", "change"]);
        for change in changes.changed.iter().take(MOST) {
            let (was, now) = (rate(&change.was), rate(&change.now));
            let by = percent(change);
            rows.add_row([
                change.item.clone(),
                format!("${was}"),
                format!("${now}"),
                by,
            ]);
        }
        let _ = writeln!(out, "{rows}");
        if changed > MOST {
            let _ = writeln!(
                out,
                "  and {} that changed less",
                count(changed - MOST, "price")
            );
        }
    }
    unclear(&mut out, &list.unclear);
    stay(&mut out, &changes.stay);
    out
}

/// `+4.2 %`.
fn percent(change: &Change) -> String {
    let tenths = change.permille();
    let sign = if tenths < 0 { '-' } else { '+' };
    let tenths = tenths.unsigned_abs();
    format!("{sign}{}.{} %", tenths / 10, tenths % 10)
}

fn unclear(out: &mut String, unclear: &BTreeMap<String, String>) {
    for (item, why) in unclear.iter().take(MOST) {
        let _ = writeln!(out, "  not told: {item}: {}", plain(why));
    }
    if unclear.len() > MOST {
        let _ = writeln!(out, "  not told: {} more", unclear.len() - MOST);
    }
}

/// What the list told nothing of. Machines are counted: there may be hundreds that are no longer sold.
fn stay(out: &mut String, stay: &[ListPrice]) {
    let of_machine = |item: &&str| is_machine(item) || item.starts_with("gce.spot.");
    let (machines, others): (Vec<_>, Vec<_>) = stay
        .iter()
        .map(|price| price.item.as_str())
        .partition(of_machine);
    let mut words = others;
    // One type has up to three prices.
    let types: BTreeSet<&str> = machines
        .iter()
        .filter_map(|item| item.splitn(3, '.').nth(2))
        .collect();
    let machines = count(types.len(), "machine type");
    if !machines.starts_with("0 ") {
        words.push(&machines);
    }
    if !words.is_empty() {
        let _ = writeln!(out, "  still built in: {}", words.join(", "));
    }
}
