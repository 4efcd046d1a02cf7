//! Tests of what EKS's codes mean.
#![allow(clippy::unwrap_used)]
use super::*;

fn one(on: On, code: &str) -> Health {
    let ids = ["subnet-1".to_owned()];
    Health {
        on,
        issues: vec![Issue::new(Some(code), Some("the cloud's words"), &ids)],
    }
}

/// All codes of the API, as the SDK has them.
fn codes() -> Vec<(On, Vec<&'static str>)> {
    vec![
        (On::Cluster, ClusterIssueCode::values().to_vec()),
        (On::Nodegroup, NodegroupIssueCode::values().to_vec()),
        (On::Addon, AddonIssueCode::values().to_vec()),
        (On::Update, ErrorCode::values().to_vec()),
    ]
}

#[test]
fn every_code_of_the_api_has_one_row() {
    let codes = codes();
    let counts: Vec<usize> = codes.iter().map(|(_, codes)| codes.len()).collect();
    assert_eq!(counts, [19, 36, 10, 17]);
    for (on, codes) in codes {
        for code in codes {
            let rows = CAUSES
                .iter()
                .filter(|row| row.code == code && row.on.contains(&on));
            assert_eq!(rows.count(), 1, "{on:?} {code}");
        }
    }
}

#[test]
fn no_row_is_of_a_code_that_the_api_does_not_have() {
    let codes = codes();
    for row in CAUSES {
        for on in row.on {
            let of = codes.iter().find(|(of, _)| of == on).unwrap();
            assert!(of.1.contains(&row.code), "{on:?} {}", row.code);
        }
    }
}

#[test]
fn rows_are_sentences_without_an_end() {
    for row in CAUSES {
        for text in [row.cause, row.next] {
            assert!(!text.is_empty() && !text.ends_with('.'), "{}", row.code);
            let first = text.chars().next().unwrap();
            assert!(
                !first.is_uppercase()
                    || text.starts_with("EKS")
                    || text.starts_with("EC2")
                    || text.starts_with("IAM")
                    || text.starts_with("STS")
                    || text.starts_with("AWS")
                    || text.starts_with("Kubernetes")
                    || text.starts_with("Auto Scaling"),
                "{text}"
            );
        }
    }
}

#[test]
fn the_clouds_words_come_first_and_the_next_step_last() {
    let ailment =
        one(On::Nodegroup, "InsufficientFreeAddresses").ailment("CREATE_FAILED", Came::Unmade);
    assert_eq!(ailment.code, "InsufficientFreeAddresses");
    assert_eq!(
        ailment.message,
        "CREATE_FAILED: InsufficientFreeAddresses: the cloud's words (subnet-1)"
    );
    assert!(
        ailment.advice.ends_with("apply again: it is made anew"),
        "{}",
        ailment.advice
    );
    let unknown = one(On::Nodegroup, "NewCodeOfTomorrow").ailment("DEGRADED", Came::Badly);
    assert!(unknown.advice.contains("console"));
}

#[test]
fn ids_are_named_once_and_not_all_of_many() {
    let ids: Vec<String> = (1..=7).map(|n| format!("i-{n}")).collect();
    let issue = Issue::new(Some("NodeCreationFailure"), Some("i-1 did not join"), &ids);
    assert_eq!(
        issue.words,
        "NodeCreationFailure: i-1 did not join (i-2, i-3, i-4, i-5 and 2 more)"
    );
}

#[test]
fn nobody_is_promised_that_a_cluster_moves_to_another_subnet() {
    let lost = ["Ec2SubnetNotFound", "SubnetNotFound"];
    let of_cluster = |row: &&Cause| !row.on.contains(&On::Nodegroup);
    let rows = CAUSES.iter().filter(|row| lost.contains(&row.code));
    let rows: Vec<&Cause> = rows.filter(of_cluster).collect();
    assert_eq!(rows.len(), 2);
    assert!(rows.iter().all(|row| !row.next.contains("next apply")));
}

#[test]
fn the_guide_has_the_same_rows() {
    let guide = include_str!("../../../../docs/troubleshooting.md");
    for row in CAUSES {
        let found = guide.lines().any(|line| {
            let cells: Vec<&str> = line
                .split(" | ")
                .map(|cell| cell.trim_matches(['|', ' ']))
                .collect();
            matches!(cells.as_slice(), [code, _, cause, next, passes, anew]
                if *code == row.code && *cause == row.cause && *next == row.next
                    && (*passes == "maybe") == row.passes && (*anew == "yes") == row.anew)
        });
        assert!(found, "{}", row.code);
    }
}
