//! Whether a cluster can go back to the minor that it came from.
//!
//! Conditions: "Roll back a cluster to a previous Kubernetes version" in the EKS user guide. The cluster was upgraded to
//! its version, that was its last change of version, and it is not longer than seven days ago. There is no way back from
//! an upgrade that EKS made by itself because extended support had ended. A minor in extended support takes a cluster
//! whose policy is extended support.

use aws_sdk_eks::primitives::DateTime;
use aws_sdk_eks::types::{Update, UpdateStatus};
use futures::future::{join, try_join_all};
use jiff::Timestamp;
use jiff::civil::Date;
use jiff::tz::TimeZone;
use provision_aws::kind::pages;
use provision_aws::{Aws, Fault};
use provision_core::contract::{Facts, Note, Severity};

use super::Way;
use crate::account::support;
use crate::calendar;
use crate::kinds::client;

/// How long after the end of an upgrade there is a way back. Only its beginning is told, so that an hour is added; EKS
/// refuses what is too late.
const WINDOW_SECONDS: i64 = (7 * 24 + 1) * 60 * 60;

/// What is left where there is no way back.
const INSTEAD: &str = "keep the version, or declare a second cluster and move what runs";

/// Why it cannot, and what going back means.
pub(super) async fn possible(aws: &Aws, way: &Way<'_>, now: i64) -> (Vec<String>, Vec<Note>) {
    let to = way.stops.last().map_or("", String::as_str);
    let mut notes = vec![way.note(
        Severity::Warning,
        "rollback",
        format!(
            "the control plane goes back from Kubernetes {} to {to}: nodes and add-ons go first; what is stored in \
             the cluster stays as it is",
            way.from
        ),
    )];
    let (updates, facts) = join(updates(aws, way.name), support(aws)).await;
    let updates = match updates {
        Ok(updates) => updates,
        Err(fault) => {
            let message = format!(
                "whether EKS still takes {} back could not be read ({fault}); it refuses what it must",
                way.name
            );
            notes.push(way.note(Severity::Warning, "rollback-unread", message));
            return (Vec::new(), notes);
        }
    };
    if let Some(reason) = verdict(&updates, (way.from, to), &facts, now) {
        return (vec![reason], Vec::new());
    }
    let standard = calendar::ends(to, Some(&facts)).map(|(standard, _)| standard);
    if !way.extended && is_past(standard, now) {
        let reason = format!(
            "standard support of Kubernetes {to} has ended: EKS goes back to it only with eks.support = \"extended\""
        );
        return (vec![reason], Vec::new());
    }
    (Vec::new(), notes)
}

/// Whether a day is over at a time.
fn is_past(day: Option<Date>, at: i64) -> bool {
    let today = Timestamp::from_second(at).map(|at| TimeZone::UTC.to_datetime(at).date());
    matches!((day, today), (Some(day), Ok(today)) if day < today)
}

/// The reason against going back, from one minor to another.
fn verdict(updates: &[Update], way: (&str, &str), facts: &Facts, now: i64) -> Option<String> {
    let (from, to) = way;
    let kind = |update: &Update| update.r#type().map(|kind| kind.as_str().to_owned());
    let moves = |update: &&Update| {
        let word = kind(update).unwrap_or_default();
        let done = update.status() == Some(&UpdateStatus::Successful);
        done && ["VersionUpdate", "VersionRollback"].contains(&word.as_str())
    };
    let at = |update: &Update| update.created_at().map_or(0, DateTime::secs);
    // Two may have begun in one second.
    let order = |update: &&Update| update.created_at().map_or(0, DateTime::as_nanos);
    let last = updates.iter().filter(moves).max_by_key(order);
    match last {
        Some(last) if kind(last).as_deref() == Some("VersionUpdate") => {
            upgraded(at(last), (from, to), facts, now)
        }
        Some(_) => Some(format!(
            "EKS goes back once, and this cluster went back to {from} already: {INSTEAD}"
        )),
        None => Some(format!(
            "EKS goes back only where a cluster came from, and this one was made with {from}: {INSTEAD}"
        )),
    }
}

