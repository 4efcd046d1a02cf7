"""boto3 builds a cluster on the sandbox, changes it, breaks its rules and takes it down.

usage: eks_boto3.py URL OPERATIONS.json
"""

import json
import sys
import time

import boto3
import botocore.session
from botocore.config import Config
from botocore.exceptions import ClientError

import shapes

URL, OPERATIONS = sys.argv[1], sys.argv[2]
PROBLEMS = []
ACCOUNT = "111122223333"
MANAGED = "arn:aws:iam::aws:policy/"

session = boto3.Session(aws_access_key_id=ACCOUNT, aws_secret_access_key="x", region_name="eu-west-1")


def client(service):
    # The script sends bad values on purpose, so botocore must not check them first.
    return session.client(
        service, endpoint_url=URL, config=Config(retries={"max_attempts": 1}, parameter_validation=False)
    )


eks, ec2, iam = client("eks"), client("ec2"), client("iam")
eks.meta.events.register("before-parse.eks.*", lambda **given: shapes.check_json_answer(problems=PROBLEMS, **given))


def refused(code, status, text, function, **arguments):
    try:
        function(**arguments)
    except ClientError as error:
        found, metadata = error.response["Error"], error.response["ResponseMetadata"]
        assert found["Code"] == code, f"{function.__name__}: {found}, not {code}"
        assert text in found["Message"], f"{function.__name__}: {found['Message']}"
        assert metadata["HTTPStatusCode"] == status, error.response
        assert metadata["RequestId"], "a refusal without request id"
        return error.response
    raise AssertionError(f"{function.__name__} was not refused")


def ready(waiter, **arguments):
    made = eks.get_waiter(waiter)
    made.config.delay, made.config.max_attempts = 0.2, 150
    made.wait(**arguments)


def updated(update, **arguments):
    """Waits until an update has ended."""
    for _ in range(100):
        found = eks.describe_update(name="shop", updateId=update["id"], **arguments)["update"]
        if found["status"] != "InProgress":
            assert found["status"] == "Successful" and found["type"] == update["type"], found
            return
        time.sleep(0.1)
    raise AssertionError(f"{update} does not end")


def check_operations():
    """Every operation of the sandbox's list is in botocore's model, at the same method and path."""
    model = botocore.session.get_session().get_service_model("eks")
    for operation in json.load(open(OPERATIONS)):
        if operation["service"] == "eks":
            assert operation["name"] in model.operation_names, operation["name"]


def role(name, service, *policies):
    document = {"Statement": [{"Effect": "Allow", "Principal": {"Service": service}, "Action": "sts:AssumeRole"}]}
    arn = iam.create_role(
        RoleName=name, Path="/provision/shop/", AssumeRolePolicyDocument=json.dumps({"Version": "2012-10-17", **document})
    )["Role"]["Arn"]
    for policy in policies:
        iam.attach_role_policy(RoleName=name, PolicyArn=MANAGED + policy)
    return arn


def pods_role():
    statement = {"Effect": "Allow", "Principal": {"Service": "pods.eks.amazonaws.com"}}
    document = {"Version": "2012-10-17", "Statement": [{**statement, "Action": ["sts:AssumeRole", "sts:TagSession"]}]}
    return iam.create_role(RoleName="pods", Path="/provision/shop/", AssumeRolePolicyDocument=json.dumps(document))["Role"]["Arn"]


