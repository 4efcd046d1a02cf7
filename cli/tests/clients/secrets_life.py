"""boto3 lives a whole life of secrets, parameters, schedules, namespaces and logs on a server, refusals included, and
leaves nothing behind.

usage: secrets_life.py URL
"""

import json
import sys
import time
import uuid

import boto3
from botocore.config import Config
from botocore.exceptions import ClientError

URL = sys.argv[1]
ACCOUNT, REGION = "123456789012", "eu-west-1"
CANARY = "canary-" + uuid.uuid4().hex


def client(service):
    # Bad values are sent on purpose, so botocore must not check them first.
    settings = Config(proxies={}, retries={"total_max_attempts": 1}, parameter_validation=False)
    return boto3.client(
        service,
        endpoint_url=URL,
        region_name=REGION,
        aws_access_key_id=ACCOUNT,
        aws_secret_access_key="sandbox",
        config=settings,
    )


secrets, ssm, scheduler = client("secretsmanager"), client("ssm"), client("scheduler")
names, logs, iam, ec2 = client("servicediscovery"), client("logs"), client("iam"), client("ec2")


def refused(code, text, function, **arguments):
    try:
        answer = function(**arguments)
    except ClientError as error:
        found = error.response["Error"]
        assert found["Code"] == code and text in found["Message"], (function.__name__, found)
        assert error.response["ResponseMetadata"]["RequestId"], "a refusal without request id"
        return error.response
    raise AssertionError(f"{function.__name__} was not refused: {answer}")


def until(what, done, seconds=20):
    deadline = time.time() + seconds
    while True:
        answer = what()
        if done(answer):
            return answer
        assert time.time() < deadline, f"never came: {answer}"
        time.sleep(0.05)


def gone(function, code, **arguments):
    def ask():
        try:
            return function(**arguments)
        except ClientError as error:
            assert error.response["Error"]["Code"] == code, error
            return None

    until(ask, lambda answer: answer is None)


def secret_versions():
    name, first, second = "shop/prod/db", str(uuid.uuid4()), str(uuid.uuid4())
    whole = {"Name": name, "ClientRequestToken": first, "SecretString": CANARY}
    made = secrets.create_secret(**whole, Description="d", Tags=[{"Key": "provision-stack", "Value": "shop"}])
    assert made["VersionId"] == first and made["Name"] == name, made
    start = f"arn:aws:secretsmanager:{REGION}:{ACCOUNT}:secret:{name}-"
    assert made["ARN"].startswith(start) and len(made["ARN"]) == len(start) + 6, made
    again = secrets.create_secret(**whole)
    assert (again["ARN"], again["VersionId"]) == (made["ARN"], first)
    refused("ResourceExistsException", "already in use", secrets.create_secret, **{**whole, "SecretString": "x"})
    other = {**whole, "ClientRequestToken": second}
    refused("ResourceExistsException", "already exists", secrets.create_secret, **other)
    for key in (name, made["ARN"], made["ARN"][:-7]):
        assert secrets.get_secret_value(SecretId=key)["SecretString"] == CANARY
    put = secrets.put_secret_value(SecretId=name, ClientRequestToken=second, SecretBinary=b"\0\1")
    assert put["VersionStages"] == ["AWSCURRENT"], put
    about = secrets.describe_secret(SecretId=name)
    assert about["VersionIdsToStages"] == {first: ["AWSPREVIOUS"], second: ["AWSCURRENT"]}, about
    assert about["Tags"] == [{"Key": "provision-stack", "Value": "shop"}] and "DeletedDate" not in about
    assert secrets.get_secret_value(SecretId=name)["SecretBinary"] == b"\0\1"
    old = secrets.get_secret_value(SecretId=name, VersionStage="AWSPREVIOUS")
    assert (old["VersionId"], old["SecretString"]) == (first, CANARY)
    secrets.update_secret_version_stage(
        SecretId=name, VersionStage="AWSCURRENT", RemoveFromVersionId=second, MoveToVersionId=first
    )
    assert secrets.get_secret_value(SecretId=name)["VersionId"] == first
    listed = secrets.list_secret_version_ids(SecretId=name)["Versions"]
    assert {row["VersionId"] for row in listed} == {first, second}, listed
    updated = secrets.update_secret(SecretId=name, Description="other")
    assert "VersionId" not in updated and secrets.describe_secret(SecretId=name)["Description"] == "other"
    assert "ResourcePolicy" not in secrets.get_resource_policy(SecretId=name)
    secrets.tag_resource(SecretId=name, Tags=[{"Key": "a", "Value": ""}])
    secrets.untag_resource(SecretId=name, TagKeys=["provision-stack", "never"])
    assert secrets.describe_secret(SecretId=name)["Tags"] == [{"Key": "a", "Value": ""}]
    return name


