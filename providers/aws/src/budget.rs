//! Token buckets per API, so that a large stack stays inside the clouds' published rates.
//!
//! EC2 gives each API its own bucket per account and region (EC2 API throttling page); ECS publishes its own as well
//! (request throttling for the ECS API). IAM, STS, CloudWatch Logs and Elastic Load Balancing publish no table; the
//! figures for them are careful guesses, and a throttle empties the bucket, so that we slow down to what the service takes.

use std::collections::BTreeMap;
use std::sync::{Mutex, PoisonError};
use std::time::Duration;

use tokio::time::Instant;

/// The buckets of one account and region.
#[derive(Debug, Default)]
pub(crate) struct Budget {
    buckets: Mutex<BTreeMap<String, Bucket>>,
    /// Nobody waits.
    endless: bool,
}

/// One API's bucket. Below zero, callers that are already waiting have taken what will come in.
#[derive(Debug)]
struct Bucket {
    rate: Rate,
    tokens: f64,
    at: Instant,
}

#[derive(Clone, Copy, Debug, PartialEq)]
struct Rate {
    burst: f64,
    refill: f64,
}

impl Budget {
    /// Of a cloud that limits no rate.
    pub(crate) fn endless() -> Self {
        Self {
            endless: true,
            ..Self::default()
        }
    }

    /// Waits until the API may be called.
    pub(crate) async fn take(&self, call: &str) {
        if self.endless {
            return;
        }
        let wait = self.reserve(call, Instant::now());
        if !wait.is_zero() {
            tokio::time::sleep(wait).await;
        }
    }

    /// The service throttled: the bucket is emptier than we thought.
    pub(crate) fn empty(&self, call: &str) {
        let mut buckets = self.buckets.lock().unwrap_or_else(PoisonError::into_inner);
        if let Some(bucket) = buckets.get_mut(call) {
            bucket.tokens = bucket.tokens.min(0.0);
        }
    }

    fn reserve(&self, call: &str, now: Instant) -> Duration {
        let mut buckets = self.buckets.lock().unwrap_or_else(PoisonError::into_inner);
        let rate = rate(call);
        let bucket = buckets.entry(call.to_owned()).or_insert(Bucket {
            rate,
            tokens: rate.burst,
            at: now,
        });
        let gone = now.saturating_duration_since(bucket.at).as_secs_f64();
        bucket.tokens = (bucket.tokens + gone * bucket.rate.refill).min(bucket.rate.burst);
        bucket.at = now;
        bucket.tokens -= 1.0;
        if bucket.tokens >= 0.0 {
            Duration::ZERO
        } else {
            Duration::from_secs_f64(-bucket.tokens / bucket.rate.refill)
        }
    }
}

/// What an API allows.
fn rate(call: &str) -> Rate {
    let (service, operation) = call.split_once(':').unwrap_or((call, ""));
    let reads = ["Describe", "Get", "List"];
    let read = reads.iter().any(|prefix| operation.starts_with(prefix));
    let (burst, refill) = match (service, operation) {
        ("ec2", "CreateNatGateway" | "DeleteNatGateway") => (10.0, 1.0),
        ("ec2", "CreateVpcEndpoint" | "DeleteVpcEndpoints") => (4.0, 0.3),
        ("ec2", "CreateTags" | "DeleteTags") => (100.0, 10.0),
        ("ec2", _) if read => (100.0, 20.0),
        ("ec2", _) => (50.0, 5.0),
        ("eks", _) if read => (40.0, 10.0),
        ("ecs", "RegisterTaskDefinition" | "DeregisterTaskDefinition") => (20.0, 1.0),
        ("ecs", "CreateCluster" | "UpdateCluster" | "DeleteCluster") => (20.0, 1.0),
        ("ecs", "DescribeClusters" | "ListClusters") => (50.0, 20.0),
        ("ecs", "DescribeServices" | "ListServices") => (100.0, 20.0),
        ("ecs", "CreateService" | "UpdateService" | "DeleteService") => (50.0, 5.0),
        ("logs", _) => (10.0, 5.0),
        ("ssm", "PutParameter" | "DeleteParameter") => (5.0, 3.0),
        ("ssm", "DescribeParameters") => (10.0, 5.0),
        ("elasticloadbalancingv2", "DescribeTags") => (40.0, 20.0),
        ("elasticloadbalancingv2", _) if !read => (10.0, 3.0),
        (_, _) if read => (40.0, 15.0),
        _ => (20.0, 5.0),
    };
    Rate { burst, refill }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[tokio::test(start_paused = true)]
    async fn a_burst_is_free_and_then_the_refill_rules() {
        let budget = Budget::default();
        let start = Instant::now();
        for _ in 0..10 {
            budget.take("ec2:CreateNatGateway").await;
        }
        assert_eq!(start.elapsed(), Duration::ZERO);
        for _ in 0..3 {
            budget.take("ec2:CreateNatGateway").await;
        }
        assert!(start.elapsed() >= Duration::from_secs(3));
        assert!(start.elapsed() < Duration::from_secs(4));
    }

    #[tokio::test(start_paused = true)]
    async fn a_throttle_empties_the_bucket_of_that_api_alone() {
        let budget = Budget::default();
        budget.take("ec2:CreateVpc").await;
        budget.take("ec2:CreateSubnet").await;
        budget.empty("ec2:CreateVpc");
        let start = Instant::now();
        budget.take("ec2:CreateSubnet").await;
        assert_eq!(start.elapsed(), Duration::ZERO);
        budget.take("ec2:CreateVpc").await;
        assert!(start.elapsed() >= Duration::from_millis(200));
    }
}
