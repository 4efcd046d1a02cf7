//! The bills that are worked by hand in docs/bills.md, against the ones that the binary makes.
#![allow(clippy::unwrap_used, clippy::expect_used, clippy::panic, missing_docs)]

mod common;

use std::collections::BTreeMap;
use std::path::{Path, PathBuf};

use common::Place;
use serde_json::Value;

/// A row of a table: what it says and what it comes to, in cents.
struct Row {
    reckoned: f64,
    cents: i64,
}

struct Sheet {
    rows: BTreeMap<String, Row>,
    total: i64,
}

fn root() -> PathBuf {
    Path::new(env!("CARGO_MANIFEST_DIR")).join("..")
}

fn cents(text: &str) -> i64 {
    let number: f64 = text.trim_matches('*').parse().unwrap();
    (number * 100.0).round() as i64
}

/// `2 tasks × 0.5 vCPU × 730 hours × 0.04048`: each factor begins with its number.
fn product(text: &str) -> f64 {
    let factor = |part: &str| -> f64 {
        let number = part.split_whitespace().next().unwrap();
        number.parse().unwrap()
    };
    text.split('×').map(factor).product()
}

/// The tables of the page, by the spec that heads them.
fn sheets() -> BTreeMap<String, Sheet> {
    let page = std::fs::read_to_string(root().join("docs/bills.md")).unwrap();
    let sections = page.split("\n## ").skip(1);
    sections
        .map(|section| {
            let (spec, text) = section.split_once('\n').unwrap();
            let (mut rows, mut total) = (BTreeMap::new(), 0);
            let lines = text.lines().filter(|line| line.starts_with("| "));
            for line in lines.skip(1) {
                let cells: Vec<&str> = line.trim_matches('|').split('|').map(str::trim).collect();
                let [what, reckoning, money] = cells[..] else {
                    panic!("{line}");
                };
                if what == "**total**" {
                    total = cents(money);
                    continue;
                }
                let row = Row {
                    reckoned: product(reckoning),
                    cents: cents(money),
                };
                assert!(rows.insert(what.to_owned(), row).is_none(), "{line}");
            }
            (spec.to_owned(), Sheet { rows, total })
        })
        .collect()
}

/// Micro-dollars of a bill by component.
fn by_component(bill: &Value) -> BTreeMap<String, f64> {
    let mut sums = BTreeMap::new();
    let all = ["clusters", "shared"].map(|key| bill[key].as_array().unwrap());
    for line in all
        .into_iter()
        .flatten()
        .flat_map(|one| one["lines"].as_array().unwrap())
    {
        let money: f64 = line["monthly"].as_str().unwrap().parse().unwrap();
        *sums
            .entry(line["component"].as_str().unwrap().to_owned())
            .or_default() += money;
    }
    sums
}

#[test]
fn the_bills_of_the_ready_specs_are_those_worked_by_hand() {
    let sheets = sheets();
    assert_eq!(sheets.len(), 4);
    for (spec, sheet) in &sheets {
        let place = Place::with(&std::fs::read_to_string(root().join(spec)).unwrap());
        let bill = place.run(&["cost", "--json"]).expect(0).json();
        let told = by_component(&bill);
        let names = |of: Vec<&String>| of.into_iter().cloned().collect::<Vec<_>>();
        assert_eq!(
            names(told.keys().collect()),
            names(sheet.rows.keys().collect()),
            "{spec}"
        );
        for (what, row) in &sheet.rows {
            assert_eq!(
                (row.reckoned * 100.0).round() as i64,
                row.cents,
                "{spec}: {what}"
            );
            assert!(
                (told[what] - row.reckoned).abs() < 5e-6,
                "{spec}: {what}: {}",
                told[what]
            );
        }
        let reckoned: f64 = sheet.rows.values().map(|row| row.reckoned).sum();
        assert_eq!((reckoned * 100.0).round() as i64, sheet.total, "{spec}");
        let total: f64 = bill["total"].as_str().unwrap().parse().unwrap();
        assert_eq!((total * 100.0).round() as i64, sheet.total, "{spec}");
    }
}
