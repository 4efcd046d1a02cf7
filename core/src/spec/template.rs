//! The commented spec that `init` writes.

use crate::model::Platform;

/// A platform that `init` cannot write a spec for yet.
#[derive(Clone, Copy, Debug, PartialEq, Eq, thiserror::Error)]
#[error("a spec for {platform} cannot be written yet; built at the moment: eks, gke")]
pub struct NotYet {
    /// The platform.
    pub platform: Platform,
}

/// A commented spec for a platform, which loads as it is.
///
/// # Errors
/// When the platform is not built yet.
pub fn template(platform: Platform, account: Option<&str>, region: &str) -> Result<String, NotYet> {
    match platform {
        Platform::Eks => {}
        Platform::Gke => {
            let project = account.unwrap_or("my-project");
            return Ok(GKE
                .replace("{project}", project)
                .replace("{region}", region));
        }
        Platform::Ecs | Platform::Kubernetes => return Err(NotYet { platform }),
    }
    let account = match account {
        Some(account) => format!(
            "account = \"{account}\"        # any other caller is refused before anything is touched"
        ),
        None => "# account = \"123456789012\"    # fill in: any other caller is then refused before anything is touched"
            .to_owned(),
    };
    Ok(EKS
        .replace("{account}", &account)
        .replace("{region}", region))
}

const EKS: &str = r#"# A stack for `provision`: what this file declares, the cloud is made to agree with.
# `provision plan` shows what would change, `provision apply` does it, `provision destroy` removes it all again.

stack = "shop"                  # owner of everything below; written on every object

[cloud.aws]                     # credentials come from the SDK's default chain (environment, profile, SSO)
{account}
region  = "{region}"

[labels]                        # tags on every object
team = "web"

[network.main]
cidr  = "10.20.0.0/16"          # private, /16 to /24; split into private and public subnets
zones = 3                       # 1 to 6
nat   = "single"                # none | single | per-zone: the way out for private addresses

[cluster.prod]
platform = "eks"
network  = "main"
# version = "1.35"              # Kubernetes minor; absent: the platform's default, then kept
# protect = true                # never deleted or replaced, not even when removed from this file
endpoint = { public = true, private = true }    # or ranges: public = ["203.0.113.0/24"]
# access = [{ aws = "arn:aws:iam::123456789012:role/developers", role = "edit" }]
eks = { logging = ["api", "audit"], support = "standard" }

[cluster.prod.pool.default]
machine = { cpu = 2, memory = "8GiB" }  # the cheapest type that fits, then kept; or { eks = "m7i.large" }
nodes   = { min = 1, max = 3 }          # of the whole pool; the count in between is the autoscaler's
disk    = "50GiB"
# spot  = true                          # cheaper, and taken back at short notice
# node_labels = { tier = "web" }
# taints = ["dedicated=web:NoSchedule"]

# [env.staging]                 # provision plan --env staging: the stack `shop-staging`, with these differences
# cluster.prod.pool.default.nodes = 1
"#;

const GKE: &str = r#"# A stack for `provision`: what this file declares, the cloud is made to agree with.
# `provision plan` shows what would change, `provision apply` does it, `provision destroy` removes it all again.

stack = "shop"                  # owner of everything below; written on every object

[cloud.gcp]                     # credentials are the application-default ones: gcloud auth application-default login
project = "{project}"
region  = "{region}"

[labels]                        # labels on every object that takes them
team = "web"

[network.main]
cidr = "10.20.0.0/16"           # private, /16 to /20: half of it is for pods, a quarter for nodes
nat  = "single"                 # none | single: the way out for nodes, which have no public addresses

[cluster.prod]
platform = "gke"
network  = "main"
# version = "1.34"              # the least Kubernetes minor; absent: what the channel has
# protect = true                # never deleted or replaced, not even when removed from this file
endpoint = { public = true, private = true }    # or ranges: public = ["203.0.113.0/24"]
gke = { release_channel = "regular", maintenance = { start = "03:00", hours = 6, days = ["sa", "su"] } }

[cluster.prod.pool.default]
machine = { cpu = 2, memory = "8GiB" }  # the cheapest type that fits, then kept; or { gke = "e2-standard-2" }
nodes   = { min = 1, max = 3 }          # of the whole pool; the count in between is the autoscaler's
disk    = "50GiB"
# spot  = true                          # cheaper, and taken back at short notice
# node_labels = { tier = "web" }
# taints = ["dedicated=web:NoSchedule"]

# [secret.database-url]         # in Secret Manager; its value is in no file
# store = "cloud"
# from  = { env = "DATABASE_URL" }

# [env.staging]                 # provision plan --env staging: the stack `shop-staging`, with these differences
# cluster.prod.pool.default.nodes = 1
"#;

#[cfg(test)]
mod tests {
    #![allow(clippy::unwrap_used, clippy::expect_used)]
    use super::*;
    use crate::spec::{Input, load};

    #[test]
    fn the_template_loads_with_and_without_an_account() {
        for account in [Some("210987654321"), None] {
            let text = template(Platform::Eks, account, "eu-central-1").unwrap();
            let loaded = load(&Input::file("provision.toml", text)).expect("loads");
            let aws = loaded.spec.aws.unwrap();
            assert_eq!(aws.account.as_deref(), account);
            assert_eq!(aws.region, "eu-central-1");
            assert!(loaded.notes.is_empty(), "{:?}", loaded.notes);
        }
    }

    #[test]
    fn what_the_template_has_commented_out_loads_too() {
        let text = template(Platform::Eks, None, "eu-central-1").unwrap();
        let code = |line: &str| {
            let rest = line
                .strip_prefix("# ")
                .filter(|rest| rest.contains(" = ") || rest.starts_with('['));
            rest.unwrap_or(line).to_owned()
        };
        let all: Vec<String> = text.lines().map(code).collect();
        let loaded = load(&Input::file("provision.toml", all.join("\n"))).expect("loads");
        let prod = &loaded.spec.clusters["prod"];
        assert!(prod.protect && prod.pools["default"].spot);
        assert_eq!(prod.version.as_deref(), Some("1.35"));
    }

    #[test]
    fn other_platforms_are_refused_by_name() {
        let refused = template(Platform::Kubernetes, None, "europe-west1").unwrap_err();
        assert!(refused.to_string().contains("kubernetes"));
    }
}