def network():
    vpc = ec2.create_vpc(CidrBlock="10.0.0.0/16")["Vpc"]["VpcId"]
    ec2.modify_vpc_attribute(VpcId=vpc, EnableDnsHostnames={"Value": True})
    gateway = ec2.create_internet_gateway()["InternetGateway"]["InternetGatewayId"]
    ec2.attach_internet_gateway(InternetGatewayId=gateway, VpcId=vpc)
    table = ec2.create_route_table(VpcId=vpc)["RouteTable"]["RouteTableId"]
    ec2.create_route(RouteTableId=table, DestinationCidrBlock="0.0.0.0/0", GatewayId=gateway)
    subnets, associations = [], []
    for number, zone in enumerate("abc"):
        subnet = ec2.create_subnet(
            VpcId=vpc, CidrBlock=f"10.0.{number}.0/24", AvailabilityZone=f"eu-west-1{zone}"
        )["Subnet"]["SubnetId"]
        ec2.modify_subnet_attribute(SubnetId=subnet, MapPublicIpOnLaunch={"Value": True})
        associations.append(ec2.associate_route_table(RouteTableId=table, SubnetId=subnet)["AssociationId"])
        subnets.append(subnet)
    return {"vpc": vpc, "gateway": gateway, "table": table, "subnets": subnets, "associations": associations}


def build(net, roles):
    wish = {
        "name": "shop",
        "roleArn": roles["cluster"],
        "version": "1.34",
        "resourcesVpcConfig": {"subnetIds": net["subnets"], "endpointPrivateAccess": True},
        "accessConfig": {"authenticationMode": "API", "bootstrapClusterCreatorAdminPermissions": True},
        "logging": {"clusterLogging": [{"types": ["audit"], "enabled": True}]},
        "upgradePolicy": {"supportType": "STANDARD"},
        "bootstrapSelfManagedAddons": False,
        "clientRequestToken": "one",
        "tags": {"provision-stack": "shop"},
    }
    unknown = refused("ResourceNotFoundException", 404, "No cluster found for name: shop.", eks.describe_cluster, name="shop")
    assert unknown["clusterName"] == "shop"
    bad = lambda **other: {**wish, "clientRequestToken": "bad", **other}
    parameter = ("InvalidParameterException", 400)
    refused(*parameter, "two different AZs", eks.create_cluster, **bad(resourcesVpcConfig={"subnetIds": net["subnets"][:1]}))
    refused(*parameter, "does not exist", eks.create_cluster,
            **bad(resourcesVpcConfig={"subnetIds": ["subnet-00000000000000000", net["subnets"][0]]}))
    refused(*parameter, "unsupported Kubernetes version", eks.create_cluster, **bad(version="1.12"))
    refused(*parameter, "could not be assumed", eks.create_cluster, **bad(roleArn=roles["node"]))
    refused(*parameter, "could not be assumed", eks.create_cluster, **bad(roleArn=roles["cluster"] + "x"))
    refused(*parameter, "aws:", eks.create_cluster, **bad(tags={"aws:x": "y"}))
    refused("NotImplemented", 501, "outpostConfig", eks.create_cluster, **bad(outpostConfig={}))
    made = eks.create_cluster(**wish)["cluster"]
    assert made["status"] == "CREATING" and "endpoint" not in made, made
    assert eks.create_cluster(**wish)["cluster"]["arn"] == made["arn"]
    refused(*parameter, "token", eks.create_cluster, **{**wish, "version": "1.33"})
    refused("ResourceInUseException", 409, "already exists", eks.create_cluster, **bad())
    refused("InvalidRequestException", 400, "not in ACTIVE", eks.create_nodegroup, clusterName="shop",
            nodegroupName="web", subnets=net["subnets"], nodeRole=roles["node"])
    ready("cluster_active", name="shop")
    cluster = eks.describe_cluster(name="shop")["cluster"]
    assert cluster["identity"]["oidc"]["issuer"].startswith("https://oidc.eks.eu-west-1.amazonaws.com/id/")
    assert cluster["certificateAuthority"]["data"] and cluster["endpoint"].endswith(".eks.amazonaws.com")
    assert cluster["logging"]["clusterLogging"][0] == {"types": ["audit"], "enabled": True}
    assert eks.list_clusters()["clusters"] == ["shop"]
    group = ec2.describe_security_groups(GroupIds=[cluster["resourcesVpcConfig"]["clusterSecurityGroupId"]])
    tags = {tag["Key"]: tag["Value"] for tag in group["SecurityGroups"][0]["Tags"]}
    assert tags["aws:eks:cluster-name"] == "shop" and tags["kubernetes.io/cluster/shop"] == "owned"
    ec2.disassociate_route_table(AssociationId=net["associations"][2])
    refused("DependencyViolation", 400, "", ec2.delete_subnet, SubnetId=net["subnets"][2])
    net["associations"][2] = ec2.associate_route_table(RouteTableId=net["table"], SubnetId=net["subnets"][2])["AssociationId"]
    return cluster