def secret_deletion(name):
    listed = secrets.list_secrets(Filters=[{"Key": "tag-key", "Values": ["a"]}])["SecretList"]
    assert [row["Name"] for row in listed] == [name], listed
    bad = {"code": "InvalidParameterException", "function": secrets.delete_secret, "SecretId": name}
    refused(text="between 7 and 30", RecoveryWindowInDays=6, **bad)
    refused(text="conjunction", RecoveryWindowInDays=7, ForceDeleteWithoutRecovery=True, **bad)
    deleted = secrets.delete_secret(SecretId=name, RecoveryWindowInDays=7)
    assert abs(deleted["DeletionDate"].timestamp() - time.time() - 7 * 86400) < 600
    for function in (secrets.get_secret_value, secrets.update_secret):
        refused("InvalidRequestException", "marked for deletion", function, SecretId=name)
    scheduled = "a secret with this name is already scheduled for deletion"
    refused("InvalidRequestException", scheduled, secrets.create_secret, Name=name, SecretString="x")
    assert secrets.describe_secret(SecretId=name)["DeletedDate"]
    assert secrets.list_secrets()["SecretList"] == []
    assert len(secrets.list_secrets(IncludePlannedDeletion=True)["SecretList"]) == 1
    secrets.restore_secret(SecretId=name)
    secrets.get_secret_value(SecretId=name)
    secrets.delete_secret(SecretId=name, ForceDeleteWithoutRecovery=True)
    gone(secrets.describe_secret, "ResourceNotFoundException", SecretId=name)
    secrets.delete_secret(SecretId=name, ForceDeleteWithoutRecovery=True)
    refused("ResourceNotFoundException", "can't find", secrets.delete_secret, SecretId=name)
    refused("ValidationException", "Invalid name", secrets.create_secret, Name="a b", SecretString="x")
    refused("ValidationException", "65536", secrets.create_secret, Name="big", SecretString="x" * 65537)


def parameters():
    tags = [{"Key": "provision-stack", "Value": "shop"}]
    put = {"Name": "/shop/prod/db", "Value": CANARY, "Type": "SecureString", "Description": "digest"}
    assert ssm.put_parameter(**put, Tags=tags)["Version"] == 1
    refused("ParameterAlreadyExists", "overwrite", ssm.put_parameter, **put)
    refused("ValidationException", "can't be used together", ssm.put_parameter, **put, Overwrite=True, Tags=tags)
    again = ssm.put_parameter(Name=put["Name"], Value="two", Overwrite=True)
    assert (again["Version"], again["Tier"]) == (2, "Standard")
    one = ssm.get_parameter(Name=put["Name"], WithDecryption=True)["Parameter"]
    assert (one["Value"], one["Type"], one["Version"], one["DataType"]) == ("two", "SecureString", 2, "text"), one
    assert one["ARN"] == f"arn:aws:ssm:{REGION}:{ACCOUNT}:parameter/shop/prod/db", one
    assert ssm.get_parameter(Name=put["Name"])["Parameter"]["Value"] not in ("two", CANARY)
    ssm.label_parameter_version(Name=put["Name"], ParameterVersion=1, Labels=["old"])
    assert ssm.get_parameter(Name=put["Name"] + ":old", WithDecryption=True)["Parameter"]["Value"] == CANARY
    history = ssm.get_parameter_history(Name=put["Name"], WithDecryption=True)["Parameters"]
    assert [(row["Version"], row["Labels"]) for row in history] == [(1, ["old"]), (2, [])], history
    for number in range(12):
        ssm.put_parameter(Name=f"/shop/prod/list/{number:02}", Value="v", Type="String")
    pages = ssm.get_paginator("get_parameters_by_path").paginate(Path="/shop", Recursive=True)
    assert [len(page["Parameters"]) for page in pages] == [10, 3]
    assert ssm.get_parameters_by_path(Path="/shop")["Parameters"] == []
    found = ssm.get_parameters(Names=[put["Name"], "/none"])
    assert len(found["Parameters"]) == 1 and found["InvalidParameters"] == ["/none"], found
    ours = [{"Key": "tag:provision-stack", "Values": ["shop"]}]
    (about,) = ssm.describe_parameters(ParameterFilters=ours)["Parameters"]
    assert (about["Name"], about["Description"], about["Version"]) == (put["Name"], "digest", 2), about
    assert about["KeyId"] == "alias/aws/ssm" and about["LastModifiedUser"].startswith("arn:aws:iam::"), about
    whom = {"ResourceType": "Parameter", "ResourceId": put["Name"]}
    ssm.add_tags_to_resource(**whom, Tags=[{"Key": "a", "Value": "1"}])
    ssm.remove_tags_from_resource(**whom, TagKeys=["provision-stack"])
    assert ssm.list_tags_for_resource(**whom)["TagList"] == [{"Key": "a", "Value": "1"}]
    refused("ParameterNotFound", "", ssm.get_parameter, Name="/none")
    refused("ValidationException", "4096", ssm.put_parameter, Name="/big", Value="x" * 4097, Type="String")
    refused("AccessDeniedException", "reserved", ssm.put_parameter, Name="/aws/shop/x", Value="x", Type="String")
    refused("ValidationException", "fully qualified", ssm.put_parameter, Name="shop/x", Value="x", Type="String")
    refused("InvalidResourceId", "", ssm.list_tags_for_resource, ResourceType="Parameter", ResourceId="/none")
    everything = [row["Name"] for page in ssm.get_paginator("describe_parameters").paginate() for row in page["Parameters"]]
    for start in range(0, len(everything), 10):
        assert not ssm.delete_parameters(Names=everything[start : start + 10])["InvalidParameters"]
    refused("ParameterNotFound", "", ssm.delete_parameter, Name=put["Name"])


