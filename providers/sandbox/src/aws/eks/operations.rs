//! Every operation of EKS that the sandbox has.

use super::{
    access_entry, access_policy, addon, addon_change, addon_list, cluster, cluster_change,
    cluster_create, cluster_delete, cluster_version, encryption, fargate, insight, nodegroup,
    nodegroup_change, nodegroup_create, pod_identity, tags, update, version,
};
use crate::aws::Operation;

/// The list.
pub(super) const OPERATIONS: &[Operation] = &[
    Operation::write("CreateCluster", cluster_create::create).at("POST /clusters"),
    Operation::read("ListClusters", cluster::list).at("GET /clusters"),
    Operation::read("DescribeCluster", cluster::describe).at("GET /clusters/{name}"),
    Operation::write("DeleteCluster", cluster_delete::delete).at("DELETE /clusters/{name}"),
    Operation::write("UpdateClusterConfig", cluster_change::config)
        .at("POST /clusters/{name}/update-config"),
    Operation::write("UpdateClusterVersion", cluster_version::change)
        .at("POST /clusters/{name}/updates"),
    Operation::write("AssociateEncryptionConfig", encryption::associate)
        .at("POST /clusters/{name}/encryption-config/associate"),
    Operation::read("ListUpdates", update::list).at("GET /clusters/{name}/updates"),
    Operation::read("DescribeUpdate", update::describe)
        .at("GET /clusters/{name}/updates/{updateId}"),
    Operation::read("ListInsights", insight::list).at("POST /clusters/{name}/insights"),
    Operation::read("DescribeInsight", insight::describe).at("GET /clusters/{name}/insights/{id}"),
    Operation::read("DescribeClusterVersions", version::describe).at("GET /cluster-versions"),
    Operation::write("CreateNodegroup", nodegroup_create::create)
        .at("POST /clusters/{name}/node-groups"),
    Operation::read("ListNodegroups", nodegroup::list).at("GET /clusters/{name}/node-groups"),
    Operation::read("DescribeNodegroup", nodegroup::describe)
        .at("GET /clusters/{name}/node-groups/{nodegroupName}"),
    Operation::write("DeleteNodegroup", nodegroup::delete)
        .at("DELETE /clusters/{name}/node-groups/{nodegroupName}"),
    Operation::write("UpdateNodegroupConfig", nodegroup_change::config)
        .at("POST /clusters/{name}/node-groups/{nodegroupName}/update-config"),
    Operation::write("UpdateNodegroupVersion", nodegroup_change::version)
        .at("POST /clusters/{name}/node-groups/{nodegroupName}/update-version"),
    Operation::read("ListFargateProfiles", fargate::list)
        .at("GET /clusters/{name}/fargate-profiles"),
    Operation::write("CreateAddon", addon_change::create).at("POST /clusters/{name}/addons"),
    Operation::read("ListAddons", addon::list).at("GET /clusters/{name}/addons"),
    Operation::read("DescribeAddon", addon::describe).at("GET /clusters/{name}/addons/{addonName}"),
    Operation::write("DeleteAddon", addon_change::delete)
        .at("DELETE /clusters/{name}/addons/{addonName}"),
    Operation::write("UpdateAddon", addon_change::change)
        .at("POST /clusters/{name}/addons/{addonName}/update"),
    Operation::read("DescribeAddonVersions", addon_list::describe)
        .at("GET /addons/supported-versions"),
    Operation::write("CreateAccessEntry", access_entry::create)
        .at("POST /clusters/{name}/access-entries"),
    Operation::read("ListAccessEntries", access_entry::list)
        .at("GET /clusters/{name}/access-entries"),
    Operation::read("DescribeAccessEntry", access_entry::describe)
        .at("GET /clusters/{name}/access-entries/{principalArn}"),
    Operation::write("UpdateAccessEntry", access_entry::change)
        .at("POST /clusters/{name}/access-entries/{principalArn}"),
    Operation::write("DeleteAccessEntry", access_entry::delete)
        .at("DELETE /clusters/{name}/access-entries/{principalArn}"),
    Operation::write("AssociateAccessPolicy", access_policy::associate)
        .at("POST /clusters/{name}/access-entries/{principalArn}/access-policies"),
    Operation::write("DisassociateAccessPolicy", access_policy::disassociate)
        .at("DELETE /clusters/{name}/access-entries/{principalArn}/access-policies/{policyArn}"),
    Operation::read(
        "ListAssociatedAccessPolicies",
        access_policy::list_associated,
    )
    .at("GET /clusters/{name}/access-entries/{principalArn}/access-policies"),
    Operation::read("ListAccessPolicies", access_policy::list).at("GET /access-policies"),
    Operation::write("CreatePodIdentityAssociation", pod_identity::create)
        .at("POST /clusters/{name}/pod-identity-associations"),
    Operation::read("ListPodIdentityAssociations", pod_identity::list)
        .at("GET /clusters/{name}/pod-identity-associations"),
    Operation::read("DescribePodIdentityAssociation", pod_identity::describe)
        .at("GET /clusters/{name}/pod-identity-associations/{associationId}"),
    Operation::write("UpdatePodIdentityAssociation", pod_identity::change)
        .at("POST /clusters/{name}/pod-identity-associations/{associationId}"),
    Operation::write("DeletePodIdentityAssociation", pod_identity::delete)
        .at("DELETE /clusters/{name}/pod-identity-associations/{associationId}"),
    Operation::write("TagResource", tags::tag).at("POST /tags/{resourceArn}"),
    Operation::write("UntagResource", tags::untag).at("DELETE /tags/{resourceArn}"),
    Operation::read("ListTagsForResource", tags::list).at("GET /tags/{resourceArn}"),
];
