//! Load balancers in front of the services.

use std::collections::{BTreeMap, BTreeSet};

use provision_aws::{Fault, Front, FrontPort, FrontRule, block_of, fronts};
use provision_core::contract::Words;
use serde_json::{Value as Json, json};

use super::{Reading, text};
use crate::kinds::FoundCluster;

/// What listeners of a spec speak.
const PROTOCOLS: [&str; 4] = ["http", "https", "tcp", "tls"];

/// What is behind a target group: the workload, its port, and the seconds that it has to start.
struct Behind {
    workload: String,
    port: i32,
    grace: i64,
}

impl Reading<'_> {
    /// The balancers of all target groups that services are in.
    pub(super) async fn fronts(&mut self, cluster: &FoundCluster) -> Result<(), Fault> {
        let mut behind = BTreeMap::new();
        let names: Vec<String> = self.named(cluster);
        for (one, workload) in cluster.services.iter().zip(names) {
            for balancer in &one.service.balancers {
                if let Some(group) = balancer.target_group.get() {
                    let what = Behind {
                        workload: workload.clone(),
                        port: balancer.port,
                        grace: one.service.grace,
                    };
                    behind.insert(group.clone(), what);
                }
            }
        }
        let groups: BTreeSet<String> = behind.keys().cloned().collect();
        if groups.is_empty() {
            return Ok(());
        }
        let (groups, fronts) = fronts(self.aws, &groups).await?;
        for (arn, group) in &groups {
            if let Some(what) = behind.get(arn) {
                self.asked(&what.workload, group.path.as_deref(), what.grace);
            }
        }
        for front in &fronts {
            let own = block_of(&front.marks, &self.context.stack);
            let name = own.unwrap_or_else(|| self.free_name("load_balancer", &front.name));
            let words = self.front(&name, front, &behind);
            self.keep("load_balancer", &name, words);
        }
        Ok(())
    }

    /// The blocks of services, in their order.
    fn named(&self, cluster: &FoundCluster) -> Vec<String> {
        let mut used: Vec<String> = Vec::new();
        for one in &cluster.services {
            let own = block_of(&one.marks, &self.context.stack);
            let name = own.unwrap_or_else(|| provision_core::spec::block_name(&one.name, &used));
            used.push(name);
        }
        used
    }

    fn front(&mut self, name: &str, front: &Front, behind: &BTreeMap<String, Behind>) -> Words {
        let of = format!("load_balancer {name}");
        let mut listeners = Vec::new();
        let (mut targets, mut routes): (Vec<Json>, Vec<Json>) = (Vec::new(), Vec::new());
        for port in &front.ports {
            if !PROTOCOLS.contains(&port.protocol.as_str()) {
                let what = format!(
                    "its listener on port {} speaks {}",
                    port.port, port.protocol
                );
                self.leave(&of, what);
                continue;
            }
            listeners.push(listener(port));
            let found = self.shares(&of, port, behind);
            if targets.is_empty() {
                targets = found;
            } else if !found.is_empty() && targets != found {
                let what = format!(
                    "its listener on port {} leads elsewhere than the others",
                    port.port
                );
                self.leave(&of, what);
            }
            for rule in &port.rules {
                match self.route(rule, behind) {
                    Some(route) if routes.contains(&route) => {}
                    Some(route) => routes.push(route),
                    None => {
                        self.leave(&of, format!("a rule of its listener on port {}", port.port));
                    }
                }
            }
        }
        let mut words = self.plain(front);
        words.insert("listeners".to_owned(), Json::Array(listeners));
        if !targets.is_empty() {
            words.insert("target".to_owned(), Json::Array(targets));
        }
        if !routes.is_empty() {
            words.insert("routes".to_owned(), Json::Array(routes));
        }
        words
    }

    /// What a balancer is by itself.
    fn plain(&self, front: &Front) -> Words {
        let scheme = if front.public { "public" } else { "internal" };
        let mut words = Words::from([
            ("network".to_owned(), Json::from(self.network.as_str())),
            ("scheme".to_owned(), Json::from(scheme)),
        ]);
        if let Some((bucket, prefix)) = &front.logs {
            let mut logs = json!({ "aws": text(bucket) });
            if !prefix.is_empty() {
                logs["prefix"] = text(prefix);
            }
            words.insert("access_logs".to_owned(), logs);
        }
        words
    }

    /// Where a listener sends what no rule takes.
    fn shares(
        &mut self,
        of: &str,
        port: &FrontPort,
        behind: &BTreeMap<String, Behind>,
    ) -> Vec<Json> {
        let several = port.forward.len() > 1;
        let mut targets = Vec::new();
        for (group, weight) in &port.forward {
            let Some(what) = behind.get(group) else {
                self.leave(
                    of,
                    format!("traffic to {group}, which is not of this cluster"),
                );
                continue;
            };
            let mut target = json!({ "workload": what.workload });
            if self.port_of(&what.workload) != Some(i64::from(what.port)) {
                target["port"] = what.port.into();
            }
            if several {
                target["weight"] = (*weight).into();
            }
            targets.push(target);
        }
        targets
    }

    /// The port that a workload's block says.
    fn port_of(&self, workload: &str) -> Option<i64> {
        let words = self.blocks.get("workload")?.get(workload)?;
        words.get("port")?.as_i64()
    }

    fn route(&self, rule: &FrontRule, behind: &BTreeMap<String, Behind>) -> Option<Json> {
        let [(group, _)] = rule.forward.as_slice() else {
            return None;
        };
        let what = behind.get(group)?;
        let own_port = self.port_of(&what.workload) == Some(i64::from(what.port));
        if rule.more || rule.hosts.len() > 1 || !own_port {
            return None;
        }
        let mut route = json!({ "workload": what.workload });
        if let Some(host) = rule.hosts.first() {
            route["host"] = text(host);
        }
        if let Some(path) = path(&rule.paths)? {
            route["path"] = text(&path);
        }
        Some(route)
    }
}

