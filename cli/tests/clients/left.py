"""Controllers' leftovers through boto3: `left.py URL plant` makes them in the stack's network, as the controllers of the
cluster hello-main would; `left.py URL gone` fails when one is still there; `left.py URL read` reads what the sandbox planted and
tries what must be refused."""

import sys

import boto3
from botocore.config import Config
from botocore.exceptions import ClientError

url, mode = sys.argv[1:3]
CLUSTER = "hello-main"


def client(service):
    return boto3.client(
        service,
        endpoint_url=url,
        region_name="eu-west-1",
        aws_access_key_id="123456789012",
        aws_secret_access_key="sandbox",
        config=Config(proxies={}, retries={"total_max_attempts": 1}),
    )


ec2, elb, elbv2 = client("ec2"), client("elb"), client("elbv2")
ours = [{"Name": "tag:provision-stack", "Values": ["hello"]}]
CONTROLLER = [{"Key": "elbv2.k8s.aws/cluster", "Value": CLUSTER}]
OWNED = [{"Key": f"kubernetes.io/cluster/{CLUSTER}", "Value": "owned"}]


def refused(code, call, **parameters):
    try:
        call(**parameters)
    except ClientError as error:
        assert error.response["Error"]["Code"] == code, error
    else:
        raise AssertionError(f"{parameters} was not refused with {code}")


def tagged(kind, tags):
    return [{"ResourceType": kind, "Tags": tags}]


def plant():
    (vpc,) = ec2.describe_vpcs(Filters=ours)["Vpcs"]
    vpc = vpc["VpcId"]
    within = ours + [{"Name": "tag:kubernetes.io/role/elb", "Values": ["1"]}]
    subnets = [subnet["SubnetId"] for subnet in ec2.describe_subnets(Filters=within)["Subnets"]]
    group = ec2.create_security_group(
        GroupName="k8s-default-web",
        Description="[k8s] Managed SecurityGroup for LoadBalancer",
        VpcId=vpc,
        TagSpecifications=tagged("security-group", CONTROLLER),
    )["GroupId"]
    other = ec2.create_security_group(
        GroupName="k8s-traffic", Description="shared", VpcId=vpc, TagSpecifications=tagged("security-group", CONTROLLER)
    )["GroupId"]
    ec2.authorize_security_group_ingress(
        GroupId=other,
        IpPermissions=[
            {"IpProtocol": "tcp", "FromPort": 80, "ToPort": 80, "UserIdGroupPairs": [{"GroupId": group}]}
        ],
    )
    elbv2.create_load_balancer(
        Name="k8s-default-web", Subnets=subnets, SecurityGroups=[group], Tags=CONTROLLER, Type="application"
    )
    elbv2.create_target_group(Name="k8s-default-web", Protocol="HTTP", Port=80, VpcId=vpc, Tags=CONTROLLER)
    # Somebody's, without tags.
    elbv2.create_target_group(Name="somebodys", Protocol="HTTP", Port=80, VpcId=vpc)
    listener = {"Protocol": "tcp", "LoadBalancerPort": 80, "InstancePort": 80}
    elb.create_load_balancer(
        LoadBalancerName="a0123", Listeners=[listener], Subnets=subnets[:1], SecurityGroups=[group], Tags=OWNED
    )
    interface = [
        {"Key": "cluster.k8s.amazonaws.com/name", "Value": CLUSTER},
        {"Key": "node.k8s.amazonaws.com/instance_id", "Value": "i-0123"},
    ]
    ec2.create_network_interface(
        SubnetId=subnets[0],
        Groups=[group],
        Description="aws-K8S-i-0123",
        TagSpecifications=tagged("network-interface", interface),
    )
    claim = OWNED + [{"Key": "kubernetes.io/created-for/pvc/name", "Value": "data"}]
    ec2.create_volume(AvailabilityZone="eu-west-1a", Size=10, TagSpecifications=tagged("volume", claim))


def gone():
    assert elbv2.describe_load_balancers()["LoadBalancers"] == []
    names = [group["TargetGroupName"] for group in elbv2.describe_target_groups()["TargetGroups"]]
    assert names == ["somebodys"], names
    assert elb.describe_load_balancers()["LoadBalancerDescriptions"] == []
    cni = [{"Name": "description", "Values": ["aws-K8S-i-0123"]}]
    assert ec2.describe_network_interfaces(Filters=cni)["NetworkInterfaces"] == []
    named = [{"Name": "group-name", "Values": ["k8s-*"]}]
    assert ec2.describe_security_groups(Filters=named)["SecurityGroups"] == []
    assert ec2.describe_vpcs(Filters=ours)["Vpcs"] == []
    claimed = [{"Name": "tag-key", "Values": ["kubernetes.io/created-for/pvc/name"]}]
    assert len(ec2.describe_volumes(Filters=claimed)["Volumes"]) == 1


def read():
    balancers = elbv2.describe_load_balancers()["LoadBalancers"]
    assert sorted(one["Type"] for one in balancers) == ["application", "network"], balancers
    arns = [one["LoadBalancerArn"] for one in balancers]
    for one in elbv2.describe_tags(ResourceArns=arns)["TagDescriptions"]:
        assert {"Key": "elbv2.k8s.aws/cluster", "Value": CLUSTER} in one["Tags"], one
    groups = elbv2.describe_target_groups()["TargetGroups"]
    assert sorted(one["LoadBalancerArns"][0] for one in groups) == sorted(arns), groups
    for group in groups:
        refused("ResourceInUse", elbv2.delete_target_group, TargetGroupArn=group["TargetGroupArn"])
    (classic,) = elb.describe_load_balancers()["LoadBalancerDescriptions"]
    name = classic["LoadBalancerName"]
    (tags,) = elb.describe_tags(LoadBalancerNames=[name])["TagDescriptions"]
    assert {"Key": f"kubernetes.io/cluster/{CLUSTER}", "Value": "owned"} in tags["Tags"], tags
    refused("LoadBalancerNotFound", elb.describe_load_balancers, LoadBalancerNames=["nobody"])
    for group in classic["SecurityGroups"]:
        refused("DependencyViolation", ec2.delete_security_group, GroupId=group)
    managed = [{"Name": "requester-id", "Values": ["amazon-elb"]}]
    interfaces = ec2.describe_network_interfaces(Filters=managed)["NetworkInterfaces"]
    assert len(interfaces) == 9, interfaces
    for one in interfaces:
        assert one["RequesterManaged"] and one["Status"] == "in-use", one
    first = interfaces[0]["NetworkInterfaceId"]
    refused("InvalidParameterValue", ec2.delete_network_interface, NetworkInterfaceId=first)
    elb.delete_load_balancer(LoadBalancerName=name)
    elb.delete_load_balancer(LoadBalancerName=name)
    volumes = ec2.describe_volumes()["Volumes"]
    assert [one["State"] for one in volumes] == ["available", "available"], volumes
    assert all(one["Size"] == 10 and one["AvailabilityZone"] for one in volumes), volumes
    ec2.delete_volume(VolumeId=volumes[0]["VolumeId"])
    refused("InvalidVolume.NotFound", ec2.delete_volume, VolumeId="vol-00000000000000000")


{"plant": plant, "gone": gone, "read": read}[mode]()
