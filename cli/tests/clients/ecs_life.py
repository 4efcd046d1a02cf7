"""A whole life in ECS with boto3: cluster, definitions, a service behind a balancer, runs, failures, and nothing left."""

import json
import sys
import time
import urllib.request

import boto3
from botocore.config import Config
from botocore.exceptions import ClientError

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


ec2, ecs, elb, iam, logs = (client(name) for name in ("ec2", "ecs", "elbv2", "iam", "logs"))
QUICK = {"Delay": 1, "MaxAttempts": 60}


def control(method, path, body=None):
    data = None if body is None else json.dumps(body).encode()
    request = urllib.request.Request(f"{url}/_sandbox/{path}", data, {"content-type": "application/json"}, method=method)
    opener = urllib.request.build_opener(urllib.request.ProxyHandler({}))
    return json.load(opener.open(request))


def ail(*issues):
    control("PUT", "config", {**control("GET", "config"), "issues": list(issues)})


def refused(code, words, call, **arguments):
    try:
        call(**arguments)
    except ClientError as error:
        assert error.response["Error"]["Code"] == code, error
        assert words in error.response["Error"]["Message"], error
        return
    raise AssertionError(f"not refused: {code}")


def until(what, seconds=30):
    end = time.time() + seconds
    while time.time() < end:
        found = what()
        if found:
            return found
        time.sleep(0.2)
    raise AssertionError("it did not come")


# The ground: a network, an execution role, a log group, a balancer.
vpc = ec2.create_vpc(CidrBlock="10.7.0.0/16")["Vpc"]["VpcId"]
gateway = ec2.create_internet_gateway()["InternetGateway"]["InternetGatewayId"]
ec2.attach_internet_gateway(VpcId=vpc, InternetGatewayId=gateway)
table = ec2.create_route_table(VpcId=vpc)["RouteTable"]["RouteTableId"]
ec2.create_route(RouteTableId=table, DestinationCidrBlock="0.0.0.0/0", GatewayId=gateway)
subnets = []
for number, zone in enumerate("ab"):
    subnet = ec2.create_subnet(VpcId=vpc, CidrBlock=f"10.7.{number}.0/24", AvailabilityZone=f"eu-west-1{zone}")
    subnets.append(subnet["Subnet"]["SubnetId"])
    ec2.associate_route_table(RouteTableId=table, SubnetId=subnets[-1])
group = ec2.create_security_group(VpcId=vpc, GroupName="life", Description="life")["GroupId"]
open_port = {"IpProtocol": "tcp", "FromPort": 80, "ToPort": 80, "UserIdGroupPairs": [{"GroupId": group}]}
ec2.authorize_security_group_ingress(GroupId=group, IpPermissions=[open_port])
statement = {"Effect": "Allow", "Principal": {"Service": "ecs-tasks.amazonaws.com"}, "Action": "sts:AssumeRole"}
trust = json.dumps({"Version": "2012-10-17", "Statement": [statement]})
role = iam.create_role(RoleName="life-exec", AssumeRolePolicyDocument=trust)["Role"]["Arn"]
logs.create_log_group(logGroupName="/life/web")
target = elb.create_target_group(Name="life", Protocol="HTTP", Port=80, VpcId=vpc, TargetType="ip")
target = target["TargetGroups"][0]["TargetGroupArn"]
balancer = elb.create_load_balancer(Name="life", Subnets=subnets, SecurityGroups=[group])
balancer = balancer["LoadBalancers"][0]["LoadBalancerArn"]

# The cluster.
tags = [{"key": "team", "value": "shop"}]
wish = {"clusterName": "life", "capacityProviders": ["FARGATE", "FARGATE_SPOT"], "tags": tags}
cluster = ecs.create_cluster(**wish)["cluster"]
assert cluster["clusterArn"].endswith(":cluster/life"), cluster
assert ecs.create_cluster(**wish)["cluster"]["clusterArn"] == cluster["clusterArn"]
refused("InvalidParameterException", "inconsistent", ecs.create_cluster, clusterName="life")


def see_cluster():
    include = ["TAGS", "SETTINGS", "CONFIGURATIONS", "STATISTICS", "ATTACHMENTS"]
    return ecs.describe_clusters(clusters=["life"], include=include)["clusters"][0]


