//! Every operation of EKS that the sandbox has.

use super::{
    cluster, cluster_change, cluster_create, cluster_delete, nodegroup, nodegroup_change,
    nodegroup_create, tags, update, version,
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
    Operation::write("UpdateClusterVersion", cluster_change::version)
        .at("POST /clusters/{name}/updates"),
    Operation::read("ListUpdates", update::list).at("GET /clusters/{name}/updates"),
    Operation::read("DescribeUpdate", update::describe)
        .at("GET /clusters/{name}/updates/{updateId}"),
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
    Operation::write("TagResource", tags::tag).at("POST /tags/{resourceArn}"),
    Operation::write("UntagResource", tags::untag).at("DELETE /tags/{resourceArn}"),
    Operation::read("ListTagsForResource", tags::list).at("GET /tags/{resourceArn}"),
];
