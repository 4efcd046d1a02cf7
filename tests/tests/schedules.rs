//! A job with a schedule, applied and then left to the clock of a sandbox: days pass in no time.
#![allow(missing_docs, clippy::unwrap_used, clippy::expect_used, clippy::panic)]

use std::time::Duration;

use jiff::Timestamp;
use provision::journal::Forgetful;
use provision_core::plan::Goal;
use provision_tests::world::{Settings, World, in_virtual_time, loaded};

const SPEC: &str = r#"stack = "shop"

[cloud.aws]
account = "123456789012"
region = "eu-west-1"

[cluster.prod]
platform = "ecs"

[job.report]
cluster = "prod"
image = "registry.example/shop:1"
command = ["report"]
schedule = { cron = "30 3 * * *", timezone = "Europe/Berlin", overlap = "allow" }
"#;

/// When the tasks of the job began, by the first lines of their logs.
async fn runs(world: &World) -> Vec<String> {
    // Lines are seen a little after they were written.
    streams(world).await;
    tokio::time::advance(Duration::from_secs(60)).await;
    let mut began = streams(world).await;
    began.sort_unstable();
    let hour = |at: &i64| {
        let at = Timestamp::from_millisecond(*at).unwrap();
        at.strftime("%m-%d %H:%M").to_string()
    };
    began.iter().map(hour).collect()
}

async fn streams(world: &World) -> Vec<i64> {
    let request = world.aws.logs.describe_log_streams();
    let answer = request
        .log_group_name("/provision/shop/report_job")
        .send()
        .await
        .expect("the log group is there");
    let streams = answer.log_streams.unwrap_or_default();
    let first = streams.iter().filter_map(|one| one.first_event_timestamp);
    first.collect()
}

#[test]
fn a_job_runs_at_its_hour_every_day_until_it_is_gone() {
    in_virtual_time(|| async {
        let spec = loaded(SPEC);
        let settings = Settings::lagging(0);
        // Noon, on the day before the clocks go forward in Berlin.
        let noon: Timestamp = "2027-03-27T12:00:00Z".parse().unwrap();
        let world = World::of(&spec.spec, settings.cloud(), noon, None);
        let plan = world.plan(&spec, Goal::Reach).await;
        let result = world.apply(&plan, settings, &[], &mut Forgetful).await;
        assert!(result.failed.is_empty(), "{result:#?}");
        assert_eq!(runs(&world).await, Vec::<String>::new());
        let hours = |hours: u64| tokio::time::advance(Duration::from_secs(hours * 3600));
        // Half past three is half past two in winter and half past one in summer, as others tell the time.
        hours(24).await;
        assert_eq!(runs(&world).await, ["03-28 01:30"]);
        hours(11).await;
        assert_eq!(runs(&world).await.len(), 1);
        hours(24).await;
        assert_eq!(runs(&world).await, ["03-28 01:30", "03-29 01:30"]);
        // The job stays done: nothing of that is a difference.
        let plan = world.plan(&spec, Goal::Reach).await;
        assert!(plan.plan.steps.is_empty(), "{:#?}", plan.plan.steps);
    });
}
