//! What the operations on task definitions take.

use super::requests::{DISK, LOGS, TAG};
use super::shape::Shape::{Group, List, Map, Text, Truth, Whole, Word};
use super::shape::members;

members! { CREDENTIALS: !"credentialsParameter" Text }
members! {
    PORT: ?"containerPort" Whole, ?"hostPort" Whole, ?"protocol" Word(&["tcp", "udp"]), ?"name" Text,
    ?"appProtocol" Word(&["http", "http2", "grpc"]), ?"containerPortRange" Text,
}
members! { RESTART: !"enabled" Truth, ?"ignoredExitCodes" List(&Whole), ?"restartAttemptPeriod" Whole }
members! { PAIR: ?"name" Text, ?"value" Text }
members! { FILE: !"value" Text, !"type" Word(&["s3"]) }
members! { MOUNT: ?"sourceVolume" Text, ?"containerPath" Text, ?"readOnly" Truth }
members! { VOLUMES_FROM: ?"sourceContainer" Text, ?"readOnly" Truth }
members! { CAPABILITIES: ?"add" List(&Text), ?"drop" List(&Text) }
members! {
    DEVICE: !"hostPath" Text, ?"containerPath" Text, ?"permissions" List(&Word(&["read", "write", "mknod"])),
}
members! { TMPFS: !"containerPath" Text, !"size" Whole, ?"mountOptions" List(&Text) }
members! {
    LINUX: ?"capabilities" Group(&CAPABILITIES), ?"devices" List(&Group(&DEVICE)), ?"initProcessEnabled" Truth,
    ?"sharedMemorySize" Whole, ?"tmpfs" List(&Group(&TMPFS)), ?"maxSwap" Whole, ?"swappiness" Whole,
}
members! { SECRET: !"name" Text, !"valueFrom" Text }
members! {
    DEPENDENCY: !"containerName" Text, !"condition" Word(&["START", "COMPLETE", "SUCCESS", "HEALTHY"]),
}
members! { HOST: !"hostname" Text, !"ipAddress" Text }
members! {
    ULIMIT: !"name" Word(&[
        "core", "cpu", "data", "fsize", "locks", "memlock", "msgqueue", "nice", "nofile", "nproc", "rss", "rtprio",
        "rttime", "sigpending", "stack",
    ]),
    !"softLimit" Whole, !"hardLimit" Whole,
}
members! {
    HEALTH: !"command" List(&Text), ?"interval" Whole, ?"timeout" Whole, ?"retries" Whole, ?"startPeriod" Whole,
}
members! { CONTROL: ?"namespace" Text, ?"value" Text }
members! { RESOURCE: ?"value" Text, !"type" Word(&["GPU", "InferenceAccelerator"]) }
members! { FIRELENS: !"type" Word(&["fluentd", "fluentbit"]), ?"options" Map }

members! {
    CONTAINER: ?"name" Text, ?"image" Text, ?"repositoryCredentials" Group(&CREDENTIALS), ?"cpu" Whole,
    ?"memory" Whole, ?"memoryReservation" Whole, ?"links" List(&Text), ?"portMappings" List(&Group(&PORT)),
    ?"essential" Truth, ?"restartPolicy" Group(&RESTART), ?"entryPoint" List(&Text), ?"command" List(&Text),
    ?"environment" List(&Group(&PAIR)), ?"environmentFiles" List(&Group(&FILE)), ?"mountPoints" List(&Group(&MOUNT)),
    ?"volumesFrom" List(&Group(&VOLUMES_FROM)), ?"linuxParameters" Group(&LINUX), ?"secrets" List(&Group(&SECRET)),
    ?"dependsOn" List(&Group(&DEPENDENCY)), ?"startTimeout" Whole, ?"stopTimeout" Whole,
    ?"versionConsistency" Word(&["enabled", "disabled"]), ?"hostname" Text, ?"user" Text, ?"workingDirectory" Text,
    ?"disableNetworking" Truth, ?"privileged" Truth, ?"readonlyRootFilesystem" Truth, ?"dnsServers" List(&Text),
    ?"dnsSearchDomains" List(&Text), ?"extraHosts" List(&Group(&HOST)), ?"dockerSecurityOptions" List(&Text),
    ?"interactive" Truth, ?"pseudoTerminal" Truth, ?"dockerLabels" Map, ?"ulimits" List(&Group(&ULIMIT)),
    ?"logConfiguration" Group(&LOGS), ?"healthCheck" Group(&HEALTH), ?"systemControls" List(&Group(&CONTROL)),
    ?"resourceRequirements" List(&Group(&RESOURCE)), ?"firelensConfiguration" Group(&FIRELENS),
}

