"""Reads with boto3 what `provision apply plans/shop-ecs.toml` built, and fails where it is not what the spec says.

    shop_read.py URL theirs     makes the secret that somebody else keeps
    shop_read.py URL read       reads all of it
    shop_read.py URL running    reads all of it, and the tasks, which only run where the cloud runs them
    shop_read.py URL many 5     somebody else sets the number of web's tasks
    shop_read.py URL image      somebody else deploys another image of web
    shop_read.py URL rule       somebody else adds a rule to the listener
    shop_read.py URL ruled      ... which is still there
    shop_read.py URL withdrawn  ... takes it away, and their revision, which nobody else did
"""

import json
import sys

import boto3
from botocore.config import Config

url, what = sys.argv[1:3]
CLUSTER = "shop-prod"
ARN = "arn:aws:{}:eu-west-1:123456789012:{}".format


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
store, logs, scheduler = client("secretsmanager"), client("logs"), client("scheduler")
scaling = client("application-autoscaling")


def tags(listed):
    return {tag.get("Key", tag.get("key")): tag.get("Value", tag.get("value")) for tag in listed}


def ours(listed, id):
    """Marks of the stack, and the labels of the spec."""
    found = tags(listed)
    wanted = {"provision-stack": "shop", "provision-id": id, "team": "web", "service": "shop"}
    assert wanted.items() <= found.items(), found


def secrets():
    """The two that are ours, by name, with the one version that counts."""
    found = {one["Name"]: one for one in store.list_secrets()["SecretList"]}
    assert set(found) == {"payments/live-key", "shop/database-url", "shop/session-key"}, found
    url = store.get_secret_value(SecretId="shop/database-url")
    assert url["SecretString"] == "postgres://shop@db/shop"
    key = store.get_secret_value(SecretId="shop/session-key")
    assert len(key["SecretString"]) == 64
    assert store.get_secret_value(SecretId="payments/live-key")["SecretString"] == "theirs"
    assert not found["payments/live-key"].get("Tags"), "nobody marks what is theirs"
    for name in ("database-url", "session-key"):
        ours(found[f"shop/{name}"]["Tags"], f"secret.{name}/secret")
    return {
        "DATABASE_URL": f"{url['ARN']}:::{url['VersionId']}",
        "SECRET_KEY_BASE": f"{key['ARN']}:::{key['VersionId']}",
        "PAYMENT_KEY": ARN("secretsmanager", "secret:payments/live-key"),
    }


def definition(family, name, command, stop, kept):
    answer = ecs.describe_task_definition(taskDefinition=family, include=["TAGS"])
    found = answer["taskDefinition"]
    assert (found["revision"], found["status"]) == (1, "ACTIVE"), found
    assert found["requiresCompatibilities"] == ["FARGATE"], found
    assert (found["networkMode"], found["cpu"], found["memory"]) == ("awsvpc", "512", "1024"), found
    (container,) = found["containerDefinitions"]
    assert container["name"] == name, container
    assert container["image"] == "registry.example/shop:1.4.2", container
    assert (container["command"], container["stopTimeout"]) == (command, stop), container
    env = {one["name"]: one["value"] for one in container["environment"]}
    assert env == {"RAILS_ENV": "production", "RAILS_LOG_TO_STDOUT": "1"}, env
    assert {one["name"]: one["valueFrom"] for one in container["secrets"]} == kept, container
    group = f"/provision/shop/{family.removeprefix('shop-')}"
    log = container["logConfiguration"]
    assert (log["logDriver"], log["options"]["awslogs-group"]) == ("awslogs", group), log
    (listed,) = logs.describe_log_groups(logGroupNamePrefix=group)["logGroups"]
    assert listed["retentionInDays"] == 30, listed
    roles(found, group)
    return found, tags(answer["tags"])


def role(arn):
    name = arn.rsplit("/", 1)[-1]
    found = iam.get_role(RoleName=name)["Role"]
    assert found["Arn"] == arn, found
    allowed = {}
    for policy in iam.list_role_policies(RoleName=name)["PolicyNames"]:
        document = iam.get_role_policy(RoleName=name, PolicyName=policy)["PolicyDocument"]
        for statement in document["Statement"]:
            assert statement["Effect"] == "Allow", statement
            for action in statement["Action"]:
                allowed[action] = statement["Resource"]
    (trust,) = found["AssumeRolePolicyDocument"]["Statement"]
    return trust["Principal"]["Service"], allowed


def roles(found, group):
    """What starts a task may read its secrets and write its log, and nothing else; the task itself, none of that."""
    service, allowed = role(found["executionRoleArn"])
    assert service == "ecs-tasks.amazonaws.com", service
    assert set(allowed) == {
        "logs:CreateLogStream",
        "logs:PutLogEvents",
        "secretsmanager:GetSecretValue",
    }, allowed
    assert f":log-group:{group}:" in allowed["logs:PutLogEvents"], allowed
    may = allowed["secretsmanager:GetSecretValue"]
    assert len(may) == 3 and not any(one.endswith("*") for one in may), may
    service, allowed = role(found["taskRoleArn"])
    assert service == "ecs-tasks.amazonaws.com", service
    assert all(action.startswith("ssmmessages:") for action in allowed), allowed


