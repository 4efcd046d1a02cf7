//! Workloads, jobs, secrets and load balancers.

use std::collections::BTreeMap;

use super::view::View;
use crate::spec::types_run::{
    AccessLogs, Container, Health, Job, Listener, LoadBalancer, Replicas, Route, Schedule, Secret,
    SecretSource, Target, Workload, WorkloadIdentity,
};

fn by_cloud(view: &View<'_>) -> BTreeMap<String, String> {
    ["aws", "gcp"]
        .into_iter()
        .filter_map(|cloud| Some((cloud.to_owned(), view.text(cloud)?)))
        .collect()
}

fn container(view: &View<'_>) -> Container {
    Container {
        image: view.text("image").unwrap_or_default(),
        entrypoint: view.texts("entrypoint"),
        command: view.texts("command"),
        cpu_milli: view.millicores("cpu"),
        memory: view.size("memory"),
        env: view.texts_by_key("env"),
        secrets: view.texts_by_key("secrets"),
    }
}

fn identity(view: &View<'_>) -> Option<WorkloadIdentity> {
    let identity = view.child("identity")?;
    let list = |cloud: &str, key: &str| {
        let cloud = identity.child(cloud);
        cloud.and_then(|cloud| cloud.texts(key)).unwrap_or_default()
    };
    Some(WorkloadIdentity {
        aws_policies: list("aws", "policies"),
        gcp_roles: list("gcp", "roles"),
    })
}

pub(super) fn workload(view: &View<'_>) -> Workload {
    Workload {
        cluster: view.text("cluster").unwrap_or_default(),
        pool: view.text("pool"),
        container: container(view),
        image_external: view.text("image_managed").is_some(),
        replicas: replicas(view),
        port: view.number("port"),
        health: view.child("health").map(|health| Health {
            path: health.text("path"),
            command: health.texts("command"),
            start: health.duration("start"),
        }),
        stop_timeout: view.duration("stop_timeout"),
        identity: identity(view),
        volumes: view
            .children("volumes")
            .filter_map(|(path, volume)| Some((path, volume.size("size")?)))
            .collect(),
        sidecars: view
            .children("sidecars")
            .map(|(name, sidecar)| (name, container(&sidecar)))
            .collect(),
    }
}

fn replicas(view: &View<'_>) -> Replicas {
    if let Some(bounds) = view.child("replicas") {
        return Replicas {
            min: bounds.number("min").unwrap_or(0),
            max: bounds.number("max").unwrap_or(0),
            cpu: bounds.number("cpu"),
            memory: bounds.number("memory"),
        };
    }
    let count = view.number("replicas").unwrap_or(0);
    Replicas {
        min: count,
        max: count,
        cpu: None,
        memory: None,
    }
}

pub(super) fn job(view: &View<'_>) -> Job {
    Job {
        cluster: view.text("cluster").unwrap_or_default(),
        pool: view.text("pool"),
        container: container(view),
        identity: identity(view),
        before: view.texts("before").unwrap_or_default(),
        schedule: view.child("schedule").map(|schedule| Schedule {
            cron: schedule.text("cron").unwrap_or_default(),
            timezone: schedule.text("timezone"),
            overlap: schedule.text("overlap"),
        }),
        ttl: view.duration("ttl"),
        stop_timeout: view.duration("stop_timeout"),
    }
}

pub(super) fn secret(view: &View<'_>) -> Secret {
    Secret {
        cluster: view.text("cluster"),
        store: view.text("store"),
        from: source(&view.child_or_default("from")),
        compare: view.text("compare"),
    }
}

/// Where a value comes from; `from` without any of its words has been reported, and counts as standard input.
fn source(view: &View<'_>) -> SecretSource {
    if let Some(name) = view.text("env") {
        SecretSource::Env(name)
    } else if let Some(path) = view.text("file") {
        SecretSource::File {
            path,
            format: view.text("format"),
        }
    } else if let Some(generate) = view.child("generate") {
        SecretSource::Generate {
            length: generate.number("length").unwrap_or_default(),
            alphabet: generate.text("alphabet"),
        }
    } else if let Some(existing) = view.child("existing") {
        SecretSource::Existing(by_cloud(&existing))
    } else {
        SecretSource::Stdin
    }
}

fn access_logs(view: &View<'_>) -> Option<AccessLogs> {
    if view.text("access_logs").is_some() {
        return Some(AccessLogs::None);
    }
    let logs = view.child("access_logs")?;
    Some(AccessLogs::Bucket {
        name: logs.text("aws").unwrap_or_default(),
        prefix: logs.text("prefix").unwrap_or_default(),
    })
}

pub(super) fn load_balancer(view: &View<'_>) -> LoadBalancer {
    LoadBalancer {
        network: view.text("network").unwrap_or_default(),
        public: view.text("scheme").as_deref() != Some("internal"),
        listeners: view.items("listeners").iter().map(listener).collect(),
        targets: view
            .items("target")
            .iter()
            .map(|target| Target {
                workload: target.text("workload").unwrap_or_default(),
                cluster: target.text("cluster"),
                port: target.number("port"),
                weight: target.number("weight"),
            })
            .collect(),
        routes: view
            .items("routes")
            .iter()
            .map(|route| Route {
                host: route.text("host"),
                path: route.text("path"),
                workload: route.text("workload").unwrap_or_default(),
            })
            .collect(),
        access_logs: access_logs(view),
    }
}

fn listener(view: &View<'_>) -> Listener {
    Listener {
        port: view.number("port").unwrap_or_default(),
        protocol: view.text("protocol").unwrap_or_default(),
        certificates: view.items("certificates").iter().map(by_cloud).collect(),
        redirect: view.number("redirect"),
    }
}
