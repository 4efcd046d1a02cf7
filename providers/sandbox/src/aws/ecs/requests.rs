//! What the operations on clusters, capacity providers, services and tasks take.

use super::shape::Shape::{Group, List, Map, Text, Truth, Whole, Word};
use super::shape::members;

const SWITCH: &[&str] = &["ENABLED", "DISABLED"];
const LAUNCH_TYPES: &[&str] = &["EC2", "FARGATE", "EXTERNAL"];
const PROPAGATE: &[&str] = &["TASK_DEFINITION", "SERVICE", "NONE"];

members! { TAG: ?"key" Text, ?"value" Text }
members! { SETTING: ?"name" Word(&["containerInsights"]), ?"value" Text }
members! { STRATEGY: !"capacityProvider" Text, ?"weight" Whole, ?"base" Whole }
members! { NAMESPACE: !"namespace" Text }
members! {
    EXEC_LOGS: ?"cloudWatchLogGroupName" Text, ?"cloudWatchEncryptionEnabled" Truth, ?"s3BucketName" Text,
    ?"s3EncryptionEnabled" Truth, ?"s3KeyPrefix" Text,
}
members! {
    EXEC: ?"kmsKeyId" Text, ?"logging" Word(&["NONE", "DEFAULT", "OVERRIDE"]), ?"logConfiguration" Group(&EXEC_LOGS),
}
members! { STORAGE: ?"kmsKeyId" Text, ?"fargateEphemeralStorageKmsKeyId" Text }
members! {
    CONFIGURATION: ?"executeCommandConfiguration" Group(&EXEC), ?"managedStorageConfiguration" Group(&STORAGE),
}

members! {
    /// CreateCluster.
    CREATE_CLUSTER: ?"clusterName" Text, ?"tags" List(&Group(&TAG)), ?"settings" List(&Group(&SETTING)),
    ?"configuration" Group(&CONFIGURATION), ?"capacityProviders" List(&Text),
    ?"defaultCapacityProviderStrategy" List(&Group(&STRATEGY)), ?"serviceConnectDefaults" Group(&NAMESPACE),
}
members! {
    /// DescribeClusters.
    DESCRIBE_CLUSTERS: ?"clusters" List(&Text),
    ?"include" List(&Word(&["ATTACHMENTS", "CONFIGURATIONS", "SETTINGS", "STATISTICS", "TAGS"])),
}
members! {
    /// Lists that take nothing but where to go on.
    PAGE: ?"nextToken" Text, ?"maxResults" Whole,
}
members! {
    /// UpdateCluster.
    UPDATE_CLUSTER: !"cluster" Text, ?"settings" List(&Group(&SETTING)), ?"configuration" Group(&CONFIGURATION),
    ?"serviceConnectDefaults" Group(&NAMESPACE),
}
members! {
    /// UpdateClusterSettings.
    UPDATE_SETTINGS: !"cluster" Text, !"settings" List(&Group(&SETTING)),
}
members! {
    /// PutClusterCapacityProviders.
    PUT_PROVIDERS: !"cluster" Text, !"capacityProviders" List(&Text),
    !"defaultCapacityProviderStrategy" List(&Group(&STRATEGY)),
}
members! {
    /// DeleteCluster.
    DELETE_CLUSTER: !"cluster" Text,
}

members! {
    SCALING: ?"status" Word(SWITCH), ?"targetCapacity" Whole, ?"minimumScalingStepSize" Whole,
    ?"maximumScalingStepSize" Whole, ?"instanceWarmupPeriod" Whole,
}
members! {
    GROUP_PROVIDER: !"autoScalingGroupArn" Text, ?"managedScaling" Group(&SCALING),
    ?"managedTerminationProtection" Word(SWITCH), ?"managedDraining" Word(SWITCH),
}
members! {
    GROUP_PROVIDER_CHANGE: ?"managedScaling" Group(&SCALING), ?"managedTerminationProtection" Word(SWITCH),
    ?"managedDraining" Word(SWITCH),
}
members! {
    /// CreateCapacityProvider.
    CREATE_PROVIDER: !"name" Text, ?"autoScalingGroupProvider" Group(&GROUP_PROVIDER), ?"tags" List(&Group(&TAG)),
}
members! {
    /// DescribeCapacityProviders.
    DESCRIBE_PROVIDERS: ?"capacityProviders" List(&Text), ?"include" List(&Word(&["TAGS"])), ?"maxResults" Whole,
    ?"nextToken" Text,
}
members! {
    /// UpdateCapacityProvider.
    UPDATE_PROVIDER: !"name" Text, ?"autoScalingGroupProvider" Group(&GROUP_PROVIDER_CHANGE),
}
members! {
    /// DeleteCapacityProvider.
    DELETE_PROVIDER: !"capacityProvider" Text,
}