def images():
    base = "/aws/service/ecs/optimized-ami/amazon-linux-2023"
    found = ssm.get_parameters(
        Names=[f"{base}{arm}/recommended{end}" for arm in ("", "/arm64") for end in ("", "/image_id")]
    )
    assert not found["InvalidParameters"], found
    values = {row["Name"]: row["Value"] for row in found["Parameters"]}
    for arm in ("", "/arm64"):
        image = values[f"{base}{arm}/recommended/image_id"]
        assert image.startswith("ami-0") and json.loads(values[f"{base}{arm}/recommended"])["image_id"] == image
    assert len(set(values.values())) == 4


def schedules():
    trust = {"Effect": "Allow", "Action": "sts:AssumeRole", "Principal": {"Service": "scheduler.amazonaws.com"}}
    document = json.dumps({"Version": "2012-10-17", "Statement": [trust]})
    role = iam.create_role(RoleName="tick", AssumeRolePolicyDocument=document)["Role"]["Arn"]
    group = scheduler.create_schedule_group(Name="shop", Tags=[{"Key": "provision-stack", "Value": "shop"}])
    arn = group["ScheduleGroupArn"]
    assert arn == f"arn:aws:scheduler:{REGION}:{ACCOUNT}:schedule-group/shop", group
    network = {"awsvpcConfiguration": {"Subnets": ["subnet-1"], "AssignPublicIp": "DISABLED"}}
    task = f"arn:aws:ecs:{REGION}:{ACCOUNT}:task-definition/nightly:1"
    target = {
        "Arn": f"arn:aws:ecs:{REGION}:{ACCOUNT}:cluster/shop",
        "RoleArn": role,
        "EcsParameters": {"TaskDefinitionArn": task, "LaunchType": "FARGATE", "NetworkConfiguration": network},
    }
    whole = {
        "Name": "nightly",
        "GroupName": "shop",
        "ScheduleExpression": "cron(0 3 * * ? *)",
        "ScheduleExpressionTimezone": "Europe/Berlin",
        "Description": "every night",
        "FlexibleTimeWindow": {"Mode": "OFF"},
        "ClientToken": "one",
        "Target": target,
    }

    def create():
        try:
            return scheduler.create_schedule(**whole)["ScheduleArn"]
        except scheduler.exceptions.ValidationException as error:
            assert "must allow AWS EventBridge Scheduler to assume the role" in str(error), error
            return None

    made = until(create, bool)
    assert made == f"arn:aws:scheduler:{REGION}:{ACCOUNT}:schedule/shop/nightly", made
    assert scheduler.create_schedule(**whole)["ScheduleArn"] == made
    refused("ConflictException", "already exists", scheduler.create_schedule, **{**whole, "ClientToken": "two"})
    bad = {"code": "ValidationException", "function": scheduler.update_schedule}
    refused(text="Invalid Schedule Expression", **bad, **{**whole, "ScheduleExpression": "cron(0 3 * * *)"})
    refused(text="Timezone", **bad, **{**whole, "ScheduleExpressionTimezone": "Mars/Base"})
    refused(text="assume the role", **bad, **{**whole, "Target": {**target, "RoleArn": role + "-none"}})
    now = scheduler.get_schedule(Name="nightly", GroupName="shop")
    assert now["Target"]["EcsParameters"]["NetworkConfiguration"] == network, now
    assert (now["State"], now["ActionAfterCompletion"], now["Description"]) == ("ENABLED", "NONE", "every night"), now
    change = {key: value for key, value in whole.items() if key != "Description"}
    scheduler.update_schedule(**change, State="DISABLED")
    now = scheduler.get_schedule(Name="nightly", GroupName="shop")
    assert now["State"] == "DISABLED" and "Description" not in now, now
    (row,) = scheduler.list_schedules(GroupName="shop", NamePrefix="night")["Schedules"]
    assert row["Target"]["Arn"] == target["Arn"] and row["Arn"] == made, row
    scheduler.tag_resource(ResourceArn=arn, Tags=[{"Key": "a", "Value": "1"}, {"Key": "b", "Value": "2"}])
    scheduler.untag_resource(ResourceArn=arn, TagKeys=["a", "provision-stack"])
    assert scheduler.list_tags_for_resource(ResourceArn=arn)["Tags"] == [{"Key": "b", "Value": "2"}]
    refused("ValidationException", "schedule-group", scheduler.list_tags_for_resource, ResourceArn=made)
    refused("ResourceNotFoundException", "does not exist", scheduler.get_schedule, Name="nightly")
    refused("ConflictException", "already exists", scheduler.create_schedule_group, Name="shop")
    groups = [row["Name"] for row in scheduler.list_schedule_groups()["ScheduleGroups"]]
    assert groups == ["default", "shop"], groups
    scheduler.create_schedule(**{**whole, "Name": "other", "ScheduleExpression": "rate(5 minutes)"})
    scheduler.delete_schedule(Name="other", GroupName="shop")
    scheduler.delete_schedule_group(Name="shop")
    gone(scheduler.get_schedule_group, "ResourceNotFoundException", Name="shop")
    refused("ResourceNotFoundException", "does not exist", scheduler.get_schedule, Name="nightly", GroupName="shop")
    iam.delete_role(RoleName="tick")