def private():
    found = ec2.describe_subnets(Filters=[{"Name": "tag:provision-stack", "Values": ["shop"]}])
    inside = {
        one["SubnetId"]
        for one in found["Subnets"]
        if "/subnet.private." in tags(one["Tags"])["provision-id"]
    }
    assert len(inside) == 3, found
    return inside


def placed(network, id):
    """In the private subnets, without an address of its own, in the group of its block."""
    network = {key[0].lower() + key[1:]: value for key, value in network.items()}
    assert set(network["subnets"]) == private(), network
    assert network["assignPublicIp"] == "DISABLED", network
    (group,) = network["securityGroups"]
    (found,) = ec2.describe_security_groups(GroupIds=[group])["SecurityGroups"]
    ours(found["Tags"], f"{id}/security-group")
    return found


def service(name, capacity, revision):
    (found,) = ecs.describe_services(cluster=CLUSTER, services=[name], include=["TAGS"])["services"]
    assert (found["status"], found["desiredCount"]) == ("ACTIVE", 2), found
    assert found["taskDefinition"] == revision["taskDefinitionArn"], found
    (strategy,) = found["capacityProviderStrategy"]
    assert strategy["capacityProvider"] == capacity, strategy
    breaker = found["deploymentConfiguration"]["deploymentCircuitBreaker"]
    assert breaker == {"enable": True, "rollback": True}, breaker
    assert found["enableExecuteCommand"], found
    (deployment,) = found["deployments"]
    assert deployment["rolloutState"] == "COMPLETED", deployment
    assert deployment["serviceConnectConfiguration"]["enabled"], deployment
    ours(found["tags"], f"workload.{name}/service")
    placed(found["networkConfiguration"]["awsvpcConfiguration"], f"workload.{name}")
    return found


def balancer(web):
    (found,) = elb.describe_load_balancers(Names=["shop-web"])["LoadBalancers"]
    assert (found["Scheme"], found["Type"]) == ("internet-facing", "application"), found
    (listener,) = elb.describe_listeners(LoadBalancerArn=found["LoadBalancerArn"])["Listeners"]
    assert (listener["Port"], listener["Protocol"]) == (80, "HTTP"), listener
    (group,) = elb.describe_target_groups()["TargetGroups"]
    assert (group["TargetType"], group["Port"], group["HealthCheckPath"]) == ("ip", 3000, "/up")
    arn = group["TargetGroupArn"]
    assert arn in json.dumps(listener["DefaultActions"]), listener
    assert web["loadBalancers"] == [
        {"targetGroupArn": arn, "containerName": "web", "containerPort": 3000}
    ], web
    assert web["healthCheckGracePeriodSeconds"] == 60, web
    (own,) = found["SecurityGroups"]
    lets = placed(web["networkConfiguration"]["awsvpcConfiguration"], "workload.web")
    from_balancer = [
        one
        for one in lets["IpPermissions"]
        if own in [pair["GroupId"] for pair in one["UserIdGroupPairs"]]
    ]
    assert [(one["FromPort"], one["ToPort"]) for one in from_balancer] == [(3000, 3000)], lets
    return arn


def scaled():
    (target,) = scaling.describe_scalable_targets(ServiceNamespace="ecs")["ScalableTargets"]
    assert target["ResourceId"] == f"service/{CLUSTER}/web", target
    assert (target["MinCapacity"], target["MaxCapacity"]) == (2, 10), target
    (policy,) = scaling.describe_scaling_policies(ServiceNamespace="ecs")["ScalingPolicies"]
    assert policy["PolicyType"] == "TargetTrackingScaling", policy
    tracks = policy["TargetTrackingScalingPolicyConfiguration"]
    assert tracks["TargetValue"] == 70, tracks
    metric = tracks["PredefinedMetricSpecification"]["PredefinedMetricType"]
    assert metric == "ECSServiceAverageCPUUtilization", metric


def schedule(revision):
    found = scheduler.get_schedule(GroupName="provision-shop", Name="report")
    assert found["ScheduleExpression"] == "cron(30 3 * * ? *)", found
    assert found["ScheduleExpressionTimezone"] == "Europe/Berlin", found
    assert found["State"] == "ENABLED", found
    target = found["Target"]
    assert target["Arn"] == ARN("ecs", f"cluster/{CLUSTER}"), target
    runs = target["EcsParameters"]
    assert runs["TaskDefinitionArn"] == revision["taskDefinitionArn"], runs
    assert runs["CapacityProviderStrategy"][0]["capacityProvider"] == "FARGATE_SPOT", runs
    placed(runs["NetworkConfiguration"]["awsvpcConfiguration"], "job.report")
    service, allowed = role(target["RoleArn"])
    assert service == "scheduler.amazonaws.com", service
    assert "task-definition/shop-report_job:" in allowed["ecs:RunTask"], allowed
    passes = {revision["taskRoleArn"], revision["executionRoleArn"]}
    assert set(allowed["iam:PassRole"]) == passes, allowed


