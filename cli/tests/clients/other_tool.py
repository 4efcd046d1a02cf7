"""Makes with boto3 a cluster as other tools make them: two zones, one NAT gateway, one route table for all private subnets
(terraform-aws-modules) or one each (eksctl), and odd settings. Prints the ids as JSON.

usage: other_tool.py URL build | change | vanish"""

import json
import sys
import time

import boto3
from botocore.config import Config

url, verb = sys.argv[1], sys.argv[2]
NAME = "Legacy_EU"


def client(service):
    return boto3.client(
        service,
        endpoint_url=url,
        region_name="eu-west-1",
        aws_access_key_id="123456789012",
        aws_secret_access_key="sandbox",
        config=Config(proxies={}, retries={"total_max_attempts": 1}),
    )


ec2, eks, iam = client("ec2"), client("eks"), client("iam")


def tagged(kind, name, **more):
    tags = {"Name": name, "tool": "other", **more}
    return [{"ResourceType": kind, "Tags": [{"Key": k, "Value": v} for k, v in tags.items()]}]


def role(name, service, *policies):
    trust = {
        "Version": "2012-10-17",
        "Statement": [{"Effect": "Allow", "Principal": {"Service": service}, "Action": "sts:AssumeRole"}],
    }
    arn = iam.create_role(RoleName=name, AssumeRolePolicyDocument=json.dumps(trust))["Role"]["Arn"]
    for policy in policies:
        iam.attach_role_policy(RoleName=name, PolicyArn=f"arn:aws:iam::aws:policy/{policy}")
    return arn


def until(ready):
    for _ in range(200):
        if ready():
            return
        time.sleep(0.1)
    sys.exit("it does not come up")


def again(call, **arguments):
    """What was made a moment ago may not be seen yet: every tool tries again."""
    for _ in range(100):
        try:
            return call(**arguments)
        except eks.exceptions.InvalidParameterException:
            time.sleep(0.2)
    return call(**arguments)


def network():
    vpc = ec2.create_vpc(CidrBlock="10.40.0.0/16", TagSpecifications=tagged("vpc", "legacy"))["Vpc"]["VpcId"]
    ec2.modify_vpc_attribute(VpcId=vpc, EnableDnsHostnames={"Value": True})
    gateway = ec2.create_internet_gateway(TagSpecifications=tagged("internet-gateway", "legacy"))
    gateway = gateway["InternetGateway"]["InternetGatewayId"]
    ec2.attach_internet_gateway(InternetGatewayId=gateway, VpcId=vpc)
    subnets = {}
    for at, zone in enumerate(["eu-west-1a", "eu-west-1b"]):
        for kind, part in (("public", at), ("private", at + 10)):
            made = ec2.create_subnet(
                VpcId=vpc,
                CidrBlock=f"10.40.{part * 16}.0/20",
                AvailabilityZone=zone,
                TagSpecifications=tagged("subnet", f"legacy-{kind}-{zone}"),
            )
            subnets[kind, zone] = made["Subnet"]["SubnetId"]
    address = ec2.allocate_address(Domain="vpc", TagSpecifications=tagged("elastic-ip", "legacy"))["AllocationId"]
    nat = ec2.create_nat_gateway(
        SubnetId=subnets["public", "eu-west-1b"],
        AllocationId=address,
        TagSpecifications=tagged("natgateway", "legacy"),
    )["NatGateway"]["NatGatewayId"]
    until(lambda: ec2.describe_nat_gateways(NatGatewayIds=[nat])["NatGateways"][0]["State"] == "available")
    for kind, target in (("public", {"GatewayId": gateway}), ("private", {"NatGatewayId": nat})):
        table = ec2.create_route_table(VpcId=vpc, TagSpecifications=tagged("route-table", f"legacy-{kind}"))
        table = table["RouteTable"]["RouteTableId"]
        ec2.create_route(RouteTableId=table, DestinationCidrBlock="0.0.0.0/0", **target)
        for (other, _), subnet in subnets.items():
            if other == kind:
                ec2.associate_route_table(RouteTableId=table, SubnetId=subnet)
    return vpc, [subnet for (kind, _), subnet in subnets.items() if kind == "private"]