members! {
    VPC: !"subnets" List(&Text), ?"securityGroups" List(&Text), ?"assignPublicIp" Word(SWITCH),
}
members! { NETWORK: ?"awsvpcConfiguration" Group(&VPC) }
members! {
    BALANCER: ?"targetGroupArn" Text, ?"loadBalancerName" Text, ?"containerName" Text, ?"containerPort" Whole,
}
members! {
    REGISTRY: ?"registryArn" Text, ?"port" Whole, ?"containerName" Text, ?"containerPort" Whole,
}
members! { BREAKER: !"enable" Truth, !"rollback" Truth }
members! {
    DEPLOYMENT: ?"deploymentCircuitBreaker" Group(&BREAKER), ?"maximumPercent" Whole, ?"minimumHealthyPercent" Whole,
    ?"strategy" Word(&["ROLLING"]),
}
members! { CONTROLLER: !"type" Word(&["ECS"]) }
members! {
    CONSTRAINT: ?"type" Word(&["distinctInstance", "memberOf"]), ?"expression" Text,
}
members! {
    PLACEMENT: ?"type" Word(&["random", "spread", "binpack"]), ?"field" Text,
}
members! { ALIAS: !"port" Whole, ?"dnsName" Text }
members! { TIMEOUT: ?"idleTimeoutSeconds" Whole, ?"perRequestTimeoutSeconds" Whole }
members! {
    CONNECT_SERVICE: !"portName" Text, ?"discoveryName" Text, ?"clientAliases" List(&Group(&ALIAS)),
    ?"ingressPortOverride" Whole, ?"timeout" Group(&TIMEOUT),
}
members! { SECRET: !"name" Text, !"valueFrom" Text }
members! {
    /// Where a container's output goes.
    LOGS: !"logDriver" Word(&["json-file", "syslog", "journald", "gelf", "fluentd", "awslogs", "splunk", "awsfirelens"]),
    ?"options" Map, ?"secretOptions" List(&Group(&SECRET)),
}
members! {
    CONNECT: !"enabled" Truth, ?"namespace" Text, ?"services" List(&Group(&CONNECT_SERVICE)),
    ?"logConfiguration" Group(&LOGS),
}

members! {
    /// CreateService.
    CREATE_SERVICE: ?"cluster" Text, !"serviceName" Text, ?"taskDefinition" Text,
    ?"availabilityZoneRebalancing" Word(SWITCH), ?"loadBalancers" List(&Group(&BALANCER)),
    ?"serviceRegistries" List(&Group(&REGISTRY)), ?"desiredCount" Whole, ?"clientToken" Text,
    ?"launchType" Word(LAUNCH_TYPES), ?"capacityProviderStrategy" List(&Group(&STRATEGY)), ?"platformVersion" Text,
    ?"role" Text, ?"deploymentConfiguration" Group(&DEPLOYMENT), ?"placementConstraints" List(&Group(&CONSTRAINT)),
    ?"placementStrategy" List(&Group(&PLACEMENT)), ?"networkConfiguration" Group(&NETWORK),
    ?"healthCheckGracePeriodSeconds" Whole, ?"schedulingStrategy" Word(&["REPLICA"]),
    ?"deploymentController" Group(&CONTROLLER), ?"tags" List(&Group(&TAG)), ?"enableECSManagedTags" Truth,
    ?"propagateTags" Word(PROPAGATE), ?"enableExecuteCommand" Truth, ?"serviceConnectConfiguration" Group(&CONNECT),
}
members! {
    /// UpdateService.
    UPDATE_SERVICE: ?"cluster" Text, !"service" Text, ?"desiredCount" Whole, ?"taskDefinition" Text,
    ?"capacityProviderStrategy" List(&Group(&STRATEGY)), ?"deploymentConfiguration" Group(&DEPLOYMENT),
    ?"availabilityZoneRebalancing" Word(SWITCH), ?"networkConfiguration" Group(&NETWORK),
    ?"placementConstraints" List(&Group(&CONSTRAINT)), ?"placementStrategy" List(&Group(&PLACEMENT)),
    ?"platformVersion" Text, ?"forceNewDeployment" Truth, ?"healthCheckGracePeriodSeconds" Whole,
    ?"deploymentController" Group(&CONTROLLER), ?"enableExecuteCommand" Truth, ?"enableECSManagedTags" Truth,
    ?"loadBalancers" List(&Group(&BALANCER)), ?"propagateTags" Word(PROPAGATE),
    ?"serviceRegistries" List(&Group(&REGISTRY)), ?"serviceConnectConfiguration" Group(&CONNECT),
}
members! {
    /// DescribeServices.
    DESCRIBE_SERVICES: ?"cluster" Text, !"services" List(&Text), ?"include" List(&Word(&["TAGS"])),
}
members! {
    /// ListServices.
    LIST_SERVICES: ?"cluster" Text, ?"nextToken" Text, ?"maxResults" Whole, ?"launchType" Word(LAUNCH_TYPES),
    ?"schedulingStrategy" Word(&["REPLICA", "DAEMON"]),
}
members! {
    /// DeleteService.
    DELETE_SERVICE: ?"cluster" Text, !"service" Text, ?"force" Truth,
}