def running(group):
    for name in ("web", "worker"):
        listed = ecs.list_tasks(cluster=CLUSTER, serviceName=name)["taskArns"]
        tasks = ecs.describe_tasks(cluster=CLUSTER, tasks=listed)["tasks"]
        assert [one["lastStatus"] for one in tasks] == ["RUNNING"] * 2, tasks
    health = elb.describe_target_health(TargetGroupArn=group)["TargetHealthDescriptions"]
    states = [(one["Target"]["Port"], one["TargetHealth"]["State"]) for one in health]
    assert states == [(3000, "healthy")] * 2, health


def read():
    (cluster,) = ecs.describe_clusters(clusters=[CLUSTER], include=["TAGS", "CONFIGURATIONS"])["clusters"]
    ours(cluster["tags"], "cluster.prod/cluster")
    assert set(cluster["capacityProviders"]) == {"FARGATE", "FARGATE_SPOT"}, cluster
    assert cluster["configuration"]["executeCommandConfiguration"]["logging"] == "DEFAULT"
    kept = secrets()
    puma, sidekiq = ["bundle", "exec", "puma"], ["bundle", "exec", "sidekiq"]
    web, _ = definition("shop-web", "web", puma, 30, kept)
    (port,) = web["containerDefinitions"][0]["portMappings"]
    assert port["containerPort"] == 3000, port
    worker, _ = definition("shop-worker", "worker", sidekiq, 110, kept)
    migrate = ["bin/rails", "db:migrate"]
    _, marks = definition("shop-migrate_job", "migrate", migrate, 30, kept)
    assert marks["provision-ran"] == marks["provision-digest"], "it ran, and that is remembered"
    nightly = ["bin/rails", "report:nightly"]
    report, marks = definition("shop-report_job", "report", nightly, 30, kept)
    assert "provision-ran" not in marks, marks
    services = ecs.list_services(cluster=CLUSTER)["serviceArns"]
    assert len(services) == 2, services
    group = balancer(service("web", "FARGATE", web))
    assert not service("worker", "FARGATE_SPOT", worker)["loadBalancers"]
    scaled()
    schedule(report)
    return group


def listener():
    (found,) = elb.describe_load_balancers(Names=["shop-web"])["LoadBalancers"]
    (one,) = elb.describe_listeners(LoadBalancerArn=found["LoadBalancerArn"])["Listeners"]
    return one["ListenerArn"]


PATHS = [{"Field": "path-pattern", "Values": ["/theirs/*"]}]
GONE = {"Type": "fixed-response", "FixedResponseConfig": {"StatusCode": "410"}}

if what == "theirs":
    store.create_secret(Name="payments/live-key", SecretString="theirs")
elif what == "read":
    read()
elif what == "running":
    running(read())
elif what == "many":
    ecs.update_service(cluster=CLUSTER, service="web", desiredCount=int(sys.argv[3]))
elif what == "image":
    now = ecs.describe_task_definition(taskDefinition="shop-web")["taskDefinition"]
    now["containerDefinitions"][0]["image"] = "registry.example/shop:theirs"
    words = ["family", "taskRoleArn", "executionRoleArn", "networkMode", "cpu", "memory"]
    words += ["containerDefinitions", "requiresCompatibilities", "runtimePlatform"]
    made = ecs.register_task_definition(**{word: now[word] for word in words})
    arn = made["taskDefinition"]["taskDefinitionArn"]
    ecs.update_service(cluster=CLUSTER, service="web", taskDefinition=arn)
elif what == "rule":
    elb.create_rule(ListenerArn=listener(), Priority=77, Conditions=PATHS, Actions=[GONE])
elif what in ("ruled", "withdrawn"):
    rules = elb.describe_rules(ListenerArn=listener())["Rules"]
    (theirs,) = [one for one in rules if one["Priority"] == "77"]
    assert theirs["Conditions"][0]["Values"] == ["/theirs/*"], theirs
    if what == "withdrawn":
        elb.delete_rule(RuleArn=theirs["RuleArn"])
        (their_own,) = ecs.list_task_definitions(familyPrefix="shop-web")["taskDefinitionArns"]
        made = ecs.describe_task_definition(taskDefinition=their_own)["taskDefinition"]
        assert made["containerDefinitions"][0]["image"] == "registry.example/shop:theirs", made
        ecs.deregister_task_definition(taskDefinition=their_own)
else:
    sys.exit(f"{what}?")
