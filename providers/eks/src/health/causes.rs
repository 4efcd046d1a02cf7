//! The table of causes.
//!
//! Source: EKS's API reference (`ClusterIssue`, `Issue`, `AddonIssue`, `ErrorDetail`), the user guide's chapters on
//! troubleshooting, and Service Quotas for the codes of quotas (2026-11). `docs/troubleshooting.md` has the same rows.

use super::On;

/// What one code means.
#[derive(Debug)]
pub(crate) struct Cause {
    /// EKS's code.
    pub(crate) code: &'static str,
    /// Of what.
    pub(crate) on: &'static [On],
    /// The cause, in plain words.
    pub(crate) cause: &'static str,
    /// What to do.
    pub(crate) next: &'static str,
    /// It may pass while it is waited for.
    pub(crate) passes: bool,
    /// A live object may have to be made anew.
    pub(crate) anew: bool,
}

const fn row(
    code: &'static str,
    on: &'static [On],
    cause: &'static str,
    next: &'static str,
) -> Cause {
    Cause {
        code,
        on,
        cause,
        next,
        passes: false,
        anew: false,
    }
}

impl Cause {
    const fn passing(self) -> Self {
        Self {
            passes: true,
            ..self
        }
    }

    const fn anew(self) -> Self {
        Self { anew: true, ..self }
    }
}