def changes():
    parameter = ("InvalidParameterException", 400)
    config = lambda **wish: eks.update_cluster_config(name="shop", **wish)["update"]
    refused(*parameter, "No changes needed", eks.update_cluster_config, name="shop",
            logging={"clusterLogging": [{"types": ["audit"], "enabled": True}]})
    refused(*parameter, "already at the desired configuration", eks.update_cluster_config, name="shop",
            resourcesVpcConfig={"endpointPublicAccess": True})
    refused(*parameter, "Only one type of update", eks.update_cluster_config, name="shop", deletionProtection=True,
            upgradePolicy={"supportType": "EXTENDED"})
    refused(*parameter, "authentication mode", eks.update_cluster_config, name="shop",
            accessConfig={"authenticationMode": "CONFIG_MAP"})
    update = config(logging={"clusterLogging": [{"types": ["api"], "enabled": True}]})
    refused("ResourceInUseException", 409, f"currently has update {update['id']} in progress", eks.update_cluster_config,
            name="shop", deletionProtection=True)
    assert eks.describe_cluster(name="shop")["cluster"]["status"] == "UPDATING"
    updated(update)
    assert eks.describe_cluster(name="shop")["cluster"]["logging"]["clusterLogging"][0]["types"] == ["api", "audit"]
    updated(config(deletionProtection=True))
    refused("InvalidRequestException", 400, "deletion protection", eks.delete_cluster, name="shop")
    updated(config(deletionProtection=False))
    updated(config(resourcesVpcConfig={"endpointPublicAccess": True, "publicAccessCidrs": ["192.0.2.0/24"]}))
    assert eks.describe_cluster(name="shop")["cluster"]["resourcesVpcConfig"]["publicAccessCidrs"] == ["192.0.2.0/24"]
    tier = lambda: eks.describe_cluster(name="shop")["cluster"]["controlPlaneScalingConfig"]["tier"]
    assert tier() == "standard"
    refused(*parameter, "No changes needed", eks.update_cluster_config, name="shop", controlPlaneScalingConfig={"tier": "standard"})
    refused(*parameter, "tier", eks.update_cluster_config, name="shop", controlPlaneScalingConfig={"tier": "tier-3xl"})
    for before, after in (("standard", "tier-4xl"), ("tier-4xl", "standard")):
        update = config(controlPlaneScalingConfig={"tier": after})
        assert update["type"] == "ControlPlaneScalingConfigUpdate", update
        assert update["params"] == [{"type": "UpdatedTier", "value": after}, {"type": "PreviousTier", "value": before}], update
        updated(update)
        assert tier() == after
    assert len(eks.list_updates(name="shop")["updateIds"]) == 6
    arn = eks.describe_cluster(name="shop")["cluster"]["arn"]
    eks.tag_resource(resourceArn=arn, tags={"team": "web", "old": "x"})
    eks.untag_resource(resourceArn=arn, tagKeys=["old", "other"])
    assert eks.list_tags_for_resource(resourceArn=arn)["tags"] == {"provision-stack": "shop", "team": "web"}
    refused("NotFoundException", 404, "", eks.list_tags_for_resource, resourceArn=arn + "x")
    versions = eks.describe_cluster_versions(clusterVersions=["1.33", "1.34"])["clusterVersions"]
    assert [one["clusterVersion"] for one in versions] == ["1.34", "1.33"]


