//! Whether a cluster can go back to the minor that it came from.
//!
//! Conditions: "Roll back a cluster to a previous Kubernetes version" in the EKS user guide. The cluster was upgraded to
//! its version, that was its last change of version, and it is not longer than seven days ago. A minor in extended
//! support takes a cluster whose policy is extended support.

use aws_sdk_eks::primitives::DateTime;
use aws_sdk_eks::types::{Update, UpdateStatus};
use futures::future::try_join_all;
use jiff::Timestamp;
use jiff::tz::TimeZone;
use provision_aws::kind::pages;
use provision_aws::{Aws, Fault};
use provision_core::contract::{Note, Severity};

use super::Way;
use crate::calendar;
use crate::kinds::client;

/// How long after an upgrade there is a way back.
const WINDOW_SECONDS: i64 = 7 * 24 * 60 * 60;

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
    let updates = match updates(aws, way.name).await {
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
    if let Some(reason) = verdict(&updates, way.from, now) {
        return (vec![reason], Vec::new());
    }
    if !way.extended && is_past(to, now) {
        let reason = format!(
            "standard support of Kubernetes {to} has ended: EKS goes back to it only with eks.support = \"extended\""
        );
        return (vec![reason], Vec::new());
    }
    (Vec::new(), notes)
}

/// Whether standard support of a minor has ended.
fn is_past(minor: &str, now: i64) -> bool {
    let end = calendar::ends(minor, None).map(|(standard, _)| standard);
    let today = Timestamp::from_second(now).map(|now| TimeZone::UTC.to_datetime(now).date());
    matches!((end, today), (Some(end), Ok(today)) if end < today)
}

/// The reason against it.
fn verdict(updates: &[Update], from: &str, now: i64) -> Option<String> {
    let advice = "keep the version, or declare a second cluster and move what runs";
    let kind = |update: &Update| update.r#type().map(|kind| kind.as_str().to_owned());
    let moves = |update: &&Update| {
        let word = kind(update).unwrap_or_default();
        let done = update.status() == Some(&UpdateStatus::Successful);
        done && ["VersionUpdate", "VersionRollback"].contains(&word.as_str())
    };
    let at = |update: &Update| update.created_at().map_or(0, DateTime::secs);
    let last = updates.iter().filter(moves).max_by_key(|one| at(one));
    match last {
        Some(last) if kind(last).as_deref() == Some("VersionUpdate") => {
            let past = now.saturating_sub(at(last)) > WINDOW_SECONDS;
            past.then(|| {
                format!(
                    "EKS goes back only within seven days of an upgrade, and the one to {from} is longer ago: {advice}"
                )
            })
        }
        Some(_) => Some(format!(
            "EKS goes back once, and this cluster went back to {from} already: {advice}"
        )),
        None => Some(format!(
            "EKS goes back only where a cluster came from, and this one was made with {from}: {advice}"
        )),
    }
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
        let told = |updates: &[Update], now| verdict(updates, "1.35", now).unwrap_or_default();
        let upgraded = [done("LoggingUpdate", 900), done("VersionUpdate", 1000)];
        assert_eq!(told(&upgraded, 1000 + WINDOW_SECONDS), "");
        assert!(told(&upgraded, 1001 + WINDOW_SECONDS).contains("longer ago"));
        assert!(told(&[done("LoggingUpdate", 900)], 1000).contains("was made with 1.35"));
        let back = [done("VersionUpdate", 1000), done("VersionRollback", 2000)];
        assert!(told(&back, 3000).contains("went back to 1.35 already"));
        let failed = [
            done("VersionUpdate", 1000),
            update("VersionRollback", 2000, UpdateStatus::Failed),
        ];
        assert_eq!(told(&failed, 3000), "");
    }
}