members! { HOST_VOLUME: ?"sourcePath" Text }
members! {
    DOCKER_VOLUME: ?"scope" Word(&["task", "shared"]), ?"autoprovision" Truth, ?"driver" Text, ?"driverOpts" Map,
    ?"labels" Map,
}
members! { EFS_ACCESS: ?"accessPointId" Text, ?"iam" Word(&["ENABLED", "DISABLED"]) }
members! {
    EFS: !"fileSystemId" Text, ?"rootDirectory" Text, ?"transitEncryption" Word(&["ENABLED", "DISABLED"]),
    ?"transitEncryptionPort" Whole, ?"authorizationConfig" Group(&EFS_ACCESS),
}
members! {
    VOLUME: ?"name" Text, ?"host" Group(&HOST_VOLUME), ?"dockerVolumeConfiguration" Group(&DOCKER_VOLUME),
    ?"efsVolumeConfiguration" Group(&EFS), ?"configuredAtLaunch" Truth,
}
members! { CONSTRAINT: ?"type" Word(&["memberOf"]), ?"expression" Text }
members! {
    PLATFORM: ?"cpuArchitecture" Word(&["X86_64", "ARM64"]),
    ?"operatingSystemFamily" Word(&[
        "WINDOWS_SERVER_2019_FULL", "WINDOWS_SERVER_2019_CORE", "WINDOWS_SERVER_2022_CORE", "WINDOWS_SERVER_2022_FULL",
        "WINDOWS_SERVER_2025_CORE", "WINDOWS_SERVER_2025_FULL", "LINUX",
    ]),
}

members! {
    /// RegisterTaskDefinition.
    REGISTER: !"family" Text, ?"taskRoleArn" Text, ?"executionRoleArn" Text,
    ?"networkMode" Word(&["bridge", "host", "awsvpc", "none"]), !"containerDefinitions" List(&Group(&CONTAINER)),
    ?"volumes" List(&Group(&VOLUME)), ?"placementConstraints" List(&Group(&CONSTRAINT)),
    ?"requiresCompatibilities" List(&Word(&["EC2", "FARGATE", "EXTERNAL"])), ?"cpu" Text, ?"memory" Text,
    ?"tags" List(&Group(&TAG)), ?"pidMode" Word(&["host", "task"]), ?"ipcMode" Word(&["host", "task", "none"]),
    ?"ephemeralStorage" Group(&DISK), ?"runtimePlatform" Group(&PLATFORM), ?"enableFaultInjection" Truth,
}
members! {
    /// DescribeTaskDefinition.
    DESCRIBE: !"taskDefinition" Text, ?"include" List(&Word(&["TAGS"])),
}
members! {
    /// ListTaskDefinitions.
    LIST: ?"familyPrefix" Text, ?"status" Word(&["ACTIVE", "INACTIVE", "DELETE_IN_PROGRESS"]),
    ?"sort" Word(&["ASC", "DESC"]), ?"nextToken" Text, ?"maxResults" Whole,
}
members! {
    /// ListTaskDefinitionFamilies.
    FAMILIES: ?"familyPrefix" Text, ?"status" Word(&["ACTIVE", "INACTIVE", "ALL"]), ?"nextToken" Text,
    ?"maxResults" Whole,
}
members! {
    /// DeregisterTaskDefinition.
    DEREGISTER: !"taskDefinition" Text,
}
members! {
    /// DeleteTaskDefinitions.
    DELETE: !"taskDefinitions" List(&Text),
}