members! { VARIABLE: ?"name" Text, ?"value" Text }
members! { FILE: !"value" Text, !"type" Word(&["s3"]) }
members! {
    CONTAINER_OVERRIDE: ?"name" Text, ?"command" List(&Text), ?"environment" List(&Group(&VARIABLE)),
    ?"environmentFiles" List(&Group(&FILE)), ?"cpu" Whole, ?"memory" Whole, ?"memoryReservation" Whole,
}
members! {
    /// How large a task's own disk is.
    DISK: !"sizeInGiB" Whole,
}
members! {
    OVERRIDES: ?"containerOverrides" List(&Group(&CONTAINER_OVERRIDE)), ?"cpu" Text, ?"executionRoleArn" Text,
    ?"memory" Text, ?"taskRoleArn" Text, ?"ephemeralStorage" Group(&DISK),
}
members! {
    /// RunTask.
    RUN_TASK: ?"capacityProviderStrategy" List(&Group(&STRATEGY)), ?"cluster" Text, ?"count" Whole,
    ?"enableECSManagedTags" Truth, ?"enableExecuteCommand" Truth, ?"group" Text, ?"launchType" Word(LAUNCH_TYPES),
    ?"networkConfiguration" Group(&NETWORK), ?"overrides" Group(&OVERRIDES),
    ?"placementConstraints" List(&Group(&CONSTRAINT)), ?"placementStrategy" List(&Group(&PLACEMENT)),
    ?"platformVersion" Text, ?"propagateTags" Word(PROPAGATE), ?"referenceId" Text, ?"startedBy" Text,
    ?"tags" List(&Group(&TAG)), !"taskDefinition" Text, ?"clientToken" Text,
}
members! {
    /// DescribeTasks.
    DESCRIBE_TASKS: ?"cluster" Text, !"tasks" List(&Text), ?"include" List(&Word(&["TAGS"])),
}
members! {
    /// ListTasks.
    LIST_TASKS: ?"cluster" Text, ?"containerInstance" Text, ?"family" Text, ?"nextToken" Text, ?"maxResults" Whole,
    ?"startedBy" Text, ?"serviceName" Text, ?"desiredStatus" Word(&["RUNNING", "PENDING", "STOPPED"]),
    ?"launchType" Word(LAUNCH_TYPES),
}
members! {
    /// StopTask.
    STOP_TASK: ?"cluster" Text, !"task" Text, ?"reason" Text,
}
members! {
    /// ExecuteCommand.
    EXECUTE_COMMAND: ?"cluster" Text, ?"container" Text, !"command" Text, !"interactive" Truth, !"task" Text,
}
members! {
    /// ListContainerInstances.
    LIST_INSTANCES: ?"cluster" Text, ?"nextToken" Text, ?"maxResults" Whole,
    ?"status" Word(&["ACTIVE", "DRAINING", "REGISTERING", "DEREGISTERING", "REGISTRATION_FAILED"]),
}
members! {
    /// DescribeContainerInstances.
    DESCRIBE_INSTANCES: ?"cluster" Text, !"containerInstances" List(&Text), ?"include" List(&Word(&["TAGS"])),
}

members! {
    /// TagResource.
    TAG_RESOURCE: !"resourceArn" Text, !"tags" List(&Group(&TAG)),
}
members! {
    /// UntagResource.
    UNTAG_RESOURCE: !"resourceArn" Text, !"tagKeys" List(&Text),
}
members! {
    /// ListTagsForResource.
    LIST_TAGS: !"resourceArn" Text,
}
members! {
    /// ListAccountSettings.
    LIST_SETTINGS: ?"name" Text, ?"value" Text, ?"principalArn" Text, ?"effectiveSettings" Truth, ?"nextToken" Text,
    ?"maxResults" Whole,
}
