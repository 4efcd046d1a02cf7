"""boto3 builds a network on the sandbox, reads it, breaks its rules and takes it down.

usage: ec2_boto3.py URL OPERATIONS.json
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

session = boto3.Session(aws_access_key_id="111122223333", aws_secret_access_key="x", region_name="eu-west-1")
ec2 = session.client("ec2", endpoint_url=URL, config=Config(retries={"max_attempts": 1}))
ec2.meta.events.register(
    "before-parse.ec2.*", lambda **given: shapes.check_ec2_answer(problems=PROBLEMS, **given)
)


def refused(code, function, **arguments):
    try:
        function(**arguments)
    except ClientError as error:
        found = error.response["Error"]["Code"]
        assert found == code, f"{function.__name__}: {found}, not {code}"
        assert error.response["ResponseMetadata"]["RequestId"], "a refusal without request id"
        return
    raise AssertionError(f"{function.__name__} was not refused")


def tags(kind, name):
    return [{"ResourceType": kind, "Tags": [{"Key": "Name", "Value": name}, {"Key": "provision-stack", "Value": "t"}]}]


def named(answer):
    return {tag["Key"]: tag["Value"] for tag in answer["Tags"]}["Name"]


def check_operations():
    """Every operation and parameter of the sandbox's list is in botocore's model."""
    model = botocore.session.get_session().get_service_model("ec2")
    for operation in json.load(open(OPERATIONS)):
        if operation["service"] != "ec2":
            continue
        assert operation["name"] in model.operation_names, operation["name"]
        shape = model.operation_model(operation["name"]).input_shape
        known = set(shapes.ec2_parameters(shape)) if shape else set()
        strange = [name for name in operation["accepts"] if name not in known]
        PROBLEMS.extend(f"{operation['name']} takes {name}" for name in strange)


def build():
    zones = [z["ZoneName"] for z in ec2.describe_availability_zones()["AvailabilityZones"]]
    assert zones == ["eu-west-1a", "eu-west-1b", "eu-west-1c"], zones
    offered = ec2.get_paginator("describe_instance_type_offerings").paginate(
        LocationType="availability-zone", Filters=[{"Name": "instance-type", "Values": ["m7i.*"]}]
    )
    assert ("m7i.large", "eu-west-1b") in {(o["InstanceType"], o["Location"]) for p in offered for o in p["InstanceTypeOfferings"]}

    vpc = ec2.create_vpc(CidrBlock="10.20.0.0/16", TagSpecifications=tags("vpc", "main"))["Vpc"]
    assert vpc["State"] == "pending" and named(vpc) == "main" and vpc["OwnerId"] == "111122223333"
    vpc_id = vpc["VpcId"]
    ec2.get_waiter("vpc_available").config.delay = 1
    ec2.get_waiter("vpc_available").wait(VpcIds=[vpc_id])
    ec2.modify_vpc_attribute(VpcId=vpc_id, EnableDnsHostnames={"Value": True})
    assert ec2.describe_vpc_attribute(VpcId=vpc_id, Attribute="enableDnsHostnames")["EnableDnsHostnames"]["Value"]
    assert ec2.describe_vpc_attribute(VpcId=vpc_id, Attribute="enableDnsSupport")["EnableDnsSupport"]["Value"]

    subnet = ec2.create_subnet(
        VpcId=vpc_id, CidrBlock="10.20.0.0/24", AvailabilityZone="eu-west-1b", TagSpecifications=tags("subnet", "a")
    )["Subnet"]
    assert subnet["AvailableIpAddressCount"] == 251 and subnet["AvailabilityZoneId"] == "euw1-az2"
    subnet_id = subnet["SubnetId"]
    ec2.modify_subnet_attribute(SubnetId=subnet_id, MapPublicIpOnLaunch={"Value": True})
    assert ec2.describe_subnets(SubnetIds=[subnet_id])["Subnets"][0]["MapPublicIpOnLaunch"]

    gateway_id = ec2.create_internet_gateway(TagSpecifications=tags("internet-gateway", "g"))["InternetGateway"][
        "InternetGatewayId"
    ]
    ec2.attach_internet_gateway(InternetGatewayId=gateway_id, VpcId=vpc_id)
    address = ec2.allocate_address(Domain="vpc", TagSpecifications=tags("elastic-ip", "e"))
    nat_arguments = {
        "SubnetId": subnet_id,
        "AllocationId": address["AllocationId"],
        "ClientToken": "one-token",
        "TagSpecifications": tags("natgateway", "n"),
    }
    nat = ec2.create_nat_gateway(**nat_arguments)["NatGateway"]
    assert nat["State"] == "pending"
    assert ec2.create_nat_gateway(**nat_arguments)["NatGateway"]["NatGatewayId"] == nat["NatGatewayId"]
    refused("IdempotentParameterMismatch", ec2.create_nat_gateway, SubnetId=subnet_id, ClientToken="one-token",
            AllocationId=address["AllocationId"])
    waiter = ec2.get_waiter("nat_gateway_available")
    waiter.config.delay = 0.2
    waiter.wait(NatGatewayIds=[nat["NatGatewayId"]])
    nat = ec2.describe_nat_gateways(Filters=[{"Name": "vpc-id", "Values": [vpc_id]}])["NatGateways"][0]
    assert nat["NatGatewayAddresses"][0]["PublicIp"] == address["PublicIp"]
    interface = ec2.describe_network_interfaces(Filters=[{"Name": "interface-type", "Values": ["nat_gateway"]}])
    assert interface["NetworkInterfaces"][0]["Association"]["PublicIp"] == address["PublicIp"]

    table = ec2.create_route_table(VpcId=vpc_id, ClientToken="t", TagSpecifications=tags("route-table", "r"))["RouteTable"]
    assert table["Routes"][0]["GatewayId"] == "local"
    table_id = table["RouteTableId"]
    assert ec2.create_route(RouteTableId=table_id, DestinationCidrBlock="0.0.0.0/0", GatewayId=gateway_id)["Return"]
    ec2.replace_route(RouteTableId=table_id, DestinationCidrBlock="0.0.0.0/0", NatGatewayId=nat["NatGatewayId"])
    association = ec2.associate_route_table(RouteTableId=table_id, SubnetId=subnet_id)["AssociationId"]
    found = ec2.describe_route_tables(Filters=[{"Name": "association.subnet-id", "Values": [subnet_id]}])["RouteTables"]
    assert [t["RouteTableId"] for t in found] == [table_id]
    assert found[0]["Routes"][1]["NatGatewayId"] == nat["NatGatewayId"] and found[0]["Routes"][1]["State"] == "active"
    assert found[0]["Associations"][0]["RouteTableAssociationId"] == association
    main = ec2.describe_route_tables(Filters=[{"Name": "association.main", "Values": ["true"]}])["RouteTables"]
    assert main[0]["Associations"][0]["Main"]
    return {
        "vpc": vpc_id, "subnet": subnet_id, "gateway": gateway_id, "address": address["AllocationId"],
        "nat": nat["NatGatewayId"], "table": table_id, "association": association,
    }


def groups(vpc_id):
    group = ec2.create_security_group(
        GroupName="nodes", Description="nodes", VpcId=vpc_id, TagSpecifications=tags("security-group", "s")
    )["GroupId"]
    permission = {
        "IpProtocol": "tcp", "FromPort": 443, "ToPort": 443,
        "IpRanges": [{"CidrIp": "10.20.0.0/16", "Description": "inside"}],
    }
    answer = ec2.authorize_security_group_ingress(GroupId=group, IpPermissions=[permission])
    rule = answer["SecurityGroupRules"][0]
    assert answer["Return"] and rule["CidrIpv4"] == "10.20.0.0/16" and not rule["IsEgress"]
    own = {"IpProtocol": "-1", "UserIdGroupPairs": [{"GroupId": group}]}
    assert ec2.authorize_security_group_ingress(GroupId=group, IpPermissions=[own])["SecurityGroupRules"][0][
        "ReferencedGroupInfo"
    ]["GroupId"] == group
    refused("InvalidPermission.Duplicate", ec2.authorize_security_group_ingress, GroupId=group, IpPermissions=[permission])
    ec2.modify_security_group_rules(GroupId=group, SecurityGroupRules=[{
        "SecurityGroupRuleId": rule["SecurityGroupRuleId"],
        "SecurityGroupRule": {"IpProtocol": "tcp", "FromPort": 443, "ToPort": 443, "CidrIpv4": "10.20.0.0/16"},
    }])
    rules = ec2.describe_security_group_rules(Filters=[{"Name": "group-id", "Values": [group]}])["SecurityGroupRules"]
    assert sorted((r["IsEgress"], r["IpProtocol"]) for r in rules) == [(False, "-1"), (False, "tcp"), (True, "-1")]
    shown = ec2.describe_security_groups(GroupIds=[group])["SecurityGroups"][0]
    assert len(shown["IpPermissions"]) == 2 and len(shown["IpPermissionsEgress"]) == 1
    revoked = ec2.revoke_security_group_ingress(GroupId=group, SecurityGroupRuleIds=[rule["SecurityGroupRuleId"]])
    assert revoked["RevokedSecurityGroupRules"][0]["CidrIpv4"] == "10.20.0.0/16"
    ec2.revoke_security_group_egress(GroupId=group, IpPermissions=[{"IpProtocol": "-1", "IpRanges": [{"CidrIp": "0.0.0.0/0"}]}])
    refused("DependencyViolation", ec2.delete_vpc, VpcId=vpc_id)
    assert ec2.delete_security_group(GroupId=group)["GroupId"] == group


def templates():
    data = {
        "BlockDeviceMappings": [{"DeviceName": "/dev/xvda", "Ebs": {"VolumeSize": 50, "VolumeType": "gp3", "Encrypted": True}}],
        "MetadataOptions": {"HttpTokens": "required", "HttpPutResponseHopLimit": 2},
        "TagSpecifications": [{"ResourceType": "instance", "Tags": [{"Key": "Name", "Value": "node"}]}],
    }
    arguments = {"LaunchTemplateName": "shop-web", "LaunchTemplateData": data, "ClientToken": "l"}
    made = ec2.create_launch_template(TagSpecifications=tags("launch-template", "l"), **arguments)["LaunchTemplate"]
    assert made["LatestVersionNumber"] == 1
    second = ec2.create_launch_template_version(
        LaunchTemplateId=made["LaunchTemplateId"], SourceVersion="1",
        LaunchTemplateData={"BlockDeviceMappings": [{"DeviceName": "/dev/xvda", "Ebs": {"VolumeSize": 80}}]},
    )["LaunchTemplateVersion"]
    assert second["LaunchTemplateData"]["BlockDeviceMappings"][0]["Ebs"] == {"VolumeSize": 80}
    assert second["LaunchTemplateData"]["MetadataOptions"]["HttpTokens"] == "required"
    ec2.modify_launch_template(LaunchTemplateId=made["LaunchTemplateId"], DefaultVersion="2")
    versions = ec2.describe_launch_template_versions(LaunchTemplateName="shop-web", Versions=["$Default", "1"])
    assert [v["VersionNumber"] for v in versions["LaunchTemplateVersions"]] == [2, 1]
    refused("InvalidLaunchTemplateName.AlreadyExistsException", ec2.create_launch_template,
            LaunchTemplateName="shop-web", LaunchTemplateData=data)
    refused("InvalidLaunchTemplateId.NotFound", ec2.describe_launch_templates, LaunchTemplateIds=["lt-00000000000000000"])
    assert ec2.describe_launch_templates(LaunchTemplateNames=["shop-web"])["LaunchTemplates"][0]["DefaultVersionNumber"] == 2
    ec2.delete_launch_template(LaunchTemplateId=made["LaunchTemplateId"])


def refusals(ids):
    refused("InvalidSubnet.Conflict", ec2.create_subnet, VpcId=ids["vpc"], CidrBlock="10.20.0.0/25")
    refused("DryRunOperation", ec2.create_vpc, CidrBlock="10.0.0.0/16", DryRun=True)
    refused("UnknownParameter", ec2.create_vpc, CidrBlock="10.0.0.0/16", Ipv6Pool="x")
    refused("InvalidVpcID.NotFound", ec2.describe_vpcs, VpcIds=["vpc-00000000000000000"])
    refused("InvalidGroup.NotFound", ec2.describe_security_groups, GroupIds=["sg-00000000000000000"])
    refused("DependencyViolation", ec2.delete_subnet, SubnetId=ids["subnet"])
    refused("DependencyViolation", ec2.detach_internet_gateway, InternetGatewayId=ids["gateway"], VpcId=ids["vpc"])
    refused("DependencyViolation", ec2.delete_route_table, RouteTableId=ids["table"])
    refused("InvalidIPAddress.InUse", ec2.release_address, AllocationId=ids["address"])
    refused("NotImplemented", ec2.describe_snapshots)
    unsigned = boto3.client(
        "ec2", endpoint_url=URL, region_name="eu-west-1", config=Config(signature_version=botocore.UNSIGNED)
    )
    refused("MissingAuthenticationToken", unsigned.describe_vpcs)


def retag(ids):
    ec2.create_tags(Resources=[ids["vpc"], ids["nat"]], Tags=[{"Key": "team", "Value": "web"}])
    found = ec2.describe_vpcs(Filters=[{"Name": "tag:team", "Values": ["w*"]}, {"Name": "tag-key", "Values": ["Name"]}])
    assert [v["VpcId"] for v in found["Vpcs"]] == [ids["vpc"]]
    ec2.delete_tags(Resources=[ids["vpc"]], Tags=[{"Key": "team"}])
    assert not ec2.describe_vpcs(Filters=[{"Name": "tag:team", "Values": ["web"]}])["Vpcs"]
    assert ec2.describe_instances()["Reservations"] == []
    assert ec2.describe_vpc_endpoints()["VpcEndpoints"] == []
    assert len(ec2.describe_network_acls()["NetworkAcls"][0]["Entries"]) == 4


def take_down(ids):
    ec2.delete_nat_gateway(NatGatewayId=ids["nat"])
    waiter = ec2.get_waiter("nat_gateway_deleted")
    waiter.config.delay = 0.2
    waiter.wait(NatGatewayIds=[ids["nat"]])
    ec2.release_address(AllocationId=ids["address"])
    ec2.detach_internet_gateway(InternetGatewayId=ids["gateway"], VpcId=ids["vpc"])
    ec2.delete_internet_gateway(InternetGatewayId=ids["gateway"])
    ec2.delete_route(RouteTableId=ids["table"], DestinationCidrBlock="0.0.0.0/0")
    ec2.disassociate_route_table(AssociationId=ids["association"])
    ec2.delete_route_table(RouteTableId=ids["table"])
    ec2.delete_subnet(SubnetId=ids["subnet"])
    ec2.delete_vpc(VpcId=ids["vpc"])
    assert ec2.describe_vpcs()["Vpcs"] == []
    assert ec2.describe_route_tables()["RouteTables"] == []
    assert ec2.describe_security_groups()["SecurityGroups"] == []


check_operations()
made = build()
groups(made["vpc"])
templates()
refusals(made)
retag(made)
take_down(made)
assert not PROBLEMS, "\n".join(sorted(set(PROBLEMS)))
print("ok")
