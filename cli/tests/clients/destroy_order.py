"""Takes `plans/shop-ecs-ec2.toml` down in wrong orders with boto3: what AWS refuses is refused, by its own codes, and nothing goes.

Each code is one that AWS's own model of the operation lists, as botocore ships it; EC2's model lists none, so its codes are those of
"Error codes for the Amazon EC2 API".
"""

import sys

import boto3
from botocore.config import Config
from botocore.exceptions import ClientError

url = sys.argv[1]
CLUSTER = "shop-prod"
MINE = [{"Name": "tag:provision-stack", "Values": ["shop"]}]


def client(service):
    return boto3.client(
        service,
        endpoint_url=url,
        region_name="eu-west-1",
        aws_access_key_id="123456789012",
        aws_secret_access_key="sandbox",
        config=Config(proxies={}, retries={"total_max_attempts": 1}),
    )


ec2, ecs, elb, iam = client("ec2"), client("ecs"), client("elbv2"), client("iam")
scaling, names = client("autoscaling"), client("servicediscovery")


# Errors that every operation of a service may answer with stand in no model.
COMMON = {"autoscaling": {"ValidationError"}}


def documented(code, call):
    """Whether AWS's model of the operation knows the code."""
    meta = call.__self__.meta
    service = meta.service_model
    if service.service_name == "ec2":
        return True
    operation = service.operation_model(meta.method_to_api_mapping[call.__name__])
    known = {shape.error_code or shape.name for shape in operation.error_shapes}
    return code in known | COMMON.get(service.service_name, set())


def refused(code, words, call, **arguments):
    assert documented(code, call), f"{call.__name__} has no error {code}"
    try:
        answer = call(**arguments)
    except ClientError as error:
        assert error.response["Error"]["Code"] == code, error
        assert words in error.response["Error"]["Message"], error
        return
    raise AssertionError(f"not refused: {code} of {arguments}: {answer}")


def services():
    """Tasks that are wanted hold their service; a service holds its cluster and the capacity that it uses."""
    running = ecs.list_services(cluster=CLUSTER)["serviceArns"]
    assert len(running) == 2, running
    for arn in running:
        refused(
            "InvalidParameterException", "scaled above 0", ecs.delete_service, cluster=CLUSTER, service=arn
        )
    refused("ClusterContainsServicesException", "Services are active", ecs.delete_cluster, cluster=CLUSTER)
    let_go = dict(cluster=CLUSTER, capacityProviders=[], defaultCapacityProviderStrategy=[])
    refused("ResourceInUseException", "in use", ecs.put_cluster_capacity_providers, **let_go)


def capacity():
    """A cluster holds its capacity providers; machines hold their group, and in the cluster, the cluster."""
    (cluster,) = ecs.describe_clusters(clusters=[CLUSTER])["clusters"]
    listed = ecs.describe_capacity_providers(capacityProviders=cluster["capacityProviders"])["capacityProviders"]
    groups = {}
    for one in listed:
        refused("ClientException", "associated with cluster", ecs.delete_capacity_provider, capacityProvider=one["name"])
        groups[one["name"]] = one["autoScalingGroupProvider"]["autoScalingGroupArn"].rsplit("/", 1)[1]
    assert len(groups) == 2, groups
    shown = scaling.describe_auto_scaling_groups(AutoScalingGroupNames=list(groups.values()))["AutoScalingGroups"]
    full = [one for one in shown if one["Instances"]]
    assert full, shown
    for one in full:
        name = one["AutoScalingGroupName"]
        refused("ResourceInUse", "instances", scaling.delete_auto_scaling_group, AutoScalingGroupName=name)
        below = dict(AutoScalingGroupName=name, DesiredCapacity=one["MinSize"] - 1)
        refused("ValidationError", "min value", scaling.set_desired_capacity, **below)


def balancers():
    """Listeners hold the groups that they send to."""
    for group in elb.describe_target_groups()["TargetGroups"]:
        refused("ResourceInUse", "in use", elb.delete_target_group, TargetGroupArn=group["TargetGroupArn"])