def build():
    vpc, private = network()
    master = role("legacy-master", "eks.amazonaws.com", "AmazonEKSClusterPolicy")
    nodes = role(
        "legacy-nodes",
        "ec2.amazonaws.com",
        "AmazonEKSWorkerNodePolicy",
        "AmazonEC2ContainerRegistryPullOnly",
        "AmazonEKS_CNI_Policy",
    )
    people = role("legacy-people", "ec2.amazonaws.com")
    again(
        eks.create_cluster,
        name=NAME,
        roleArn=master,
        resourcesVpcConfig={
            "subnetIds": private,
            "endpointPrivateAccess": True,
            "publicAccessCidrs": ["203.0.113.0/24"],
        },
        logging={"clusterLogging": [{"types": ["api", "audit"], "enabled": True}]},
        accessConfig={"authenticationMode": "API_AND_CONFIG_MAP"},
        tags={"tool": "other"},
    )
    until(lambda: eks.describe_cluster(name=NAME)["cluster"]["status"] == "ACTIVE")
    again(eks.create_access_entry, clusterName=NAME, principalArn=people)
    eks.associate_access_policy(
        clusterName=NAME,
        principalArn=people,
        policyArn="arn:aws:eks::aws:cluster-access-policy/AmazonEKSViewPolicy",
        accessScope={"type": "namespace", "namespaces": ["web"]},
    )
    for addon in ("vpc-cni", "kube-proxy"):
        eks.create_addon(clusterName=NAME, addonName=addon, resolveConflicts="OVERWRITE")
    template = ec2.create_launch_template(
        LaunchTemplateName="legacy",
        LaunchTemplateData={
            "InstanceType": "m5.large",
            "UserData": "IyEvYmluL2Jhc2gK",
            "MetadataOptions": {"HttpTokens": "required"},
        },
    )["LaunchTemplate"]["LaunchTemplateId"]
    common = {"clusterName": NAME, "nodeRole": nodes, "subnets": private}
    again(
        eks.create_nodegroup,
        **common,
        nodegroupName="Workers_1",
        scalingConfig={"minSize": 1, "maxSize": 4, "desiredSize": 2},
        instanceTypes=["t3.large"],
        diskSize=80,
        labels={"alpha.eksctl.io/nodegroup-name": "Workers_1", "tier": "web"},
        taints=[{"key": "dedicated", "value": "web", "effect": "NO_SCHEDULE"}],
        updateConfig={"maxUnavailable": 2},
        tags={"tool": "other"},
    )
    again(
        eks.create_nodegroup,
        **common,
        nodegroupName="templated",
        scalingConfig={"minSize": 0, "maxSize": 2, "desiredSize": 1},
        capacityType="SPOT",
        launchTemplate={"id": template, "version": "1"},
    )
    for group in ("Workers_1", "templated"):
        until(
            lambda: eks.describe_nodegroup(clusterName=NAME, nodegroupName=group)["nodegroup"]["status"] == "ACTIVE"
        )
    return {"vpc": vpc, "cluster": NAME}


def change():
    """What people and an autoscaler do meanwhile."""
    eks.update_nodegroup_config(
        clusterName=NAME,
        nodegroupName="Workers_1",
        labels={"addOrUpdateLabels": {"tier": "db"}},
        scalingConfig={"minSize": 1, "maxSize": 6, "desiredSize": 3},
    )
    eks.create_addon(clusterName=NAME, addonName="metrics-server")
    until(
        lambda: eks.describe_nodegroup(clusterName=NAME, nodegroupName="Workers_1")["nodegroup"]["status"] == "ACTIVE"
    )
    return {}


def vanish():
    eks.delete_nodegroup(clusterName=NAME, nodegroupName="templated")

    def gone():
        return "templated" not in eks.list_nodegroups(clusterName=NAME)["nodegroups"]

    until(gone)
    return {}


print(json.dumps({"build": build, "change": change, "vanish": vanish}[verb]()))
