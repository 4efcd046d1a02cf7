//! The claim and log groups.

use provision_aws::LogGroup;
use provision_core::contract::{Class, Does};
use provision_core::model::{Sight, Value};

use super::stage::{Stage, claim};
use super::{set, tags, tags_change};

pub(crate) async fn claims(stage: &Stage) {
    let claim = claim(stage);
    let made = stage.step(Does::Create, &claim, None, &[]).await.unwrap();
    assert_eq!(made.unwrap().outputs["fresh"], Value::Bool(true));
    let again = stage.step(Does::Create, &claim, None, &[]).await.unwrap();
    assert_eq!(again.unwrap().outputs["fresh"], Value::Bool(false));
    let (_, orphans) = stage.survey(Vec::new(), true).await;
    assert!(orphans.iter().any(|live| live.id == claim.id));
    stage.delete(&claim).await;
}

pub(crate) async fn logs(stage: &Stage) {
    let name = "/aws/eks/shop-prod/cluster";
    let group = stage.wanted(
        "cluster.prod/logs",
        "logs.group",
        Some(name),
        &LogGroup {
            retention_days: Some(30),
            tags: tags("shop-prod"),
        },
    );
    let live = stage.create(&group).await;
    let longer = set(&group, "retention_days", 90_i64);
    let live = stage.update(&longer, &live, &["retention_days"]).await;
    tags_change(stage, &longer, &live).await;
    let (_, orphans) = stage.survey(Vec::new(), true).await;
    assert!(orphans.iter().any(|live| live.id == group.id));
    stage.delete(&group).await;
    foreign_group(stage).await;
}

/// A group that somebody else made under our name.
async fn foreign_group(stage: &Stage) {
    let name = "/aws/eks/shop-blue/cluster";
    let fields = LogGroup::default();
    let group = stage.wanted("cluster.blue/logs", "logs.group", Some(name), &fields);
    let logs = &stage.aws.logs;
    let make = logs.create_log_group().log_group_name(name);
    make.send().await.unwrap();
    let mut sight = stage.look(&group).await;
    for _ in 0..60 {
        // Reads may lag behind somebody else's create as well.
        if sight != Sight::Absent {
            break;
        }
        tokio::time::sleep(stage.pause).await;
        sight = stage.look(&group).await;
    }
    assert!(matches!(sight, Sight::Clash { .. }), "{sight:?}");
    let failure = stage.step(Does::Create, &group, None, &[]).await;
    assert_eq!(failure.unwrap_err().class, Class::Clash);
    let remove = logs.delete_log_group().log_group_name(name);
    remove.send().await.unwrap();
}
