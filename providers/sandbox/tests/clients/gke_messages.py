"""Prints src/gcp/container/messages.txt from the descriptors of the package google-cloud-container.

    python gke_messages.py > ../../src/gcp/container/messages.txt
"""

from google.cloud.container_v1.types import cluster_service
from google.protobuf.descriptor import FieldDescriptor as Field

ROOTS = """
Cluster CreateClusterRequest UpdateClusterRequest CreateNodePoolRequest UpdateNodePoolRequest
SetNodePoolAutoscalingRequest SetNodePoolManagementRequest SetNodePoolSizeRequest RollbackNodePoolUpgradeRequest
CompleteNodePoolUpgradeRequest SetLoggingServiceRequest SetMonitoringServiceRequest SetAddonsConfigRequest
SetLocationsRequest UpdateMasterRequest SetLabelsRequest SetMaintenancePolicyRequest SetLegacyAbacRequest
SetNetworkPolicyRequest StartIPRotationRequest CompleteIPRotationRequest CancelOperationRequest Operation
ListOperationsResponse ListClustersResponse ListNodePoolsResponse ServerConfig ClusterUpgradeInfo NodePoolUpgradeInfo
CheckAutopilotCompatibilityResponse
""".split()

SCALARS = {
    Field.TYPE_STRING: "text", Field.TYPE_BOOL: "bool", Field.TYPE_BYTES: "bytes",
    Field.TYPE_INT32: "int", Field.TYPE_UINT32: "int", Field.TYPE_INT64: "long", Field.TYPE_UINT64: "long",
    Field.TYPE_DOUBLE: "real", Field.TYPE_FLOAT: "real",
}
WRAPPERS = {
    "BoolValue": "bool?", "UInt32Value": "int?", "Int32Value": "int?", "Int64Value": "long?",
    "StringValue": "text?", "DoubleValue": "real?", "FloatValue": "real?",
}
WELL_KNOWN = {"google.protobuf.Timestamp": "time", "google.protobuf.Duration": "span"}

messages, enums = {}, {}


def short(name):
    return name.replace("google.container.v1.", "")


def kind(field):
    if field.type == Field.TYPE_ENUM:
        name = short(field.enum_type.full_name)
        enums[name] = [(value.name, value.number) for value in field.enum_type.values]
        return "#" + name
    if field.type != Field.TYPE_MESSAGE:
        return SCALARS[field.type]
    name = field.message_type.full_name
    if name in WELL_KNOWN:
        return WELL_KNOWN[name]
    if name.startswith("google.protobuf.") and name.endswith("Value"):
        return WRAPPERS[name.rsplit(".", 1)[1]]
    visit(field.message_type)
    return short(name)


def row(field):
    inner = field.message_type
    if inner is not None and inner.GetOptions().map_entry:
        return "{" + kind(inner.fields_by_name["value"]) + "}"
    if field.is_repeated:
        return "[" + kind(field) + "]"
    if field.containing_oneof is not None and field.type != Field.TYPE_MESSAGE:
        return kind(field) + "?"
    return kind(field)


def visit(message):
    name = short(message.full_name)
    if name not in messages:
        messages[name] = []
        messages[name] = [(field.json_name, row(field)) for field in message.fields]


def main():
    file = cluster_service.Cluster.pb(cluster_service.Cluster()).DESCRIPTOR.file
    for root in ROOTS:
        visit(file.message_types_by_name[root])
    for name in sorted(messages):
        print(name, *(f"{field}:{kind}" for field, kind in messages[name]))
    for name in sorted(enums):
        print("#" + name, *(f"{value}={number}" for value, number in enums[name]))


main()