until(lambda: see_cluster()["status"] == "ACTIVE" and see_cluster()["attachmentsStatus"] == "UPDATE_COMPLETE")
assert see_cluster()["tags"] == tags
assert {"name": "containerInsights", "value": "disabled"} in see_cluster()["settings"]
ecs.update_cluster_settings(cluster="life", settings=[{"name": "containerInsights", "value": "enhanced"}])
assert ecs.describe_clusters(clusters=["none"])["failures"][0]["reason"] == "MISSING"
names = [one["name"] for one in ecs.describe_capacity_providers()["capacityProviders"]]
assert names == ["FARGATE", "FARGATE_SPOT"], names
provider = {"autoScalingGroupArn": "arn:aws:autoscaling:eu-west-1:123456789012:autoScalingGroup:0:autoScalingGroupName/no"}
refused(
    "InvalidParameterException", "name is invalid",
    ecs.create_capacity_provider, name="fargate-own", autoScalingGroupProvider=provider,
)
refused(
    "ClientException", "Auto Scaling group ARN",
    ecs.create_capacity_provider, name="own", autoScalingGroupProvider=provider,
)

# Definitions.
options = {"awslogs-group": "/life/web", "awslogs-region": "eu-west-1", "awslogs-stream-prefix": "web"}
container = {
    "name": "app",
    "image": "public.ecr.aws/nginx/nginx:1.27",
    "portMappings": [{"containerPort": 80, "name": "http"}],
    "logConfiguration": {"logDriver": "awslogs", "options": options},
}
definition = {
    "family": "life-web",
    "requiresCompatibilities": ["FARGATE"],
    "networkMode": "awsvpc",
    "cpu": "256",
    "memory": "512",
    "containerDefinitions": [container],
}
refused("ClientException", "execution role ARN", ecs.register_task_definition, **definition)
definition["executionRoleArn"] = role
refused("ClientException", "No Fargate configuration", ecs.register_task_definition, **{**definition, "memory": "4096"})
first = ecs.register_task_definition(**definition, tags=tags)
assert first["taskDefinition"]["revision"] == 1, first
assert first["taskDefinition"]["containerDefinitions"][0]["portMappings"][0]["hostPort"] == 80
told = ecs.describe_task_definition(taskDefinition="life-web", include=["TAGS"])
assert told["tags"] == tags and told["taskDefinition"]["status"] == "ACTIVE", told
assert ecs.list_task_definition_families(familyPrefix="life")["families"] == ["life-web"]

# A service behind a balancer.
network = {"awsvpcConfiguration": {"subnets": subnets, "securityGroups": [group], "assignPublicIp": "ENABLED"}}
service = {
    "cluster": "life",
    "serviceName": "web",
    "taskDefinition": "life-web",
    "desiredCount": 2,
    "launchType": "FARGATE",
    "networkConfiguration": network,
    "loadBalancers": [{"targetGroupArn": target, "containerName": "app", "containerPort": 80}],
    "deploymentConfiguration": {"deploymentCircuitBreaker": {"enable": True, "rollback": True}},
    "clientToken": "life-web-1",
    "propagateTags": "SERVICE",
    "enableECSManagedTags": True,
    "tags": tags,
}
refused("InvalidParameterException", "does not have an associated load balancer.", ecs.create_service, **service)
forward = [{"Type": "forward", "TargetGroupArn": target}]
listener = elb.create_listener(LoadBalancerArn=balancer, Protocol="HTTP", Port=80, DefaultActions=forward)
elb.get_waiter("load_balancer_available").wait(LoadBalancerArns=[balancer], WaiterConfig=QUICK)
made = ecs.create_service(**service)["service"]
assert ecs.create_service(**service)["service"]["deployments"][0]["id"] == made["deployments"][0]["id"]
refused(
    "InvalidParameterException", "Creation of service was not idempotent.",
    ecs.create_service, **{**service, "desiredCount": 3},
)


def see():
    return ecs.describe_services(cluster="life", services=["web"], include=["TAGS"])["services"][0]


def completed():
    return [one["rolloutState"] for one in see()["deployments"]] == ["COMPLETED"]


