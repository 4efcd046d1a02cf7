//! Workloads and jobs.

use std::collections::BTreeMap;

use super::Check;
use crate::spec::overlay::repeated;
use crate::spec::types_run::{Container, Workload};

pub(super) fn check(check: &mut Check<'_>) {
    let spec = check.spec;
    for (name, workload) in &spec.workloads {
        let base = format!("workload.{name}");
        place(check, &base, &workload.cluster, workload.pool.as_deref());
        container(check, &base, &workload.cluster, &workload.container);
        for (sidecar, inner) in &workload.sidecars {
            container(
                check,
                &format!("{base}.sidecars.{sidecar}"),
                &workload.cluster,
                inner,
            );
        }
        replicas(check, &base, workload);
        health(check, &base, workload);
    }
    for (name, job) in &spec.jobs {
        let base = format!("job.{name}");
        place(check, &base, &job.cluster, job.pool.as_deref());
        container(check, &base, &job.cluster, &job.container);
        for (index, before) in job.before.iter().enumerate() {
            let path = format!("{base}.before.{index}");
            match spec.workloads.get(before) {
                None => check.dangling(&path, "workload", before, spec.workloads.keys()),
                Some(workload) if workload.cluster != job.cluster && !job.cluster.is_empty() => {
                    let message =
                        format!("workload `{before}` runs on another cluster than this job");
                    check.wrong(
                        "contradiction",
                        &path,
                        message,
                        "let both run on one cluster",
                    );
                }
                Some(_) => {}
            }
        }
        for index in repeated(&job.before) {
            let path = format!("{base}.before.{index}");
            check.wrong(
                "duplicate",
                &path,
                "this workload is named twice",
                "remove one",
            );
        }
    }
}

/// The cluster and the pool.
fn place(check: &mut Check<'_>, base: &str, cluster: &str, pool: Option<&str>) {
    if cluster.is_empty() {
        return;
    }
    let Some(there) = check.spec.clusters.get(cluster) else {
        let path = format!("{base}.cluster");
        let known = &check.spec.clusters;
        return check.dangling(&path, "cluster", cluster, known.keys());
    };
    if let Some(pool) = pool
        && !there.pools.contains_key(pool)
    {
        let path = format!("{base}.pool");
        check.dangling(
            &path,
            &format!("cluster.{cluster}.pool"),
            pool,
            there.pools.keys(),
        );
    }
}

fn container(check: &mut Check<'_>, base: &str, cluster: &str, container: &Container) {
    for (variable, name) in &container.secrets {
        let path = format!("{base}.secrets.{variable}");
        match check.spec.secrets.get(name) {
            None => {
                let known: &BTreeMap<_, _> = &check.spec.secrets;
                check.dangling(&path, "secret", name, known.keys());
            }
            Some(secret)
                if secret
                    .cluster
                    .as_deref()
                    .is_some_and(|other| other != cluster) =>
            {
                let message = format!("secret `{name}` is for another cluster");
                let help = format!("declare one for cluster `{cluster}`");
                check.wrong("contradiction", &path, message, help);
            }
            Some(_) => {}
        }
        if container.env.contains_key(variable) {
            let message = format!("`{variable}` is in `env` and in `secrets`");
            let other = format!("{base}.env.{variable}");
            check.clash("duplicate", &path, &other, message, "keep one of them");
        }
    }
}

fn replicas(check: &mut Check<'_>, base: &str, workload: &Workload) {
    let (replicas, path) = (workload.replicas, format!("{base}.replicas"));
    if replicas.min > replicas.max {
        let message = format!(
            "`min` is {}, above `max`, which is {}",
            replicas.min, replicas.max
        );
        let help = format!("write max = {}", replicas.min);
        check.wrong("contradiction", &format!("{path}.min"), message, help);
    }
    for (word, target, request) in [
        ("cpu", replicas.cpu, workload.container.cpu_milli.is_some()),
        (
            "memory",
            replicas.memory,
            workload.container.memory.is_some(),
        ),
    ] {
        if target.is_some() && !request && !check.places.broken(&format!("{base}.{word}")) {
            let message = format!("scaling by {word} needs a request to take the percentage of");
            let help = format!("add `{word}` to the workload");
            check.wrong("contradiction", &format!("{path}.{word}"), message, help);
        }
    }
}

fn health(check: &mut Check<'_>, base: &str, workload: &Workload) {
    let Some(health) = &workload.health else {
        return;
    };
    let path = format!("{base}.health");
    let broken = |key: &str| check.places.broken(&format!("{path}.{key}"));
    if health.path.is_none() && health.command.is_none() && !broken("path") && !broken("command") {
        let help = "write { path = \"/up\" } or { command = [\"…\"] }";
        check.wrong(
            "missing-key",
            &path,
            "`health` says neither a path nor a command",
            help,
        );
    }
    if health.path.is_some()
        && workload.port.is_none()
        && !check.places.broken(&format!("{base}.port"))
    {
        let message = "a health path needs the `port` it is asked on";
        let help = "add `port`, or tell health by a command";
        check.wrong("contradiction", &format!("{path}.path"), message, help);
    }
}