def addons(roles):
    """Before there are nodes."""
    parameter = ("InvalidParameterException", 400)
    offers = eks.describe_addon_versions(kubernetesVersion="1.34", addonName="vpc-cni")["addons"]
    versions = [one["addonVersion"] for one in offers[0]["addonVersions"]]
    default = [one["addonVersion"] for one in offers[0]["addonVersions"] if one["compatibilities"][0]["defaultVersion"]]
    refused("ResourceNotFoundException", 404, "No addon: vpc-cni found", eks.describe_addon, clusterName="shop", addonName="vpc-cni")
    refused(*parameter, "not supported", eks.create_addon, clusterName="shop", addonName="vpc-cni", addonVersion="v1.0.0-eksbuild.1")
    refused(*parameter, "JSON", eks.create_addon, clusterName="shop", addonName="vpc-cni", configurationValues="{")
    refused(*parameter, "does not exist", eks.create_addon, clusterName="shop", addonName="aws-ebs-csi-driver",
            podIdentityAssociations=[{"serviceAccount": "ebs-csi-controller-sa", "roleArn": roles["node"] + "x"}])
    made = eks.create_addon(clusterName="shop", addonName="vpc-cni", clientRequestToken="a", tags={"a": "b"})["addon"]
    assert made["status"] == "CREATING" and made["addonVersion"] == default[0], made
    assert eks.create_addon(clusterName="shop", addonName="vpc-cni", clientRequestToken="a", tags={"a": "b"})["addon"]["addonArn"] == made["addonArn"]
    refused("ResourceInUseException", 409, "already exists", eks.create_addon, clusterName="shop", addonName="vpc-cni")
    eks.create_addon(clusterName="shop", addonName="coredns")
    eks.create_addon(clusterName="shop", addonName="aws-ebs-csi-driver", podIdentityAssociations=[
        {"serviceAccount": "ebs-csi-controller-sa", "roleArn": roles["pods"]},
    ])
    ready("addon_active", clusterName="shop", addonName="vpc-cni")
    for _ in range(50):
        health = eks.describe_addon(clusterName="shop", addonName="coredns")["addon"]
        if health["status"] != "CREATING":
            break
        time.sleep(0.1)
    assert health["status"] == "DEGRADED" and health["health"]["issues"][0]["code"] == "InsufficientNumberOfReplicas", health
    refused(*parameter, "not supported", eks.update_addon, clusterName="shop", addonName="vpc-cni", addonVersion="v1.19.6-eksbuild.7")
    update = eks.update_addon(clusterName="shop", addonName="vpc-cni", addonVersion=versions[0],
                              configurationValues='{"env": {}}', resolveConflicts="PRESERVE")["update"]
    updated(update, addonName="vpc-cni")
    after = eks.describe_addon(clusterName="shop", addonName="vpc-cni")["addon"]
    assert after["addonVersion"] == versions[0] and after["configurationValues"] == '{"env": {}}', after
    assert eks.list_addons(clusterName="shop", maxResults=2)["nextToken"]
    pages = eks.get_paginator("list_addons").paginate(clusterName="shop", PaginationConfig={"PageSize": 1})
    assert [name for page in pages for name in page["addons"]] == ["aws-ebs-csi-driver", "coredns", "vpc-cni"]


