//! Load balancers.

use super::Check;
use crate::contract::Severity;
use crate::spec::overlay::repeated;
use crate::spec::types_run::{AccessLogs, LoadBalancer};

pub(super) fn check(check: &mut Check<'_>) {
    let spec = check.spec;
    for (name, balancer) in &spec.load_balancers {
        let base = format!("load_balancer.{name}");
        if !spec.networks.contains_key(&balancer.network) && !balancer.network.is_empty() {
            let path = format!("{base}.network");
            check.dangling(&path, "network", &balancer.network, spec.networks.keys());
        }
        listeners(check, &base, balancer);
        targets(check, &base, balancer);
        routes(check, &base, balancer);
        access_logs(check, &base, balancer);
    }
}

/// Names of buckets: "General purpose bucket naming rules" (S3 user guide). A prefix may not have the word that ELB's own part
/// begins with ("Enable access logs for your Application Load Balancer").
fn access_logs(check: &mut Check<'_>, base: &str, balancer: &LoadBalancer) {
    let Some(AccessLogs::Bucket { name, prefix }) = &balancer.access_logs else {
        return;
    };
    let path = format!("{base}.access_logs");
    let legal =
        |at: char| at.is_ascii_lowercase() || at.is_ascii_digit() || matches!(at, '-' | '.');
    let ends =
        |at: Option<char>| at.is_some_and(|at| at.is_ascii_lowercase() || at.is_ascii_digit());
    let sound = (3..=63).contains(&name.len())
        && name.chars().all(legal)
        && ends(name.chars().next())
        && ends(name.chars().last())
        && !name.contains("..");
    if !sound && !name.is_empty() {
        let message = format!("`{name}` is no name of a bucket");
        let help = "write 3 to 63 small letters, digits, dots and hyphens: aws = \"acme-logs\"";
        check.wrong("bad-value", &format!("{path}.aws"), message, help);
    }
    if prefix.contains("AWSLogs") || prefix.starts_with('/') || prefix.ends_with('/') {
        let message =
            "ELB refuses this prefix: it may not contain AWSLogs, nor begin or end with a slash";
        check.wrong(
            "bad-value",
            &format!("{path}.prefix"),
            message,
            "take another, like \"shop/web\"",
        );
    }
    let speaks = |words: [&str; 2]| {
        let mut all = balancer.listeners.iter();
        all.any(|listener| words.contains(&listener.protocol.as_str()))
    };
    if !speaks(["http", "https"]) && !speaks(["tls", "tls"]) {
        let message =
            "a network balancer writes access logs for its TLS listeners alone, and has none";
        check.note(Severity::Warning, "access-logs-none", base, message);
    }
}

fn listeners(check: &mut Check<'_>, base: &str, balancer: &LoadBalancer) {
    let listeners = &balancer.listeners;
    let path = format!("{base}.listeners");
    if listeners.is_empty() && check.places.get(&path).is_some() {
        let help = "add { port = 443, protocol = \"https\", … }";
        check.wrong(
            "missing-key",
            &path,
            "a load balancer needs a listener",
            help,
        );
    }
    let ports = listeners.iter().map(|listener| listener.port);
    for index in repeated(ports) {
        let message = "two listeners have the same port";
        check.wrong(
            "duplicate",
            &format!("{path}.{index}.port"),
            message,
            "remove one",
        );
    }
    for (index, listener) in listeners.iter().enumerate() {
        let path = format!("{path}.{index}");
        let secure = matches!(listener.protocol.as_str(), "https" | "tls");
        if secure && listener.certificates.is_empty() && listener.redirect.is_none() {
            let message = format!("a listener for {} needs a certificate", listener.protocol);
            let help = "add certificates = [{ aws = \"arn:…\" }]";
            check.wrong("missing-key", &path, message, help);
        }
        if !secure && !listener.certificates.is_empty() {
            let message = format!(
                "a listener for {} has no use for certificates",
                listener.protocol
            );
            let help = "write protocol = \"https\", or remove them";
            check.wrong(
                "contradiction",
                &format!("{path}.certificates"),
                message,
                help,
            );
        }
        for (index, certificate) in listener.certificates.iter().enumerate() {
            if certificate.is_empty() {
                let path = format!("{path}.certificates.{index}");
                let help = "write { aws = \"arn:…\" } or { gcp = \"NAME\" }";
                check.wrong("missing-key", &path, "this names no certificate", help);
            }
        }
        redirect(check, &path, listener.redirect, listener.port, balancer);
    }
}