/// One row for each code of each sort of object.
pub(crate) const CAUSES: &[Cause] = &[
    row("AccessDenied", &[On::Cluster], "EKS may not use what the cluster needs", "give the cluster's role back its policies (AmazonEKSClusterPolicy), and look for a denial by a service control policy of the organisation"),
    row("AccessDenied", &[On::Nodegroup], "EKS or the nodes may not talk to the cluster's API", "see that the access entry of the nodes' role is there (type EC2_LINUX) and that nobody took the role out of the cluster"),
    row("AccessDenied", &[On::Addon], "the add-on may not do what it must", "see that its role has its policy, and that no service control policy denies it"),
    row("AccessDenied", &[On::Update], "the caller or the cluster's role may not do this", "allow what the message names"),
    row("ClusterUnreachable", &[On::Cluster, On::Nodegroup, On::Addon, On::Update], "the cluster's API cannot be reached from where it must be", "see that the security groups and network ACLs let the control plane's interfaces and the nodes talk on 443, and that `endpoint` lets in whoever needs it").passing(),
    row("ConfigurationConflict", &[On::Cluster], "settings of the cluster and of what it uses contradict each other", "undo what was changed outside of this file"),
    row("ConfigurationConflict", &[On::Addon, On::Update], "somebody else made these settings in the cluster, or changed them since", "remove them, or let EKS take them over"),
    row("InternalFailure", &[On::Cluster, On::Nodegroup, On::Addon], "EKS has a problem of its own", "wait a few minutes and look at the AWS Health Dashboard; nothing of yours is at fault").passing(),
    row("ResourceLimitExceeded", &[On::Cluster], "a quota of the account is used up", "delete what is not needed, or ask for more in Service Quotas"),
    row("ResourceNotFound", &[On::Cluster], "something the cluster uses is gone", "bring back what the message names"),
    row("IamRoleNotFound", &[On::Cluster], "the cluster's role was deleted", "the next apply makes it anew under its name"),
    row("VpcNotFound", &[On::Cluster], "the network of the cluster was deleted", "a cluster does not live without its network: destroy, then apply").anew(),
    row("InsufficientFreeAddresses", &[On::Cluster], "the subnets have no addresses left for the control plane's interfaces (it wants 6 in each)", "free some: delete interfaces that nobody uses, or give the network a larger `cidr`"),
    row("InsufficientFreeAddresses", &[On::Nodegroup, On::Update], "the subnets have no addresses left for more nodes and their pods", "free some: lower `nodes` of a pool, delete interfaces that nobody uses, or give the network a larger `cidr`"),
    row("Ec2ServiceNotSubscribed", &[On::Cluster], "the account does not have EC2", "finish signing up for AWS, with a means of payment"),
    row("Ec2SubnetNotFound", &[On::Cluster], "a subnet of the cluster was deleted", "make another in its zone (in a network of yours: `apply --target network.NAME`), and give the cluster that and the subnets it has: `aws eks update-cluster-config --resources-vpc-config subnetIds=...`"),
    row("Ec2SubnetNotFound", &[On::Nodegroup], "a subnet of the nodes was deleted", "the next apply makes it anew, and the node group with it"),
    row("Ec2SecurityGroupNotFound", &[On::Cluster], "a security group of the cluster was deleted", "bring back what the message names; the group that EKS made itself cannot be brought back").anew(),
    row("Ec2SecurityGroupNotFound", &[On::Nodegroup], "the security group that EKS made for the cluster was deleted", "it cannot be brought back: the cluster must be made anew").anew(),
    row("KmsGrantRevoked", &[On::Cluster], "EKS may not use the key any more that encrypts the cluster's secrets", "give the cluster's role its grant on the key again; without it the secrets cannot be read"),
    row("KmsKeyNotFound", &[On::Cluster], "the key that encrypts the cluster's secrets is gone", "without it the secrets cannot be read: destroy, then apply with another key").anew(),
    row("KmsKeyMarkedForDeletion", &[On::Cluster], "the key that encrypts the cluster's secrets is about to be deleted", "stop that now: `aws kms cancel-key-deletion`, then `aws kms enable-key`"),
    row("KmsKeyDisabled", &[On::Cluster], "the key that encrypts the cluster's secrets is switched off", "switch it on: `aws kms enable-key`"),
    row("StsRegionalEndpointDisabled", &[On::Cluster], "STS is switched off in this region", "an administrator of the account switches it on in IAM, account settings, endpoints"),
    row("UnsupportedVersion", &[On::Cluster], "EKS does not run this Kubernetes version any more", "set `version` to one that it offers"),
    row("Other", &[On::Cluster], "EKS gives the problem no name of its own", "read the message above, and look at the cluster in the EKS console").passing(),
    row("AutoScalingGroupNotFound", &[On::Nodegroup], "the Auto Scaling group behind the node group was deleted", "only EKS can make it").anew(),
    row("AutoScalingGroupInvalidConfiguration", &[On::Nodegroup], "somebody changed the Auto Scaling group behind the node group", "undo that: its sizes, template and zones are EKS's to set").anew(),
    row("Ec2SecurityGroupDeletionFailure", &[On::Nodegroup], "something still uses the group for remote access that EKS made", "find it (network interfaces, rules of other groups) and remove it"),
    row("Ec2LaunchTemplateNotFound", &[On::Nodegroup], "the launch template of the node group was deleted", "the next apply makes it anew, and the node group with it").anew(),
    row("Ec2LaunchTemplateVersionMismatch", &[On::Nodegroup], "somebody gave the Auto Scaling group another version of the launch template", "set it back to the version that the node group names"),
    row("Ec2SubnetInvalidConfiguration", &[On::Nodegroup], "the nodes' subnets have a way to the internet and give out no public addresses", "turn on public addresses for them, or put the nodes into subnets with NAT (`nat`)"),
    row("IamInstanceProfileNotFound", &[On::Nodegroup], "the instance profile of the nodes was deleted", "only EKS can make it").anew(),
    row("Ec2SubnetMissingIpv6Assignment", &[On::Nodegroup], "the nodes' subnets give out no IPv6 addresses, and the cluster needs them", "turn on their assignment at launch"),
    row("IamLimitExceeded", &[On::Nodegroup], "a quota of IAM is used up", "delete roles or profiles that are not needed, or ask for more in Service Quotas"),
    row("IamNodeRoleNotFound", &[On::Nodegroup], "the role of the nodes was deleted", "the next apply makes it anew under its name; nodes started meanwhile may have to be replaced"),
    row("NodeCreationFailure", &[On::Nodegroup], "machines were started and did not join the cluster", "see that they have a way out (`nat`, or endpoints in a private network), that their role has its policies, and that the network add-on runs"),
    row("NodeCreationFailure", &[On::Update], "the new machines did not join the cluster", "see that they have a way out (`nat`, or endpoints in a private network), that their role has its policies, and that the network add-on runs"),
    row("AsgInstanceLaunchFailures", &[On::Nodegroup], "EC2 does not give the machines: the message says whether it has none of them just now, or a quota is used up", "wait, or take another machine or more zones; for a quota ask in Service Quotas (Running On-Demand instances: ec2 L-1216C47A, Spot: ec2 L-34B43A08)").passing(),
    row("InstanceLimitExceeded", &[On::Nodegroup], "the account may not start more machines of this sort", "ask for more in Service Quotas (Running On-Demand Standard instances: ec2 L-1216C47A, Spot: ec2 L-34B43A08), or take fewer nodes or another machine"),
    row("AmiIdNotFound", &[On::Nodegroup], "the image that the launch template names is gone", "without an image of its own the node group takes EKS's").anew(),
    row("AutoScalingGroupOptInRequired", &[On::Nodegroup], "the account does not have Auto Scaling", "finish signing up for AWS, with a means of payment"),
    row("AutoScalingGroupRateLimitExceeded", &[On::Nodegroup], "too many requests to Auto Scaling in this account", "wait: EKS tries again by itself; find what else asks so often").passing(),
    row("Ec2LaunchTemplateDeletionFailure", &[On::Nodegroup], "the launch template that EKS made could not be deleted", "delete it by hand (`aws ec2 delete-launch-template`)"),
    row("Ec2LaunchTemplateInvalidConfiguration", &[On::Nodegroup], "EC2 does not take the launch template as it is", "the message says what of it; set that of the pool otherwise"),
    row("Ec2LaunchTemplateMaxLimitExceeded", &[On::Nodegroup], "the account has no room for more launch templates", "delete those that nobody uses, or ask for more in Service Quotas (EC2: Launch templates)"),
    row("Ec2SubnetListTooLong", &[On::Nodegroup], "the node group has more subnets than Auto Scaling takes", "give the network fewer `zones`"),
    row("IamThrottling", &[On::Nodegroup], "too many requests to IAM in this account", "wait: EKS tries again by itself; find what else asks so often").passing(),
    row("NodeTerminationFailure", &[On::Nodegroup], "machines could not be ended", "look whether they are protected against termination or a lifecycle hook holds them"),
    row("PodEvictionFailure", &[On::Nodegroup, On::Update], "pods do not let go of a node: a disruption budget forbids it", "loosen the PodDisruptionBudget, or add replicas, of what the message names"),
    row("SourceEc2LaunchTemplateNotFound", &[On::Nodegroup], "the launch template of the pool was deleted", "the next apply makes it anew, and the node group with it").anew(),
    row("LimitExceeded", &[On::Nodegroup], "a quota of the account is used up", "the message says which: delete what is not needed, or ask for more in Service Quotas"),
    row("Unknown", &[On::Nodegroup, On::Update], "EKS does not know why", "look at the activity of the Auto Scaling group and the console output of a machine").passing(),
    row("AutoScalingGroupInstanceRefreshActive", &[On::Nodegroup], "somebody started an instance refresh on the Auto Scaling group", "wait for its end, or cancel it (`aws autoscaling cancel-instance-refresh`)").passing(),
    row("KubernetesLabelInvalid", &[On::Nodegroup], "Kubernetes does not take one of the node labels", "correct `node_labels` of the pool"),
    row("Ec2LaunchTemplateVersionMaxLimitExceeded", &[On::Nodegroup], "the launch template has as many versions as it may have", "delete old ones (`aws ec2 delete-launch-template-versions`)"),
    row("Ec2InstanceTypeDoesNotExist", &[On::Nodegroup], "the region does not offer this machine", "set `machine` of the pool to one that it offers"),
    row("InsufficientNumberOfReplicas", &[On::Addon, On::Update], "too few of its pods run: there are no nodes for them yet, or they do not start", "see that a pool without taints has room, and why its pods do not start (`kubectl -n kube-system describe pods`)").passing(),
    row("AdmissionRequestDenied", &[On::Addon, On::Update], "an admission webhook or policy in the cluster forbids what the add-on installs", "let the add-on's namespace pass there"),
    row("UnsupportedAddonModification", &[On::Addon, On::Update], "somebody changed the add-on's objects in the cluster in a way that EKS does not support", "undo that, or delete them: EKS brings them back"),
    row("K8sResourceNotFound", &[On::Addon, On::Update], "an object of the add-on in the cluster was deleted", "delete the rest of it as well and apply: EKS installs it again"),
    row("AddonSubscriptionNeeded", &[On::Addon], "the add-on is sold in AWS Marketplace, and the account has not subscribed", "subscribe to it there"),
    row("AddonPermissionFailure", &[On::Addon], "the add-on's role lacks permissions", "give the role the policy that the add-on's documentation names"),
    row("SubnetNotFound", &[On::Update], "a subnet of the cluster was deleted", "make another in its zone (in a network of yours: `apply --target network.NAME`), and give the cluster that and the subnets it has"),
    row("SecurityGroupNotFound", &[On::Update], "a security group of the cluster was deleted", "the next apply makes it anew"),
    row("EniLimitReached", &[On::Update], "the account has no room for more network interfaces in the region", "delete those that nobody uses, or ask for more in Service Quotas (Network interfaces per Region: vpc L-DF5E4CA3)"),
    row("IpNotAvailable", &[On::Update], "a subnet of the cluster has no address left", "free some: delete interfaces that nobody uses, or give the network a larger `cidr`"),
    row("OperationNotPermitted", &[On::Update], "the cluster's role lacks permissions", "give it back its policies (AmazonEKSClusterPolicy)"),
    row("VpcIdNotFound", &[On::Update], "the network of the cluster was deleted", "a cluster does not live without its network: destroy, then apply").anew(),
];