def access(roles):
    parameter = ("InvalidParameterException", 400)
    me = f"arn:aws:iam::{ACCOUNT}:user/sandbox"
    view = "arn:aws:eks::aws:cluster-access-policy/AmazonEKSViewPolicy"
    assert eks.list_access_entries(clusterName="shop")["accessEntries"] == [me]
    mine = eks.list_associated_access_policies(clusterName="shop", principalArn=me)["associatedAccessPolicies"]
    assert mine[0]["policyArn"].endswith("/AmazonEKSClusterAdminPolicy") and mine[0]["accessScope"]["type"] == "cluster"
    refused(*parameter, "invalid principal", eks.create_access_entry, clusterName="shop", principalArn=roles["pods"] + "x")
    refused(*parameter, "cannot start with system:", eks.create_access_entry, clusterName="shop",
            principalArn=roles["pods"], kubernetesGroups=["system:masters"])
    made = eks.create_access_entry(clusterName="shop", principalArn=roles["pods"], kubernetesGroups=["ops"],
                                   tags={"a": "b"}, clientRequestToken="e")["accessEntry"]
    assert made["username"] == f"arn:aws:sts::{ACCOUNT}:assumed-role/pods/{{{{SessionName}}}}", made
    refused("ResourceInUseException", 409, "already in use", eks.create_access_entry, clusterName="shop", principalArn=roles["pods"])
    eks.update_access_entry(clusterName="shop", principalArn=roles["pods"], kubernetesGroups=["ops", "dev"])
    found = eks.describe_access_entry(clusterName="shop", principalArn=roles["pods"])["accessEntry"]
    assert found["kubernetesGroups"] == ["ops", "dev"] and found["tags"] == {"a": "b"}, found
    eks.tag_resource(resourceArn=found["accessEntryArn"], tags={"c": "d"})
    assert eks.list_tags_for_resource(resourceArn=found["accessEntryArn"])["tags"] == {"a": "b", "c": "d"}
    known = [one["arn"] for one in eks.list_access_policies()["accessPolicies"]]
    assert view in known
    scope = {"type": "namespace", "namespaces": ["web"]}
    refused(*parameter, "policyArn", eks.associate_access_policy, clusterName="shop", principalArn=roles["pods"],
            policyArn=view + "x", accessScope=scope)
    eks.associate_access_policy(clusterName="shop", principalArn=roles["pods"], policyArn=view, accessScope=scope)
    assert eks.list_access_entries(clusterName="shop", associatedPolicyArn=view)["accessEntries"] == [roles["pods"]]
    eks.disassociate_access_policy(clusterName="shop", principalArn=roles["pods"], policyArn=view)
    refused("ResourceNotFoundException", 404, "", eks.disassociate_access_policy, clusterName="shop",
            principalArn=roles["pods"], policyArn=view)
    eks.delete_access_entry(clusterName="shop", principalArn=roles["pods"])
    refused("ResourceNotFoundException", 404, "principalArn", eks.describe_access_entry, clusterName="shop",
            principalArn=roles["pods"])


def identities(roles):
    owned = eks.list_pod_identity_associations(clusterName="shop")["associations"]
    assert [one["serviceAccount"] for one in owned] == ["ebs-csi-controller-sa"] and "/aws-ebs-csi-driver/" in owned[0]["ownerArn"]
    refused("InvalidRequestException", 400, "owned by", eks.delete_pod_identity_association, clusterName="shop",
            associationId=owned[0]["associationId"])
    wish = {"clusterName": "shop", "namespace": "web", "serviceAccount": "api", "roleArn": roles["pods"]}
    refused("InvalidParameterException", 400, "trust policy", eks.create_pod_identity_association, **{**wish, "roleArn": roles["node"]})
    made = eks.create_pod_identity_association(**wish)["association"]
    refused("ResourceInUseException", 409, "already exists", eks.create_pod_identity_association, **wish)
    changed = eks.update_pod_identity_association(clusterName="shop", associationId=made["associationId"], disableSessionTags=True)
    assert changed["association"]["disableSessionTags"]
    assert eks.describe_pod_identity_association(clusterName="shop", associationId=made["associationId"])["association"]["roleArn"] == roles["pods"]
    eks.delete_pod_identity_association(clusterName="shop", associationId=made["associationId"])
    refused("ResourceNotFoundException", 404, "", eks.describe_pod_identity_association, clusterName="shop",
            associationId=made["associationId"])


