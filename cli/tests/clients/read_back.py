"""Reads with boto3 what `provision apply` built of plans/minimal-eks.toml, and fails when it is not all there once."""

import sys

import boto3
from botocore.config import Config

url = sys.argv[1]


def client(service):
    return boto3.client(
        service,
        endpoint_url=url,
        region_name="eu-west-1",
        aws_access_key_id="123456789012",
        aws_secret_access_key="sandbox",
        config=Config(proxies={}, retries={"total_max_attempts": 1}),
    )


ec2, eks, iam, logs = client("ec2"), client("eks"), client("iam"), client("logs")
ours = [{"Name": "tag:provision-stack", "Values": ["hello"]}]

(vpc,) = ec2.describe_vpcs(Filters=ours)["Vpcs"]
for attribute in ("enableDnsSupport", "enableDnsHostnames"):
    answer = ec2.describe_vpc_attribute(VpcId=vpc["VpcId"], Attribute=attribute)
    assert answer[attribute[0].upper() + attribute[1:]]["Value"], attribute
subnets = ec2.describe_subnets(Filters=ours)["Subnets"]
tags = [{tag["Key"]: tag["Value"] for tag in subnet["Tags"]} for subnet in subnets]
assert sum("kubernetes.io/role/elb" in one for one in tags) == 3, tags
assert sum("kubernetes.io/role/internal-elb" in one for one in tags) == 3, tags
assert len({subnet["AvailabilityZone"] for subnet in subnets}) == 3
(nat,) = ec2.describe_nat_gateways(Filter=ours)["NatGateways"]
assert nat["State"] == "available", nat
(address,) = ec2.describe_addresses(Filters=ours)["Addresses"]
assert address["AllocationId"] == nat["NatGatewayAddresses"][0]["AllocationId"]
(gateway,) = ec2.describe_internet_gateways(Filters=ours)["InternetGateways"]
assert gateway["Attachments"][0]["VpcId"] == vpc["VpcId"]

assert eks.list_clusters()["clusters"] == ["hello-main"]
cluster = eks.describe_cluster(name="hello-main")["cluster"]
assert cluster["status"] == "ACTIVE", cluster
assert cluster["accessConfig"]["authenticationMode"] == "API", cluster
assert cluster["resourcesVpcConfig"]["vpcId"] == vpc["VpcId"]
(name,) = eks.list_nodegroups(clusterName="hello-main")["nodegroups"]
group = eks.describe_nodegroup(clusterName="hello-main", nodegroupName=name)["nodegroup"]
assert group["status"] == "ACTIVE", group
assert (group["scalingConfig"]["minSize"], group["scalingConfig"]["maxSize"]) == (1, 3)
instances = [
    instance
    for reservation in ec2.describe_instances()["Reservations"]
    for instance in reservation["Instances"]
    if instance["State"]["Name"] == "running"
]
assert len(instances) == 1, instances
addons = eks.list_addons(clusterName="hello-main")["addons"]
wanted = ["aws-ebs-csi-driver", "coredns", "eks-pod-identity-agent", "kube-proxy", "vpc-cni"]
assert sorted(addons) == wanted, addons
for addon in addons:
    state = eks.describe_addon(clusterName="hello-main", addonName=addon)["addon"]["status"]
    assert state == "ACTIVE", (addon, state)

roles = iam.list_roles(PathPrefix="/provision/hello/")["Roles"]
assert len(roles) == 3, roles
providers = iam.list_open_id_connect_providers()["OpenIDConnectProviderList"]
issuer = cluster["identity"]["oidc"]["issuer"].removeprefix("https://")
assert [one["Arn"].split(":oidc-provider/")[1] for one in providers] == [issuer]
(claim,) = logs.describe_log_groups(logGroupNamePrefix="/provision/hello/")["logGroups"]
assert claim["logGroupName"] == "/provision/hello/claim", claim
print("all there, once")