/// The reason against going back from an upgrade.
fn upgraded(at: i64, (from, to): (&str, &str), facts: &Facts, now: i64) -> Option<String> {
    let extended = calendar::ends(to, Some(facts)).map(|(_, extended)| extended);
    if is_past(extended, at) {
        return Some(format!(
            "extended support of Kubernetes {to} had ended when the cluster went to {from}, and EKS does not go back \
             from that: {INSTEAD}"
        ));
    }
    let late = now.saturating_sub(at) > WINDOW_SECONDS;
    late.then(|| {
        format!(
            "EKS goes back only within seven days of an upgrade, and the one to {from} is longer ago: {INSTEAD}"
        )
    })
}

async fn updates(aws: &Aws, cluster: &str) -> Result<Vec<Update>, Fault> {
    let ids = pages(|token| async {
        let request = client(aws)
            .list_updates()
            .name(cluster)
            .set_next_token(token);
        let answer = aws
            .read("eks:ListUpdates", || request.clone().send())
            .await?;
        Ok((answer.update_ids, answer.next_token))
    })
    .await?;
    let reads = ids.into_iter().map(|id| async move {
        let request = client(aws).describe_update().name(cluster).update_id(id);
        let answer = aws
            .read("eks:DescribeUpdate", || request.clone().send())
            .await?;
        Ok::<_, Fault>(answer.update)
    });
    Ok(try_join_all(reads).await?.into_iter().flatten().collect())
}

#[cfg(test)]
mod tests {
    use aws_sdk_eks::types::UpdateType;

    use super::*;

    fn update(kind: &str, at: i64, status: UpdateStatus) -> Update {
        Update::builder()
            .r#type(UpdateType::from(kind))
            .status(status)
            .created_at(DateTime::from_secs(at))
            .build()
    }

    fn done(kind: &str, at: i64) -> Update {
        update(kind, at, UpdateStatus::Successful)
    }

    #[test]
    fn only_the_last_upgrade_can_be_undone_and_only_for_a_week() {
        let told = |updates: &[Update], now| {
            let way = ("1.35", "1.34");
            verdict(updates, way, &Facts::default(), now).unwrap_or_default()
        };
        let upgraded = [done("LoggingUpdate", 900), done("VersionUpdate", 1000)];
        assert_eq!(told(&upgraded, 1000 + WINDOW_SECONDS), "");
        assert!(told(&upgraded, 1001 + WINDOW_SECONDS).contains("longer ago"));
        // The week begins with the end of the upgrade.
        let week = 7 * 24 * 60 * 60;
        assert_eq!(told(&upgraded, 1000 + week + 600), "");
        assert!(told(&[done("LoggingUpdate", 900)], 1000).contains("was made with 1.35"));
        let back = [done("VersionUpdate", 1000), done("VersionRollback", 2000)];
        assert!(told(&back, 3000).contains("went back to 1.35 already"));
        let failed = [
            done("VersionUpdate", 1000),
            update("VersionRollback", 2000, UpdateStatus::Failed),
        ];
        assert_eq!(told(&failed, 3000), "");
    }

    #[test]
    fn there_is_no_way_back_to_what_has_no_support_any_more() {
        let day = |text: &str| {
            let at: Timestamp = format!("{text}T12:00:00Z").parse().unwrap();
            at.as_second()
        };
        let told = |at: &str, facts: &Facts| {
            let at = day(at);
            let way = ("1.33", "1.32");
            verdict(&[done("VersionUpdate", at)], way, facts, at + 60).unwrap_or_default()
        };
        let none = Facts::default();
        assert_eq!(told("2027-03-23", &none), "");
        assert!(
            told("2027-03-24", &none).contains("extended support of Kubernetes 1.32 had ended")
        );
        // The account's own dates go before the calendar.
        let mut later = Facts::default();
        let fact = calendar::fact("1.32", "2026-06-01", "2027-06-01");
        later.extra.extend([fact]);
        assert_eq!(told("2027-03-24", &later), "");
    }
}