def nodes(net, roles):
    template = ec2.create_launch_template(LaunchTemplateName="web", LaunchTemplateData={
        "TagSpecifications": [{"ResourceType": "instance", "Tags": [{"Key": "team", "Value": "web"}]}],
    })["LaunchTemplate"]["LaunchTemplateId"]
    wish = {
        "clusterName": "shop",
        "nodegroupName": "web",
        "subnets": net["subnets"],
        "nodeRole": roles["node"],
        "instanceTypes": ["m7i.large"],
        "amiType": "AL2023_x86_64_STANDARD",
        "scalingConfig": {"minSize": 1, "maxSize": 5, "desiredSize": 3},
        "launchTemplate": {"id": template, "version": "1"},
        "labels": {"pool": "web"},
        "taints": [{"key": "only", "value": "web", "effect": "NO_SCHEDULE"}],
        "updateConfig": {"maxUnavailable": 1},
        "clientRequestToken": "web",
        "tags": {"provision-stack": "shop"},
    }
    bad = lambda **other: {**wish, "clientRequestToken": "bad", **other}
    parameter = ("InvalidParameterException", 400)
    refused(*parameter, "Disk size must be specified within the launch template", eks.create_nodegroup, **bad(diskSize=50))
    refused(*parameter, "not a valid instance type", eks.create_nodegroup, **bad(amiType="AL2023_ARM_64_STANDARD"))
    refused(*parameter, "Minimum capacity", eks.create_nodegroup,
            **bad(scalingConfig={"minSize": 2, "maxSize": 3, "desiredSize": 1}))
    refused(*parameter, "could not be assumed", eks.create_nodegroup, **bad(nodeRole=roles["cluster"]))
    refused("InvalidRequestException", 400, "does not exist", eks.create_nodegroup,
            **bad(launchTemplate={"id": template, "version": "7"}))
    made = eks.create_nodegroup(**wish)["nodegroup"]
    assert made["status"] == "CREATING" and made["version"] == "1.34", made
    assert eks.create_nodegroup(**wish)["nodegroup"]["nodegroupArn"] == made["nodegroupArn"]
    refused("ResourceInUseException", 409, "already exists", eks.create_nodegroup, **bad())
    ready("nodegroup_active", clusterName="shop", nodegroupName="web")
    assert eks.list_nodegroups(clusterName="shop")["nodegroups"] == ["web"]
    ready("addon_active", clusterName="shop", addonName="coredns")
    entry = eks.describe_access_entry(clusterName="shop", principalArn=roles["node"])["accessEntry"]
    assert entry["type"] == "EC2_LINUX" and entry["kubernetesGroups"] == ["system:nodes"], entry
    profiles = iam.list_instance_profiles_for_role(RoleName="node")["InstanceProfiles"]
    assert len(profiles) == 1 and profiles[0]["InstanceProfileName"].startswith("eks-"), profiles
    instances = ec2.describe_instances(Filters=[
        {"Name": "tag:eks:nodegroup-name", "Values": ["web"]}, {"Name": "tag:team", "Values": ["web"]},
    ])["Reservations"]
    assert len(instances) == 3
    refused("ResourceInUseException", 409, "nodegroups attached", eks.delete_cluster, name="shop")
    change = lambda **other: eks.update_nodegroup_config(clusterName="shop", nodegroupName="web", **other)["update"]
    update = change(scalingConfig={"minSize": 1, "maxSize": 5, "desiredSize": 1},
                    labels={"addOrUpdateLabels": {"a": "b"}, "removeLabels": ["pool"]})
    inside = refused("ResourceInUseException", 409, "in progress", eks.update_nodegroup_config, clusterName="shop",
                     nodegroupName="web", scalingConfig={"desiredSize": 2})
    assert inside["nodegroupName"] == "web", inside
    updated(update, nodegroupName="web")
    group = eks.describe_nodegroup(clusterName="shop", nodegroupName="web")["nodegroup"]
    assert group["labels"] == {"a": "b"} and group["scalingConfig"]["desiredSize"] == 1
    return template