ecs.get_waiter("services_stable").wait(cluster="life", services=["web"], WaiterConfig=QUICK)
until(completed)
assert see()["tags"] == tags
events = [one["message"] for one in see()["events"]]
assert events[0] == "(service web) has reached a steady state.", events
health = elb.describe_target_health(TargetGroupArn=target)["TargetHealthDescriptions"]
assert [one["TargetHealth"]["State"] for one in health] == ["healthy", "healthy"], health
arns = ecs.list_tasks(cluster="life", serviceName="web")["taskArns"]
tasks = ecs.describe_tasks(cluster="life", tasks=arns, include=["TAGS"])["tasks"]
assert all(task["lastStatus"] == "RUNNING" for task in tasks), tasks
assert {"key": "aws:ecs:serviceName", "value": "web"} in tasks[0]["tags"], tasks[0]["tags"]
details = {one["name"]: one["value"] for one in tasks[0]["attachments"][0]["details"]}
interface = ec2.describe_network_interfaces(NetworkInterfaceIds=[details["networkInterfaceId"]])["NetworkInterfaces"][0]
assert interface["Groups"][0]["GroupId"] == group and interface["Association"]["PublicIp"], interface
refused(
    "InvalidParameterValue", "currently in use",
    ec2.delete_network_interface, NetworkInterfaceId=details["networkInterfaceId"],
)

# A deployment that fails goes back; one that does not comes through.
ecs.register_task_definition(**definition)
ail({"on": "service", "name": "web", "when": "create", "code": "CannotPullContainerError"})
ecs.update_service(cluster="life", service="web", taskDefinition="life-web:2")
until(lambda: any(one["rolloutState"] == "FAILED" for one in see()["deployments"]))
primary = see()["deployments"][0]
assert primary["taskDefinition"].endswith("life-web:1"), primary
ail()
until(completed)
assert see()["taskDefinition"].endswith("life-web:1")
stopped = ecs.list_tasks(cluster="life", serviceName="web", desiredStatus="STOPPED")["taskArns"]
reasons = [one.get("stoppedReason", "") for one in ecs.describe_tasks(cluster="life", tasks=stopped)["tasks"]]
assert any(one.startswith("CannotPullContainerError") for one in reasons), reasons
ecs.update_service(cluster="life", service="web", taskDefinition="life-web:2", desiredCount=1)
until(completed)
assert see()["taskDefinition"].endswith("life-web:2") and see()["runningCount"] == 1

# Runs.
run = {"cluster": "life", "taskDefinition": "life-web", "launchType": "FARGATE", "networkConfiguration": network}
task = ecs.run_task(**run, startedBy="life", clientToken="run-1")["tasks"][0]["taskArn"]
assert ecs.run_task(**run, startedBy="life", clientToken="run-1")["tasks"][0]["taskArn"] == task
refused("ConflictException", "clientToken", ecs.run_task, **run, clientToken="run-1")
ecs.get_waiter("tasks_stopped").wait(cluster="life", tasks=[task], WaiterConfig=QUICK)
ended = ecs.describe_tasks(cluster="life", tasks=[task])["tasks"][0]
assert (ended["stopCode"], ended["containers"][0]["exitCode"]) == ("EssentialContainerExited", 0), ended
ail({"on": "task", "name": "life-web", "when": "active", "code": "Exit:3", "after": 10})
task = ecs.run_task(**run)["tasks"][0]["taskArn"]
ecs.get_waiter("tasks_stopped").wait(cluster="life", tasks=[task], WaiterConfig=QUICK)
assert ecs.describe_tasks(cluster="life", tasks=[task])["tasks"][0]["containers"][0]["exitCode"] == 3
ail({"on": "task", "name": "life-web", "when": "active", "code": "Runs"})
until(lambda: see()["runningCount"] == 1)
task = ecs.run_task(**run)["tasks"][0]["taskArn"]
ecs.get_waiter("tasks_running").wait(cluster="life", tasks=[task], WaiterConfig=QUICK)
ecs.stop_task(cluster="life", task=task, reason="enough")
ecs.get_waiter("tasks_stopped").wait(cluster="life", tasks=[task], WaiterConfig=QUICK)
assert ecs.describe_tasks(cluster="life", tasks=[task])["tasks"][0]["stoppedReason"] == "enough"
ail({"on": "task", "name": "life-web", "when": "create", "code": "Capacity"})
nothing = ecs.run_task(**run)
assert nothing["tasks"] == [] and nothing["failures"][0]["reason"].startswith("Capacity is unavailable"), nothing
ail()

