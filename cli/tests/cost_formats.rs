//! A bill as CSV, Markdown and a page, told by the real binary.
#![allow(
    clippy::unwrap_used,
    clippy::expect_used,
    clippy::panic,
    clippy::print_stdout,
    missing_docs
)]

mod common;

use std::process::Command;

use common::Place;

const SPEC: &str = r#"stack = "hello"

[cloud.aws]
account = "123456789012"
region  = "us-east-1"

[cluster.main]
platform = "eks"

[cluster.main.pool.web]
machine = { eks = "m5.large" }
nodes   = { min = 2, max = 6 }

[cluster.main.pool.spare]
machine = { eks = "m5.large" }
nodes   = 1
spot    = true
"#;

#[test]
fn a_sheet_has_a_row_for_each_line_and_adds_up() {
    let place = Place::with(SPEC);
    let bill = place.run(&["cost", "--json"]).expect(0).json();
    let sheet = place.run(&["cost", "--csv"]).expect(0).out;
    let mut reader = csv::Reader::from_reader(sheet.as_bytes());
    let header = reader.headers().unwrap().clone();
    let at = |name: &str| header.iter().position(|one| one == name).unwrap();
    let rows: Vec<csv::StringRecord> = reader.records().map(Result::unwrap).collect();
    let lines = bill["clusters"][0]["lines"].as_array().unwrap().len();
    let unpriced = bill["unpriced"].as_array().unwrap().len();
    assert_eq!(rows.len(), lines + unpriced);
    assert!(unpriced > 0);
    let sum: f64 = rows
        .iter()
        .filter_map(|row| row[at("monthly")].parse::<f64>().ok())
        .sum();
    let total: f64 = bill["total"].as_str().unwrap().parse().unwrap();
    assert!((sum - total).abs() < 1e-6, "{sum} {total}");
    for row in &rows {
        let priced = !row[at("source")].is_empty() && !row[at("as_of")].is_empty();
        assert_ne!(priced, !row[at("unpriced")].is_empty(), "{row:?}");
    }
}

#[test]
fn a_comment_begins_with_the_sum_and_folds_the_rest() {
    let place = Place::with(SPEC);
    let bill = place.run(&["cost", "--json"]).expect(0).json();
    let comment = place.run(&["cost", "--markdown"]).expect(0).out;
    let cents = place.run(&["cost"]).expect(0).out;
    let (_, sum) = cents.split_once("Stack `hello`: ").unwrap();
    let (sum, rest) = sum.split_once(" a month").unwrap();
    assert!(sum.ends_with(" + ?") && rest.contains("what one thing costs that has no price here"));
    assert!(
        comment.starts_with(&format!(
            "### `hello`: {sum} a month\n\n**?**: what one thing costs"
        )),
        "{comment}"
    );
    let rows = comment
        .lines()
        .filter(|line| line.starts_with("| `cluster.main/cluster`"));
    assert_eq!(rows.count(), 1, "{comment}");
    let share = bill["clusters"][0]["master_share"]["nodes"]
        .as_str()
        .unwrap();
    assert!(
        comment.contains(&format!("{share} % of what is priced")),
        "{comment}"
    );
    assert!(
        comment.contains("**In no sum**") && comment.contains("<details>"),
        "{comment}"
    );
    // Every row of a table has as many cells as its head.
    let mut cells = None;
    for line in comment.lines() {
        let bars = line.replace("\\|", "").matches('|').count();
        match (line.starts_with('|'), cells) {
            (true, None) => cells = Some(bars),
            (true, Some(head)) => assert_eq!(bars, head, "{line}"),
            (false, _) => cells = None,
        }
    }
}

#[test]
fn a_page_needs_nothing_else_and_is_escaped() {
    let place = Place::with(SPEC);
    place.run(&["cost", "--html", "bill.html"]).expect(0);
    let page = std::fs::read_to_string(place.path().join("bill.html")).unwrap();
    assert!(page.starts_with("<!DOCTYPE html>"));
    for absent in ["http://", "https://", "<script", "url(", "@import", "src="] {
        assert!(!page.contains(absent), "{absent}");
    }
    let bill = place.run(&["cost", "--json"]).expect(0).json();
    for line in bill["clusters"][0]["lines"].as_array().unwrap() {
        assert!(page.contains(line["component"].as_str().unwrap()), "{line}");
    }
    let share = bill["clusters"][0]["master_share"]["nodes"]
        .as_str()
        .unwrap();
    assert!(page.contains(&format!("<strong>{share} %</strong>")));
    // Another page is replaced, and nothing else.
    place.run(&["cost", "--html", "bill.html"]).expect(0);
    let told = place
        .run(&["cost", "--html", "provision.toml"])
        .expect(1)
        .err;
    assert!(told.contains("is not a page"), "{told}");
    let to_stdout = place.run(&["cost", "--html", "-"]).expect(0).out;
    assert_eq!(to_stdout, page);
}

#[test]
fn one_format_at_a_time() {
    let place = Place::with(SPEC);
    for two in [
        ["--csv", "--markdown"],
        ["--json", "--csv"],
        ["--markdown", "--html=x.html"],
    ] {
        place.run(&[&["cost"], &two[..]].concat()).expect(64);
    }
}