def roles():
    """Policies and instance profiles hold their roles, and a role its profile."""
    held = {
        profile["InstanceProfileName"]: [role["RoleName"] for role in profile["Roles"]]
        for profile in iam.list_instance_profiles(PathPrefix="/provision/shop/")["InstanceProfiles"]
    }
    assert held, "machines have a role"
    for profile, inside in held.items():
        refused("DeleteConflict", "must remove roles", iam.delete_instance_profile, InstanceProfileName=profile)
        for role in inside:
            refused("DeleteConflict", "instance profile", iam.delete_role, RoleName=role)
    machines = {role for inside in held.values() for role in inside}
    for role in iam.list_roles(PathPrefix="/provision/shop/")["Roles"]:
        name = role["RoleName"]
        if name in machines:
            continue
        attached = iam.list_attached_role_policies(RoleName=name)["AttachedPolicies"]
        if attached:
            refused("DeleteConflict", "detach all policies", iam.delete_role, RoleName=name)
        elif iam.list_role_policies(RoleName=name)["PolicyNames"]:
            refused("DeleteConflict", "delete policies first", iam.delete_role, RoleName=name)


def namespaces():
    """Services that are found by name hold their namespace."""
    (one,) = names.list_namespaces()["Namespaces"]
    made = None
    if not names.list_services(Filters=[{"Name": "NAMESPACE_ID", "Values": [one["Id"]]}])["Services"]:
        # None of this stack's has a name that others ask for, so that one is put there.
        made = names.create_service(Name="stays", NamespaceId=one["Id"])["Service"]["Id"]
    refused("ResourceInUse", "", names.delete_namespace, Id=one["Id"])
    if made:
        names.delete_service(Id=made)


def network():
    """Interfaces hold subnets and groups; mapped addresses hold the gateway, and everything its VPC."""
    (vpc,) = ec2.describe_vpcs(Filters=MINE)["Vpcs"]
    vpc = vpc["VpcId"]
    inside = [{"Name": "vpc-id", "Values": [vpc]}]
    interfaces = ec2.describe_network_interfaces(Filters=inside)["NetworkInterfaces"]
    in_use = {one["SubnetId"] for one in interfaces}
    assert in_use, interfaces
    for subnet in in_use:
        refused("DependencyViolation", "", ec2.delete_subnet, SubnetId=subnet)
    groups = {group["GroupId"] for one in interfaces for group in one["Groups"]}
    assert len(groups) >= 4, groups
    for group in groups:
        refused("DependencyViolation", "dependent object", ec2.delete_security_group, GroupId=group)
    for one in interfaces:
        id = one["NetworkInterfaceId"]
        refused("InvalidParameterValue", "currently in use", ec2.delete_network_interface, NetworkInterfaceId=id)
    (gateway,) = ec2.describe_internet_gateways(Filters=MINE)["InternetGateways"]
    gateway = gateway["InternetGatewayId"]
    refused("DependencyViolation", "mapped public", ec2.detach_internet_gateway, InternetGatewayId=gateway, VpcId=vpc)
    refused("DependencyViolation", "", ec2.delete_internet_gateway, InternetGatewayId=gateway)
    for address in ec2.describe_addresses(Filters=MINE)["Addresses"]:
        # AWS says it of an address that a NAT gateway has, whether or not it could be taken from it.
        refused("InvalidIPAddress.InUse", "in use", ec2.release_address, AllocationId=address["AllocationId"])
    for table in ec2.describe_route_tables(Filters=MINE)["RouteTables"]:
        if table["Associations"]:
            refused("DependencyViolation", "", ec2.delete_route_table, RouteTableId=table["RouteTableId"])
    refused("DependencyViolation", "", ec2.delete_vpc, VpcId=vpc)


for step in (services, capacity, balancers, roles, namespaces, network):
    step()
print("every wrong order is refused")