fn listener(port: &FrontPort) -> Json {
    let mut words = json!({ "port": port.port, "protocol": port.protocol });
    let certificates: Vec<Json> = port
        .certificates
        .iter()
        .map(|arn| json!({ "aws": arn }))
        .collect();
    if !certificates.is_empty() {
        words["certificates"] = Json::Array(certificates);
    }
    let to = port.redirect.as_ref().and_then(|to| to.parse::<u16>().ok());
    if let Some(to) = to {
        words["redirect"] = to.into();
    }
    words
}

/// The path that patterns mean: itself and what lies under it. Outer `None`: no word says them.
fn path(patterns: &[String]) -> Option<Option<String>> {
    match patterns {
        [] => Some(None),
        [one] if one == "/*" => Some(Some("/".to_owned())),
        [one] => one.contains(['*', '?']).then(|| Some(one.clone())),
        [one, under] if *under == format!("{one}/*") => Some(Some(one.clone())),
        _ => None,
    }
}

#[cfg(test)]
mod tests {
    use super::path;

    #[test]
    fn patterns_are_the_path_that_they_were_made_of() {
        let of = |patterns: &[&str]| {
            let patterns: Vec<String> = patterns.iter().map(|one| (*one).to_owned()).collect();
            path(&patterns)
        };
        assert_eq!(of(&[]), Some(None));
        assert_eq!(of(&["/*"]), Some(Some("/".to_owned())));
        assert_eq!(of(&["/api", "/api/*"]), Some(Some("/api".to_owned())));
        assert_eq!(of(&["/v?/x"]), Some(Some("/v?/x".to_owned())));
        // Without what lies under it no word says it.
        assert_eq!(of(&["/api"]), None);
        assert_eq!(of(&["/a", "/b"]), None);
    }
}
