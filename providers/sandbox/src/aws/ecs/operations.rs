//! The operations of ECS.

use super::{
    account, capacity_provider, capacity_provider_change, cluster, cluster_change,
    container_instance, definition_list, definition_requests, execute, requests, service_change,
    service_create, service_list, tags, task_definition, task_list, task_run,
};
use crate::aws::Operation;

/// Every operation.
pub(super) const OPERATIONS: &[Operation] = &[
    Operation::write("CreateCluster", cluster::create).accepts(&[requests::CREATE_CLUSTER.names]),
    Operation::read("DescribeClusters", cluster::describe)
        .accepts(&[requests::DESCRIBE_CLUSTERS.names]),
    Operation::read("ListClusters", cluster::list).accepts(&[requests::PAGE.names]),
    Operation::write("UpdateCluster", cluster_change::update)
        .accepts(&[requests::UPDATE_CLUSTER.names]),
    Operation::write("UpdateClusterSettings", cluster_change::settings)
        .accepts(&[requests::UPDATE_SETTINGS.names]),
    Operation::write("PutClusterCapacityProviders", cluster_change::put_providers)
        .accepts(&[requests::PUT_PROVIDERS.names]),
    Operation::write("DeleteCluster", cluster_change::delete)
        .accepts(&[requests::DELETE_CLUSTER.names]),
    Operation::write("CreateCapacityProvider", capacity_provider::create)
        .accepts(&[requests::CREATE_PROVIDER.names]),
    Operation::read("DescribeCapacityProviders", capacity_provider::describe)
        .accepts(&[requests::DESCRIBE_PROVIDERS.names]),
    Operation::write("UpdateCapacityProvider", capacity_provider_change::update)
        .accepts(&[requests::UPDATE_PROVIDER.names]),
    Operation::write("DeleteCapacityProvider", capacity_provider_change::delete)
        .accepts(&[requests::DELETE_PROVIDER.names]),
    Operation::read("ListContainerInstances", container_instance::list)
        .accepts(&[requests::LIST_INSTANCES.names]),
    Operation::read("DescribeContainerInstances", container_instance::describe)
        .accepts(&[requests::DESCRIBE_INSTANCES.names]),
    Operation::write("RegisterTaskDefinition", task_definition::register)
        .accepts(&[definition_requests::REGISTER.names]),
    Operation::read("DescribeTaskDefinition", task_definition::describe)
        .accepts(&[definition_requests::DESCRIBE.names]),
    Operation::read("ListTaskDefinitions", definition_list::list)
        .accepts(&[definition_requests::LIST.names]),
    Operation::read("ListTaskDefinitionFamilies", definition_list::families)
        .accepts(&[definition_requests::FAMILIES.names]),
    Operation::write("DeregisterTaskDefinition", definition_list::deregister)
        .accepts(&[definition_requests::DEREGISTER.names]),
    Operation::write("DeleteTaskDefinitions", definition_list::delete)
        .accepts(&[definition_requests::DELETE.names]),
    Operation::write("CreateService", service_create::create)
        .accepts(&[requests::CREATE_SERVICE.names]),
    Operation::read("DescribeServices", service_list::describe)
        .accepts(&[requests::DESCRIBE_SERVICES.names]),
    Operation::read("ListServices", service_list::list).accepts(&[requests::LIST_SERVICES.names]),
    Operation::write("UpdateService", service_change::update)
        .accepts(&[requests::UPDATE_SERVICE.names]),
    Operation::write("DeleteService", service_change::delete)
        .accepts(&[requests::DELETE_SERVICE.names]),
    Operation::write("RunTask", task_run::run).accepts(&[requests::RUN_TASK.names]),
    Operation::read("DescribeTasks", task_list::describe)
        .accepts(&[requests::DESCRIBE_TASKS.names]),
    Operation::read("ListTasks", task_list::list).accepts(&[requests::LIST_TASKS.names]),
    Operation::write("StopTask", task_list::stop).accepts(&[requests::STOP_TASK.names]),
    Operation::write("ExecuteCommand", execute::command)
        .accepts(&[requests::EXECUTE_COMMAND.names]),
    Operation::write("TagResource", tags::tag).accepts(&[requests::TAG_RESOURCE.names]),
    Operation::write("UntagResource", tags::untag).accepts(&[requests::UNTAG_RESOURCE.names]),
    Operation::read("ListTagsForResource", tags::list).accepts(&[requests::LIST_TAGS.names]),
    Operation::read("ListAccountSettings", account::list).accepts(&[requests::LIST_SETTINGS.names]),
];
