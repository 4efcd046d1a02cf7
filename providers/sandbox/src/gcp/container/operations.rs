//! The methods. What bodies may hold is known to the descriptors, so every member is let through here (`*`).

use super::{change, cluster, config, create, pool, pool_change, pool_update, update, work};
use crate::gcp::Operation;

const BODY: &[&str] = &["*"];

/// Every method.
#[rustfmt::skip]
pub(super) const OPERATIONS: &[Operation] = &[
    Operation::read("container.projects.locations.getServerConfig", "GET /v1/projects/{project}/locations/{location}/serverConfig", config::get).needs("container.clusters.list").speaks("", "ServerConfig"),
    Operation::write("container.projects.locations.clusters.create", "POST /v1/projects/{project}/locations/{location}/clusters", create::create).accepts(&[BODY]).needs("container.clusters.create").speaks("", "Operation"),
    Operation::read("container.projects.locations.clusters.list", "GET /v1/projects/{project}/locations/{location}/clusters", cluster::list_all).needs("container.clusters.list").speaks("", "ListClustersResponse"),
    Operation::read("container.projects.locations.clusters.get", "GET /v1/projects/{project}/locations/{location}/clusters/{cluster}", cluster::get).needs("container.clusters.get").speaks("", "Cluster"),
    Operation::write("container.projects.locations.clusters.update", "PUT /v1/projects/{project}/locations/{location}/clusters/{cluster}", update::update).accepts(&[BODY]).needs("container.clusters.update").speaks("", "Operation"),
    Operation::write("container.projects.locations.clusters.delete", "DELETE /v1/projects/{project}/locations/{location}/clusters/{cluster}", change::delete).needs("container.clusters.delete").speaks("", "Operation"),
    Operation::write("container.projects.locations.clusters.setResourceLabels", "POST /v1/projects/{project}/locations/{location}/clusters/{cluster}:setResourceLabels", change::set_labels).accepts(&[BODY]).needs("container.clusters.update").speaks("", "Operation"),
    Operation::write("container.projects.locations.clusters.setMaintenancePolicy", "POST /v1/projects/{project}/locations/{location}/clusters/{cluster}:setMaintenancePolicy", change::set_maintenance).accepts(&[BODY]).needs("container.clusters.update").speaks("", "Operation"),
    Operation::write("container.projects.locations.clusters.updateMaster", "POST /v1/projects/{project}/locations/{location}/clusters/{cluster}:updateMaster", change::update_master).accepts(&[BODY]).needs("container.clusters.update").speaks("", "Operation"),
    Operation::write("container.projects.locations.clusters.setLocations", "POST /v1/projects/{project}/locations/{location}/clusters/{cluster}:setLocations", change::set_locations).accepts(&[BODY]).needs("container.clusters.update").speaks("", "Operation"),
    Operation::write("container.projects.locations.clusters.setAddons", "POST /v1/projects/{project}/locations/{location}/clusters/{cluster}:setAddons", change::set_one).accepts(&[BODY]).needs("container.clusters.update").speaks("", "Operation"),
    Operation::write("container.projects.locations.clusters.setLogging", "POST /v1/projects/{project}/locations/{location}/clusters/{cluster}:setLogging", change::set_one).accepts(&[BODY]).needs("container.clusters.update").speaks("", "Operation"),
    Operation::write("container.projects.locations.clusters.setMonitoring", "POST /v1/projects/{project}/locations/{location}/clusters/{cluster}:setMonitoring", change::set_one).accepts(&[BODY]).needs("container.clusters.update").speaks("", "Operation"),
    Operation::write("container.projects.locations.clusters.setLegacyAbac", "POST /v1/projects/{project}/locations/{location}/clusters/{cluster}:setLegacyAbac", change::set_one).accepts(&[BODY]).needs("container.clusters.update").speaks("", "Operation"),
    Operation::write("container.projects.locations.clusters.nodePools.create", "POST /v1/projects/{project}/locations/{location}/clusters/{cluster}/nodePools", pool_change::create).accepts(&[BODY]).needs("container.clusters.update").speaks("", "Operation"),
    Operation::read("container.projects.locations.clusters.nodePools.list", "GET /v1/projects/{project}/locations/{location}/clusters/{cluster}/nodePools", pool::list_all).needs("container.clusters.get").speaks("", "ListNodePoolsResponse"),
    Operation::read("container.projects.locations.clusters.nodePools.get", "GET /v1/projects/{project}/locations/{location}/clusters/{cluster}/nodePools/{pool}", pool::get).needs("container.clusters.get").speaks("", "NodePool"),
    Operation::write("container.projects.locations.clusters.nodePools.update", "PUT /v1/projects/{project}/locations/{location}/clusters/{cluster}/nodePools/{pool}", pool_update::update).accepts(&[BODY]).needs("container.clusters.update").speaks("", "Operation"),
    Operation::write("container.projects.locations.clusters.nodePools.delete", "DELETE /v1/projects/{project}/locations/{location}/clusters/{cluster}/nodePools/{pool}", pool_change::delete).needs("container.clusters.update").speaks("", "Operation"),
    Operation::write("container.projects.locations.clusters.nodePools.setSize", "POST /v1/projects/{project}/locations/{location}/clusters/{cluster}/nodePools/{pool}:setSize", pool_change::set_size).accepts(&[BODY]).needs("container.clusters.update").speaks("", "Operation"),
    Operation::write("container.projects.locations.clusters.nodePools.setAutoscaling", "POST /v1/projects/{project}/locations/{location}/clusters/{cluster}/nodePools/{pool}:setAutoscaling", pool_change::set_autoscaling).accepts(&[BODY]).needs("container.clusters.update").speaks("", "Operation"),
    Operation::write("container.projects.locations.clusters.nodePools.setManagement", "POST /v1/projects/{project}/locations/{location}/clusters/{cluster}/nodePools/{pool}:setManagement", pool_change::set_management).accepts(&[BODY]).needs("container.clusters.update").speaks("", "Operation"),
    Operation::write("container.projects.locations.clusters.nodePools.rollback", "POST /v1/projects/{project}/locations/{location}/clusters/{cluster}/nodePools/{pool}:rollback", pool_change::rollback).accepts(&[BODY]).needs("container.clusters.update").speaks("", "Operation"),
    Operation::write("container.projects.locations.clusters.nodePools.completeUpgrade", "POST /v1/projects/{project}/locations/{location}/clusters/{cluster}/nodePools/{pool}:completeUpgrade", pool_change::complete).accepts(&[BODY]).needs("container.clusters.update"),
    Operation::read("container.projects.locations.operations.list", "GET /v1/projects/{project}/locations/{location}/operations", work::list_all).needs("container.operations.list").speaks("", "ListOperationsResponse"),
    Operation::read("container.projects.locations.operations.get", "GET /v1/projects/{project}/locations/{location}/operations/{operation}", work::get).needs("container.operations.get").speaks("", "Operation"),
    Operation::write("container.projects.locations.operations.cancel", "POST /v1/projects/{project}/locations/{location}/operations/{operation}:cancel", work::cancel).accepts(&[BODY]).needs("container.operations.list"),
];
