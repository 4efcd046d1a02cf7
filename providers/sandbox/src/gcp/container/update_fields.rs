//! Where the fields of `ClusterUpdate` belong that are not at the place of their own name.

/// Fields that do not count: they say which pool is meant, or what goes with another one.
pub(super) const WITH: &[&str] = &[
    "etag",
    "desiredNodePoolId",
    "desiredImage",
    "desiredImageProject",
];

/// Fields that replace a message elsewhere than at the place of their own name.
pub(super) const ELSEWHERE: &[(&str, &str)] = &[
    ("desiredDnsConfig", "networkConfig.dnsConfig"),
    (
        "desiredDefaultSnatStatus",
        "networkConfig.defaultSnatStatus",
    ),
    (
        "desiredServiceExternalIpsConfig",
        "networkConfig.serviceExternalIpsConfig",
    ),
    ("desiredGatewayApiConfig", "networkConfig.gatewayApiConfig"),
    (
        "desiredNetworkPerformanceConfig",
        "networkConfig.networkPerformanceConfig",
    ),
    ("desiredDatapathProvider", "networkConfig.datapathProvider"),
    (
        "desiredPrivateIpv6GoogleAccess",
        "networkConfig.privateIpv6GoogleAccess",
    ),
    (
        "desiredInTransitEncryptionConfig",
        "networkConfig.inTransitEncryptionConfig",
    ),
    (
        "desiredEnableFqdnNetworkPolicy",
        "networkConfig.enableFqdnNetworkPolicy",
    ),
    (
        "desiredEnableMultiNetworking",
        "networkConfig.enableMultiNetworking",
    ),
    (
        "desiredEnableCiliumClusterwideNetworkPolicy",
        "networkConfig.enableCiliumClusterwideNetworkPolicy",
    ),
    (
        "desiredDisableL4LbFirewallReconciliation",
        "networkConfig.disableL4LbFirewallReconciliation",
    ),
    (
        "desiredDefaultEnablePrivateNodes",
        "networkConfig.defaultEnablePrivateNodes",
    ),
    ("desiredClusterAutoscaling", "autoscaling"),
    (
        "desiredNodePoolAutoConfigNetworkTags",
        "nodePoolAutoConfig.networkTags",
    ),
    (
        "desiredNodePoolAutoConfigResourceManagerTags",
        "nodePoolAutoConfig.resourceManagerTags",
    ),
    (
        "desiredNodePoolAutoConfigKubeletConfig",
        "nodePoolAutoConfig.nodeKubeletConfig",
    ),
    (
        "desiredNodePoolAutoConfigLinuxNodeConfig",
        "nodePoolAutoConfig.linuxNodeConfig",
    ),
    (
        "desiredNodePoolLoggingConfig",
        "nodePoolDefaults.nodeConfigDefaults.loggingConfig",
    ),
    (
        "desiredGcfsConfig",
        "nodePoolDefaults.nodeConfigDefaults.gcfsConfig",
    ),
    (
        "desiredNodeKubeletConfig",
        "nodePoolDefaults.nodeConfigDefaults.nodeKubeletConfig",
    ),
    (
        "desiredContainerdConfig",
        "nodePoolDefaults.nodeConfigDefaults.containerdConfig",
    ),
    (
        "desiredAutopilotWorkloadPolicyConfig",
        "autopilot.workloadPolicyConfig",
    ),
    (
        "desiredPrivilegedAdmissionConfig",
        "autopilot.privilegedAdmissionConfig",
    ),
    (
        "desiredAutopilotClusterPolicyConfig",
        "autopilot.clusterPolicyConfig",
    ),
    ("desiredStackType", "ipAllocationPolicy.stackType"),
    ("desiredAutoIpamConfig", "ipAllocationPolicy.autoIpamConfig"),
    (
        "desiredNetworkTierConfig",
        "ipAllocationPolicy.networkTierConfig",
    ),
    ("desiredK8sBetaApis", "enableK8sBetaApis"),
    (
        "desiredResourceUsageExportConfig",
        "resourceUsageExportConfig",
    ),
];

/// Fields whose message is laid over the old one.
pub(super) const MERGED: &[&str] = &[
    "desiredControlPlaneEndpointsConfig",
    "desiredSecurityPostureConfig",
    "desiredMonitoringConfig",
    "desiredRbacBindingConfig",
];