# Overrides, what tasks write, and sessions.
until(lambda: see()["runningCount"] == 1)
other = {"containerOverrides": [{"name": "app", "command": ["echo", "life"]}]}
task = ecs.run_task(**run, overrides=other, enableExecuteCommand=True)["tasks"][0]["taskArn"]
ecs.get_waiter("tasks_stopped").wait(cluster="life", tasks=[task], WaiterConfig=QUICK)
stream = f"web/app/{task.split('/')[-1]}"
events = logs.get_log_events(logGroupName="/life/web", logStreamName=stream, startFromHead=True)["events"]
assert "`echo life`" in events[0]["message"] and events[-1]["message"].endswith("ends with 0"), events
found = logs.filter_log_events(logGroupName="/life/web", logStreamNamePrefix=stream)["events"]
assert [one["message"] for one in found] == [one["message"] for one in events], found
every = logs.filter_log_events(logGroupName="/life/web")["events"]
assert len({one["eventId"] for one in every}) == len(every), every
enter = {"cluster": "life", "command": "sh", "interactive": True}
refused("InvalidParameterException", "not enabled", ecs.execute_command, **enter, task=task)
ail({"on": "task", "name": "life-web", "when": "active", "code": "Runs"})
task = ecs.run_task(**run, enableExecuteCommand=True)["tasks"][0]["taskArn"]
ecs.get_waiter("tasks_running").wait(cluster="life", tasks=[task], WaiterConfig=QUICK)
session = ecs.execute_command(**enter, task=task)
assert session["containerName"] == "app" and session["session"]["tokenValue"], session
refused("InvalidParameterException", "only mode", ecs.execute_command, **{**enter, "interactive": False}, task=task)
ecs.stop_task(cluster="life", task=task)
ecs.get_waiter("tasks_stopped").wait(cluster="life", tasks=[task], WaiterConfig=QUICK)
ail()

# Tags.
ecs.tag_resource(resourceArn=see()["serviceArn"], tags=[{"key": "more", "value": "1"}])
ecs.untag_resource(resourceArn=see()["serviceArn"], tagKeys=["team"])
assert ecs.list_tags_for_resource(resourceArn=see()["serviceArn"])["tags"] == [{"key": "more", "value": "1"}]
assert ecs.list_account_settings(effectiveSettings=True)["settings"]

# The end: in the order that ECS wants, and in no other.
refused("ClusterContainsServicesException", "Services are active", ecs.delete_cluster, cluster="life")
refused("InvalidParameterException", "scaled above 0", ecs.delete_service, cluster="life", service="web")
ecs.update_service(cluster="life", service="web", desiredCount=0)
ecs.delete_service(cluster="life", service="web")
refused("InvalidParameterException", "still Draining", ecs.create_service, **service)
refused("DependencyViolation", "", ec2.delete_subnet, SubnetId=subnets[0])
ecs.get_waiter("services_inactive").wait(cluster="life", services=["web"], WaiterConfig=QUICK)
refused("ServiceNotActiveException", "not ACTIVE", ecs.update_service, cluster="life", service="web", desiredCount=1)
ecs.put_cluster_capacity_providers(cluster="life", capacityProviders=[], defaultCapacityProviderStrategy=[])
until(lambda: see_cluster()["attachmentsStatus"] == "UPDATE_COMPLETE")
assert ecs.delete_cluster(cluster="life")["cluster"]["status"] == "INACTIVE"
assert ecs.list_clusters()["clusterArns"] == []
for revision in (1, 2):
    ecs.deregister_task_definition(taskDefinition=f"life-web:{revision}")
gone = ecs.delete_task_definitions(taskDefinitions=["life-web:1", "life-web:2"])
assert len(gone["taskDefinitions"]) == 2 and gone["failures"] == [], gone
refused("ClientException", "", ecs.register_task_definition, **{**definition, "family": "no good"})
elb.delete_listener(ListenerArn=listener["Listeners"][0]["ListenerArn"])
elb.delete_load_balancer(LoadBalancerArn=balancer)
elb.delete_target_group(TargetGroupArn=target)
in_vpc = [{"Name": "vpc-id", "Values": [vpc]}]
until(lambda: not ec2.describe_network_interfaces(Filters=in_vpc)["NetworkInterfaces"])
live = [one["kind"] for one in control("GET", "objects") if one["service"] == "ecs"]
assert live == [], live
ec2.delete_security_group(GroupId=group)
for subnet in subnets:
    ec2.delete_subnet(SubnetId=subnet)
print("a life in ECS, and nothing left")