fn redirect(
    check: &mut Check<'_>,
    path: &str,
    to: Option<u16>,
    from: u16,
    balancer: &LoadBalancer,
) {
    let Some(to) = to else {
        return;
    };
    let path = format!("{path}.redirect");
    let target = balancer.listeners.iter().find(|other| other.port == to);
    if to == from {
        check.wrong(
            "contradiction",
            &path,
            "a listener redirects to itself",
            "name another port",
        );
    } else if target.is_none() {
        let message = format!("no listener has port {to}");
        check.wrong(
            "dangling",
            &path,
            message,
            format!("add a listener with port = {to}"),
        );
    } else if target.is_some_and(|target| target.redirect.is_some()) {
        let message = format!("the listener with port {to} redirects too");
        check.wrong("contradiction", &path, message, "let it take the traffic");
    }
}

fn targets(check: &mut Check<'_>, base: &str, balancer: &LoadBalancer) {
    let spec = check.spec;
    let path = format!("{base}.target");
    if balancer.targets.is_empty() && balancer.routes.is_empty() && !check.places.broken(&path) {
        let help = "add target = [{ workload = \"NAME\" }]";
        check.wrong(
            "missing-key",
            base,
            "the load balancer sends traffic nowhere",
            help,
        );
    }
    for (index, target) in balancer.targets.iter().enumerate() {
        let path = format!("{path}.{index}");
        known(
            check,
            &format!("{path}.workload"),
            &target.workload,
            target.port.is_some(),
        );
        if let Some(cluster) = &target.cluster
            && !spec.clusters.contains_key(cluster)
        {
            check.dangling(
                &format!("{path}.cluster"),
                "cluster",
                cluster,
                spec.clusters.keys(),
            );
        }
    }
    let pairs = balancer
        .targets
        .iter()
        .map(|target| (&target.workload, &target.cluster, target.port));
    for index in repeated(pairs) {
        let message = "this target is named twice";
        check.wrong(
            "duplicate",
            &format!("{path}.{index}"),
            message,
            "remove one",
        );
    }
    if !balancer.targets.is_empty()
        && balancer
            .targets
            .iter()
            .all(|target| target.weight == Some(0))
    {
        let message = "every target has weight 0: no traffic would go anywhere";
        check.wrong("contradiction", &path, message, "give one a weight");
    }
}

fn routes(check: &mut Check<'_>, base: &str, balancer: &LoadBalancer) {
    for (index, route) in balancer.routes.iter().enumerate() {
        let path = format!("{base}.routes.{index}");
        known(check, &format!("{path}.workload"), &route.workload, false);
        if route.host.is_none() && route.path.is_none() {
            let help = "name one of them; `target` is where everything else goes";
            check.wrong("missing-key", &path, "a route needs a host or a path", help);
        }
    }
    let pairs = balancer
        .routes
        .iter()
        .map(|route| (&route.host, &route.path));
    for index in repeated(pairs) {
        let message = "two routes have the same host and path";
        check.wrong(
            "duplicate",
            &format!("{base}.routes.{index}"),
            message,
            "remove one",
        );
    }
}

/// The workload exists and has a port to send traffic to.
fn known(check: &mut Check<'_>, path: &str, name: &str, port: bool) {
    if name.is_empty() {
        return;
    }
    match check.spec.workloads.get(name) {
        None => {
            let known = &check.spec.workloads;
            check.dangling(path, "workload", name, known.keys());
        }
        Some(workload) if workload.port.is_none() && !port => {
            let message = format!("workload `{name}` has no `port` to send traffic to");
            check.wrong("contradiction", path, message, "add `port` to it");
        }
        Some(_) => {}
    }
}