def done(begun):
    ask = lambda: names.get_operation(OperationId=begun["OperationId"])["Operation"]
    return until(ask, lambda operation: operation["Status"] in ("SUCCESS", "FAIL"))


def namespaces():
    tags = [{"Key": "provision-stack", "Value": "shop"}]
    begun = names.create_http_namespace(Name="shop", CreatorRequestId="one", Description="marker", Tags=tags)
    ended = done(begun)
    assert (ended["Status"], ended["Type"]) == ("SUCCESS", "CREATE_NAMESPACE"), ended
    key = ended["Targets"]["NAMESPACE"]
    taken = refused("NamespaceAlreadyExists", "already exists", names.create_http_namespace, Name="shop")
    assert taken.get("NamespaceId", key) == key
    one = names.get_namespace(Id=key)["Namespace"]
    assert (one["Name"], one["Type"], one["Description"], one["ServiceCount"]) == ("shop", "HTTP", "marker", 0), one
    assert abs(one["CreateDate"].timestamp() - time.time()) < 600, one
    by_type = [{"Name": "TYPE", "Values": ["HTTP"]}]
    (row,) = names.list_namespaces(Filters=by_type)["Namespaces"]
    assert row["Arn"] == f"arn:aws:servicediscovery:{REGION}:{ACCOUNT}:namespace/{key}", row
    names.tag_resource(ResourceARN=row["Arn"], Tags=[{"Key": "a", "Value": "1"}])
    names.untag_resource(ResourceARN=row["Arn"], TagKeys=["provision-stack"])
    assert names.list_tags_for_resource(ResourceARN=row["Arn"])["Tags"] == [{"Key": "a", "Value": "1"}]
    service = names.create_service(Name="web", NamespaceId=key, CreatorRequestId="web")["Service"]
    assert service["Type"] == "HTTP" and service["NamespaceId"] == key, service
    refused("ServiceAlreadyExists", "already exists", names.create_service, Name="web", NamespaceId=key)
    refused("ResourceInUse", "associated services", names.delete_namespace, Id=key)
    assert done(names.update_service(Id=service["Id"], Service={"Description": "d"}))["Status"] == "SUCCESS"
    (row,) = names.list_services(Filters=[{"Name": "NAMESPACE_ID", "Values": [key]}])["Services"]
    assert (row["Id"], row["Description"], row["InstanceCount"]) == (service["Id"], "d", 0), row
    instance = {"ServiceId": service["Id"], "InstanceId": "task-1"}
    done(names.register_instance(**instance, Attributes={"AWS_INSTANCE_IPV4": "10.0.0.9"}))
    assert names.list_instances(ServiceId=service["Id"])["Instances"][0]["Id"] == "task-1"
    refused("ResourceInUse", "registered instances", names.delete_service, Id=service["Id"])
    done(names.deregister_instance(**instance))
    names.delete_service(Id=service["Id"])
    refused("ServiceNotFound", "", names.get_service, Id=service["Id"])
    assert done(names.delete_namespace(Id=key))["Status"] == "SUCCESS"
    refused("NamespaceNotFound", "", names.get_namespace, Id=key)


