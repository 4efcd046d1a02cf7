//! Token buckets, one per account, region and operation. They live with the process: a restarted cloud starts full.
//!
//! Published budgets: "Request throttling for the Amazon EC2 API" (Amazon EC2 developer guide), "Request throttling for
//! the Amazon ECS API" (Amazon ECS API reference), "Secrets Manager quotas" (user guide), "AWS Systems Manager endpoints
//! and quotas" (general reference).

use std::collections::BTreeMap;

use jiff::Timestamp;

use crate::config::{Bucket, Config};

/// The fill of every bucket in use.
#[derive(Clone, Debug, Default)]
pub(crate) struct Throttle {
    fill: BTreeMap<(String, String, String), (f64, Timestamp)>,
}

impl Throttle {
    /// Takes a token; false when there is none. `action` is `service:Operation`.
    pub(crate) fn take(
        &mut self,
        config: &Config,
        account: &str,
        region: &str,
        action: &str,
        now: Timestamp,
    ) -> bool {
        if !config.throttle {
            return true;
        }
        let bucket = config
            .buckets
            .get(action)
            .copied()
            .unwrap_or_else(|| published(action));
        let key = (account.to_owned(), region.to_owned(), action.to_owned());
        let (tokens, since) = self.fill.get(&key).copied().unwrap_or((bucket.burst, now));
        let earned = now.duration_since(since).as_secs_f64().max(0.0) * bucket.refill;
        let tokens = (tokens + earned).min(bucket.burst);
        let enough = tokens >= 1.0;
        self.fill
            .insert(key, (if enough { tokens - 1.0 } else { tokens }, now));
        enough
    }
}

/// The published bucket of an action. IAM and EKS publish none; theirs are cautious guesses.
fn published(action: &str) -> Bucket {
    let bucket = |burst, refill| Bucket { burst, refill };
    match action {
        "ec2:CreateNatGateway" | "ec2:DeleteNatGateway" => bucket(10.0, 1.0),
        "ec2:CreateVpcEndpoint" | "ec2:DeleteVpcEndpoints" => bucket(4.0, 0.3),
        "ec2:CreateTags" | "ec2:DeleteTags" => bucket(100.0, 10.0),
        "ec2:DescribeInstances"
        | "ec2:DescribeNetworkInterfaces"
        | "ec2:DescribeSecurityGroups" => bucket(50.0, 10.0),
        _ if action.starts_with("ec2:Describe") => bucket(100.0, 20.0),
        _ if action.starts_with("ec2:") => bucket(50.0, 5.0),
        "ecs:DescribeServices" | "ecs:ListServices" => bucket(100.0, 20.0),
        "ecs:CreateService" | "ecs:UpdateService" | "ecs:DeleteService" => bucket(50.0, 5.0),
        "ecs:ListTagsForResource" => bucket(50.0, 20.0),
        "ecs:TagResource" | "ecs:UntagResource" => bucket(20.0, 10.0),
        "ecs:DescribeClusters" | "ecs:ListClusters" | "ecs:DescribeTaskDefinition" => {
            bucket(50.0, 20.0)
        }
        "ecs:CreateCluster"
        | "ecs:UpdateCluster"
        | "ecs:UpdateClusterSettings"
        | "ecs:PutClusterCapacityProviders"
        | "ecs:DeleteCluster"
        | "ecs:RegisterTaskDefinition"
        | "ecs:DeregisterTaskDefinition" => bucket(20.0, 1.0),
        "ssm:PutParameter" => bucket(3.0, 3.0),
        _ if action.starts_with("ssm:GetParameter") => bucket(40.0, 40.0),
        _ if action.starts_with("secretsmanager:") => bucket(50.0, 50.0),
        _ => bucket(20.0, 5.0),
    }
}

#[cfg(test)]
mod tests {
    #![allow(clippy::unwrap_used)]
    use super::*;

    fn at(seconds: i64) -> Timestamp {
        Timestamp::from_second(seconds).unwrap()
    }

    #[test]
    fn a_bucket_empties_and_fills() {
        let config = Config {
            throttle: true,
            ..Config::default()
        };
        let mut throttle = Throttle::default();
        let mut take =
            |seconds| throttle.take(&config, "1", "r", "ec2:CreateNatGateway", at(seconds));
        assert!((0..10).all(|_| take(0)));
        assert!(!take(0));
        assert!(take(1));
        assert!(!take(1));
    }

    #[test]
    fn off_means_never() {
        let mut throttle = Throttle::default();
        assert!((0..1000).all(|_| throttle.take(
            &Config::default(),
            "1",
            "r",
            "ec2:CreateVpc",
            at(0)
        )));
    }
}
