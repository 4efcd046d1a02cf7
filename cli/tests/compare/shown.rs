//! How a comparison is shown: within a terminal, without a winner who may be none, and with each cause once.

use super::*;

fn narrow(place: &Place, args: &[&str], columns: usize) -> String {
    let mut command = place.command(args);
    let ran = command
        .env("COLUMNS", columns.to_string())
        .output()
        .unwrap();
    assert!(ran.status.success());
    String::from_utf8(ran.stdout).unwrap()
}

fn longest(text: &str) -> usize {
    let lines = text.lines().map(|line| line.chars().count());
    lines.max().unwrap_or_default()
}

#[test]
fn tables_keep_within_the_terminal() {
    let place = portable();
    let wide = place.run(&["cost", "compare"]).expect(0).out;
    let fits = |text: &str, columns| {
        let tables = text.split("Cheapest").next().unwrap();
        assert!(longest(tables) <= columns, "{columns}:\n{tables}");
    };
    for columns in [60, 80, 100] {
        let found = narrow(&place, &["cost", "compare"], columns);
        fits(&found, columns);
        // All of it is there.
        let all = place.run(&["cost", "compare", "--json"]).expect(0).json();
        for column in all["columns"].as_array().unwrap() {
            for money in ["total", "nodes", "network"] {
                let cents = (micros(&column[money]) + 5_000) / 10_000;
                let cents = format!("{}.{:02}", cents / 100 % 1000, cents % 100);
                assert!(
                    found.contains(&cents),
                    "{columns} {money} {cents}:\n{found}"
                );
            }
        }
        let found = narrow(&place, &["cost", "breakeven"], columns);
        fits(&found, columns);
        assert!(found.contains("gke") && found.contains("10 % or less"));
    }
    let found = narrow(&place, &["cost", "compare"], 160);
    let table = |text: &str| text.split("Cheapest").next().unwrap().to_owned();
    assert_eq!(table(&found), table(&wide));
}

/// Nobody says which machine of Google Cloud has the like of its accelerators: what is known of GKE is little.
#[test]
fn nobody_is_called_the_cheapest_who_may_not_be() {
    let place = m5_large("");
    let text = place
        .read("provision.toml")
        .replace("m5.large", "g5.xlarge");
    place.write("provision.toml", text);
    let text = place.run(&["cost", "compare"]).expect(0).out;
    assert!(!text.contains("Cheapest: "), "{text}");
    assert!(
        text.contains("Cheapest of those with all prices: ecs ec2"),
        "{text}"
    );
    assert!(
        text.contains("gke standard, gke autopilot, eks fargate, ecs fargate may cost less"),
        "{text}"
    );
    // 73.00 of 73.00 is not all that it will be.
    let row = text
        .lines()
        .find(|line| line.contains("master share"))
        .unwrap();
    assert!(row.contains(" ? ") && !row.contains("100.0 %"), "{row}");
    let found = place.run(&["cost", "breakeven", "--json"]).expect(0).json();
    let spans = found["cheapest"].as_array().unwrap();
    assert!(
        spans.iter().all(|span| span["certain"] == false),
        "{spans:?}"
    );
    let text = place
        .run(&["cost", "breakeven", "--svg", "s.svg"])
        .expect(0)
        .out;
    assert!(text.contains("of those with all prices"), "{text}");
    assert!(!text.contains("100.0 %"), "{text}");
    let picture = place.read("s.svg");
    assert!(
        picture.contains(">gke standard (no price)</text>"),
        "{picture}"
    );
    assert!(picture.contains("of those with all prices"), "{picture}");
}

/// One cause is told once, with all whom it concerns.
#[test]
fn a_cause_is_told_once() {
    let place = m5_large("");
    let text = place
        .read("provision.toml")
        .replace("us-east-1", "sa-east-1");
    place.write("provision.toml", text);
    let text = place.run(&["cost", "compare"]).expect(0).out;
    let cause = "no price of ebs.gp3 in sa-east-1";
    assert_eq!(text.matches(cause).count(), 1, "{text}");
    assert!(
        text.contains("eks managed nodes, eks auto mode, ecs ec2: "),
        "{text}"
    );
    let row = text
        .lines()
        .find(|line| line.contains("with disks"))
        .unwrap();
    assert!(row.contains(" ? "), "{row}");
    let comment = place.run(&["cost", "compare", "--markdown"]).expect(0).out;
    assert_eq!(comment.matches(cause).count(), 1, "{comment}");
    let text = place.run(&["cost", "breakeven"]).expect(0).out;
    assert_eq!(text.matches(cause).count(), 1, "{text}");
    assert!(text.contains("list prices read"), "{text}");
}

#[test]
fn a_comment_has_the_most_and_says_which_share_it_shows() {
    let comment = portable()
        .run(&["cost", "compare", "--markdown"])
        .expect(0)
        .out;
    let head = comment
        .lines()
        .find(|line| line.starts_with("| platform"))
        .unwrap();
    assert!(head.contains("| at most |"), "{head}");
    assert!(head.contains("control plane of it and machines"), "{head}");
    let cells = |line: &str| line.matches(" |").count();
    let rows = comment.lines().filter(|line| line.starts_with("| "));
    for row in rows {
        assert_eq!(cells(row), cells(head), "{row}");
    }
}

#[test]
fn curves_that_lie_upon_each_other_are_all_seen() {
    let place = m5_large("");
    place
        .run(&["cost", "breakeven", "--svg", "s.svg"])
        .expect(0);
    let picture = place.read("s.svg");
    // Two pairs: nodes with and without Auto Mode, and both of ECS on the axis.
    let dashed = picture.matches("stroke-dasharray=\"10 10\"").count();
    assert_eq!(dashed, 4, "{picture}");
    assert_eq!(picture.matches("stroke-dashoffset=\"-0\"").count(), 2);
    // Names are at least a line apart.
    let places = picture.split("</rect>").next().unwrap();
    let mut heights: Vec<f64> = Vec::new();
    for (platform, variant) in COLUMNS {
        let name = format!(">{platform} {variant}</text>");
        let before = places.split(&name).next().unwrap();
        let height = before.rsplit("y=\"").next().unwrap();
        heights.push(height.split('"').next().unwrap().parse().unwrap());
    }
    heights.sort_by(f64::total_cmp);
    assert_eq!(heights.len(), 7);
    assert!(
        heights.windows(2).all(|pair| pair[1] - pair[0] >= 15.9),
        "{heights:?}"
    );
    // The bands have names.
    assert!(picture.contains(">ecs ec2: 1 to "), "{picture}");
}