def upgrade(template):
    parameter = ("InvalidParameterException", 400)
    refused(*parameter, "Unsupported Kubernetes minor version update", eks.update_cluster_version, name="shop", version="1.36")
    updated(eks.update_cluster_version(name="shop", version="1.35")["update"])
    assert eks.describe_cluster(name="shop")["cluster"]["version"] == "1.35"
    refused("InvalidRequestException", 400, "must be updated", eks.update_cluster_version, name="shop", version="1.36")
    ec2.create_launch_template_version(LaunchTemplateId=template, LaunchTemplateData={
        "BlockDeviceMappings": [{"DeviceName": "/dev/xvda", "Ebs": {"VolumeSize": 80}}],
    })
    before = eks.describe_nodegroup(clusterName="shop", nodegroupName="web")["nodegroup"]
    update = eks.update_nodegroup_version(clusterName="shop", nodegroupName="web", version="1.35",
                                          launchTemplate={"id": template, "version": "2"})["update"]
    updated(update, nodegroupName="web")
    after = eks.describe_nodegroup(clusterName="shop", nodegroupName="web")["nodegroup"]
    assert after["version"] == "1.35" and after["launchTemplate"]["version"] == "2", after
    assert after["releaseVersion"] != before["releaseVersion"]
    refused(*parameter, "must be between", eks.update_nodegroup_version, clusterName="shop", nodegroupName="web", version="1.33")


def take_down(net, template):
    eks.delete_addon(clusterName="shop", addonName="aws-ebs-csi-driver")
    ready("addon_deleted", clusterName="shop", addonName="aws-ebs-csi-driver")
    assert eks.list_pod_identity_associations(clusterName="shop")["associations"] == []
    eks.delete_nodegroup(clusterName="shop", nodegroupName="web")
    ready("nodegroup_deleted", clusterName="shop", nodegroupName="web")
    eks.delete_cluster(name="shop")
    refused("ResourceInUseException", 409, "already exists", eks.create_cluster, name="shop", roleArn="x", resourcesVpcConfig={})
    ready("cluster_deleted", name="shop")
    ec2.delete_launch_template(LaunchTemplateId=template)
    for association in net["associations"]:
        ec2.disassociate_route_table(AssociationId=association)
    ec2.delete_route_table(RouteTableId=net["table"])
    ec2.detach_internet_gateway(InternetGatewayId=net["gateway"], VpcId=net["vpc"])
    ec2.delete_internet_gateway(InternetGatewayId=net["gateway"])
    for subnet in net["subnets"]:
        ec2.delete_subnet(SubnetId=subnet)
    ec2.delete_vpc(VpcId=net["vpc"])
    for found in iam.list_roles(PathPrefix="/provision/")["Roles"]:
        name = found["RoleName"]
        for policy in iam.list_attached_role_policies(RoleName=name)["AttachedPolicies"]:
            iam.detach_role_policy(RoleName=name, PolicyArn=policy["PolicyArn"])
        iam.delete_role(RoleName=name)


check_operations()
made_network = network()
made_roles = {
    "cluster": role("cluster", "eks.amazonaws.com", "AmazonEKSClusterPolicy"),
    "pods": pods_role(),
    "node": role("node", "ec2.amazonaws.com", "AmazonEKSWorkerNodePolicy", "AmazonEKS_CNI_Policy"),
}
time.sleep(0.3)
build(made_network, made_roles)
changes()
addons(made_roles)
access(made_roles)
identities(made_roles)
web = nodes(made_network, made_roles)
upgrade(web)
take_down(made_network, web)
assert not PROBLEMS, "\n".join(sorted(set(PROBLEMS)))
print("ok")
