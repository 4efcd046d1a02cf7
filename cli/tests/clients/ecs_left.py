"""Fails when boto3 still finds something of a stack on ECS that was destroyed.

What moto itself leaves behind is passed over: services, clusters and task definitions that are INACTIVE (ECS keeps them as
well), policies of a scalable target that is gone (of AWS they go with it), machines of a group that was deleted by force
while they were protected from scaling in (of AWS they end with it), and interfaces of tasks, which moto never takes away.
"""

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


left = {}


def none(what, found):
    found = list(found)
    if found:
        left[what] = found


ecs, ec2, elb, iam = client("ecs"), client("ec2"), client("elbv2"), client("iam")
clusters = ecs.describe_clusters(clusters=ecs.list_clusters()["clusterArns"] or ["none"])["clusters"]
none("clusters", (one["clusterName"] for one in clusters if one["status"] == "ACTIVE"))
for cluster in clusters:
    arns = ecs.list_services(cluster=cluster["clusterArn"])["serviceArns"]
    for arn in arns:
        found = ecs.describe_services(cluster=cluster["clusterArn"], services=[arn])["services"]
        none("services", (one["serviceName"] for one in found if one["status"] == "ACTIVE"))
none("task definitions", ecs.list_task_definitions(status="ACTIVE")["taskDefinitionArns"])
providers = ecs.describe_capacity_providers()["capacityProviders"]
named = (one["name"] for one in providers)
none("capacity providers", (name for name in named if not name.startswith("FARGATE")))

scaling = client("application-autoscaling")
none("targets", scaling.describe_scalable_targets(ServiceNamespace="ecs")["ScalableTargets"])
scheduler = client("scheduler")
none("schedules", scheduler.list_schedules()["Schedules"])
groups = (one["Name"] for one in scheduler.list_schedule_groups()["ScheduleGroups"])
none("schedule groups", (name for name in groups if name != "default"))
none("namespaces", client("servicediscovery").list_namespaces()["Namespaces"])

secrets = (one["Name"] for one in client("secretsmanager").list_secrets()["SecretList"])
none("secrets", (name for name in secrets if name != "payments/live-key"))
none("log groups", (one["logGroupName"] for one in client("logs").describe_log_groups()["logGroups"]))
none("roles", (one["RoleName"] for one in iam.list_roles()["Roles"] if "/aws-service-role/" not in one["Path"]))
none("profiles", iam.list_instance_profiles()["InstanceProfiles"])

none("balancers", elb.describe_load_balancers()["LoadBalancers"])
none("target groups", elb.describe_target_groups()["TargetGroups"])
none("groups of machines", client("autoscaling").describe_auto_scaling_groups()["AutoScalingGroups"])
none("launch templates", ec2.describe_launch_templates()["LaunchTemplates"])
machines = [one for held in ec2.describe_instances()["Reservations"] for one in held["Instances"]]
machines = [one for one in machines if one["State"]["Name"] != "terminated"]
of_groups = ("aws:autoscaling:groupName" in [tag["Key"] for tag in one.get("Tags", [])] for one in machines)
none("machines", (one["InstanceId"] for one, of in zip(machines, of_groups) if not of))

none("networks", (one["VpcId"] for one in ec2.describe_vpcs()["Vpcs"] if not one["IsDefault"]))
none("security groups", (one["GroupName"] for one in ec2.describe_security_groups()["SecurityGroups"] if one["GroupName"] != "default"))
none("addresses", ec2.describe_addresses()["Addresses"])
none("NAT gateways", (one["NatGatewayId"] for one in ec2.describe_nat_gateways()["NatGateways"] if one["State"] != "deleted"))
gateways = ec2.describe_internet_gateways()["InternetGateways"]
none("gateways", (one["InternetGatewayId"] for one in gateways))

assert not left, left