/// The page in a browser that has no network: what is drawn is there, and nothing complains.
#[test]
fn a_browser_draws_the_page() {
    let names = ["chromium", "chromium-browser", "google-chrome"];
    let works = |name: &&str| Command::new(name).arg("--version").output().is_ok();
    let Some(browser) = names.into_iter().find(works) else {
        println!("skipped: no browser");
        return;
    };
    let place = Place::with(SPEC);
    place.run(&["cost", "--html", "bill.html"]).expect(0);
    let page = place.path().join("bill.html");
    let out = Command::new(browser)
        .args([
            "--headless",
            "--disable-gpu",
            "--no-sandbox",
            "--enable-logging=stderr",
        ])
        .arg(format!(
            "--user-data-dir={}",
            place.path().join("browser").display()
        ))
        .args([
            "--proxy-server=127.0.0.1:1",
            "--virtual-time-budget=2000",
            "--dump-dom",
        ])
        .arg(format!("file://{}", page.display()))
        .output()
        .unwrap();
    let dom = String::from_utf8_lossy(&out.stdout);
    assert!(
        dom.contains("<svg") && dom.contains("master share"),
        "{dom}"
    );
    let said = String::from_utf8_lossy(&out.stderr);
    let complaints: Vec<&str> = said
        .lines()
        .filter(|line| line.contains("CONSOLE"))
        .collect();
    assert!(complaints.is_empty(), "{complaints:?}");
}

/// Two clusters in one network, of which one has machines without a price; the network's gateway has one, and the endpoint not.
#[test]
fn a_sum_that_lacks_something_says_so_everywhere() {
    let place = Place::with(SPEC);
    let text = place.run(&["cost"]).expect(0).out;
    let total = text.lines().find(|line| line.starts_with(" total"));
    assert!(total.unwrap().contains(" + ?"), "{text}");

    let sheet = place.run(&["cost", "--csv"]).expect(0).out;
    let mut reader = csv::Reader::from_reader(sheet.as_bytes());
    let header = reader.headers().unwrap().clone();
    let at = |name: &str| header.iter().position(|one| one == name).unwrap();
    let mut open = 0;
    for row in reader.records().map(Result::unwrap) {
        if !row[at("unpriced")].is_empty() {
            open += 1;
            assert_eq!(&row[at("of")], "cluster.main", "{row:?}");
            assert_eq!(&row[at("part")], "nodes", "{row:?}");
        }
    }
    assert!(open > 0);

    // A second cluster, so that there is a sum of all.
    let other = "\n[cluster.other]\nplatform = \"eks\"\n[cluster.other.pool.web]\nmachine = { eks = \"m5.large\" }\nnodes = 1\n";
    let place = Place::with(&format!("{SPEC}{other}"));
    let comment = place.run(&["cost", "--markdown"]).expect(0).out;
    let row = |start: &str| {
        let mut rows = comment.lines().filter(|line| line.starts_with(start));
        rows.next().unwrap().to_owned()
    };
    assert!(
        row("| `cluster.main` on eks").contains(" + ? |"),
        "{comment}"
    );
    assert!(!row("| `cluster.other` on eks").contains('?'), "{comment}");
    assert!(row("| **all**").contains(" + ?** |"), "{comment}");
    place.run(&["cost", "--html", "bill.html"]).expect(0);
    let page = place.read("bill.html");
    let main = page.split("cluster.main</strong>").nth(1).unwrap();
    let bar = main.split("</p>").next().unwrap();
    assert!(bar.contains(" + ?"), "{bar}");
    let feet: Vec<&str> = page.split("<tfoot>").skip(1).collect();
    let open = |foot: &&&str| foot.split("</tfoot>").next().unwrap().contains(" + ?");
    assert_eq!((feet.len(), feet.iter().filter(open).count()), (2, 1));
}

/// What is shared and has no price makes the sum of what is shared an open one.
#[test]
fn what_is_shared_without_a_price_is_an_open_sum() {
    let text = r#"stack = "hello"

[cloud.aws]
account = "123456789012"
region  = "af-south-1"

[network.main]
cidr = "10.0.0.0/16"
nat = "single"

[cluster.a]
platform = "eks"
network = "main"

[cluster.b]
platform = "eks"
network = "main"
"#;
    let place = Place::with(text);
    let bill = place.run(&["cost", "--json"]).expect(0).json();
    let shared = &bill["shared"][0];
    assert_eq!(shared["address"], "network.main");
    assert_eq!(shared["complete"], false, "{bill}");
    let text = place.run(&["cost"]).expect(0).out;
    let section = text.split("network.main, shared by").nth(1).unwrap();
    let total = section.lines().find(|line| line.starts_with(" total"));
    assert!(total.unwrap().contains(" + ?"), "{text}");
    let comment = place.run(&["cost", "--markdown"]).expect(0).out;
    let mut rows = comment.lines();
    let row = rows.find(|line| line.starts_with("| `network.main`"));
    assert!(row.unwrap().contains(" + ? |"), "{comment}");
}