def private_names():
    lost = names.create_private_dns_namespace(Name="shop.local", Vpc="vpc-00000000000000000")
    assert done(lost)["Status"] == "FAIL"
    vpc = ec2.create_vpc(CidrBlock="10.9.0.0/16")["Vpc"]["VpcId"]
    ended = done(names.create_private_dns_namespace(Name="shop.local", Vpc=vpc))
    key = ended["Targets"]["NAMESPACE"]
    assert names.get_namespace(Id=key)["Namespace"]["Properties"]["DnsProperties"]["HostedZoneId"], ended
    records = {"DnsRecords": [{"Type": "A", "TTL": 10}]}
    refused("InvalidInput", "", names.create_service, Name="web", NamespaceId=key)
    service = names.create_service(
        Name="web", NamespaceId=key, DnsConfig=records, HealthCheckCustomConfig={"FailureThreshold": 1}
    )["Service"]
    assert service["DnsConfig"]["DnsRecords"] == records["DnsRecords"] and service["Type"] == "DNS_HTTP", service
    names.delete_service(Id=service["Id"])
    done(names.delete_namespace(Id=key))
    ec2.delete_vpc(VpcId=vpc)


def lines():
    group = {"logGroupName": "/provision/shop/web"}
    stream = {**group, "logStreamName": "web/web/1"}
    refused("ResourceNotFoundException", "log group", logs.create_log_stream, **stream)
    logs.create_log_group(**group)
    refused("ResourceNotFoundException", "log stream", logs.get_log_events, **stream)
    logs.create_log_stream(**stream)
    refused("ResourceAlreadyExistsException", "log stream", logs.create_log_stream, **stream)
    now = int(time.time() * 1000)
    events = [{"timestamp": now + n, "message": f"line {n}"} for n in range(5)]
    assert "rejectedLogEventsInfo" not in logs.put_log_events(**stream, logEvents=events)
    (row,) = logs.describe_log_streams(**group, orderBy="LastEventTime", descending=True)["logStreams"]
    assert (row["firstEventTimestamp"], row["lastEventTimestamp"]) == (now, now + 4), row
    head = logs.get_log_events(**stream, startFromHead=True, limit=3)
    assert [event["message"] for event in head["events"]] == ["line 0", "line 1", "line 2"], head
    more = logs.get_log_events(**stream, nextToken=head["nextForwardToken"])
    assert [event["message"] for event in more["events"]] == ["line 3", "line 4"], more
    end = logs.get_log_events(**stream, nextToken=more["nextForwardToken"])
    assert end["events"] == [] and end["nextForwardToken"] == more["nextForwardToken"], end
    pages = logs.get_paginator("filter_log_events").paginate(**group, PaginationConfig={"PageSize": 2})
    found = [event["message"] for page in pages for event in page["events"]]
    assert found == [f"line {n}" for n in range(5)], found
    some = logs.filter_log_events(**group, startTime=now + 1, endTime=now + 2)["events"]
    assert [event["timestamp"] for event in some] == [now + 1, now + 2], some
    assert logs.filter_log_events(**group, filterPattern="absent")["events"] == []
    refused("InvalidParameterException", "chronological", logs.put_log_events, **stream, logEvents=events[::-1])
    refused("InvalidParameterException", "nextToken", logs.get_log_events, **stream, nextToken="x")
    logs.delete_log_stream(**stream)
    logs.delete_log_group(**group)


secret_deletion(secret_versions())
parameters()
images()
schedules()
namespaces()
private_names()
lines()
print("lived and left nothing")
